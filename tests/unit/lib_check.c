// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each check where a simulated host has nothing of the kind: what files, the kernel's log,
 * the journal and the firmware say is put in between.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <linux/psp-sev.h>

#include "lib/core/context.h"
#include "lib/device/sim_crypto.h"
#include "lib_test.h"
#include "sim/sim.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define SNP_STATUS	9	/* of /dev/sev; Debian 12's header lacks it */
#define TSM	"/sys/bus/pci/devices/0000:01:00.0/tsm/connect"
#define CPU	"/sys/devices/system/cpu/"

static struct sevadm *adm;
static struct sevadm_readiness report;
static char path[200];

/**
 * struct between - what is put in between
 * @files:	path and text in turn, NULL at the end; a text of NULL: no such file
 * @lines:	of the kernel's log, NULL at the end; instead of the host's, if there is one
 * @first:	number of the first of them: not 0 where the log has lost lines
 * @journal:	the last line that journalctl finds; NULL: it is not there
 * @api:	the firmware's version, major * 256 + minor; 0: its own
 * @sev_node:	errno of /dev/sev
 * @no_snp:	no SNP host
 */
static struct between {
	const char *files[8], *lines[4], *journal;
	uint64_t first;
	unsigned int api;
	int sev_node;
	bool no_snp;
} between;

static const struct host_ops *real_host;
static const struct device_ops *real_device;
static struct host_ops host_ops;
static struct device_ops device_ops;

static ssize_t read_file(struct host *host, const char *name, char *buf, size_t size)
{
	for (size_t i = 0; i < COUNT(between.files) && between.files[i]; i += 2)
		if (!strcmp(between.files[i], name))
			return between.files[i + 1] ?
			       snprintf(buf, size, "%s", between.files[i + 1]) : -ENOENT;
	return real_host->read(host, name, buf, size);
}

/* One PCI device, where its file is among those put in between */
static int list(struct host *host, const char *name, host_list_fn fn, void *arg)
{
	if (!strcmp(name, "/sys/bus/pci/devices"))
		return fn(arg, "0000:01:00.0");
	return real_host->list(host, name, fn, arg);
}

static int kmsg(struct host *host, host_kmsg_fn fn, void *arg)
{
	int ret = 0;

	if (!between.lines[0])
		return real_host->kmsg(host, fn, arg);
	for (size_t i = 0; i < COUNT(between.lines) && between.lines[i] && !ret; i++)
		ret = fn(arg, between.first + i, between.lines[i]);
	return ret;
}

static int run(struct host *host, const char *const *words, uint64_t timeout_ns, char *said,
	       size_t size)
{
	(void)host;
	(void)timeout_ns;
	ck_assert_str_eq(words[0], "journalctl");
	said[0] = '\0';
	if (!between.journal)
		return -ENOENT;
	snprintf(said, size, "%s", between.journal);
	return between.journal[0] ? 0 : 1;
}

static int submit(struct device *dev, unsigned long request, void *arg)
{
	struct sev_issue_cmd *cmd = arg;
	int ret;

	if (request == SEV_ISSUE_CMD && between.no_snp && cmd->cmd == SNP_STATUS)
		return -EINVAL;
	ret = real_device->submit(dev, request, arg);
	if (request == SEV_ISSUE_CMD && !ret && between.api && cmd->cmd == SEV_PLATFORM_STATUS) {
		struct sev_user_data_status *status = (void *)(uintptr_t)cmd->data;

		status->api_major = (uint8_t)(between.api >> 8);
		status->api_minor = (uint8_t)between.api;
	}
	return ret;
}

