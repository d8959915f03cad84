/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the rooms of the library share: the handle, its first failure, the
 * record of a run, and the one way to issue a request.
 */
#ifndef CORE_CONTEXT_H
#define CORE_CONTEXT_H

#include <linux/sev-debug.h>
#include <signal.h>

#include "lib/core/journal.h"
#include "lib/device/device.h"
#include "lib/host/host.h"
#include "sevadm.h"

struct recorder;
struct replay;

struct sevadm {
	struct device *dev;
	struct host *host;
	struct host *below;	/* the same without a recorder: for what is noted as a whole */
	struct recorder *recorder;	/* of --record, or NULL */
	struct replay *replay;	/* of a replayed recording, or NULL */
	struct sim *sim;
	struct sevadm_failure failure;
	unsigned int flags;	/* SEVADM_*, as it was opened */
	char device[PATH_MAX];	/* same */
	int (*observer)(void *arg, const struct sevadm_step *step);
	void *observer_arg;
	void (*phase_observer)(void *arg, const struct sevadm_phase *phase);
	void *phase_arg;
	struct sevadm_phase phase;	/* no @name: none */
	bool cancelled;
	uint64_t deadline;	/* on the host's clock; 0: none */
	unsigned int deadline_seconds;
	int lock;		/* descriptor of the lock against other programs, or -1 */
	bool locked;		/* it is ours, in a replay without a descriptor */
	char lock_path[PATH_MAX];
	struct journal journal;
	const char *note_path;	/* where the guests are noted that were seen; NULL: nowhere */
	char *noted;		/* what stands there since we wrote it */
	struct host_vms vms;
	bool surveyed;
	uint64_t surveyed_ns;	/* CLOCK_BOOTTIME before the first process was looked at */
	struct device *faulty;	/* @dev, or behind it, where there are faults */
	char *faults[DEVICE_FAULTS];	/* as they were given */
	size_t nr_faults;
};

/* ---- fault.c */
void core_faults_free(struct sevadm *adm);

/* ---- failure.c: recorded once, where it happens; every function returns -err (or -EIO) */

__attribute__((format(printf, 5, 6)))
int core_fail(struct sevadm *adm, enum sevadm_class class, int err, const char *remedy,
	      const char *format, ...);

/* @what was being done when @err (positive) came; the class follows from it */
int core_fail_errno(struct sevadm *adm, int err, const char *what);

/* Before the first change: was it opened for changes?  0, or the failure */
int core_fail_readonly(struct sevadm *adm, bool dry);

/* A node that cannot be used, and why */
int core_fail_node(struct sevadm *adm, enum device_node node);

/* The driver gave the secure processor up */
int core_fail_psp_dead(struct sevadm *adm);

/* A step that did not succeed, as firmware or kernel told it */
int core_fail_step(struct sevadm *adm, const struct sevadm_step *step, uint32_t reason,
		   uint16_t command);

/* The firmware's answer was no: as core_fail(), with status and extended error of @step */
__attribute__((format(printf, 4, 5)))
int core_fail_refused(struct sevadm *adm, const struct sevadm_step *step, const char *remedy,
		      const char *format, ...);

/* Why the driver refused, in words; NULL for SEV_DBG_R_NONE */
const char *core_reason_text(uint32_t reason);

/* ---- run.c: plan, steps, warnings; -ENOMEM is a failure as any other */

int core_plan_add(struct sevadm *adm, struct sevadm_run *run, const struct sevadm_plan_step *step);
/* Both of its steps are in the plan */
int core_edge_add(struct sevadm *adm, struct sevadm_run *run, const struct sevadm_plan_edge *edge);
/* Records the step and tells the observer; -ECANCELED when it wants to stop */
int core_step_add(struct sevadm *adm, struct sevadm_run *run, const struct sevadm_step *step);
/* Phases, one after the other.  @unit may be NULL, with @total 0 */
void core_phase_begin(struct sevadm *adm, const char *name, const char *unit, uint32_t total);
/* The phase after which there may be nobody any more: this kernel ends in it */
void core_phase_leave(struct sevadm *adm, const char *name);
/* So much of it is done; the same as before says that it still goes on */
void core_phase_done(struct sevadm *adm, uint32_t done);
/* @ret: 0 if it ended well */
void core_phase_end(struct sevadm *adm, int ret);

/* What asks a program to stop waits in between, for what must not be left half way */
void core_stops_hold(sigset_t *saved);
void core_stops_release(const sigset_t *saved);

/* Between steps, and while waiting: has the observer asked to stop? */
int core_check_cancel(struct sevadm *adm);
/* A wait to @deadline, cut short where the time for all of it is up (teardown --timeout) */
uint64_t core_until(const struct sevadm *adm, uint64_t deadline);
__attribute__((format(printf, 3, 4)))
int core_warn(struct sevadm *adm, struct sevadm_run *run, const char *format, ...);
/* A text that lives as long as @run, for a step to refer to; NULL: no memory */
__attribute__((format(printf, 2, 3)))
const char *core_text(struct sevadm_run *run, const char *format, ...);
__attribute__((format(printf, 2, 3)))
void core_message(struct sevadm_run *run, const char *format, ...);

