package cowherd.free;

import cowherd.explore.Options;
import cowherd.kernel.KernelLibrary;
import cowherd.operation.PropertyName;
import java.util.*;

public class Try {
  public static void main(String[] a) throws Exception {
    // kernel props ops procs threads pages refs maxcalls maxstates
    Set<PropertyName> props = EnumSet.noneOf(PropertyName.class);
    for (PropertyName p : PropertyName.values()) if (List.of(a[1].split(",")).contains(p.word())) props.add(p);
    Configuration c = new Configuration(Integer.parseInt(a[3]), Integer.parseInt(a[4]), Integer.parseInt(a[5]), 1, Integer.parseInt(a[6]), 1,
        Operations.of(List.of(a[2].split(";"))));
    FreeProgram f = FreeProgram.of(c);
    System.out.println(c.text() + " items " + f.items().size());
    int frames = c.processes() * c.pages() + c.references() + c.processes() * c.threads();
    FreeSpace s = new FreeSpace(f, KernelLibrary.builtIn().get(a[0]), props, new FreeSpace.Room(frames, c.operations().actors().isEmpty() ? 0 : frames, Options.DEFAULT));
    long t = System.nanoTime();
    PlainSearch.Result r = PlainSearch.run(s, Integer.parseInt(a[7]), Integer.parseInt(a[8]), 5);
    System.out.println("states " + r.states() + " transitions " + r.transitions() + " complete " + r.complete() + " bytes " + s.bytes() + " s " + (System.nanoTime() - t) / 1e9);
    System.out.println("out of model: " + s.outOfModel());
    for (PlainSearch.Hit h : r.hits()) {
      StringBuilder b = new StringBuilder();
      byte[] init = new byte[s.bytes()]; s.initial(init);
      s.machine().state().load(init, 0);
      for (int act : h.actions()) {
        int actor = FreeSpace.actor(act);
        boolean ch = actor < f.program().threads().size() && s.machine().betweenCalls(actor);
        if (!s.machine().step(actor, FreeSpace.choice(act))) throw new RuntimeException();
        if (ch) b.append(s.machine().threadName(actor)).append(": ").append(f.items().get(FreeSpace.choice(act)).statement()).append("; ");
        else if (actor >= f.program().threads().size()) b.append(s.machine().threadName(actor)).append(" ");
        s.canonical().rename(s.machine().state());
      }
      System.out.println(h.calls() + " calls " + h.steps() + " steps broken " + h.broken() + " " + b);
    }
  }
}
