// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * VMMs with a unit and a cgroup of their own: programs that are missing, hang or are
 * interrupted, freezers that do not freeze; CPUs that do not go back; and guests that
 * share a VMM.  For what a simulated host does not do.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <linux/psp-sev.h>

#include "lib_teardown_fixture.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* The host: a place for every VMM, freezers, programs */
static struct {
	bool libvirt, none;
	bool frozen[256], deaf_freezer;
	int write_err, thaw_err, run_ret;
	unsigned int runs;
	char last[128];
	const char *kill_mode;
} place;

static int pid_in(const char *path)
{
	const char *at = strstr(path, "vm@");

	return at ? atoi(at + 3) : 0;
}

static ssize_t read_place(struct fake *f, const char *path, char *buf, size_t size)
{
	int pid;

	(void)f;
	if (place.none)
		return -ENOSYS;
	if (sscanf(path, "/proc/%d/cgroup", &pid) == 1 && strstr(path, "/cgroup"))
		return snprintf(buf, size, place.libvirt ? "0::/machine.slice/machine-qemu\\x2d1\\x2dvm%d"
				".scope\n" : "0::/system.slice/vm@%d.service\n", pid);
	if (!strncmp(path, "/sys/fs/cgroup/system.slice/vm@", 31) && strstr(path, "cgroup.procs"))
		return snprintf(buf, size, "%d\n", pid_in(path));
	if (strstr(path, "cgroup.freeze"))
		return snprintf(buf, size, "%d\n", place.frozen[pid_in(path)]);
	if (strstr(path, "cgroup.events"))
		return snprintf(buf, size, "populated 1\nfrozen %d\n",
				place.frozen[pid_in(path)] && !place.deaf_freezer);
	return -ENOSYS;
}

static int write_place(struct fake *f, const char *path, const char *text)
{
	(void)f;
	if (!strstr(path, "cgroup.freeze"))
		return -ENOENT;
	if (place.write_err && *text == '1')
		return place.write_err;
	if (place.thaw_err && *text == '0')
		return place.thaw_err;
	place.frozen[pid_in(path)] = *text == '1';
	return 0;
}

static int run_place(struct fake *f, const char *const *words, char *said, size_t size)
{
	if (!strcmp(words[1], "show") && place.run_ret >= 0) {
		snprintf(said, size, "%s", place.kill_mode ? place.kill_mode : "control-group");
		return place.run_ret;
	}
	place.runs++;
	place.last[0] = '\0';
	for (size_t i = 0; words[i]; i++)
		snprintf(place.last + strlen(place.last), sizeof(place.last) - strlen(place.last),
			 "%s%s", i ? " " : "", words[i]);
	snprintf(said, size, "no\033[2J good");
	if (place.run_ret == -EINTR)
		f->asked = true;
	return place.run_ret;
}


static int (*real_list)(struct host *host, const char *path, host_list_fn fn, void *arg);
static struct host_ops ops;

/* A cgroup has nothing below it */
static int list_nothing(struct host *host, const char *path, host_list_fn fn, void *arg)
{
	return strncmp(path, "/sys/fs/cgroup", 14) ? real_list(host, path, fn, arg) : 0;
}

static void setup_place(void)
{
	setup();
	memset(&place, 0, sizeof(place));
	fake.on_read = read_place;
	fake.on_write = write_place;
	fake.on_run = run_place;
	ops = *fake.host.ops;
	real_list = ops.list;
	ops.list = list_nothing;
	fake.host.ops = &ops;
}

/* ------------------------------------------------------------------- programs */

static const struct {
	int ret;
	const char *steps, *said;
	unsigned int runs;
} programs[] = {
	/* missing, or without an answer: not asked again for the next VMM */
	{ -ENOENT, "systemctl show!ENOENT SIGTERM SIGTERM ", "there is no such program", 1 },
	{ -ETIMEDOUT, "systemctl show!ETIMEDOUT SIGTERM SIGTERM ", "timed out", 1 },
	{ 5, "systemctl stop!EIO SIGTERM systemctl stop!EIO SIGTERM ",
	  "exit status 5: no\\x1b[2J good", 2 },
	{ -ENOMEM, "systemctl show!ENOMEM SIGTERM systemctl show!ENOMEM SIGTERM ", "memory", 2 },
};

