package cowherd.kernel;

import cowherd.kernel.KernelTree.Block;
import cowherd.kernel.source.Diagnostic;
import cowherd.kernel.source.Diagnostics;
import cowherd.kernel.source.SourceReader;
import cowherd.kernel.source.SourceText;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Finds kernels: the built-in ones by name, any release of Linux by its number, and a user's file
 * by its path. All files are read by the same reader. Safe for use by several threads; built-in
 * kernels are read once, when they are first asked for.
 */
public final class KernelLibrary {
  /** Longest chain of files that extend each other. */
  static final int CHAIN_MAX = 64;

  private static final String DIRECTORY = "kernels/";

  private final KernelIndex index;
  private final Map<String, Resolution> builtIns = new ConcurrentHashMap<>();

  private KernelLibrary(KernelIndex index) {
    this.index = index;
  }

  /** The library of the kernels that come with Cowherd. */
  public static KernelLibrary builtIn() {
    return Holder.LIBRARY;
  }

  private static final class Holder {
    private static final KernelLibrary LIBRARY =
        new KernelLibrary(
            new KernelIndex(
                new String(resource("index"), StandardCharsets.UTF_8)
                    .lines()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .toList()));
  }

  /** The names of all built-in kernels, oldest first, proposals where they belong in time. */
  public List<String> names() {
    return index.names();
  }

  /** The names of the built-in kernels that are releases, oldest first. */
  public List<String> releases() {
    return index.releases();
  }

  /** The built-in kernel that a name or a release of Linux means. */
  public KernelNames lookup(String name) {
    return index.lookup(name);
  }

  /**
   * The built-in kernels of a range, both ends included: {@code expand("v5.9", "v5.18")} are the
   * releases in between, {@code expand("v5.9", "")} all releases from there on, {@code
   * expand("peterx-v1", "peterx-v3")} the proposals in between. A release without a file stands for
   * the file whose rules it has.
   */
  public KernelNames expand(String from, String to) {
    return index.expand(from, to);
  }

  /** Whether {@link #resolve} takes this for the path of a file. */
  public static boolean isPath(String nameOrPath) {
    return nameOrPath.contains("/") || nameOrPath.endsWith(".kernel");
  }

  /**
   * The kernel of that name, release or path.
   *
   * @param nameOrPath a path when it contains {@code /} or ends with {@code .kernel}, relative to
   *     the working directory
   */
  public Resolution resolve(String nameOrPath) {
    if (isPath(nameOrPath)) {
      try {
        return file(Path.of(nameOrPath), nameOrPath, List.of());
      } catch (InvalidPathException e) {
        return failed(Diagnostic.ofFile(nameOrPath, "this is not a path", ""));
      }
    }
    return switch (index.lookup(nameOrPath)) {
      case KernelNames.Unknown(String message, String fix) ->
          failed(Diagnostic.ofFile(nameOrPath, message, fix));
      case KernelNames.Known(List<String> names) -> {
        String name = names.getFirst();
        yield switch (builtIn(name, List.of())) {
          case Resolution.Found found when !name.equals(nameOrPath) ->
              new Resolution.Found(found.kernel(), name, nameOrPath + " has the rules of " + name);
          case Resolution other -> other;
        };
      }
    };
  }

  /** The built-in kernel of that name or release; for callers that know that it exists. */
  public Kernel get(String name) {
    return resolve(name).orThrow();
  }

  // ------------------------------------------------------------------- reading

  private Resolution builtIn(String name, List<String> chain) {
    Resolution known = builtIns.get(name);
    if (known == null) {
      known =
          switch (SourceReader.decode(resource(name + ".kernel"), name + ".kernel")) {
            case SourceReader.Unreadable(Diagnostic diagnostic) -> failed(diagnostic);
            case SourceReader.Text(SourceText text) ->
                read(text, new Place(name, Optional.empty()), chain);
          };
      builtIns.put(name, known);
    }
    return known;
  }

  private Resolution file(Path path, String name, List<String> chain) {
    return switch (SourceReader.read(path, name)) {
      case SourceReader.Unreadable(Diagnostic diagnostic) -> failed(diagnostic);
      case SourceReader.Text(SourceText text) ->
          read(text, new Place(name, Optional.of(path)), chain);
    };
  }

  /**
   * Where a file is.
   *
   * @param name how messages call it
   * @param path empty for a built-in kernel
   */
  private record Place(String name, Optional<Path> path) {
    /** Equal for two spellings of the same place. */
    String key() {
      return path.map(p -> p.toAbsolutePath().normalize().toString()).orElse(name);
    }
  }

