------------------------------------ MODULE Free ------------------------------------
(* The twin of Cowherd's free programs in TLA+; what it models is told in free.pml, which it
   follows line by line. One action is one atomic step of Cowherd. *)
EXTENDS Naturals, FiniteSets

CONSTANTS N, V, H, F, ANY

VARIABLES ref, map, seen, pte, wr, vma, locked, ghost, kept, life, busy, forked,
          hframe, howner, hpage, pc, pg, ph, idx, arg, held, old, new

frames == <<ref, map, seen>>
tables == <<pte, wr, vma, locked, ghost, kept>>
processes == <<life, busy, forked>>
references == <<hframe, howner, hpage>>
threads == <<pc, pg, ph, idx, arg, held, old, new>>
vars == <<frames, tables, processes, references, threads>>

Proc == 0..(N - 1)
Page == 0..(V - 1)
Slot == 0..(H - 1)
Frame == 1..F

Min(S) == CHOOSE x \in S : \A y \in S : x <= y


Init ==
  /\ ref = [f \in Frame |-> IF f <= V THEN 1 ELSE 0]
  /\ map = [f \in Frame |-> IF f <= V THEN 1 ELSE 0]
  /\ seen = [f \in Frame |-> IF f <= V THEN {N} ELSE {}] \* N stands for everybody
  /\ pte = [p \in Proc |-> [v \in Page |-> IF p = 0 THEN v + 1 ELSE 0]]
  /\ wr = [p \in Proc |-> [v \in Page |-> p = 0]]
  /\ vma = [p \in Proc |-> [v \in Page |-> p = 0]]
  /\ locked = [p \in Proc |-> [v \in Page |-> FALSE]]
  /\ ghost = [p \in Proc |-> [v \in Page |-> FALSE]]
  /\ kept = [p \in Proc |-> [v \in Page |-> FALSE]]
  /\ life = [p \in Proc |-> p = 0]
  /\ busy = [p \in Proc |-> FALSE]
  /\ forked = [p \in Proc |-> FALSE]
  /\ hframe = [h \in Slot |-> 0]
  /\ howner = [h \in Slot |-> 0]
  /\ hpage = [h \in Slot |-> 0]
  /\ pc = [p \in Proc |-> "idle"]
  /\ pg = [p \in Proc |-> 0]
  /\ ph = [p \in Proc |-> "none"]
  /\ idx = [p \in Proc |-> 0]
  /\ arg = [p \in Proc |-> 0]
  /\ held = [p \in Proc |-> 0]
  /\ old = [p \in Proc |-> 0]
  /\ new = [p \in Proc |-> 0]

Idle(p) == life[p] /\ pc[p] = "idle"

Put(f) ==
  /\ ref' = [ref EXCEPT ![f] = @ - 1]
  /\ map' = IF ref[f] = 1 THEN [map EXCEPT ![f] = 0] ELSE map
  /\ seen' = IF ref[f] = 1 THEN [seen EXCEPT ![f] = {}] ELSE seen

(* ---- a store *)

Stored(p, v) ==
  /\ seen' = [seen EXCEPT ![pte[p][v]] = {p}]
  /\ ghost' = [ghost EXCEPT ![p][v] = FALSE]
  /\ kept' = [kept EXCEPT ![p][v] = FALSE]
  /\ UNCHANGED <<ref, map, pte, wr, vma, locked, processes, references, idx, arg, held, old, new>>

StoreAtOnce(p, v) ==
  /\ Idle(p) /\ vma[p][v] /\ wr[p][v]
  /\ Stored(p, v)
  /\ UNCHANGED <<pc, pg, ph>>

Fault(p, v) ==
  /\ Idle(p) /\ vma[p][v] /\ ~wr[p][v]
  /\ pc' = [pc EXCEPT ![p] = "store"]
  /\ pg' = [pg EXCEPT ![p] = v]
  /\ ph' = [ph EXCEPT ![p] = "decide"]
  /\ UNCHANGED <<frames, tables, processes, references, idx, arg, held, old, new>>

Decide(p) ==
  /\ pc[p] = "store" /\ ph[p] = "decide"
  /\ LET f == pte[p][pg[p]] IN
     IF ref[f] # 1
     THEN /\ old' = [old EXCEPT ![p] = f]
          /\ ref' = [ref EXCEPT ![f] = @ + 1]
          /\ ph' = [ph EXCEPT ![p] = "copy"]
          /\ UNCHANGED wr
     ELSE /\ wr' = [wr EXCEPT ![p][pg[p]] = TRUE]
          /\ ph' = [ph EXCEPT ![p] = "retry"]
          /\ UNCHANGED <<old, ref>>
  /\ UNCHANGED <<map, seen, pte, vma, locked, ghost, kept, processes, references, pc, pg, idx, arg,
                 held, new>>

