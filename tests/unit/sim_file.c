// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The simulated machine's file: created without doing harm, damage noticed and
 * never fatal, several processes and threads at once.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/sim_internal.h"
#include "sim_test.h"

static void setup(void)
{
	sim_test_small(2, 1);
}

static const struct sim_options small = {
	.cpus = 2, .threads_per_core = 1, .cores_per_ccx = 1, .sockets = 1, .vcpus = 1,
};

/* Opening must fail with @err and a sentence that holds @words */
static void refuses(int err, const char *words)
{
	struct sim_why why = { "" };
	struct sim *again = NULL;

	ck_assert_int_eq(sim_open(sim_path, &device_sim_crypto, &again, &why), err);
	ck_assert_msg(strstr(why.text, words), "'%s' does not say '%s'", why.text, words);
	ck_assert_ptr_nonnull(strstr(why.text, sim_path));
	ck_assert_ptr_null(strchr(why.text, '\n'));
}

static void overwrite(off_t at, const void *what, size_t len)
{
	int fd = open(sim_path, O_WRONLY);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pwrite(fd, what, len, at), (ssize_t)len);
	close(fd);
}

/* The state itself, unchecked: @seal makes the checksum right again */
static struct sim_state *map_state(void)
{
	int fd = open(sim_path, O_RDWR);
	void *p = mmap(NULL, sizeof(struct sim_state), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	ck_assert(p != MAP_FAILED);
	close(fd);
	return p;
}

START_TEST(created_for_us_alone)
{
	struct stat st;

	ck_assert_int_eq(stat(sim_path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0600);
	ck_assert_uint_eq(st.st_nlink, 1);
	ck_assert_int_eq((int)st.st_size, (int)sizeof(struct sim_state));
}
END_TEST

START_TEST(not_over_a_machine_unless_told)
{
	struct sim_options o = small;
	struct sim_why why = { "" };
	struct sim *again;
	struct sim_info i;

	ck_assert_int_eq(sim_create(sim_path, &o, &device_sim_crypto, &why), -EEXIST);
	ck_assert_ptr_nonnull(strstr(why.text, "there already"));
	o.overwrite = true;
	ck_assert_int_eq(sim_create(sim_path, &o, &device_sim_crypto, &why), 0);
	ck_assert_int_eq(sim_open(sim_path, &device_sim_crypto, &again, &why), 0);
	ck_assert_int_eq(sim_describe(again, &i), 0);
	ck_assert_uint_eq(i.cpus, 2);
	ck_assert_uint_eq(describe()->cpus, 4);	/* who had the old one open goes on with it */
	sim_close(again);
}
END_TEST

START_TEST(never_over_anything_else)
{
	struct sim_options o = small;
	struct sim_why why = { "" };
	char other[300], text[16] = "";
	int fd;

	o.overwrite = true;
	snprintf(other, sizeof(other), "%s.other", sim_path);
	fd = open(other, O_CREAT | O_WRONLY, 0600);
	ck_assert_int_eq(write(fd, "my thesis", 9), 9);
	close(fd);
	ck_assert_int_eq(sim_create(other, &o, &device_sim_crypto, &why), -EEXIST);
	ck_assert_ptr_nonnull(strstr(why.text, "not a simulated machine"));
	fd = open(other, O_RDONLY);
	ck_assert_int_eq(read(fd, text, sizeof(text)), 9);
	ck_assert_str_eq(text, "my thesis");
	close(fd);
	unlink(other);

	/* not through a link either, whatever it leads to */
	ck_assert_int_eq(symlink(sim_path, other), 0);
	ck_assert_int_eq(sim_create(other, &o, &device_sim_crypto, &why), -EEXIST);
	unlink(other);
	ck_assert_int_eq(mkdir(other, 0700), 0);
	ck_assert_int_eq(sim_create(other, &o, &device_sim_crypto, &why), -EEXIST);
	rmdir(other);
	ck_assert_int_eq(sim_create("/nowhere/at/all", &o, &device_sim_crypto, &why), -ENOENT);
}
END_TEST

START_TEST(bad_options)
{
	struct sim_options bad[13];
	struct sim_why why;
	char path[300];
	size_t i;

	for (i = 0; i < 13; i++)
		bad[i] = small;
	bad[0].cpus = 0;
	bad[1].cpus = 4096;
	bad[2].threads_per_core = 3;
	bad[3].cores_per_ccx = 0;
	bad[4].sockets = 3;
	bad[5].sockets = 2, bad[5].cpus = 3;
	bad[6].vcpus = 0;
	bad[7].snp_guests = 1007;
	bad[8].stubborn_guests = 1;
	bad[9].offline = "0";
	bad[10].offline = "1,x";
	bad[11].kernel = "old";
	bad[12].wbinvd_us = 1000001;
	snprintf(path, sizeof(path), "%s.new", sim_path);
	for (i = 0; i < 13; i++) {
		why.text[0] = 0;
		ck_assert_int_lt(sim_create(path, &bad[i], &device_sim_crypto, &why), 0);
		ck_assert_msg(why.text[0], "options %zu: no reason", i);
		ck_assert_int_ne(access(path, F_OK), 0);
	}
}
END_TEST

START_TEST(not_a_machine)
{
	struct sim_why why = { "" };
	struct sim *s;

	ck_assert_int_eq(sim_open("/dev/null", &device_sim_crypto, &s, &why), -EINVAL);
	ck_assert_int_eq(sim_open("/", &device_sim_crypto, &s, &why), -EISDIR);
	ck_assert_int_eq(sim_open("/nowhere", &device_sim_crypto, &s, &why), -ENOENT);
	overwrite(0, "something", 9);
	refuses(-EINVAL, "not a simulated machine");
	ck_assert_int_eq(truncate(sim_path, 5), 0);
	refuses(-EINVAL, "not a simulated machine");
}
END_TEST

START_TEST(another_version)
{
	uint32_t layout = SIM_LAYOUT + 1;
	uint64_t size = 4711;

	overwrite(offsetof(struct sim_header, layout), &layout, sizeof(layout));
	refuses(-EPROTO, "another version");
	layout = SIM_LAYOUT;
	overwrite(offsetof(struct sim_header, layout), &layout, sizeof(layout));
	overwrite(offsetof(struct sim_header, size), &size, sizeof(size));
	refuses(-EPROTO, "another version");
}
END_TEST

START_TEST(cut_short)
{
	ck_assert_int_eq(truncate(sim_path, 100000), 0);
	refuses(-EUCLEAN, "damaged");
	/* also for who has it open */
	ck_assert_int_eq(sim_process_signal(sim, 1200, 0), -EUCLEAN);
	ck_assert_int_eq(truncate(sim_path, 20), 0);
	refuses(-EUCLEAN, "cut short");
}
END_TEST

START_TEST(changed_behind_our_back)
{
	struct sim_state *st;

	df_flush();
	sim_close(sim);
	st = map_state();
	ck_assert_uint_eq(st->h.checksum_valid, 1);
	st->m.clock_ns ^= 1;
	refuses(-EUCLEAN, "checksum");
	st->m.clock_ns ^= 1;
	munmap(st, sizeof(*st));
	ck_assert_int_eq(sim_open(sim_path, &device_sim_crypto, &sim, &(struct sim_why){ "" }), 0);
	dbg = sim_node_open(sim, "/dev/sev-debug", O_RDWR);
}
END_TEST

START_TEST(killed_in_the_middle)
{
	struct sim_state *st = map_state();

	st->h.busy = 1;
	refuses(-EUCLEAN, "killed");
	ck_assert_int_eq(sim_process_signal(sim, 1200, 0), -EUCLEAN);
	st->h.busy = 0;
	munmap(st, sizeof(*st));
	ck_assert_int_eq(df_flush(), 0);
}
END_TEST

/* A child is killed at some moment: the machine is sound, or says that it is not */
START_TEST(kill_nine)
{
	struct sim_why why = { "" };
	struct sim *again;
	pid_t pid = fork();
	int ret;

	if (!pid)
		for (;;)
			wbinvd_all();
	usleep(1000 + 700 * (unsigned int)_i);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	ret = sim_open(sim_path, &device_sim_crypto, &again, &why);
	if (!ret)
		sim_close(again);
	else
		ck_assert_msg(ret == -EUCLEAN && strstr(why.text, "killed"), "%d %s", ret, why.text);
}
END_TEST

/* --- damage without a checksum to notice it -------------------------------- */

#define SCRIBBLES	50

static unsigned int seed;

static uint32_t rnd(uint32_t below)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 8) % below;
}

