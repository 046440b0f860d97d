/**
 * Free programs: actors that choose, at each step, among the calls of a menu. One search over them
 * is a search over all programs of a configuration: {@link cowherd.free.Hunt} looks for the
 * shortest one that breaks a property.
 *
 * <p>Read {@link cowherd.free.Configuration} first, then {@link cowherd.free.FreeProgram}, which
 * makes a {@link cowherd.operation.Program} of it, and {@link cowherd.free.FreeSpace}, which is
 * what the engine of {@code cowherd.search} explores.
 */
@NullMarked
package cowherd.free;

import org.jspecify.annotations.NullMarked;
