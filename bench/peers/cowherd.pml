/*
 * The free programs of PeerSpace.java, a second time: one Promela transition is one atomic step of
 * Cowherd. README.md says what is compared. Parameters (-DNAME=VALUE):
 *
 *   N processes   T threads of each   V pages   K references   F page frames, enough of them
 *   MAPCOUNT      the write fault of v5.7; without it that of v5.9
 *   ANY           an allocation takes any free frame; without it the lowest
 *   NO_MUNMAP, NO_EXIT, NO_PUT   leave a call out of the menu
 *   LEVELS        for Spin's breadth-first search
 *
 * Spin needs -o2: some variables are never read, and are part of the state nevertheless.
 */
#ifndef N
#define N 2
#endif
#ifndef T
#define T 1
#endif
#ifndef V
#define V 1
#endif
#ifndef K
#define K 1
#endif
#ifndef F
#define F 4
#endif

#if N > 3 || T > 2 || V > 2 || K > 2 || F > 12
#error cowherd.pml: too large, write the missing lines
#endif

#define THREADS (N * T)
#define STALE (F + 1)  /* a register that remembered a frame which has been freed since */
#define EVERYBODY 255

/* life of a process */
#define UNBORN 0
#define ALIVE 1
#define EXITING 2
#define DEAD 3

/* where a thread is; up to ENDED it has stopped, see othersHaveStopped */
#define IDLE 0
#define EXIT_WAIT 1    /* exit, or death by a signal: waits until the other threads have stopped */
#define ENDED 2
#define EXIT_ZAP 3     /* page ix is next to be unmapped */
#define EXIT_DROP 4    /* its frame a is still referenced */
#define STORE_DECIDE 5 /* write fault, found frame a read-only */
#define STORE_COPY 6   /* holds a reference to a */
#define STORE_INSTALL 7 /* has copied a to b */
#define STORE_AGAIN 8  /* the fault is over, the access is tried again */
#define FORK_PTE 9
#define FORK_SHARE 10
#define FORK_END 11
#define UNMAP_ZAP 12
#define UNMAP_DROP 13
#define GUP_TAKE 14    /* has read a PTE without a lock: frame a, writable w */
#define GUP_RECHECK 15
#define GUP_RULES 16
#define GUP_END 17
#define GUP_ENTER 18   /* the slow path begins */

byte ref[F + 1], map[F + 1], seen[F + 1];            /* frame 0 is "none" */
byte pte[N * V]; bit wr[N * V], vma[N * V], snapshot[N * V];
byte life[N], readers[N], writer[N]; bit forked[N];  /* writer: thread + 1 */
byte hframe[K], howner[K], hpage[K]; bit hlive[K];
byte st[THREADS], pg[THREADS], it[THREADS], ix[THREADS], a[THREADS], b[THREADS];
bit w[THREADS], ran[THREADS];                        /* ran: fork ran beside the lockless walk */

/* Scratch, not part of the state. Spin has no hidden variables in breadth-first search: LEVELS. */
#ifdef LEVELS
byte f, g, i;
#define DONE ; f = 0; g = 0; i = 0
#else
hidden byte f, g, i;
#define DONE
#endif

#define P(t) ((t) / T)
#define E(t, v) (P(t) * V + (v))
#define BEGINS(t) (st[t] == IDLE && life[P(t)] == ALIVE)
#define MAY_READ(t) (writer[P(t)] == 0)
#define MAY_WRITE(t) (writer[P(t)] == 0 && readers[P(t)] == 0)
#define CHANGED(t) (pte[E(t, pg[t])] != a[t] || wr[E(t, pg[t])])
#define ON_GUP_FAST(o) (st[o] >= GUP_TAKE && st[o] <= GUP_END)

#ifdef MAPCOUNT
#define SHARED(x) (map[x] > 1)
#else
#define SHARED(x) (ref[x] != 1)
#endif