static void setup(const struct sim_options *options, const char *action)
{
	const char *tmp = getenv("TMPDIR");
	struct sim_why why = { "" };
	char device[256];
	struct sim *sim;

	memset(&between, 0, sizeof(between));
	snprintf(path, sizeof(path), "%s/check.%d", tmp ? tmp : "/tmp", (int)getpid());
	ck_assert_msg(!sim_create(path, options, &device_sim_crypto, &why), "%s", why.text);
	ck_assert_msg(!sim_open(path, &device_sim_crypto, &sim, &why), "%s", why.text);
	ck_assert_msg(!action || !sim_act(sim, action, NULL, &why), "%s", why.text);
	sim_close(sim);
	snprintf(device, sizeof(device), "sim:%s", path);
	ck_assert_int_eq(sevadm_open(&adm, device, 0), 0);
	real_host = adm->host->ops;
	host_ops = *real_host;
	host_ops.read = read_file;
	host_ops.list = list;
	host_ops.kmsg = kmsg;
	host_ops.run = run;
	adm->host->ops = &host_ops;
	real_device = adm->dev->ops;
	device_ops = *real_device;
	device_ops.submit = submit;
	adm->dev->ops = &device_ops;
	ck_assert_int_eq(sevadm_survey(adm), 0);
}

static void teardown(void)
{
	sevadm_readiness_free(&report);
	adm->host->ops = real_host;
	adm->dev->ops = real_device;
	sevadm_close(adm);
	unlink(path);
}

/* The first of that id; NULL: it said nothing */
static const struct sevadm_check *of(const char *id)
{
	for (size_t i = 0; i < report.nr_checks; i++)
		if (!strcmp(report.checks[i].id, id))
			return &report.checks[i];
	return NULL;
}

static void ask(enum sevadm_goal goal)
{
	if (between.sev_node)
		adm->dev->node_err[DEVICE_SEV] = between.sev_node;
	ck_assert_int_eq(sevadm_check(adm, goal, &report), 0);
}

static void expect(const char *id, enum sevadm_verdict verdict, const char *reason,
		   const char *remedy)
{
	const struct sevadm_check *check = of(id);

	ck_assert_msg(check, "%s: not a word", id);
	ck_assert_msg(check->verdict == verdict, "%s: %s %s", id, sevadm_verdict_name(check->verdict),
		      check->reason);
	ck_assert_msg(strstr(check->reason, reason), "%s: %s", id, check->reason);
	ck_assert_msg(!remedy || (check->remedy && strstr(check->remedy, remedy)), "%s: %s", id,
		      check->remedy ? check->remedy : "no remedy");
	ck_assert_msg(report.ready == !report.counts[SEVADM_FAIL], "ready: %d", report.ready);
}

static const struct sim_options patched = {
	.cpus = 8, .threads_per_core = 2, .cores_per_ccx = 2, .sockets = 1, .vcpus = 1,
};
static const struct sim_options stock = {
	.cpus = 8, .threads_per_core = 2, .cores_per_ccx = 2, .sockets = 1, .vcpus = 1,
	.no_patch = true,
};

/* ------------------------------------------------------------------------- one by one */

