/*
 * Runs a litmus test for Linux memory on the kernel at hand, without timing.
 *
 * A test is data: processes, threads, named pages, and for each thread a list of calls. A schedule is
 * a list of threads. The controller grants one call at a time, in the order of the schedule, and then
 * waits until the memory of the test is at rest: every call that was granted has either returned, or
 * sleeps in the kernel for userfaultfd. A call that sleeps stays pending; it goes on by itself when
 * another call wakes it.
 *
 * Actors are real processes and threads. They take their orders from memory that all of them share
 * (struct control); the pages of the test are nowhere else in the controller. What can be seen of the
 * pages (pagemap, kpageflags) is printed after every call.
 *
 * When the controller dies, however it dies, a pipe closes that every process listens to, and they
 * end. Settings of the machine that a test needs are written down before they are changed, and
 * restored at the end, or by the next start.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/io_uring.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* ---- limits ------------------------------------------------------------------------------------ */

#define PROCESSES_MAX 16
#define THREADS_MAX 32
#define REGIONS_MAX 24
#define FILES_MAX 16
#define PIPES_MAX 8
#define UFFDS_MAX 4
#define SIGNALS_MAX 16
#define BARRIERS_MAX 16
#define REGISTERS_MAX 255
#define HANDLES_MAX 32
#define CODE_MAX 1024
#define PAGES_MAX 48
#define WORDS_MAX 4
#define SCHEDULE_MAX 512
#define NAME_MAX_ 96

#define PAGE 4096L
#define HUGE_PAGE (2L << 20)
#define FILE_BYTES (16L << 20)
#define BASE 0x200000000000L       /* the first region */
#define WORD_STRIDE 64             /* bytes from one word of a page to the next */

#define CALL_LIMIT_MS 1000         /* a call that has not come back by then is lost */
#define SETTLE_US 60               /* between two looks at a call that sleeps */
#define PAUSE_EVERY 3              /* in which repetitions a transfer pauses */
#define PAUSE_WAIT_MS 20           /* for a transfer that will pause */

/* ---- headers older than the kernel ------------------------------------------------------------- */

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21
#endif
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif
#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#define MADV_GUARD_REMOVE 103
#endif
#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif
#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif
#ifndef SYS_memfd_secret
#define SYS_memfd_secret 447
#endif
#ifndef SYS_process_madvise
#define SYS_process_madvise 440
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef UFFD_USER_MODE_ONLY
#define UFFD_USER_MODE_ONLY 1
#endif
#ifndef PR_SET_MEMORY_MERGE
#define PR_SET_MEMORY_MERGE 67
#define PR_GET_MEMORY_MERGE 68
#endif
#define FEATURE_WP_HUGETLBFS_SHMEM (1 << 12)
#define FEATURE_WP_UNPOPULATED (1 << 13)
#define FEATURE_POISON (1 << 14)
#define FEATURE_WP_ASYNC (1 << 15)
#define FEATURE_MOVE (1 << 16)
#define REGISTER_MINOR (1UL << 2)
#define COPY_WP (1UL << 1)

struct uffd_continue_ { struct uffdio_range range; uint64_t mode; int64_t mapped; };
struct uffd_poison_ { struct uffdio_range range; uint64_t mode; int64_t updated; };
struct uffd_move_ { uint64_t dst, src, len, mode; int64_t move; };
#define IOC_CONTINUE _IOWR(0xAA, 0x07, struct uffd_continue_)
#define IOC_POISON _IOWR(0xAA, 0x08, struct uffd_poison_)
#define IOC_MOVE _IOWR(0xAA, 0x05, struct uffd_move_)
struct wp_ { struct uffdio_range range; uint64_t mode; };
#define IOC_WRITEPROTECT _IOWR(0xAA, 0x06, struct wp_)

struct region_ { uint64_t start, end, categories; };
struct scan_ {
	uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages;
	uint64_t inverted, mask, anyof, returned;
};
#define IOC_PAGEMAP_SCAN _IOWR('f', 16, struct scan_)

/* ---- values: one byte; above 199 errors and signals -------------------------------------------- */

enum {
	NONE = -1,
	NOT_NOW = -2,   /* the call cannot begin yet: it waits for somebody */
	UNSET = 255, SIGSEGV_ = 254, SIGBUS_ = 253,
	OTHER_ERROR = 229, UNSEEN = 228,
	EVENT_PAGEFAULT = 230, EVENT_FORK_ = 231, EVENT_REMAP_ = 232, EVENT_REMOVE_ = 233, EVENT_UNMAP_ = 234,
};

static const struct { int errno_, value; const char *name; } ERRORS[] = {
	{ EFAULT, 252, "EFAULT" }, { EEXIST, 251, "EEXIST" }, { EINVAL, 250, "EINVAL" },
	{ EAGAIN, 249, "EAGAIN" }, { ENOENT, 248, "ENOENT" }, { EBUSY, 247, "EBUSY" },
	{ ENOMEM, 246, "ENOMEM" }, { ESRCH, 245, "ESRCH" }, { EIO, 244, "EIO" },
	{ EBADF, 243, "EBADF" }, { EINTR, 242, "EINTR" }, { EPERM, 241, "EPERM" },
	{ ECHILD, 240, "ECHILD" }, { EOPNOTSUPP, 239, "EOPNOTSUPP" }, { ENOTTY, 238, "ENOTTY" },
};
#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

static int error_value(int error)
{
	for (int i = 0; i < COUNT(ERRORS); i++)
		if (ERRORS[i].errno_ == error)
			return ERRORS[i].value;
	return OTHER_ERROR;
}

/* The value of a system call that gives 0 or -1. */
static int status(long result) { return result < 0 ? error_value(errno) : 0; }

static const char *value_name(int value)
{
	static char text[4][16];
	static int next;
	char *t = text[next++ & 3];
	if (value == UNSET)
		return "unset";
	if (value == SIGSEGV_)
		return "SIGSEGV";
	if (value == SIGBUS_)
		return "SIGBUS";
	if (value == OTHER_ERROR)
		return "-E?";
	if (value == UNSEEN)
		return "?";
	if (value >= EVENT_PAGEFAULT && value <= EVENT_UNMAP_) {
		static const char *const events[] = {
			"UFFD_EVENT_PAGEFAULT", "UFFD_EVENT_FORK", "UFFD_EVENT_REMAP", "UFFD_EVENT_REMOVE", "UFFD_EVENT_UNMAP",
		};
		return events[value - EVENT_PAGEFAULT];
	}
	for (int i = 0; i < COUNT(ERRORS); i++)
		if (ERRORS[i].value == value) {
			snprintf(t, 16, "-%s", ERRORS[i].name);
			return t;
		}
	snprintf(t, 16, "%d", value);
	return t;
}

/* ---- a test ------------------------------------------------------------------------------------ */

enum op {
	BRANCH_UNLESS, JUMP, ASSIGN, END,
	LOAD, STORE, FORK, EXEC, EXIT, WAIT_PROCESS,
	MMAP, MUNMAP, MPROTECT, MREMAP, MADVISE, PUNCH_HOLE, MLOCK, MUNLOCK,
	GUP, PUT, REFERENCE_READ, REFERENCE_WRITE,
	DIRECT_WRITE, DIRECT_READ, BUFFERED_WRITE, BUFFERED_READ,
	VMSPLICE, PIPE_READ, TEE, PIPE_CLOSE,
	PROCESS_VM_READV, PROCESS_VM_WRITEV, PTRACE_PEEK, PTRACE_POKE, PROC_MEM_READ, PROC_MEM_WRITE,
	FUTEX_TOUCH, FIXED_WRITE, FIXED_READ,
	UFFD_CREATE, UFFD_API_, UFFD_REGISTER, UFFD_UNREGISTER, UFFD_WRITEPROTECT, UFFD_COPY, UFFD_ZEROPAGE,
	UFFD_CONTINUE, UFFD_POISON, UFFD_MOVE, UFFD_WAKE, UFFD_READ, UFFD_CLOSE,
	PROCESS_MADVISE, LRU_DRAIN, CLEAR_REFS, PAGEMAP_SCAN, KSM_MERGE, PRCTL,
	SIGNAL, AWAIT, BARRIER, JOIN, OBSERVE, OPS,
};

/* One call. What a call does not use is NONE; as a literal, only what differs from NO_CALL. */
struct call {
	int op;
	int result;         /* register of the result */
	int process;        /* whose memory */
	int page, pages;    /* which pages */
	int page_register;  /* the first page is in this register */
	int word;           /* a word of the page; NONE: all */
	int handle;         /* first slot of a reference, one a page */
	int object;         /* file, pipe, userfaultfd, signal, barrier, thread, process, destination page */
	long flags;         /* as the system call wants them */
	const char *value;  /* expression in postfix: what is stored, or a condition */
	bool captured;      /* a signal becomes the result and does not kill */
	int line;
	const char *text;   /* as the test says it */
};
#define CALL(...) { .result = NONE, .process = NONE, .page = NONE, .page_register = NONE, .word = NONE, \
	.handle = NONE, .object = NONE, __VA_ARGS__ }

enum region_kind { ANON, SHARED_ANON, THP, THP_BY_PTES, HUGETLB, RESERVED };
enum file_kind { DISK, SHMEM, HUGETLBFS, SECRETMEM };

struct process { const char *name; int parent; };
struct region { const char *name; int kind, first, pages; int file; bool populated; int initial[WORDS_MAX]; };
/* Where a page is, and its bytes: 4096, all of a huge page of hugetlb, or what it stands for of another. */
struct place { long offset, bytes; };
struct file { const char *name; int kind; bool hole; int initial[WORDS_MAX]; };
struct thread { const char *name; int process, spawner, spawn_at, first, calls; bool daemon; };

static struct test {
	const char *name;
	int processes, regions, pages, words, files, pipes, uffds, signals, barriers, registers, handles, threads, calls;
	struct process process[PROCESSES_MAX];
	struct region region[REGIONS_MAX];
	struct place place[PAGES_MAX];
	struct file file[FILES_MAX];
	int parties[BARRIERS_MAX];
	const char *register_name[REGISTERS_MAX];
	struct thread thread[THREADS_MAX];
	struct call call[CODE_MAX];
	int huge_pages;
} test;

/* @test@ */

