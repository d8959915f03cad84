// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reports by configfs-tsm, of a kernel that is made up: what is written, in which order, what
 * is made of its answers, and that no directory stays behind.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/core/context.h"
#include "lib_test.h"

#define TSM	"/sys/kernel/config/tsm/report"

/* The kernel's side: drivers/virt/coco/guest/report.c of Linux */
static struct tsm {
	struct host host;
	const char *provider, *floor;
	unsigned int taken;		/* names that are there already */
	bool absent, lost, foreign, other_data, certs;
	int busy, make_err, read_err, remove_err;
	unsigned int generation, reads, made, removed;
	uint8_t data[64];
	size_t data_size;
	char level[16], dir[128];
	uint64_t now;
} tsm;

static struct device device;
static struct sevadm adm;
static struct sevadm_guest_report got;
static struct sevadm_report_request request;
static struct sevadm_run run;

static const char *name_of(const char *path)
{
	size_t len = strlen(tsm.dir);

	ck_assert_msg(tsm.dir[0] && !strncmp(path, tsm.dir, len) && path[len] == '/', "%s", path);
	return path + len + 1;
}

static ssize_t text(char *buf, size_t size, const char *format, unsigned int number)
{
	return snprintf(buf, size, format, number);
}

static ssize_t read_report(char *buf)
{
	uint8_t report[SEVADM_REPORT_SIZE] = { 3 };

	tsm.reads++;
	if (tsm.busy) {
		tsm.busy--;
		return -EBUSY;
	}
	if (tsm.read_err)
		return tsm.read_err;
	if (tsm.data_size != 64)
		return -EINVAL;
	report[0x30] = (uint8_t)(tsm.level[0] - '0');
	memcpy(report + 0x50, tsm.data, 64);
	report[0x50] ^= tsm.other_data;
	memcpy(buf, report, sizeof(report));
	return sizeof(report);
}

static ssize_t do_read(struct host *host, const char *path, char *buf, size_t size)
{
	const char *name;

	(void)host;
	if (!strcmp(path, "/sys/devices/system/cpu/sev/vmpl"))
		return text(buf, size, "0\n", 0);
	name = name_of(path);
	if (!strcmp(name, "provider"))
		return snprintf(buf, size, "%s\n", tsm.provider);
	if (!strcmp(name, "privlevel_floor"))
		return snprintf(buf, size, "%s\n", tsm.floor);
	if (!strcmp(name, "generation"))
		return text(buf, size, "%u\n", tsm.generation + (tsm.foreign && tsm.reads ? 1 : 0));
	if (!strcmp(name, "auxblob")) {
		memset(buf, 'c', 48);
		return tsm.certs ? 48 : 0;
	}
	ck_assert_str_eq(name, "outblob");
	ck_assert_uint_ge(size, SEVADM_REPORT_SIZE);
	return read_report(buf);
}

static int do_write(struct host *host, const char *path, const char *written)
{
	(void)host;
	ck_assert_str_eq(name_of(path), "privlevel");
	snprintf(tsm.level, sizeof(tsm.level), "%s", written);
	tsm.generation++;
	return 0;
}

/* What is wrong with it is not told: it is looked at when the file is closed */
static int do_put(struct host *host, const char *path, const void *data, size_t size)
{
	(void)host;
	ck_assert_str_eq(name_of(path), "inblob");
	if (tsm.lost)
		return 0;
	memcpy(tsm.data, data, size < 64 ? size : 64);
	tsm.data_size = size;
	tsm.generation++;
	return 0;
}

static int do_make(struct host *host, const char *path)
{
	unsigned int nr;

	(void)host;
	if (tsm.make_err)
		return tsm.make_err;
	ck_assert_int_eq(sscanf(path, TSM "/sevadm-%u", &nr), 1);
	if (nr < tsm.taken)
		return -EEXIST;
	snprintf(tsm.dir, sizeof(tsm.dir), "%s", path);
	tsm.made++;
	return 0;
}