START_TEST(program_fails)
{
	char steps[256];

	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake_vm(&fake, SEVADM_GUEST_SEV);
	place.run_ret = programs[_i].ret;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_STOP), 0);
	snprintf(steps, sizeof(steps), "%s%s", programs[_i].steps, DOWN);
	expect_steps(steps);
	ck_assert_uint_eq(place.runs, programs[_i].runs);
	ck_assert_msg(warned(programs[_i].said), "'%s'", fake.run.warnings[0]);
}
END_TEST

/* The operator's signal ends the program, and then the sequence, before SIGTERM */
START_TEST(program_interrupted)
{
	fake_vm(&fake, SEVADM_GUEST_SNP);
	place.run_ret = -EINTR;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_STOP), -ECANCELED);
	expect_steps("systemctl show!EINTR");
	ck_assert_uint_eq(changes(), 0);
	ck_assert(!fake.vmms[0].ended);
}
END_TEST

/* A program that hangs takes its time from the seconds of all */
START_TEST(program_hangs)
{
	fake_vm(&fake, SEVADM_GUEST_SNP)->stubborn = true;
	place.run_ret = -ETIMEDOUT;
	options.stop_seconds = 12;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_STOP), 0);
	expect_steps("systemctl show!ETIMEDOUT SIGTERM SIGKILL " DOWN);
	ck_assert_uint_ge(fake.now_ns, 1012000000000);
	ck_assert_uint_lt(fake.now_ns, 1013000000000);
}
END_TEST

/* And from --timeout, which ends it all */
START_TEST(program_hangs_bounded)
{
	fake_vm(&fake, SEVADM_GUEST_SNP);
	place.run_ret = -ETIMEDOUT;
	options.timeout_seconds = 3;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_STOP), -ETIME);
	fake_expect(&fake, SEVADM_FAILED, "the 3 seconds of --timeout are over");
	ck_assert_uint_le(fake.now_ns, 1004000000000);
	ck_assert_uint_eq(changes(), 0);
}
END_TEST

START_TEST(words)
{
	fake_vm(&fake, SEVADM_GUEST_SNP)->stubborn = true;
	place.libvirt = _i;
	options.stop_seconds = 1;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_STOP), 0);
	if (_i) {
		expect_steps("virsh shutdown virsh destroy SIGKILL " DOWN);
		ck_assert_str_eq(place.last, "virsh -c qemu:///system destroy vm101");
	} else {
		expect_steps("systemctl stop SIGKILL " DOWN);
		ck_assert_str_eq(place.last, "systemctl stop --no-block vm@101.service");
	}
}
END_TEST

/* KillMode=none: systemd sends nothing, and SIGKILL may not be the first that it hears */
START_TEST(left_alone)
{
	static const struct {
		const char *mode, *steps;
	} rows[] = {
		{ "none", "systemctl stop SIGTERM " },
		{ "mixed", "systemctl stop SIGKILL " },
		{ "process", "systemctl stop SIGKILL " },
	};
	char steps[256];

	fake_vm(&fake, SEVADM_GUEST_SNP);
	place.kill_mode = rows[_i].mode;
	options.stop_seconds = 1;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_STOP), 0);
	snprintf(steps, sizeof(steps), "%s%s", rows[_i].steps, DOWN);
	expect_steps(steps);
}
END_TEST

/* ------------------------------------------------------------------- freezers */

/* Not to be written: stopped instead */
START_TEST(no_freezer)
{
	fake_vm(&fake, SEVADM_GUEST_SNP);
	place.write_err = -EACCES;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_DECOMMISSION), 0);
	expect_steps("FREEZE!EACCES SIGSTOP SNP_DECOMMISSION=0 " DOWN);
	ck_assert(warned("is stopped (SIGSTOP): 101"));
}
END_TEST

/* No proof, no decommission; and what was frozen is thawed */
START_TEST(deaf_freezer)
{
	fake_vm(&fake, SEVADM_GUEST_SNP);
	place.deaf_freezer = true;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_DECOMMISSION), -EBUSY);
	expect_steps("FREEZE THAW");
	fake_expect(&fake, SEVADM_BUSY, "a thread of qemu[101] did not freeze within 5 seconds");
	ck_assert(!place.frozen[101]);
	ck_assert_uint_eq(changes(), 0);
}
END_TEST

/* Frozen by somebody else: taken as it is, and not thawed */
START_TEST(frozen_before)
{
	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake_vm(&fake, SEVADM_GUEST_SNP);
	place.frozen[101] = true;
	fake_answer(&fake, (struct fake_reply){ .request = SEV_DBG_DECOMMISSION, .ret = -EPERM,
						.status = SEVADM_NO_FW_CALL, .times = 1 });
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_DECOMMISSION), -EPERM);
	expect_steps("FREEZE SNP_DECOMMISSION!EPERM THAW");
	ck_assert(place.frozen[101] && !place.frozen[102]);
	ck_assert_int_eq(fake.run.steps[2].pid, 102);
}
END_TEST

