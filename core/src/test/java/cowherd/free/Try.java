package cowherd.free;

import cowherd.explore.*;
import cowherd.kernel.KernelLibrary;
import cowherd.operation.PropertyName;
import java.util.*;

public class Try {
  static Set<Reduction> red(String[] a) { Set<Reduction> r = EnumSet.noneOf(Reduction.class); for (Reduction x : Reduction.values()) if (a.length < 10 || a[9].contains(x.word())) r.add(x); return r; }
  public static void main(String[] a) throws Exception {
    // kernel props ops procs threads pages refs maxcalls count
    Set<PropertyName> props = EnumSet.noneOf(PropertyName.class);
    for (PropertyName p : PropertyName.values()) if (List.of(a[1].split(",")).contains(p.word())) props.add(p);
    Configuration c = new Configuration(Integer.parseInt(a[3]), Integer.parseInt(a[4]), Integer.parseInt(a[5]), 1, Integer.parseInt(a[6]), 1,
        Operations.of(List.of(a[2].split(";"))));
    long t = System.nanoTime();
    Hunt.Result r = Hunt.run(new Hunt.Request(KernelLibrary.builtIn().get(a[0]), props, c, red(a), Integer.parseInt(a[7]), Integer.parseInt(a[8])), Bounds.defaults());
    System.out.println("states " + r.states() + " transitions " + r.transitions() + " stopped " + r.stopped() + " s " + (System.nanoTime() - t) / 1e9);
    System.out.println("out of model: " + r.outOfModel());
    for (Found h : r.found()) {
      System.out.println(h.calls() + " calls " + h.steps() + " steps\n" + h.source());
      Map<String, List<String>> m = new TreeMap<>();
      for (CheckResult x : h.results()) m.computeIfAbsent(x.verdict() + " " + x.broken().stream().map(Condition::name).toList() + x.inRace(), k -> new ArrayList<>()).add(x.kernel().name());
      System.out.println(m);
    }
  }
}
