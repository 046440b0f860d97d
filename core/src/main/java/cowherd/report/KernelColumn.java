package cowherd.report;

import cowherd.kernel.Kernel;

/**
 * A kernel of a run.
 *
 * @param label how the user calls it: a name, a release, or a path when the name is taken
 * @param kernel its rules
 * @param file the file whose rules they are: a built-in name or a path
 * @param note what the user should know about the choice, or empty
 */
public record KernelColumn(String label, Kernel kernel, String file, String note) {}