CopyTo(p, g) ==
  /\ ref' = [ref EXCEPT ![g] = 1]
  /\ seen' = [seen EXCEPT ![g] = seen[old[p]]]
  /\ new' = [new EXCEPT ![p] = g]
  /\ ph' = [ph EXCEPT ![p] = "install"]
  /\ UNCHANGED <<map, tables, processes, references, pc, pg, idx, arg, held, old>>

Free == {f \in Frame : ref[f] = 0}

Copy(p) ==
  /\ pc[p] = "store" /\ ph[p] = "copy"
  /\ \E g \in (IF ANY THEN Free ELSE {Min(Free)}) : CopyTo(p, g)

Install(p) ==
  /\ pc[p] = "store" /\ ph[p] = "install"
  /\ LET o == old[p]
         n == new[p]
         gone == ref[o] = 2
     IN /\ ref' = [ref EXCEPT ![o] = @ - 2]
        /\ map' = [map EXCEPT ![n] = 1, ![o] = IF gone THEN 0 ELSE @ - 1]
        /\ seen' = IF gone THEN [seen EXCEPT ![o] = {}] ELSE seen
        /\ pte' = [pte EXCEPT ![p][pg[p]] = n]
        /\ wr' = [wr EXCEPT ![p][pg[p]] = TRUE]
  /\ old' = [old EXCEPT ![p] = 0]
  /\ new' = [new EXCEPT ![p] = 0]
  /\ ph' = [ph EXCEPT ![p] = "retry"]
  /\ UNCHANGED <<vma, locked, ghost, kept, processes, references, pc, pg, idx, arg, held>>

Retry(p) ==
  /\ pc[p] = "store" /\ ph[p] = "retry"
  /\ Stored(p, pg[p])
  /\ pc' = [pc EXCEPT ![p] = "idle"]
  /\ ph' = [ph EXCEPT ![p] = "none"]
  /\ pg' = [pg EXCEPT ![p] = 0]

(* ---- munmap *)

Unlink(p, v) ==
  /\ Idle(p) /\ vma[p][v]
  /\ vma' = [vma EXCEPT ![p][v] = FALSE]
  /\ pc' = [pc EXCEPT ![p] = "munmap"]
  /\ pg' = [pg EXCEPT ![p] = v]
  /\ ph' = [ph EXCEPT ![p] = "unmap1"]
  /\ UNCHANGED <<frames, pte, wr, locked, ghost, kept, processes, references, idx, arg, held, old,
                 new>>

Unmap1(p) ==
  /\ pc[p] = "munmap" /\ ph[p] = "unmap1"
  /\ LET v == pg[p]
         f == pte[p][v]
     IN /\ held' = [held EXCEPT ![p] = f]
        /\ pte' = [pte EXCEPT ![p][v] = 0]
        /\ wr' = [wr EXCEPT ![p][v] = FALSE]
        /\ ghost' = [ghost EXCEPT ![p][v] = FALSE]
        /\ kept' = [kept EXCEPT ![p][v] = FALSE]
        /\ map' = [map EXCEPT ![f] = @ - 1]
  /\ ph' = [ph EXCEPT ![p] = "unmap2"]
  /\ UNCHANGED <<ref, seen, vma, locked, processes, references, pc, pg, idx, arg, old, new>>

Unmap2(p) ==
  /\ pc[p] = "munmap" /\ ph[p] = "unmap2"
  /\ Put(held[p])
  /\ held' = [held EXCEPT ![p] = 0]
  /\ pc' = [pc EXCEPT ![p] = "idle"]
  /\ ph' = [ph EXCEPT ![p] = "none"]
  /\ pg' = [pg EXCEPT ![p] = 0]
  /\ UNCHANGED <<tables, processes, references, idx, arg, old, new>>

(* ---- references *)

Take(p, v, h) ==
  /\ Idle(p) /\ vma[p][v]
  /\ hframe[h] = 0 /\ \A i \in Slot : i < h => hframe[i] # 0
  /\ hframe' = [hframe EXCEPT ![h] = pte[p][v]]
  /\ howner' = [howner EXCEPT ![h] = p]
  /\ hpage' = [hpage EXCEPT ![h] = v]
  /\ ref' = [ref EXCEPT ![pte[p][v]] = @ + 1]
  /\ UNCHANGED <<map, seen, tables, processes, threads>>

