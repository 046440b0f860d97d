/**
 * What Cowherd costs, measured: {@link Bench} prints the figures of docs/benchmarks.md, the classes
 * named {@code ...Benchmark} are JMH benchmarks of single functions. A benchmark is not a test: it
 * never fails because something was slow.
 */
@NullMarked
package cowherd.bench;

import org.jspecify.annotations.NullMarked;
