package cowherd.explore;

import cowherd.litmus.Expectation;
import java.util.Optional;

/**
 * A result and what the test expected.
 *
 * @param result what the check found
 * @param expectation what the test expects of the kernel
 * @param grade how they compare
 */
public record Graded(CheckResult result, Optional<Expectation> expectation, Grade grade) {}