static const struct row {
	bool stock;
	enum sevadm_goal goal;
	struct between with;
	const char *id;		/* NULL: that of @reason must not be there */
	enum sevadm_verdict verdict;
	const char *reason, *remedy;
} rows[] = {
	/* CPUs */
	{ false, SEVADM_GOAL_TEARDOWN, { .files = { CPU "smt/control", "on\n" } }, "cpus.smt",
	  SEVADM_PASS, "SMT is on", NULL },
	{ false, SEVADM_GOAL_TEARDOWN, { .files = { CPU "smt/control", "off\n" } }, "cpus.smt",
	  SEVADM_WARN, "counts both threads", "echo on" },
	{ false, SEVADM_GOAL_TEARDOWN, { .files = { CPU "smt/control", "forceoff\n" } }, "cpus.smt",
	  SEVADM_WARN, "SMT is forceoff", "nosmt=force" },
	{ false, SEVADM_GOAL_TEARDOWN, { .files = { CPU "isolated", "2-3\n" } }, "cpus.isolated",
	  SEVADM_WARN, "CPU 2-3 is set apart (isolated)", "stall" },
	{ false, SEVADM_GOAL_TEARDOWN, { .files = { CPU "nohz_full", "5\n" } }, "cpus.isolated",
	  SEVADM_WARN, "CPU 5 is set apart (nohz_full)", "stall" },
	{ false, SEVADM_GOAL_TEARDOWN, { .files = { CPU "possible", "0-11\n" } }, "cpus.present",
	  SEVADM_WARN, "CPU 8-11 is possible and not present", "put them back" },
	/* modules */
	{ false, SEVADM_GOAL_TEARDOWN,
	  { .files = { "/sys/module/ccp/parameters/init_ex_path", "/var/sev\n" } },
	  "module.parameter", SEVADM_PASS, "ccp.init_ex_path is /var/sev", NULL },
	{ false, SEVADM_GOAL_TEARDOWN,
	  { .files = { "/sys/module/kvm_amd/parameters/sev_snp", "N\n" } },
	  "module.parameter", SEVADM_PASS, "no SNP guest can be started", NULL },
	{ false, SEVADM_GOAL_TEARDOWN, { .files = { "/sys/module/ccp/initstate", NULL,
						    "/sys/module/ccp/parameters/psp_init_on_probe",
						    NULL } }, "module.ccp", SEVADM_FAIL, "not loaded",
	  "modprobe ccp" },
	{ true, SEVADM_GOAL_TEARDOWN, { .files = { "/sys/module/kvm_amd/initstate", NULL } },
	  "module.kvm_amd", SEVADM_FAIL, "kvm_amd is built in", "companion patch" },
	{ false, SEVADM_GOAL_TEARDOWN, { .files = { "/sys/module/kvm_amd/initstate", NULL } },
	  "module.kvm_amd", SEVADM_PASS, "built in", NULL },
	{ true, SEVADM_GOAL_TEARDOWN, { .files = { "/sys/module/kvm_amd/refcnt", "2\n" } },
	  "kvm.openers", SEVADM_FAIL, "used 2 times", "PID namespaces" },
	/* SEV-TIO */
	{ false, SEVADM_GOAL_TEARDOWN, { .files = { TSM, "tsm0\n" } }, "tio.devices", SEVADM_FAIL,
	  "1 PCI device is connected by SEV-TIO: 0000:01:00.0", "tsm/disconnect" },
	{ true, SEVADM_GOAL_KEXEC, { .files = { TSM, "tsm0\n" } }, "tio.devices", SEVADM_FAIL,
	  "0000:01:00.0", NULL },
	{ false, SEVADM_GOAL_TEARDOWN, { .files = { TSM, "\n" } }, NULL, 0, "tio.devices", NULL },
	/* the firmware's version */
	{ false, SEVADM_GOAL_TEARDOWN, { .api = 0x132 }, "firmware.version", SEVADM_FAIL,
	  "1.50: SNP needs 1.51", "Update" },
	{ false, SEVADM_GOAL_TEARDOWN, { .api = 0x134 }, "firmware.version", SEVADM_PASS, "1.52",
	  NULL },
	{ false, SEVADM_GOAL_KEXEC, { .api = 0x134 }, "firmware.version", SEVADM_FAIL,
	  "a kexec needs 1.53", "Update" },
	{ false, SEVADM_GOAL_KEXEC, { .api = 0x135 }, "firmware.version", SEVADM_PASS, "1.53", NULL },
	{ false, SEVADM_GOAL_KEXEC, { .api = 0x200 }, "firmware.version", SEVADM_PASS, "2.0", NULL },
	{ false, SEVADM_GOAL_KEXEC, { .api = 0x020 }, "firmware.version", SEVADM_FAIL, "0.32",
	  "Update" },
	/* guests that the misc cgroup knows and the firmware does not, and the other way round */
	{ false, SEVADM_GOAL_TEARDOWN, { .files = { "/sys/fs/cgroup/misc.current",
						    "sev 0\nsev_es 3\n" } }, "guests.charged",
	  SEVADM_WARN, "3 ASIDs in use, the firmware 0 guests", "End every VM" },
	{ false, SEVADM_GOAL_TEARDOWN, { .files = { "/sys/fs/cgroup/misc.current", NULL } },
	  "guests.charged", SEVADM_SKIP, "not to be had", NULL },
	/* lockdown */
	{ false, SEVADM_GOAL_TEARDOWN, { .files = { "/sys/kernel/security/lockdown",
						    "none [integrity] confidentiality\n" } },
	  "lockdown", SEVADM_FAIL, "is locked down", "Secure Boot" },
	{ true, SEVADM_GOAL_KEXEC, { .files = { "/sys/kernel/security/lockdown",
						"none [integrity] confidentiality\n" } },
	  "lockdown", SEVADM_WARN, "signed images only", "signature" },
	/* the processor */
	{ false, SEVADM_GOAL_TEARDOWN, { .files = { "/proc/cpuinfo",
						    "vendor_id : GenuineIntel\nflags : sse\n" } },
	  "cpu", SEVADM_FAIL, "no processor of AMD's", "nothing here" },
	{ false, SEVADM_GOAL_TEARDOWN, { .files = { "/proc/cpuinfo",
						    "vendor_id : AuthenticAMD\nflags : sev\n" } },
	  "cpu", SEVADM_WARN, "not among the processor's flags", "BIOS" },
	/* the IOMMU of a stock driver: by the log, by the journal where that has lost lines */
	{ true, SEVADM_GOAL_KEXEC, { .lines = { "ccp: SNP IOMMU shutdown failed" } }, NULL, 0,
	  "state.iommu", NULL },	/* SNP is up: nothing of the kind is told */
	/* no driver: another kernel's SNP, a driver that made no device, no driver at all */
	{ false, SEVADM_GOAL_TEARDOWN,
	  { .sev_node = -ENOENT, .lines = { "ccp: SEV: failed to get status. Error: 0x0" } },
	  "device.sev", SEVADM_FAIL, "there is no /dev/sev", "Another kernel left SNP up" },
	{ false, SEVADM_GOAL_TEARDOWN, { .sev_node = -ENOENT, .lines = { "noise" }, .first = 9 },
	  "device.sev", SEVADM_FAIL, "there is no /dev/sev", "or another kernel left SNP up" },
	{ false, SEVADM_GOAL_TEARDOWN,
	  { .sev_node = -ENOENT, .files = { "/sys/module/ccp/initstate", NULL,
					    "/sys/module/ccp/parameters/psp_init_on_probe", NULL } },
	  "device.sev", SEVADM_FAIL, "there is no /dev/sev", "modprobe ccp" },
	/* a crash kernel would meet it: known, or not known to be down */
	{ true, SEVADM_GOAL_KDUMP,
	  { .sev_node = -ENOENT, .lines = { "ccp: SEV: failed to get status. Error: 0x0" } },
	  "kdump.snp", SEVADM_FAIL, "SNP of another kernel is up", "Reboot cold" },
	{ true, SEVADM_GOAL_KDUMP, { .sev_node = -ENOENT }, "kdump.snp", SEVADM_SKIP,
	  "cannot be told", NULL },
	{ true, SEVADM_GOAL_KDUMP, { .sev_node = -ENODEV }, "kdump.snp", SEVADM_SKIP,
	  "cannot be told", NULL },
	{ true, SEVADM_GOAL_KDUMP, { .sev_node = -EACCES }, "kdump.snp", SEVADM_SKIP,
	  "cannot be told", NULL },
	{ true, SEVADM_GOAL_KDUMP, { .lines = { "ccp: sev command 0x83 timed out, disabling PSP" } },
	  "kdump.snp", SEVADM_FAIL, "was given up, and SNP may be up", "Reboot cold" },
	/* in a crash kernel */
	{ true, SEVADM_GOAL_KDUMP, { .files = { "/proc/vmcore", "" } }, "kdump.left", SEVADM_WARN,
	  "left SNP up", "dump" },
	{ true, SEVADM_GOAL_KDUMP, { .files = { "/proc/vmcore", "" }, .sev_node = -ENOENT },
	  "kdump.left", SEVADM_SKIP, "cannot be told", NULL },
	{ true, SEVADM_GOAL_KDUMP, { .files = { "/proc/vmcore", "" },
				     .lines = { "AMD-Vi: Completion-Wait loop timed out" } },
	  "kdump.iommu", SEVADM_FAIL, "does not answer", "6.18" },
	/* pages: the log, and the journal where the log has lost the boot */
	{ false, SEVADM_GOAL_KEXEC, { .lines = { "x", "SEV-SNP: Leaking PFN range 0x1-0x2" } },
	  "pages.leaked", SEVADM_FAIL, "1 ranges", "reboot" },
	{ false, SEVADM_GOAL_KEXEC, { .lines = { "x" }, .first = 7, .journal = "" }, "pages.leaked",
	  SEVADM_FAIL, "goes back", "log_buf_len" },
	{ false, SEVADM_GOAL_KEXEC, { .lines = { "x" }, .first = 7 }, "pages.leaked",
	  SEVADM_FAIL, "goes back", "log_buf_len" },
	{ false, SEVADM_GOAL_KEXEC,
	  { .lines = { "x" }, .first = 7, .journal = "SEV-SNP: Leaking PFN range 0x1-0x2" },
	  "pages.leaked", SEVADM_FAIL, "by the journal", "reboot" },
};

