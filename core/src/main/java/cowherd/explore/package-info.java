/**
 * The engines: they visit every interleaving of a test on a kernel, hunt for programs, compare
 * kernels, and reduce what they find to the shortest run. An engine returns a result and never
 * prints.
 */
@NullMarked
package cowherd.explore;

import org.jspecify.annotations.NullMarked;