#if T == 1
#define OTHERS_STOPPED(t) true
#else
#define OTHER(t) (P(t) * 2 + 1 - (t) % 2)
#define OTHERS_STOPPED(t) (st[OTHER(t)] <= ENDED)
#endif

/* ---- frames */

inline stale(o) {
  if
  :: a[o] == f && (st[o] == GUP_TAKE || st[o] == STORE_DECIDE) -> a[o] = STALE
  :: else
  fi
}

/* drops n references to f */
inline put(n) {
  ref[f] = ref[f] - n;
  if
  :: ref[f] == 0 ->
       seen[f] = 0;
       stale(0);
#if THREADS > 1
       stale(1);
#endif
#if THREADS > 2
       stale(2);
#endif
#if THREADS > 3
       stale(3);
#endif
#if THREADS > 4
       stale(4); stale(5);
#endif
  :: else
  fi
}

inline lowest() {
  g = 1;
  do
  :: ref[g] != 0 -> g++
  :: else -> break
  od
}

/* ---- store */

inline store(t, v) {
  seen[pte[E(t, v)]] = 1 << P(t);
  snapshot[E(t, v)] = 0;
  st[t] = IDLE;
  pg[t] = 0
}

inline fault(t, v) {
  readers[P(t)]++;
  a[t] = pte[E(t, v)];
  pg[t] = v;
  st[t] = STORE_DECIDE
}

inline faultEnds(t) {
  readers[P(t)]--;
  a[t] = 0;
  b[t] = 0;
  st[t] = STORE_AGAIN
}

inline beginStore(t, v) {
  if
  :: wr[E(t, v)] -> store(t, v)
  :: else -> fault(t, v)
  fi
}

inline again(t) {
  if
  :: !vma[E(t, pg[t])] -> life[P(t)] = EXITING; st[t] = EXIT_WAIT
  :: else ->
       if
       :: wr[E(t, pg[t])] -> store(t, pg[t])
       :: else -> fault(t, pg[t])
       fi
  fi
}

inline decide(t) {
  if
  :: CHANGED(t) -> faultEnds(t)
  :: else ->
       if
       :: SHARED(a[t]) -> ref[a[t]]++; st[t] = STORE_COPY
       :: else -> wr[E(t, pg[t])] = 1; faultEnds(t)
       fi
  fi
}

inline copy(t, x) {
  ref[x] = 1;
  seen[x] = seen[a[t]];
  b[t] = x;
  st[t] = STORE_INSTALL
}

inline install(t) {
  if
  :: CHANGED(t) ->
       f = b[t]; put(1);
       f = a[t]; put(1)
  :: else ->
       f = b[t];
       map[f] = 1;
       pte[E(t, pg[t])] = f;
       wr[E(t, pg[t])] = 1;
       f = a[t];
       map[f]--;
       put(2)
  fi;
  faultEnds(t)
}

/* ---- fork */

#define MISSING(q) (life[q] == UNBORN && writer[q] == 0)
#if N == 1
#define CAN_BE_BORN(c) false
#elif N == 2
#define CAN_BE_BORN(c) (MISSING(c) && ((c) == 0 || !MISSING(0)))
#else
#define CAN_BE_BORN(c) (MISSING(c) && ((c) == 0 || !MISSING(0)) && ((c) < 2 || !MISSING(1)))
#endif

inline noteFork(o) {
  if
  :: ON_GUP_FAST(o) -> ran[o] = 1
  :: else
  fi
}

inline noteForks(t) {
#if T > 1
  noteFork(OTHER(t))
#else
  skip
#endif
}

/* goes to the first page from i on that the child gets */
inline forkNext(t) {
  do
  :: i < V && !vma[E(t, i)] -> i++
  :: else -> break
  od;
  if
  :: i < V -> ix[t] = i; st[t] = FORK_PTE
  :: else -> ix[t] = 0; st[t] = FORK_END
  fi
}