START_TEST(one)
{
	const struct row *row = &rows[_i];

	setup(row->stock ? &stock : &patched, NULL);
	between = row->with;
	ask(row->goal);
	if (row->id)
		expect(row->id, row->verdict, row->reason, row->remedy);
	else
		ck_assert_ptr_null(of(row->reason));
	teardown();
}
END_TEST

/* With SNP down it is what the log of a stock driver says last that counts */
static const struct {
	struct between with;
	bool failed;
} iommus[] = {
	{ { .lines = { "ccp: SNP IOMMU shutdown failed" } }, true },
	{ { .lines = { "ccp: SNP IOMMU shutdown failed",
		       "kvm_amd: SEV-SNP enabled (ASIDs 1 - 99)" } }, false },
	{ { .lines = { "x" } }, false },
	{ { .lines = { "x" }, .first = 5, .journal = "kernel: ccp: SNP IOMMU shutdown failed" },
	  true },
	{ { .lines = { "x" }, .first = 5,
	    .journal = "kernel: kvm_amd: SEV-SNP enabled (ASIDs 1 - 99)" }, false },
};

START_TEST(stock_iommu)
{
	setup(&stock, "unload");
	between = iommus[_i].with;
	ask(SEVADM_GOAL_KEXEC);
	if (iommus[_i].failed)
		expect("state.iommu", SEVADM_FAIL, "still holds pages", "Do not kexec");
	else
		ck_assert_ptr_null(of("state.iommu"));
	teardown();
}
END_TEST

