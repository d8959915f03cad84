// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From this kernel to the next: check, teardown, check again, and only then the
 * jump.  After it nobody can tell what went wrong, so nothing is passed over.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "lib/teardown/teardown.h"

#define SECOND		1000000000ULL
#define JUMP_SECONDS	60	/* for systemctl to take the job, not to do it */

/* What the teardown, or the loading of an image, is going to mend by itself */
static bool will_be_mended(const struct sevadm_kexec_options *options, const char *id)
{
	static const char *const guests[] = { "guest", "guest.leaked", "guests.listed", "vm",
					      "vm.before-launch" };

	if (!strcmp(id, "kexec.loaded"))
		return options->kernel;
	if (!strcmp(id, "state.half-up"))
		return true;
	if (!strcmp(id, "cpus.online"))
		return options->teardown.online_cpus;
	if (!strcmp(id, "cpus.reach"))
		return options->teardown.wbinvd.broadcast;
	if (!strcmp(id, "guest.leaked") && options->teardown.leaked)
		return true;
	for (size_t i = 0; i < sizeof(guests) / sizeof(guests[0]); i++)
		if (!strcmp(id, guests[i]))
			return options->teardown.guests == SEVADM_GUESTS_STOP;
	return false;
}

/* The failed checks as one failure: the first in its message, each in a warning */
static int refuse(struct sevadm *adm, struct sevadm_run *run, const struct sevadm_readiness *r,
		  const struct sevadm_kexec_options *forgive, const char *when)
{
	const struct sevadm_check *first = NULL;
	unsigned int failed = 0;
	int ret = 0;

	for (size_t i = 0; i < r->nr_checks && !ret; i++) {
		const struct sevadm_check *check = &r->checks[i];

		/* what the teardown leaves is said before the jump: after it nobody reads it */
		if (check->verdict == SEVADM_WARN && !forgive)
			ret = core_warn(adm, run, "%s: %s", check->id, check->reason);
		if (check->verdict != SEVADM_FAIL || (forgive && will_be_mended(forgive, check->id)))
			continue;
		failed++;
		if (first)
			ret = core_warn(adm, run, "%s: %s", check->id, check->reason);
		else
			first = check;
	}
	if (ret || !failed)
		return ret;
	return core_fail(adm, SEVADM_NO, ENOTRECOVERABLE, first->remedy,
			 "%s this host must not kexec: %u check%s failed: %s: %s", when, failed,
			 failed == 1 ? "" : "s", first->id, first->reason);
}

static int check(struct sevadm *adm, struct sevadm_run *run,
		 const struct sevadm_kexec_options *forgive, const char *when)
{
	struct sevadm_readiness readiness;
	int ret = sevadm_check(adm, SEVADM_GOAL_KEXEC, &readiness);

	if (!ret)
		ret = refuse(adm, run, &readiness, forgive, when);
	sevadm_readiness_free(&readiness);
	return ret;
}

static int step(struct sevadm *adm, struct sevadm_run *run, const char *command, int err,
		uint64_t start)
{
	uint64_t now = adm->host->ops->clock(adm->host);
	struct sevadm_step done = {
		.kind = SEVADM_STEP_HOST,
		.command = command,
		.err = -err,
		.count = 1,
		/* a simulated host has booted meanwhile, and its clock began anew */
		.duration_ns = now > start ? now - start : 0,
	};

	return core_step_add(adm, run, &done);
}

static bool is_loaded(struct sevadm *adm)
{
	char loaded[8];

	return !host_read_line(adm->host, "/sys/kernel/kexec_loaded", loaded, sizeof(loaded)) &&
	       !strcmp(loaded, "1");
}

static int load(struct sevadm *adm, struct sevadm_run *run,
		const struct sevadm_kexec_options *options)
{
	uint64_t start = adm->host->ops->clock(adm->host);
	int ret, added = 0;

	if (is_loaded(adm))
		added = core_warn(adm, run, "the kernel that was loaded for kexec before is replaced by "
				  "%s", options->kernel);
	if (added)
		return added;
	core_phase_begin(adm, "KEXEC_FILE_LOAD", NULL, 0);
	ret = adm->host->ops->kexec_load(adm->host, options->kernel, options->initrd,
					 options->append ? options->append : "");
	core_phase_end(adm, ret);
	added = step(adm, run, "KEXEC_FILE_LOAD", ret, start);
	if (!ret)
		return added;
	if (ret == -EPERM)
		return core_fail(adm, SEVADM_PERMISSION, EPERM, "Run it as root, with CAP_SYS_BOOT; "
				 "under lockdown the image has to be signed, and "
				 "kernel.kexec_load_disabled stays until the next boot.",
				 "load %s: the kernel refused (EPERM)", options->kernel);
	return core_fail(adm, SEVADM_FAILED, -ret, "Look at the image, the initramfs and the kernel's "
			 "log.", "load %s: %s (%s)", options->kernel, strerror(-ret),
			 strerrorname_np(-ret));
}

