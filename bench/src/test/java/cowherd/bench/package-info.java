/** Tests of the comparison with Spin. */
@NullMarked
package cowherd.bench;

import org.jspecify.annotations.NullMarked;
