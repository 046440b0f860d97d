
/* ---- the machine: what a test needs, and how to leave it as it was ----------------------------- */

static FILE *journal;
static char journal_path[300];
static volatile sig_atomic_t stopped;
static bool swap_is_on, thp_is_on, pool_is_set, ksm_is_on;
static char why_no_swap[200];

static void remember(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	if (journal) {
		vfprintf(journal, format, arguments);
		fflush(journal);
		fsync(fileno(journal));
	}
	va_end(arguments);
}

static void remove_zram(int number)
{
	char path[80], text[16];
	snprintf(path, sizeof(path), "/dev/zram%d", number);
	swapoff(path);
	snprintf(path, sizeof(path), "/sys/block/zram%d/reset", number);
	write_small(path, "1");
	snprintf(text, sizeof(text), "%d", number);
	if (number > 0)
		write_small("/sys/class/zram-control/hot_remove", text);
}

/* Undoes what the journal says, last first. */
static void restore(void)
{
	char lines[64][400];
	int count = 0, number;
	char path[200], value[180];
	if (!journal)
		return;
	rewind(journal);
	while (count < 64 && fgets(lines[count], sizeof(lines[0]), journal))
		count++;
	while (count-- > 0) {
		if (sscanf(lines[count], "zram %d", &number) == 1)
			remove_zram(number);
		else if (sscanf(lines[count], "swapfile %199s", path) == 1) {
			swapoff(path);
			unlink(path);
		} else if (sscanf(lines[count], "set %199s %179s", path, value) == 2)
			write_small(path, value);
	}
	rewind(journal);
	if (ftruncate(fileno(journal), 0) < 0)
		perror(journal_path);
}

/* A journal that somebody else has put there is not believed: it says what root is to write. */
static int open_own(const char *path)
{
	struct stat s;
	for (int i = 0; i < 2; i++) {
		int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (fd >= 0 && fstat(fd, &s) == 0 && S_ISREG(s.st_mode) && s.st_uid == geteuid() && s.st_nlink == 1)
			return fd;
		if (fd >= 0)
			close(fd);
		unlink(path);
	}
	return -1;
}

/* Only root changes settings, and only what the journal can restore. */
static void open_journal(void)
{
	if (geteuid() != 0)
		return;
	snprintf(journal_path, sizeof(journal_path), "%s/cowherd-restore", work_directory());
	int fd = open_own(journal_path);
	if (fd < 0) {
		fprintf(stderr, "cowherd: %s cannot be written: settings stay as they are\n", journal_path);
		return;
	}
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	if (fcntl(fd, F_SETLK, &lock) < 0) {
		fprintf(stderr, "cowherd: waiting for another run on this machine\n");
		fcntl(fd, F_SETLKW, &lock);
	}
	journal = fdopen(fd, "r+");
	restore();
}

static bool set(const char *path, const char *value)
{
	char old[180], *begin = old;
	if (!read_small(path, old, sizeof(old)))
		return false;
	char *chosen = strchr(old, '[');
	if (chosen)
		begin = chosen + 1;
	begin[strcspn(begin, "] \n")] = 0;
	if (!strcmp(begin, value))
		return true;
	remember("set %s %s\n", path, begin);
	return write_small(path, value);
}

static bool make_swap(const char *path, long bytes)
{
	unsigned char header[PAGE] = { 0 };
	uint32_t *info = (uint32_t *)(header + 1024);
	info[0] = 1;
	info[1] = (uint32_t)(bytes / PAGE - 1);
	memcpy(header + PAGE - 10, "SWAPSPACE2", 10);
	int fd = open(path, O_RDWR | O_CLOEXEC);
	bool made = fd >= 0 && pwrite(fd, header, PAGE, 0) == PAGE && fsync(fd) == 0;
	if (fd >= 0)
		close(fd);
	return made && swapon(path, SWAP_FLAG_PREFER | SWAP_FLAG_PRIO_MASK) == 0;
}

#define SWAP_BYTES (64L << 20)

static bool swap_on_zram(void)
{
	char text[80], path[80];
	if (!read_small("/sys/class/zram-control/hot_add", text, sizeof(text)))
		return false;
	int number = atoi(text);
	remember("zram %d\n", number);
	snprintf(path, sizeof(path), "/sys/block/zram%d/disksize", number);
	if (!write_small(path, "67108864"))
		return false;
	snprintf(path, sizeof(path), "/dev/zram%d", number);
	for (int i = 0; i < 100 && access(path, F_OK) < 0; i++)
		sleep_us(10000);
	return make_swap(path, SWAP_BYTES);
}

