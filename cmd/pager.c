// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/pager.h"
#include "cmd/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static bool fits(const char *text, size_t size)
{
	unsigned int rows, columns, used = 0, column = 0;

	terminal_size(&rows, &columns);
	for (size_t i = 0; i < size; i++) {
		bool over = text[i] == '\n' || ++column > columns;

		used += over;
		column = over ? 0 : column;
	}
	return used < rows;
}

static void become_pager(int in, struct sevadm *adm)
{
	const char *pager = getenv("PAGER");

	if (sevadm_drop_privileges(adm, 0))
		_exit(127);
	dup2(in, STDIN_FILENO);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGWINCH, SIG_DFL);
	signal(SIGINT, SIG_IGN);	/* it ends what the pager shows, not the pager */
	/* no shell, no editor, no other file from within it: we may be root */
	setenv("LESSSECURE", "1", 1);
	setenv("LESS", "FRX", 0);
	if (pager && pager[0])
		execlp("sh", "sh", "-c", pager, NULL);
	else
		execlp("less", "less", NULL);
	_exit(127);
}

/* false: it could not be begun */
static bool page(const char *text, size_t size, struct sevadm *adm)
{
	void (*pipe_before)(int) = signal(SIGPIPE, SIG_IGN);
	int ends[2], status = 0;
	size_t done = 0;
	ssize_t n = 1;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC)) {
		signal(SIGPIPE, pipe_before);
		return false;
	}
	pid = fork();
	if (!pid) {
		become_pager(ends[0], adm);
	}
	close(ends[0]);
	/* who leaves the pager before the end wants no more of it */
	for (; pid > 0 && done < size && (n > 0 || errno == EINTR); done += n > 0 ? (size_t)n : 0)
		n = write(ends[1], text + done, size - done);
	close(ends[1]);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	signal(SIGPIPE, pipe_before);
	return pid > 0 && !(WIFEXITED(status) && WEXITSTATUS(status) == 127);
}

void pager_show(const char *text, size_t size, bool paged, struct sevadm *adm)
{
	if (paged && terminal_is_smart(STDOUT_FILENO) && !fits(text, size)) {
		fflush(stdout);
		if (page(text, size, adm))
			return;
	}
	fwrite(text, 1, size, stdout);
	fflush(stdout);
}
