package cowherd.litmus;

/** A place in a test's file: 1-based line and column, and how many characters are meant. */
public record Place(int line, int column, int length) {}