static int do_remove(struct host *host, const char *path)
{
	(void)host;
	ck_assert_str_eq(path, tsm.dir);
	tsm.removed++;
	return tsm.remove_err;
}

static int do_list(struct host *host, const char *path, host_list_fn fn, void *arg)
{
	(void)host;
	(void)fn;
	(void)arg;
	ck_assert_str_eq(path, TSM);
	return tsm.absent ? -ENOENT : 0;
}

static uint64_t do_clock(struct host *host)
{
	(void)host;
	return tsm.now;
}

static void do_sleep(struct host *host, uint64_t ns)
{
	(void)host;
	tsm.now += ns;
}

static const struct host_ops ops = {
	.name = "fake", .read = do_read, .write = do_write, .put = do_put, .make = do_make,
	.remove = do_remove, .list = do_list, .clock = do_clock, .sleep = do_sleep,
};

static void setup(void)
{
	tsm = (struct tsm){ .host.ops = &ops, .provider = "sev_guest", .floor = "0" };
	device = (struct device){ .simulated = true, .node_err = { -ENOENT, -ENOENT, -ENOENT } };
	adm = (struct sevadm){ .dev = &device, .host = &tsm.host, .below = &tsm.host, .lock = -1 };
	request = (struct sevadm_report_request){ .timeout_ns = 3000000000ULL };
	memset(request.data, 0xda, sizeof(request.data));
}

static void teardown(void)
{
	sevadm_guest_report_free(&got);
	sevadm_run_free(&run);
	ck_assert_uint_eq(tsm.made, tsm.removed);
}

static int get(void)
{
	return sevadm_guest_report_get(&adm, &request, &got, &run);
}

static void refused(enum sevadm_class kind, const char *said)
{
	ck_assert_int_lt(get(), 0);
	ck_assert_int_eq(adm.failure.kind, kind);
	ck_assert_msg(strstr(adm.failure.message, said), "%s", adm.failure.message);
}

START_TEST(a_report)
{
	ck_assert_int_eq(get(), 0);
	ck_assert_int_eq(got.via, SEVADM_GUEST_TSM);
	ck_assert_uint_eq(got.size, SEVADM_REPORT_SIZE);
	ck_assert_mem_eq(got.report + 0x50, request.data, 64);
	ck_assert_str_eq(tsm.level, "0");
	ck_assert_uint_eq(tsm.generation, 2);
	ck_assert_ptr_null(got.certs);
	ck_assert_uint_eq(tsm.removed, 1);
}
END_TEST

START_TEST(certificates)
{
	request.certs = tsm.certs = true;
	ck_assert_int_eq(get(), 0);
	ck_assert_uint_eq(got.certs_size, 48);
	ck_assert_uint_eq(got.certs[47], 'c');
	sevadm_guest_report_free(&got);
	tsm.certs = false;
	tsm.generation = 0;
	ck_assert_int_eq(get(), 0);
	ck_assert_ptr_null(got.certs);
}
END_TEST

START_TEST(levels)
{
	tsm.floor = "2";
	ck_assert_int_eq(get(), 0);
	ck_assert_str_eq(tsm.level, "2");
	ck_assert_uint_eq(got.vmpl, 2);
	sevadm_guest_report_free(&got);
	tsm.generation = 0;
	request.has_vmpl = true;
	request.vmpl = 1;
	refused(SEVADM_FAILED, "VMPL 1 is above what this guest's kernel may speak for: from 2 on");
}
END_TEST

START_TEST(others_left_theirs)
{
	tsm.taken = 3;
	ck_assert_int_eq(get(), 0);
	ck_assert_str_eq(tsm.dir, TSM "/sevadm-3");
}
END_TEST

START_TEST(no_name_left)
{
	tsm.taken = 1000;
	refused(SEVADM_FAILED, "EEXIST");
}
END_TEST

