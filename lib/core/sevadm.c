// SPDX-License-Identifier: GPL-2.0-or-later
#include "sevadm.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/capability.h>
#include <unistd.h>

#include "lib/core/context.h"
#include "lib/device/sim_crypto.h"
#include "lib/recording/recording.h"
#include "sim/sim.h"

#define LOCK_FILE	"/run/sevadm.lock"

/* @guest: its ID, to be inside of it; 0: on the host */
static int open_simulated(struct sevadm *adm, const char *file, uint64_t guest, bool write)
{
	struct sim_why why = { "" };
	int ret = sim_open(file, &device_sim_crypto, &adm->sim, &why);

	if (!ret && guest) {
		ret = sim_guest_enter(adm->sim, guest, &why);
		if (ret)
			return core_fail(adm, ret == -ENOENT ? SEVADM_ABSENT :
					      ret == -EAGAIN ? SEVADM_BUSY : SEVADM_FAILED, -ret,
					 ret == -ENOENT ? "List them with `sevadm --device=sim:FILE "
							  "guests`." : NULL, "%s", why.text);
	}
	if (ret) {
		bool denied = ret == -EACCES || ret == -EPERM;

		return core_fail(adm, ret == -ENOENT ? SEVADM_ABSENT : denied ? SEVADM_PERMISSION :
				      SEVADM_FAILED, -ret,
				 ret == -ENOENT ? "Make a simulated host with `sevadm sim create "
						  "FILE`." : NULL,
				 "%s", why.text);
	}
	ret = device_sim_open(&adm->dev, adm->sim, write);
	if (!ret)
		ret = host_sim_open(&adm->host, adm->sim);
	adm->below = adm->host;
	return ret ? core_fail_errno(adm, -ret, "open a simulated host") : 0;
}

static int open_kernel(struct sevadm *adm, bool write)
{
	int ret = device_kernel_open(&adm->dev, write);

	if (!ret)
		ret = host_kernel_open(&adm->host, "");
	adm->below = adm->host;
	if (ret)
		return core_fail_errno(adm, -ret, "open the host");
	adm->host->opener = getpid();
	snprintf(adm->lock_path, sizeof(adm->lock_path), "%s", LOCK_FILE);
	journal_path(adm, NULL);
	adm->note_path = SEVADM_NOTED_GUESTS;
	return 0;
}

/* ID:FILE; NULL: no such thing */
static const char *guest_file(const char *text, uint64_t *id)
{
	char *end;

	if (*text < '1' || *text > '9')
		return NULL;
	errno = 0;
	*id = strtoull(text, &end, 10);
	return errno || *end != ':' || !end[1] ? NULL : end + 1;
}

static int open_device(struct sevadm *adm, const char *device, bool write)
{
	const char *file = NULL;
	uint64_t guest = 0;

	if (!strncmp(device, "sim:", 4) && device[4])
		file = device + 4;
	else if (!strncmp(device, "sim-guest:", 10))
		file = guest_file(device + 10, &guest);
	if (file) {
		snprintf(adm->lock_path, sizeof(adm->lock_path), "%s", file);
		journal_path(adm, file);
		return open_simulated(adm, file, guest, write);
	}
	if (!strncmp(device, "replay:", 7) && device[7])
		return core_replay_open(adm, device);
	if (!strcmp(device, "kernel"))
		return open_kernel(adm, write);
	return core_fail(adm, SEVADM_USAGE, EINVAL, "Say --device=kernel, --device=sim:FILE, "
			 "--device=sim-guest:ID:FILE or --device=replay:FILE.", "there is no kind of device '%.64s'", device);
}

struct sevadm *core_new(unsigned int flags)
{
	struct sevadm *adm = calloc(1, sizeof(*adm));

	if (!adm)
		return NULL;
	adm->lock = -1;
	adm->flags = flags;
	return adm;
}

int sevadm_open(struct sevadm **out, const char *device, unsigned int flags)
{
	struct sevadm *adm = core_new(flags);
	int ret;

	*out = adm;
	if (!adm)
		return -ENOMEM;
	snprintf(adm->device, sizeof(adm->device), "%s", device);
	ret = open_device(adm, device, flags & SEVADM_WRITE);
	return ret || !(flags & SEVADM_EXCLUSIVE) ? ret :
	       sevadm_lock(adm, "(a program)", 0, NULL, NULL);
}