/* ---- recording.c */

/* A handle of nothing yet, or NULL */
struct sevadm *core_new(unsigned int flags);
/* "replay:FILE": both seams as a recording answers; 0, or the failure */
int core_replay_open(struct sevadm *adm, const char *device);
/* Was the command line, or one of a session, of what is replayed one with "--fault=@spec"? */
bool core_replay_has_fault(const struct sevadm *adm, const char *spec);
/* What neither seam sees goes into a recording as a note, and comes back from it: was it there? */
void core_note(struct sevadm *adm, const char *about, int64_t result, const char *text);
bool core_noted(struct sevadm *adm, const char *about, int64_t *result, char *text, size_t size);

/* ---- lock.c */

/* Does another one hold the lock?  1 and who, 0, or -errno */
int core_lock_held(struct sevadm *adm, char *holder, size_t size);
/* What an earlier run left undone, as far as the journal tells */
bool core_interrupted(struct sevadm *adm, char *text, size_t size);

/* ---- reach.c */

/**
 * core_cpus_refused - where no thread of this process can run
 * @adm:	handle
 * @cpus:	which CPUs to try
 * @refused:	those that could not be had: offline, or outside the cpuset
 *
 * Asked by trying, in a thread of its own: an affinity that can be widened is no
 * obstacle, and no list in /proc tells the two apart.
 * Return: 0 or -errno
 */
int core_cpus_refused(struct sevadm *adm, const struct cpuset *cpus, struct cpuset *refused);

/* ---- request.c: the one function above the seam, and the requests made of it */

/**
 * core_issue - issue one request
 * @adm:	handle
 * @retry:	may be issued again after EINTR
 * @request:	ioctl number
 * @arg:	its structure
 * @status:	where in @arg the firmware status is; preset to "not called"; or NULL
 * @duration_ns: result, or NULL
 * Return: 0 or -errno
 */
int core_issue(struct sevadm *adm, bool retry, unsigned long request, void *arg, uint32_t *status,
	       uint64_t *duration_ns);

/* Answers about state: nothing is changed, no failure recorded.  0 or -errno */
int request_info(struct sevadm *adm, struct sev_dbg_info *info);
int request_guest_list(struct sevadm *adm, struct sev_dbg_guest **list, size_t *nr);
/* @trace->entries: room for @trace->capacity */
int request_trace(struct sevadm *adm, struct sev_dbg_trace *trace);
int request_sev_status(struct sevadm *adm, struct sevadm_sev_status *status,
		       struct sevadm_step *step);
int request_snp_status(struct sevadm *adm, struct sevadm_snp_status *status,
		       struct sevadm_step *step);
/* GET_ID into @buf of *@len bytes, NULL and 0 to be told the length: that is in *@len after */
int request_id(struct sevadm *adm, void *buf, uint32_t *len, struct sevadm_step *step);
/* A command on /dev/sev by its number there; @step: how that was */
int request_sev_issue(struct sevadm *adm, uint32_t number, uint16_t command, void *buf,
		      struct sevadm_step *step);
/* Of the first CPU, with its family and model; unknown where /proc does not tell */
enum sevadm_generation request_generation(struct sevadm *adm, unsigned int *family,
					  unsigned int *model);

/**
 * struct platforms - what both sides of the firmware say of themselves
 * @sev, @snp:	all zero where there is no answer
 * @sev_ret, @snp_ret: 0 or -errno
 * @sev_step, @snp_step: how that was
 */
struct platforms {
	struct sevadm_sev_status sev;
	struct sevadm_snp_status snp;
	struct sevadm_step sev_step, snp_step;
	int sev_ret, snp_ret;
};

/*
 * Asks both.  Once the driver has given the secure processor up (-EBUSY), or does so now
 * (-ETIMEDOUT), SNP is not asked: the driver would hand the firmware a page for the answer,
 * and never get it back.
 */
void request_platforms(struct sevadm *adm, struct platforms *platforms);

/*
 * kvm_amd was loaded with a CPU offline: SNP_INIT_EX succeeded, the SNP_DF_FLUSH
 * after it did not, so the driver takes SNP for down.  With the companion patch, and
 * with a stock driver, which then does not convert the page that the firmware is to
 * write its status to.
 */
bool info_half_up(const struct sev_dbg_info *info);
bool platforms_half_up(const struct platforms *platforms);

/* ---- sev_request.c: commands of /dev/sev that change something, or want SEV up for it */

/**
 * request_sev_allowed - may a command be issued on /dev/sev of this kernel now?
 * @adm:	handle
 * @command:	FW_CMD_*
 * @platforms:	as they are
 *
 * Some that the driver would carry out take the host down, or leave it half way: they bring
 * SNP up from under running VMs, or SEV without SNP on a host of SNP.  Others it refuses while
 * SNP is down, which is better known before anybody is asked.
 * Return: 0; -errno, with the failure
 */
int request_sev_allowed(struct sevadm *adm, uint16_t command, const struct platforms *platforms);

