
/* ---- a test as text ---------------------------------------------------------------------------- */

/* in the order of enum op, enum region_kind and enum file_kind */
static const char *const OP_NAMES[] = {
	"BRANCH_UNLESS", "JUMP", "ASSIGN", "END",
	"LOAD", "STORE", "FORK", "EXEC", "EXIT", "WAIT_PROCESS",
	"MMAP", "MUNMAP", "MPROTECT", "MREMAP", "MADVISE", "PUNCH_HOLE", "MLOCK", "MUNLOCK",
	"GUP", "PUT", "REFERENCE_READ", "REFERENCE_WRITE",
	"DIRECT_WRITE", "DIRECT_READ", "BUFFERED_WRITE", "BUFFERED_READ",
	"VMSPLICE", "PIPE_READ", "TEE", "PIPE_CLOSE",
	"PROCESS_VM_READV", "PROCESS_VM_WRITEV", "PTRACE_PEEK", "PTRACE_POKE", "PROC_MEM_READ", "PROC_MEM_WRITE",
	"FUTEX_TOUCH", "FIXED_WRITE", "FIXED_READ",
	"UFFD_CREATE", "UFFD_API_", "UFFD_REGISTER", "UFFD_UNREGISTER", "UFFD_WRITEPROTECT", "UFFD_COPY",
	"UFFD_ZEROPAGE", "UFFD_CONTINUE", "UFFD_POISON", "UFFD_MOVE", "UFFD_WAKE", "UFFD_READ", "UFFD_CLOSE",
	"PROCESS_MADVISE", "LRU_DRAIN", "CLEAR_REFS", "PAGEMAP_SCAN", "KSM_MERGE", "PRCTL",
	"SIGNAL", "AWAIT", "BARRIER", "JOIN", "OBSERVE",
};
static const char *const REGION_KINDS[] = { "ANON", "SHARED_ANON", "THP", "THP_BY_PTES", "HUGETLB", "RESERVED" };
static const char *const FILE_KINDS[] = { "DISK", "SHMEM", "HUGETLBFS", "SECRETMEM" };

#define TEXT_POOL (1 << 20)
static char text_pool[TEXT_POOL];
static size_t text_used;

static const char *keep(const char *text)
{
	size_t n = strlen(text) + 1;
	if (text_used + n > sizeof(text_pool)) {
		fprintf(stderr, "cowherd: the test is too long\n");
		exit(70);
	}
	char *copy = memcpy(text_pool + text_used, text, n);
	text_used += n;
	return copy;
}

static int find_name(const char *const *names, int count, const char *name)
{
	for (int i = 0; i < count; i++)
		if (!strcmp(names[i], name))
			return i;
	fprintf(stderr, "cowherd: unknown word %s\n", name);
	exit(70);
}

