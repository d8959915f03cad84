// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kvm_amd out, which has the driver shut SEV and SNP down, and in again, which
 * brings them up.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/firmware/messages.h"
#include "lib/teardown/teardown.h"
#include "lib/util/text.h"

#define SECOND		1000000000ULL
#define IN_USE_SECONDS	5	/* a VM goes a little later than its process */
#define LOAD_SECONDS	300	/* SNP_INIT_EX clears the RMP of all memory */
#define POLL_NS		(50 * 1000 * 1000ULL)

static int add(struct sevadm *adm, struct sevadm_run *run, const char *command, int err,
	       uint64_t start)
{
	struct sevadm_step step = {
		.kind = SEVADM_STEP_HOST,
		.command = command,
		.err = -err,
		.count = 1,
		.duration_ns = adm->host->ops->clock(adm->host) - start,
	};

	return core_step_add(adm, run, &step);
}

int kvm_remove(struct sevadm *adm, struct sevadm_run *run)
{
	uint64_t start = adm->host->ops->clock(adm->host);
	int ret, added;

	core_phase_begin(adm, "rmmod kvm_amd", NULL, 0);
	do {
		ret = adm->host->ops->module_remove(adm->host, "kvm_amd");
		if (ret != -EBUSY || adm->host->ops->clock(adm->host) > start + IN_USE_SECONDS * SECOND)
			break;
		adm->host->ops->sleep(adm->host, POLL_NS);
	} while (!core_check_cancel(adm));
	core_phase_end(adm, ret);
	if (ret == -EBUSY && adm->cancelled)
		return -ECANCELED;
	added = add(adm, run, "rmmod kvm_amd", ret, start);
	if (!ret)
		return added;
	return core_fail(adm, ret == -EBUSY ? SEVADM_BUSY : ret == -EPERM ? SEVADM_PERMISSION :
			 SEVADM_FAILED, -ret, ret == -EBUSY ? "End every VM of this host, also those "
			 "without encryption." : ret == -EPERM ? "Run it as root, with "
			 "CAP_SYS_MODULE." : "See the kernel's log.",
			 "unload kvm_amd: %s (%s)", strerror(-ret), strerrorname_np(-ret));
}

static int insert(struct sevadm *adm, struct sevadm_run *run)
{
	static const char *const words[] = { "modprobe", "kvm_amd", NULL };
	uint64_t start = adm->host->ops->clock(adm->host);
	char said[256];
	sigset_t saved;
	int ret, added;

	core_phase_begin(adm, "modprobe kvm_amd", NULL, 0);
	/* as with a firmware command: once it is asked for, it comes to its end */
	core_stops_hold(&saved);
	ret = adm->host->ops->run(adm->host, words, LOAD_SECONDS * SECOND, said, sizeof(said));
	core_stops_release(&saved);
	core_phase_end(adm, ret);
	added = add(adm, run, "modprobe kvm_amd", ret < 0 ? ret : ret ? -EPROTO : 0, start);
	if (!ret)
		return added;
	if (ret < 0)
		return core_fail_errno(adm, -ret, "modprobe kvm_amd");
	return core_fail(adm, SEVADM_FAILED, EPROTO, "See the kernel's log.",
			 "modprobe kvm_amd ended with %d: %s", ret, said);
}

static int plan(struct sevadm *adm, struct sevadm_run *run, const char *command, const char *why)
{
	struct sevadm_plan_step step = { .command = command, .count = 1, .why = why };

	return core_plan_add(adm, run, &step);
}

struct last_line {
	uint64_t after;
	bool any;
	char text[128];
};

/* What ccp says of an SNP_INIT_EX that failed (sev-dev.c), and the number of the last line */
static int find_init(void *arg, uint64_t seq, const char *text)
{
	struct last_line *last = arg;
	struct message m;

	if (last->any && seq <= last->after)
		return 0;
	if (message_find(text, &m) && m.row->id == MESSAGE_INIT_FAILED)
		text_escape(text, last->text, sizeof(last->text));
	return 0;
}

static int find_end(void *arg, uint64_t seq, const char *text)
{
	struct last_line *last = arg;

	(void)text;
	last->after = seq;
	last->any = true;
	return 0;
}

/* That the module is there says nothing: kvm_amd loads without SNP as well */
static int prove_up(struct sevadm *adm, struct last_line *last)
{
	static const char path[] = "/sys/module/kvm_amd/parameters/sev_snp";
	char value[8] = "?";
	struct platforms p;

	request_platforms(adm, &p);
	if (p.sev_ret == -EBUSY)
		return core_fail_psp_dead(adm);
	if (p.snp_ret == -EINVAL || p.snp_ret == -ENODEV)
		return 0;	/* no SNP host */
	host_read_line(adm->host, path, value, sizeof(value));
	if (!p.snp_ret && p.snp.state && !strcmp(value, "Y"))
		return 0;
	adm->host->ops->kmsg(adm->host, find_init, last);
	return core_fail(adm, SEVADM_FAILED, EIO, "See `sevadm check` and the kernel's log.",
			 "kvm_amd is loaded anew, and SNP did not come up%s%s",
			 last->text[0] ? ": the driver said: " : "", last->text);
}

int reload_check(struct sevadm *adm)
{
	if (driver_module(adm, "kvm_amd") != DRIVER_MODULE_LIVE)
		return 0;
	if (adm->vms.nr)
		return core_fail(adm, SEVADM_BUSY, EBUSY, "End every VM of this host, also those "
				 "without encryption.", "nothing was changed: %s[%d] holds a VM (the "
				 "first of %zu processes), and kvm_amd cannot be unloaded under it",
				 adm->vms.list[0].comm, (int)adm->vms.list[0].pid, adm->vms.nr);
	if (adm->vms.kvm_openers)
		return core_fail(adm, SEVADM_BUSY, EBUSY, "End it.", "nothing was changed: process %d "
				 "holds /dev/kvm open, and kvm_amd cannot be unloaded under it",
				 (int)adm->vms.kvm_opener);
	return 0;
}

int reload_kvm(struct sevadm *adm, bool dry, struct sevadm_run *run)
{
	struct last_line last = { 0 };
	bool loaded = driver_module(adm, "kvm_amd") == DRIVER_MODULE_LIVE;
	struct cpuset offline;
	char list[256];
	struct platforms p;
	int ret;

	request_platforms(adm, &p);
	if (p.sev_ret == -EBUSY)
		return core_fail_psp_dead(adm);
	ret = cpus_offline(adm, &offline);

	if (!ret && cpuset_count(&offline))
		ret = core_fail(adm, SEVADM_FAILED, EAGAIN, "Bring them online first.",
				"kvm_amd was not loaded anew: CPU %s is offline, and SNP comes up only "
				"with every CPU online", cpuset_format(&offline, list, sizeof(list)));
	if (!ret && loaded)
		ret = plan(adm, run, "rmmod kvm_amd", "ends what KVM has, and the lock-out of INIT");
	if (!ret)
		ret = plan(adm, run, "modprobe kvm_amd", "brings SNP and SEV up");
	if (ret || dry)
		return ret;
	adm->host->ops->kmsg(adm->host, find_end, &last);
	if (loaded)
		ret = kvm_remove(adm, run);
	if (!ret)
		ret = insert(adm, run);
	return ret ? ret : prove_up(adm, &last);
}
