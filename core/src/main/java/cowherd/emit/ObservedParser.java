package cowherd.emit;

import cowherd.emit.Observation.Seen;
import cowherd.emit.Observation.Word;
import cowherd.kernel.source.Diagnostic;
import cowherd.kernel.source.Diagnostics;
import cowherd.kernel.source.SourceText;
import cowherd.kernel.source.Suggest;
import cowherd.operation.Value;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Reads a file of observations, a line at a time:
 *
 * <pre>
 * // a comment
 * kernel 5.10.251 "Debian, QEMU"
 * model v5.10-stable
 * source "kernels.md"
 * splice-in-child/base  P C C C P P C C -> C.r=1
 * </pre>
 *
 * The heads come before the observations. What the names of an observation mean only its test can
 * tell, see {@link ObservedChecker#mistakes}.
 */
public final class ObservedParser {
  /** Most observations of a file. */
  public static final int OBSERVATIONS_MAX = 10_000;

  /** Most calls of a schedule. */
  public static final int CALLS_MAX = 60;

  /** Most values of an outcome. */
  public static final int VALUES_MAX = 32;

  /** Most sources of a file. */
  public static final int SOURCES_MAX = 16;

  /** Most mistakes that are told of a file. */
  public static final int DIAGNOSTICS_MAX = 40;

  /** A value that says of a thread that it has begun a call and cannot end it. */
  static final String SLEEPS = "sleeps";

  /** The words of values, and their codes. */
  static final TreeMap<String, Integer> VALUES = values();

  private static final String KERNEL = "kernel";
  private static final String MODEL = "model";
  private static final String SOURCE = "source";
  private static final String ARROW = "->";
  private static final String COMMENT = "//";
  private static final char QUOTE = '"';

  private final SourceText text;
  private final List<Diagnostic> mistakes = new ArrayList<>();
  private final List<String> sources = new ArrayList<>();
  private final List<Observation> observations = new ArrayList<>();
  private Optional<Word> kernel = Optional.empty();
  private Optional<Word> model = Optional.empty();
  private String how = "";

  private ObservedParser(SourceText text) {
    this.text = text;
  }

  /**
   * What came of reading a file.
   *
   * @param file the file, without the lines that have mistakes; empty when it does not say which
   *     kernel it speaks of
   * @param diagnostics the mistakes
   */
  public record Result(Optional<ObservedFile> file, Diagnostics diagnostics) {}

  /** Reads a file. */
  public static Result parse(SourceText text) {
    return new ObservedParser(text).parse();
  }

  private static TreeMap<String, Integer> values() {
    TreeMap<String, Integer> values = new TreeMap<>();
    for (int code = 0; code <= Value.UNSET; code++) {
      String name = Value.name(code);
      if (Value.isNumber(code) || !Character.isDigit(name.charAt(0))) {
        values.put(name, code);
      }
    }
    return values;
  }

  private Result parse() {
    int start = 0;
    for (int line = 1; line <= text.lines(); line++) {
      String content = text.lineText(line);
      line(words(content, start));
      start = text.text().indexOf('\n', start) + 1;
    }
    if (kernel.isEmpty() && mistakes.isEmpty()) {
      wholeFile("the file does not say which kernel it speaks of", "`kernel 6.1.0` at its top");
    } else if (model.isEmpty() && mistakes.isEmpty()) {
      wholeFile("the file does not say which model speaks for the kernel", "`model v6.1`");
    }
    Optional<ObservedFile> file =
        kernel.isPresent() && model.isPresent()
            ? Optional.of(
                new ObservedFile(
                    text, kernel.get().text(), how, model.get(), sources, observations))
            : Optional.empty();
    return new Result(file, new Diagnostics(mistakes, List.of(text)));
  }

  /** The words of a line; a text in quotes is a word, with its quotes. */
  private List<Word> words(String line, int start) {
    List<Word> words = new ArrayList<>();
    int at = 0;
    while (at < line.length()) {
      if (Character.isWhitespace(line.charAt(at))) {
        at++;
        continue;
      }
      if (line.startsWith(COMMENT, at)) {
        break;
      }
      int end = line.charAt(at) == QUOTE ? afterQuote(line, at) : afterWord(line, at);
      words.add(new Word(line.substring(at, end), start + at));
      at = end;
    }
    return words;
  }

  private static int afterQuote(String line, int at) {
    int end = line.indexOf(QUOTE, at + 1);
    return end < 0 ? line.length() : end + 1;
  }

  private static int afterWord(String line, int at) {
    int end = at;
    while (end < line.length()
        && !Character.isWhitespace(line.charAt(end))
        && line.charAt(end) != QUOTE) {
      end++;
    }
    return end;
  }

  private void line(List<Word> words) {
    if (words.isEmpty()) {
      return;
    }
    boolean isObservation = words.stream().anyMatch(word -> word.text().equals(ARROW));
    switch (words.getFirst().text()) {
      case KERNEL -> kernel(words);
      case MODEL -> model(words);
      case SOURCE -> source(words);
      default -> {
        if (isObservation) {
          observation(words);
        } else {
          noSuchLine(words);
        }
      }
    }
  }

  private void noSuchLine(List<Word> words) {
    Word first = words.getFirst();
    String question = Suggest.didYouMean(first.text(), List.of(KERNEL, MODEL, SOURCE));
    if (question.isEmpty() || words.size() > 2 && quoted(words.get(1)).isEmpty()) {
      Word last = words.getLast();
      Word end = new Word("", last.offset() + last.text().length());
      mistake(end, "`->` and an outcome are missing", "as in `umap-evict A B A -> A.r=1`");
    } else {
      mistake(first, "a line begins with the name of a test, or with a head", question);
    }
  }

  // ---- heads ----------------------------------------------------------------------------------

  private void kernel(List<Word> words) {
    if (twice(kernel, words) || !hasWord(words, "the release, as in `kernel 5.10.251`")) {
      return;
    }
    kernel = Optional.of(words.get(1));
    if (words.size() > 2) {
      Optional<String> told = quoted(words.get(2));
      if (told.isEmpty() || words.size() > 3) {
        Word at = words.get(told.isEmpty() ? 2 : 3);
        mistake(at, "behind the release stands a text in quotes", "as in \"Debian, QEMU\"");
      } else {
        how = told.get();
      }
    }
  }

  private void model(List<Word> words) {
    if (twice(model, words) || !hasWord(words, "a kernel, as in `model v5.10-stable`")) {
      return;
    }
    model = Optional.of(words.get(1));
    if (words.size() > 2) {
      mistake(words.get(2), "one model speaks for a kernel", "");
    }
  }

  private void source(List<Word> words) {
    Optional<String> told = words.size() == 2 ? quoted(words.get(1)) : Optional.empty();
    if (told.isEmpty()) {
      Word at = words.get(Math.min(1, words.size() - 1));
      mistake(at, "a source is one text in quotes", "as in source \"kernels.md\"");
    } else if (sources.size() == SOURCES_MAX) {
      mistake(words.getFirst(), "these are more than " + SOURCES_MAX + " sources", "");
    } else {
      sources.add(told.get());
    }
  }

  private boolean twice(Optional<Word> before, List<Word> words) {
    Word head = words.getFirst();
    before.ifPresent(word ->
        mistake(
            head,
            "a file has one `" + head.text() + "`; it is in line " + text.line(word.offset()),
            "a file for each kernel"));
    if (before.isEmpty() && !observations.isEmpty()) {
      mistake(head, "`" + head.text() + "` comes before the observations", "");
    }
    return before.isPresent();
  }

  private boolean hasWord(List<Word> words, String what) {
    if (words.size() < 2 || words.get(1).text().charAt(0) == QUOTE) {
      mistake(words.getFirst(), "`" + words.getFirst().text() + "` needs " + what, "");
      return false;
    }
    return true;
  }

  private static Optional<String> quoted(Word word) {
    String t = word.text();
    boolean whole = t.length() >= 2 && t.charAt(0) == QUOTE && t.charAt(t.length() - 1) == QUOTE;
    return whole ? Optional.of(t.substring(1, t.length() - 1)) : Optional.empty();
  }

  // ---- observations ---------------------------------------------------------------------------

  private void observation(List<Word> words) {
    int before = mistakes.size();
    int arrow = 0;
    while (!words.get(arrow).text().equals(ARROW)) {
      arrow++;
    }
    List<Word> calls = words.subList(Math.min(1, arrow), arrow);
    List<Word> values = words.subList(arrow + 1, words.size());
    if (calls.isEmpty()) {
      mistake(words.get(arrow), "before `->` stand a test and its schedule", "");
    } else if (calls.size() > CALLS_MAX) {
      mistake(calls.get(CALLS_MAX), "a schedule has at most " + CALLS_MAX + " calls", "");
    }
    if (values.isEmpty()) {
      mistake(words.get(arrow), "behind `->` stands what was seen", "as in `-> A.r=1`");
    } else if (values.size() > VALUES_MAX) {
      mistake(values.get(VALUES_MAX), "an outcome has at most " + VALUES_MAX + " values", "");
    }
    List<Seen> outcome = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Word value : values) {
      seen(value)
          .ifPresent(seen -> {
            outcome.add(seen);
            if (!names.add(seen.name().text())) {
              mistake(seen.name(), "`" + seen.name().text() + "` is told twice", "");
            }
          });
    }
    if (mistakes.size() > before) {
      return;
    }
    if (observations.size() == OBSERVATIONS_MAX) {
      mistake(words.getFirst(), "these are more than " + OBSERVATIONS_MAX + " observations", "");
      return;
    }
    if (kernel.isEmpty() || model.isEmpty()) {
      mistake(words.getFirst(), "`kernel` and `model` come before the observations", "");
      return;
    }
    observations.add(new Observation(words.getFirst(), calls, outcome));
  }

  private Optional<Seen> seen(Word word) {
    int equals = word.text().indexOf('=');
    if (equals <= 0 || equals == word.text().length() - 1) {
      mistake(word, "an outcome is `name=value`, without blanks", "as in `A.r=1` or `A=sleeps`");
      return Optional.empty();
    }
    Word name = new Word(word.text().substring(0, equals), word.offset());
    Word value = new Word(word.text().substring(equals + 1), word.offset() + equals + 1);
    if (!value.text().equals(SLEEPS) && !VALUES.containsKey(value.text())) {
      mistake(value, "`" + value.text() + "` is no value", likeValue(value.text()));
      return Optional.empty();
    }
    return Optional.of(new Seen(name, value));
  }

  private static String likeValue(String text) {
    List<String> words = new ArrayList<>(List.of(SLEEPS));
    VALUES.keySet().stream().filter(v -> !Character.isDigit(v.charAt(0))).forEach(words::add);
    String question = Suggest.didYouMean(text, words);
    return question.isEmpty()
        ? "a number up to " + Value.MAX + ", an error such as `-EFAULT`, `SIGBUS`, `" + SLEEPS + "`"
        : question;
  }

  // ---- mistakes -------------------------------------------------------------------------------

  private void mistake(Word at, String message, String fix) {
    if (mistakes.size() < DIAGNOSTICS_MAX) {
      mistakes.add(text.diagnostic(at.offset(), at.text().length(), message, fix));
    }
  }

  private void wholeFile(String message, String fix) {
    mistakes.add(Diagnostic.ofFile(text.file(), message, fix));
  }
}