START_TEST(the_device_is_first)
{
	tsm.absent = true;
	refused(SEVADM_ABSENT, "open /dev/sev-guest");
	ck_assert_uint_eq(tsm.made, 0);
}
END_TEST

START_TEST(asked_for)
{
	request.via = SEVADM_GUEST_TSM;
	tsm.make_err = -ENOENT;
	refused(SEVADM_ABSENT, "there is no configfs-tsm");
}
END_TEST

START_TEST(no_key_chosen)
{
	request.key = SEVADM_GUEST_KEY_VCEK;
	refused(SEVADM_USAGE, "lets nobody choose");
}
END_TEST

START_TEST(of_another_maker)
{
	tsm.provider = "tdx_guest";
	refused(SEVADM_ABSENT, "those of tdx_guest here");
}
END_TEST

/* configfs tells nobody that data were not taken: the generation does */
START_TEST(data_not_taken)
{
	tsm.lost = true;
	refused(SEVADM_BUSY, "took 1 writes");
	ck_assert_uint_eq(tsm.reads, 0);
}
END_TEST

START_TEST(somebody_else_wrote)
{
	tsm.foreign = true;
	refused(SEVADM_BUSY, "took 3 writes");
}
END_TEST

START_TEST(another_answer)
{
	tsm.other_data = true;
	refused(SEVADM_FAILED, "carries other data");
}
END_TEST

START_TEST(busy_for_a_while)
{
	tsm.busy = 3;
	ck_assert_int_eq(get(), 0);
	ck_assert_uint_eq(tsm.reads, 4);
	ck_assert_uint_eq(tsm.now, 700000000);	/* 100, 200, 400 ms */
}
END_TEST

START_TEST(busy_for_ever)
{
	tsm.busy = 1000;
	refused(SEVADM_BUSY, "the host is busy, and stayed so (EBUSY)");
	ck_assert_uint_eq(tsm.now, request.timeout_ns);
}
END_TEST

static const struct {
	int err;
	enum sevadm_class kind;
	const char *said;
} errors[] = {
	{ -EINVAL, SEVADM_REFUSED, "(EINVAL)" }, { -ENXIO, SEVADM_REFUSED, "(ENXIO)" },
	{ -EIO, SEVADM_FAILED, "(EIO)" }, { -ENOTTY, SEVADM_FAILED, "(ENOTTY)" },
	{ -ETIMEDOUT, SEVADM_FAILED, "(ETIMEDOUT)" },
};

START_TEST(no_report)
{
	tsm.read_err = errors[_i].err;
	refused(errors[_i].kind, errors[_i].said);
	ck_assert_uint_eq(tsm.reads, 1);
}
END_TEST

START_TEST(stays_behind)
{
	tsm.remove_err = -EBUSY;
	ck_assert_int_eq(get(), 0);
	ck_assert_uint_eq(run.nr_warnings, 1);
	ck_assert_ptr_nonnull(strstr(run.warnings[0], "sevadm-0 stays behind"));
}
END_TEST

int main(void)
{
	Suite *suite;
	TCase *tc = lib_case(&suite, "lib_guest_tsm");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_report);
	tcase_add_test(tc, certificates);
	tcase_add_test(tc, levels);
	tcase_add_test(tc, others_left_theirs);
	tcase_add_test(tc, no_name_left);
	tcase_add_test(tc, the_device_is_first);
	tcase_add_test(tc, asked_for);
	tcase_add_test(tc, no_key_chosen);
	tcase_add_test(tc, of_another_maker);
	tcase_add_test(tc, data_not_taken);
	tcase_add_test(tc, somebody_else_wrote);
	tcase_add_test(tc, another_answer);
	tcase_add_test(tc, busy_for_a_while);
	tcase_add_test(tc, busy_for_ever);
	tcase_add_loop_test(tc, no_report, 0, sizeof(errors) / sizeof(errors[0]));
	tcase_add_test(tc, stays_behind);
	return lib_run(suite);
}
