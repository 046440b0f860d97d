------------------------------ MODULE Cowherd ------------------------------
(* The free programs of PeerSpace.java, a third time: one action is one atomic step of Cowherd.     *)
(* README.md says what is compared; cowherd.pml is the same in Promela, name by name. A guard that  *)
(* has a disjunction or a quantifier ends with "= TRUE": TLC would generate a successor for each    *)
(* disjunct and each witness.                                                                       *)
EXTENDS Naturals
CONSTANTS N,        \* processes
          T,        \* threads of each
          V,        \* pages
          K,        \* references
          F,        \* page frames, enough of them
          Mapcount, \* the write fault of v5.7; otherwise that of v5.9
          Any,      \* an allocation takes any free frame (then V is 1); otherwise the lowest
          Munmap,   \* whether the menu has munmap(x)
          Exit      \* whether the menu has exit()
VARIABLES ref, map, seen,                 \* frames
          pte, wr, vma, snapshot,         \* mappings
          life, readers, writer, forked,  \* processes; writer: thread + 1
          hframe, howner, hpage, hlive,   \* references
          st, pg, it, ix, a, b, w, ran    \* threads
frames   == <<ref, map, seen>>
mappings == <<pte, wr, vma, snapshot>>
mms      == <<life, readers, writer, forked>>
handles  == <<hframe, howner, hpage, hlive>>
gups     == <<w, ran>>
vars == <<ref, map, seen, pte, wr, vma, snapshot, life, readers, writer, forked,
          hframe, howner, hpage, hlive, st, pg, it, ix, a, b, w, ran>>

Processes == 0..(N - 1)
Threads == 0..(N * T - 1)
Pages == 0..(V - 1)
Handles == 0..(K - 1)
Frames == 1..F
STALE == F + 1           \* a register that remembered a frame which has been freed since
Everybody == 0..N        \* who may see a page: processes, and N when everybody may
P(t) == t \div T

GupFast == {"gup take", "gup recheck", "gup rules", "gup end"}
Gup == GupFast \cup {"gup enter"}
Stopped == {"idle", "exit wait", "ended"}
Remembers == {"gup take", "store decide"}  \* a frame without a reference

\* The pages of A are in the frames from first on.
InitAt(first) ==
  /\ ref = [f \in Frames |-> IF f \in first..(first + V - 1) THEN 1 ELSE 0]
  /\ map = [f \in Frames |-> IF f \in first..(first + V - 1) THEN 1 ELSE 0]
  /\ seen = [f \in Frames |-> IF f \in first..(first + V - 1) THEN Everybody ELSE {}]
  /\ pte = [p \in Processes |-> [v \in Pages |-> IF p = 0 THEN first + v ELSE 0]]
  /\ wr = [p \in Processes |-> [v \in Pages |-> p = 0]]
  /\ vma = [p \in Processes |-> [v \in Pages |-> p = 0]]
  /\ snapshot = [p \in Processes |-> [v \in Pages |-> FALSE]]
  /\ life = [p \in Processes |-> IF p = 0 THEN "alive" ELSE "unborn"]
  /\ readers = [p \in Processes |-> 0]
  /\ writer = [p \in Processes |-> 0]
  /\ forked = [p \in Processes |-> FALSE]
  /\ hframe = [k \in Handles |-> 0]
  /\ howner = [k \in Handles |-> 0]
  /\ hpage = [k \in Handles |-> 0]
  /\ hlive = [k \in Handles |-> FALSE]
  /\ st = [t \in Threads |-> "idle"]
  /\ pg = [t \in Threads |-> 0]
  /\ it = [t \in Threads |-> 0]
  /\ ix = [t \in Threads |-> 0]
  /\ a = [t \in Threads |-> 0]
  /\ b = [t \in Threads |-> 0]
  /\ w = [t \in Threads |-> FALSE]
  /\ ran = [t \in Threads |-> FALSE]

\* Where any free frame may be taken, the page (there is one) has any.
Init == \E first \in (IF Any THEN Frames ELSE {1}) : InitAt(first)