/* A host without SNP asks nothing of its firmware's version */
START_TEST(no_snp)
{
	setup(&stock, NULL);
	between = (struct between){ .api = 0x018, .no_snp = true };
	ask(SEVADM_GOAL_KEXEC);
	expect("firmware.version", SEVADM_PASS, "0.24", NULL);
	expect("snp.state", SEVADM_SKIP, "does not ask", NULL);
	teardown();
}
END_TEST

/* Processes beside the VMs, whom the survey found */
START_TEST(openers)
{
	setup(&stock, NULL);
	adm->vms.openers = 2;
	adm->vms.opener = 77;
	adm->vms.kvm_openers = 1;
	adm->vms.kvm_opener = 78;
	adm->vms.hidden = 3;
	ask(SEVADM_GOAL_TEARDOWN);
	expect("device.openers", SEVADM_WARN, "2 processes hold /dev/sev open, and no VM; one is 77",
	       "Let them end");
	expect("kvm.openers", SEVADM_FAIL, "process 78 holds /dev/kvm open", "End it");
	expect("processes", SEVADM_FAIL, "3 processes could not be looked into", "CAP_SYS_PTRACE");
	teardown();
}
END_TEST

int main(void)
{
	Suite *suite;
	TCase *tc = lib_case(&suite, "lib_check");

	tcase_add_loop_test(tc, one, 0, COUNT(rows));
	tcase_add_loop_test(tc, stock_iommu, 0, COUNT(iommus));
	tcase_add_test(tc, no_snp);
	tcase_add_test(tc, openers);
	return lib_run(suite);
}
