// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Inside a guest: what it runs on, and can it have the firmware vouch for it?
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/doctor/doctor.h"
#include "lib/util/text.h"

#define VMPL_FILE	"/sys/devices/system/cpu/sev/vmpl"
#define TSM		"/sys/kernel/config/tsm/report"
#define STATUS_SNP	(1ULL << 2)

/* MSR C0010131, SEV_STATUS (APM volume 2, 15.34.10; Linux, sev_status_feat_names) */
static const char *const status_bits[64] = {
	[0] = "SEV", [1] = "SEV-ES", [2] = "SEV-SNP", [3] = "vTOM", [4] = "ReflectVC",
	[5] = "RestrictedInjection", [6] = "AlternateInjection", [7] = "DebugSwap",
	[8] = "PreventHostIBS", [9] = "BTBIsolation", [10] = "VmplSSS", [11] = "SecureTSC",
	[12] = "VmgexitParameter", [14] = "IbsVirtualization", [16] = "VmsaRegProt",
	[17] = "SmtProtection", [18] = "SecureAVIC", [23] = "IbpbOnEntry",
};

static void run_machine(struct exam *e, struct sevadm_examined *x)
{
	if (e->out->machine == SEVADM_MACHINE_GUEST)
		say(e, x, SEVADM_PASS, NULL, "%s", e->out->what);
	else if (e->out->machine == SEVADM_MACHINE_UNKNOWN)
		say(e, x, SEVADM_SKIP, "Run it as root, with the module msr loaded.", "%s", e->out->what);
	else
		say(e, x, SEVADM_FAIL, e->out->machine == SEVADM_MACHINE_HOST ?
		    "`sevadm doctor` examines a host." : NULL, "%s", e->out->what);
}

static void run_status(struct exam *e, struct sevadm_examined *x)
{
	uint64_t unknown = 0;
	char names[512];
	size_t used = 0;

	if (e->status_err) {
		say(e, x, SEVADM_SKIP, e->status_err == -ENOENT ? "`modprobe msr`, and run it as root." :
		    "Run it as root, with CAP_SYS_RAWIO.", "SEV_STATUS (MSR C0010131) cannot be read (%s)",
		    e->status_err == -ENOENT ? "the module msr is not loaded" : exam_why(e->status_err));
		return;
	}
	names[0] = '\0';
	for (unsigned int bit = 0; bit < 64; bit++) {
		if (!(e->status >> bit & 1))
			continue;
		if (status_bits[bit])
			used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s",
						 used ? ", " : "", status_bits[bit]);
		else
			unknown |= 1ULL << bit;
	}
	if (unknown)
		say(e, x, SEVADM_WARN, "A newer sevadm may know them.", "SEV_STATUS is 0x%llx: %s; nobody "
		    "here knows bits 0x%llx", (unsigned long long)e->status, names,
		    (unsigned long long)unknown);
	else
		say(e, x, SEVADM_PASS, NULL, "SEV_STATUS is 0x%llx: %s", (unsigned long long)e->status, names);
}

/* Only those have reports and keys of the firmware's */
static void run_snp(struct exam *e, struct sevadm_examined *x)
{
	if (e->status_err)
		say(e, x, SEVADM_PASS, NULL, "SEV-SNP is on, by what the kernel shows");
	else if (e->status & STATUS_SNP)
		say(e, x, SEVADM_PASS, NULL, "SEV-SNP is on");
	else
		say(e, x, SEVADM_FAIL, "Have the guest started as one of SEV-SNP.", "SEV-SNP is off: guests "
		    "of SEV and SEV-ES cannot ask for reports or keys");
}

static void run_vmpl(struct exam *e, struct sevadm_examined *x)
{
	char line[64], safe[4 * sizeof(line)];
	int ret = host_read_line(e->adm->host, VMPL_FILE, line, sizeof(line));

	if (ret == -ENOENT)
		say(e, x, SEVADM_SKIP, NULL, "the kernel does not tell the level that it runs at: 6.11 and "
		    "later do");
	else if (ret)
		say(e, x, SEVADM_SKIP, NULL, VMPL_FILE " cannot be read (%s)", exam_why(ret));
	else
		say(e, x, SEVADM_PASS, NULL, "the kernel runs at VMPL %s%s",
		    text_escape(line, safe, sizeof(safe)), strcmp(line, "0") ? ", below an SVSM" : "");
}