Begins(t) == st[t] = "idle" /\ life[P(t)] = "alive"
MayRead(t) == writer[P(t)] = 0
MayWrite(t) == writer[P(t)] = 0 /\ readers[P(t)] = 0
OthersStopped(t) == \A o \in Threads : P(o) # P(t) \/ o = t \/ st[o] \in Stopped
Shared(f) == IF Mapcount THEN map[f] > 1 ELSE ref[f] # 1
Lowest == CHOOSE f \in Frames : ref[f] = 0 /\ \A g \in 1..(f - 1) : ref[g] # 0
Least(s) == CHOOSE i \in s : \A j \in s : i <= j

\* ---- frames: what n references less of f mean

RefAfter(f, n) == [ref EXCEPT ![f] = @ - n]
SeenAfter(f, n) == IF ref[f] = n THEN [seen EXCEPT ![f] = {}] ELSE seen
RegistersAfter(regs, f, n) ==
  IF ref[f] = n
  THEN [o \in Threads |-> IF regs[o] = f /\ st[o] \in Remembers THEN STALE ELSE regs[o]]
  ELSE regs

\* ---- store

\* through a writable PTE; pages and locks stay
Store(t, v) ==
  /\ seen' = [seen EXCEPT ![pte[P(t)][v]] = {P(t)}]
  /\ snapshot' = [snapshot EXCEPT ![P(t)][v] = FALSE]
  /\ st' = [st EXCEPT ![t] = "idle"]
  /\ pg' = [pg EXCEPT ![t] = 0]
  /\ UNCHANGED <<readers, a, life>>

Fault(t, v) ==
  /\ readers' = [readers EXCEPT ![P(t)] = @ + 1]
  /\ a' = [a EXCEPT ![t] = pte[P(t)][v]]
  /\ pg' = [pg EXCEPT ![t] = v]
  /\ st' = [st EXCEPT ![t] = "store decide"]
  /\ UNCHANGED <<seen, snapshot, life>>

Killed(t) ==
  /\ life' = [life EXCEPT ![P(t)] = "exiting"]
  /\ st' = [st EXCEPT ![t] = "exit wait"]
  /\ UNCHANGED <<seen, snapshot, readers, a, pg>>

KeptByStores == <<ref, map, pte, wr, vma, writer, forked, handles, it, ix, b, gups>>

BeginStore(t, v) ==
  /\ Begins(t)
  /\ vma[P(t)][v]
  /\ (wr[P(t)][v] \/ MayRead(t)) = TRUE
  /\ IF wr[P(t)][v] THEN Store(t, v) ELSE Fault(t, v)
  /\ UNCHANGED KeptByStores

StoreAgain(t) ==
  LET p == P(t)
      v == pg[t] IN
  /\ st[t] = "store again"
  /\ (MayRead(t) \/ (vma[p][v] /\ wr[p][v])) = TRUE
  /\ IF ~vma[p][v] THEN Killed(t) ELSE IF wr[p][v] THEN Store(t, v) ELSE Fault(t, v)
  /\ UNCHANGED KeptByStores

FaultEnds(t) ==
  /\ readers' = [readers EXCEPT ![P(t)] = @ - 1]
  /\ st' = [st EXCEPT ![t] = "store again"]

