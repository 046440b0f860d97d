/**
 * The state of the simulated machine: processes, page tables, folios, swap, files and locks, packed
 * into one flat vector whose layout is made for each test, so that a bit which a test cannot use
 * costs it nothing.
 */
@NullMarked
package cowherd.machine;

import org.jspecify.annotations.NullMarked;