static bool swap_on_file(void)
{
	char path[300];
	snprintf(path, sizeof(path), "%s/cowherd-swap", work_directory());
	remember("swapfile %s\n", path);
	unlink(path);
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	static const char zeros[1 << 20];
	bool written = fd >= 0;
	for (long n = 0; written && n < SWAP_BYTES; n += (long)sizeof(zeros))
		written = write(fd, zeros, sizeof(zeros)) == (ssize_t)sizeof(zeros);
	if (fd >= 0)
		close(fd);
	return written && make_swap(path, SWAP_BYTES);
}

/* A device of its own, of the highest priority; a ram disk or zram has no writeback to wait for. */
static const char *need_swap(void)
{
	if (swap_is_on || getenv("COWHERD_SWAP"))
		return NULL;
	if (why_no_swap[0])
		return why_no_swap;
	if (!journal)
		snprintf(why_no_swap, sizeof(why_no_swap), "swap: needs root");
	else if (swap_on_zram() || swap_on_file())
		swap_is_on = true;
	else
		snprintf(why_no_swap, sizeof(why_no_swap), "swap: neither zram nor a swap file can be switched on (%s)", strerror(errno));
	return swap_is_on ? NULL : why_no_swap;
}

#define POOL "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages"
#define POOL_MAX 16

/* The pool has as many pages as the test says, or POOL_MAX: what it can take decides some tests. */
static const char *need_huge_pages(void)
{
	static char why[120];
	char text[32];
	int wanted = test.huge_pages < POOL_MAX ? test.huge_pages : POOL_MAX;
	if (!read_small(POOL, text, sizeof(text)))
		return "hugetlb (CONFIG_HUGETLBFS)";
	if (test.huge_pages >= POOL_MAX && free_huge_pages() >= POOL_MAX)
		return NULL;
	snprintf(why, sizeof(why), "hugetlb: a pool of %d free huge pages (%s)", wanted, journal ? "the machine has not as many" : "needs root");
	if (atoi(text) != wanted) {
		snprintf(text, sizeof(text), "%d", wanted);
		if (!journal || !(pool_is_set ? write_small(POOL, text) : set(POOL, text)))
			return why;
		pool_is_set = true;
	}
	for (int i = 0; i < 100 && free_huge_pages() != wanted; i++)
		sleep_us(5000);
	return free_huge_pages() == wanted ? NULL : why;
}

static const char *need_thp(void)
{
	if (thp_is_on)
		return NULL;
	char text[80];
	if (!read_small("/sys/kernel/mm/transparent_hugepage/enabled", text, sizeof(text)))
		return "transparent huge pages (CONFIG_TRANSPARENT_HUGEPAGE)";
	if (strstr(text, "[never]") && (!journal || !set("/sys/kernel/mm/transparent_hugepage/enabled", "madvise")))
		return "transparent huge pages (they are off, and only root switches them on)";
	thp_is_on = true;
	return NULL;
}

/*
 * Whether the kernel's own accesses to memory of the test wait for no userfaultfd. Then one that takes the faults of
 * user mode only, which everybody may have, gives the same answers. Not so for calls that are not named here.
 */
static bool only_user_mode_faults(void)
{
	bool reads_wait = false;  /* write protection lets the kernel read */
	for (int i = 0; i < test.calls; i++)
		reads_wait |= test.call[i].op == UFFD_REGISTER && test.call[i].flags != UFFDIO_REGISTER_MODE_WP;
	for (int i = 0; i < test.calls; i++) {
		const struct call *c = &test.call[i];
		switch (c->op) {
		case MMAP:
			if (c->flags >> 8 & MAP_POPULATE)
				return false;
			break;
		case MADVISE: case PROCESS_MADVISE:
			if (c->flags == MADV_POPULATE_READ || c->flags == MADV_POPULATE_WRITE || c->flags == MADV_COLLAPSE
			    || c->flags == MADV_UNMERGEABLE)
				return false;
			break;
		case GUP:
			if (c->flags != BY_VMSPLICE || reads_wait)
				return false;
			break;
		case DIRECT_WRITE: case BUFFERED_WRITE: case VMSPLICE: case PROCESS_VM_READV: case PROC_MEM_READ: case PTRACE_PEEK:
			if (reads_wait)
				return false;
			break;
		case BRANCH_UNLESS: case JUMP: case ASSIGN: case END: case LOAD: case STORE: case FORK: case EXIT:
		case REFERENCE_READ:
		case WAIT_PROCESS: case MUNMAP: case MPROTECT: case MREMAP: case PUNCH_HOLE: case PUT: case PIPE_READ:
		case TEE: case PIPE_CLOSE: case UFFD_CREATE: case UFFD_API_: case UFFD_REGISTER: case UFFD_UNREGISTER:
		case UFFD_WRITEPROTECT: case UFFD_COPY: case UFFD_ZEROPAGE: case UFFD_CONTINUE: case UFFD_POISON:
		case UFFD_MOVE: case UFFD_WAKE: case UFFD_READ: case UFFD_CLOSE: case LRU_DRAIN: case CLEAR_REFS:
		case PAGEMAP_SCAN: case SIGNAL: case AWAIT: case BARRIER: case JOIN: case OBSERVE:
			break;
		default:
			return false;
		}
	}
	return true;
}

