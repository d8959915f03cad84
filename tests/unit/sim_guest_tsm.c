// SPDX-License-Identifier: GPL-2.0-or-later
/* configfs-tsm of a simulated guest */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim_test.h"

#define TSM	"/sys/kernel/config/tsm/report"

static struct sim *inside;
static uint8_t data[65];
static char text[32769];

static void enter(uint64_t id)
{
	struct sim_why why = { "" };

	ck_assert_int_eq(sim_open(sim_path, &device_sim_crypto, &inside, &why), 0);
	ck_assert_int_eq(sim_guest_enter(inside, id, &why), 0);
}

static void setup(void)
{
	sim_test_small(2, 1);
	enter(1);
	memset(data, 0xda, sizeof(data));
}

static void teardown(void)
{
	sim_close(inside);
	sim_test_remove();
}

static ssize_t get(const char *name)
{
	char path[128];
	ssize_t n;

	snprintf(path, sizeof(path), TSM "/%s", name);
	memset(text, 0, sizeof(text));
	n = sim_file_read(inside, path, text, sizeof(text) - 1);
	return n;
}

static const char *line(const char *name)
{
	ck_assert_int_gt(get(name), 0);
	text[strcspn(text, "\n")] = 0;
	return text;
}

static int set(const char *name, const char *value)
{
	char path[128];

	snprintf(path, sizeof(path), TSM "/%s", name);
	return sim_file_write(inside, path, value);
}

static int put(const char *name, size_t size)
{
	char path[128];

	snprintf(path, sizeof(path), TSM "/%s", name);
	return sim_file_put(inside, path, data, size);
}

static int add(void *arg, const char *name)
{
	strcat(strcat(arg, name), " ");
	return 0;
}

static const char *names(const char *path)
{
	static char list[512];

	list[0] = 0;
	ck_assert_int_eq(sim_dir_list(inside, path, add, list), 0);
	return list;
}

START_TEST(report)
{
	uint8_t first[0x4a0];

	ck_assert_str_eq(names("/sys/kernel/config"), "tsm ");
	ck_assert_str_eq(names(TSM), "");
	ck_assert_int_eq(sim_dir_make(inside, TSM "/a"), 0);
	ck_assert_str_eq(names(TSM), "a ");
	ck_assert_str_eq(names(TSM "/a"),
			 "auxblob generation inblob outblob privlevel privlevel_floor provider ");
	ck_assert_str_eq(line("a/provider"), "sev_guest");
	ck_assert_str_eq(line("a/generation"), "0");
	ck_assert_str_eq(line("a/privlevel_floor"), "0");
	ck_assert_int_eq(get("a/outblob"), -EINVAL);
	ck_assert_int_eq(put("a/inblob", 64), 0);
	ck_assert_int_eq(set("a/privlevel", "2\n"), 0);
	ck_assert_str_eq(line("a/generation"), "2");
	ck_assert_int_eq(get("a/outblob"), 0x4a0);
	memcpy(first, text, sizeof(first));
	ck_assert_mem_eq(text + 0x50, data, 64);
	ck_assert_int_eq(text[0x30], 2);
	ck_assert_int_eq(get("a/auxblob"), 0);
	ck_assert_int_eq(get("a/outblob"), 0x4a0);	/* it is not made anew */
	ck_assert_mem_eq(first, text, sizeof(first));
	data[0] = 1;
	ck_assert_int_eq(put("a/inblob", 64), 0);
	ck_assert_int_eq(get("a/outblob"), 0x4a0);
	ck_assert_int_eq(text[0x50], 1);
	ck_assert_int_eq(sim_dir_remove(inside, TSM "/a"), 0);
	ck_assert_str_eq(names(TSM), "");
	ck_assert_int_eq(get("a/outblob"), -ENOENT);
}
END_TEST

START_TEST(certificates)
{
	uint8_t table[24 + 24 + 100] = { 1, 2, 3 };
	char name[] = "table.XXXXXX";
	int fd = mkstemp(name);

	table[16] = 48;				/* offset, length */
	table[20] = 100;
	memset(table + 48, 0xce, 100);
	ck_assert_int_eq(write(fd, table, sizeof(table)), sizeof(table));
	close(fd);
	act("guest-certs=%s", name);
	unlink(name);
	ck_assert_int_eq(sim_dir_make(inside, TSM "/a"), 0);
	ck_assert_int_eq(put("a/inblob", 64), 0);
	ck_assert_int_eq(get("a/auxblob"), sizeof(table));
	ck_assert_mem_eq(text, table, sizeof(table));
	ck_assert_int_eq(get("a/outblob"), 0x4a0);
}
END_TEST

