/*
 * The first process of a guest: mounts what the runner looks at, makes ram disks for O_DIRECT and for
 * swap, runs it on the programs that came with it, and ends the machine.
 */
#define _GNU_SOURCE
#include <fcntl.h>
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

#define PAGE 4096
#define RAM_DISK_BYTES (64L << 20)
#define EXIT_PORT 0xf4

static void set(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY);
	if (fd < 0)
		return;
	if (write(fd, value, strlen(value)) < 0)
		perror(path);
	close(fd);
}

static void load_module(const char *path, const char *parameters)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (syscall(SYS_finit_module, fd, parameters, 0) < 0)
		perror(path);
	close(fd);
}

static void swap_on(const char *path)
{
	unsigned char header[PAGE] = { 0 };
	uint32_t *info = (uint32_t *)(header + 1024);
	info[0] = 1;
	info[1] = RAM_DISK_BYTES / PAGE - 1;
	memcpy(header + PAGE - 10, "SWAPSPACE2", 10);
	int fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0 || pwrite(fd, header, PAGE, 0) != PAGE || fsync(fd) < 0 || close(fd) < 0 || swapon(path, 0) < 0)
		perror(path);
	else
		setenv("COWHERD_SWAP", "on", 1);
}

static void end(void)
{
	sync();
	if (ioperm(EXIT_PORT, 1, 1) == 0)
		outb(0, EXIT_PORT);
	reboot(RB_POWER_OFF);
	while (1)
		pause();
}

int main(void)
{
	int status = -1;
	struct termios tty;
	mount("proc", "/proc", "proc", 0, NULL);
	mount("sysfs", "/sys", "sysfs", 0, NULL);
	mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
	mount("tmpfs", "/tmp", "tmpfs", 0, NULL);
	mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL);
	int console = open("/dev/console", O_RDWR);
	if (console >= 0) {
		dup2(console, 1);
		dup2(console, 2);
	}
	if (tcgetattr(1, &tty) == 0) {
		tty.c_oflag &= ~(tcflag_t)OPOST;
		tcsetattr(1, TCSANOW, &tty);
	}
	load_module("/modules/brd.ko", "rd_nr=4 rd_size=65536");
	setenv("COWHERD_DIRECT", "/dev/ram0", 1);
	setenv("COWHERD_TMP", "/tmp", 1);
	swap_on("/dev/ram1");
	set("/sys/kernel/mm/transparent_hugepage/enabled", "madvise");
	set("/proc/sys/kernel/numa_balancing", "0");
	printf("cowherd-begin\n");
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		int input = open("/programs", O_RDONLY);
		dup2(input, 0);
		execl("/cowherd", "/cowherd", (char *)NULL);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	printf("cowherd-end %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	fflush(stdout);
	tcdrain(1);
	end();
	return 0;
}