static const struct region *region_of(int page)
{
	for (int i = 0; i < test.regions; i++)
		if (page >= test.region[i].first && page < test.region[i].first + test.region[i].pages)
			return &test.region[i];
	return &test.region[0];
}

static long unit_of(int page) { return test.place[page].bytes; }

static char *address_of(int page) { return (char *)(BASE + test.place[page].offset); }

static int page_at(uint64_t address)
{
	for (int page = 0; page < test.pages; page++) {
		uint64_t begin = (uint64_t)address_of(page);
		if (address >= begin && address < begin + (uint64_t)unit_of(page))
			return page;
	}
	return UNSET;
}

static const char *page_name(int page)
{
	static char text[4][NAME_MAX_ + 16];
	static int next;
	const struct region *r = region_of(page);
	if (r->pages == 1)
		return r->name;
	char *t = text[next++ & 3];
	snprintf(t, sizeof(text[0]), "%s.%d", r->name, page - r->first);
	return t;
}

/* ---- what all processes share ------------------------------------------------------------------ */

enum thread_state { ABSENT, IDLE, BUSY, ENDED };
enum life { UNBORN, ALIVE, DEAD };

struct actor {
	atomic_int order;      /* the number of the grant that it may execute; a futex */
	atomic_int done;       /* the number of the last grant that it has executed */
	atomic_int state;
	atomic_int pc;
	atomic_int refused;    /* the last grant could not begin */
	atomic_int waits;      /* it waits in the harness (a barrier) */
	atomic_int tid;
	atomic_int helper;     /* a thread that makes the call for it, and it waits */
	atomic_int tries;      /* running freely: how often a call could not begin, and whether its last one could not */
	atomic_int refuses;
};

static struct control {
	struct actor actor[THREADS_MAX];
	atomic_int life[PROCESSES_MAX];
	atomic_int pid[PROCESSES_MAX];
	atomic_int value[REGISTERS_MAX];
	atomic_int signal[SIGNALS_MAX];
	atomic_int arrived[BARRIERS_MAX], generation[BARRIERS_MAX];
	atomic_int forking[PROCESSES_MAX];            /* the child that a process is forking, plus 1 */
	atomic_int look;                              /* a process that is to load all its pages */
	atomic_int transfers;                         /* how many were made, for places on a device */
	atomic_int broken;                            /* an errno: a carrier did not carry */
	atomic_int content[PROCESSES_MAX][PAGES_MAX][WORDS_MAX];
	atomic_int free;                              /* threads make their calls without grants; the number of the repetition, from 1 */
	atomic_int at_start, roots;                   /* how many threads are ready to begin together, and how many there are */
	atomic_int paused;                            /* a transfer has begun to pause */
	atomic_int progress;                          /* calls that have come back while threads ran freely */
	atomic_flag scratch_taken;                    /* one thread at a time looks through a reference */
} *control;

static cpu_set_t all_cpus;                  /* that the runner may use */
static bool on_all_cpus;                    /* threads run freely, on all of them */

/* what one process has, by its own numbers */
static int handle_fd[HANDLES_MAX];          /* pipe (read end) or ring of a reference, or -1 */
static int handle_write_fd[HANDLES_MAX];
static int uffd_fd[UFFDS_MAX][PROCESSES_MAX];
static int self_process = NONE;
static int scratch_fd = NONE;

/* what the controller has made before it started the actors; inherited */
static int file_fd[FILES_MAX], direct_fd[FILES_MAX];
static long file_offset[FILES_MAX];
static int pipe_fd[PIPES_MAX][2];
static int life_pipe[2];
static int scratch_pipe[2];

static long futex(atomic_int *word, int op, int value, const struct timespec *limit)
{
	return syscall(SYS_futex, word, op, value, limit, NULL, 0);
}

static void sleep_us(long us)
{
	struct timespec t = { 0, us * 1000 };
	nanosleep(&t, NULL);
}

static long now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- accesses that may be answered by a signal ------------------------------------------------- */

static __thread sigjmp_buf escape;
static __thread volatile sig_atomic_t guarded;

static void on_fault(int signal)
{
	if (guarded) {
		guarded = 0;
		siglongjmp(escape, signal);
	}
	_exit(128 + signal);
}

static void catch_faults(void)
{
	struct sigaction action = { .sa_handler = on_fault, .sa_flags = SA_NODEFER };
	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
}

/* The huge pages of hugetlb are one page; a part of a transparent huge page is many. */
static long touch_step(int page)
{
	long unit = unit_of(page);
	return unit >= HUGE_PAGE ? unit : PAGE;
}

static int load(int page, int word)
{
	int signal = sigsetjmp(escape, 1);
	if (signal)
		return signal == SIGSEGV ? SIGSEGV_ : SIGBUS_;
	guarded = 1;
	volatile unsigned char *at = (unsigned char *)address_of(page) + (word < 0 ? 0 : word) * WORD_STRIDE;
	int value = *at;
	for (long o = touch_step(page); o < unit_of(page); o += touch_step(page))
		(void)at[o];
	guarded = 0;
	return value;
}

static int store(int page, int word, int value)
{
	int signal = sigsetjmp(escape, 1);
	if (signal)
		return signal == SIGSEGV ? SIGSEGV_ : SIGBUS_;
	guarded = 1;
	for (long o = 0; o < unit_of(page); o += touch_step(page))
		for (int w = 0; w < test.words; w++)
			if (word < 0 || word == w)
				((volatile unsigned char *)address_of(page))[o + w * WORD_STRIDE] = (unsigned char)value;
	guarded = 0;
	return 0;
}

/* ---- what can be seen of a page ---------------------------------------------------------------- */

static struct sight { bool frames, flags, soft_dirty, wp, ksm; } sight;