/* It cannot be thawed: named, with the way to end it */
START_TEST(no_thaw)
{
	fake_vm(&fake, SEVADM_GUEST_SNP);
	place.thaw_err = -EIO;
	fake_answer(&fake, (struct fake_reply){ .request = SEV_DBG_DECOMMISSION, .ret = -EPERM,
						.status = SEVADM_NO_FW_CALL, .times = 1 });
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_DECOMMISSION), -EPERM);
	expect_steps("FREEZE SNP_DECOMMISSION!EPERM THAW!EIO");
	ck_assert(warned("VMM 101 is frozen; end it with `echo 1 >'/sys/fs/cgroup/system.slice/vm@101."
			 "service/cgroup.kill'`"));
	fake_expect(&fake, SEVADM_PERMISSION, "SNP_DECOMMISSION");
}
END_TEST

/* ---------------------------------------------------------------- CPUs that stay */

static bool stays;

static int write_cpu(struct fake *f, const char *path, const char *text)
{
	if (strcmp(path, "/sys/devices/system/cpu/cpu3/online"))
		return -ENOENT;
	if (*text == '0' && stays)
		return -EBUSY;
	f->online = *text == '1' ? "0-3" : "0-2";
	return 0;
}

START_TEST(cpu_stays)
{
	stays = _i;
	place.none = true;
	fake.online = "0-2";
	fake.on_write = write_cpu;
	options.online_cpus = true;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_REFUSE), 0);
	expect_steps(_i ? "CPU_ONLINEx1 " DOWN " CPU_OFFLINE!EBUSY" : "CPU_ONLINEx1 " DOWN
			  " CPU_OFFLINEx1");
	ck_assert_int_eq(warned("CPU 3 was brought online and could not be taken offline again: Device "
				"or resource busy (EBUSY)"), _i);
}
END_TEST

static const struct {
	int err;
	enum sevadm_class kind;
	const char *said;
} onlines[] = {
	{ -EBUSY, SEVADM_FAILED, "CPU hotplug is locked for now" },
	{ -EPERM, SEVADM_PERMISSION, "maxcpus=" },
	{ -EACCES, SEVADM_PERMISSION, "Run it as root" },
	{ -EINVAL, SEVADM_FAILED, "CPU 3 cannot be brought online: Invalid argument (EINVAL)" },
};

static int online_err;

static int refuse_cpu(struct fake *f, const char *path, const char *text)
{
	(void)f;
	(void)path;
	(void)text;
	return online_err;
}

START_TEST(cpu_refused)
{
	place.none = true;
	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake.online = "0-2";
	fake.on_write = refuse_cpu;
	online_err = onlines[_i].err;
	options.online_cpus = true;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_STOP), onlines[_i].err);
	fake_expect(&fake, onlines[_i].kind, onlines[_i].said);
	ck_assert_uint_eq(changes(), 0);
	ck_assert(!fake.vmms[0].ended);
}
END_TEST

/* A signal on the way: the CPU is put back */
START_TEST(cpu_cancelled)
{
	stays = false;
	place.none = true;
	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake.online = "0-2";
	fake.on_write = write_cpu;
	fake.cancel_after = (unsigned int)_i + 1;
	options.online_cpus = true;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_DECOMMISSION), -ECANCELED);
	ck_assert_str_eq(fake.online, "0-2");
	fake_expect(&fake, SEVADM_FAILED, "interrupted between two steps");
}
END_TEST

/* ----------------------------------------------------------------- guests by id */

static int only(enum sevadm_guests_mode mode, const uint64_t *ids, size_t nr)
{
	options.only = ids;
	options.nr_only = nr;
	place.none = true;
	return tear_down(mode);
}

/* Two guests of one VMM: both or none */
START_TEST(shared_vmm)
{
	static const uint64_t one[] = { 1 }, both[] = { 1, 2 };
	enum sevadm_guests_mode mode = _i ? SEVADM_GUESTS_STOP : SEVADM_GUESTS_DECOMMISSION;

	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake_leak(&fake);
	fake.guests[1].g.tgid = 101;
	fake.adm.vms.list[0].vms = 2;
	ck_assert_int_eq(only(mode, one, 1), -EBUSY);
	fake_expect(&fake, SEVADM_BUSY, "id 1 (SNP, ASID 1, qemu[101]) shares its VMM with id 2");
	ck_assert_uint_eq(changes(), 0);
	ck_assert(!fake.vmms[0].ended && !fake.vmms[0].stopped);
	fake.adm.failure = (struct sevadm_failure){ 0 };
	ck_assert_int_eq(only(mode, both, 2), 0);
}
END_TEST

