package cowherd.kernel;

import cowherd.kernel.KernelTree.Block;
import cowherd.kernel.KernelTree.RuleNode;
import cowherd.kernel.source.Diagnostic;
import cowherd.kernel.source.Diagnostics;
import cowherd.kernel.source.SourceText;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads one kernel file and joins it with the kernel that it extends. */
final class KernelReader {
  /** Longest chain of files that extend each other. */
  static final int CHAIN_MAX = 64;

  private static final int LISTED_NAMES_MAX = 3;

  /**
   * Where a file is.
   *
   * @param name how messages call it
   * @param path empty for a built-in kernel
   */
  record Place(String name, Optional<Path> path) {
    static Place builtIn(String name) {
      return new Place(name, Optional.empty());
    }

    static Place file(Path path) {
      return new Place(path.toString(), Optional.of(path));
    }

    /** Equal for two spellings of the same place. */
    String key() {
      return path.map(p -> p.toAbsolutePath().normalize().toString()).orElse(name);
    }

    /** A path that stands in this file. */
    Place sibling(String other) {
      return file(path.orElse(Path.of("")).resolveSibling(other));
    }
  }

  /** How the reader gets at the kernel that a file extends. */
  interface Bases {
    /** The built-in kernel that a name means. */
    KernelNames lookup(String name);

    /** The kernel at a place; {@code chain} are the keys of the files that led there. */
    Resolution load(Place place, List<String> chain);
  }

  private final Problems problems;
  private final Place place;
  private final List<String> chain;
  private final Bases bases;

  private KernelReader(SourceText text, Place place, List<String> chain, Bases bases) {
    this.problems = new Problems(text);
    this.place = place;
    this.chain = new ArrayList<>(chain);
    this.chain.add(place.key());
    this.bases = bases;
  }

  /** Reads a kernel; the result lists every mistake of the file and of those that it extends. */
  static Resolution read(SourceText text, Place place, List<String> chain, Bases bases) {
    return new KernelReader(text, place, chain, bases).read();
  }

  private Resolution read() {
    Optional<KernelTree> parsed = KernelParser.parse(problems);
    if (parsed.isEmpty()) {
      return failed();
    }
    KernelTree tree = parsed.get();
    BlockChecks checks = new BlockChecks(problems);
    tree.blocks().forEach(checks::check);
    Optional<Kernel> base = Optional.empty();
    if (tree.base().isPresent()) {
      switch (base(tree.base().get())) {
        case Resolution.Found found -> base = Optional.of(found.kernel());
        case Resolution.Failed(Diagnostics others) -> {
          if (!others.list().isEmpty()) {
            problems.at(tree.base().get(), "the kernel that this one extends has mistakes", "");
          }
          return new Resolution.Failed(others.with(problems.list(), problems.source()));
        }
      }
    }
    return problems.isEmpty() ? assemble(tree, base) : failed();
  }

  // ----------------------------------------------------------------- the base

  private Resolution base(Token token) {
    Optional<Place> next = basePlace(token);
    if (next.isPresent() && chain.contains(next.get().key())) {
      problems.at(token, "the kernel extends itself", "");
      next = Optional.empty();
    }
    if (chain.size() >= CHAIN_MAX) {
      problems.at(token, "more than " + CHAIN_MAX + " kernels extend each other", "");
      next = Optional.empty();
    }
    return next.isPresent()
        ? bases.load(next.get(), chain)
        : new Resolution.Failed(new Diagnostics(List.of(), List.of()));
  }

  private Optional<Place> basePlace(Token token) {
    if (token.kind() == Token.Kind.STRING || KernelLibrary.isPath(token.text())) {
      try {
        return Optional.of(place.sibling(token.text()));
      } catch (InvalidPathException e) {
        problems.at(token, "this is not a path", "");
        return Optional.empty();
      }
    }
    return switch (bases.lookup(token.text())) {
      case KernelNames.Known(List<String> names) -> Optional.of(Place.builtIn(names.getFirst()));
      case KernelNames.Unknown(String message, String fix) -> {
        problems.at(token, message, fix);
        yield Optional.empty();
      }
    };
  }

  // --------------------------------------------------------------- assembling

  private Resolution assemble(KernelTree tree, Optional<Kernel> base) {
    Map<DecisionPoint, Decision> decisions = decisions(tree, base);
    Map<String, GupUser> users = users(tree, base);
    if (!problems.isEmpty()) {
      return failed();
    }
    Kernel.Identity identity =
        new Kernel.Identity(
            tree.name().text(),
            tree.story(),
            tree.sources(),
            base.map(Kernel::name),
            place.path().isEmpty() && KernelIndex.isRelease(place.name()));
    Set<Invariant> claims = tree.claims().or(() -> base.map(Kernel::claims)).orElse(Set.of());
    return new Resolution.Found(new Kernel(identity, claims, decisions, users), place.name(), "");
  }

  private Map<DecisionPoint, Decision> decisions(KernelTree tree, Optional<Kernel> base) {
    Map<DecisionPoint, Decision> decisions = new EnumMap<>(DecisionPoint.class);
    List<String> missing = new ArrayList<>();
    for (DecisionPoint point : DecisionPoint.values()) {
      tree.blocks().stream()
          .filter(block -> block.point() == point)
          .findFirst()
          .map(KernelReader::decision)
          .or(() -> base.map(kernel -> kernel.decision(point)))
          .ifPresentOrElse(
              decision -> decisions.put(point, decision), () -> missing.add(point.phrase()));
    }
    reportMissing(tree, "rules for", missing, "add the block");
    return decisions;
  }

  private Map<String, GupUser> users(KernelTree tree, Optional<Kernel> base) {
    Map<String, GupUser> users = new LinkedHashMap<>();
    List<String> missing = new ArrayList<>();
    for (String name : GupUser.NAMES) {
      tree.rows().stream()
          .filter(row -> row.name().equals(name))
          .findFirst()
          .or(() -> base.flatMap(kernel -> Optional.ofNullable(kernel.users().get(name))))
          .ifPresentOrElse(row -> users.put(name, row), () -> missing.add(name));
    }
    reportMissing(tree, "row for the user", missing, "add the row");
    return users;
  }

  private void reportMissing(KernelTree tree, String what, List<String> names, String fix) {
    if (names.isEmpty()) {
      return;
    }
    List<String> shown = names.subList(0, Math.min(names.size(), LISTED_NAMES_MAX));
    String more =
        names.size() > shown.size() ? " and " + (names.size() - shown.size()) + " more" : "";
    problems.at(
        tree.name(),
        "the kernel has no " + what + " `" + String.join("`, `", shown) + "`" + more,
        "extend another kernel or " + fix);
  }

  private static Decision decision(Block block) {
    List<Rule> rules = block.rules().stream().map(RuleNode::rule).toList();
    return new Decision(block.point(), block.origin(), rules);
  }

  private Resolution failed() {
    List<Diagnostic> list = problems.list();
    return new Resolution.Failed(new Diagnostics(list, List.of(problems.source())));
  }
}
