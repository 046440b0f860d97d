/* The twin of Cowherd's free programs in Promela: the atomic steps of the model on kernel v5.9, for
   the calls `x = v`, `fork(B)`, `munmap(x)`, `k = get_user_pages(x, FOLL_GET)`, `put(k)`, with one
   thread a process. Build: spin -DN=2 -DV=1 -DH=1 -DF=4 [-DANY] -a free.pml
   N processes, V pages (1 or 2), H reference slots (1 or 2), F frames; with ANY the allocator takes any
   free frame, else the lowest. One d_step is one atomic step of Cowherd. What can be derived from the
   rest (a PTE that is remembered during a fault, FORK_RUNNING, refcounts) is a state variable there and
   may be none here: the states are the same, one to one. */
#ifndef N
#define N 2
#define V 1
#define H 1
#define F 4
#endif

#define FF (F+1)
#define P _pid
#define E(v) (P*V+(v))
#define C(c,v) ((c)*V+(v))
#define EVERYBODY 255

/* calls */
#define IDLE 0
#define STORE 1
#define MUNMAP 2
#define FORK 3

/* phases: of a store; of munmap; of fork */
#define DECIDE 1
#define COPY 2
#define INSTALL 3
#define RETRY 4
#define UNMAP1 1
#define UNMAP2 2
#define PTE 1
#define SHARE 2
#define END 3

byte ref[FF], map[FF], seen[FF];          /* frame 0 is none */
byte pte[N*V]; bool wr[N*V], vma[N*V], locked[N*V];
bool ghost[N*V], kept[N*V];               /* the child must read what memory held at fork */
bool life[N], busy[N], forked[N];         /* busy: a fork makes this process */
byte hframe[H], howner[H], hpage[H];
bool started;

inline put(f) {
  ref[f]--;
  if :: ref[f] == 0 -> map[f] = 0; seen[f] = 0 :: else fi
}

inline stored(v) {                        /* through a writable PTE */
  seen[pte[E(v)]] = 1 << P;
  ghost[E(v)] = 0; kept[E(v)] = 0;
  pc = IDLE; ph = 0; pg = 0
}

/* fork: the next page that has something to copy, from i on */
inline nextpage() {
  do
  :: idx < V && !vma[C(arg, idx)] -> idx++
  :: else -> break
  od;
  if :: idx < V -> ph = PTE :: else -> idx = 0; ph = END fi
}

inline copyto(g) {
  ref[g] = 1; seen[g] = seen[old]; new = g; ph = INSTALL
}

#define FREE_TO_RUN (started && life[P] && pc == IDLE)

#define ON_PAGE(v) \
  :: d_step { FREE_TO_RUN && vma[E(v)] -> \
       if :: wr[E(v)] -> stored(v) :: else -> pc = STORE; pg = v; ph = DECIDE fi } \
  :: d_step { FREE_TO_RUN && vma[E(v)] -> vma[E(v)] = 0; pc = MUNMAP; pg = v; ph = UNMAP1 }

#define TAKE(v, h, free) \
  :: d_step { FREE_TO_RUN && vma[E(v)] && free -> \
       hframe[h] = pte[E(v)]; howner[h] = P; hpage[h] = v; ref[pte[E(v)]]++ }

#define ON_SLOT(h) \
  :: d_step { FREE_TO_RUN && hframe[h] != 0 && howner[h] == P -> \
       put(hframe[h]); hframe[h] = 0; howner[h] = 0; hpage[h] = 0 }

#define MISSING(c) (!life[c] && !busy[c])
#define BEGIN_FORK(c, lower) \
  :: d_step { FREE_TO_RUN && MISSING(c) && lower -> \
       pc = FORK; arg = c; busy[c] = 1; forked[P] = 1; idx = 0; \
       do \
       :: idx < V -> \
            if :: vma[E(idx)] -> vma[C(c, idx)] = 1; ghost[C(c, idx)] = 1 :: else fi; idx++ \
       :: else -> break \
       od; \
       idx = 0; nextpage() }