  private Resolution read(SourceText text, Place place, List<String> chain) {
    Problems problems = new Problems(text);
    Optional<KernelTree> parsed = KernelParser.parse(problems);
    if (parsed.isEmpty()) {
      return failed(problems);
    }
    KernelTree tree = parsed.get();
    BlockChecks checks = new BlockChecks(problems);
    tree.blocks().forEach(checks::check);
    List<String> longer = new ArrayList<>(chain);
    longer.add(place.key());
    Optional<Resolution> base = tree.base().map(token -> base(token, place, longer, problems));
    if (base.isPresent() && base.get() instanceof Resolution.Failed(Diagnostics others)) {
      return new Resolution.Failed(joined(others, problems));
    }
    if (!problems.isEmpty()) {
      return failed(problems);
    }
    return assemble(tree, place, base.map(Resolution::orThrow), problems);
  }

  private Resolution base(Token token, Place place, List<String> chain, Problems problems) {
    Resolution nothing = new Resolution.Failed(new Diagnostics(List.of(), List.of()));
    if (chain.size() >= CHAIN_MAX) {
      problems.at(token, "more than " + CHAIN_MAX + " kernels extend each other", "");
      return nothing;
    }
    Place next;
    try {
      if (token.kind() == Token.Kind.STRING || isPath(token.text())) {
        Path sibling = place.path().orElse(Path.of("")).resolveSibling(token.text());
        next = new Place(sibling.toString(), Optional.of(sibling));
      } else {
        switch (index.lookup(token.text())) {
          case KernelNames.Known(List<String> names) ->
              next = new Place(names.getFirst(), Optional.empty());
          case KernelNames.Unknown(String message, String fix) -> {
            problems.at(token, message, fix);
            return nothing;
          }
        }
      }
    } catch (InvalidPathException e) {
      problems.at(token, "this is not a path", "");
      return nothing;
    }
    if (chain.contains(next.key())) {
      problems.at(token, "the kernel extends itself", "");
      return nothing;
    }
    return next.path().isPresent()
        ? file(next.path().get(), next.name(), chain)
        : builtIn(next.name(), chain);
  }

  // ---------------------------------------------------------------- assembling

  private Resolution assemble(
      KernelTree tree, Place place, Optional<Kernel> base, Problems problems) {
    Map<DecisionPoint, Decision> decisions = new EnumMap<>(DecisionPoint.class);
    Map<String, GupUser> users = new LinkedHashMap<>();
    for (DecisionPoint point : DecisionPoint.values()) {
      Optional<Block> own = tree.blocks().stream().filter(b -> b.point() == point).findFirst();
      Optional<Decision> decision =
          own.map(KernelLibrary::decision).or(() -> base.map(b -> b.decision(point)));
      decision.ifPresent(d -> decisions.put(point, d));
      if (decision.isEmpty()) {
        problems.at(
            tree.name(),
            "the kernel has no rules for `" + point.phrase() + "`",
            "extend another kernel or add the block");
      }
    }
    for (String user : GupUser.NAMES) {
      Optional<GupUser> own = tree.rows().stream().filter(r -> r.name().equals(user)).findFirst();
      Optional<GupUser> row =
          own.or(() -> base.flatMap(b -> Optional.ofNullable(b.users().get(user))));
      row.ifPresent(r -> users.put(user, r));
      if (row.isEmpty()) {
        problems.at(
            tree.name(),
            "the kernel has no row for the user `" + user + "`",
            "extend another kernel or add the row");
      }
    }
    if (!problems.isEmpty()) {
      return failed(problems);
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

  private static Decision decision(Block block) {
    return new Decision(
        block.point(),
        block.origin(),
        block.rules().stream().map(KernelTree.RuleNode::rule).toList());
  }

  private static Resolution failed(Diagnostic diagnostic) {
    return new Resolution.Failed(Diagnostics.of(diagnostic));
  }

  private static Resolution failed(Problems problems) {
    return new Resolution.Failed(new Diagnostics(problems.list(), List.of(problems.source())));
  }

  /** The mistakes of the base and then those of the file that extends it. */
  private static Diagnostics joined(Diagnostics base, Problems problems) {
    List<Diagnostic> list = new ArrayList<>(base.list());
    list.addAll(problems.list());
    List<SourceText> sources = new ArrayList<>(base.sources());
    sources.add(problems.source());
    return new Diagnostics(list, sources);
  }

  private static byte[] resource(String name) {
    try (InputStream in = KernelLibrary.class.getResourceAsStream(DIRECTORY + name)) {
      if (in == null) {
        throw new IllegalStateException("KernelLibrary.resource: no " + DIRECTORY + name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