inline beginFork(t, c) {
  writer[P(t)] = t + 1;
  writer[c] = t + 1;
  forked[P(t)] = 1;
  noteForks(t);
  i = 0;
  do
  :: i < V ->
       if
       :: vma[E(t, i)] -> vma[(c) * V + i] = 1; snapshot[(c) * V + i] = 1
       :: else
       fi;
       i++
  :: else -> break
  od;
  it[t] = c;
  i = 0;
  forkNext(t)
}

inline share(t) {
  f = pte[E(t, ix[t])];
  ref[f]++;
  map[f]++;
  wr[E(t, ix[t])] = 0;
  pte[it[t] * V + ix[t]] = f;
  if
  :: seen[f] & (1 << P(t)) -> seen[f] = seen[f] | (1 << it[t])
  :: else
  fi;
  i = ix[t] + 1;
  forkNext(t)
}

inline endFork(t) {
  noteForks(t);
  writer[P(t)] = 0;
  writer[it[t]] = 0;
  life[it[t]] = ALIVE;
  it[t] = 0;
  st[t] = IDLE
}

/* ---- munmap */

inline beginUnmap(t, v) {
  vma[E(t, v)] = 0;
  readers[P(t)]++;
  pg[t] = v;
  st[t] = UNMAP_ZAP
}

/* empties the PTE of page v; its frame goes to a */
inline zap(t, v) {
  a[t] = pte[E(t, v)];
  map[a[t]]--;
  pte[E(t, v)] = 0;
  wr[E(t, v)] = 0;
  snapshot[E(t, v)] = 0
}

inline endUnmap(t) {
  f = a[t];
  a[t] = 0;
  put(1);
  readers[P(t)]--;
  pg[t] = 0;
  st[t] = IDLE
}

/* ---- exit */

#if K == 1
#define HOLDS(p) (hframe[0] != 0 && howner[0] == (p))
#else
#define HOLDS(p) (hframe[0] != 0 && howner[0] == (p) || hframe[1] != 0 && howner[1] == (p))
#endif

/* as if the process had never been */
inline forget(t) {
  life[P(t)] = UNBORN;
  forked[P(t)] = 0;
  i = 1;
  do
  :: i <= F ->
       if
       :: seen[i] != EVERYBODY -> seen[i] = seen[i] & (255 - (1 << P(t)))
       :: else
       fi;
       i++
  :: else -> break
  od;
  i = 0;
  do
  :: i < T -> st[P(t) * T + i] = IDLE; i++
  :: else -> break
  od
}

inline exited(t) {
  i = 0;
  do
  :: i < V -> vma[E(t, i)] = 0; snapshot[E(t, i)] = 0; i++
  :: else -> break
  od;
  pg[t] = 0;
  ix[t] = 0;
  st[t] = ENDED;
  life[P(t)] = DEAD;
  if
  :: !HOLDS(P(t)) -> forget(t)
  :: else
  fi
}

/* goes to the first mapped page from i on, or has exited */
inline exitNext(t) {
  do
  :: i < V && pte[E(t, i)] == 0 -> i++
  :: else -> break
  od;
  if
  :: i < V -> ix[t] = i; st[t] = EXIT_ZAP
  :: else -> exited(t)
  fi
}

inline leave(t) {
#if T > 1
  pg[OTHER(t)] = 0;
  st[OTHER(t)] = ENDED;
#endif
  i = 0;
  exitNext(t)
}

inline beginExit(t) {
  life[P(t)] = EXITING;
  pg[t] = V;
  if
  :: OTHERS_STOPPED(t) && MAY_WRITE(t) -> leave(t)
  :: else -> st[t] = EXIT_WAIT
  fi
}

inline exitDrop(t) {
  f = a[t];
  a[t] = 0;
  put(1);
  i = ix[t] + 1;
  exitNext(t)
}

