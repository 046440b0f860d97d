/**
 * What a call does, cut into atomic steps: fault, fork, unmap, get_user_pages, swap-out,
 * userfaultfd. An operation holds mechanism only; where kernels differ it asks a rule, and never
 * which kernel it runs on.
 */
@NullMarked
package cowherd.operation;

import org.jspecify.annotations.NullMarked;