static bool same(const struct sevadm_step *a, const struct sevadm_step *b)
{
	return !strcmp(a->command, b->command) && a->guest == b->guest && a->cpu == b->cpu &&
	       a->pid == b->pid;
}

static bool is_last(const struct sevadm_run *run, size_t i)
{
	for (size_t j = i + 1; j < run->nr_steps; j++)
		if (same(&run->steps[i], &run->steps[j]))
			return false;
	return true;
}

/*
 * Commands that are repeated, as a flush that another guest's end spoiled, count by
 * their last answer.  One that the driver had no need to issue has none.  What was done
 * to processes is judged by the second survey.
 */
static int check_statuses(struct sevadm *adm, const struct sevadm_run *run)
{
	for (size_t i = 0; i < run->nr_steps; i++) {
		const struct sevadm_step *s = &run->steps[i];
		bool called = s->has_status && s->status != SEVADM_NO_FW_CALL;

		if (s->harmless)
			continue;
		if (!(called && s->status) && !(s->err && s->kind != SEVADM_STEP_HOST))
			continue;
		if (!is_last(run, i))
			continue;
		if (called && s->status)
			return core_fail(adm, SEVADM_NO, ENOTRECOVERABLE, "`sevadm explain` tells "
					 "what it means.", "%s ended with %s (0x%04x): no kexec",
					 s->command, sevadm_status_name(s->status), s->status);
		return core_fail(adm, SEVADM_NO, ENOTRECOVERABLE, "See the steps.",
				 "%s ended with %s: no kexec", s->command, strerrorname_np(s->err));
	}
	return 0;
}

/*
 * systemd begins at once to end what runs, this process and the one that asks among it:
 * neither may be taken for an order that was not taken.
 */
static int order_systemd(struct sevadm *adm, char *said, size_t size)
{
	static const char *const words[] = { "systemctl", "kexec", NULL };
	sigset_t saved;
	int ret;

	core_stops_hold(&saved);
	ret = adm->host->ops->run(adm->host, words, JUMP_SECONDS * SECOND, said, size);
	core_stops_release(&saved);
	return ret == 128 + SIGTERM || ret == 128 + SIGHUP ? 0 : ret;
}

static int jump_by_systemd(struct sevadm *adm, struct sevadm_run *run)
{
	uint64_t start = adm->host->ops->clock(adm->host);
	char said[256];
	int ret, added;

	core_phase_leave(adm, "systemctl kexec");
	ret = order_systemd(adm, said, sizeof(said));
	core_phase_end(adm, ret);
	added = step(adm, run, "systemctl kexec", ret < 0 ? ret : ret ? -EPROTO : 0, start);
	if (!ret)
		return added;
	if (ret < 0)
		return core_fail(adm, SEVADM_FAILED, -ret, "SEV and SEV-SNP are down: say `systemctl "
				 "kexec`, or `sevadm kexec --now`.", "systemctl kexec: %s (%s)",
				 strerror(-ret), strerrorname_np(-ret));
	return core_fail(adm, SEVADM_FAILED, EPROTO, "SEV and SEV-SNP are down: mend it and say "
			 "`systemctl kexec`, or `sevadm kexec --now`.",
			 "systemctl kexec ended with %d: %s", ret, said);
}

static int jump_now(struct sevadm *adm, struct sevadm_run *run)
{
	uint64_t start = adm->host->ops->clock(adm->host);
	int ret, added;

	core_phase_leave(adm, "KEXEC");
	ret = adm->host->ops->kexec(adm->host);
	core_phase_end(adm, ret);
	added = step(adm, run, "KEXEC", ret, start);
	if (!ret)
		return added;
	return core_fail(adm, ret == -EPERM ? SEVADM_PERMISSION : SEVADM_FAILED, -ret,
			 "See `sevadm check kexec`; SEV and SEV-SNP are down.",
			 "reboot(LINUX_REBOOT_CMD_KEXEC): %s (%s)", strerror(-ret),
			 strerrorname_np(-ret));
}

/* A plan that could not be carried out for want of a file; a simulated host has no files */
static int try_files(struct sevadm *adm, const struct sevadm_kexec_options *options)
{
	const char *const files[] = { options->kernel, options->initrd };

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]) && !adm->dev->simulated; i++) {
		char byte[2];
		ssize_t n = files[i] ? adm->host->ops->read(adm->host, files[i], byte, sizeof(byte)) : 0;

		if (n < 0)
			return core_fail(adm, SEVADM_FAILED, (int)-n, "Look at the image, the "
					 "initramfs and the kernel's log.", "load %s: %s (%s)",
					 files[i], strerror((int)-n), strerrorname_np((int)-n));
	}
	return 0;
}

