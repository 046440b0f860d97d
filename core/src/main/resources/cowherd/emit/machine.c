
/* ---- the machine: what a test needs, and how to leave it as it was ----------------------------- */

static FILE *journal;
static char journal_path[300];
static volatile sig_atomic_t stopped;
static bool swap_is_on, thp_is_on, pool_is_set;
static char why_no_swap[200];

static bool write_small(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool written = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	if (fd >= 0)
		close(fd);
	return written;
}

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

static void open_journal(void)
{
	snprintf(journal_path, sizeof(journal_path), "%s/cowherd-restore", work_directory());
	int fd = open(journal_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return;
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
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
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
	if (geteuid() != 0)
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
	static char why[100];
	char text[32];
	int wanted = test.huge_pages < POOL_MAX ? test.huge_pages : POOL_MAX;
	if (!read_small(POOL, text, sizeof(text)))
		return "hugetlb";
	if (atoi(text) != wanted) {
		snprintf(text, sizeof(text), "%d", wanted);
		if (geteuid() != 0 || !(pool_is_set ? write_small(POOL, text) : set(POOL, text)))
			return "a pool of huge pages (needs root)";
		pool_is_set = true;
	}
	snprintf(why, sizeof(why), "%d free huge pages", wanted);
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
		return "transparent huge pages";
	if (strstr(text, "[never]") && (geteuid() != 0 || !set("/sys/kernel/mm/transparent_hugepage/enabled", "madvise")))
		return "transparent huge pages (they are off)";
	thp_is_on = true;
	return NULL;
}

static const char *need_userfaultfd(void)
{
	int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
	if (fd < 0)
		return errno == EPERM ? "userfaultfd (needs root, or vm.unprivileged_userfaultfd)" : "userfaultfd";
	close(fd);
	return NULL;
}

static const char *need_io_uring(void)
{
	struct ring r;
	if (ring_open(&r) < 0)
		return "io_uring";
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
	return can ? NULL : has_file ? "userfaultfd for faults in the kernel (needs root, or vm.unprivileged_userfaultfd)"
		: "a file system with O_DIRECT (set COWHERD_TMP to a folder on one)";
}

/* What this machine does not have and the test needs, or NULL. */
static const char *missing(void)
{
	static int known_uffd, known_ring, known_direct;
	static const char *uffd, *uring, *direct;
	for (int i = 0; i < test.regions; i++)
		if ((test.region[i].kind == THP || test.region[i].kind == THP_BY_PTES) && need_thp())
			return need_thp();
	if (test.huge_pages > 0 && need_huge_pages())
		return need_huge_pages();
	for (int i = 0; i < test.calls; i++) {
		const struct call *c = &test.call[i];
		const char *m = NULL;
		switch (c->op) {
		case SWAP_OUT:
			m = need_swap();
			break;
		case MADVISE:
			m = c->flags == MADV_PAGEOUT ? need_swap() : NULL;
			break;
		case UFFD_CREATE:
			if (!known_uffd++)
				uffd = need_userfaultfd();
			m = uffd;
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
	(void)signal;
	stopped = 1;
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
