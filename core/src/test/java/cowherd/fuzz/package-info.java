/**
 * Hostile input for both languages: what a parser, the formatter and the machine must never do,
 * whatever the bytes. {@link Reading} says it once; plain tests feed it mutated library files and
 * monstrous files in every build, and Jazzer ({@code mvn -Pfuzz}) looks for worse, see
 * docs/benchmarks.md.
 */
@NullMarked
package cowherd.fuzz;

import org.jspecify.annotations.NullMarked;
