// SPDX-License-Identifier: GPL-2.0-or-later
/* What the host's kernel back-end makes of other programs, files and the log */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/host/host.h"
#include "lib_test.h"

#define SECOND	1000000000ULL

static char said[64];

#define RUN(timeout, ...) \
	host_program_run((const char *const[]){ __VA_ARGS__, NULL }, timeout, said, sizeof(said))

START_TEST(statuses)
{
	ck_assert_int_eq(RUN(30 * SECOND, "true"), 0);
	ck_assert_str_eq(said, "");
	ck_assert_int_eq(RUN(30 * SECOND, "false"), 1);
	ck_assert_int_eq(RUN(30 * SECOND, "sh", "-c", "exit 77"), 77);
	ck_assert_int_eq(RUN(30 * SECOND, "sh", "-c", "kill -KILL $$"), 128 + SIGKILL);
	ck_assert_int_eq(RUN(30 * SECOND, "no-such-program"), -ENOENT);
	/* only the system's own directories, whatever the caller's PATH is */
	ck_assert_int_eq(setenv("PATH", ".", 1), 0);
	ck_assert_int_eq(RUN(30 * SECOND, "true"), 0);
	ck_assert_int_eq(RUN(30 * SECOND, "sh", "-c", "test \"$PATH\" != . && test -z \"$HOME\""), 0);
}
END_TEST

START_TEST(last_line)
{
	ck_assert_int_eq(RUN(30 * SECOND, "sh", "-c", "echo one; echo two >&2; echo"), 0);
	ck_assert_str_eq(said, "two");
	ck_assert_int_eq(RUN(30 * SECOND, "printf", "a\\nb"), 0);
	ck_assert_str_eq(said, "b");
	ck_assert_int_eq(RUN(30 * SECOND, "sh", "-c", "read x || echo no input"), 0);
	ck_assert_str_eq(said, "no input");
	/* longer than there is room */
	ck_assert_int_eq(RUN(30 * SECOND, "printf", "%0200d", "0"), 0);
	ck_assert_uint_eq(strspn(said, "0"), sizeof(said) - 2);
}
END_TEST

/* ^C at the terminal is for this process alone, which knows what may be broken off */
START_TEST(own_group)
{
	char group[16];

	ck_assert_int_eq(RUN(30 * SECOND, "sh", "-c", "read -r pid comm state parent group rest "
			     "</proc/self/stat; echo $group"), 0);
	snprintf(group, sizeof(group), "%d", getpgrp());
	ck_assert_str_ne(said, group);
	ck_assert_int_gt(atoi(said), 0);
}
END_TEST

START_TEST(time_out)
{
	ck_assert_int_eq(RUN(SECOND / 10, "sleep", "600"), -ETIMEDOUT);
	/* nothing of it is left, not even a zombie */
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
	ck_assert_int_eq(errno, ECHILD);
}
END_TEST

static char root[] = "/tmp/sevadm-program.XXXXXX";

START_TEST(writing)
{
	char path[128], text[16];
	struct host *host;
	FILE *f;

	ck_assert_ptr_nonnull(mkdtemp(root));
	ck_assert_int_eq(host_kernel_open(&host, root), 0);
	ck_assert_int_eq(host->ops->write(host, "/online", "1"), -ENOENT);
	snprintf(path, sizeof(path), "%s/online", root);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fclose(f);
	ck_assert_int_eq(host->ops->write(host, "/online", "1"), 0);
	ck_assert_int_eq(host_read_line(host, "/online", text, sizeof(text)), 0);
	ck_assert_str_eq(text, "1");
	host->ops->close(host);
	unlink(path);
	rmdir(root);
}
END_TEST

static int count_lines(void *arg, uint64_t seq, const char *text)
{
	unsigned int *n = arg;

	(void)seq;
	ck_assert_ptr_null(strchr(text, '\n'));
	return ++*n == 3 ? 77 : 0;
}

START_TEST(kernel_log)
{
	unsigned int n = 0;
	struct host *host;
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK), ret;

	ck_assert_int_eq(host_kernel_open(&host, ""), 0);
	ret = host->ops->kmsg(host, count_lines, &n);
	if (fd < 0)
		ck_assert_int_lt(ret, 0);	/* and the reason with it */
	else
		ck_assert(ret == 77 || (ret == 0 && n < 3));
	host->ops->close(host);
	if (fd >= 0)
		close(fd);
}
END_TEST

START_TEST(modules_and_kernels)
{
	ck_assert_int_lt(host_program_module_remove("no_such_module_at_all"), 0);
	ck_assert_int_eq(host_program_kexec_load("/nonexistent/vmlinuz", NULL, ""), -ENOENT);
}
END_TEST

int main(void)
{
	Suite *suite;
	TCase *tc = lib_case(&suite, "lib_program");

	tcase_add_test(tc, statuses);
	tcase_add_test(tc, last_line);
	tcase_add_test(tc, own_group);
	tcase_add_test(tc, time_out);
	tcase_add_test(tc, writing);
	tcase_add_test(tc, kernel_log);
	tcase_add_test(tc, modules_and_kernels);
	return lib_run(suite);
}
