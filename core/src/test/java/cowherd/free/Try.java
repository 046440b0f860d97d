package cowherd.free;

import cowherd.kernel.KernelLibrary;
import cowherd.operation.PropertyName;
import java.util.*;

public class Try {
  static Set<Reduction> red(String[] a) { Set<Reduction> r = EnumSet.noneOf(Reduction.class); for (Reduction x : Reduction.values()) if (a.length < 10 || a[9].contains(x.word())) r.add(x); return r; }
  public static void main(String[] a) throws Exception {
    // kernel props ops procs threads pages refs maxcalls maxstates
    Set<PropertyName> props = EnumSet.noneOf(PropertyName.class);
    for (PropertyName p : PropertyName.values()) if (List.of(a[1].split(",")).contains(p.word())) props.add(p);
    Configuration c = new Configuration(Integer.parseInt(a[3]), Integer.parseInt(a[4]), Integer.parseInt(a[5]), 1, Integer.parseInt(a[6]), 1,
        Operations.of(List.of(a[2].split(";"))));
    FreeProgram f = FreeProgram.of(c);
    System.out.println(c.text() + " items " + f.items().size());
    int frames = c.processes() * c.pages() + c.references() + c.processes() * c.threads();
    FreeSpace s = new FreeSpace(f, KernelLibrary.builtIn().get(a[0]), props, new FreeSpace.Room(frames, c.operations().actors().isEmpty() ? 0 : frames, red(a)));
    long t = System.nanoTime();
    PlainSearch.Result r = PlainSearch.run(s, Integer.parseInt(a[7]), Integer.parseInt(a[8]), 5);
    System.out.println("states " + r.states() + " transitions " + r.transitions() + " complete " + r.complete() + " bytes " + s.bytes() + " s " + (System.nanoTime() - t) / 1e9);
    System.out.println("out of model: " + s.outOfModel());
    for (PlainSearch.Hit h : r.hits()) {
      FoundProgram fp = new FoundProgram(c, Retelling.events(s, h.actions()));
      String b = fp.body();
      System.out.println(h.calls() + " calls " + h.steps() + " steps broken " + h.broken() + "\n" + b);
    }
  }
}
