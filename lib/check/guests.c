// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Guests: every one by name, and whether those who count agree.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/check/check.h"

static const char *const kinds[] = { "?", "SEV", "SEV-ES", "SNP" };

static const struct sevadm_vm *vm_of(const struct facts *f, const struct sevadm_guest *guest)
{
	for (size_t i = 0; i < f->guests.nr_vms && guest->held; i++)
		if (f->guests.vms[i].pid == guest->pid)
			return &f->guests.vms[i];
	return NULL;
}

static int say_alive(struct facts *f, const struct sevadm_guest *guest)
{
	const struct sevadm_vm *vm = vm_of(f, guest);
	char vcpus[32] = "";

	if (vm)
		snprintf(vcpus, sizeof(vcpus), ", %u vCPU%s", vm->vcpus, vm->vcpus == 1 ? "" : "s");
	return check_say(f, "guest", for_kdump(f) ? SEVADM_PASS : SEVADM_FAIL,
			 facts_psp_dead(f) ? "Reboot cold; the secure processor was given up." :
			 "End its VMM, or say --guests=stop to teardown and kexec.",
			 "guest %llu (%s, ASID %u%s) of %s[%d] is alive",
			 (unsigned long long)guest->id, kinds[guest->kind], guest->asid, vcpus,
			 guest->comm, guest->pid);
}

static int say_leaked(struct facts *f, const struct sevadm_guest *guest)
{
	return check_say(f, "guest.leaked", for_kdump(f) ? SEVADM_WARN : SEVADM_FAIL,
			 facts_psp_dead(f) ? "Reboot cold; the secure processor was given up." :
			 guest->kind == SEVADM_GUEST_SNP ?
			 "`sevadm recover`, or `sevadm teardown --leaked`, decommissions it." :
			 "It goes with SEV itself, by `sevadm teardown --leaked` or --guests=stop.",
			 "no process explains guest %llu (%s, ASID %u), made by %s[%d]: its context "
			 "leaked, or its VM was handed on", (unsigned long long)guest->id,
			 kinds[guest->kind], guest->asid, guest->comm, guest->pid);
}

/*
 * A tombstone is KVM's guest that the firmware does not have any more.  KVM buries
 * it when the VM goes; without a process nobody will.
 */
static int say_tombstone(struct facts *f, const struct sevadm_guest *guest)
{
	if (!guest->held)
		/* it goes with this kernel, and holds no page */
		return check_say(f, "guest.tombstone", for_kexec(f) ? SEVADM_PASS : SEVADM_WARN,
				 "Nothing takes it away but a "
				 "reboot; it keeps INIT of /dev/sev-debug locked out, and nothing "
				 "else.", "guest %llu was decommissioned, and no process is left "
				 "whose end would have KVM forget it",
				 (unsigned long long)guest->id);
	/* with SNP down KVM cannot give the pages back any more when the VM ends */
	return check_say(f, "guest.tombstone", for_kexec(f) ? SEVADM_FAIL : SEVADM_WARN,
			 facts_snp_up(f) ? "End that process." : "Do not kexec; end that process, and "
			 "reboot cold.", "guest %llu was decommissioned under %s[%d], and its pages "
			 "stay assigned in the RMP%s",
			 (unsigned long long)guest->id, guest->comm, guest->pid,
			 facts_snp_up(f) ? " until that ends" : "");
}

static int say_guest(struct facts *f, const struct sevadm_guest *guest)
{
	if (!facts_guest_alive(guest))
		return say_tombstone(f, guest);
	return guest->held ? say_alive(f, guest) : say_leaked(f, guest);
}

/* Holds /dev/sev beside a VM, and no guest is its own */
static int say_before_launch(struct facts *f, const struct sevadm_vm *vm)
{
	if (f->patch)
		return check_say(f, "vm.before-launch", for_kdump(f) ? SEVADM_PASS : SEVADM_FAIL,
				 "End it, or say --guests=stop to teardown and kexec.",
				 "%s[%d] holds a VM (%u vCPUs) and /dev/sev, and no guest is its "
				 "own: it is before LAUNCH_START, or after a failed decommission",
				 vm->comm, vm->pid, vm->vcpus);
	return check_say(f, "vm", for_kdump(f) ? SEVADM_PASS : SEVADM_FAIL,
			 "End it, or say --guests=stop to teardown and kexec.",
			 "%s[%d] holds a VM (%u vCPUs) and /dev/sev%s", vm->comm, vm->pid,
			 vm->vcpus, vm->gmem ? ", with guest memory as SNP guests have it" : "");
}