#define FEATURE_EVENT_FORK (1 << 1)
#define NO_KERNEL_FAULTS "userfaultfd for faults in the kernel (needs root, or vm.unprivileged_userfaultfd = 1)"

/* 0, or why there is no userfaultfd with these flags and features. */
static int try_userfaultfd(int flags, uint64_t features)
{
	struct uffdio_api api = { .api = UFFD_API, .features = features };
	int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | flags);
	int error = fd < 0 || ioctl(fd, UFFDIO_API, &api) < 0 ? errno : 0;
	if (fd >= 0)
		close(fd);
	return error;
}

static const char *need_userfaultfd(const struct call *c)
{
	int all = try_userfaultfd(0, 0), some = all ? try_userfaultfd(UFFD_USER_MODE_ONLY, 0) : 0;
	if (all == ENOSYS)
		return "userfaultfd (CONFIG_USERFAULTFD)";
	if (some)
		return some == EPERM ? "userfaultfd (a sandbox forbids it)" : "userfaultfd";
	if (c->flags & FEATURE_EVENT_FORK && try_userfaultfd(all ? UFFD_USER_MODE_ONLY : 0, FEATURE_EVENT_FORK) == EPERM)
		return "UFFD_FEATURE_EVENT_FORK (needs root: CAP_SYS_PTRACE)";
	if (!all || c->flags >> 32)
		return NULL;
	if (!only_user_mode_faults())
		return NO_KERNEL_FAULTS;
	user_mode_only = true;
	return NULL;
}

static const char *need_io_uring(void)
{
	struct ring r;
	if (ring_open(&r) < 0)
		return errno == ENOSYS ? "io_uring (CONFIG_IO_URING)"
			: errno == EPERM || errno == EACCES ? "io_uring (kernel.io_uring_disabled, or a sandbox)"
			: errno == ENOMEM ? "io_uring (memory that may be locked: ulimit -l)" : "io_uring";
	ring_close(&r);
	return NULL;
}

static const char *need_transfers(void)
{
	struct transfer t;
	bool can = transfer_open(&t, 0, 0, true);
	bool has_file = t.fd >= 0;
	if (t.pause && t.pause != MAP_FAILED)
		munmap(t.pause, PAGE);
	transfer_forget(&t);
	return can ? NULL : has_file ? NO_KERNEL_FAULTS
		: "a file system with O_DIRECT (set COWHERD_TMP to a folder on one)";
}

/* Yama can forbid what a parent may do, or anybody. */
static const char *need_ptrace(void)
{
	char text[16];
	if (!read_small("/proc/sys/kernel/yama/ptrace_scope", text, sizeof(text)))
		return NULL;
	return atoi(text) > 2 || (atoi(text) == 2 && geteuid() != 0) ? "memory of other processes (kernel.yama.ptrace_scope)" : NULL;
}

static bool uses(int op)
{
	for (int i = 0; i < test.calls; i++)
		if (test.call[i].op == op)
			return true;
	return false;
}

/* A mergeable page of the controller, equal to no other: ksmd has something to do, and knows all processes from their start. */
static bool make_mergeable_page(void)
{
	uint32_t *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		return false;
	for (long i = 0; i < PAGE / 4; i++)
		page[i] = (uint32_t)(now_ms() * 2654435761L + getpid() * 40503L + i);
	return madvise(page, PAGE, MADV_MERGEABLE) == 0;
}