static uint64_t pagemap(int pid, int page)
{
	char path[64];
	uint64_t entry = 0;
	snprintf(path, sizeof(path), "/proc/%d/pagemap", pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	if (pread(fd, &entry, 8, (off_t)((uint64_t)address_of(page) / PAGE * 8)) != 8)
		entry = 0;
	close(fd);
	return entry;
}

#define PM_PRESENT (1ULL << 63)
#define PM_SWAP (1ULL << 62)
#define PM_FILE (1ULL << 61)
#define PM_GUARD (1ULL << 58)
#define PM_WP (1ULL << 57)
#define PM_EXCLUSIVE (1ULL << 56)
#define PM_SOFT_DIRTY (1ULL << 55)
#define PM_FRAME ((1ULL << 55) - 1)
#define SWAP_TYPES 24          /* higher types of swap entries are markers and migration */
/* only root sees the type; without root there is no swap */
#define is_swapped(e) (((e) & PM_SWAP) && sight.frames && ((e) & 31) < SWAP_TYPES)
#define KPF_KSM 21
#define KPF_THP 22
#define KPF_ZERO_PAGE 24
#define KPF_ANON 12
#define KPF_OWNER_2 34         /* of an anonymous page: PG_anon_exclusive */

static uint64_t kernel_page(const char *path, uint64_t frame)
{
	uint64_t value = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	if (pread(fd, &value, 8, (off_t)(frame * 8)) != 8)
		value = 0;
	close(fd);
	return value;
}

static uint64_t page_flags(uint64_t entry)
{
	return entry & PM_PRESENT && sight.flags ? kernel_page("/proc/kpageflags", entry & PM_FRAME) : 0;
}

static long free_huge_pages(void)
{
	long value = 0;
	FILE *f = fopen("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "r");
	if (f) {
		if (fscanf(f, "%ld", &value) != 1)
			value = 0;
		fclose(f);
	}
	return value;
}

static long huge_pool_at_start;

static int huge_mapped(int pid, int page)
{
	struct region_ out;
	char path[64];
	uint64_t begin = (uint64_t)address_of(page);
	struct scan_ scan = { .size = sizeof(scan), .start = begin, .end = begin + PAGE, .vec = (uint64_t)&out,
		.vec_len = 1, .mask = 1 << 6, .returned = 1 << 6 };
	snprintf(path, sizeof(path), "/proc/%d/pagemap", pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int result = fd < 0 ? -1 : ioctl(fd, IOC_PAGEMAP_SCAN, &scan);
	if (fd >= 0)
		close(fd);
	if (result >= 0)
		return result != 0;
	/* older kernels: AnonHugePages of the mapping */
	snprintf(path, sizeof(path), "/proc/%d/smaps", pid);
	FILE *f = fopen(path, "r");
	char line[256];
	uint64_t from = 0, to = 0;
	int huge = UNSEEN;
	while (f && fgets(line, sizeof(line), f)) {
		unsigned long a, b, kb;
		if (sscanf(line, "%lx-%lx ", &a, &b) == 2 && strchr(line, '-') < strchr(line, ' ')) {
			from = a;
			to = b;
		} else if (begin >= from && begin < to && sscanf(line, "AnonHugePages: %lu", &kb) == 1) {
			huge = kb != 0;
		}
	}
	if (f)
		fclose(f);
	/* the huge zero page is not counted there */
	bool may_be_zero = !sight.flags || page_flags(pagemap(pid, page)) >> KPF_ZERO_PAGE & 1;
	return !huge && may_be_zero ? UNSEEN : huge;
}

/* What an observer of the language sees; UNSEEN where this kernel does not tell. */
static int observe(const char *what, int process, int page, int other_process, int other_page)
{
	int pid = control->pid[process];
	uint64_t e = control->life[process] == ALIVE ? pagemap(pid, page) : 0;
	if (!strcmp(what, "PRESENT"))
		return (e & PM_PRESENT) != 0;
	if (!strcmp(what, "SWAPPED"))
		return e & PM_SWAP && !sight.frames ? UNSEEN : is_swapped(e);
	if (!strcmp(what, "UFFD_WP"))
		return sight.wp ? (e & PM_WP) != 0 : UNSEEN;
	if (!strcmp(what, "SOFT_DIRTY"))
		return sight.soft_dirty ? (e & PM_SOFT_DIRTY) != 0 : UNSEEN;
	if (!strcmp(what, "FILE_PAGE"))
		return (e & PM_PRESENT) && (e & PM_FILE);
	if (!strcmp(what, "EXCLUSIVELY_MAPPED"))
		return (e & PM_PRESENT) && (e & PM_EXCLUSIVE);
	if (!strcmp(what, "SAME_PAGE")) {
		uint64_t o = control->life[other_process] == ALIVE ? pagemap(control->pid[other_process], other_page) : 0;
		return sight.frames ? (e & PM_PRESENT) && (o & PM_PRESENT) && (e & PM_FRAME) == (o & PM_FRAME) : UNSEEN;
	}
	if (!strcmp(what, "PMD_MAPPED"))
		return e & PM_PRESENT ? huge_mapped(pid, page) : 0;
	if (!sight.flags)
		return UNSEEN;
	uint64_t flags = page_flags(e);
	if (!strcmp(what, "ZERO_PAGE"))
		return (flags >> KPF_ZERO_PAGE & 1) != 0;
	if (!strcmp(what, "KSM_PAGE"))
		return !sight.ksm ? UNSEEN : (flags >> KPF_KSM & 1) != 0;
	if (!strcmp(what, "LARGE_FOLIO"))
		return (flags >> KPF_THP & 1) != 0;
	return UNSEEN;
}

/* ---- expressions ------------------------------------------------------------------------------- */

static bool is_set(int value) { return value != UNSET; }

/* Postfix: c7 a number, r3 a register, o... an observer, m... memory, f... a file, h free huge pages. */
static int evaluate(const char *text)
{
	int stack[32], top = 0;
	char token[64];
	int used;
	for (const char *p = text; sscanf(p, "%63s%n", token, &used) == 1; p += used) {
		int a = top > 1 ? stack[top - 2] : 0, b = top > 0 ? stack[top - 1] : 0;
		if (token[0] == 'c' && isdigit((unsigned char)token[1])) {
			stack[top++] = atoi(token + 1);
		} else if (token[0] == 'r' && isdigit((unsigned char)token[1])) {
			stack[top++] = control->value[atoi(token + 1)];
		} else if (token[0] == 'o') {
			char what[32];
			int p1 = 0, v1 = 0, p2 = 0, v2 = 0;
			sscanf(token + 1, "%31[A-Z_]:%d:%d:%d:%d", what, &p1, &v1, &p2, &v2);
			stack[top++] = observe(what, p1, v1, p2, v2);
		} else if (token[0] == 'm') {
			int p1 = 0, v1 = 0, w = 0;
			sscanf(token + 1, "%d:%d:%d", &p1, &v1, &w);
			stack[top++] = control->content[p1][v1][w];
		} else if (token[0] == 'f') {
			int f = 0, w = 0;
			unsigned char byte = 0;
			sscanf(token + 1, "%d:%d", &f, &w);
			stack[top++] = pread(file_fd[f], &byte, 1, file_offset[f] + w * WORD_STRIDE) == 1 ? byte : 0;
		} else if (token[0] == 'h') {
			long in_use = huge_pool_at_start - free_huge_pages();
			stack[top++] = (int)(test.huge_pages - in_use);
		} else if (!strcmp(token, "!")) {
			stack[top - 1] = b == UNSEEN ? UNSEEN : !b;
		} else {
			int r;
			if (!strcmp(token, "=="))
				r = is_set(a) && is_set(b) && a == b;
			else if (!strcmp(token, "!="))
				r = is_set(a) && is_set(b) && a != b;
			else if (!strcmp(token, "<"))
				r = is_set(a) && is_set(b) && a < b;
			else if (!strcmp(token, "<="))
				r = is_set(a) && is_set(b) && a <= b;
			else if (!strcmp(token, "&&"))
				r = a == 0 || b == 0 ? 0 : a == UNSEEN || b == UNSEEN ? UNSEEN : 1;
			else if (!strcmp(token, "||"))
				r = (a && a != UNSEEN) || (b && b != UNSEEN) ? 1 : a == UNSEEN || b == UNSEEN ? UNSEEN : 0;
			else if (!strcmp(token, "+"))
				r = (a + b) % 200;
			else if (!strcmp(token, "-"))
				r = (a - b + 200) % 200;
			else if (!strcmp(token, "&"))
				r = a & b;
			else
				r = a | b;
			if ((a == UNSEEN || b == UNSEEN) && token[0] != '&' && token[0] != '|')
				r = UNSEEN;
			stack[--top - 1] = r;
		}
	}
	return top ? stack[top - 1] : 0;
}

/* ---- io_uring, by system calls ----------------------------------------------------------------- */

struct ring { int fd; void *rings, *sqes; size_t rings_bytes, sqes_bytes; struct io_uring_params p; };
static struct ring ring[HANDLES_MAX];

static int ring_open(struct ring *r)
{
	memset(r, 0, sizeof(*r));
	r->fd = (int)syscall(SYS_io_uring_setup, 2, &r->p);
	if (r->fd < 0)
		return -1;
	size_t sq = r->p.sq_off.array + r->p.sq_entries * sizeof(unsigned);
	size_t cq = r->p.cq_off.cqes + r->p.cq_entries * sizeof(struct io_uring_cqe);
	r->rings_bytes = sq > cq ? sq : cq;
	r->sqes_bytes = r->p.sq_entries * sizeof(struct io_uring_sqe);
	r->rings = mmap(NULL, r->rings_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, r->fd, IORING_OFF_SQ_RING);
	r->sqes = mmap(NULL, r->sqes_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, r->fd, IORING_OFF_SQES);
	if (r->rings == MAP_FAILED || r->sqes == MAP_FAILED)
		return -1;
	madvise(r->rings, r->rings_bytes, MADV_DONTFORK);
	madvise(r->sqes, r->sqes_bytes, MADV_DONTFORK);
	return 0;
}

static void ring_close(struct ring *r)
{
	munmap(r->rings, r->rings_bytes);
	munmap(r->sqes, r->sqes_bytes);
	close(r->fd);
}

/* One read or write of the fixed buffer; bytes moved, or a negative errno. */
static int ring_transfer(struct ring *r, int opcode, int fd, void *buffer, long offset)
{
	char *rings = r->rings;
	atomic_uint *tail = (atomic_uint *)(rings + r->p.sq_off.tail);
	unsigned mask = *(unsigned *)(rings + r->p.sq_off.ring_mask);
	unsigned at = *tail & mask;
	struct io_uring_sqe *sqe = (struct io_uring_sqe *)r->sqes + at;
	memset(sqe, 0, sizeof(*sqe));
	sqe->opcode = (uint8_t)opcode;
	sqe->fd = fd;
	sqe->addr = (uint64_t)buffer;
	sqe->len = PAGE;
	sqe->off = (uint64_t)offset;
	((unsigned *)(rings + r->p.sq_off.array))[at] = at;
	*tail += 1;
	if (syscall(SYS_io_uring_enter, r->fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) < 0)
		return -errno;
	atomic_uint *head = (atomic_uint *)(rings + r->p.cq_off.head);
	unsigned cq_mask = *(unsigned *)(rings + r->p.cq_off.ring_mask);
	int result = ((struct io_uring_cqe *)(rings + r->p.cq_off.cqes))[*head & cq_mask].res;
	*head += 1;
	return result;
}

/* ---- references: a pipe that vmsplice has filled, or a fixed buffer ---------------------------- */

enum { BY_VMSPLICE = 1, BY_IO_URING = 2, BY_DIRECT_WRITE = 3, BY_DIRECT_READ = 4 };
static int handle_kind[HANDLES_MAX];
static int handle_page[HANDLES_MAX];
static int handle_ring[HANDLES_MAX];  /* pages of one call share a ring */

static bool is_by_transfers(int h) { return handle_kind[h] == BY_DIRECT_WRITE || handle_kind[h] == BY_DIRECT_READ; }
static int take_by_transfers(const struct call *c, int page, struct actor *me);
static int look_by_transfer(int h, unsigned char *bytes);
static int write_by_transfer(int h, const unsigned char *bytes);
static void drop_transfers(int h);
static void forget_transfers(int h);
static int ksm_merge(const struct call *c);
static int transfer_with_pause(const struct call *c, bool writes, struct actor *me);

static void drop_handle(int h)
{
	if (handle_kind[h] == BY_VMSPLICE) {
		close(handle_fd[h]);
		close(handle_write_fd[h]);
	} else if (handle_kind[h] == BY_IO_URING && handle_ring[h] == h) {
		syscall(SYS_io_uring_register, ring[h].fd, IORING_UNREGISTER_BUFFERS, NULL, 0);
		ring_close(&ring[h]);
	} else if (is_by_transfers(h) && handle_ring[h] == h) {
		drop_transfers(h);
	}
	handle_kind[h] = 0;
}

static int take_by_vmsplice(const struct call *c, int page)
{
	for (int i = 0; i < c->pages; i++) {
		int h = c->handle + i, ends[2];
		if (pipe2(ends, O_NONBLOCK | O_CLOEXEC) < 0)
			return error_value(errno);
		struct iovec io = { address_of(page + i), PAGE };
		ssize_t n = vmsplice(ends[1], &io, 1, 0);
		if (n < 0) {
			int error = errno;
			close(ends[0]);
			close(ends[1]);
			return error_value(error);
		}
		handle_fd[h] = ends[0];
		handle_write_fd[h] = ends[1];
		handle_kind[h] = BY_VMSPLICE;
		handle_page[h] = page + i;
	}
	return c->pages;
}

static int take_by_io_uring(const struct call *c, int page)
{
	int h = c->handle;
	struct iovec io = { address_of(page), 0 };
	for (int i = 0; i < c->pages; i++)
		io.iov_len += (size_t)unit_of(page + i);
	if (unit_of(page) >= HUGE_PAGE && c->pages == 1)
		io.iov_len = PAGE;
	if (ring_open(&ring[h]) < 0)
		return error_value(errno);
	long taken = -1;
	for (int tries = 0; tries < 50; tries++) {
		taken = syscall(SYS_io_uring_register, ring[h].fd, IORING_REGISTER_BUFFERS, &io, 1);
		if (taken >= 0 || errno != ENOMEM)
			break;
		sleep_us(10000);  /* without root, memory that earlier rings had locked is counted until they are gone */
	}
	if (taken < 0) {
		int error = errno;
		if (error == ENOMEM)
			control->broken = error;
		ring_close(&ring[h]);
		return error_value(error);
	}
	for (int i = 0; i < c->pages; i++) {
		handle_kind[h + i] = BY_IO_URING;
		handle_page[h + i] = page + i;
		handle_ring[h + i] = h;
	}
	return c->pages;
}

static int scratch(void)
{
	if (scratch_fd < 0)
		scratch_fd = memfd_create("scratch", MFD_CLOEXEC);
	return scratch_fd;
}

/* The page behind a reference, which keeps it. */
static int look_through(int h, unsigned char *bytes)
{
	if (handle_kind[h] == BY_VMSPLICE) {
		if (tee(handle_fd[h], scratch_pipe[1], PAGE, SPLICE_F_NONBLOCK) != PAGE)
			return -1;
		return read(scratch_pipe[0], bytes, PAGE) == PAGE ? 0 : -1;
	}
	if (is_by_transfers(h))
		return look_by_transfer(h, bytes);
	int n = ring_transfer(&ring[handle_ring[h]], IORING_OP_WRITE_FIXED, scratch(), address_of(handle_page[h]), 0);
	return n == PAGE && pread(scratch(), bytes, PAGE, 0) == PAGE ? 0 : -1;
}

static void take_scratch(void)
{
	while (atomic_flag_test_and_set(&control->scratch_taken))
		sched_yield();
}

static int reference_read(const struct call *c)
{
	unsigned char bytes[PAGE];
	if (!handle_kind[c->handle] || look_through(c->handle, bytes) < 0)
		return UNSET;
	return bytes[(c->word < 0 ? 0 : c->word) * WORD_STRIDE];
}

static int reference_write(const struct call *c)
{
	unsigned char bytes[PAGE];
	if (handle_kind[c->handle] != BY_IO_URING && handle_kind[c->handle] != BY_DIRECT_READ)
		return error_value(EBADF);
	if (look_through(c->handle, bytes) < 0)
		return error_value(EIO);
	int value = evaluate(c->value);
	for (int w = 0; w < test.words; w++)
		if (c->word < 0 || c->word == w)
			bytes[w * WORD_STRIDE] = (unsigned char)value;
	if (is_by_transfers(c->handle))
		return write_by_transfer(c->handle, bytes);
	if (pwrite(scratch(), bytes, PAGE, 0) != PAGE)
		return error_value(EIO);
	int n = ring_transfer(&ring[handle_ring[c->handle]], IORING_OP_READ_FIXED, scratch(),
			      address_of(handle_page[c->handle]), 0);
	return n == PAGE ? 0 : error_value(-n);
}

/* ---- calls ------------------------------------------------------------------------------------- */

/* Where a call's memory is: its page, or the page that an event has named. */
static int first_page(const struct call *c)
{
	if (c->page_register < 0)
		return c->page;
	int page = control->value[c->page_register];
	return page < test.pages ? page : 0;
}

static long length(const struct call *c)
{
	long bytes = 0;
	int page = first_page(c);
	for (int i = 0; i < c->pages; i++)
		bytes += unit_of(page + i);
	return bytes;
}

static struct uffdio_range range(const struct call *c)
{
	struct uffdio_range r = { (uint64_t)address_of(first_page(c)), (uint64_t)length(c) };
	return r;
}

static int uffd_of(const struct call *c)
{
	return uffd_fd[c->op == UFFD_MOVE ? c->handle : c->object][c->process < 0 ? self_process : c->process];
}

static void run_process(int process, int main_thread);

static void forget_what_is_inherited(void)
{
	for (int h = 0; h < test.handles; h++) {
		if (handle_kind[h] == BY_VMSPLICE) {
			close(handle_fd[h]);
			close(handle_write_fd[h]);
		} else if (handle_kind[h] == BY_IO_URING && handle_ring[h] == h) {
			close(ring[h].fd);
		} else if (is_by_transfers(h) && handle_ring[h] == h) {
			forget_transfers(h);
		}
		handle_kind[h] = 0;
	}
	for (int u = 0; u < test.uffds; u++)
		for (int p = 0; p < test.processes; p++)
			if (uffd_fd[u][p] >= 0) {
				close(uffd_fd[u][p]);
				uffd_fd[u][p] = -1;
			}
}

static int main_thread_of(int process)
{
	for (int t = 0; t < test.threads; t++)
		if (test.thread[t].process == process && test.thread[t].spawner < 0)
			return t;
	return NONE;
}

static int do_fork(const struct call *c)
{
	control->forking[self_process] = c->object + 1;
	pid_t pid = fork();
	if (pid == 0) {
		forget_what_is_inherited();
		run_process(c->object, main_thread_of(c->object));
	}
	if (pid < 0)
		return error_value(errno);
	while (control->life[c->object] == UNBORN)
		sched_yield();
	return 0;
}

static int do_mmap(const struct call *c)
{
	int flags = (int)(c->flags >> 8), prot = (int)(c->flags & 255), fd = -1;
	long offset = 0;
	if (c->object >= 0) {
		fd = file_fd[c->object];
		offset = file_offset[c->object];
	}
	void *at = address_of(c->page);
	void *got = mmap(at, (size_t)length(c), prot, flags | MAP_FIXED_NOREPLACE, fd, offset);
	if (got == MAP_FAILED)
		return error_value(errno);
	if (got != at) {  /* a kernel before MAP_FIXED_NOREPLACE */
		munmap(got, (size_t)length(c));
		return error_value(EEXIST);
	}
	return 0;
}

static bool is_mapped(int page)
{
	unsigned char vec;
	return mincore(address_of(page), (size_t)PAGE, &vec) == 0 || errno != ENOMEM;
}

static int do_mremap(const struct call *c)
{
	char *to = address_of(c->object);
	bool fixed = c->flags & MREMAP_FIXED;
	if (!fixed && is_mapped(c->object))
		return error_value(EEXIST);
	void *got = mremap(address_of(c->page), (size_t)length(c), (size_t)length(c),
			   (int)(c->flags | MREMAP_MAYMOVE | MREMAP_FIXED), to);
	return got == MAP_FAILED ? error_value(errno) : 0;
}

/* madvise() for another process: MADV_PAGEOUT or MADV_COLLAPSE. */
static int advise(const struct call *c)
{
	char *at = address_of(c->page);
	size_t bytes = (size_t)length(c);
	if (control->life[c->process] != ALIVE)
		return UNSEEN;
	if (c->process == self_process)
		return madvise(at, bytes, (int)c->flags) < 0 ? error_value(errno) : 0;
	int fd = (int)syscall(SYS_pidfd_open, (int)control->pid[c->process], 0);
	struct iovec io = { at, bytes };
	long n = fd < 0 ? -1 : syscall(SYS_process_madvise, fd, &io, 1, (int)c->flags, 0);
	int error = errno;
	if (fd >= 0)
		close(fd);
	return n < 0 ? error_value(error) : 0;
}

/* An unmap takes the fresh pages of this CPU out of their batch first. */
static int drain_lru(void)
{
	void *page = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return page == MAP_FAILED ? error_value(errno) : status(munmap(page, PAGE));
}

static int file_transfer(const struct call *c, bool direct, bool writes)
{
	int fd = direct ? direct_fd[c->object] : file_fd[c->object];
	char *at = address_of(first_page(c));
	long offset = file_offset[c->object];
	ssize_t n = writes ? pwrite(fd, at, PAGE, offset) : pread(fd, at, PAGE, offset);
	return n < 0 ? error_value(errno) : (int)(n / PAGE) * c->pages;
}

static int pipe_read(const struct call *c)
{
	unsigned char bytes[PAGE];
	ssize_t n = read(pipe_fd[c->object][0], bytes, PAGE);
	if (n < 0)
		return errno == EAGAIN ? NOT_NOW : error_value(errno);
	return n < PAGE ? NOT_NOW : bytes[(c->word < 0 ? 0 : c->word) * WORD_STRIDE];
}

static int pipe_fill(const struct call *c)
{
	int sum = 0;
	for (int i = 0; i < c->pages; i++) {
		struct iovec io = { address_of(first_page(c) + i), PAGE };
		ssize_t n = vmsplice(pipe_fd[c->object][1], &io, 1, SPLICE_F_NONBLOCK);
		if (n < 0)
			return error_value(errno);
		sum += (int)(n / PAGE);
	}
	return sum;
}

static int remote(const struct call *c)
{
	unsigned char byte = c->value ? (unsigned char)evaluate(c->value) : 0;
	int pid = control->pid[c->process];
	int first = c->word < 0 ? 0 : c->word, last = c->word < 0 && c->value ? test.words - 1 : first;
	int result = 0;
	for (int w = first; w <= last; w++) {
		char *at = address_of(first_page(c)) + w * WORD_STRIDE;
		struct iovec mine = { &byte, 1 }, theirs = { at, 1 };
		ssize_t n = -1;
		if (c->op == PROCESS_VM_READV) {
			n = process_vm_readv(pid, &mine, 1, &theirs, 1, 0);
		} else if (c->op == PROCESS_VM_WRITEV) {
			n = process_vm_writev(pid, &mine, 1, &theirs, 1, 0);
		} else {
			char path[64];
			snprintf(path, sizeof(path), "/proc/%d/mem", pid);
			int fd = open(path, (c->op == PROC_MEM_READ ? O_RDONLY : O_RDWR) | O_CLOEXEC);
			if (fd >= 0) {
				n = c->op == PROC_MEM_READ ? pread(fd, &byte, 1, (off_t)at) : pwrite(fd, &byte, 1, (off_t)at);
				int error = n == 0 ? ESRCH : errno;  /* a zombie has no memory: up to 6.1 that is the end of the file */
				n = n == 0 ? -1 : n;
				close(fd);
				errno = error;
			} else if (errno == ENOENT) {
				errno = ESRCH;  /* not born yet, or gone: as the other calls say */
			}
		}
		if (n < 0)  /* the files of the dead belong to root */
			return error_value(errno == EACCES && control->life[c->process] == DEAD ? ESRCH : errno);
		result = c->value ? c->pages : byte;
	}
	return result;
}

static int peek_or_poke(const struct call *c)
{
	int tid = control->pid[c->process];
	int wait_status;
	if (ptrace(PTRACE_ATTACH, tid, NULL, NULL) < 0)
		return error_value(errno);
	waitpid(tid, &wait_status, __WALL);
	int result = 0;
	for (int w = 0; w < test.words; w++) {
		if (c->word >= 0 ? w != c->word : c->op == PTRACE_PEEK && w > 0)
			continue;
		char *at = address_of(first_page(c)) + w * WORD_STRIDE;
		errno = 0;
		long data = ptrace(PTRACE_PEEKDATA, tid, at, NULL);
		int error = errno;
		if (!error && c->op == PTRACE_POKE) {
			data = (data & ~255L) | (long)(evaluate(c->value) & 255);
			error = ptrace(PTRACE_POKEDATA, tid, at, data) < 0 ? errno : 0;
		}
		result = error ? error_value(error) : c->op == PTRACE_POKE ? c->pages : (int)(data & 255);
		if (error)
			break;
	}
	ptrace(PTRACE_DETACH, tid, NULL, NULL);
	return result;
}

static bool user_mode_only;  /* without privilege, where that gives the same answers */

static int uffd_create(const struct call *c)
{
	int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK | (c->flags >> 32 || user_mode_only ? UFFD_USER_MODE_ONLY : 0));
	if (fd < 0 && errno == EINVAL && c->flags >> 32) {
		/* unknown flags are as good as unknown features: it is there, and refuses everything */
		uffd_fd[c->object][self_process] = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
		return 0;
	}
	if (fd < 0)
		return error_value(errno);
	struct uffdio_api api = { .api = UFFD_API, .features = (uint64_t)(c->flags & 0xffffffff) };
	uffd_fd[c->object][self_process] = fd;
	ioctl(fd, UFFDIO_API, &api);
	return 0;
}

static int uffd_read(const struct call *c)
{
	struct uffd_msg message;
	int fd = uffd_of(c);
	if (fd < 0)
		return error_value(EBADF);
	ssize_t n = read(fd, &message, sizeof(message));
	if (n < 0)
		return errno == EAGAIN ? NOT_NOW : error_value(errno);
	int flags = 0, page = 0, value;
	switch (message.event) {
	case UFFD_EVENT_PAGEFAULT:
		flags = (int)message.arg.pagefault.flags;
		page = page_at(message.arg.pagefault.address);
		value = EVENT_PAGEFAULT;
		break;
	case UFFD_EVENT_FORK:
		page = control->forking[c->process < 0 ? self_process : c->process] - 1;
		if (page >= 0)
			uffd_fd[c->object][page] = (int)message.arg.fork.ufd;
		page = 0;
		fcntl((int)message.arg.fork.ufd, F_SETFL, O_NONBLOCK);
		value = EVENT_FORK_;
		break;
	case UFFD_EVENT_REMAP:
		page = page_at(message.arg.remap.from);
		value = EVENT_REMAP_;
		break;
	case UFFD_EVENT_REMOVE:
		page = page_at(message.arg.remove.start);
		value = EVENT_REMOVE_;
		break;
	default:
		page = page_at(message.arg.remove.start);
		value = EVENT_UNMAP_;
	}
	if (c->result >= 0) {
		control->value[c->result + 1] = flags;
		control->value[c->result + 2] = page;
	}
	return value;
}

static int uffd_copy(const struct call *c, int fd)
{
	static __thread unsigned char *source;
	struct uffdio_range r = range(c);
	if (!source)
		source = mmap(NULL, HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int value = evaluate(c->value);
	for (long o = 0; o < (long)r.len; o += PAGE)
		for (int w = 0; w < test.words; w++)
			source[o + w * WORD_STRIDE] = (unsigned char)value;
	struct uffdio_copy copy = { .dst = r.start, .src = (uint64_t)source, .len = r.len, .mode = (uint64_t)c->flags };
	int result = status(ioctl(fd, UFFDIO_COPY, &copy));
	return result;
}

static int uffd_call(const struct call *c)
{
	int fd = uffd_of(c);
	struct uffdio_range r = range(c);
	if (fd < 0)
		return error_value(EBADF);
	switch (c->op) {
	case UFFD_API_: {
		struct uffdio_api api = { .api = UFFD_API, .features = (uint64_t)(c->flags & 0xffffffff) };
		return status(ioctl(fd, UFFDIO_API, &api));
	}
	case UFFD_REGISTER: {
		struct uffdio_register q = { .range = r, .mode = (uint64_t)c->flags };
		return status(ioctl(fd, UFFDIO_REGISTER, &q));
	}
	case UFFD_UNREGISTER:
		return status(ioctl(fd, UFFDIO_UNREGISTER, &r));
	case UFFD_WAKE:
		return status(ioctl(fd, UFFDIO_WAKE, &r));
	case UFFD_WRITEPROTECT: {
		struct wp_ q = { r, (uint64_t)c->flags };
		return status(ioctl(fd, IOC_WRITEPROTECT, &q));
	}
	case UFFD_COPY:
		return uffd_copy(c, fd);
	case UFFD_ZEROPAGE: {
		struct uffdio_zeropage q = { .range = r, .mode = (uint64_t)c->flags };
		return status(ioctl(fd, UFFDIO_ZEROPAGE, &q));
	}
	case UFFD_CONTINUE: {
		struct uffd_continue_ q = { .range = r, .mode = (uint64_t)c->flags };
		return status(ioctl(fd, IOC_CONTINUE, &q));
	}
	case UFFD_POISON: {
		struct uffd_poison_ q = { .range = r };
		return status(ioctl(fd, IOC_POISON, &q));
	}
	default: {
		struct uffd_move_ q = { r.start, (uint64_t)address_of(c->object), r.len, (uint64_t)c->flags, 0 };
		return status(ioctl(fd, IOC_MOVE, &q));
	}
	}
}

static int clear_refs(const struct call *c)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/%d/clear_refs", (int)control->pid[c->process]);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return error_value(errno);
	int result = write(fd, "4", 1) == 1 ? 0 : error_value(errno);
	close(fd);
	return result;
}

static int pagemap_scan(const struct call *c)
{
	struct region_ out[16];
	struct uffdio_range r = range(c);
	struct scan_ scan = { .size = sizeof(scan), .flags = (uint64_t)c->flags >> 32, .start = r.start, .end = r.start + r.len,
		.vec = (uint64_t)out, .vec_len = COUNT(out), .mask = (uint64_t)c->flags & 0xffffffff,
		.returned = (uint64_t)c->flags & 0xffffffff };
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	long n = fd < 0 ? -1 : ioctl(fd, IOC_PAGEMAP_SCAN, &scan);
	int error = errno;
	long pages = 0;
	for (long i = 0; i < n; i++)
		for (int v = first_page(c); v < first_page(c) + c->pages; v++)
			pages += (uint64_t)address_of(v) >= out[i].start && (uint64_t)address_of(v) < out[i].end;
	if (fd >= 0)
		close(fd);
	return n < 0 ? error_value(error) : (int)pages;
}

static int wait_at_barrier(int b, struct actor *me)
{
	int generation = control->generation[b];
	if (++control->arrived[b] == test.parties[b]) {
		control->arrived[b] = 0;
		control->generation[b]++;
		futex(&control->generation[b], FUTEX_WAKE, THREADS_MAX, NULL);
		return 0;
	}
	me->waits = 1;
	while (control->generation[b] == generation)
		futex(&control->generation[b], FUTEX_WAIT, generation, NULL);
	me->waits = 0;
	return 0;
}

static bool thread_over(int t)
{
	int p = test.thread[t].process;
	return control->actor[t].state == ENDED || (p >= 0 && control->life[p] == DEAD);
}

static void end_process(void)
{
	_exit(0);
}

/* Executes a call; its value, or NOT_NOW. */
static int execute(const struct call *c, struct actor *me)
{
	char *at = c->page >= 0 || c->page_register >= 0 ? address_of(first_page(c)) : NULL;
	size_t bytes = at ? (size_t)length(c) : 0;
	switch (c->op) {
	case LOAD: {
		int value = load(first_page(c), c->word);
		if (value > 199 && !c->captured)
			end_process();
		return value;
	}
	case STORE: {
		int value = store(first_page(c), c->word, evaluate(c->value));
		if (value > 199 && !c->captured)
			end_process();
		return value;
	}
	case FORK: return do_fork(c);
	case EXIT: end_process(); return 0;
	case WAIT_PROCESS:
		if (control->life[c->object] != DEAD)
			return NOT_NOW;
		waitpid(control->pid[c->object], NULL, WNOHANG);
		return 0;
	case MMAP: return do_mmap(c);
	case MUNMAP: return status(munmap(at, bytes));
	case MPROTECT: return status(mprotect(at, bytes, (int)c->flags));
	case MREMAP: return do_mremap(c);
	case MADVISE: return status(madvise(at, bytes, (int)c->flags));
	case PUNCH_HOLE: return status(fallocate(file_fd[c->object], (int)c->flags, file_offset[c->object],
						 test.file[c->object].kind == HUGETLBFS ? HUGE_PAGE : PAGE));
	case MLOCK: return status(mlock(at, bytes));
	case MUNLOCK: return status(munlock(at, bytes));
	case GUP:
		return c->flags == BY_VMSPLICE ? take_by_vmsplice(c, first_page(c))
			: c->flags == BY_IO_URING ? take_by_io_uring(c, first_page(c))
			: take_by_transfers(c, first_page(c), me);
	case PUT: {
		int any = 0;
		for (int i = 0; i < c->pages; i++) {
			any |= handle_kind[c->handle + i];
			drop_handle(c->handle + i);
		}
		return any ? 0 : error_value(EBADF);
	}
	case REFERENCE_READ: case REFERENCE_WRITE: {
		take_scratch();
		int value = c->op == REFERENCE_READ ? reference_read(c) : reference_write(c);
		atomic_flag_clear(&control->scratch_taken);
		return value;
	}
	case DIRECT_WRITE: case DIRECT_READ: {
		bool writes = c->op == DIRECT_WRITE;
		int value = control->free % PAUSE_EVERY == 1 ? transfer_with_pause(c, writes, me) : NOT_NOW;
		return value == NOT_NOW ? file_transfer(c, true, writes) : value;
	}
	case BUFFERED_WRITE: return file_transfer(c, false, true);
	case BUFFERED_READ: return file_transfer(c, false, false);
	case VMSPLICE: return pipe_fill(c);
	case PIPE_READ: return pipe_read(c);
	case TEE: {
		ssize_t n = tee(pipe_fd[c->object][0], pipe_fd[c->flags][1], PAGE, SPLICE_F_NONBLOCK);
		return n == PAGE ? 1 : n < 0 && errno != EAGAIN ? error_value(errno) : NOT_NOW;
	}
	case PIPE_CLOSE: {
		/* every process has the pipe: its buffers go when they are read */
		char dropped[PAGE];
		while (read(pipe_fd[c->object][0], dropped, PAGE) > 0)
			;
		return 0;
	}
	case PROCESS_VM_READV: case PROCESS_VM_WRITEV: case PROC_MEM_READ: case PROC_MEM_WRITE: return remote(c);
	case PTRACE_PEEK: case PTRACE_POKE: return peek_or_poke(c);
	case FUTEX_TOUCH: {
		long n = syscall(SYS_futex, at, FUTEX_WAKE, 1, NULL, NULL, 0);
		/* a futex on a page that never changes is refused, after the page was touched */
		return n < 0 && errno == EFAULT ? UNSEEN : n < 0 ? error_value(errno) : c->pages;
	}
	case FIXED_WRITE: case FIXED_READ: {
		if (handle_kind[c->handle] != BY_IO_URING)
			return error_value(EFAULT);
		take_scratch();
		int n = ring_transfer(&ring[handle_ring[c->handle]],
				      c->op == FIXED_WRITE ? IORING_OP_WRITE_FIXED : IORING_OP_READ_FIXED,
				      file_fd[c->object], address_of(handle_page[c->handle]), file_offset[c->object]);
		atomic_flag_clear(&control->scratch_taken);
		return n < 0 ? error_value(-n) : n / (int)PAGE;
	}
	case UFFD_CREATE: return uffd_create(c);
	case UFFD_READ: return uffd_read(c);
	case UFFD_CLOSE: {
		int *fd = &uffd_fd[c->object][c->process < 0 ? self_process : c->process];
		int result = status(close(*fd));
		*fd = -1;
		return result;
	}
	case UFFD_API_: case UFFD_REGISTER: case UFFD_UNREGISTER: case UFFD_WRITEPROTECT: case UFFD_COPY:
	case UFFD_ZEROPAGE: case UFFD_CONTINUE: case UFFD_POISON: case UFFD_MOVE: case UFFD_WAKE: return uffd_call(c);
	case PROCESS_MADVISE: return advise(c);
	case LRU_DRAIN: return drain_lru();
	case CLEAR_REFS: return clear_refs(c);
	case PAGEMAP_SCAN: return pagemap_scan(c);
	case KSM_MERGE: return ksm_merge(c);
	case PRCTL: {
		long n = c->flags == 1 ? prctl(PR_SET_MEMORY_MERGE, c->word, 0, 0, 0)
				       : prctl(PR_GET_MEMORY_MERGE, 0, 0, 0, 0);
		return n < 0 ? error_value(errno) : (int)n;
	}
	case SIGNAL: control->signal[c->object] = 1; return 0;
	case AWAIT: return control->signal[c->object] ? 0 : NOT_NOW;
	case JOIN: return thread_over(c->object) ? 0 : NOT_NOW;
	case BARRIER: return wait_at_barrier(c->object, me);
	case OBSERVE: return evaluate(c->value);
	}
	return OTHER_ERROR;
}

/* ---- actors ------------------------------------------------------------------------------------ */

static const struct call *call_at(int thread, int pc) { return &test.call[test.thread[thread].first + pc]; }

static void announce_spawned(int thread, int pc)
{
	for (int t = 0; t < test.threads; t++)
		if (test.thread[t].spawner == thread && pc >= test.thread[t].spawn_at && control->actor[t].state == ABSENT)
			control->actor[t].state = IDLE;
}

/* Branches, jumps and assignments are no calls: they run at once. */
static int run_locals(int thread, int pc)
{
	for (int limit = 0; limit < 10000; limit++) {
		const struct call *c = call_at(thread, pc);
		if (c->op == BRANCH_UNLESS)
			pc = evaluate(c->value) ? pc + 1 : (int)c->flags;
		else if (c->op == JUMP)
			pc = (int)c->flags;
		else if (c->op == ASSIGN) {
			control->value[c->result] = evaluate(c->value);
			pc++;
		} else
			break;
	}
	return pc;
}

static void take_turn(int thread)
{
	struct actor *me = &control->actor[thread];
	int pc = run_locals(thread, me->pc);
	const struct call *c = call_at(thread, pc);
	me->refused = 0;
	if (c->op != END) {
		int value = execute(c, me);
		if (value == NOT_NOW) {
			me->refused = 1;
			me->pc = pc;
			me->state = IDLE;
			return;
		}
		if (c->result >= 0)
			control->value[c->result] = value;
		pc = run_locals(thread, pc + 1);
	}
	me->pc = pc;
	announce_spawned(thread, pc);
	me->state = call_at(thread, pc)->op == END ? ENDED : IDLE;
}

/* Loads every page of the process, for the content at the end. */
static void look_at_content(void)
{
	for (int page = 0; page < test.pages; page++)
		for (int w = 0; w < test.words; w++) {
			int value = load(page, w);
			control->content[self_process][page][w] = value > 199 ? UNSEEN : value;
		}
}

/* A number that depends on the repetition, the thread and how often it was asked. */
static unsigned chance(int thread, unsigned n)
{
	unsigned x = (unsigned)control->free * 2654435761u ^ (unsigned)(thread + 1) * 40503u ^ n * 2246822519u;
	x ^= x >> 15;
	x *= 2246822519u;
	x ^= x >> 13;
	x *= 3266489917u;
	return x ^ x >> 16;
}

/* Shifts the calls of the threads against each other, by up to some ten microseconds, otherwise in each repetition. */
static void shift(int thread, unsigned n)
{
	unsigned repetition = (unsigned)control->free;
	if (CPU_COUNT(&all_cpus) == 1) {
		if (chance(thread, n) & 1)
			sched_yield();
		return;
	}
	if (repetition % 4 == 0 || chance(thread, n) & 1)
		return;
	unsigned spins = chance(thread, n + 1000) & ((2u << repetition / 4 % 14) - 1);
	for (volatile unsigned i = 0; i < spins; i++)
		;
}

/* Each thread on a CPU of its own as far as there are some; now and then wherever the kernel wants it. */
static void choose_cpu(int thread)
{
	int count = CPU_COUNT(&all_cpus), wanted = count ? (thread + control->free / 8) % count : 0;
	cpu_set_t set = all_cpus;
	if (control->free % 8 != 7)
		for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
			if (CPU_ISSET(cpu, &all_cpus) && wanted-- != 0)
				CPU_CLR(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static bool is_direct(const struct call *c) { return c->op == DIRECT_READ || c->op == DIRECT_WRITE; }

/* Lets a transfer that will pause begin first, if there is one that can. */
static void wait_for_pause(int thread)
{
	bool any = false;
	for (int i = 0; i < test.calls; i++)
		any |= is_direct(&test.call[i]);
	long limit = now_ms() + PAUSE_WAIT_MS;
	while (any && !is_direct(call_at(thread, control->actor[thread].pc)) && !control->paused && now_ms() < limit)
		sched_yield();
}

/* Makes all calls of a thread, without grants; a call that cannot begin is tried again. */
static void run_freely(int thread)
{
	struct actor *me = &control->actor[thread];
	int process = test.thread[thread].process;
	choose_cpu(thread);
	if (me->state == IDLE && (process < 0 || test.process[process].parent < 0)) {
		control->at_start++;
		while (control->free && control->at_start < control->roots)
			sched_yield();
	}
	while (control->free && me->state == ABSENT)
		sched_yield();
	if (control->free % (2 * PAUSE_EVERY) == 1)
		wait_for_pause(thread);
	for (unsigned n = 0; control->free && me->state != ENDED; n++) {
		if (!me->refuses)
			shift(thread, n);
		me->state = BUSY;
		take_turn(thread);
		if (me->refused) {
			me->refuses = 1;
			me->tries++;
			sched_yield();
		} else {
			me->refuses = 0;
			control->progress++;
		}
	}
}

static void *live(void *argument)
{
	int thread = (int)(long)argument;
	struct actor *me = &control->actor[thread];
	me->tid = (int)syscall(SYS_gettid);
	int seen = 0;
	while (1) {
		int order = me->order;
		if (order == seen) {
			futex(&me->order, FUTEX_WAIT, seen, NULL);
			continue;
		}
		seen = order;
		if (control->look == thread + 1)
			look_at_content();
		else if (control->free)
			run_freely(thread);
		else
			take_turn(thread);
		me->done = order;
	}
	return NULL;
}

static void *watch(void *unused)
{
	char byte;
	(void)unused;
	while (read(life_pipe[0], &byte, 1) < 0 && errno == EINTR)
		;
	_exit(1);
}

static void start_thread(void *(*body)(void *), void *argument)
{
	pthread_attr_t attributes;
	pthread_t id;
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 256 << 10);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	if (pthread_create(&id, &attributes, body, argument) != 0)
		_exit(3);
	pthread_attr_destroy(&attributes);
}

/* A process of the test, from here to its end; process NONE is the kernel's threads. */
static void run_process(int process, int main_thread)
{
	self_process = process;
	scratch_fd = NONE;
	close(life_pipe[1]);
	catch_faults();
	prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);  /* Yama lets only ancestors, else */
	start_thread(watch, NULL);
	for (int t = 0; t < test.threads; t++)
		if (test.thread[t].process == process && t != main_thread)
			start_thread(live, (void *)(long)t);
	for (int t = 0; t < test.threads; t++)
		while (test.thread[t].process == process && t != main_thread && !control->actor[t].tid)
			sched_yield();
	if (main_thread >= 0)
		control->actor[main_thread].tid = (int)syscall(SYS_gettid);
	for (int t = 0; t < test.threads; t++)
		if (test.thread[t].process == process && test.thread[t].spawner < 0)
			control->actor[t].state = call_at(t, 0)->op == END ? ENDED : IDLE;
	if (main_thread >= 0)
		announce_spawned(main_thread, 0);
	if (process >= 0) {
		control->pid[process] = getpid();
		control->life[process] = ALIVE;
	}
	if (main_thread >= 0)
		live((void *)(long)main_thread);
	while (1)
		pause();
}

/* ---- memory and files at the start ------------------------------------------------------------- */

static const char *work_directory(void)
{
	const char *d = getenv("COWHERD_TMP");
	return d ? d : "/var/tmp";
}

static void fill(int fd, long offset, const int *initial)
{
	unsigned char bytes[PAGE] = { 0 };
	for (int w = 0; w < test.words; w++)
		bytes[w * WORD_STRIDE] = (unsigned char)initial[w];
	if (pwrite(fd, bytes, PAGE, offset) != PAGE)
		_exit(3);
}

static const char *open_file(int f)
{
	const struct file *file = &test.file[f];
	const char *device = getenv("COWHERD_DIRECT");
	char path[256];
	file_offset[f] = 0;
	direct_fd[f] = -1;
	switch (file->kind) {
	case SHMEM:
		file_fd[f] = memfd_create("file", MFD_CLOEXEC);
		if (ftruncate(file_fd[f], FILE_BYTES) < 0)
			return "a memfd";
		break;
	case HUGETLBFS:
		file_fd[f] = memfd_create("file", MFD_CLOEXEC | MFD_HUGETLB);
		if (file_fd[f] < 0 || ftruncate(file_fd[f], HUGE_PAGE) < 0)
			return "a hugetlbfs file";
		if (!file->hole) {
			unsigned char *at = mmap(NULL, HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file_fd[f], 0);
			if (at == MAP_FAILED)
				return "a huge page for a hugetlbfs file";
			for (int w = 0; w < test.words; w++)
				at[w * WORD_STRIDE] = (unsigned char)file->initial[w];
			munmap(at, HUGE_PAGE);
		}
		return NULL;
	case SECRETMEM:
		file_fd[f] = (int)syscall(SYS_memfd_secret, O_CLOEXEC);
		if (file_fd[f] < 0 || ftruncate(file_fd[f], PAGE) < 0)
			return "memfd_secret";
		if (!file->hole) {
			unsigned char *at = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file_fd[f], 0);
			if (at == MAP_FAILED)
				return "memfd_secret";
			for (int w = 0; w < test.words; w++)
				at[w * WORD_STRIDE] = (unsigned char)file->initial[w];
			munmap(at, PAGE);
		}
		return NULL;
	default:
		if (device) {
			snprintf(path, sizeof(path), "%s", device);
			file_offset[f] = f * (1L << 20);
			file_fd[f] = open(path, O_RDWR | O_CLOEXEC);
			direct_fd[f] = open(path, O_RDWR | O_DIRECT | O_CLOEXEC);
		} else {
			snprintf(path, sizeof(path), "%s/cowherd-XXXXXX", work_directory());
			file_fd[f] = mkostemp(path, O_CLOEXEC);
			direct_fd[f] = open(path, O_RDWR | O_DIRECT | O_CLOEXEC);
			unlink(path);
			/* the second page is for pauses: see transfer_with_pause() */
			if (file_fd[f] >= 0 && ftruncate(file_fd[f], on_all_cpus ? 2 * PAGE : PAGE) < 0)
				return "a file";
		}
		if (file_fd[f] < 0 || direct_fd[f] < 0)
			return "a file system with O_DIRECT (set COWHERD_TMP to a folder on one)";
		static const int zeros[WORDS_MAX];
		fill(file_fd[f], file_offset[f], file->hole ? zeros : file->initial);
		if (on_all_cpus && !device)
			fill(file_fd[f], PAGE, zeros);
		fsync(file_fd[f]);
		return NULL;
	}
	if (!file->hole)
		fill(file_fd[f], 0, file->initial);
	return NULL;
}

static void close_files(void)
{
	for (int f = 0; f < test.files; f++) {
		if (file_fd[f] >= 0)
			close(file_fd[f]);
		if (direct_fd[f] >= 0)
			close(direct_fd[f]);
	}
	for (int q = 0; q < test.pipes; q++) {
		close(pipe_fd[q][0]);
		close(pipe_fd[q][1]);
	}
	close(scratch_pipe[0]);
	close(scratch_pipe[1]);
}

#ifndef MADV_COLD
#define MADV_COLD 20
#endif

/* Fresh pages wait in a batch of this CPU, and a call on another one does not drain it; this advice does. */
static void leave_batch(void)
{
	char *at = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (at != MAP_FAILED) {
		madvise(at, PAGE, MADV_COLD);
		munmap(at, PAGE);
	}
}

/* The memory of a root process. */
static void map_regions(void)
{
	for (int i = 0; i < test.regions; i++) {
		const struct region *r = &test.region[i];
		char *at = address_of(r->first);
		size_t bytes = 0;
		for (int v = r->first; v < r->first + r->pages; v++)
			bytes += (size_t)unit_of(v);
		int flags = MAP_PRIVATE | MAP_ANONYMOUS, fd = -1;
		if (r->kind == RESERVED)
			continue;
		if (r->kind == SHARED_ANON) {
			flags = MAP_SHARED;
			fd = file_fd[r->file];
		} else if (r->kind == HUGETLB) {
			flags |= MAP_HUGETLB;
		}
		if (mmap(at, bytes, PROT_READ | PROT_WRITE, flags | MAP_FIXED_NOREPLACE, fd, 0) != at)
			_exit(4);
		if (r->kind == THP || r->kind == THP_BY_PTES)
			madvise(at, bytes, MADV_HUGEPAGE);
		else if (r->kind == ANON && (long)bytes == r->pages * PAGE)
			madvise(at, bytes, MADV_NOHUGEPAGE);
		if (!r->populated)
			continue;
		for (int v = r->first; v < r->first + r->pages; v++)
			for (int w = 0; w < test.words; w++)
				if (store(v, w, r->initial[w]) != 0)
					_exit(5);
		/* A mapping that ends inside of a huge page splits its PMD, and leaves the PTEs as they were. */
		for (size_t o = 0; r->kind == THP_BY_PTES && o < bytes; o += HUGE_PAGE) {
			madvise(at + o, PAGE, MADV_DONTDUMP);
			madvise(at + o, PAGE, MADV_DODUMP);
		}
	}
	if (on_all_cpus)
		leave_batch();
}

/* ---- the controller ---------------------------------------------------------------------------- */

static int grants;

static bool read_small(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, size - 1);
	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = 0;
	return n > 0;
}

