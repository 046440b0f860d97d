/** What the comparison with Spin and TLC needs of free programs, which are not public. */
@NullMarked
package cowherd.free;

import org.jspecify.annotations.NullMarked;