/* ---- get_user_pages_fast, put */

#define TAKES(o, k) (st[o] >= GUP_TAKE && it[o] == (k))
#if THREADS == 1
#define TAKEN(t, k) false
#elif THREADS == 2
#define TAKEN(t, k) (TAKES(1 - (t), k))
#elif THREADS == 3
#define TAKEN(t, k) (TAKES(0, k) || TAKES(1, k) || TAKES(2, k))
#elif THREADS == 4
#define TAKEN(t, k) (TAKES(0, k) || TAKES(1, k) || TAKES(2, k) || TAKES(3, k))
#else
#define TAKEN(t, k) (TAKES(0, k) || TAKES(1, k) || TAKES(2, k) || TAKES(3, k) || TAKES(4, k) || TAKES(5, k))
#endif
#define FREE(t, k) (hframe[k] == 0 && !TAKEN(t, k))
#define NEXT_FREE(t, k) (FREE(t, k) && ((k) == 0 || !FREE(t, 0)))

inline beginGup(t, v, k) {
  a[t] = pte[E(t, v)];
  w[t] = wr[E(t, v)];
  pg[t] = v;
  it[t] = k;
  st[t] = GUP_TAKE
}

inline hold(t, live) {
  ref[f]++;
  hframe[it[t]] = f;
  howner[it[t]] = P(t);
  hpage[it[t]] = pg[t];
  hlive[it[t]] = live
}

inline unhold(k) {
  f = hframe[k];
  hframe[k] = 0;
  howner[k] = 0;
  hpage[k] = 0;
  hlive[k] = 0;
  put(1)
}

inline slow(t) {
  w[t] = 0;
  ran[t] = 0;
  st[t] = GUP_ENTER
}

inline take(t) {
  f = a[t];
  a[t] = 0;
  if
  :: f == STALE -> slow(t)
  :: else -> hold(t, 0); st[t] = GUP_RECHECK
  fi
}

inline recheck(t) {
  if
  :: pte[E(t, pg[t])] != hframe[it[t]] || wr[E(t, pg[t])] != w[t] -> unhold(it[t]); slow(t)
  :: else ->
       if
       :: w[t] -> w[t] = 0; st[t] = GUP_END
       :: else -> st[t] = GUP_RULES
       fi
  fi
}

inline endGup(t) {
  ran[t] = 0;
  pg[t] = 0;
  it[t] = 0;
  st[t] = IDLE
}

inline enter(t) {
  if
  :: life[P(t)] == ALIVE && vma[E(t, pg[t])] -> f = pte[E(t, pg[t])]; hold(t, 1)
  :: else
  fi;
  endGup(t)
}

/* ---- what a thread may do */

#define STORES(t, v) \
  :: d_step { BEGINS(t) && vma[E(t, v)] && (wr[E(t, v)] || MAY_READ(t)) -> beginStore(t, v) DONE }
#define FORKS(t, c) \
  :: d_step { BEGINS(t) && MAY_WRITE(t) && CAN_BE_BORN(c) -> beginFork(t, c) DONE }
#ifdef NO_MUNMAP
#define UNMAPS(t, v)
#else
#define UNMAPS(t, v) \
  :: d_step { BEGINS(t) && MAY_WRITE(t) && vma[E(t, v)] -> beginUnmap(t, v) DONE }
#endif
#ifdef NO_EXIT
#define EXITS(t)
#else
#define EXITS(t) \
  :: d_step { BEGINS(t) -> beginExit(t) DONE }
#endif
#define GUPS(t, v, k) \
  :: d_step { BEGINS(t) && vma[E(t, v)] && NEXT_FREE(t, k) -> beginGup(t, v, k) DONE }
#ifdef NO_PUT
#define PUTS(t, k)
#else
#define PUTS(t, k) \
  :: d_step { BEGINS(t) && hlive[k] && howner[k] == P(t) -> unhold(k) DONE }
