
/* ---- references by O_DIRECT: transfers that stop half way --------------------------------------- */

/*
 * A transfer with O_DIRECT of several pieces of memory takes the pages one after the other, and then faults at the last,
 * which a userfaultfd of the harness watches: there it sleeps with its references, before the device has seen
 * anything, until it is given that page. So a reference lives as long as the test wants. A look through it,
 * or a write, uses up a transfer; all that a test may need are begun when the reference is taken.
 */
#define TRANSFERS_MAX 16
#define TRANSFER_PAGES 8
#define PAUSE_LOOKS 100

struct transfer {
	bool is_open, to_file;
	int fd;
	long offset;
	int page, pages;           /* of the test */
	char *pause;               /* the last piece */
	int uffd, ended;           /* who tells that it sleeps, and that it is over */
	atomic_int tid, result;    /* of the thread that makes it; bytes, or a negative errno */
};
static struct transfer transfer[HANDLES_MAX][TRANSFERS_MAX];
static _Alignas(4096) unsigned char direct_bytes[TRANSFER_PAGES * PAGE];

#define TRANSFERS_BEGIN (32L << 20)  /* of a device, behind the files of a test */
#define TRANSFER_BYTES (64L << 10)

static void transfer_forget(struct transfer *t)
{
	if (!t->is_open)
		return;
	close(t->fd);
	close(t->uffd);
	close(t->ended);
	t->is_open = false;
}

static bool transfer_file(struct transfer *t)
{
	const char *device = getenv("COWHERD_DIRECT");
	char path[256];
	if (device) {
		t->offset = TRANSFERS_BEGIN + control->transfers++ * TRANSFER_BYTES;
		t->fd = open(device, O_RDWR | O_DIRECT | O_CLOEXEC);
		return t->fd >= 0;
	}
	snprintf(path, sizeof(path), "%s/cowherd-XXXXXX", work_directory());
	int fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		return false;
	/* blocks that are there: a transfer is one request, and changes nothing of the file's size */
	static const char zeros[(TRANSFER_PAGES + 1) * PAGE];
	t->offset = 0;
	t->fd = write(fd, zeros, sizeof(zeros)) == (ssize_t)sizeof(zeros) && fsync(fd) == 0
		? open(path, O_RDWR | O_DIRECT | O_CLOEXEC) : -1;
	close(fd);
	unlink(path);
	return t->fd >= 0;
}

static bool transfer_watch(struct transfer *t, int page, int pages, bool to_file)
{
	struct uffdio_api api = { .api = UFFD_API };
	memset(t, 0, sizeof(*t));
	t->page = page;
	t->pages = pages;
	t->to_file = to_file;
	t->fd = -1;
	t->ended = eventfd(0, EFD_CLOEXEC);
	t->uffd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	t->is_open = true;
	t->pause = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct uffdio_register watched = { .range = { (uint64_t)t->pause, PAGE }, .mode = UFFDIO_REGISTER_MODE_MISSING };
	return t->ended >= 0 && t->uffd >= 0 && t->pause != MAP_FAILED && madvise(t->pause, PAGE, MADV_DONTFORK) == 0
		&& ioctl(t->uffd, UFFDIO_API, &api) == 0 && ioctl(t->uffd, UFFDIO_REGISTER, &watched) == 0;
}

static bool transfer_open(struct transfer *t, int page, int pages, bool to_file)
{
	bool watched = transfer_watch(t, page, pages, to_file);
	return transfer_file(t) && watched;
}

static void *transfer_run(void *argument)
{
	struct transfer *t = argument;
	struct iovec io[TRANSFER_PAGES + 1];
	uint64_t one = 1;
	for (int i = 0; i < t->pages; i++)
		io[i] = (struct iovec){ address_of(t->page + i), PAGE };
	io[t->pages] = (struct iovec){ t->pause, PAGE };
	t->tid = (int)syscall(SYS_gettid);
	ssize_t n = t->to_file ? pwritev(t->fd, io, t->pages + 1, t->offset) : preadv(t->fd, io, t->pages + 1, t->offset);
	t->result = n < 0 ? -errno : (int)n;
	if (write(t->ended, &one, sizeof(one)) < 0)
		_exit(3);
	return NULL;
}

/* Begins a transfer and waits until it holds its page; false when it ended before. */
static bool transfer_begin(struct transfer *t, struct actor *me)
{
	struct pollfd events[2] = { { .fd = t->uffd, .events = POLLIN }, { .fd = t->ended, .events = POLLIN } };
	struct uffd_msg message;
	start_thread(transfer_run, t);
	while (!t->tid)
		sched_yield();
	/* while it sleeps at a page of the test the call sleeps; see sleeps() */
	me->helper = (int)t->tid;
	do
		poll(events, 2, -1);
	while (!events[0].revents && !events[1].revents);
	me->helper = 0;
	return events[0].revents & POLLIN && read(t->uffd, &message, sizeof(message)) == (ssize_t)sizeof(message);
}

/* Lets a transfer go on, to its end: bytes, or a negative errno. */
static int transfer_end(struct transfer *t)
{
	struct uffdio_zeropage page = { .range = { (uint64_t)t->pause, PAGE } };
	uint64_t count;
	ioctl(t->uffd, UFFDIO_ZEROPAGE, &page);
	if (read(t->ended, &count, sizeof(count)) < 0)
		return -errno;
	int result = t->result;
	munmap(t->pause, PAGE);
	return result;
}

