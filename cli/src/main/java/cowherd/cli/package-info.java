/**
 * The command line: it parses arguments, calls the library, prints reports and sets the exit
 * status. It is the only place that prints.
 */
@NullMarked
package cowherd.cli;

import org.jspecify.annotations.NullMarked;