/* Guests without encryption know nothing of the firmware, but KVM is theirs, too */
static int say_plain(struct facts *f, const struct sevadm_vm *vm)
{
	if (!f->patch && !for_kdump(f))
		return check_say(f, "vm.plain", SEVADM_FAIL, "End it.", "%s[%d] holds a VM without "
				 "encryption, and kvm_amd cannot be unloaded under it", vm->comm,
				 vm->pid);
	if (for_kexec(f))
		return check_say(f, "vm.plain", SEVADM_WARN, "End it in its own way first.",
				 "%s[%d] holds a VM without encryption, and ends with this kernel",
				 vm->comm, vm->pid);
	return 0;
}

/* Of whom no process tells that could be seen */
static int check_refcnt(struct facts *f)
{
	char text[32];
	unsigned int n;

	if (host_read_line(f->adm->host, "/sys/module/kvm_amd/refcnt", text, sizeof(text)) ||
	    sscanf(text, "%u", &n) != 1 || !n)
		return 0;
	return check_say(f, "kvm.openers", SEVADM_FAIL, "Look for processes in other PID namespaces.",
			 "kvm_amd is used %u time%s, and no process that could be seen explains it: "
			 "it cannot be unloaded", n, n == 1 ? "" : "s");
}

int check_guests(struct facts *f)
{
	size_t said = f->out->nr_checks;
	int ret = 0;

	if (!f->has_guests)
		return check_say(f, "guests", SEVADM_SKIP, NULL, "guests could not be listed");
	for (size_t i = 0; i < f->guests.nr_guests && !ret; i++)
		ret = say_guest(f, &f->guests.guests[i]);
	for (size_t i = 0; i < f->guests.nr_vms && !ret; i++)
		if (!f->guests.vms[i].sev)
			ret = say_plain(f, &f->guests.vms[i]);
		else if (!f->guests.vms[i].guests)
			ret = say_before_launch(f, &f->guests.vms[i]);
	if (!ret && said == f->out->nr_checks)
		ret = check_say(f, "guests", SEVADM_PASS, NULL, "there is no encrypted guest");
	if (!ret && f->adm->vms.openers && !for_kdump(f))
		ret = check_say(f, "device.openers", SEVADM_WARN, "Let them end first: their ioctls, "
				"and what these leave behind, come in between.", "%zu process%s hold%s "
				"/dev/sev open, and no VM; one is %d", f->adm->vms.openers,
				f->adm->vms.openers == 1 ? "" : "es",
				f->adm->vms.openers == 1 ? "s" : "", (int)f->adm->vms.opener);
	if (!ret && !f->host.patch && f->adm->vms.kvm_openers && !for_kdump(f))
		ret = check_say(f, "kvm.openers", SEVADM_FAIL, "End it.", "process %d holds /dev/kvm "
				"open, and kvm_amd cannot be unloaded under it",
				(int)f->adm->vms.kvm_opener);
	if (!ret && !f->host.patch && !f->guests.nr_vms && !f->adm->vms.kvm_openers && !for_kdump(f))
		ret = check_refcnt(f);
	if (!ret && f->guests.hidden)
		ret = check_say(f, "processes", SEVADM_FAIL, "Run it as root, with CAP_SYS_PTRACE.",
				"%zu processes could not be looked into, and each may hold a VM",
				f->guests.hidden);
	return ret;
}

/* Both kinds of ASID together: SNP guests are charged as SEV-ES (KVM's svm/sev.c) */
static int charged(struct facts *f, uint32_t *sum)
{
	char text[256], *line, *save;
	unsigned int n;

	*sum = 0;
	if (f->adm->host->ops->read(f->adm->host, "/sys/fs/cgroup/misc.current", text,
				    sizeof(text)) < 0)
		return -ENOENT;
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		if (sscanf(line, "sev %u", &n) == 1 || sscanf(line, "sev_es %u", &n) == 1)
			*sum += n;
	return 0;
}

static int one_more(void *arg, const char *name)
{
	/* "PID-FD", a directory for each VM; the other names are counters */
	if (name[0] >= '0' && name[0] <= '9')
		++*(uint32_t *)arg;
	return 0;
}