/* Whatever a machine can be asked, in some order */
static void exercise(struct sim *s)
{
	static const char *const actions[] = {
		"offline=1", "online=1", "start=snp", "start=sev:3", "reload", "unload", "load",
		"sleep=3", "start=sev-es", "kexec",
	};
	struct sim_guest_info g;
	struct sim_why why;
	struct sim_info i;
	static struct sev_dbg_trace_entry entries[300];
	char line[SIM_LOG_LINE], buf[4096];
	unsigned int n;
	int64_t result;

	sim = s;
	dbg = sim_node_open(s, "/dev/sev-debug", O_RDWR);
	for (n = 0; n < 40; n++) {
		struct sev_dbg_info di = { .size = sizeof(di) };
		struct sev_dbg_trace t = {
			.size = sizeof(t), .entry_size = sizeof(entries[0]), .capacity = 300,
			.entries = (uintptr_t)entries,
		};
		struct sev_dbg_guest_cmd c = { .size = sizeof(c), .id = n, .flags = 1 };
		struct sev_dbg_cmd down = { .size = sizeof(down), .flags = rnd(2) ? GUESTS : 0 };

		sim_act(s, actions[rnd(10)], &result, &why);
		sim_describe(s, &i);
		if (!sim_describe_guest(s, rnd(4), &g)) {
			sim_process_signal(s, (pid_t)g.pid, rnd(2) ? SIGTERM : SIGKILL);
			sim_process_wait(s, (pid_t)g.pid, 1000000000);
		}
		sim_describe_log(s, n, line);
		sim_file_read(s, "/proc/stat", buf, sizeof(buf));
		sim_file_read(s, "/proc/1200/status", buf, sizeof(buf));
		sim_file_read(s, "/proc/1200/cmdline", buf, sizeof(buf));
		sim_file_read(s, "/sys/fs/cgroup/misc.current", buf, sizeof(buf));
		sim_node_ioctl(s, dbg, SEV_DBG_GET_INFO, &di);
		sim_node_ioctl(s, dbg, SEV_DBG_TRACE, &t);
		sim_node_ioctl(s, dbg, SEV_DBG_DECOMMISSION, &c);
		sim_node_ioctl(s, dbg, rnd(3) ? SEV_DBG_DF_FLUSH : SEV_DBG_SHUTDOWN, &down);
	}
}