/**
 * request_sev - issue one, allowed or not
 * @adm:	handle
 * @run:	a step is added
 * @command:	FW_CMD_*, of those that /dev/sev has a number for
 * @data:	its structure of uapi/linux/psp-sev.h, NULL for none
 * @step:	how that was, and what was refused is the caller's to judge and to record, by
 *		request_sev_fail() at the end.  NULL: it is recorded here
 * Return: 0 or -errno
 */
int request_sev(struct sevadm *adm, struct sevadm_run *run, uint16_t command, void *data,
		struct sevadm_step *step);

/* Records @step of request_sev() as the failure, in the light of the kernel's release: -errno */
int request_sev_fail(struct sevadm *adm, const struct sevadm_step *step, uint16_t command);

/* Why SNP_PLATFORM_STATUS was not carried out, by the kernel's release; @err is positive */
void request_snp_unknown(struct sevadm *adm, int err, struct sevadm_failure *failure);

/* ---- driver.c: what the drivers tell by other ways than the devices */

/* A state of the host, in one sentence, and what to do about it: the same whoever meets it */
struct finding {
	const char *text, *remedy;
};

extern const struct finding finding_half_up, finding_half_up_stock, finding_iommu,
	finding_iommu_stock, finding_second_kernel, finding_kept;

/* It is the failure: -EIO */
int core_fail_finding(struct sevadm *adm, const struct finding *finding);

/**
 * struct driver_log - what the kernel's log says of SEV since boot, or as far as it goes back
 * @err:	0 or -errno: it could not be read
 * @whole:	from the first line on
 * @psp_dead:	"timed out, disabling PSP"
 * @rmp:	"RMP table physical range": SNP is turned on in this host's registers
 * @status_failed: the driver's first question was refused
 * @iommu_silent: "Completion-Wait loop timed out"
 * @iommu_reused: a kdump kernel took the old one's buffers over
 * @iommu_failed: "SNP IOMMU shutdown failed", and SNP did not come up since
 * @leaks:	"Leaking PFN range"
 * @unreleased:	"Failed to release guest context"
 *
 * See lib/firmware/messages.c.
 */
struct driver_log {
	int err;
	bool whole, psp_dead, rmp, status_failed;
	bool iommu_silent, iommu_reused, iommu_failed;
	unsigned int leaks, unreleased;
};

void driver_log_read(struct sevadm *adm, struct driver_log *log);

enum driver_module { DRIVER_MODULE_NONE, DRIVER_MODULE_LIVE, DRIVER_MODULE_BUILT_IN };

/* @name: "ccp" or "kvm_amd" */
enum driver_module driver_module(struct sevadm *adm, const char *name);

/* Why a stock driver's shutdown cannot be had, or would not do it; NULL: nothing is known */
const struct finding *driver_stock_obstacle(struct sevadm *adm, const struct platforms *p);

/* Does SNP stay up when kvm_amd goes, as far as the kernel's release tells? */
bool driver_keeps_snp(struct sevadm *adm);

enum driver_lockdown { DRIVER_NO_LOCK, DRIVER_UNLOCKED, DRIVER_LOCKED, DRIVER_LOCK_UNKNOWN };

/* @mode: as the kernel writes it; @err: positive errno, where it cannot be read */
enum driver_lockdown driver_lockdown(struct sevadm *adm, char *mode, size_t size, int *err);

/* Under lockdown the driver allows no changes, and says so too late: at the first of them */
int core_fail_locked(struct sevadm *adm);

/* Changes: each is recorded in @run, and as the failure if it did not succeed */
int request_decommission(struct sevadm *adm, struct sevadm_run *run,
			 const struct sevadm_guest *guest, uint32_t flags);
int request_wbinvd_all(struct sevadm *adm, struct sevadm_run *run, uint32_t *nr_cpus);

/**
 * struct outcome - what decided a request
 * @step:	the command that failed, else the last of substance
 * @command:	its id
 * @reason:	SEV_DBG_R_*
 */
struct outcome {
	struct sevadm_step step;
	uint16_t command;
	uint32_t reason;
};

/* The firmware on one guest; the step of @outcome does not know of which */
int request_guest_status(struct sevadm *adm, uint64_t id, bool snp,
			 struct sevadm_guest_status *status, struct outcome *outcome);

/* Did the firmware itself say no, and this? */
bool outcome_refused(const struct outcome *outcome);
bool outcome_is(const struct outcome *outcome, uint32_t status);
/* Records it as the failure: -errno */
int outcome_fail(struct sevadm *adm, const struct outcome *outcome);

/**
 * request_cmd - DF_FLUSH, SHUTDOWN or INIT, every firmware command of it a step
 * @adm:	handle
 * @run:	steps are added
 * @request:	SEV_DBG_DF_FLUSH, ...
 * @flags:	SEV_DBG_C_*
 * @command:	what it is about, for a step where the driver issued nothing
 * @outcome:	what decided; with it, what the firmware or the driver refused is
 *		the caller's to judge and to record.  NULL: it is recorded here
 */
int request_cmd(struct sevadm *adm, struct sevadm_run *run, unsigned long request, uint32_t flags,
		uint16_t command, struct outcome *outcome);

#endif