static void load_line(const char *line)
{
	char name[512], kind[64];
	int n = 0;
	if (sscanf(line, "test %511s %d %d %d %d %d %d %d %d", name, &test.pages, &test.words, &test.pipes, &test.uffds,
		   &test.signals, &test.handles, &test.huge_pages, &n) >= 8) {
		test.name = keep(name);
	} else if (sscanf(line, "process %511s %d", name, &n) == 2) {
		test.process[test.processes++] = (struct process){ keep(name), n };
	} else if (!strncmp(line, "region ", 7)) {
		struct region r = { 0 };
		int populated;
		sscanf(line, "region %511s %63s %d %d %d %d %d %d %d %d", name, kind, &r.first, &r.pages, &r.file,
		       &populated, &r.initial[0], &r.initial[1], &r.initial[2], &r.initial[3]);
		r.name = keep(name);
		r.populated = populated;
		r.kind = find_name(REGION_KINDS, COUNT(REGION_KINDS), kind);
		test.region[test.regions++] = r;
	} else if (!strncmp(line, "place ", 6)) {
		struct place p;
		sscanf(line, "place %d %ld %ld", &n, &p.offset, &p.bytes);
		test.place[n] = p;
	} else if (!strncmp(line, "file ", 5)) {
		struct file f = { 0 };
		int hole;
		sscanf(line, "file %511s %63s %d %d %d %d %d", name, kind, &hole, &f.initial[0], &f.initial[1], &f.initial[2], &f.initial[3]);
		f.name = keep(name);
		f.hole = hole;
		f.kind = find_name(FILE_KINDS, COUNT(FILE_KINDS), kind);
		test.file[test.files++] = f;
	} else if (sscanf(line, "barrier %d", &n) == 1) {
		test.parties[test.barriers++] = n;
	} else if (sscanf(line, "register %511s", name) == 1) {
		test.register_name[test.registers++] = keep(name);
	} else if (!strncmp(line, "thread ", 7)) {
		struct thread t = { 0 };
		int daemon;
		sscanf(line, "thread %511s %d %d %d %d", name, &t.process, &t.spawner, &t.spawn_at, &daemon);
		t.name = keep(name);
		t.daemon = daemon;
		t.first = test.calls;
		test.thread[test.threads++] = t;
	} else if (!strncmp(line, "call ", 5)) {
		struct call c = CALL();
		int captured, used = 0;
		char value[4096] = "";
		sscanf(line, "call %63s %d %d %d %d %d %d %d %d %ld %d %d |%4095[^|]|%n", kind, &c.result, &c.process, &c.page, &c.pages,
		       &c.page_register, &c.word, &c.handle, &c.object, &c.flags, &captured, &c.line, value, &used);
		c.op = find_name(OP_NAMES, OPS, kind);
		c.captured = captured;
		c.value = value[0] && strcmp(value, " ") ? keep(value) : NULL;
		c.text = keep(used ? line + used : "");
		test.call[test.calls++] = c;
		test.thread[test.threads - 1].calls++;
	} else {
		fprintf(stderr, "cowherd: cannot read: %s\n", line);
		exit(70);
	}
}

static int read_schedule(const char *line, int *schedule)
{
	int n = 0, used = 0;
	for (const char *p = line; n < SCHEDULE_MAX && sscanf(p, "%d%n", &schedule[n], &used) == 1; p += used)
		n++;
	return n;
}

/* Whoever reads the output judges. */
static void judge(void)
{
}

/* Reads tests and schedules until there are no more. */
static int serve(void)
{
	static char line[1 << 16];
	int schedule[SCHEDULE_MAX], number = 0;
	const char *lack = NULL;
	char why[300];
	printf("KTAP version 1\n");
	while (!stopped && fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = 0;
		if (!line[0] || line[0] == '#')
			continue;
		if (!strcmp(line, "clear")) {
			memset(&test, 0, sizeof(test));
			text_used = 0;
		} else if (!strcmp(line, "ready")) {
			lack = missing();
		} else if (!strncmp(line, "schedule", 8)) {
			int n = read_schedule(line + 8, schedule);
			printf("#@ %s %s\n", test.name, line + 8);
			why[0] = 0;
			enum outcome outcome = lack ? SKIPPED : run_schedule(schedule, n, false, why, sizeof(why));
			printf("ok %d %s%s%s\n", ++number, test.name, outcome == RAN ? "" : outcome == SKIPPED ? " # SKIP " : " # SKIP lost: ",
			       outcome == RAN ? "" : lack ? lack : why);
			fflush(stdout);
		} else if (!strncmp(line, "stress ", 7)) {
			long repetitions = 0, limit = 0;
			sscanf(line + 7, "%ld %ld", &repetitions, &limit);
			printf("#@ %s %s\n", test.name, line);
			why[0] = 0;
			bool ran = !lack && stress(repetitions, limit, why, sizeof(why));
			printf("ok %d %s%s%s\n", ++number, test.name, ran ? "" : " # SKIP ", ran ? "" : lack ? lack : why);
			fflush(stdout);
		} else {
			load_line(line);
		}
	}
	printf("1..%d\n", number);
	fflush(stdout);
	return 0;
}

int main(void)
{
	prepare_machine();
	int result = serve();
	restore();
	return result;
}