static bool write_small(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool written = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	if (fd >= 0)
		close(fd);
	return written;
}

/* Where the thread that was looked at last sleeps in the kernel. */
static char where_now[64];

/* Whether a thread is asleep: for userfaultfd, or anywhere. */
static bool is_asleep(int pid, int tid, bool for_userfaultfd)
{
	char path[80], text[2048];
	snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", pid, tid);
	if (!read_small(path, text, sizeof(text)))
		return false;
	char *state = strrchr(text, ')');
	if (!state || (state[2] != 'S' && state[2] != 'D')) {
		snprintf(where_now, sizeof(where_now), "it runs");
		return false;
	}
	if (!for_userfaultfd)
		return true;
	snprintf(path, sizeof(path), "/proc/%d/task/%d/wchan", pid, tid);
	read_small(path, text, sizeof(text));
	if (!strcmp(text, "0")) {  /* some kernels tell the whole stack, and only root */
		snprintf(path, sizeof(path), "/proc/%d/task/%d/stack", pid, tid);
		read_small(path, text, sizeof(text));
	}
	snprintf(where_now, sizeof(where_now), "%.60s", text);
	return strstr(text, "userfault") != NULL;
}

/* Whether a thread sleeps where only another call of the test can wake it. */
static bool sleeps(int thread)
{
	struct actor *a = &control->actor[thread];
	if (a->waits)
		return true;
	int pid = test.thread[thread].process >= 0 ? (int)control->pid[test.thread[thread].process] : 0, helper = a->helper;
	if (!pid)
		return false;
	/* a helper that has what it wants has woken the actor before it fell asleep */
	if (helper)
		return is_asleep(pid, helper, true) && is_asleep(pid, (int)a->tid, false);
	return is_asleep(pid, (int)a->tid, true);
}