Changed(t) == (pte[P(t)][pg[t]] # a[t] \/ wr[P(t)][pg[t]]) = TRUE

Decide(t) ==
  /\ st[t] = "store decide"
  /\ IF ~Changed(t) /\ Shared(a[t])
     THEN /\ ref' = [ref EXCEPT ![a[t]] = @ + 1]
          /\ st' = [st EXCEPT ![t] = "store copy"]
          /\ UNCHANGED <<wr, readers, a>>
     ELSE /\ wr' = IF Changed(t) THEN wr ELSE [wr EXCEPT ![P(t)][pg[t]] = TRUE]
          /\ a' = [a EXCEPT ![t] = 0]
          /\ FaultEnds(t)
          /\ UNCHANGED ref
  /\ UNCHANGED <<map, seen, pte, vma, snapshot, life, writer, forked, handles, pg, it, ix, b, gups>>

CopyTo(t, f) ==
  /\ ref' = [ref EXCEPT ![f] = 1]
  /\ seen' = [seen EXCEPT ![f] = seen[a[t]]]
  /\ b' = [b EXCEPT ![t] = f]
  /\ st' = [st EXCEPT ![t] = "store install"]
  /\ UNCHANGED <<map, mappings, mms, handles, pg, it, ix, a, gups>>

Copy(t) ==
  /\ st[t] = "store copy"
  /\ IF Any THEN \E f \in Frames : ref[f] = 0 /\ CopyTo(t, f) ELSE CopyTo(t, Lowest)

Install(t) ==
  LET p == P(t)
      v == pg[t]
      old == a[t]
      new == b[t]
      regs == [a EXCEPT ![t] = 0]
      n == IF Changed(t) THEN 1 ELSE 2 IN
  /\ st[t] = "store install"
  /\ IF Changed(t)
     THEN /\ ref' = [ref EXCEPT ![old] = @ - 1, ![new] = 0]
          /\ seen' = [SeenAfter(old, 1) EXCEPT ![new] = {}]
          /\ UNCHANGED <<map, pte, wr>>
     ELSE /\ ref' = RefAfter(old, 2)
          /\ seen' = SeenAfter(old, 2)
          /\ map' = [map EXCEPT ![old] = @ - 1, ![new] = 1]
          /\ pte' = [pte EXCEPT ![p][v] = new]
          /\ wr' = [wr EXCEPT ![p][v] = TRUE]
  /\ a' = RegistersAfter(regs, old, n)
  /\ b' = [b EXCEPT ![t] = 0]
  /\ FaultEnds(t)
  /\ UNCHANGED <<vma, snapshot, life, writer, forked, handles, pg, it, ix, gups>>

\* ---- fork

Missing(q) == life[q] = "unborn" /\ writer[q] = 0
CanBeBorn(c) == Missing(c) /\ \A q \in 0..(c - 1) : ~Missing(q)

NoteFork(t) ==
  ran' = [o \in Threads |-> IF P(o) = P(t) /\ st[o] \in GupFast THEN TRUE ELSE ran[o]]

\* goes to the first page from i on that the child gets
ForkNext(t, i) ==
  LET rest == {v \in Pages : v >= i /\ vma[P(t)][v]} IN
  /\ ix' = [ix EXCEPT ![t] = IF rest = {} THEN 0 ELSE Least(rest)]
  /\ st' = [st EXCEPT ![t] = IF rest = {} THEN "fork end" ELSE "fork pte"]

BeginFork(t, c) ==
  LET p == P(t) IN
  /\ Begins(t)
  /\ MayWrite(t)
  /\ CanBeBorn(c)
  /\ writer' = [writer EXCEPT ![p] = t + 1, ![c] = t + 1]
  /\ forked' = [forked EXCEPT ![p] = TRUE]
  /\ NoteFork(t)
  /\ vma' = [vma EXCEPT ![c] = vma[p]]
  /\ snapshot' = [snapshot EXCEPT ![c] = vma[p]]
  /\ it' = [it EXCEPT ![t] = c]
  /\ ForkNext(t, 0)
  /\ UNCHANGED <<frames, pte, wr, life, readers, handles, pg, a, b, w>>

ForkPte(t) ==
  /\ st[t] = "fork pte"
  /\ st' = [st EXCEPT ![t] = "fork share"]
  /\ UNCHANGED <<frames, mappings, mms, handles, pg, it, ix, a, b, gups>>

ForkShare(t) ==
  LET p == P(t)
      c == it[t]
      v == ix[t]
      f == pte[p][v] IN
  /\ st[t] = "fork share"
  /\ ref' = [ref EXCEPT ![f] = @ + 1]
  /\ map' = [map EXCEPT ![f] = @ + 1]
  /\ wr' = [wr EXCEPT ![p][v] = FALSE]
  /\ pte' = [pte EXCEPT ![c][v] = f]
  /\ seen' = IF p \in seen[f] THEN [seen EXCEPT ![f] = @ \cup {c}] ELSE seen
  /\ ForkNext(t, v + 1)
  /\ UNCHANGED <<vma, snapshot, mms, handles, pg, it, a, b, gups>>

ForkEnd(t) ==
  LET p == P(t)
      c == it[t] IN
  /\ st[t] = "fork end"
  /\ NoteFork(t)
  /\ writer' = [writer EXCEPT ![p] = 0, ![c] = 0]
  /\ life' = [life EXCEPT ![c] = "alive"]
  /\ it' = [it EXCEPT ![t] = 0]
  /\ st' = [st EXCEPT ![t] = "idle"]
  /\ UNCHANGED <<frames, mappings, readers, forked, handles, pg, ix, a, b, w>>

\* ---- munmap

BeginUnmap(t, v) ==
  /\ Begins(t)
  /\ MayWrite(t)
  /\ vma[P(t)][v]
  /\ vma' = [vma EXCEPT ![P(t)][v] = FALSE]
  /\ readers' = [readers EXCEPT ![P(t)] = @ + 1]
  /\ pg' = [pg EXCEPT ![t] = v]
  /\ st' = [st EXCEPT ![t] = "unmap zap"]
  /\ UNCHANGED <<frames, pte, wr, snapshot, life, writer, forked, handles, it, ix, a, b, gups>>

\* empties the PTE of page v; its frame goes to a
Zap(t, v) ==
  LET p == P(t)
      f == pte[p][v] IN
  /\ a' = [a EXCEPT ![t] = f]
  /\ map' = [map EXCEPT ![f] = @ - 1]
  /\ pte' = [pte EXCEPT ![p][v] = 0]
  /\ wr' = [wr EXCEPT ![p][v] = FALSE]
  /\ snapshot' = [snapshot EXCEPT ![p][v] = FALSE]
  /\ UNCHANGED <<ref, seen, vma, mms, handles, pg, it, ix, b, gups>>

UnmapZap(t) ==
  /\ st[t] = "unmap zap"
  /\ Zap(t, pg[t])
  /\ st' = [st EXCEPT ![t] = "unmap drop"]

UnmapDrop(t) ==
  /\ st[t] = "unmap drop"
  /\ ref' = RefAfter(a[t], 1)
  /\ seen' = SeenAfter(a[t], 1)
  /\ a' = RegistersAfter([a EXCEPT ![t] = 0], a[t], 1)
  /\ readers' = [readers EXCEPT ![P(t)] = @ - 1]
  /\ pg' = [pg EXCEPT ![t] = 0]
  /\ st' = [st EXCEPT ![t] = "idle"]
  /\ UNCHANGED <<map, mappings, life, writer, forked, handles, it, ix, b, gups>>

\* ---- exit

Nowhere == [v \in Pages |-> FALSE]

\* Goes to the first mapped page from i on, or has exited; a dead process of which nothing is left
\* is as if it had never been. page: what pg says; frames may be seen as in s.
ExitNext(t, i, page, s) ==
  LET p == P(t)
      rest == {v \in Pages : v >= i /\ pte[p][v] # 0}
      left == {k \in Handles : hframe[k] # 0 /\ howner[k] = p} # {} IN
  IF rest # {}
  THEN /\ st' = [o \in Threads |-> IF o = t THEN "exit zap" ELSE IF P(o) = p THEN "ended" ELSE st[o]]
       /\ pg' = [o \in Threads |-> IF o = t THEN page ELSE IF P(o) = p THEN 0 ELSE pg[o]]
       /\ ix' = [ix EXCEPT ![t] = Least(rest)]
       /\ life' = [life EXCEPT ![p] = "exiting"]
       /\ seen' = s
       /\ UNCHANGED <<vma, snapshot, forked>>
  ELSE /\ st' = [o \in Threads |->
                   IF P(o) = p THEN (IF left THEN "ended" ELSE "idle") ELSE st[o]]
       /\ pg' = [o \in Threads |-> IF P(o) = p THEN 0 ELSE pg[o]]
       /\ ix' = [ix EXCEPT ![t] = 0]
       /\ life' = [life EXCEPT ![p] = IF left THEN "dead" ELSE "unborn"]
       /\ vma' = [vma EXCEPT ![p] = Nowhere]
       /\ snapshot' = [snapshot EXCEPT ![p] = Nowhere]
       /\ forked' = IF left THEN forked ELSE [forked EXCEPT ![p] = FALSE]
       /\ seen' = IF left THEN s
                  ELSE [f \in Frames |-> IF s[f] = Everybody THEN s[f] ELSE s[f] \ {p}]

BeginExit(t) ==
  /\ Begins(t)
  /\ IF OthersStopped(t) /\ MayWrite(t)
     THEN ExitNext(t, 0, V, seen)
     ELSE /\ life' = [life EXCEPT ![P(t)] = "exiting"]
          /\ pg' = [pg EXCEPT ![t] = V]
          /\ st' = [st EXCEPT ![t] = "exit wait"]
          /\ UNCHANGED <<seen, vma, snapshot, forked, ix>>
  /\ UNCHANGED <<ref, map, pte, wr, readers, writer, handles, it, a, b, gups>>

ExitWait(t) ==
  /\ st[t] = "exit wait"
  /\ OthersStopped(t) = TRUE
  /\ MayWrite(t)
  /\ ExitNext(t, 0, pg[t], seen)
  /\ UNCHANGED <<ref, map, pte, wr, readers, writer, handles, it, a, b, gups>>

ExitZap(t) ==
  /\ st[t] = "exit zap"
  /\ Zap(t, ix[t])
  /\ st' = [st EXCEPT ![t] = "exit drop"]

ExitDrop(t) ==
  /\ st[t] = "exit drop"
  /\ ref' = RefAfter(a[t], 1)
  /\ a' = RegistersAfter([a EXCEPT ![t] = 0], a[t], 1)
  /\ ExitNext(t, ix[t] + 1, pg[t], SeenAfter(a[t], 1))
  /\ UNCHANGED <<map, pte, wr, readers, writer, handles, it, b, gups>>

\* ---- get_user_pages_fast, put

IsFree(t, k) == hframe[k] = 0 /\ {o \in Threads : o # t /\ st[o] \in Gup /\ it[o] = k} = {}
NextFree(t, k) == IsFree(t, k) /\ \A h \in 0..(k - 1) : ~IsFree(t, h)

BeginGup(t, v, k) ==
  /\ Begins(t)
  /\ vma[P(t)][v]
  /\ NextFree(t, k)
  /\ a' = [a EXCEPT ![t] = pte[P(t)][v]]
  /\ w' = [w EXCEPT ![t] = wr[P(t)][v]]
  /\ pg' = [pg EXCEPT ![t] = v]
  /\ it' = [it EXCEPT ![t] = k]
  /\ st' = [st EXCEPT ![t] = "gup take"]
  /\ UNCHANGED <<frames, mappings, mms, handles, ix, b, ran>>

Hold(t, f, live) ==
  /\ ref' = [ref EXCEPT ![f] = @ + 1]
  /\ hframe' = [hframe EXCEPT ![it[t]] = f]
  /\ howner' = [howner EXCEPT ![it[t]] = P(t)]
  /\ hpage' = [hpage EXCEPT ![it[t]] = pg[t]]
  /\ hlive' = [hlive EXCEPT ![it[t]] = live]

\* drops the reference k; regs: the registers a
Unhold(k, regs) ==
  /\ ref' = RefAfter(hframe[k], 1)
  /\ seen' = SeenAfter(hframe[k], 1)
  /\ a' = RegistersAfter(regs, hframe[k], 1)
  /\ hframe' = [hframe EXCEPT ![k] = 0]
  /\ howner' = [howner EXCEPT ![k] = 0]
  /\ hpage' = [hpage EXCEPT ![k] = 0]
  /\ hlive' = [hlive EXCEPT ![k] = FALSE]

Slow(t) ==
  /\ w' = [w EXCEPT ![t] = FALSE]
  /\ ran' = [ran EXCEPT ![t] = FALSE]
  /\ st' = [st EXCEPT ![t] = "gup enter"]

GupTake(t) ==
  /\ st[t] = "gup take"
  /\ a' = [a EXCEPT ![t] = 0]
  /\ IF a[t] = STALE
     THEN /\ Slow(t)
          /\ UNCHANGED <<ref, handles>>
     ELSE /\ Hold(t, a[t], FALSE)
          /\ st' = [st EXCEPT ![t] = "gup recheck"]
          /\ UNCHANGED gups
  /\ UNCHANGED <<map, seen, mappings, mms, pg, it, ix, b>>

GupRecheck(t) ==
  LET p == P(t)
      v == pg[t] IN
  /\ st[t] = "gup recheck"
  /\ IF pte[p][v] # hframe[it[t]] \/ wr[p][v] # w[t]
     THEN /\ Unhold(it[t], a)
          /\ Slow(t)
     ELSE /\ w' = [w EXCEPT ![t] = FALSE]
          /\ st' = [st EXCEPT ![t] = IF w[t] THEN "gup end" ELSE "gup rules"]
          /\ UNCHANGED <<ref, seen, a, handles, ran>>
  /\ UNCHANGED <<map, mappings, mms, pg, it, ix, b>>

GupRules(t) ==
  /\ st[t] = "gup rules"
  /\ st' = [st EXCEPT ![t] = "gup end"]
  /\ UNCHANGED <<frames, mappings, mms, handles, pg, it, ix, a, b, gups>>

Return(t) ==
  /\ ran' = [ran EXCEPT ![t] = FALSE]
  /\ pg' = [pg EXCEPT ![t] = 0]
  /\ it' = [it EXCEPT ![t] = 0]
  /\ st' = [st EXCEPT ![t] = "idle"]

GupEnd(t) ==
  /\ st[t] = "gup end"
  /\ hlive' = [hlive EXCEPT ![it[t]] = TRUE]
  /\ Return(t)
  /\ UNCHANGED <<frames, mappings, mms, hframe, howner, hpage, ix, a, b, w>>

GupEnter(t) ==
  LET p == P(t) IN
  /\ st[t] = "gup enter"
  /\ MayRead(t)
  /\ IF life[p] = "alive" /\ vma[p][pg[t]]
     THEN Hold(t, pte[p][pg[t]], TRUE)
     ELSE UNCHANGED <<ref, handles>>
  /\ Return(t)
  /\ UNCHANGED <<map, seen, mappings, mms, ix, a, b, w>>

Put(t, k) ==
  /\ Begins(t)
  /\ hlive[k]
  /\ howner[k] = P(t)
  /\ Unhold(k, a)
  /\ UNCHANGED <<map, mappings, mms, st, pg, it, ix, b, gups>>

\* ---- what a thread may do

BeginsCall(t) ==
  \/ \E v \in Pages : \/ BeginStore(t, v)
                      \/ Munmap /\ BeginUnmap(t, v)
                      \/ \E k \in Handles : BeginGup(t, v, k)
  \/ N > 1 /\ \E c \in Processes : BeginFork(t, c)
  \/ Exit /\ BeginExit(t)
  \/ \E k \in Handles : Put(t, k)

GoesOn(t) ==
  \/ Decide(t)
  \/ Copy(t)
  \/ Install(t)
  \/ StoreAgain(t)
  \/ ForkPte(t)
  \/ ForkShare(t)
  \/ ForkEnd(t)
  \/ UnmapZap(t)
  \/ UnmapDrop(t)
  \/ ExitWait(t)
  \/ ExitZap(t)
  \/ ExitDrop(t)
  \/ GupTake(t)
  \/ GupRecheck(t)
  \/ GupRules(t)
  \/ GupEnd(t)
  \/ GupEnter(t)

Next == \E t \in Threads : BeginsCall(t) \/ GoesOn(t)
Spec == Init /\ [][Next]_vars
=============================================================================
