// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is left of a process after host_privileges_keep(), by what the kernel
 * shows of it and of a thread that it starts afterwards.
 */
#include <errno.h>
#include <linux/capability.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "lib/host/host.h"
#include "lib_test.h"

struct sets {
	unsigned long long effective, permitted, inheritable, bounding, ambient;
	int no_new_privs;
};

#define BIT(cap) (1ULL << (cap))

static struct sets read_sets(const char *path)
{
	struct sets s = { .no_new_privs = -1 };
	FILE *f = fopen(path, "r");
	char line[256];

	if (!f)
		abort();	/* before the tests run, nothing can be asserted */
	while (fgets(line, sizeof(line), f)) {
		sscanf(line, "CapEff: %llx", &s.effective);
		sscanf(line, "CapPrm: %llx", &s.permitted);
		sscanf(line, "CapInh: %llx", &s.inheritable);
		sscanf(line, "CapBnd: %llx", &s.bounding);
		sscanf(line, "CapAmb: %llx", &s.ambient);
		sscanf(line, "NoNewPrivs: %d", &s.no_new_privs);
	}
	fclose(f);
	return s;
}

static void *thread_sets(void *out)
{
	*(struct sets *)out = read_sets("/proc/thread-self/status");
	return NULL;
}

/* Exactly @want in every set, here and in a new thread; @bounding is checked if known */
static void expect(unsigned long long want, bool bounded)
{
	struct sets sets[2];
	pthread_t thread;

	sets[0] = read_sets("/proc/self/status");
	ck_assert_int_eq(pthread_create(&thread, NULL, thread_sets, &sets[1]), 0);
	pthread_join(thread, NULL);
	for (int i = 0; i < 2; i++) {
		ck_assert_msg(sets[i].effective == want, "CapEff %llx, not %llx",
			      sets[i].effective, want);
		ck_assert_msg(sets[i].permitted == want, "CapPrm %llx", sets[i].permitted);
		ck_assert_msg(!sets[i].inheritable, "CapInh %llx", sets[i].inheritable);
		ck_assert_msg(!sets[i].ambient, "CapAmb %llx", sets[i].ambient);
		if (bounded)
			ck_assert_msg(sets[i].bounding == want, "CapBnd %llx", sets[i].bounding);
		ck_assert_int_eq(sets[i].no_new_privs, 1);
	}
}

/* The capabilities that we have to lose */
static unsigned long long have;

static const struct {
	int caps[3];
	size_t nr;
} kept[] = {
	{ { 0 }, 0 },
	{ { CAP_SYS_ADMIN }, 1 },
	{ { CAP_KILL }, 1 },
	{ { CAP_SYS_ADMIN, CAP_KILL }, 2 },
	{ { CAP_KILL, CAP_SYS_ADMIN, CAP_SYS_PTRACE }, 3 },
};

START_TEST(keep)
{
	unsigned long long want = 0;

	for (size_t i = 0; i < kept[_i].nr; i++)
		want |= BIT(kept[_i].caps[i]);
	ck_assert_int_eq(host_privileges_keep(kept[_i].caps, kept[_i].nr), 0);
	/* what was not there is not made up; the bounding set needs CAP_SETPCAP */
	expect(want & have, have & BIT(CAP_SETPCAP) && (want & have) == want);
	/* and it cannot be had back */
	ck_assert_int_ne(prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0), 0);
}
END_TEST

/* Dropping twice drops more, never less */
START_TEST(twice)
{
	const int both[] = { CAP_SYS_ADMIN, CAP_KILL }, one[] = { CAP_KILL };

	ck_assert_int_eq(host_privileges_keep(both, 2), 0);
	ck_assert_int_eq(host_privileges_keep(one, 1), 0);
	expect(have & BIT(CAP_KILL), false);
	ck_assert_int_eq(host_privileges_keep(both, 2), 0);
	expect(have & BIT(CAP_KILL), false);
}
END_TEST

/* What an ordinary user has: nothing, and that is no failure */
START_TEST(ordinary)
{
	const int caps[] = { CAP_SYS_ADMIN };

	if (!getuid())
		ck_assert_int_eq(setuid(65534), 0);
	ck_assert_int_eq(host_privileges_keep(caps, 1), 0);
	expect(0, false);
}
END_TEST

START_TEST(too_many)
{
	int caps[64];

	for (int i = 0; i < 64; i++)
		caps[i] = i;
	ck_assert_int_eq(host_privileges_keep(caps, 64), -EINVAL);
	/* nothing was dropped */
	ck_assert(read_sets("/proc/self/status").effective == have);
	ck_assert_int_eq(read_sets("/proc/self/status").no_new_privs,
			 prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
}
END_TEST

int main(void)
{
	Suite *suite;
	TCase *tc = lib_case(&suite, "lib_privilege");

	/* every test is a process of its own: CK_FORK=no would have them share what is left */
	have = read_sets("/proc/self/status").effective;
	tcase_add_loop_test(tc, keep, 0, sizeof(kept) / sizeof(kept[0]));
	tcase_add_test(tc, twice);
	tcase_add_test(tc, ordinary);
	tcase_add_test(tc, too_many);
	return lib_run(suite);
}
