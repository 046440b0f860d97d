package cowherd.litmus;

import cowherd.litmus.Constants.Family;

/**
 * A parameter of an operation.
 *
 * @param kind what may stand there
 * @param shown how the reference shows it; of a {@link Kind#WORD} the word itself
 * @param family constants of a {@link Kind#FLAGS}; otherwise {@link Family#VALUE}
 * @param optional whether it may be left out; only last parameters
 */
public record Parameter(Kind kind, String shown, Family family, boolean optional) {
  /** What an argument may be, and which field of the instruction it fills. */
  public enum Kind {
    /** pages of the caller: {@code x}, {@code big}, {@code big.1}; or {@code e.address} */
    PAGES("memory of the process"),
    /** one page or a word of it: {@code x}, {@code x[1]}, {@code big.1[0]} */
    PAGE("a page or a word of it"),
    /** one page of any process: {@code x}, {@code B.x} */
    ANY_PAGE("a page"),
    FILE("a file"),
    PIPE("a pipe"),
    /** {@code u}, or {@code u.B}: the context that the forked child B was given */
    USERFAULTFD("a userfaultfd"),
    /** a variable that holds a reference */
    REFERENCE("a reference"),
    /** one page of a reference or a word of it: {@code k}, {@code k.1}, {@code k[1]} */
    REFERENCE_PAGE("a page of a reference"),
    /** a process, whose memory is meant */
    MEMORY_OF("a process"),
    /** a process that is forked or waited for */
    PROCESS("a process"),
    THREAD("a thread of the process"),
    SIGNAL("the name of a signal"),
    BARRIER("the name of a barrier"),
    VALUE("a value"),
    NUMBER("a number"),
    /** constants of one family, joined by {@code |}; or 0 */
    FLAGS("flags"),
    /** a certain word */
    WORD("a word"),
    /** anything that exists */
    ANYTHING("an argument");

    private final String meaning;

    Kind(String meaning) {
      this.meaning = meaning;
    }

    /** How a message calls it. */
    public String meaning() {
      return meaning;
    }
  }

  static Parameter of(Kind kind, String shown) {
    return new Parameter(kind, shown, Family.VALUE, false);
  }

  static Parameter flags(Family family, String shown) {
    return new Parameter(Kind.FLAGS, shown, family, false);
  }

  static Parameter word(String word) {
    return new Parameter(Kind.WORD, word, Family.WORD, false);
  }

  Parameter orNothing() {
    return new Parameter(kind, shown, family, true);
  }

  /** How a message calls what should stand here. */
  String wanted() {
    return switch (kind) {
      case WORD -> "`" + shown + "`";
      case FLAGS -> family.meaning();
      case PAGES,
          PAGE,
          ANY_PAGE,
          FILE,
          PIPE,
          USERFAULTFD,
          REFERENCE,
          REFERENCE_PAGE,
          MEMORY_OF,
          PROCESS,
          THREAD,
          SIGNAL,
          BARRIER,
          VALUE,
          NUMBER,
          ANYTHING ->
          kind.meaning();
    };
  }
}
