/**
 * Runs tests on real kernels: compiles the runner, starts it here or in a guest, reads its answers.
 */
@NullMarked
package cowherd.reality;

import org.jspecify.annotations.NullMarked;