START_TEST(refused)
{
	static const char *const levels[] = { "4", "-1", "x", "", "2x", "0x4" };

	ck_assert_int_eq(sim_dir_make(inside, TSM "/a"), 0);
	ck_assert_int_eq(sim_dir_make(inside, TSM "/a"), -EEXIST);
	ck_assert_int_eq(sim_dir_make(inside, TSM "/b/c"), -ENOENT);
	ck_assert_int_eq(sim_dir_make(inside, TSM "/a/c"), -EPERM);
	ck_assert_int_eq(sim_dir_make(inside, "/sys/kernel/config/x"), -EPERM);
	ck_assert_int_eq(sim_dir_make(inside, "/tmp/x"), -ENOENT);
	ck_assert_int_eq(sim_dir_remove(inside, TSM "/b"), -ENOENT);
	ck_assert_int_eq(sim_dir_remove(inside, TSM "/a/inblob"), -ENOTDIR);
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		ck_assert_int_eq(set("a/privlevel", levels[i]), -EINVAL);
	ck_assert_int_eq(get("a/privlevel"), -EACCES);
	ck_assert_int_eq(get("a/inblob"), -EACCES);
	ck_assert_int_eq(set("a/provider", "x"), -EACCES);
	ck_assert_int_eq(set("a/none", "x"), -ENOENT);
	ck_assert_int_eq(put("a/inblob", 65), -EFBIG);
	ck_assert_str_eq(line("a/generation"), "0");
	ck_assert_int_eq(put("a/inblob", 63), 0);
	ck_assert_int_eq(get("a/outblob"), -EINVAL);
	ck_assert_int_eq(get("a/manifestblob"), -ENOENT);
	for (char name[] = TSM "/b0"; name[sizeof(name) - 2] < '7'; name[sizeof(name) - 2]++)
		ck_assert_int_eq(sim_dir_make(inside, name), 0);
	ck_assert_int_eq(sim_dir_make(inside, TSM "/one-more"), -ENOMEM);
}
END_TEST

/* Under an SVSM */
START_TEST(level)
{
	act("guest-vmpl=1:2");
	ck_assert_int_eq(sim_dir_make(inside, TSM "/a"), 0);
	ck_assert_str_eq(line("a/privlevel_floor"), "2");
	ck_assert_ptr_nonnull(strstr(names(TSM "/a"), "service_provider"));
	ck_assert_int_eq(set("a/privlevel", "1"), -EINVAL);
	ck_assert_int_eq(put("a/inblob", 64), 0);
	ck_assert_int_eq(get("a/outblob"), -EINVAL);	/* VMPL 0, unless told */
	ck_assert_int_eq(set("a/privlevel", "3"), 0);
	ck_assert_int_eq(get("a/outblob"), 0x4a0);
	ck_assert_int_eq(set("a/service_provider", "svsm"), 0);
	ck_assert_int_eq(get("a/outblob"), -EINVAL);
}
END_TEST

/* What the firmware or the VMM refuses; both ways share the key */
START_TEST(fails)
{
	ck_assert_int_eq(sim_dir_make(inside, TSM "/a"), 0);
	ck_assert_int_eq(put("a/inblob", 64), 0);
	act("guest-error=5");
	ck_assert_int_eq(get("a/outblob"), -EIO);
	ck_assert_int_eq(get("a/outblob"), -ENOTTY);
	ck_assert_int_eq(get("a/auxblob"), -ENOTTY);
}
END_TEST

/* Each guest has its own; it goes with the guest; others have none */
START_TEST(others)
{
	struct sim *first = inside;

	ck_assert_int_eq(sim_dir_make(inside, TSM "/a"), 0);
	enter(2);
	ck_assert_str_eq(names(TSM), "");
	ck_assert_int_eq(get("a/provider"), -ENOENT);
	sim_close(inside);
	enter(3);				/* SEV */
	ck_assert_str_eq(names("/sys/kernel/config"), "");
	ck_assert_int_eq(sim_dir_make(inside, TSM "/a"), -ENOENT);
	sim_close(inside);
	ck_assert_int_eq(sim_dir_make(sim, TSM "/a"), -ENOENT);
	inside = first;
	act("kill=%u", guest(0)->pid);
	ck_assert_int_eq(sim_dir_make(inside, TSM "/b"), -ENODEV);
	sim_close(inside);
	act("start=snp");
	enter(4);
	ck_assert_str_eq(names(TSM), "");
}
END_TEST

int main(void)
{
	TCase *t = tcase_create("tsm");
	Suite *suite = suite_create("sim guest tsm");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, report);
	tcase_add_test(t, certificates);
	tcase_add_test(t, refused);
	tcase_add_test(t, level);
	tcase_add_test(t, fails);
	tcase_add_test(t, others);
	suite_add_tcase(suite, t);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
