/** The benchmark of the search's inner loop, which is not public. */
@NullMarked
package cowherd.explore;

import org.jspecify.annotations.NullMarked;
