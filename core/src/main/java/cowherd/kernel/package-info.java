/**
 * Kernels as data: the rule language, the facts that a rule may ask and the actions that it may
 * take, and the loader which resolves a kernel against those that it extends. The built-in kernels
 * are resources of this package and have no privilege over a user's file.
 */
@NullMarked
package cowherd.kernel;

import org.jspecify.annotations.NullMarked;