static struct transfer *next_transfer(int h, bool to_file)
{
	for (int i = 0; i < TRANSFERS_MAX; i++)
		if (transfer[h][i].is_open && transfer[h][i].to_file == to_file)
			return &transfer[h][i];
	return NULL;
}

/* c->flags: what takes the reference, how many looks (bits 8 to 15), how many writes (from bit 16). */
static int take_by_transfers(const struct call *c, int page, struct actor *me)
{
	int h = c->handle, looks = (int)(c->flags >> 8 & 255), writes = (int)(c->flags >> 16 & 255);
	bool for_writing = (c->flags & 255) == BY_DIRECT_READ;
	int from_file = for_writing ? writes + 1 : 0, all = from_file + looks + writes + 1;
	for (int i = 0; i < all && i < TRANSFERS_MAX; i++) {
		struct transfer *t = &transfer[h][i];
		int error = 0;
		if (!transfer_open(t, page, c->pages, i >= from_file))
			control->broken = errno ? errno : EIO;
		else if (!transfer_begin(t, me)) {
			error = -t->result;
			if (i > 0 || error <= 0)
				control->broken = EIO;
		} else
			continue;
		forget_transfers(h);
		return error_value(error ? error : EIO);
	}
	for (int i = 0; i < c->pages; i++) {
		handle_kind[h + i] = (int)(c->flags & 255);
		handle_page[h + i] = page + i;
		handle_ring[h + i] = h;
	}
	return c->pages;
}

/* All pages of a reference, into direct_bytes. */
static bool look_at_all(int h)
{
	struct transfer *t = next_transfer(h, true);
	long bytes = t ? t->pages * PAGE : 0;
	bool seen = t && transfer_end(t) >= bytes && pread(t->fd, direct_bytes, (size_t)bytes, t->offset) == bytes;
	if (t)
		transfer_forget(t);
	if (!seen)
		control->broken = EIO;
	return seen;
}

static int look_by_transfer(int h, unsigned char *bytes)
{
	if (!look_at_all(handle_ring[h]))
		return -1;
	memcpy(bytes, direct_bytes + (h - handle_ring[h]) * PAGE, PAGE);
	return 0;
}

/* The device writes direct_bytes to all pages. */
static bool write_to_all(int h)
{
	struct transfer *t = next_transfer(h, false);
	long bytes = t ? t->pages * PAGE : 0;
	bool written = t && pwrite(t->fd, direct_bytes, (size_t)bytes, t->offset) == bytes && transfer_end(t) >= bytes;
	if (t)
		transfer_forget(t);
	if (!written)
		control->broken = EIO;
	return written;
}

/* After a look: the device writes bytes to the page, and to others what was there. */
static int write_by_transfer(int h, const unsigned char *bytes)
{
	memcpy(direct_bytes + (h - handle_ring[h]) * PAGE, bytes, PAGE);
	return write_to_all(handle_ring[h]) ? 0 : error_value(EIO);
}

/* A device that has begun must end: it writes what is there already. */
static void drop_transfers(int h)
{
	if (next_transfer(h, false) && look_at_all(h))
		while (next_transfer(h, false) && write_to_all(h))
			;
	for (struct transfer *t; (t = next_transfer(h, true)); transfer_forget(t))
		transfer_end(t);
}

static void forget_transfers(int h)
{
	for (int i = 0; i < TRANSFERS_MAX; i++)
		transfer_forget(&transfer[h][i]);
}

/* ---- a pause inside of a call -------------------------------------------------------------------- */

/* Whether another thread of the test can go on by itself. */
static bool others_move(const struct actor *me)
{
	for (int t = 0; t < test.threads; t++) {
		struct actor *a = &control->actor[t];
		if (a != me && !thread_over(t) && a->state != ABSENT && !a->refuses && !sleeps(t))
			return true;
	}
	return false;
}

/*
 * A transfer with O_DIRECT that takes its page, sleeps until the other threads can do nothing more, or for some milliseconds,
 * and then goes on: a slow device. The pause is a second page, which a userfaultfd of the harness watches. NOT_NOW when it
 * cannot be made.
 */
static int transfer_with_pause(const struct call *c, bool writes, struct actor *me)
{
	struct transfer *t = malloc(sizeof(*t));
	int value = NOT_NOW;
	if (!t || unit_of(first_page(c)) != PAGE) {
		free(t);
		return NOT_NOW;
	}
	if (transfer_watch(t, first_page(c), 1, writes)) {
		t->fd = dup(direct_fd[c->object]);
		t->offset = file_offset[c->object];
		if (transfer_begin(t, me)) {
			control->paused = 1;
			for (int looks = 0; looks < PAUSE_LOOKS && others_move(me); looks++)
				sleep_us(50);
			transfer_end(t);
		} else {
			munmap(t->pause, PAGE);
		}
		value = t->result < 0 ? error_value(-t->result) : t->result < PAGE ? 0 : c->pages;
	}
	transfer_forget(t);
	free(t);
	return value;
}
