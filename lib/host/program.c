// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Other programs of this machine, modules, and the kernel to come.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kexec.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/host/host.h"
#include "lib/util/cleanup.h"

#define END_SECONDS	5	/* for a program that was asked to end */

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

/* The line that begins in what was read last, or the one before if that is empty */
static void keep_line(char *said, size_t size, const char *buf, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		size_t used = strcspn(said, "\n");

		/* a line that has ended stays until another one begins */
		if (said[used] == '\n' && buf[i] != '\n') {
			said[0] = '\0';
			used = 0;
		}
		if (used + 2 < size && (buf[i] != '\n' || used)) {
			said[used] = buf[i];
			said[used + 1] = '\0';
		}
	}
}

/* Reads until the program's end of the pipe is closed: 0, -ETIMEDOUT, -errno */
static int listen_to(int fd, uint64_t deadline, char *said, size_t size)
{
	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		uint64_t now = now_ns(), left = deadline > now ? deadline - now : 0;
		struct timespec ts = {
			.tv_sec = (time_t)(left / 1000000000),
			.tv_nsec = (long)(left % 1000000000),
		};
		char buf[512];
		ssize_t n;
		int ret = ppoll(&p, 1, &ts, NULL);

		if (ret < 0)
			return -errno;
		if (!ret)
			return -ETIMEDOUT;
		n = read(fd, buf, sizeof(buf));
		if (n < 0)
			return -errno;
		if (!n)
			return 0;
		keep_line(said, size, buf, (size_t)n);
	}
}

static int wait_for(pid_t pid, int *status, uint64_t deadline)
{
	static const struct timespec pause = { .tv_nsec = 10 * 1000 * 1000 };

	for (;;) {
		pid_t ret = waitpid(pid, status, WNOHANG);

		if (ret == pid)
			return 0;
		if (ret < 0 && errno != EINTR)
			return -errno;
		if (now_ns() >= deadline)
			return -ETIMEDOUT;
		nanosleep(&pause, NULL);
	}
}

/* SIGTERM, and SIGKILL when that does not help: nothing of ours is left running */
static void end_program(pid_t pid)
{
	int status;

	kill(pid, SIGTERM);
	if (!wait_for(pid, &status, now_ns() + END_SECONDS * 1000000000ULL))
		return;
	kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
}

/* Nothing of the caller's environment decides what runs as root: not its PATH either */
static int find_program(const char *name, char *full, size_t size)
{
	static const char *const dirs[] = { "/usr/sbin", "/usr/bin", "/sbin", "/bin" };

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		int n = snprintf(full, size, "%s/%s", dirs[i], name);

		if (n > 0 && (size_t)n < size && !access(full, X_OK))
			return 0;
	}
	return -ENOENT;
}

static int spawn(const char *const *words, int out, pid_t *pid)
{
	static char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", locale[] = "LC_ALL=C";
	char *env[] = { path, locale, NULL }, full[64];
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t none, all;
	int ret = find_program(words[0], full, sizeof(full));

	if (ret)
		return ret;
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attr);
	sigemptyset(&none);
	sigfillset(&all);
	/* a group of its own: the terminal's ^C is for us, who know what may be broken off */
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
				 POSIX_SPAWN_SETPGROUP);
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &all);
	ret = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	if (!ret)
		ret = posix_spawn_file_actions_adddup2(&actions, out, 1);
	if (!ret)
		ret = posix_spawn_file_actions_adddup2(&actions, out, 2);
	if (!ret)
		ret = posix_spawn(pid, full, &actions, &attr, (char *const *)words, env);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	return -ret;
}

int host_program_run(const char *const *words, uint64_t timeout_ns, char *said, size_t size)
{
	uint64_t deadline = now_ns() + timeout_ns;
	int pipe_ends[2], status, ret;
	pid_t pid;

	said[0] = '\0';
	if (pipe2(pipe_ends, O_CLOEXEC))
		return -errno;
	ret = spawn(words, pipe_ends[1], &pid);
	close(pipe_ends[1]);
	if (!ret) {
		ret = listen_to(pipe_ends[0], deadline, said, size);
		if (!ret)
			ret = wait_for(pid, &status, deadline);
		if (ret)
			end_program(pid);
	}
	close(pipe_ends[0]);
	said[strcspn(said, "\n")] = '\0';
	if (ret)
		return ret;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int host_program_module_remove(const char *name)
{
	/* O_NONBLOCK: -EWOULDBLOCK at once rather than a wait for who uses it */
	if (!syscall(SYS_delete_module, name, O_NONBLOCK))
		return 0;
	return errno == EWOULDBLOCK ? -EBUSY : -errno;
}

int host_program_kexec_load(const char *kernel, const char *initrd, const char *append)
{
	_cleanup_close_ int kernel_fd = -1, initrd_fd = -1;
	unsigned long flags = initrd ? 0 : KEXEC_FILE_NO_INITRAMFS;

	kernel_fd = open(kernel, O_RDONLY | O_CLOEXEC);
	if (kernel_fd < 0)
		return -errno;
	if (initrd) {
		initrd_fd = open(initrd, O_RDONLY | O_CLOEXEC);
		if (initrd_fd < 0)
			return -errno;
	}
	return syscall(SYS_kexec_file_load, kernel_fd, initrd_fd, strlen(append) + 1, append,
		       flags) ? -errno : 0;
}

int host_program_kexec_unload(void)
{
	return syscall(SYS_kexec_file_load, -1, -1, 0UL, NULL, (unsigned long)KEXEC_FILE_UNLOAD) ?
	       -errno : 0;
}

int host_program_kexec(void)
{
	sync();
	reboot(RB_KEXEC);
	return -errno;
}
