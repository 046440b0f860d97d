/**
 * The named properties, each stated against an ideal memory which fits on one page, and the
 * judgement of a test's own conditions.
 */
@NullMarked
package cowherd.property;

import org.jspecify.annotations.NullMarked;