#ifdef ANY
#define COPY_TO(g) :: d_step { pc == STORE && ph == COPY && ref[g] == 0 -> copyto(g) }
#endif

active [N] proctype thread() {
  byte pc, pg, ph, idx, arg, held, old, new;
  byte g;                                 /* scratch, always 0 between steps */
end: do
  :: d_step { P == 0 && !started ->       /* the initial state: A has written to every page */
       started = 1; life[0] = 1; idx = 0;
       do
       :: idx < V -> pte[idx] = idx + 1; wr[idx] = 1; vma[idx] = 1;
            ref[idx+1] = 1; map[idx+1] = 1; seen[idx+1] = EVERYBODY; idx++
       :: else -> break
       od; idx = 0 }

  ON_PAGE(0)
  TAKE(0, 0, (hframe[0] == 0))
  ON_SLOT(0)
#if H > 1
  TAKE(0, 1, (hframe[0] != 0 && hframe[1] == 0))
  ON_SLOT(1)
#endif
#if V > 1
  ON_PAGE(1)
  TAKE(1, 0, (hframe[0] == 0))
#if H > 1
  TAKE(1, 1, (hframe[0] != 0 && hframe[1] == 0))
#endif
#endif
#if N > 1
  BEGIN_FORK(1, 1)
#endif
#if N > 2
  BEGIN_FORK(2, (!MISSING(1)))
#endif
#if N > 3
  BEGIN_FORK(3, (!MISSING(1) && !MISSING(2)))
#endif

  /* a write fault: do_wp_page of v5.9 copies unless the PTE holds the only reference */
  :: d_step { pc == STORE && ph == DECIDE ->
       if
       :: ref[pte[E(pg)]] != 1 -> old = pte[E(pg)]; ref[old]++; ph = COPY
       :: else -> wr[E(pg)] = 1; ph = RETRY
       fi }
#ifdef ANY
  COPY_TO(1) COPY_TO(2) COPY_TO(3) COPY_TO(4)
#if F > 4
  COPY_TO(5)
#endif
#if F > 5
  COPY_TO(6)
#endif
#if F > 6
  COPY_TO(7)
#endif
#if F > 7
  COPY_TO(8)
#endif
#else
  :: d_step { pc == STORE && ph == COPY ->
       g = 1;
       do :: ref[g] != 0 -> g++ :: else -> break od;
       copyto(g); g = 0 }
#endif
  :: d_step { pc == STORE && ph == INSTALL ->
       map[new] = 1; pte[E(pg)] = new; wr[E(pg)] = 1;
       map[old]--; put(old); put(old);
       old = 0; new = 0; ph = RETRY }
  :: d_step { pc == STORE && ph == RETRY -> stored(pg) }

  :: d_step { pc == MUNMAP && ph == UNMAP1 ->
       held = pte[E(pg)]; pte[E(pg)] = 0; wr[E(pg)] = 0;
       ghost[E(pg)] = 0; kept[E(pg)] = 0;
       map[held]--; ph = UNMAP2 }
  :: d_step { pc == MUNMAP && ph == UNMAP2 -> put(held); held = 0; pc = IDLE; ph = 0; pg = 0 }

  :: d_step { pc == FORK && ph == PTE -> locked[E(idx)] = 1; ph = SHARE }
  :: d_step { pc == FORK && ph == SHARE ->
       g = pte[E(idx)];
       ref[g]++; map[g]++; wr[E(idx)] = 0; locked[E(idx)] = 0;
       pte[C(arg, idx)] = g; ghost[C(arg, idx)] = 1; kept[C(arg, idx)] = 1;
       if :: (seen[g] >> P) & 1 -> seen[g] = seen[g] | (1 << arg) :: else fi;
       g = 0; idx++; nextpage() }
  :: d_step { pc == FORK && ph == END ->
       life[arg] = 1; busy[arg] = 0; pc = IDLE; ph = 0; arg = 0; idx = 0 }
  od
}