static int nothing(void *arg, const char *name)
{
	(void)arg;
	(void)name;
	return 0;
}

static bool there(struct exam *e, const char *path)
{
	return !e->adm->host->ops->list(e->adm->host, path, nothing, NULL);
}

static void run_driver(struct exam *e, struct sevadm_examined *x)
{
	if (there(e, "/sys/module/sev_guest"))
		say(e, x, SEVADM_PASS, NULL, "the driver sev-guest is there");
	else
		say(e, x, SEVADM_WARN, "`modprobe sev-guest`.", "the driver sev-guest is not loaded, or is "
		    "built in without a parameter to show");
}

static void run_device(struct exam *e, struct sevadm_examined *x)
{
	int err = e->adm->dev->node_err[DEVICE_SEV_GUEST];
	struct host_node node;

	if (e->adm->host->ops->node(e->adm->host, "/dev/sev-guest", &node))
		say(e, x, SEVADM_FAIL, "`modprobe sev-guest`.", "there is no /dev/sev-guest");
	else if (err == -EACCES || err == -EPERM)
		say(e, x, SEVADM_SKIP, "Run it as root.", "/dev/sev-guest is there (%04o), and may not be "
		    "opened by this user (%s)", node.mode, strerrorname_np(-err));
	else if (err)
		say(e, x, SEVADM_FAIL, "See the kernel's log.", "/dev/sev-guest is there (%04o), and cannot "
		    "be opened (%s)", node.mode, strerrorname_np(-err));
	else if (node.mode & 06)
		say(e, x, SEVADM_WARN, "Leave it to root: who asks for keys gets them.",
		    "/dev/sev-guest is open to everybody (%04o)", node.mode);
	else
		say(e, x, SEVADM_PASS, NULL, "/dev/sev-guest is there (%04o), and can be opened", node.mode);
}

static void run_tsm(struct exam *e, struct sevadm_examined *x)
{
	if (there(e, TSM))
		say(e, x, SEVADM_PASS, NULL, "configfs-tsm is there");
	else
		say(e, x, SEVADM_SKIP, "`mount -t configfs none /sys/kernel/config`; Linux 6.7 and later have "
		    "it.", "there is no configfs-tsm, a second way to reports");
}

static int find_given_up(void *arg, uint64_t seq, const char *text)
{
	(void)seq;
	if (!strstr(text, "Disabling VMPCK"))
		return 0;
	*(bool *)arg = true;
	return 1;
}

/* The driver gives the key of its messages up after an answer that it cannot use */
static void run_key(struct exam *e, struct sevadm_examined *x)
{
	bool given_up = false;
	int ret = e->adm->host->ops->kmsg(e->adm->host, find_given_up, &given_up);

	if (given_up)
		/* it may have been loaded anew since, with another: a report tells */
		say(e, x, SEVADM_WARN, "If there is no report either that is final: boot the guest anew, or load "
		    "sev-guest with vmpck_id= of a key that is left.", "the driver gave up a key of the "
		    "guest's messages (VMPCK), by the kernel's log");
	else if (ret)
		say(e, x, SEVADM_SKIP, NULL, "the kernel's log cannot be read (%s)", exam_why(ret));
	else
		say(e, x, SEVADM_PASS, NULL, "the key of the guest's messages is in use, as far as the "
		    "kernel's log goes back");
}