/* Some bytes of a region turned over, and no checksum: refused, or at least harmless */
static void scribble(struct sim_state *st, size_t from, size_t to)
{
	unsigned int n = 1 + rnd(4);
	uint8_t *p = (uint8_t *)st;

	while (n--) {
		size_t at = from + rnd((uint32_t)(to - from));

		p[at] = rnd(3) ? (uint8_t)(p[at] ^ 1u << rnd(8)) : (uint8_t)rnd(256);
	}
	st->h.checksum_valid = 0;
}

START_TEST(scribbled)
{
	static const struct { size_t from, to; } regions[] = {
		{ offsetof(struct sim_state, h), sizeof(struct sim_header) },
		{ offsetof(struct sim_state, m), offsetof(struct sim_state, m) + 600 },
		{ offsetof(struct sim_state, mem), offsetof(struct sim_state, ccp) },
		{ offsetof(struct sim_state, ccp), offsetof(struct sim_state, debug) + 300 },
		{ offsetof(struct sim_state, debug.ring), offsetof(struct sim_state, kvm) },
		{ offsetof(struct sim_state, kvm), offsetof(struct sim_state, kvm.vm[4]) },
		{ offsetof(struct sim_state, proc), offsetof(struct sim_state, proc[4]) },
		{ offsetof(struct sim_state, fw), offsetof(struct sim_state, fw.asid) },
		{ offsetof(struct sim_state, fw.asid), offsetof(struct sim_state, fw.asid[4]) },
		{ offsetof(struct sim_state, fw.sev_guest),
		  offsetof(struct sim_state, fw.sev_guest[2]) },
		{ offsetof(struct sim_state, fw.snp_guest),
		  offsetof(struct sim_state, fw.snp_guest[3]) },
		{ offsetof(struct sim_state, page[1000]), offsetof(struct sim_state, page[2000]) },
		{ offsetof(struct sim_state, rmp[1000]), offsetof(struct sim_state, rmp[2000]) },
	};
	const size_t n = sizeof(regions) / sizeof(regions[0]);
	struct sim_state *st = map_state(), *good = malloc(sizeof(*good));
	struct sim *opened, *kept = sim;
	unsigned int turn, opens = 0;
	struct sim_why why;

	memcpy(good, st, sizeof(*good));
	for (turn = 0; turn < SCRIBBLES; turn++) {
		seed = turn * 12 + (unsigned int)_i;
		memcpy(st, good, sizeof(*good));
		scribble(st, regions[(unsigned int)_i % n].from, regions[(unsigned int)_i % n].to);
		why.text[0] = 0;
		opened = NULL;
		if (sim_open(sim_path, &device_sim_crypto, &opened, &why)) {
			ck_assert(why.text[0]);
			continue;
		}
		opens++;
		exercise(opened);
		/* whatever came of it, it is still sound */
		ck_assert_msg(st->h.dead || !sim_check(st), "region %d turn %u: %s", _i, turn,
			      sim_check(st));
		sim_close(opened);
	}
	memcpy(st, good, sizeof(*good));
	munmap(st, sizeof(*st));
	free(good);
	sim = kept;
	ck_assert_uint_lt(opens, SCRIBBLES);
}
END_TEST

