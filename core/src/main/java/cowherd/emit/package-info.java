/**
 * Tests for real kernels: which calls of a test user space can make there, the test as data for the
 * runner (a C program, the resource {@code cowherd/emit/harness.c}), its schedules, and whether
 * what a kernel did is what the model allows. Nothing here runs a program.
 */
@NullMarked
package cowherd.emit;

import org.jspecify.annotations.NullMarked;
