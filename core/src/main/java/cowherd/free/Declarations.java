package cowherd.free;

import java.util.regex.Pattern;

/** What stands above the processes of a test: its name, memory, files, pipes and actors. */
final class Declarations {
  private static final Pattern FILE = Pattern.compile("\\bf\\b");
  private static final Pattern PIPE = Pattern.compile("\\bq\\b");
  private static final int FILE_CONTENT = 99;

  private Declarations() {}

  static String text(Configuration c, String name) {
    return text(c, name, "", String.join(";", c.operations().calls()));
  }

  /**
   * The declarations of a test.
   *
   * @param story what stands below the name, lines with their line ends
   * @param body the statements: only what they use is declared
   */
  static String text(Configuration c, String name, String story, String body) {
    StringBuilder out = new StringBuilder("litmus " + name + "\n" + story + "\n");
    for (int page = 0; page < c.pages(); page++) {
      String called = Configuration.PAGE_NAMES.get(page);
      out.append("anon ").append(called);
      out.append(c.words() == 1 ? "" : "[" + c.words() + "]");
      out.append(c.touched() ? " = 1;\n" : ";\n");
    }
    if (FILE.matcher(body).find()) {
      out.append("file f = " + FILE_CONTENT + ";\n");
    }
    if (PIPE.matcher(body).find()) {
      out.append("pipe q;\n");
    }
    if (!c.operations().actors().isEmpty()) {
      out.append("background ").append(String.join(", ", c.operations().actorNames()));
      out.append(";\n");
    }
    return out.append("\n").toString();
  }
}