/* --- many at once ------------------------------------------------------------ */

static void *flush_many(void *arg)
{
	struct sev_dbg_cmd c = { .size = sizeof(c) };
	int i;

	for (i = 0; i < 50; i++)
		if (sim_node_ioctl(sim, dbg, SEV_DBG_DF_FLUSH, &c))
			return arg;
	return NULL;
}

START_TEST(processes_and_threads)
{
	uint32_t before = describe()->generation;
	pthread_t t[4];
	pid_t child[4];
	int i, code;
	void *failed;

	for (i = 0; i < 4; i++) {
		child[i] = fork();
		if (!child[i]) {
			/* one of its own, or the one it inherited */
			if (i % 2) {
				if (sim_open(sim_path, &device_sim_crypto, &sim,
					     &(struct sim_why){ "" }))
					_exit(1);
				dbg = sim_node_open(sim, "/dev/sev-debug", O_RDWR);
			}
			_exit(flush_many(&i) ? 2 : 0);
		}
	}
	for (i = 0; i < 4; i++)
		pthread_create(&t[i], NULL, flush_many, &i);
	for (i = 0; i < 4; i++) {
		pthread_join(t[i], &failed);
		ck_assert_ptr_null(failed);
		waitpid(child[i], &code, 0);
		ck_assert_int_eq(code, 0);
	}
	/* none got lost: each ran alone */
	ck_assert_uint_eq(describe()->generation, before + 8 * 50);
}
END_TEST

/* 1,024 CPUs and 500 guests: the whole teardown */
START_TEST(large)
{
	struct sim_options o = {
		.cpus = 1024, .threads_per_core = 2, .cores_per_ccx = 8, .sockets = 2,
		.snp_guests = 500, .vcpus = 4,
	};
	struct sev_dbg_guest *list = calloc(512, sizeof(*list));
	uint32_t i;

	sim_test_create(&o);
	ck_assert_uint_eq(guests(list, 512), 500);
	for (i = 0; i < 500; i++)
		ck_assert_int_eq(decommission(list[i].id, SEV_DBG_D_RUNNING), 0);
	ck_assert_int_eq(shutdown_fw(SEV_DBG_C_LEGACY | GUESTS), 0);
	ck_assert_uint_eq(wbinvd_all(), 1024);
	ck_assert_int_eq(df_flush(), 0);
	ck_assert_int_eq(shutdown_fw(SEV_DBG_C_STRICT | GUESTS), 0);
	ck_assert_uint_eq(describe()->fw_snp_state, 0);
	free(list);
	sim_test_remove();
}
END_TEST

int main(void)
{
	Suite *s = suite_create("simulated machine's file");
	TCase *t = tcase_create("file"), *alone = tcase_create("alone");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, setup, sim_test_remove);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, created_for_us_alone);
	tcase_add_test(t, not_over_a_machine_unless_told);
	tcase_add_test(t, never_over_anything_else);
	tcase_add_test(t, bad_options);
	tcase_add_test(t, not_a_machine);
	tcase_add_test(t, another_version);
	tcase_add_test(t, cut_short);
	tcase_add_test(t, changed_behind_our_back);
	tcase_add_test(t, killed_in_the_middle);
	tcase_add_loop_test(t, kill_nine, 0, 12);
	tcase_add_loop_test(t, scribbled, 0, 12);
	tcase_add_test(t, processes_and_threads);
	suite_add_tcase(s, t);
	tcase_add_test(alone, large);
	tcase_set_timeout(alone, 60);
	suite_add_tcase(s, alone);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
