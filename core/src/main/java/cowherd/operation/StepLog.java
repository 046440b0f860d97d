package cowherd.operation;

import cowherd.kernel.Rule;

/** Hears what a step does, for traces. The search uses {@link #SILENT}. */
public interface StepLog {
  /** Hears nothing. */
  StepLog SILENT =
      new StepLog() {
        @Override
        public void rule(Rule rule) {}

        @Override
        public void say(String text) {}
      };

  /** A rule decided. */
  void rule(Rule rule);

  /** Something happened, in a few words. */
  void say(String text);
}
