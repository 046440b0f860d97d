/**
 * The engine for large state spaces: breadth first, exactly or with fingerprints, on several
 * threads, within a given memory, to disk and back. It knows nothing of memory management: it
 * explores a {@link cowherd.search.Space}.
 *
 * <p>Read {@link cowherd.search.Search} first. States are kept packed ({@link
 * cowherd.search.Packer}), in shards by their hash ({@link cowherd.search.Shard}); a search goes on
 * in rounds: successors of a slice of the frontier are made in parallel, then each shard takes
 * those that are its own. So what comes out does not depend on the number of threads.
 */
@NullMarked
package cowherd.search;

import org.jspecify.annotations.NullMarked;