#endif

#ifdef ANY
#define COPIES(t, x) \
  :: d_step { st[t] == STORE_COPY && ref[x] == 0 -> copy(t, x) DONE }
#endif

#define INSIDE(t) \
  :: d_step { st[t] == STORE_DECIDE -> decide(t) DONE } \
  :: d_step { st[t] == STORE_INSTALL -> install(t) DONE } \
  :: d_step { st[t] == STORE_AGAIN && (MAY_READ(t) || vma[E(t, pg[t])] && wr[E(t, pg[t])]) -> again(t) DONE } \
  :: d_step { st[t] == FORK_PTE -> st[t] = FORK_SHARE DONE } \
  :: d_step { st[t] == FORK_SHARE -> share(t) DONE } \
  :: d_step { st[t] == FORK_END -> endFork(t) DONE } \
  :: d_step { st[t] == UNMAP_ZAP -> zap(t, pg[t]); st[t] = UNMAP_DROP DONE } \
  :: d_step { st[t] == UNMAP_DROP -> endUnmap(t) DONE } \
  :: d_step { st[t] == EXIT_WAIT && OTHERS_STOPPED(t) && MAY_WRITE(t) -> leave(t) DONE } \
  :: d_step { st[t] == EXIT_ZAP -> zap(t, ix[t]); st[t] = EXIT_DROP DONE } \
  :: d_step { st[t] == EXIT_DROP -> exitDrop(t) DONE } \
  :: d_step { st[t] == GUP_TAKE -> take(t) DONE } \
  :: d_step { st[t] == GUP_RECHECK -> recheck(t) DONE } \
  :: d_step { st[t] == GUP_RULES -> st[t] = GUP_END DONE } \
  :: d_step { st[t] == GUP_END -> hlive[it[t]] = 1; endGup(t) DONE } \
  :: d_step { st[t] == GUP_ENTER && MAY_READ(t) -> enter(t) DONE }

#define ITEMS_OF_PAGE(t, v) \
  STORES(t, v) \
  UNMAPS(t, v) \
  GUPS_OF_PAGE(t, v)

#if K == 1
#define GUPS_OF_PAGE(t, v) GUPS(t, v, 0)
#define ALL_PUTS(t) PUTS(t, 0)
#else
#define GUPS_OF_PAGE(t, v) GUPS(t, v, 0) GUPS(t, v, 1)
#define ALL_PUTS(t) PUTS(t, 0) PUTS(t, 1)
#endif
#if V == 1
#define ALL_PAGES(t) ITEMS_OF_PAGE(t, 0)
#else
#define ALL_PAGES(t) ITEMS_OF_PAGE(t, 0) ITEMS_OF_PAGE(t, 1)
#endif
#if N == 1
#define ALL_FORKS(t)
#elif N == 2
#define ALL_FORKS(t) FORKS(t, 0) FORKS(t, 1)
#else
#define ALL_FORKS(t) FORKS(t, 0) FORKS(t, 1) FORKS(t, 2)
#endif

#ifndef ANY
#define COPY(t) \
  :: d_step { st[t] == STORE_COPY -> lowest(); copy(t, g) DONE }
