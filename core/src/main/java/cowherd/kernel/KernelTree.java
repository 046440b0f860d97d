package cowherd.kernel;

import cowherd.kernel.source.SourceText;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A kernel file as it was parsed, not yet joined with the kernel that it extends.
 *
 * @param source the text
 * @param name the kernel's name
 * @param base what stands after {@code extends}
 * @param story the first string, or empty
 * @param sources the {@code from} strings
 * @param claims the invariants of a {@code claims} clause
 * @param blocks the blocks of rules
 * @param rows the rows of the {@code users} table
 */
record KernelTree(
    SourceText source,
    Token name,
    Optional<Token> base,
    String story,
    List<String> sources,
    Optional<Set<Invariant>> claims,
    List<Block> blocks,
    List<GupUser> rows) {

  /**
   * A block of rules.
   *
   * @param heading the words of the decision's phrase, as one token
   * @param none whether the block says {@code none}
   * @param whole whether every rule of the block could be read
   */
  record Block(
      DecisionPoint point,
      Token heading,
      Decision.Origin origin,
      List<RuleNode> rules,
      boolean none,
      boolean whole) {}

  /** A rule and where it stands: from the action to the end of the guard. */
  record RuleNode(Rule rule, int offset, int length) {}
}
