/*
 * Runs a program that dies with the one that started it, however that one ends: tied PID PROGRAM ARGUMENT...
 * PID is the starter's. The signal comes when the starter's thread that made this process ends.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0) {
		perror("prctl");
		return 2;
	}
	if (getppid() != (pid_t)strtol(argv[1], NULL, 10))
		return 2; /* it has ended before */
	execvp(argv[2], argv + 2);
	perror(argv[2]);
	return 127;
}
