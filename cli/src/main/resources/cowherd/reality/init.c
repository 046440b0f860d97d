/*
 * The first process of a guest. It mounts what the runner looks at, loads the modules, makes a ram disk
 * for O_DIRECT and one for swap, runs the runner on the programs that came with it, and ends the machine.
 *
 * What the runner prints does not go to the console: there the kernel's messages would cut its lines, and
 * a serial line is slow. It goes, a byte at a time and unchanged, to QEMU's debug port. On a machine that
 * has none it goes to the console.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define DEBUG_PORT 0xe9 /* isa-debugcon; reads as its own number */
#define EXIT_PORT 0xf4	/* isa-debug-exit */
#define SWAP_DEVICE "/dev/ram1"
#define DIRECT_DEVICE "/dev/ram0"
#define SWAP_HEADER_INFO 1024 /* union swap_header: version, last_page */
#define LINE_MAX_BYTES 4096
#define LOOK_MS 10 /* how often it is seen whether the runner has ended */

static int has_debug_port;
static long page_bytes;

static void say(const char *bytes, size_t count)
{
	if (has_debug_port) {
		outsb(DEBUG_PORT, bytes, count);
		return;
	}
	while (count > 0) {
		ssize_t written = write(STDOUT_FILENO, bytes, count);
		if (written < 0 && errno != EINTR)
			return;
		if (written > 0) {
			bytes += written;
			count -= (size_t)written;
		}
	}
}

/* Ends the machine; without the debug port's neighbour it is switched off. */
static void end(void)
{
	sync();
	tcdrain(STDOUT_FILENO);
	if (ioperm(EXIT_PORT, 4, 1) == 0)
		outb(0, EXIT_PORT);
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}

static void too_late(int signal)
{
	(void)signal;
	end();
}

static void set(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return; /* a kernel without the feature */
	if (write(fd, value, strlen(value)) < 0)
		perror(path);
	close(fd);
}

static void mount_at(const char *type, const char *path)
{
	mkdir(path, 0755);
	if (mount(type, path, type, 0, NULL) < 0)
		perror(path);
}

/* The initramfs has no terminal before devtmpfs is there. */
static void open_console(void)
{
	struct termios tty;
	int console = open("/dev/console", O_RDWR | O_NOCTTY);

	if (console < 0)
		return;
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fd != console)
			dup2(console, fd);
	if (console > STDERR_FILENO)
		close(console);
	if (tcgetattr(STDOUT_FILENO, &tty) == 0) {
		cfmakeraw(&tty);
		tcsetattr(STDOUT_FILENO, TCSANOW, &tty);
	}
	if (ioperm(DEBUG_PORT, 1, 1) == 0)
		has_debug_port = inb(DEBUG_PORT) == DEBUG_PORT;
}

/* Loads what /modules/order lists: a file's name, a space and its parameters on each line. */
static void load_modules(void)
{
	char line[LINE_MAX_BYTES];
	FILE *order = fopen("/modules/order", "re");

	if (!order || chdir("/modules") < 0)
		return;
	while (fgets(line, sizeof(line), order)) {
		line[strcspn(line, "\n")] = 0;
		char *parameters = strchr(line, ' ');
		if (parameters)
			*parameters++ = 0;
		int fd = open(line, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || syscall(SYS_finit_module, fd, parameters ? parameters : "", 0) < 0)
			perror(line);
		if (fd >= 0)
			close(fd);
	}
	fclose(order);
	if (chdir("/") < 0)
		perror("/");
}

/* What mkswap does, and swapon. */
static int swap_on(const char *path)
{
	char *header = calloc(1, (size_t)page_bytes);
	int fd = open(path, O_RDWR | O_CLOEXEC);
	off_t bytes = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
	int made = 0;

	if (header && bytes > page_bytes) {
		uint32_t info[] = { 1, (uint32_t)(bytes / page_bytes - 1) };
		memcpy(header + SWAP_HEADER_INFO, info, sizeof(info));
		memcpy(header + page_bytes - 10, "SWAPSPACE2", 10);
		made = pwrite(fd, header, (size_t)page_bytes, 0) == page_bytes && fsync(fd) == 0;
	}
	if (fd >= 0)
		close(fd);
	free(header);
	if (made && swapon(path, 0) == 0)
		return 1;
	perror(path);
	return 0;
}

