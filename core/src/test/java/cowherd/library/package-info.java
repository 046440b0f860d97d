/**
 * The test library {@code litmus/} as a whole: every file on every built-in kernel, against its own
 * expectations and against the verdict matrix of the written semantics.
 */
@NullMarked
package cowherd.library;

import org.jspecify.annotations.NullMarked;
