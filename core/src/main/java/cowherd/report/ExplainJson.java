package cowherd.report;

import cowherd.explore.CheckResult;
import cowherd.explore.Condition;
import cowherd.explore.Trace;
import cowherd.explore.Trace.FolioView;
import cowherd.explore.Trace.MappingView;
import cowherd.explore.Trace.MemoryView;
import cowherd.explore.Trace.ReferenceView;
import cowherd.explore.Trace.TraceStep;
import cowherd.kernel.Decision;
import cowherd.kernel.Rule;
import cowherd.report.Explanation.Shown;

/** A run, told to a program: every step, every rule, memory after every change. */
public final class ExplainJson {
  private final Json json = new Json();
  private final CheckResult result;

  private ExplainJson(CheckResult result) {
    this.result = result;
  }

  /** One object on one line. */
  public static String text(Explanation explanation) {
    ExplainJson report = new ExplainJson(explanation.graded().result());
    report.json.open('{');
    JsonReport.verdict(report.json, explanation.kernel(), explanation.graded());
    report.json.field("reason", report.result.reason());
    report.json.field("leftOut", explanation.leftOut());
    report.json.name("hang");
    JsonReport.hang(report.json, report.result);
    switch (explanation.shown()) {
      case Shown.Breaks(Condition condition, Trace trace) ->
          report.shown("breaks", condition.text(), trace);
      case Shown.Hangs(Trace trace) -> report.shown("hangs", "", trace);
      case Shown.Reaches(Condition condition, Trace trace) ->
          report.shown("reaches", condition.text(), trace);
      case Shown.Nothing() -> report.json.name("shows").nothing();
    }
    return report.json.close('}') + "\n";
  }

  private void shown(String what, String condition, Trace trace) {
    json.field("shows", what).field("condition", condition);
    json.name("start");
    memory(trace.start());
    json.name("steps").open('[');
    trace.steps().forEach(this::step);
    json.close(']').field("registers", trace.registers());
  }

  private void step(TraceStep step) {
    json.open('{');
    json.field("actor", CallSpan.actorName(result.test().program(), step.actor()));
    json.field("call", step.call()).field("begins", step.begins()).field("ends", step.ends());
    json.field("says", step.says()).name("rules").open('[');
    step.rules().forEach(this::rule);
    json.close(']').name("memory");
    if (step.changed()) {
      memory(step.memory());
    } else {
      json.nothing();
    }
    json.field("breaks", step.broken().stream().map(Condition::text).toList());
    json.close('}');
  }

  private void rule(Rule rule) {
    Decision block = result.kernel().decision(rule.decision());
    json.open('{').field("decision", rule.decision().phrase()).field("number", rule.number());
    json.field("rule", rule.text()).field("kernel", rule.kernel());
    json.field("because", rule.because().isEmpty() ? block.contract() : rule.because());
    json.field("function", rule.function().isEmpty() ? block.function() : rule.function());
    json.field("commit", rule.commit().isEmpty() ? block.commit() : rule.commit());
    json.close('}');
  }

  private void memory(MemoryView memory) {
    json.open('{').name("mappings").open('[');
    memory.mappings().forEach(this::mapping);
    json.close(']').name("folios").open('[');
    memory.folios().forEach(this::folio);
    json.close(']').name("references").open('[');
    memory.references().forEach(this::reference);
    json.close(']').close('}');
  }

  private void mapping(MappingView mapping) {
    json.open('{').field("process", mapping.process()).field("page", mapping.page());
    json.field("target", mapping.target()).field("flags", mapping.flags()).close('}');
  }

  private void folio(FolioView folio) {
    json.open('{').field("folio", folio.number()).field("kind", folio.kind());
    json.name("words").open('[');
    folio.words().forEach(json::value);
    json.close(']').field("mapcount", folio.mapcount()).field("refcount", folio.refcount());
    json.field("flags", folio.flags()).close('}');
  }

  private void reference(ReferenceView reference) {
    json.open('{').field("name", reference.name()).field("process", reference.process());
    json.field("kind", reference.kind()).field("folio", reference.folio()).close('}');
  }
}
