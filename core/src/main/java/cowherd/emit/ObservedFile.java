package cowherd.emit;

import cowherd.emit.Observation.Word;
import cowherd.kernel.source.Diagnostic;
import cowherd.kernel.source.SourceText;
import java.util.List;

/**
 * What one kernel answered.
 *
 * @param text the file
 * @param kernel the release of the kernel
 * @param how where it ran, or empty
 * @param model which of our kernels speaks for it: a name, or the path of a kernel file, from the
 *     folder of this file
 * @param sources where the observations come from
 * @param observations what was seen
 */
public record ObservedFile(
    SourceText text,
    String kernel,
    String how,
    Word model,
    List<String> sources,
    List<Observation> observations) {
  public ObservedFile {
    sources = List.copyOf(sources);
    observations = List.copyOf(observations);
  }

  /** The line of an observation, from 1. */
  public int line(Observation observation) {
    return text.line(observation.test().offset());
  }

  /** A mistake at a word of this file. */
  public Diagnostic mistake(Word at, String message, String fix) {
    return text.diagnostic(at.offset(), at.text().length(), message, fix);
  }
}