/*
 * Lets this process run before all others. It sleeps until the runner prints: so what a write(2) of the
 * runner printed has left the machine before the runner goes on, and a panic cannot take it away.
 */
static void come_first(void)
{
	struct sched_param priority = { .sched_priority = 1 };

	if (sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &priority) < 0)
		perror("sched_setscheduler");
}

/* Hands on what is in the pipe, which does not block. Returns 0 when nobody can write to it any more. */
static int hand_on(int fd)
{
	static char bytes[65536];
	ssize_t count;

	do {
		count = read(fd, bytes, sizeof(bytes));
		if (count > 0)
			say(bytes, (size_t)count);
	} while (count > 0 || (count < 0 && errno == EINTR));
	return count < 0 && errno == EAGAIN;
}

/* Takes the statuses of all that have ended; returns whether a process is among them. */
static int has_ended(pid_t pid, int *status)
{
	int ended = 0;
	int other;
	pid_t gone;

	while ((gone = waitpid(-1, &other, WNOHANG)) > 0) {
		if (gone != pid)
			continue;
		*status = other;
		ended = 1;
	}
	return ended;
}

/*
 * Runs the runner, and hands on what it prints until it ends. Processes that it left behind may have the
 * pipe open: they are killed.
 */
static int run(void)
{
	int pipe_fds[2];
	int status = 0;
	int ended = 0;

	if (pipe2(pipe_fds, O_CLOEXEC) < 0 || fcntl(pipe_fds[0], F_SETFL, O_NONBLOCK) < 0)
		return -1;
	pid_t pid = fork();
	if (pid < 0)
		return -1;
	if (pid == 0) {
		int input = open("/programs", O_RDONLY | O_CLOEXEC);
		dup2(input, STDIN_FILENO);
		dup2(pipe_fds[1], STDOUT_FILENO);
		dup2(pipe_fds[1], STDERR_FILENO);
		execl("/cowherd", "/cowherd", (char *)NULL);
		perror("/cowherd");
		_exit(127);
	}
	close(pipe_fds[1]);
	struct pollfd source = { .fd = pipe_fds[0], .events = POLLIN };
	while (!ended) {
		poll(&source, 1, LOOK_MS);
		ended = has_ended(pid, &status);
		if (source.fd >= 0 && !hand_on(source.fd))
			source.fd = -1; /* closed, but the runner may go on */
	}
	kill(-1, SIGKILL);
	if (source.fd >= 0)
		hand_on(source.fd);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(void)
{
	const char *limit_s = getenv("COWHERD_LIMIT_S"); /* of the kernel's command line */
	char line[LINE_MAX_BYTES];

	page_bytes = sysconf(_SC_PAGESIZE);
	signal(SIGALRM, too_late);
	if (limit_s)
		alarm((unsigned int)strtoul(limit_s, NULL, 10));
	mount_at("devtmpfs", "/dev");
	open_console();
	mount_at("proc", "/proc");
	mount_at("sysfs", "/sys");
	mount_at("debugfs", "/sys/kernel/debug");
	mount_at("tmpfs", "/tmp");
	load_modules();
	set("/sys/kernel/mm/transparent_hugepage/enabled", "madvise");
	set("/proc/sys/kernel/numa_balancing", "0");
	setenv("COWHERD_TMP", "/tmp", 1);
	if (access(DIRECT_DEVICE, R_OK | W_OK) == 0)
		setenv("COWHERD_DIRECT", DIRECT_DEVICE, 1);
	if (swap_on(SWAP_DEVICE))
		setenv("COWHERD_SWAP", "on", 1);
	come_first();
	say("\ncowherd-begin\n", 15);
	int status = run();
	int length = snprintf(line, sizeof(line), "\ncowherd-end %d\n", status);
	say(line, (size_t)length);
	end();
	return 0;
}
