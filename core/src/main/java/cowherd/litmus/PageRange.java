package cowherd.litmus;

import cowherd.operation.Instruction;

/**
 * Pages that a path names.
 *
 * @param process whose
 * @param page the first, or {@link Instruction#NONE} when a register holds it
 * @param pages how many
 * @param pageRegister the register that holds the page, or {@link Instruction#NONE}
 * @param word a word of the page, or {@link Instruction#NONE}
 */
record PageRange(int process, int page, int pages, int pageRegister, int word) {
  static PageRange of(int process, int page, int pages) {
    return new PageRange(process, page, pages, Instruction.NONE, Instruction.NONE);
  }

  static PageRange inRegister(int process, int register) {
    return new PageRange(process, Instruction.NONE, 1, register, Instruction.NONE);
  }

  PageRange ofProcess(int other) {
    return new PageRange(other, page, pages, pageRegister, word);
  }

  PageRange withWord(int index) {
    return new PageRange(process, page, pages, pageRegister, index);
  }

  /** The first of several pages. */
  PageRange first() {
    return new PageRange(process, page, 1, pageRegister, word);
  }

  boolean hasWord() {
    return word != Instruction.NONE;
  }
}