static const char *need_ksm(void)
{
	static bool has_page;
	if (ksm_number("run") < 0)
		return "KSM (CONFIG_KSM)";
	if (geteuid() != 0 || !sight.frames)
		return "ksmd (needs root)";
	if (!has_page) {
		/* not all kernels have all of these */
		set(KSM "run", "0");
		set(KSM "advisor_mode", "none");
		set(KSM "smart_scan", "0");
		set(KSM "use_zero_pages", "0");
		if (!set(KSM "pages_to_scan", "1000000") || !set(KSM "sleep_millisecs", KSM_LONG) || !set(KSM "run", "1")
		    || !make_mergeable_page())
			return "ksmd (it cannot be set)";
		has_page = true;
	}
	write_small(KSM "run", "1");
	if (!ksm_scan(now_ms() + 5000))
		return "ksmd (it does not come by)";
	if (ksm_number("pages_shared") + ksm_number("pages_sharing") + ksm_number("pages_unshared") + ksm_number("pages_volatile") > 1)
		return "ksmd for itself (other processes have mergeable memory)";
	ksm_is_on = true;
	return NULL;
}

/* What this machine does not have and the test needs, or NULL. */
static const char *missing(void)
{
	static int known_ring, known_direct;
	static const char *uring, *direct;
	user_mode_only = false;
	for (int i = 0; i < test.regions; i++)
		if ((test.region[i].kind == THP || test.region[i].kind == THP_BY_PTES) && need_thp())
			return need_thp();
	if (test.huge_pages > 0 && need_huge_pages())
		return need_huge_pages();
	if (ksm_is_on && !uses(KSM_MERGE))
		ksm_is_on = !write_small(KSM "run", "0");
	if (uses(KSM_MERGE)) {
		const char *ksm = need_ksm();
		if (ksm)
			return ksm;
	}
	for (int i = 0; i < test.calls; i++) {
		const struct call *c = &test.call[i];
		const char *m = NULL;
		switch (c->op) {
		case PROCESS_MADVISE: case MADVISE:
			m = c->flags == MADV_PAGEOUT ? need_swap() : NULL;
			break;
		case UFFD_CREATE: case UFFD_API_:
			m = need_userfaultfd(c);
			break;
		case GUP:
			if (c->flags == BY_IO_URING) {
				if (!known_ring++)
					uring = need_io_uring();
				m = uring;
			} else if (c->flags != BY_VMSPLICE) {
				if (!known_direct++)
					direct = need_transfers();
				m = direct;
			}
			break;
		case PROCESS_VM_READV: case PROCESS_VM_WRITEV: case PTRACE_PEEK: case PTRACE_POKE: case PROC_MEM_READ:
		case PROC_MEM_WRITE:
			m = need_ptrace();
			break;
		case CLEAR_REFS:
			m = sight.soft_dirty ? NULL : "soft-dirty (CONFIG_MEM_SOFT_DIRTY)";
			break;
		}
		if (m)
			return m;
	}
	return NULL;
}

/* Finds out which bits of pagemap and kpageflags mean something here. */
static void find_sight(void)
{
	struct utsname u;
	int major = 0, minor = 0;
	uint64_t entry = 0;
	unsigned char *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	*page = 1;
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && pread(fd, &entry, 8, (off_t)((uint64_t)page / PAGE * 8)) != 8)
		entry = 0;
	if (fd >= 0)
		close(fd);
	sight.frames = (entry & PM_FRAME) != 0;
	sight.soft_dirty = (entry & PM_SOFT_DIRTY) != 0;
	sight.flags = sight.frames && access("/proc/kpageflags", R_OK) == 0 && kernel_page("/proc/kpageflags", entry & PM_FRAME) != 0;
	/* some kernels set the bit on every anonymous page */
	sight.ksm = sight.flags && !(kernel_page("/proc/kpageflags", entry & PM_FRAME) >> KPF_KSM & 1);
	munmap(page, PAGE);
	uname(&u);
	sscanf(u.release, "%d.%d", &major, &minor);
	sight.wp = major > 5 || (major == 5 && minor >= 14);
	printf("# cowherd: kernel %s, %s; sees%s%s%s%s%s\n", u.release, geteuid() == 0 ? "root" : "no root", sight.frames ? " frames" : "",
	       sight.flags ? " flags" : "", sight.wp ? " wp" : "", sight.soft_dirty ? " soft-dirty" : "", sight.ksm ? " ksm" : "");
}

static void stop(int signal)
{
	stopped = signal;
}

static void prepare_machine(void)
{
	struct sigaction action = { .sa_handler = stop };
	struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };
	cpu_set_t one;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	setrlimit(RLIMIT_MEMLOCK, &unlimited);
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	sched_getaffinity(0, sizeof(all_cpus), &all_cpus);
	/* one CPU: fresh pages wait in the batch of the CPU that made them */
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	sched_setaffinity(0, sizeof(one), &one);
	control = mmap(NULL, sizeof(*control), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (control == MAP_FAILED) {
		perror("cowherd: shared memory");
		exit(69);
	}
	open_journal();
	find_sight();
	fflush(stdout);
}