static int check_charges(struct facts *f)
{
	uint32_t firmware = f->sev.guest_count + f->snp.guest_count, buried = 0, sum;

	if (!f->sev.known || (f->snp_host && !f->snp.known) || charged(f, &sum))
		return check_say(f, "guests.charged", SEVADM_SKIP, NULL,
				 "the misc cgroup's account of ASIDs, or the firmware's, is not to "
				 "be had");
	if (sum == firmware)
		return check_say(f, "guests.charged", SEVADM_PASS, NULL, "the misc cgroup and the "
				 "firmware count the same guests: %u", sum);
	/* KVM goes on charging for what was decommissioned under it: told as tombstones */
	for (size_t i = 0; i < f->guests.nr_guests; i++)
		buried += !facts_guest_alive(&f->guests.guests[i]);
	if (sum == firmware + buried)
		return check_say(f, "guests.charged", SEVADM_PASS, NULL, "the misc cgroup and the "
				 "firmware count the same guests: %u, and %u that were decommissioned",
				 firmware, buried);
	if (sum > firmware)
		return check_say(f, "guests.charged", SEVADM_WARN, "End every VM of this host.",
				 "the misc cgroup has %u ASIDs in use, the firmware %u guests: a VM "
				 "is before LAUNCH_START, or was decommissioned under KVM", sum,
				 firmware);
	return check_say(f, "guests.charged", SEVADM_WARN, "`sevadm recover` decommissions contexts "
			 "that leaked, where the companion patch is.",
			 "the firmware has %u guests, the misc cgroup %u ASIDs in use: contexts "
			 "leaked", firmware, sum);
}

/* VMs that KVM has, of any kind, against those that processes hold */
static int check_debugfs(struct facts *f)
{
	uint32_t held = 0, vms = 0;
	int err = f->adm->host->ops->list(f->adm->host, "/sys/kernel/debug/kvm", one_more, &vms);

	if (err)
		return check_say(f, "vms.held", SEVADM_SKIP, NULL, "debugfs does not show KVM's "
				 "VMs (%s)", strerrorname_np(-err));
	for (size_t i = 0; i < f->guests.nr_vms; i++)
		held += f->guests.vms[i].vms ? f->guests.vms[i].vms : 1;
	if (vms <= held)
		return check_say(f, "vms.held", SEVADM_PASS, NULL, "processes explain each of KVM's "
				 "%u VMs", vms);
	return check_say(f, "vms.held", SEVADM_FAIL, "Look for processes in other PID namespaces, "
			 "or that are just ending.", "KVM has %u VMs, and processes explain %u of "
			 "them", vms, held);
}

/* Without a list: can the processes explain as many guests as the firmware counts? */
static int check_explained(struct facts *f)
{
	uint32_t counted = f->sev.guest_count + f->snp.guest_count, held = 0;

	for (size_t i = 0; i < f->guests.nr_vms; i++)
		if (f->guests.vms[i].sev)
			held += f->guests.vms[i].vms ? f->guests.vms[i].vms : 1;
	if (counted <= held)
		return check_say(f, "guests.listed", SEVADM_PASS, NULL, "the firmware counts %u guests, "
				 "and processes hold %u encrypted VMs", counted, held);
	return check_say(f, "guests.listed", SEVADM_FAIL, "Without the companion patch only a cold "
			 "reboot mends a context that leaked.", "the firmware counts %u guests, and "
			 "processes hold %u encrypted VMs: contexts leaked (the kernel's log tells of "
			 "%u), or a process cannot be seen", counted, held, f->klog.unreleased);
}

/* What the driver lists, or processes hold, against the firmware's own counts */
int check_counts(struct facts *f)
{
	uint32_t sev = 0, snp = 0;
	int ret = 0;

	if (!f->has_guests)
		return 0;
	for (size_t i = 0; i < f->guests.nr_guests; i++) {
		const struct sevadm_guest *guest = &f->guests.guests[i];

		if (!facts_guest_alive(guest))
			continue;
		/* SNP counts guests past LAUNCH_START only (AMD 56860, SNP_PLATFORM_STATUS) */
		if (guest->kind != SEVADM_GUEST_SNP)
			sev++;
		else
			snp += guest->state != SEVADM_GUEST_INIT;
	}
	if (f->patch && f->guests.track_lost)
		ret = check_say(f, "guests.listed", SEVADM_FAIL, "End every VM of this host; "
				"--guests=stop does.", "the driver's list of guests is incomplete");
	else if (f->patch && f->sev.known && (sev != f->sev.guest_count ||
					      (f->snp.known && snp != f->snp.guest_count)))
		ret = check_say(f, "guests.listed", SEVADM_WARN, "Look again: guests may be "
				"starting or ending just now.", "the driver lists %u SEV and %u SNP "
				"guests, the firmware counts %u and %u", sev, snp,
				f->sev.guest_count, f->snp.guest_count);
	else if (f->patch && f->sev.known)
		ret = check_say(f, "guests.listed", SEVADM_PASS, NULL, "driver and firmware count "
				"the same guests: %u SEV, %u SNP", sev, snp);
	else if (!f->patch && f->sev.known && !for_kdump(f))
		ret = check_explained(f);
	if (!ret)
		ret = check_charges(f);
	return ret ? ret : check_debugfs(f);
}