PutPage(p, h) ==
  /\ Idle(p) /\ hframe[h] # 0 /\ howner[h] = p
  /\ Put(hframe[h])
  /\ hframe' = [hframe EXCEPT ![h] = 0]
  /\ howner' = [howner EXCEPT ![h] = 0]
  /\ hpage' = [hpage EXCEPT ![h] = 0]
  /\ UNCHANGED <<tables, processes, threads>>

(* ---- fork *)

Missing(c) == ~life[c] /\ ~busy[c]

(* the next page from i on that the child c has in the VMAs m; V when there is none *)
Next1(m, c, i) == IF \E v \in Page : v >= i /\ m[c][v]
                  THEN Min({v \in Page : v >= i /\ m[c][v]}) ELSE V

GoTo(p, v) ==
  /\ idx' = [idx EXCEPT ![p] = IF v < V THEN v ELSE 0]
  /\ ph' = [ph EXCEPT ![p] = IF v < V THEN "pte" ELSE "end"]

Fork(p, c) ==
  /\ Idle(p) /\ c # p /\ Missing(c) /\ \A d \in Proc : d < c => ~Missing(d)
  /\ LET m == [vma EXCEPT ![c] = vma[p]] IN
     /\ vma' = m
     /\ ghost' = [ghost EXCEPT ![c] = [v \in Page |-> vma[p][v] \/ ghost[c][v]]]
     /\ GoTo(p, Next1(m, c, 0))
  /\ busy' = [busy EXCEPT ![c] = TRUE]
  /\ forked' = [forked EXCEPT ![p] = TRUE]
  /\ pc' = [pc EXCEPT ![p] = "fork"]
  /\ arg' = [arg EXCEPT ![p] = c]
  /\ UNCHANGED <<frames, pte, wr, locked, kept, life, references, pg, held, old, new>>

ForkPte(p) ==
  /\ pc[p] = "fork" /\ ph[p] = "pte"
  /\ locked' = [locked EXCEPT ![p][idx[p]] = TRUE]
  /\ ph' = [ph EXCEPT ![p] = "share"]
  /\ UNCHANGED <<frames, pte, wr, vma, ghost, kept, processes, references, pc, pg, idx, arg, held,
                 old, new>>

Share(p) ==
  /\ pc[p] = "fork" /\ ph[p] = "share"
  /\ LET v == idx[p]
         c == arg[p]
         f == pte[p][v]
     IN /\ ref' = [ref EXCEPT ![f] = @ + 1]
        /\ map' = [map EXCEPT ![f] = @ + 1]
        /\ seen' = [seen EXCEPT ![f] = IF p \in @ THEN @ \union {c} ELSE @]
        /\ pte' = [pte EXCEPT ![c][v] = f]
        /\ wr' = [wr EXCEPT ![p][v] = FALSE]
        /\ locked' = [locked EXCEPT ![p][v] = FALSE]
        /\ ghost' = [ghost EXCEPT ![c][v] = TRUE]
        /\ kept' = [kept EXCEPT ![c][v] = TRUE]
        /\ GoTo(p, Next1(vma, c, v + 1))
  /\ UNCHANGED <<vma, processes, references, pc, pg, arg, held, old, new>>

Born(p) ==
  /\ pc[p] = "fork" /\ ph[p] = "end"
  /\ life' = [life EXCEPT ![arg[p]] = TRUE]
  /\ busy' = [busy EXCEPT ![arg[p]] = FALSE]
  /\ pc' = [pc EXCEPT ![p] = "idle"]
  /\ ph' = [ph EXCEPT ![p] = "none"]
  /\ arg' = [arg EXCEPT ![p] = 0]
  /\ UNCHANGED <<frames, tables, forked, references, pg, idx, held, old, new>>

Next ==
  \E p \in Proc :
    \/ \E v \in Page : StoreAtOnce(p, v) \/ Fault(p, v) \/ Unlink(p, v)
    \/ \E v \in Page, h \in Slot : Take(p, v, h)
    \/ \E h \in Slot : PutPage(p, h)
    \/ \E c \in Proc : Fork(p, c)
    \/ Decide(p) \/ Copy(p) \/ Install(p) \/ Retry(p)
    \/ Unmap1(p) \/ Unmap2(p)
    \/ ForkPte(p) \/ Share(p) \/ Born(p)

Spec == Init /\ [][Next]_vars
======================================================================================