static void notice_deaths(void)
{
	char path[64], text[512];
	for (int p = 0; p < test.processes; p++) {
		if (control->life[p] != ALIVE)
			continue;
		snprintf(path, sizeof(path), "/proc/%d/stat", (int)control->pid[p]);
		bool there = read_small(path, text, sizeof(text));
		char *state = there ? strrchr(text, ')') : NULL;
		/* a zombie's memory is there until its last thread has gone: field 20 of stat counts them */
		int threads = 0;
		if (state)
			sscanf(state + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %d", &threads);
		if (!state || state[2] == 'X' || (state[2] == 'Z' && threads <= 1))
			control->life[p] = DEAD;
	}
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

static bool busy(int thread)
{
	struct actor *a = &control->actor[thread];
	return !thread_over(thread) && a->order != a->done;
}

/* Waits until nothing moves any more; false when a call has not come back in time. */
static bool settle(void)
{
	long limit = now_ms() + CALL_LIMIT_MS;
	int quiet = 0;
	for (long rounds = 0; quiet < 2; rounds++) {
		bool moving = false, waiting = false;
		for (int t = 0; t < test.threads; t++) {
			if (!busy(t))
				continue;
			waiting = true;
			if (rounds < 20 || !sleeps(t))
				moving = true;
		}
		if (moving && rounds >= 20)
			notice_deaths();
		quiet = moving ? 0 : waiting ? quiet + 1 : 2;
		if (now_ms() > limit)
			return false;
		if (quiet < 2) {
			if (rounds < 20)
				sched_yield();
			else
				sleep_us(SETTLE_US);
		}
	}
	notice_deaths();
	return true;
}

static bool may_take_turn(int thread)
{
	return thread >= 0 && thread < test.threads && !thread_over(thread) && control->actor[thread].state == IDLE && !busy(thread);
}

/* Grants one call; false when something has not come back. */
static bool grant(int thread)
{
	struct actor *a = &control->actor[thread];
	if (!may_take_turn(thread))
		return true;
	a->state = BUSY;
	a->order = ++grants;
	futex(&a->order, FUTEX_WAKE, 1, NULL);
	return settle();
}

/* Of the page that was there at the last look, or 0. */
static uint64_t frame_before[PROCESSES_MAX][PAGES_MAX];

static void print_pages(void)
{
	uint64_t known[PROCESSES_MAX * PAGES_MAX];
	int classes = 0;
	for (int p = 0; p < test.processes; p++) {
		if (control->life[p] != ALIVE)
			continue;
		for (int v = 0; v < test.pages; v++) {
			uint64_t e = pagemap(control->pid[p], v), flags = page_flags(e);
			uint64_t frame = e & PM_PRESENT ? e & PM_FRAME : 0, before = frame_before[p][v];
			char number[16] = "";
			if (flags >> KPF_ZERO_PAGE & 1)
				frame = 1;  /* some kernels have two zero pages */
			frame_before[p][v] = frame;
			if (sight.frames && (e & PM_PRESENT || is_swapped(e))) {
				bool zero = flags >> KPF_ZERO_PAGE & 1;
				uint64_t key = zero ? 0 : (e & PM_FRAME) | (e & PM_PRESENT);
				int c = 0;
				while (c < classes && known[c] != key)
					c++;
				if (c == classes)
					known[classes++] = key;
				snprintf(number, sizeof(number), "%d", c);
			}
			printf(" %s.%s:%c%s", test.process[p].name, page_name(v), e & PM_PRESENT ? 'p' : is_swapped(e) ? 's' : '-', number);
			if (e & PM_PRESENT && e & PM_EXCLUSIVE)
				putchar('x');
			if (sight.wp && e & PM_WP)
				putchar('w');
			if (e & PM_PRESENT && e & PM_FILE)
				putchar('f');
			if (flags >> KPF_ZERO_PAGE & 1)
				putchar('z');
			if (sight.ksm && flags >> KPF_KSM & 1)
				putchar('k');
			if (flags >> KPF_ANON & 1 && flags >> KPF_OWNER_2 & 1)
				putchar('a');
			if (before && frame && before != frame)
				putchar('c');
		}
	}
	printf("\n");
}

/* Registers and threads. */
static void tell_state(FILE *out)
{
	for (int r = 0; r < test.registers; r++)
		fprintf(out, " %d", (int)control->value[r]);
	fprintf(out, " | ");
	for (int t = 0; t < test.threads; t++)
		fputc(thread_over(t) || control->actor[t].state == ABSENT ? 'e' : busy(t) ? 'b' : 'i', out);
	fprintf(out, " |");
}

/* What is there to be seen after a call, for a program: registers, threads, pages. */
static void print_sight(int thread, const char *how)
{
	printf("#> %d %s |", thread, how);
	tell_state(stdout);
	print_pages();
}

/* The same for a reader. */
static void print_call(int thread, int from, const char *how)
{
	const struct call *c = call_at(thread, run_locals(thread, from));
	char text[300];
	const char *result = how ? how : c->result >= 0 && c->op != END ? value_name(control->value[c->result]) : "";
	snprintf(text, sizeof(text), "%s: %s%s%s", test.thread[thread].name, c->op == END ? "(ends)" : c->text,
		 *result ? how ? "   " : " = " : "", result);
	printf("#  %-60s ", text);
	print_pages();
}

/* Memory of processes that live, and files. */
static void tell_content(FILE *out)
{
	for (int p = 0; p < test.processes; p++)
		for (int v = 0; control->life[p] == ALIVE && v < test.pages; v++)
			for (int w = 0; w < test.words; w++)
				fprintf(out, " %s.%s[%d]=%d", test.process[p].name, page_name(v), w, (int)control->content[p][v][w]);
	for (int f = 0; f < test.files; f++)
		for (int w = 0; w < test.words; w++) {
			unsigned char byte = 0;
			bool seen = test.file[f].kind != SECRETMEM && test.file[f].kind != HUGETLBFS
				&& pread(file_fd[f], &byte, 1, file_offset[f] + w * WORD_STRIDE) == 1;
			fprintf(out, " file%d[%d]=%d", f, w, seen ? byte : UNSEEN);
		}
}

static void print_content(void)
{
	printf("#= ");
	tell_content(stdout);
	printf("\n");
}

/* Waits until a thread has looked, or sleeps for userfaultfd; it may have ended as a thread of the test. */
static void wait_for_look(int thread)
{
	struct actor *a = &control->actor[thread];
	int pid = (int)control->pid[test.thread[thread].process];
	long limit = now_ms() + CALL_LIMIT_MS;
	for (int asleep = 0, rounds = 0; a->done != a->order && asleep < 3 && now_ms() < limit; rounds++) {
		if (rounds < 20) {
			sched_yield();
			continue;
		}
		sleep_us(SETTLE_US);
		asleep = is_asleep(pid, (int)a->tid, true) ? asleep + 1 : 0;
	}
}

static void look(void)
{
	for (int p = 0; p < test.processes; p++)
		for (int v = 0; v < test.pages; v++)
			for (int w = 0; w < test.words; w++)
				control->content[p][v][w] = UNSEEN;
	for (int p = 0; p < test.processes; p++) {
		if (control->life[p] != ALIVE)
			continue;
		for (int t = 0; t < test.threads; t++) {
			struct actor *a = &control->actor[t];
			if (test.thread[t].process != p || busy(t))
				continue;
			control->look = t + 1;
			a->order = ++grants;
			futex(&a->order, FUTEX_WAKE, 1, NULL);
			wait_for_look(t);
			break;
		}
	}
	control->look = 0;
}

static void end_all(void)
{
	close(life_pipe[1]);
	for (int p = 0; p < test.processes; p++)
		if (control->pid[p] > 0)
			kill(control->pid[p], SIGKILL);
	long limit = now_ms() + 5000;
	while (1) {
		pid_t pid = waitpid(-1, NULL, WNOHANG);
		if (pid < 0 && errno == ECHILD)
			break;
		if (pid == 0) {
			if (now_ms() > limit)
				break;
			sleep_us(100);
		}
	}
	close(life_pipe[0]);
}

static void wait_for_the_pool(void)
{
	/* huge pages that io_uring has pinned come back late */
	for (int i = 0; i < 200 && huge_pool_at_start > 0 && free_huge_pages() < huge_pool_at_start; i++)
		sleep_us(5000);
}

static void judge(void);

enum outcome { RAN, SKIPPED, LOST };

static enum outcome start(char *why, size_t size)
{
	memset(control, 0, sizeof(*control));
	for (int r = 0; r < REGISTERS_MAX; r++)
		control->value[r] = UNSET;
	for (int u = 0; u < UFFDS_MAX; u++)
		for (int p = 0; p < PROCESSES_MAX; p++)
			uffd_fd[u][p] = -1;
	memset(handle_kind, 0, sizeof(handle_kind));
	memset(frame_before, 0, sizeof(frame_before));
	for (int f = 0; f < test.files; f++)
		file_fd[f] = direct_fd[f] = -1;
	grants = 0;
	if (test.huge_pages > 0)
		huge_pool_at_start = free_huge_pages();
	if (pipe2(life_pipe, 0) < 0 || pipe2(scratch_pipe, O_NONBLOCK) < 0) {
		snprintf(why, size, "a pipe: %s", strerror(errno));
		return LOST;
	}
	for (int q = 0; q < test.pipes; q++)
		if (pipe2(pipe_fd[q], O_NONBLOCK) < 0)
			return LOST;
	for (int f = 0; f < test.files; f++) {
		const char *missing = open_file(f);
		if (missing) {
			snprintf(why, size, "no %s", missing);
			close(life_pipe[0]);
			close(life_pipe[1]);
			close_files();
			return SKIPPED;
		}
	}
	fflush(stdout);
	bool kernel_threads = false;
	int roots = 0;
	for (int t = 0; t < test.threads; t++)
		kernel_threads |= test.thread[t].process < 0;
	if (kernel_threads && fork() == 0)
		run_process(NONE, NONE);
	for (int p = 0; p < test.processes; p++) {
		if (test.process[p].parent >= 0)
			continue;
		roots++;
		if (fork() == 0) {
			map_regions();
			run_process(p, main_thread_of(p));
		}
	}
	long limit = now_ms() + 5000;
	while (1) {
		int alive = 0, ready = 0, wanted = 0;
		for (int p = 0; p < test.processes; p++)
			alive += control->life[p] == ALIVE;
		for (int t = 0; t < test.threads; t++) {
			int p = test.thread[t].process;
			bool now = p < 0 || test.process[p].parent < 0;
			wanted += now;
			ready += now && control->actor[t].tid != 0
				&& (p >= 0 || test.thread[t].spawner >= 0 || control->actor[t].state != ABSENT);
		}
		int status_;
		if (alive >= roots && ready >= wanted)
			return RAN;
		pid_t dead = waitpid(-1, &status_, WNOHANG);
		if (dead > 0 || now_ms() > limit) {
			snprintf(why, size, "the memory of the test cannot be made (%d)", dead > 0 ? WEXITSTATUS(status_) : -1);
			end_all();
			close_files();
			return SKIPPED;
		}
		sleep_us(50);
	}
}

/* Nothing is left of a run. */
static void finish(void)
{
	end_all();
	close_files();
	if (test.huge_pages > 0)
		wait_for_the_pool();
}

/* One schedule, from fresh processes to none. */
static enum outcome run_schedule(const int *schedule, int length_, bool tell, char *why, size_t size)
{
	enum outcome outcome = start(why, size);
	if (outcome != RAN)
		return outcome;
	if (tell) {
		printf("#  %-60s ", "(start)");
		print_pages();
	} else {
		print_sight(NONE, "start");
	}
	for (int i = 0; i < length_ && outcome == RAN; i++) {
		int t = schedule[i];
		bool may = may_take_turn(t);
		int from = may ? (int)control->actor[t].pc : 0;
		if (!grant(t)) {
			snprintf(why, size, "a call of %s has not come back within %d ms (%s)", test.thread[t].name, CALL_LIMIT_MS, where_now);
			outcome = LOST;
			break;
		}
		bool refused = may && control->actor[t].refused && !busy(t);
		if (control->broken) {
			if (control->broken == ETIMEDOUT)
				snprintf(why, size, "ksmd did not come by");
			else
				snprintf(why, size, "what carries a reference does not work here (%s)", strerror(control->broken));
			outcome = LOST;
			break;
		}
		const char *how = !may ? "cannot" : refused ? "waits" : busy(t) ? "sleeps" : "returns";
		if (tell)
			print_call(t, from, !may || refused ? "cannot begin" : busy(t) ? "sleeps" : NULL);
		else
			print_sight(t, how);
	}
	if (outcome == RAN) {
		look();
		if (!tell)
			print_content();
		judge();
	}
	finish();
	return outcome;
}