/* A VM that is no guest would go as well */
START_TEST(nameless_vm)
{
	static const uint64_t one[] = { 1 };

	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake.adm.vms.list[0].vms = 2;
	ck_assert_int_eq(only(SEVADM_GUESTS_STOP, one, 1), -EBUSY);
	fake_expect(&fake, SEVADM_BUSY, "holds 2 VMs, and 1 of them is no guest that could be named");
	ck_assert(!fake.vmms[0].ended);
}
END_TEST

/* One that came meanwhile is not among those named, nor taken along */
static void guest_comes(struct fake *f, unsigned long request, void *arg)
{
	(void)arg;
	if (request == SEV_DBG_DECOMMISSION && f->nr_guests == 1)
		fake_leak(f);
}

START_TEST(newcomer)
{
	static const uint64_t one[] = { 1 };

	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake.on_submit = guest_comes;
	ck_assert_int_eq(only(SEVADM_GUESTS_DECOMMISSION, one, 1), -EBUSY);
	fake_expect(&fake, SEVADM_BUSY, "1 guest that was not named is alive: id 2");
	ck_assert_uint_eq(fake_count(&fake, SEV_DBG_DECOMMISSION), 1);
	ck_assert_uint_eq(fake_count(&fake, SEV_DBG_SHUTDOWN), 0);
}
END_TEST

/* A leaked context that some process may run after all */
START_TEST(leaked_doubtful)
{
	fake_leak(&fake);
	place.none = true;
	if (_i)
		fake.guests[0].g.flags &= ~SEV_DBG_G_RUNNING;
	fake.adm.vms.hidden = 1;
	options.leaked = true;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_REFUSE), -EBUSY);
	fake_expect(&fake, SEVADM_BUSY, "1 processes could not be looked into");
	ck_assert_uint_eq(changes(), 0);
}
END_TEST

/* The firmware has a guest more than the driver lists, after all VMMs have ended */
static bool counted;

static void one_more(struct fake *f, unsigned long request, void *arg)
{
	(void)arg;
	if (request == SEV_DBG_GUEST_LIST)
		f->guests[1].gone = true;
	else if (request == SEV_ISSUE_CMD)
		f->guests[1].gone = !counted;
}

START_TEST(counts_disagree)
{
	place.none = true;
	counted = _i;
	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake_leak(&fake);
	fake.on_submit = one_more;
	if (!_i) {
		ck_assert_int_eq(tear_down(SEVADM_GUESTS_STOP), 0);
		return;
	}
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_STOP), -EBUSY);
	fake_expect(&fake, SEVADM_BUSY, "the firmware counts 1 SNP guests, and the driver lists 0");
	ck_assert_uint_eq(changes(), 0);
}
END_TEST

int main(void)
{
	Suite *suite;
	TCase *tc = lib_case(&suite, "lib_vmms");

	tcase_add_checked_fixture(tc, setup_place, cleanup);
	tcase_add_loop_test(tc, program_fails, 0, COUNT(programs));
	tcase_add_test(tc, program_interrupted);
	tcase_add_test(tc, program_hangs);
	tcase_add_test(tc, program_hangs_bounded);
	tcase_add_loop_test(tc, left_alone, 0, 3);
	tcase_add_loop_test(tc, words, 0, 2);
	tcase_add_test(tc, no_freezer);
	tcase_add_test(tc, deaf_freezer);
	tcase_add_test(tc, frozen_before);
	tcase_add_test(tc, no_thaw);
	tcase_add_loop_test(tc, cpu_stays, 0, 2);
	tcase_add_loop_test(tc, cpu_refused, 0, COUNT(onlines));
	tcase_add_loop_test(tc, cpu_cancelled, 0, 6);
	tcase_add_loop_test(tc, shared_vmm, 0, 2);
	tcase_add_test(tc, nameless_vm);
	tcase_add_test(tc, newcomer);
	tcase_add_loop_test(tc, leaked_doubtful, 0, 2);
	tcase_add_loop_test(tc, counts_disagree, 0, 2);
	return lib_run(suite);
}