#else
#define COPY_2(t) COPIES(t, 1) COPIES(t, 2)
#if F < 3
#define COPY_3(t) COPY_2(t)
#else
#define COPY_3(t) COPY_2(t) COPIES(t, 3)
#endif
#if F < 4
#define COPY_4(t) COPY_3(t)
#else
#define COPY_4(t) COPY_3(t) COPIES(t, 4)
#endif
#if F < 5
#define COPY_5(t) COPY_4(t)
#else
#define COPY_5(t) COPY_4(t) COPIES(t, 5)
#endif
#if F < 6
#define COPY_6(t) COPY_5(t)
#else
#define COPY_6(t) COPY_5(t) COPIES(t, 6)
#endif
#if F < 7
#define COPY_7(t) COPY_6(t)
#else
#define COPY_7(t) COPY_6(t) COPIES(t, 7)
#endif
#if F < 8
#define COPY_8(t) COPY_7(t)
#else
#define COPY_8(t) COPY_7(t) COPIES(t, 8)
#endif
#if F < 9
#define COPY_9(t) COPY_8(t)
#else
#define COPY_9(t) COPY_8(t) COPIES(t, 9)
#endif
#if F < 10
#define COPY_10(t) COPY_9(t)
#else
#define COPY_10(t) COPY_9(t) COPIES(t, 10)
#endif
#if F < 11
#define COPY_11(t) COPY_10(t)
#else
#define COPY_11(t) COPY_10(t) COPIES(t, 11)
#endif
#if F < 12
#define COPY_12(t) COPY_11(t)
#else
#define COPY_12(t) COPY_11(t) COPIES(t, 12)
#endif
#define COPY(t) COPY_12(t)
#endif

#define ACTOR(t) ALL_PAGES(t) ALL_FORKS(t) EXITS(t) ALL_PUTS(t) COPY(t) INSIDE(t)

/* The page tables of A: not a step of Cowherd. Where any free frame may be taken, the page has any. */
inline begin() {
  life[0] = ALIVE;
  i = 0;
  do
  :: i < V ->
       pte[i] = g + i; wr[i] = 1; vma[i] = 1;
       ref[g + i] = 1; map[g + i] = 1; seen[g + i] = EVERYBODY;
       i++
  :: else -> break
  od
}

#ifndef ANY
#define BEGIN :: d_step { g = 1; begin(); g = 0 DONE }
#elif V > 1
#error cowherd.pml: ANY is for one page
#else
#define BEGIN_AT(x) :: d_step { g = x; begin(); g = 0 DONE }
#define BEGIN_2 BEGIN_AT(1) BEGIN_AT(2)
#if F < 3
#define BEGIN_3 BEGIN_2
#else
#define BEGIN_3 BEGIN_2 BEGIN_AT(3)
#endif
#if F < 4
#define BEGIN_4 BEGIN_3
#else
#define BEGIN_4 BEGIN_3 BEGIN_AT(4)
#endif
#if F < 5
#define BEGIN_5 BEGIN_4
#else
#define BEGIN_5 BEGIN_4 BEGIN_AT(5)
#endif
#if F < 6
#define BEGIN_6 BEGIN_5
#else
#define BEGIN_6 BEGIN_5 BEGIN_AT(6)
#endif
#if F < 7
#define BEGIN_7 BEGIN_6
#else
#define BEGIN_7 BEGIN_6 BEGIN_AT(7)
#endif
#if F < 8
#define BEGIN_8 BEGIN_7
#else
#define BEGIN_8 BEGIN_7 BEGIN_AT(8)
#endif
#if F < 9
#define BEGIN_9 BEGIN_8
#else
#define BEGIN_9 BEGIN_8 BEGIN_AT(9)
#endif
#if F < 10
#define BEGIN_10 BEGIN_9
#else
#define BEGIN_10 BEGIN_9 BEGIN_AT(10)
#endif
#if F < 11
#define BEGIN_11 BEGIN_10
#else
#define BEGIN_11 BEGIN_10 BEGIN_AT(11)
#endif
#if F < 12
#define BEGIN_12 BEGIN_11
#else
#define BEGIN_12 BEGIN_11 BEGIN_AT(12)
#endif
#define BEGIN BEGIN_12
#endif

active proctype machine() {
  if
  BEGIN
  fi;
end:
  do
  ACTOR(0)
#if THREADS > 1
  ACTOR(1)
#endif
#if THREADS > 2
  ACTOR(2)
#endif
#if THREADS > 3
  ACTOR(3)
#endif
#if THREADS > 4
  ACTOR(4)
  ACTOR(5)
#endif
  od
}
