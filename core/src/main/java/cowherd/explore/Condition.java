package cowherd.explore;

/**
 * Something that a run can break.
 *
 * @param bit its place in the sets of conditions of this test
 * @param name the word of the property, of the invariant, or of the kind of the test's own
 *     condition
 * @param text the condition as it is written
 * @param because why it matters
 */
public record Condition(int bit, String name, String text, String because) {}