/* One is asked for, over zeros: nothing else tells whether the host passes it on */
static void run_report(struct exam *e, struct sevadm_examined *x)
{
	const struct sevadm_report_request request = { .certs = true, .timeout_ns = 10000000000ULL };
	struct sevadm_guest_report *got = &e->report;
	struct sevadm_report report;
	bool device = !e->adm->dev->node_err[DEVICE_SEV_GUEST];
	int ret;

	if (!device && !there(e, TSM)) {
		say(e, x, SEVADM_SKIP, NULL, "not asked for: neither /dev/sev-guest can be opened, nor is there "
		    "configfs-tsm");
		return;
	}
	ret = sevadm_guest_report_get(e->adm, &request, got, NULL);
	if (ret) {
		e->oom = ret == -ENOMEM;
		say(e, x, SEVADM_FAIL, "`sevadm report get` tells what to do.", "there is no report: %s",
		    e->adm->failure.message);
		/* told here, and no failure of the diagnosis */
		if (!e->oom && !sevadm_replay_check(e->adm))
			e->adm->failure = (struct sevadm_failure){ .kind = SEVADM_DONE };
		return;
	}
	sevadm_report_decode(got->report, SEVADM_REPORT_SIZE, SEVADM_GENERATION_UNKNOWN, &report);
	if (report.signing_key == SEVADM_REPORT_UNSIGNED || report.mask_chip_key)
		say(e, x, SEVADM_FAIL, "The host's `sevadm config set --mask-chip-key=off`.", "there is a "
		    "report, of version %u, and nobody signed it: the host forbade that", report.version);
	else
		say(e, x, SEVADM_PASS, NULL, "the firmware reports on VMPL %u, version %u, signed by a %s "
		    "(%s)", report.vmpl, report.version, sevadm_report_key_name(report.signing_key),
		    got->via == SEVADM_GUEST_TSM ? "by configfs-tsm" : "by the device");
}

static void run_certificates(struct exam *e, struct sevadm_examined *x)
{
	struct sevadm_table_entry entries[32];
	size_t nr = 0;
	int ret;

	if (!e->report.certs) {
		say(e, x, SEVADM_WARN, "Who verifies its reports gets them from AMD: `sevadm certs fetch`.",
		    "the host gives this guest no certificates");
		return;
	}
	ret = sevadm_table_parse(e->report.certs, e->report.certs_size, entries, 32, &nr);
	if (ret)
		say(e, x, SEVADM_WARN, "`sevadm certs import` on the host makes one that is in order.",
		    "the host's table of certificates cannot be read");
	else
		say(e, x, SEVADM_PASS, NULL, "the host gives this guest %zu certificate%s, in %zu bytes", nr,
		    nr == 1 ? "" : "s", e->report.certs_size);
}

static const struct exam_check checks[] = {
	{ "machine", "machine", NULL, SEVADM_FEATURE_SEV, run_machine },
	{ "sev-status", "registers", "machine", SEVADM_FEATURE_SEV, run_status },
	{ "sev-snp", "registers", "machine", SEVADM_FEATURE_SEV, run_snp },
	{ "vmpl", "kernel", "sev-snp", SEVADM_FEATURE_SEV, run_vmpl },
	{ "sev-guest", "kernel", "sev-snp", SEVADM_FEATURE_SEV, run_driver },
	{ "message-key", "kernel", "sev-snp", SEVADM_FEATURE_SEV, run_key },
	{ "dev-sev-guest", "devices", "sev-snp", SEVADM_FEATURE_SEV, run_device },
	{ "configfs-tsm", "devices", "sev-snp", SEVADM_FEATURE_SEV, run_tsm },
	{ "report", "firmware", "sev-snp", SEVADM_FEATURE_SEV, run_report },
	{ "certificates", "firmware", "report", SEVADM_FEATURE_SEV, run_certificates },
	{ 0 }
};

int sevadm_guest_doctor(struct sevadm *adm, struct sevadm_diagnosis *out)
{
	struct exam e = { .adm = adm, .out = out };

	*out = (struct sevadm_diagnosis){ .feature = SEVADM_FEATURE_SNP };
	exam_machine(&e);
	exam_table(&e, checks);
	sevadm_guest_report_free(&e.report);
	return e.oom ? core_fail_errno(adm, ENOMEM, "diagnosis") : 0;
}
