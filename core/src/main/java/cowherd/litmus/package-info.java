/**
 * The test language: lexer, parser, tree, diagnostics, formatter, and the compiler from a test to
 * operations. Every mistake in a file is reported with its place, what is wrong, and what to write
 * instead.
 */
@NullMarked
package cowherd.litmus;

import org.jspecify.annotations.NullMarked;
