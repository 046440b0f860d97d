/**
 * Source texts and what is wrong with them. Kernel files and litmus tests are read by different
 * parsers; both report mistakes with these types, so that every mistake looks the same: file, line,
 * column, an excerpt with a caret under the offending text, and what to write instead.
 */
@NullMarked
package cowherd.kernel.source;

import org.jspecify.annotations.NullMarked;