static int plan_load(struct sevadm *adm, struct sevadm_run *run)
{
	struct sevadm_plan_step step = {
		.command = "KEXEC_FILE_LOAD", .count = 1,
		.why = "the kernel to go to; nothing has changed yet if it is refused",
	};

	return core_plan_add(adm, run, &step);
}

static int plan_jump(struct sevadm *adm, struct sevadm_run *run, bool now)
{
	struct sevadm_plan_step step = {
		.command = now ? "KEXEC" : "systemctl kexec", .count = 1,
		.why = now ? "at once, without an end for what still runs" :
			     "ends every service first",
	};

	return core_plan_add(adm, run, &step);
}

/* With everything down: prove it */
static int prove(struct sevadm *adm, struct sevadm_run *run)
{
	int ret = check_statuses(adm, run);

	/* what was there before is no proof of what is there now */
	if (!ret)
		ret = sevadm_survey(adm);
	if (!ret)
		ret = check(adm, run, NULL, "SEV and SEV-SNP are down, but");
	return ret ? ret : core_check_cancel(adm);
}

/* Up to where nothing is left that could forbid the jump */
static int prepare(struct sevadm *adm, const struct sevadm_kexec_options *options,
		   struct sevadm_run *run, bool now)
{
	int ret = sevadm_teardown(adm, &options->teardown, run);

	if (!ret && !options->no_exec)
		ret = plan_jump(adm, run, now);
	if (!ret)
		ret = plan_order(adm, run);
	if (ret || options->teardown.dry)
		return ret;
	return prove(adm, run);
}

/*
 * With an image loaded `systemctl reboot` is a kexec, too, and the remedy for most of
 * what fails here is a reboot: ours does not stay behind, and of another's it is said.
 */
static int leave_no_image(struct sevadm *adm, const struct sevadm_kexec_options *options,
			  struct sevadm_run *run)
{
	uint64_t start = adm->host->ops->clock(adm->host);
	int ret;

	if (options->kernel) {
		ret = adm->host->ops->kexec_unload(adm->host);
		step(adm, run, "KEXEC_FILE_UNLOAD", ret, start);
		if (!ret)
			return 0;
	}
	if (!is_loaded(adm))
		return 0;
	return core_warn(adm, run, "a kernel is loaded for kexec, and `systemctl reboot` would go to "
			 "it: unload it first (kexec -u) if this host has to reboot cold");
}

static int jump(struct sevadm *adm, const struct sevadm_kexec_options *options,
		struct sevadm_run *run, bool now)
{
	if (options->no_exec) {
		core_message(run, "SEV and SEV-SNP are down, and nothing stands in the way of a "
			     "kexec");
		return 0;
	}
	core_message(run, now ? "The next kernel is up" :
		     "SEV and SEV-SNP are down, and systemd takes this host to the next kernel");
	return now ? jump_now(adm, run) : jump_by_systemd(adm, run);
}

int sevadm_kexec(struct sevadm *adm, const struct sevadm_kexec_options *options,
		 struct sevadm_run *run)
{
	bool now = options->now || !host_has_systemd(adm->host);
	int ret = core_fail_readonly(adm, options->teardown.dry);

	if (ret)
		return ret;
	if (options->teardown.only)
		return core_fail(adm, SEVADM_USAGE, EINVAL, "Leave it out.", "a kexec ends every guest, "
				 "not only some");
	if (options->teardown.guests == SEVADM_GUESTS_DECOMMISSION)
		return core_fail(adm, SEVADM_USAGE, EINVAL, "Say --guests=stop.",
				 "a guest that is decommissioned under its VMM leaves pages in the "
				 "RMP, of which the next kernel dies");
	if (now && !options->now && !options->no_exec)
		return core_fail(adm, SEVADM_FAILED, EOPNOTSUPP, "End them yourself, then say "
				 "--now.", "systemd does not run this host: nothing would end its "
				 "services");
	if (options->teardown.dry)
		ret = try_files(adm, options);
	if (ret)
		return ret;
	ret = check(adm, run, options, "nothing was changed:");
	/* a plan is shown also where it may not be carried out; the failure stays the first */
	if (ret == -ENOTRECOVERABLE && options->teardown.dry) {
		if (!options->kernel || !plan_load(adm, run))
			prepare(adm, options, run, now);
		return ret;
	}
	if (!ret && options->kernel)
		ret = plan_load(adm, run);
	if (!ret && options->kernel && !options->teardown.dry)
		ret = load(adm, run, options);
	if (ret)
		return ret;
	ret = prepare(adm, options, run, now);
	if (options->teardown.dry)
		return ret;
	if (!ret)
		return jump(adm, options, run, now);
	leave_no_image(adm, options, run);
	return ret;
}