void sevadm_close(struct sevadm *adm)
{
	if (!adm)
		return;
	journal_close(adm);
	if (adm->host)
		host_vms_free(adm->host, &adm->vms);
	if (adm->dev)
		adm->dev->ops->close(adm->dev);
	core_faults_free(adm);
	if (adm->host)
		adm->host->ops->close(adm->host);
	if (adm->sim)
		sim_close(adm->sim);
	recorder_close(adm->recorder);
	replay_close(adm->replay);
	if (adm->lock >= 0)
		close(adm->lock);
	free(adm->noted);
	free(adm);
}

const struct sevadm_failure *sevadm_failure(const struct sevadm *adm)
{
	static const struct sevadm_failure no_memory = {
		.kind = SEVADM_FAILED, .err = ENOMEM, .status = SEVADM_NO_FW_CALL,
		.message = "open the host: Cannot allocate memory (ENOMEM)",
	};

	/* sevadm_open() had none for a handle */
	return adm ? &adm->failure : &no_memory;
}

bool sevadm_is_simulated(const struct sevadm *adm)
{
	return adm->dev && adm->dev->simulated;
}

bool sevadm_is_stock(const struct sevadm *adm)
{
	return adm->dev && adm->dev->node_err[DEVICE_SEV_DEBUG] == -ENOENT;
}

int sevadm_survey(struct sevadm *adm)
{
	int ret;

	host_vms_free(adm->host, &adm->vms);
	adm->surveyed_ns = adm->host->ops->clock(adm->host);
	ret = host_vms_find(adm->host, &adm->vms);
	if (ret)
		return core_fail_errno(adm, -ret, "look for processes that hold VMs");
	adm->surveyed = true;
	return 0;
}

int sevadm_drop_privileges(struct sevadm *adm, unsigned int keep)
{
	static const struct {
		unsigned int flag;
		int cap;
	} all[] = {
		{ SEVADM_KEEP_SYS_ADMIN, CAP_SYS_ADMIN },
		{ SEVADM_KEEP_KILL, CAP_KILL },
		{ SEVADM_KEEP_MODULE, CAP_SYS_MODULE },
		{ SEVADM_KEEP_BOOT, CAP_SYS_BOOT },
		{ SEVADM_KEEP_RAWIO, CAP_SYS_RAWIO },
		{ SEVADM_KEEP_PTRACE, CAP_SYS_PTRACE },
		/* descriptors of other users' processes are in directories of their own */
		{ SEVADM_KEEP_PTRACE, CAP_DAC_READ_SEARCH },
	};
	int caps[sizeof(all) / sizeof(all[0])], ret;
	size_t nr = 0;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (keep & all[i].flag)
			caps[nr++] = all[i].cap;
	ret = host_privileges_keep(caps, nr);
	return ret && adm ? core_fail_errno(adm, -ret, "drop privileges") : ret;
}

int sevadm_host_get(struct sevadm *adm, struct sevadm_host *host)
{
	struct cpuset present, online, offline;
	int ret;

	*host = (struct sevadm_host){ .patch = !adm->dev->node_err[DEVICE_SEV_DEBUG] };
	host_kernel_release(adm->host, host->kernel, sizeof(host->kernel));
	ret = host_cpus(adm->host, HOST_CPUS_PRESENT, &present);
	if (!ret)
		ret = host_cpus(adm->host, HOST_CPUS_ONLINE, &online);
	if (ret)
		return core_fail_errno(adm, -ret, "read the lists of CPUs");
	offline = present;
	cpuset_subtract(&offline, &online);
	host->nr_present = cpuset_count(&present);
	host->nr_online = cpuset_count(&online);
	cpuset_format(&present, host->cpus_present, sizeof(host->cpus_present));
	cpuset_format(&online, host->cpus_online, sizeof(host->cpus_online));
	cpuset_format(&offline, host->cpus_offline, sizeof(host->cpus_offline));
	return 0;
}
