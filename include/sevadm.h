/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libsevadm - operate AMD SEV and SEV-SNP firmware from the host
 *
 * Nothing here prints, exits or reads argv.  Functions return 0 or -errno; the
 * firmware's own status is a separate number, SEVADM_NO_FW_CALL where the
 * firmware was not called.  What failed first is kept in the handle and told
 * by sevadm_failure().
 *
 * AMD 56860: SEV Secure Nested Paging Firmware ABI Specification.
 * AMD 55766: Secure Encrypted Virtualization API.
 */
#ifndef SEVADM_H
#define SEVADM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SEVADM_NO_FW_CALL	0xffffffffU

struct sevadm;

/* ------------------------------------------------------------------ failures */

/* What kind of failure; the program's exit codes have the same values */
enum sevadm_class {
	SEVADM_DONE = 0,
	SEVADM_FAILED = 1,
	SEVADM_NO = 2,			/* checked, and the answer is "no" */
	SEVADM_PERMISSION = 3,
	SEVADM_ABSENT = 4,		/* no such device or feature */
	SEVADM_BUSY = 5,		/* guests running, or a lock is held */
	SEVADM_REFUSED = 6,		/* the firmware refused */
	SEVADM_USAGE = 64,
};

/**
 * struct sevadm_failure - the first thing that went wrong
 * @kind:	of failure
 * @err:	positive errno, 0 if only the firmware refused
 * @status:	firmware status or SEVADM_NO_FW_CALL
 * @fw_ext:	extended error that the firmware left beside @status; 0: none
 * @message:	what was being done and what refused it, without a full stop
 * @remedy:	what to do about it, a sentence; empty if there is nothing to say
 */
struct sevadm_failure {
	enum sevadm_class kind;
	int err;
	uint32_t status;
	uint64_t fw_ext;
	char message[768];
	char remedy[768];
};

/* -------------------------------------------------------------------- handle */

#define SEVADM_WRITE	(1U << 0)	/* open the devices for changes */
#define SEVADM_EXCLUSIVE	(1U << 1)	/* one at a time on a host: busy if another is there */
#define SEVADM_INTERRUPTIBLE	(1U << 2)	/* a question ends with -EINTR if a signal comes */

/**
 * sevadm_open - open a host
 * @out:	handle, made also on failure (for sevadm_failure()) unless -ENOMEM
 * @device:	"kernel", "sim:FILE" for a simulated host, or "replay:FILE" for what was
 *		recorded of one (sevadm_record()), which touches nothing
 * @flags:	SEVADM_*
 *
 * The devices are opened here, once, so that privileges can be dropped after.
 * A missing /dev/sev-debug is no failure; what needs it says so.
 * Return: 0, -EINVAL (no such kind of device), -ENODEV, -EACCES, -EPERM, ...
 */
int sevadm_open(struct sevadm **out, const char *device, unsigned int flags);

/**
 * sevadm_lock - be the only one at work on the host, until the handle is closed
 * @adm:	handle, opened without SEVADM_EXCLUSIVE
 * @command:	what is going to be done: for the journal, and for whom it keeps waiting
 * @wait_seconds: how long to wait for who is at work
 * @waiting:	called before that, with a description of who it is; or NULL
 * @arg:	passed on
 *
 * From then on each step is noted in the journal, /run/sevadm/journal or that beside
 * the file of a simulated host.  Comes before sevadm_drop_privileges().
 * Return: 0, -EBUSY, other errno
 */
int sevadm_lock(struct sevadm *adm, const char *command, unsigned int wait_seconds,
		void (*waiting)(void *arg, const char *holder), void *arg);

/**
 * sevadm_close - give a host up: devices, lock and journal, and the handle
 * @adm:	handle; NULL does nothing
 */
void sevadm_close(struct sevadm *adm);

/**
 * sevadm_failure - the first thing that went wrong with a handle
 * @adm:	handle; NULL where sevadm_open() had no memory for one
 * Return: the failure, all zero if there was none; good until the handle is closed
 */
const struct sevadm_failure *sevadm_failure(const struct sevadm *adm);

/**
 * sevadm_is_simulated - is it a simulated host?
 * @adm:	handle
 * Return: true if it is; output made from such a handle has to say so
 */
bool sevadm_is_simulated(const struct sevadm *adm);

/**
 * sevadm_is_stock - is it a ccp driver without the companion patch?
 * @adm:	handle
 * Return: true if there is no /dev/sev-debug; false also where it may not be opened
 */
bool sevadm_is_stock(const struct sevadm *adm);

/**
 * struct sevadm_fault - one that was put in
 * @spec:	as it was given; good until the handle is closed
 * @asked:	how many requests it was about
 * @used:	how many of them it happened to
 */
struct sevadm_fault {
	const char *spec;
	uint64_t asked, used;
};

/**
 * sevadm_fault_check - does a fault make sense?
 * @spec:	see sevadm(8), FAULTS
 * @failure:	what is wrong with it
 * Return: 0 or -EINVAL
 */
int sevadm_fault_check(const char *spec, struct sevadm_failure *failure);

/**
 * sevadm_fault_add - have the nth request of a kind fail, late or not at all
 * @adm:	handle of a simulated host, with which nothing was done yet
 * @spec:	see sevadm(8), FAULTS
 *
 * The answer is put in between the library and the device: the driver of the simulated
 * host does not hear of the request.  What was counted is shared with processes that are
 * forked later.  Output made from such a handle has to say so.
 * Return: 0; -EOPNOTSUPP (a real host), -EINVAL, -ENOSPC (too many), -ENOMEM
 */
int sevadm_fault_add(struct sevadm *adm, const char *spec);

/**
 * sevadm_fault_share - the faults of another handle on the same host, counted together
 * @adm:	handle without any, closed before @other
 * @other:	the handle that has them
 * Return: 0, also where @other has none; -EEXIST, -ENOMEM
 */
int sevadm_fault_share(struct sevadm *adm, const struct sevadm *other);

/**
 * sevadm_fault_get - the faults of a handle, and what became of them
 * @adm:	handle, or NULL
 * @i:		which, from 0, in the order in which they were put in
 * @fault:	result
 * Return: 0; -ENOENT past the last
 */
int sevadm_fault_get(const struct sevadm *adm, size_t i, struct sevadm_fault *fault);
/* ---------------------------------------------------------------- recordings */

#define SEVADM_RECORD_SECRETS	(1U << 0)	/* mask nothing */
#define SEVADM_RECORD_APPEND	(1U << 1)	/* go on with a file that is there already */

/**
 * sevadm_record - write down what is asked of devices and host, and what they answer
 * @adm:	handle, just opened; before sevadm_lock() and sevadm_survey()
 * @file:	made with mode 0600; has not to be there yet, but for SEVADM_RECORD_APPEND
 * @flags:	SEVADM_RECORD_*
 * @words:	the command line, for the header
 * @nr_words:	how many
 *
 * sevadm_open() with "replay:FILE" answers from it.  Each event is one write() to the end
 * of the file, whose descriptor a forked process inherits.  A write that fails stops the
 * recording and nothing else: sevadm_record_error() tells.
 * Return: 0, -EEXIST, -EALREADY (it is recorded already), other errno
 */
int sevadm_record(struct sevadm *adm, const char *file, unsigned int flags, char *const *words,
		  size_t nr_words);

/**
 * sevadm_open_beside - one more handle of the same host
 * @out:	as sevadm_open()
 * @first:	open handle; if it is recorded, so is this one, in the same file
 * @flags:	SEVADM_WRITE
 *
 * Of a replay both go through one recording together, as they were recorded together:
 * open them in the same order.  It may be closed before or after @first.
 * Return: as sevadm_open()
 */
int sevadm_open_beside(struct sevadm **out, const struct sevadm *first, unsigned int flags);

/**
 * sevadm_record_command - note in a recording that another command begins
 * @adm:	handle; nothing is done where it is not recorded
 * @words:	the command line
 * @nr_words:	how many
 * Return: 0 or -errno, as sevadm_record_error()
 */
int sevadm_record_command(struct sevadm *adm, char *const *words, size_t nr_words);

/**
 * sevadm_record_error - is the recording whole?
 * @adm:	handle
 * Return: 0, also where there is none; -errno: the first write that failed
 */
int sevadm_record_error(const struct sevadm *adm);

/**
 * sevadm_is_replay - does a recording answer?
 * @adm:	handle
 * Return: true if it was opened as "replay:FILE"; sevadm_is_simulated() is true then, too
 */
bool sevadm_is_replay(const struct sevadm *adm);

/**
 * sevadm_replay_check - was something asked that the recording has no answer to?
 * @adm:	handle
 *
 * Nothing is answered from then on.  A function that goes on without an answer that it
 * could do without returns 0 all the same, so ask this when it is done.
 * Return: 0; -EBADMSG: it was, and sevadm_failure() tells the first difference
 */
int sevadm_replay_check(struct sevadm *adm);

/**
 * sevadm_replay_rest - what of a recording was not asked for
 * @adm:	handle
 * @first:	result: the first event of these
 * @size:	of @first
 * Return: how many events are left
 */
size_t sevadm_replay_rest(struct sevadm *adm, char *first, size_t size);

/* A recording that was read */
struct sevadm_recording;

/**
 * struct sevadm_recording_info - what heads a recording
 * @sevadm:	version that wrote it
 * @kernel:	release
 * @time:	UTC
 * @device:	"kernel", "sim", "replay"
 * @cpus_present, @cpus_online: lists; empty where they were not known
 * @ccp, @kvm_amd: srcversion of the modules, same
 * @command:	the words of the command line, with spaces between them
 * @abi:	SEV_DBG_ABI_VERSION that it was built with
 * @events:	how many there are
 * @simulated:	it was no real host
 * @secrets:	nothing is masked
 * @anonymised:	names in it are made up
 * @cut:	its last line is a half one: who wrote it was killed
 */
struct sevadm_recording_info {
	char sevadm[64], kernel[128], time[32], device[16];
	char cpus_present[512], cpus_online[512], ccp[64], kvm_amd[64];
	char command[1024];
	uint32_t abi, events;
	bool simulated, secrets, anonymised, cut;
};

/**
 * struct sevadm_recording_event - one event as people see it
 * @number:	from 1
 * @kind:	"ioctl", "read", "process_signal", ...
 * @what:	the request's name; what was asked of the host
 * @cpu:	-1: not known
 * @thread:	0: the one that opened the host
 * @time_ns:	when it was over, since the recording began
 * @duration_ns: how long it took
 * @err:	positive errno, 0 if there was none
 * @result:	what came back otherwise
 * @has_status, @status: of the firmware, where it was called
 * @masked:	something of it was not recorded
 * @host:	it was asked of the host, not of a device
 */
struct sevadm_recording_event {
	uint32_t number;
	const char *kind;
	char what[256];
	int32_t cpu;
	uint32_t thread;
	uint64_t time_ns, duration_ns;
	int32_t err;
	int64_t result;
	bool has_status;
	uint32_t status;
	bool masked, host;
};

/**
 * struct sevadm_recording_field - one member of what was asked or came back
 * @buffer:	of a request: "arg", "trace", ...; of the host: empty
 * @type:	structure in it
 * @name:	of the member
 * @index:	which structure, where the buffer has many
 * @out:	it came back
 * @value:	as people write it, escaped
 */
struct sevadm_recording_field {
	const char *buffer, *type, *name;
	uint32_t index;
	bool out;
	char value[256];
};

/**
 * sevadm_recording_open - read a recording
 * @out:	result, NULL on failure
 * @file:	of --record
 * @failure:	what is wrong with it
 * Return: 0; -EBADMSG: it is none, or damaged; -EPROTO: of another format; other errno
 */
int sevadm_recording_open(struct sevadm_recording **out, const char *file,
			  struct sevadm_failure *failure);

/**
 * sevadm_recording_close - release one
 * @recording:	NULL does nothing
 */
void sevadm_recording_close(struct sevadm_recording *recording);

/**
 * sevadm_recording_info - what heads it
 * @recording:	which
 * @info:	result
 */
void sevadm_recording_info(const struct sevadm_recording *recording,
			   struct sevadm_recording_info *info);

/**
 * sevadm_recording_event - one of its events
 * @recording:	which
 * @number:	from 1
 * @event:	result
 * Return: 0, -ENOENT
 */
int sevadm_recording_event(const struct sevadm_recording *recording, uint32_t number,
			   struct sevadm_recording_event *event);

/**
 * sevadm_recording_fields - the members of an event
 * @recording:	which
 * @number:	of the event
 * @fn:		called with each, until it returns non-zero
 * @arg:	passed on
 * Return: 0, what @fn returned, -ENOENT
 */
int sevadm_recording_fields(const struct sevadm_recording *recording, uint32_t number,
			    int (*fn)(void *arg, const struct sevadm_recording_field *field),
			    void *arg);

/**
 * sevadm_recording_diff - do two recordings tell the same?
 * @a:		one
 * @b:		the other
 * @host:	also what was only read from the host
 * @text:	where they first differ
 * @size:	of @text
 *
 * Times, pids, and the order of what many threads did at once are no difference.
 * Return: 0: the same; 1: they differ; -ENOMEM
 */
int sevadm_recording_diff(const struct sevadm_recording *a, const struct sevadm_recording *b,
			  bool host, char *text, size_t size);

/**
 * sevadm_recording_anonymise - a copy without the names in it
 * @file:	recording
 * @output:	a new file, mode 0600
 * @failure:	what went wrong
 *
 * Names of processes, guests, units, hosts and files, pids, serial numbers and lines of the
 * log that are not about SEV are replaced, the same by the same; what sevadm goes by stays,
 * so that it replays as the original does.
 * Return: 0, or -errno; then there is no @output
 */
int sevadm_recording_anonymise(const char *file, const char *output,
			       struct sevadm_failure *failure);

/**
 * sevadm_version - of the library
 * Return: as "0.1"
 */
const char *sevadm_version(void);

/* Privileges that the rest of the work needs; everything else is dropped */
#define SEVADM_KEEP_SYS_ADMIN	(1U << 0)	/* ioctls that change state */
#define SEVADM_KEEP_KILL	(1U << 1)	/* stop or freeze VMMs of other users */
#define SEVADM_KEEP_MODULE	(1U << 2)	/* take kvm_amd out, put it in */
#define SEVADM_KEEP_BOOT	(1U << 3)	/* load a kernel for kexec, and go there */
#define SEVADM_KEEP_PTRACE	(1U << 4)	/* look into other processes once more */
#define SEVADM_KEEP_RAWIO	(1U << 5)	/* read registers of the processor */

/**
 * sevadm_survey - look at what other processes and the kernel show
 * @adm:	handle
 *
 * Finds every process that holds a KVM VM.  Needs the privilege to look into
 * other processes, so it comes before sevadm_drop_privileges().
 * Return: 0, also where processes could not be looked into, which are counted; -ENOMEM;
 * -errno where /proc cannot be read
 */
int sevadm_survey(struct sevadm *adm);

/**
 * sevadm_drop_privileges - keep only these capabilities, and no_new_privs
 * @adm:	handle, for the failure; NULL for who opens no host
 * @keep:	SEVADM_KEEP_*
 * Return: 0; -EPERM, other errno where what is left could not be given up
 */
int sevadm_drop_privileges(struct sevadm *adm, unsigned int keep);

/* --------------------------------------------------------------------- steps */

enum sevadm_step_kind {
	SEVADM_STEP_FIRMWARE,	/* a firmware command */
	SEVADM_STEP_WBINVD,	/* on one CPU, or on all with @cpu -1 */
	SEVADM_STEP_HOST,	/* signals, waiting: something done to the host */
};

/**
 * struct sevadm_step - one thing that was done, or refused
 * @kind:	what kind of thing
 * @command:	name as in the specification, "WBINVD", or the host's action
 * @has_guest:	@guest is meant
 * @guest:	id in the guest list
 * @asid:	0 if unknown or not bound
 * @has_pid:	@pid is meant
 * @pid:	process acted upon
 * @has_cpu:	@cpu is meant
 * @cpu:	logical CPU of a WBINVD
 * @has_core:	@core and @socket are meant
 * @core:	in which @cpu sits, a number of its socket's
 * @socket:	in which that is
 * @has_ccx:	@ccx is meant
 * @ccx:	id of its L3 cache
 * @has_status:	@status is meant: it was a firmware command, or could have become one
 * @status:	firmware status, SEVADM_NO_FW_CALL if it was not called
 * @fw_ext:	what the firmware left in the command buffer's registers beside a @status
 *		other than 0; no document says what is in it.  0: nothing, or not told
 * @err:	positive errno if the kernel refused, 0 otherwise
 * @harmless:	nothing depends on it, whatever came of it
 * @count:	how many equal commands in a row it stands for
 * @duration_ns: from the call to the answer
 * @reason:	why the kernel refused, NULL if it gave none; of a program that was run:
 *		for what, and how it ended
 */
struct sevadm_step {
	enum sevadm_step_kind kind;
	const char *command;
	bool has_guest, has_pid, has_cpu, has_core, has_ccx, has_status, harmless;
	uint64_t guest;
	uint32_t asid;
	int32_t pid;
	uint32_t cpu, core, ccx, socket;
	uint32_t status;
	uint64_t fw_ext;
	int32_t err;
	uint32_t count;
	uint64_t duration_ns;
	const char *reason;
};

/**
 * struct sevadm_plan_step - one line of a plan
 * @command:	as in struct sevadm_step
 * @has_guest:	@guest and @asid are meant
 * @guest:	id in the guest list
 * @asid:	0 if unknown or not bound
 * @count:	on how many CPUs or VMMs, else 1
 * @why:	why it stands where it stands
 */
struct sevadm_plan_step {
	const char *command;
	bool has_guest;
	uint64_t guest;
	uint32_t asid;
	uint32_t count;
	const char *why;
};

/**
 * struct sevadm_plan_edge - what has to precede a step of a plan, and what tells that it did not
 * @step:	which step, as an index into the plan
 * @after:	what has to come before it, as an index into the plan
 * @why:	one sentence
 * @told_by:	the firmware command that answers @status where @after did not come first,
 *		which can be a later one than @step; NULL: no status tells, the firmware
 *		does not look
 * @status:	firmware status, 0 without @told_by
 *
 * The firmware's rules (AMD 56860, SNP_DF_FLUSH, SNP_SHUTDOWN_EX, SNP_DECOMMISSION;
 * AMD 55766, SHUTDOWN), not merely the order in which the steps are carried out: two
 * steps that no path of edges connects could change places.
 */
struct sevadm_plan_edge {
	size_t step, after;
	const char *why, *told_by;
	uint32_t status;
};

/**
 * struct sevadm_run - what a command that acts on the firmware planned and did
 * @plan:	what it set out to do
 * @edges:	why in this order: what each step of @plan has to wait for
 * @steps:	what was done, in order
 * @dry:	nothing was changed, the plan is all there is
 * @warnings:	sentences that the operator has to see even on success
 * @texts:	what steps refer to that was made for this run
 * @message:	how it ended, one sentence
 */
struct sevadm_run {
	struct sevadm_plan_step *plan;
	size_t nr_plan;
	struct sevadm_plan_edge *edges;
	size_t nr_edges;
	struct sevadm_step *steps;
	size_t nr_steps;
	bool dry;
	char **warnings;
	size_t nr_warnings;
	char **texts;
	size_t nr_texts;
	char message[512];
};

/**
 * sevadm_run_free - give up what a run points to
 * @run:	all zero afterwards, and good for another; one that was never used does
 */
void sevadm_run_free(struct sevadm_run *run);

/**
 * sevadm_set_observer - be told of each step as it ends
 * @adm:	handle
 * @step:	called after each step, from the calling thread, and with NULL where
 *		the sequence could stop or waits; non-zero asks it to stop there
 *		(-ECANCELED)
 * @arg:	passed on
 */
void sevadm_set_observer(struct sevadm *adm, int (*step)(void *arg, const struct sevadm_step *step),
			 void *arg);

/**
 * struct sevadm_phase - a stretch of a sequence that may take long
 * @name:	"ending guests", "WBINVD", "proof", or the firmware command
 * @unit:	what @total counts, NULL if nothing is counted
 * @done:	how much of it went well so far
 * @total:	how much there is to do
 * @over:	it has ended
 * @failed:	and not well
 * @leaves:	this kernel ends in it, if it goes well: what has to be said is to be said now
 */
struct sevadm_phase {
	const char *name, *unit;
	uint32_t done, total;
	bool over, failed, leaves;
};

/**
 * sevadm_set_phase_observer - be told of each phase as it begins, goes on and ends
 * @adm:	handle
 * @phase:	called when a phase begins, when @done grows, about ten times a second while
 *		it waits for VMMs or for the workers of WBINVD, and once with @over; always
 *		from the calling thread, one phase after the other, none within another.
 *		It cannot stop the sequence; the observer of steps can
 * @arg:	passed on
 */
void sevadm_set_phase_observer(struct sevadm *adm,
			       void (*phase)(void *arg, const struct sevadm_phase *phase),
			       void *arg);

/* ---------------------------------------------------------------------- host */

/**
 * struct sevadm_host - the machine
 * @kernel:	release
 * @nr_present, @nr_online: how many CPUs there are
 * @cpus_*:	lists as the kernel prints them
 * @patch:	/dev/sev-debug is there
 */
struct sevadm_host {
	char kernel[128];
	unsigned int nr_present, nr_online;
	char cpus_present[4096], cpus_online[4096], cpus_offline[4096];
	bool patch;
};

/**
 * sevadm_host_get - the machine, by /proc and /sys
 * @adm:	handle
 * @host:	result
 * Return: 0 or -errno where the lists of CPUs cannot be read
 */
int sevadm_host_get(struct sevadm *adm, struct sevadm_host *host);

/* Of processors, by what depends on it: the layout of a TCB version, and a product's name */
enum sevadm_generation {
	SEVADM_GENERATION_UNKNOWN,
	SEVADM_GENERATION_MILAN,
	SEVADM_GENERATION_GENOA,	/* and Bergamo and Siena, which /proc does not tell apart */
	SEVADM_GENERATION_TURIN,
};

/**
 * struct sevadm_processor - what /proc/cpuinfo tells of the first CPU
 * @family, @model: as CPUID has them; 0 with an unknown @generation if they cannot be read
 * @generation:	that they belong to
 */
struct sevadm_processor {
	unsigned int family, model;
	enum sevadm_generation generation;
};

/**
 * sevadm_processor_get - which generation of processors this host has
 * @adm:	handle
 * @processor:	result; a generation that is not known is a result as others
 */
void sevadm_processor_get(struct sevadm *adm, struct sevadm_processor *processor);

/**
 * sevadm_generation_name - of a generation, for people
 * @generation:	of processors
 * Return: name, "unknown" for others
 */
const char *sevadm_generation_name(enum sevadm_generation generation);

/**
 * sevadm_generation_of - which one a processor is of
 * @family:	as CPUID has it, base and extended together
 * @model:	the same
 * Return: it; SEVADM_GENERATION_UNKNOWN for others
 */
enum sevadm_generation sevadm_generation_of(unsigned int family, unsigned int model);

/* -------------------------------------------------------------------- status */

/**
 * struct sevadm_tcb - TCB_VERSION (AMD 56860, TCB_VERSION structure), its fields by name
 * @raw:	as the firmware gave it
 * @known:	the layout of this processor's is known; else all that follows is 0
 * @has_fmc:	Turin's layout; else @fmc is 0
 * @fmc, @bootloader, @tee, @snp, @microcode: security patch levels
 * @reserved:	the bytes of @raw that are none of them
 */
struct sevadm_tcb {
	uint64_t raw, reserved;
	bool known, has_fmc;
	uint8_t fmc, bootloader, tee, snp, microcode;
};

/**
 * sevadm_tcb_decode - a TCB_VERSION, part by part
 * @raw:	as the firmware gave it
 * @generation:	of the processor, which decides the layout
 * @tcb:	result; of a generation that is not known @raw alone
 */
void sevadm_tcb_decode(uint64_t raw, enum sevadm_generation generation, struct sevadm_tcb *tcb);

/**
 * struct sevadm_sev_status - PLATFORM_STATUS of the legacy side (AMD 55766, 5.6)
 * @known:	the firmware answered; all else is 0 if not
 * @api_major, @api_minor, @build: the firmware's version
 * @state:	see sevadm_sev_state_name()
 * @owned:	the platform belongs to somebody else than its maker
 * @es:		SEV-ES was initialised
 * @guest_count: guests of SEV and SEV-ES that it holds
 * @flags_reserved: bits of the flags that are none of them
 */
struct sevadm_sev_status {
	bool known;
	uint8_t api_major, api_minor, build, state;
	bool owned, es;
	uint32_t guest_count, flags_reserved;
};

/**
 * struct sevadm_snp_status - SNP_PLATFORM_STATUS (AMD 56860, 8.3)
 * @known:	the firmware answered; all else is 0 if not
 * @api_major, @api_minor, @build: the firmware's version
 * @state:	see sevadm_snp_state_name()
 * @rmp_initialized: the RMP is
 * @mask_chip_id, @mask_chip_key: reports name no chip, or are not signed by its key
 * @vlek:	a VLEK hashstick is loaded
 * @feature_info: the firmware knows SNP_FEATURE_INFO
 * @alias_check: memory was searched for aliases since the last reset
 * @tio:	SEV-TIO is on: of the flags, @tio_policy of the policy word
 * @tio_policy:	see @tio
 * @rapl_dis:	RAPL, by which secrets leak, is off
 * @ciphertext_hiding_capable, @ciphertext_hiding: it can be had; it is on
 * @guest_count: SNP guests that it holds
 * @flags_reserved, @policy_reserved: bits of the two that are none of these
 * @current_tcb: of what runs
 * @reported_tcb: of what reports speak
 */
struct sevadm_snp_status {
	bool known;
	uint8_t api_major, api_minor, state;
	uint32_t build;
	bool rmp_initialized, mask_chip_id, mask_chip_key, vlek, feature_info;
	bool alias_check, tio, tio_policy, rapl_dis;
	bool ciphertext_hiding_capable, ciphertext_hiding;
	uint32_t guest_count, flags_reserved, policy_reserved;
	struct sevadm_tcb current_tcb, reported_tcb;
};

/**
 * struct sevadm_driver - what the patched ccp driver says
 * @known:	/dev/sev-debug answered
 * @abi_version: of /dev/sev-debug
 * @psp_dead:	a command timed out, and the driver gave the secure processor up
 * @snp_init:	the driver takes SNP for initialised
 * @svm_on:	SVM is on somewhere: KVM is at work
 * @init_locked: INIT through /dev/sev-debug and by new guests is locked out
 * @track_lost:	the list of guests is incomplete
 * @buffers:	the firmware owns a buffer of the driver's: SEV's TMR or NV memory
 * @snp_host:	the kernel runs as an SNP host
 * @fw_snp_state, @fw_sev_state: what the firmware says; SEVADM_NO_FW_CALL: it did not
 * @nr_snp_guests, @nr_sev_guests: contexts that are alive
 * @nr_snp_tombstones, @nr_sev_tombstones: decommissioned, still held by KVM
 * @leaked_pages: that the driver's guard kept, for they may be the firmware's
 * @mismatch:	driver and firmware disagree about SNP being up
 * @iommu_stuck: SNP is down, but the IOMMU could not give its pages back
 * @tio:	SEV-TIO is up
 * @ciphertext_hiding: firmware and BIOS have it, so that only kvm_amd may INIT SNP
 * @x86_shutdown: a shutdown of SNP ends RMP enforcement on the CPUs, if KVM is not live
 */
struct sevadm_driver {
	bool known;
	uint32_t abi_version;
	bool psp_dead, snp_init, svm_on, init_locked, track_lost, buffers, snp_host;
	bool iommu_stuck;
	bool tio, ciphertext_hiding, x86_shutdown;
	bool mismatch;
	uint32_t fw_snp_state, fw_sev_state;
	uint32_t nr_snp_guests, nr_sev_guests, nr_snp_tombstones, nr_sev_tombstones;
	uint64_t leaked_pages;
};

/**
 * struct sevadm_topology - what the processors are like, as far as those online show it
 * @known:	the kernel shows it; all else is 0 if not
 * @sockets, @cores, @ccxs: how many there are; a ccx is what shares an L3 cache
 * @threads_per_core, @cores_per_ccx: the most that any has
 * @generation:	"milan", "genoa", "turin"; empty: another
 * @smt:	as the kernel has it: "on", "off", "forceoff", ...
 */
struct sevadm_topology {
	bool known;
	uint32_t sockets, cores, ccxs, threads_per_core, cores_per_ccx;
	char generation[16], smt[24];
};

/**
 * sevadm_topology_get - what the processors are like
 * @adm:	handle
 * @topology:	result
 * Return: 0, also where the kernel does not show it; -ENOMEM, other errno where the lists of
 * CPUs cannot be read
 */
int sevadm_topology_get(struct sevadm *adm, struct sevadm_topology *topology);

/**
 * struct sevadm_status - state of both platforms and of the driver
 * @host:	the machine
 * @sev, @snp:	what the firmware says
 * @snp_err:	why @snp is not known: positive errno of SNP_PLATFORM_STATUS; else 0
 * @driver:	what the driver says, with the companion patch
 */
struct sevadm_status {
	struct sevadm_host host;
	struct sevadm_sev_status sev;
	struct sevadm_snp_status snp;
	int snp_err;
	struct sevadm_driver driver;
};

/**
 * sevadm_status_get - state of both platforms and of the driver
 * @adm:	handle
 * @status:	result; filled as far as it goes also on failure
 * @run:	the firmware commands it took, as steps; may be NULL
 * Return: 0 if both platforms answered, else -errno of the first that did not
 */
int sevadm_status_get(struct sevadm *adm, struct sevadm_status *status, struct sevadm_run *run);

/**
 * sevadm_snp_unknown - what it means that SNP_PLATFORM_STATUS told nothing
 * @adm:	handle
 * @status:	whose @snp is not known though sevadm_status_get() returned 0
 * @failure:	result: of kind SEVADM_ABSENT, for who cannot go on without; the handle has none
 *
 * -EINVAL means by the kernel's release that there is no such command, or that SNP is down
 * (drivers/crypto/ccp/sev-dev.c: up to 6.15 the firmware is asked only while SNP is up).
 */
void sevadm_snp_unknown(struct sevadm *adm, const struct sevadm_status *status,
			struct sevadm_failure *failure);

#define SEVADM_CHIP_ID_SIZE	64	/* bytes that GET_ID gives for each socket */
#define SEVADM_CHIPS		8	/* sockets at most, far more than there are */

/**
 * struct sevadm_identifier - the ids of the chips, socket by socket (AMD 55766, GET_ID)
 * @nr:		how many sockets the firmware told of
 * @length:	bytes of an id: 64, or Turin's 8, which zeros follow
 * @ids:	as the firmware gave them; all zero: it told none for that socket
 */
struct sevadm_identifier {
	size_t nr, length;
	uint8_t ids[SEVADM_CHIPS][SEVADM_CHIP_ID_SIZE];
};

/**
 * sevadm_identifier_get - the ids of the chips of this host
 * @adm:	handle
 * @id:		result
 * @run:	the firmware commands it took, as steps; may be NULL
 *
 * An id is no secret, but tells this machine from all others.
 * Return: 0 or -errno, -EIO if the firmware refused; -EPROTO for a length without a sense
 */
int sevadm_identifier_get(struct sevadm *adm, struct sevadm_identifier *id,
			  struct sevadm_run *run);

/* What AMD's key distribution service has about a chip, or a generation of them */
enum sevadm_kds {
	SEVADM_KDS_VCEK, SEVADM_KDS_VCEK_CHAIN, SEVADM_KDS_VCEK_CRL, SEVADM_KDS_VLEK_CHAIN,
	SEVADM_KDS_VLEK_CRL, SEVADM_KDS_CEK, SEVADM_KDS_VLEK,
};

/**
 * sevadm_kds_url - where AMD's key distribution service has something; nothing is fetched
 * @what:	it is
 * @generation:	of the processor; the CEK alone needs none
 * @id:		of the chip, SEVADM_CHIP_ID_SIZE bytes: VCEK and CEK, else NULL
 * @tcb:	that the VCEK, or the VLEK, is for, else NULL
 * @buf:	result
 * @size:	of @buf
 * Return: 0; -EOPNOTSUPP (the product's name or the layout of its TCB is not known),
 * -ENODATA (the id is all zero), -EINVAL (one is needed), -ENOSPC
 */
int sevadm_kds_url(enum sevadm_kds what, enum sevadm_generation generation, const uint8_t *id,
		   const struct sevadm_tcb *tcb, char *buf, size_t size);

/**
 * sevadm_kds_cek_chain_url - where AMD has the ASK and the ARK that a CEK comes from
 * @processor:	Naples and Rome have one, too
 * @buf:	result
 * @size:	of @buf
 *
 * Both in one file, in the layout of sevadm_cert_parse(); the key distribution service itself
 * has the other ones only, those of the VCEK.
 * Return: 0; -EOPNOTSUPP (a processor that is not known), -ENOSPC
 */
int sevadm_kds_cek_chain_url(const struct sevadm_processor *processor, char *buf, size_t size);

/**
 * sevadm_processor_by_name - the processor that people call so
 * @name:	"naples", "rome", "milan", "genoa", "bergamo", "siena", "turin", in any case
 * @processor:	result: the first of those that have this name
 * Return: 0 or -ENOENT
 */
int sevadm_processor_by_name(const char *name, struct sevadm_processor *processor);

/**
 * sevadm_chip_id_parse - the id of a chip, in hexadecimal digits
 * @text:	128 of them; Turin's can have 16, which zeros follow
 * @generation:	of the processor
 * @id:		result, SEVADM_CHIP_ID_SIZE bytes
 * Return: 0; -EINVAL (no such digits), -ERANGE (another number of them)
 */
int sevadm_chip_id_parse(const char *text, enum sevadm_generation generation, uint8_t *id);

/**
 * sevadm_tcb_parse - a TCB as people write it
 * @text:	"bootloader=4,tee=0,snp=24,microcode=219", Turin's with "fmc=1" besides, in any order and all
 *		of them; or all of it as one number, 0x...
 * @generation:	of the processor, which decides the layout
 * @tcb:	result
 * Return: 0; -EINVAL, -EOPNOTSUPP (no layout is known for that generation)
 */
int sevadm_tcb_parse(const char *text, enum sevadm_generation generation, struct sevadm_tcb *tcb);

/* -------------------------------------------- AMD's key distribution service */

/**
 * struct sevadm_kds_options - how to ask it
 * @base_url:	https://... of a mirror that has the same paths; NULL: AMD's own
 * @proxy:	as libcurl has it; NULL: what the environment says
 * @tls_ca:	file with the authorities for TLS, PEM; NULL: the system's
 * @client_cert, @client_key: files, PEM, of who asks, for what not everybody is told; or NULL
 * @cache:	directory, made where it is not there; NULL: none
 * @offline:	nothing but @cache is asked
 * @timeout_seconds: for each request
 * @retries:	how many more there can be, for what may go better another time
 * @tell, @text: called with a sentence when it waits, or cannot use the cache; may be NULL
 * @arg:	for @tell
 */
struct sevadm_kds_options {
	const char *base_url, *proxy, *tls_ca, *client_cert, *client_key, *cache;
	bool offline;
	unsigned int timeout_seconds, retries;
	void (*tell)(void *arg, const char *text);
	void *arg;
};

/**
 * struct sevadm_kds_object - what was got
 * @url:	whose it is, of @base_url where there is one
 * @data:	to be freed
 * @size:	of it
 * @cached:	it is out of the cache
 * @requests:	that it took
 */
struct sevadm_kds_object {
	char url[768];
	uint8_t *data;
	size_t size;
	bool cached;
	unsigned int requests;
};

/**
 * sevadm_kds_get - fetch something, or take it out of the cache
 * @url:	as sevadm_kds_url() has it
 * @max:	bytes that it may have
 * @fresh:	it changes: what is cached is for @offline alone
 * @options:	how to ask
 * @check:	is it what it should be?  0, or -errno with the failure; what it does not like is
 *		never kept, and if it was in the cache, is asked for once more
 * @arg:	for @check
 * @object:	result; its @url also on failure
 * @failure:	why not: SEVADM_ABSENT with ENOENT for HTTP 404, SEVADM_BUSY for 429 in spite of
 *		waiting, SEVADM_ABSENT with EOPNOTSUPP in a build without libcurl
 *
 * The device is not needed, and no privilege.  429 is waited for as long as the server wants
 * it, within two minutes; 5xx, time outs and broken connections for some seconds; nothing
 * else is repeated, and no redirection is followed.
 * Return: 0 or -errno
 */
int sevadm_kds_get(const char *url, size_t max, bool fresh,
		   const struct sevadm_kds_options *options,
		   int (*check)(void *arg, const uint8_t *data, size_t size,
				struct sevadm_failure *failure),
		   void *arg, struct sevadm_kds_object *object, struct sevadm_failure *failure);

/* -------------------------------------------------------------------- states */

/**
 * sevadm_sev_state_name - a platform state of SEV (AMD 55766, PLATFORM_STATUS)
 * @state:	0, 1, 2
 * Return: "UNINIT", "INIT", "WORKING"; "?" for none of them
 */
const char *sevadm_sev_state_name(uint32_t state);

/**
 * sevadm_snp_state_name - a platform state of SNP (AMD 56860, SNP_PLATFORM_STATUS)
 * @state:	0, 1
 * Return: "UNINIT", "INIT"; "?" for none of them
 */
const char *sevadm_snp_state_name(uint32_t state);

/* ------------------------------------------------------------- configuration */

/**
 * struct sevadm_config - what SNP_CONFIG sets (AMD 56860, SNP_CONFIG)
 * @reported_tcb: of which reports speak, and by which their key is derived
 * @mask_chip_id: reports name no chip
 * @mask_chip_key: reports are not signed
 * @zeros:	the firmware is given a TCB of zeros for @reported_tcb, by which it takes the
 *		current one
 */
struct sevadm_config {
	struct sevadm_tcb reported_tcb;
	bool mask_chip_id, mask_chip_key, zeros;
};

#define SEVADM_CONFIG_SAME	(-1)	/* stays what it is */

/**
 * struct sevadm_config_change - what of a configuration is to be different
 * @has_raw:	@raw is meant, and not its components
 * @raw:	TCB_VERSION as a whole
 * @fmc, @bootloader, @tee, @snp, @microcode: of the reported TCB, or SEVADM_CONFIG_SAME
 * @mask_chip_id, @mask_chip_key: 0, 1 or SEVADM_CONFIG_SAME
 * @reset:	all zeros instead, by which the current TCB is reported and nothing masked
 */
struct sevadm_config_change {
	bool has_raw, reset;
	uint64_t raw;
	int fmc, bootloader, tee, snp, microcode, mask_chip_id, mask_chip_key;
};

/**
 * sevadm_config_plan - what a configuration would be
 * @adm:	handle
 * @now:	what the firmware says
 * @change:	what is to be different
 * @after:	result
 *
 * Refuses what the firmware would refuse: a component above the current one, a reserved byte;
 * and a component that this generation does not have, or of which no layout is known.
 * Return: 0; -EINVAL, -EOPNOTSUPP, with the failure (SEVADM_NO)
 */
int sevadm_config_plan(struct sevadm *adm, const struct sevadm_snp_status *now,
		       const struct sevadm_config_change *change, struct sevadm_config *after);

/**
 * sevadm_config_set - SNP_CONFIG
 * @adm:	handle, opened with SEVADM_WRITE
 * @config:	of sevadm_config_plan()
 * @dry:	only plan it
 * @run:	result
 * Return: 0 or -errno, -EIO if the firmware refused
 */
int sevadm_config_set(struct sevadm *adm, const struct sevadm_config *config, bool dry,
		      struct sevadm_run *run);

/**
 * sevadm_commit - SNP_COMMIT: no older firmware loads on this chip any more
 * @adm:	handle, opened with SEVADM_WRITE
 * @dry:	only plan it
 * @run:	result
 * Return: 0 or -errno, -EIO if the firmware refused
 */
int sevadm_commit(struct sevadm *adm, bool dry, struct sevadm_run *run);

#define SEVADM_HASHSTICK_SIZE	432

/**
 * struct sevadm_hashstick - a wrapped VLEK (AMD 56860, VLEK_LOAD)
 * @bytes:	as it is
 * @iv, @tag:	of its encryption
 * @tcb:	that it is for
 * @empty:	it is all zeros
 * @reserved:	bytes that have to be zero are not
 */
struct sevadm_hashstick {
	uint8_t bytes[SEVADM_HASHSTICK_SIZE];
	uint8_t iv[12], tag[16];
	struct sevadm_tcb tcb;
	bool empty, reserved;
};

/**
 * sevadm_hashstick_parse - take a wrapped VLEK apart
 * @data:	bytes
 * @size:	of @data
 * @generation:	of the processor that it is for, which it does not tell
 * @hashstick:	result
 * @failure:	what is wrong with it
 * Return: 0; -EINVAL: it is not as long as one
 */
int sevadm_hashstick_parse(const void *data, size_t size, enum sevadm_generation generation,
			   struct sevadm_hashstick *hashstick, struct sevadm_failure *failure);

/**
 * struct sevadm_vlek_check - one thing that is looked at before a VLEK is loaded
 * @name:	"reserved", "content", "tcb"
 * @good:	it is as it has to be
 * @why:	a sentence, without a full stop
 */
struct sevadm_vlek_check {
	const char *name;
	bool good;
	char why[256];
};

#define SEVADM_VLEK_CHECKS	3

/**
 * sevadm_vlek_check - would the firmware of a host take it, as far as that can be told?
 * @hashstick:	which
 * @now:	what the firmware says
 * @checks:	result, the TCB last
 *
 * Whether it was wrapped for this chip only the firmware can tell.
 * Return: is all good?
 */
bool sevadm_vlek_check(const struct sevadm_hashstick *hashstick,
		       const struct sevadm_snp_status *now,
		       struct sevadm_vlek_check checks[SEVADM_VLEK_CHECKS]);

/**
 * sevadm_vlek_load - SNP_VLEK_LOAD
 * @adm:	handle, opened with SEVADM_WRITE
 * @hashstick:	which
 * @dry:	only plan it
 * @run:	result
 * Return: 0 or -errno, -EIO if the firmware refused
 */
int sevadm_vlek_load(struct sevadm *adm, const struct sevadm_hashstick *hashstick, bool dry,
		     struct sevadm_run *run);

/* ------------------------------------------------------------ firmware's files */

#define SEVADM_IMAGE_HEADER	256

/**
 * struct sevadm_image - a firmware image of the secure processor
 * @known:	its header has the mark, "$PS1"
 * @whole:	and all of it is there
 * @size:	of the file
 * @why:	what is wrong with it, where it is not whole; else empty
 * @remedy:	what to do about that
 * @size_signed: of what the signature is over
 * @is_signed:	0 or 1, as it says
 * @sig_id:	kind of signature
 * @signature:	the same by name; NULL: not signed, or a kind that is not known
 * @signature_size: bytes of it; 0 the same
 * @key_id:	of the key that signed
 * @encrypted, @compressed: 0 or 1, as it says
 * @size_plain, @size_packed: of the body, where it is compressed
 * @api_major, @api_minor, @build: its version, as PLATFORM_STATUS has it
 * @size_total:	as it says
 *
 * AMD has not published the header; what is known of it is what PSPTool found out.
 */
struct sevadm_image {
	bool known, whole;
	uint64_t size;
	char why[128];
	const char *remedy;
	uint32_t size_signed, is_signed, sig_id, compressed, size_plain, size_packed, size_total;
	uint32_t encrypted, signature_size;
	const char *signature;
	uint8_t key_id[16], api_major, api_minor, build;
};

/**
 * sevadm_image_parse - take such an image apart
 * @data:	a file
 * @size:	of @data
 * @image:	result
 *
 * Whether the signature holds only the firmware can tell.
 * Return: 0; -EINVAL: it is no image, not all of one, or compressed as a file; see @image
 */
int sevadm_image_parse(const void *data, size_t size, struct sevadm_image *image);

/**
 * sevadm_image_compare - is it newer than what runs?
 * @image:	whose header is known
 * @running:	the firmware
 * Return: -1: its version is lower, 0: the same, 1: higher
 */
int sevadm_image_compare(const struct sevadm_image *image, const struct sevadm_sev_status *running);

/**
 * struct sevadm_firmware_file - one that the ccp driver may find
 * @path:	where
 * @taken:	it is the first that it finds, and what runs can be replaced
 * @err:	positive errno of reading it, or 0
 * @image:	what is in it
 */
struct sevadm_firmware_file {
	char path[640];
	bool taken;
	int err;
	struct sevadm_image image;
};

/**
 * sevadm_firmware_find - the firmware files of a host, in the order in which ccp looks for them
 * @adm:	handle
 * @running:	the firmware; one below API 0.15 cannot be replaced
 * @files:	result: those that are there, and what is in them
 * @max:	room for
 * @names:	what it looks for: processor's model, its line, and any
 * Return: how many of @files
 *
 * In the kernel's directories (Documentation/driver-api/firmware/fw_search_path.rst), plain
 * before compressed; what is in an initramfs, or built in, is not seen.
 */
size_t sevadm_firmware_find(struct sevadm *adm, const struct sevadm_sev_status *running,
			    struct sevadm_firmware_file *files, size_t max, char names[3][64]);

/* --------------------------------------------------------- firmware commands */

/**
 * struct sevadm_trace_entry - a firmware command that ended
 * @seq:	numbers commands as they ended, without gaps while the driver stays loaded
 * @time_ns:	CLOCK_BOOTTIME when it began
 * @duration_ns: from the call to the answer
 * @command:	name as in the specification, "?" if it has none there
 * @id:		its number
 * @status:	of the firmware, SEVADM_NO_FW_CALL if it was not called or did not answer
 * @fw_ext:	as in struct sevadm_step
 * @err:	positive errno if the driver failed it, 0 otherwise
 * @cpu:	that issued it
 * @pid:	process on whose behalf
 * @comm:	that process's name, escaped
 */
struct sevadm_trace_entry {
	uint64_t seq, time_ns, duration_ns;
	const char *command;
	uint32_t id, status;
	uint64_t fw_ext;
	int err;
	uint32_t cpu;
	int32_t pid;
	char comm[64];
};

/**
 * struct sevadm_trace - the last firmware commands that the driver issued
 * @entries:	of them, oldest first
 * @nr_entries:	of them
 * @last:	number of the last command that ended, 0 if none did: what to give for
 *		@after the next time
 * @lost:	how many came after @after that the driver keeps no longer
 * @running:	name of the command that the driver waits for, NULL for none
 * @running_id:	its number
 * @running_pid: process on whose behalf
 * @running_ns:	since when it waits
 */
struct sevadm_trace {
	struct sevadm_trace_entry *entries;
	size_t nr_entries;
	uint64_t last, lost;
	const char *running;
	uint32_t running_id;
	int32_t running_pid;
	uint64_t running_ns;
};

/**
 * sevadm_trace_get - the last firmware commands, whoever had them issued
 * @adm:	handle
 * @after:	only those with a higher number; 0 for all that the driver keeps
 * @trace:	result, to be freed
 *
 * Needs the companion patch, in a version that keeps them.  Calls no firmware, and does
 * not wait for a command that hangs.  No failure is recorded where the driver has no
 * such thing.
 * Return: 0; -ENOENT (no companion patch), -ENOTTY (an older one); other errno
 */
int sevadm_trace_get(struct sevadm *adm, uint64_t after, struct sevadm_trace *trace);

/**
 * sevadm_trace_free - give up what it points to
 * @trace:	from sevadm_trace_get(), whatever that returned; or all zero
 */
void sevadm_trace_free(struct sevadm_trace *trace);

/* -------------------------------------------------------------------- guests */

enum sevadm_guest_kind { SEVADM_GUEST_SEV = 1, SEVADM_GUEST_SEV_ES, SEVADM_GUEST_SNP };

enum sevadm_guest_state {
	SEVADM_GUEST_INIT,		/* context made, LAUNCH_START not done */
	SEVADM_GUEST_LAUNCHING,		/* LAUNCH_START done */
	SEVADM_GUEST_RUNNING,		/* LAUNCH_FINISH or RECEIVE_FINISH done */
	SEVADM_GUEST_TOMBSTONE,		/* gone from the firmware, still held by KVM */
};

/**
 * struct sevadm_guest_status - what the firmware itself says of a guest
 * @known:	it answered; all else is 0 if not
 * @kind:	SEV-ES by the policy
 * @state:	SNP: 0 INIT, 1 LAUNCH, 2 RUNNING; SEV and SEV-ES: 0 INVALID, 1 LUPDATE,
 *		2 LSECRET, 3 RUNNING, 4 SUPDATE, 5 RUPDATE, 6 SENT
 * @asid:	0 if not bound
 * @policy:	from the launch
 * @vcek_dis:	SNP: the guest may not have reports signed with the VCEK
 *
 * GUEST_STATUS (AMD 55766), SNP_GUEST_STATUS (AMD 56860).
 */
struct sevadm_guest_status {
	bool known;
	enum sevadm_guest_kind kind;
	uint32_t state, asid;
	uint64_t policy;
	bool vcek_dis;
};

/**
 * struct sevadm_guest - a guest that the firmware, or KVM, still holds
 * @id:		names it towards decommission; never used twice
 * @kind, @state: as the driver tracked it
 * @asid:	0 if not bound
 * @policy:	from the launch; see sevadm_policy_text()
 * @handle:	SEV and SEV-ES only
 * @created_ns:	CLOCK_BOOTTIME when its context was made
 * @age_ns:	since then
 * @pid:	process that made it
 * @comm:	that process's name then, escaped
 * @held:	a process with a VM stands behind it; else it is a leaked context,
 *		or a VM handed to another process
 * @fw:		what the firmware says of it, once sevadm_guests_status() asked
 * @differs:	in what that and the list differ, in a few words; empty: in nothing
 */
struct sevadm_guest {
	uint64_t id;
	enum sevadm_guest_kind kind;
	enum sevadm_guest_state state;
	uint32_t asid, handle;
	uint64_t policy;
	int32_t pid;
	char comm[64];
	uint64_t created_ns, age_ns;
	bool held;
	struct sevadm_guest_status fw;
	char differs[64];
};

/**
 * struct sevadm_vm - a process that holds KVM VMs
 * @pid:	its process
 * @comm:	that process's name, escaped
 * @vms, @vcpus: descriptors of that kind it holds
 * @gmem:	and a guest_memfd
 * @sev:	it has /dev/sev open, or a guest in the list is its own
 * @guests:	how many guests of the list it explains
 * @unit:	of systemd's that it lives in, as /proc has it; empty: none is known
 */
struct sevadm_vm {
	int32_t pid;
	char comm[64];
	uint32_t vms, vcpus;
	bool sev, gmem;
	uint32_t guests;
	char unit[256];
};

/**
 * struct sevadm_guests - guests, and the processes that hold VMs
 * @has_list:	the driver keeps one (companion patch)
 * @track_lost:	and it is incomplete
 * @guests:	that list, by id
 * @nr_guests:	of it
 * @vms:	processes that hold VMs of KVM's, encrypted or not
 * @nr_vms:	of them
 * @fw_snp, @fw_sev: the firmware's own counts; SEVADM_NO_FW_CALL: not told
 * @hidden:	processes that could not be looked into
 */
struct sevadm_guests {
	bool has_list, track_lost;
	struct sevadm_guest *guests;
	size_t nr_guests;
	struct sevadm_vm *vms;
	size_t nr_vms;
	uint32_t fw_snp, fw_sev;
	size_t hidden;
};

/**
 * sevadm_guests_get - guests, set against the processes that hold VMs
 * @adm:	handle; surveyed here if that was not done yet
 * @guests:	result, to be freed
 * @run:	the firmware commands it took, as steps; may be NULL
 *
 * Root notes what it saw on this machine in SEVADM_NOTED_GUESTS, for sevadm_noted_get().
 * Return: 0 or -errno
 */
int sevadm_guests_get(struct sevadm *adm, struct sevadm_guests *guests, struct sevadm_run *run);

/**
 * struct sevadm_live - a host at one moment, asked for as little as that takes
 * @now_ns:	CLOCK_BOOTTIME of that moment
 * @host:	the machine
 * @sev_state, @snp_state: of the platforms; SEVADM_NO_FW_CALL: not known
 * @psp_dead:	the driver gave the secure processor up
 * @driver:	what the driver says, with the companion patch
 * @guests:	with the companion patch; without their processes
 */
struct sevadm_live {
	uint64_t now_ns;
	struct sevadm_host host;
	uint32_t sev_state, snp_state;
	bool psp_dead;
	struct sevadm_driver driver;
	struct sevadm_guests guests;
};

#define SEVADM_LIVE_QUIET	(1U << 0)	/* neither firmware nor driver is asked */

/**
 * sevadm_live_get - the state of a host, for who asks again and again
 * @adm:	handle
 * @flags:	SEVADM_LIVE_*
 * @live:	result, to be freed; filled as far as it goes also on failure
 * @run:	the firmware commands that a stock driver took, as steps; may be NULL
 *
 * Changes nothing.  Once the driver gave the secure processor up it is not asked any
 * more: by a driver with the companion patch of itself, otherwise with SEVADM_LIVE_QUIET.
 * Return: 0 or -errno
 */
int sevadm_live_get(struct sevadm *adm, unsigned int flags, struct sevadm_live *live,
		    struct sevadm_run *run);

/**
 * sevadm_live_free - give up what it points to
 * @live:	from sevadm_live_get(), whatever that returned; or all zero
 */
void sevadm_live_free(struct sevadm_live *live);

/**
 * sevadm_guests_free - give up what a list points to
 * @guests:	from sevadm_guests_get(), whatever that returned; or all zero
 */
void sevadm_guests_free(struct sevadm_guests *guests);

#define SEVADM_NOTED_GUESTS	"/run/sevadm/guests"

/**
 * struct sevadm_noted - what is known of a host without asking it
 * @guests:	@id, @kind, @state, @pid and @comm of those that were there when they were
 *		last listed; the rest is 0
 * @nr_guests:	of them
 * @cpus:	that the host can have, as the kernel prints a list; empty: not known
 */
struct sevadm_noted {
	struct sevadm_guest *guests;
	size_t nr_guests;
	char cpus[256];
};

/**
 * sevadm_noted_get - what is known of a host, for who completes a command line
 * @device:	as for sevadm_open()
 * @noted:	result, to be freed
 *
 * Opens no device and changes nothing.  A note from before this boot counts for nothing;
 * of a simulated host its file is read.
 * Return: 0; -EACCES (the note is root's), -ENOENT (nobody listed guests); other errno.  What
 * could be had is in @noted all the same.
 */
int sevadm_noted_get(const char *device, struct sevadm_noted *noted);

/**
 * sevadm_noted_free - give up what it points to
 * @noted:	from sevadm_noted_get(), whatever that returned; or all zero
 */
void sevadm_noted_free(struct sevadm_noted *noted);

/**
 * sevadm_guest_status_get - ask the firmware about one guest
 * @adm:	handle
 * @id:		the guest's, from the list
 * @status:	result
 * @run:	the firmware command it took, as a step; may be NULL
 *
 * Changes nothing, and needs no device opened for changes.
 * Return: 0; -ENOENT (no such guest, or gone from the firmware); -EOPNOTSUPP (the
 * companion patch is too old to ask); -EIO when the firmware refused; other errno
 */
int sevadm_guest_status_get(struct sevadm *adm, uint64_t id, struct sevadm_guest_status *status,
			    struct sevadm_run *run);

/**
 * sevadm_guests_status - ask the firmware about every guest of a list
 * @adm:	handle
 * @guests:	list; @fw and @differs of its guests are filled in, but for tombstones
 * @run:	the firmware commands it took, as steps, and a warning for each guest of
 *		which the firmware says something else than the list; may be NULL
 *
 * A guest that ended since the list was made is no failure.  One about which the
 * firmware refuses to answer is, but the others are asked all the same.
 * Return: 0 or -errno of the first that failed
 */
int sevadm_guests_status(struct sevadm *adm, struct sevadm_guests *guests, struct sevadm_run *run);

/**
 * sevadm_guest_state_name - a state of struct sevadm_guest_status
 * @kind:	decides which: AMD 56860, SNP_GUEST_STATUS, or AMD 55766, GUEST_STATUS
 * @state:	the number
 * Return: its name in the specification, "?" for none
 */
const char *sevadm_guest_state_name(enum sevadm_guest_kind kind, uint32_t state);

/**
 * sevadm_policy_text - a guest policy in words
 * @kind:	decides the layout: 56860 for SNP, 55766 for SEV and SEV-ES
 * @policy:	raw policy
 * @buf:	result
 * @size:	of @buf, 128 is enough
 * Return: @buf
 */
char *sevadm_policy_text(enum sevadm_guest_kind kind, uint64_t policy, char *buf, size_t size);

/* -------------------------------------------------------------- single steps */

/**
 * sevadm_decommission - SNP_DECOMMISSION of guests
 * @adm:	handle
 * @ids:	their ids; NULL with @nr 0 for every SNP guest there is
 * @nr:		how many
 * @running:	also guests whose launch is finished
 * @dry:	plan only
 * @run:	what was planned and done
 *
 * All ids are checked before the first is decommissioned (AMD 56860, SNP_DECOMMISSION).
 * Return: 0; -EBADF without SEVADM_WRITE; -ENOENT (no such guest, or no companion patch);
 * -EOPNOTSUPP (no SNP guest); -EALREADY (it was decommissioned before); -EBUSY (it runs,
 * and no @running); -EIO when the firmware refused; -ECANCELED; other errno
 */
int sevadm_decommission(struct sevadm *adm, const uint64_t *ids, size_t nr, bool running, bool dry,
			struct sevadm_run *run);

/**
 * struct sevadm_wbinvd_options
 * @cpus:	list of CPUs, NULL for all that are online
 * @jobs:	at most so many at once, 0 for all
 * @rolling:	one core complex after the other: no other CPUs stall meanwhile
 * @broadcast:	the kernel's own broadcast instead: one call, no proof per CPU
 */
struct sevadm_wbinvd_options {
	const char *cpus;
	unsigned int jobs;
	bool rolling, broadcast;
};

/**
 * sevadm_wbinvd - WBINVD on CPUs, with a worker pinned to each
 * @adm:	handle, opened with SEVADM_WRITE
 * @options:	where and how
 * @dry:	plan only
 * @run:	what was planned and done: a step for each CPU, with its time
 *
 * No CPU is passed over: one that cannot be reached is the failure, which names it.
 * Return: 0; -EINVAL (no list of CPUs, or one that is not online); -ENOENT (no
 * companion patch); -ECANCELED; the errno of the first CPU that failed
 */
int sevadm_wbinvd(struct sevadm *adm, const struct sevadm_wbinvd_options *options, bool dry,
		  struct sevadm_run *run);

/**
 * sevadm_df_flush - SNP_DF_FLUSH, or DF_FLUSH
 * @adm:	handle, opened with SEVADM_WRITE
 * @legacy:	DF_FLUSH of SEV (AMD 55766) instead
 * @dry:	plan only
 * @run:	what was planned and done
 *
 * The driver waits for the firmware, seconds at most.
 * Return: 0; -EIO when the firmware refused, as with WBINVD_REQUIRED; -ENOENT (no
 * companion patch); other errno
 */
int sevadm_df_flush(struct sevadm *adm, bool legacy, bool dry, struct sevadm_run *run);

enum sevadm_shutdown_mode {
	SEVADM_SHUTDOWN_DRIVER,		/* the driver's whole path, legacy and SNP */
	SEVADM_SHUTDOWN_LEGACY,		/* SEV SHUTDOWN alone */
	SEVADM_SHUTDOWN_STRICT,		/* one SNP_SHUTDOWN_EX, nothing implied */
};

/**
 * sevadm_shutdown - SHUTDOWN, SNP_SHUTDOWN_EX, or the driver's way through both
 * @adm:	handle, opened with SEVADM_WRITE
 * @mode:	which
 * @live:	also with guests alive, which SEV SHUTDOWN ends and SNP_SHUTDOWN_EX refuses
 * @dry:	plan only
 * @run:	what was planned and done
 * Return: 0; -EBUSY with guests alive and no @live; -EIO when the firmware refused, as
 * with DFFLUSH_REQUIRED; -ENOENT (no companion patch); other errno
 */
int sevadm_shutdown(struct sevadm *adm, enum sevadm_shutdown_mode mode, bool live, bool dry,
		    struct sevadm_run *run);

/**
 * sevadm_init - have the driver bring SNP and SEV up, as it does for KVM
 * @adm:	handle, opened with SEVADM_WRITE
 * @dry:	plan only
 * @run:	what was planned and done
 * Return: 0, also where both were up; -EBUSY (KVM runs, or guests are held); -EIO when
 * the firmware refused; -ENOENT (no companion patch); other errno
 */
int sevadm_init(struct sevadm *adm, bool dry, struct sevadm_run *run);

/* ------------------------------------------------------------------ teardown */

enum sevadm_guests_mode {
	SEVADM_GUESTS_REFUSE,
	SEVADM_GUESTS_STOP,		/* end the VMMs, KVM decommissions */
	SEVADM_GUESTS_DECOMMISSION,	/* freeze the VMMs, then decommission */
};

/**
 * struct sevadm_teardown_options
 * @guests:	what to do with guests that are there
 * @stop_seconds: how long all VMMs together may take before they are killed; 0: they are
 *		asked, and killed at once
 * @only:	ids of the guests that @guests is about; NULL: all.  If others are alive
 *		after that, it ends there: -EBUSY
 * @nr_only:	how many
 * @leaked:	with SEVADM_GUESTS_REFUSE: contexts that no process owns are decommissioned
 * @timeout_seconds: for all of it; looked at between steps and while it waits, never
 *		while the firmware is at work.  0: no bound
 * @wbinvd:	how
 * @online_cpus: CPUs that are offline are brought online for it, and put back at the end
 * @dry:	plan only
 */
struct sevadm_teardown_options {
	enum sevadm_guests_mode guests;
	unsigned int stop_seconds;
	const uint64_t *only;
	size_t nr_only;
	unsigned int timeout_seconds;
	bool leaked;
	struct sevadm_wbinvd_options wbinvd;
	bool online_cpus, dry;
};

/**
 * sevadm_teardown - bring SEV and SEV-SNP down in the one order that works
 * @adm:	handle, opened with SEVADM_WRITE and surveyed
 * @options:	how
 * @run:	plan, steps, warnings; also on failure
 *
 * SNP_DECOMMISSION of each guest -> SEV SHUTDOWN -> WBINVD on every CPU ->
 * SNP_DF_FLUSH -> SNP_SHUTDOWN_EX -> both platforms UNINIT.
 *
 * Return: 0; -EBADF without SEVADM_WRITE, before anything is done; -EBUSY with guests there
 * that were not to be touched, or a secure processor that was given up; -ENOENT (no guest
 * of @only, or no companion patch for what it takes); -EPERM, -EACCES; -EIO when the
 * firmware refused; -ETIMEDOUT when it did not answer; -ETIME when @timeout_seconds are
 * over; -ECANCELED; other errno
 */
int sevadm_teardown(struct sevadm *adm, const struct sevadm_teardown_options *options,
		    struct sevadm_run *run);

/* --------------------------------------------------------------------- check */

enum sevadm_goal { SEVADM_GOAL_TEARDOWN, SEVADM_GOAL_KEXEC, SEVADM_GOAL_KDUMP };

enum sevadm_verdict {
	SEVADM_PASS,
	SEVADM_WARN,		/* it may be done; the operator has to know */
	SEVADM_FAIL,		/* it must not be done, or would not succeed */
	SEVADM_SKIP,		/* it could not be found out, or does not apply here */
	SEVADM_VERDICTS
};

/**
 * struct sevadm_check - one sentence of a readiness report
 * @id:		which check; never changes once released
 * @verdict:	how it ended
 * @reason:	what was found
 * @remedy:	what to do about it; NULL if there is nothing to do
 */
struct sevadm_check {
	const char *id;
	enum sevadm_verdict verdict;
	char *reason, *remedy;
};

/**
 * struct sevadm_readiness - is this host ready?
 * @goal:	for what
 * @checks:	one after the other, by what has to be mended first
 * @nr_checks:	of them
 * @counts:	by verdict
 * @ready:	nothing failed
 */
struct sevadm_readiness {
	enum sevadm_goal goal;
	struct sevadm_check *checks;
	size_t nr_checks;
	unsigned int counts[SEVADM_VERDICTS];
	bool ready;
};

/**
 * sevadm_check - look at everything that a teardown, kexec or crash dump depends on
 * @adm:	handle, surveyed; the devices need not be there
 * @goal:	for what
 * @out:	the report, to be freed; whatever this returns
 *
 * Changes nothing.  That a host is not ready is no failure.
 * Return: 0, or -errno when the report could not be made
 */
int sevadm_check(struct sevadm *adm, enum sevadm_goal goal, struct sevadm_readiness *out);

/**
 * sevadm_readiness_free - give up what a report points to
 * @readiness:	from sevadm_check(), whatever that returned; or all zero
 */
void sevadm_readiness_free(struct sevadm_readiness *readiness);

/**
 * sevadm_verdict_name - a verdict as a word
 * @verdict:	which
 * Return: "PASS", "WARN", "FAIL", "SKIP"; "?" for none of them
 */
const char *sevadm_verdict_name(enum sevadm_verdict verdict);

/**
 * sevadm_goal_name - what a report is for, as a word
 * @goal:	which
 * Return: "teardown", "kexec", "kdump"; "?" for none of them
 */
const char *sevadm_goal_name(enum sevadm_goal goal);

/* -------------------------------------------------------------------- doctor */

/* What a machine is, as far as SEV goes; UNKNOWN: a guest, or nothing, which takes root to tell */
enum sevadm_machine {
	SEVADM_MACHINE_NEITHER, SEVADM_MACHINE_HOST, SEVADM_MACHINE_GUEST, SEVADM_MACHINE_UNKNOWN,
};

/* What guests are to have; each takes those before it.  ANY: what the processor has */
enum sevadm_feature {
	SEVADM_FEATURE_ANY, SEVADM_FEATURE_SEV, SEVADM_FEATURE_SEV_ES, SEVADM_FEATURE_SNP,
};

/**
 * struct sevadm_examined - one check of a diagnosis
 * @id:		which; never changes once released
 * @parent:	id of the check that it presupposes, or NULL
 * @category:	what it is about, one word
 * @feature:	the least for which it is made
 * @depth:	how many stand above it in its category
 * @verdict:	how it ended; SEVADM_SKIP: it could not be found out, or there is no such thing here
 * @reason:	what was found
 * @remedy:	what to do about it; NULL if there is nothing to do
 */
struct sevadm_examined {
	const char *id, *parent, *category;
	enum sevadm_feature feature;
	unsigned int depth;
	enum sevadm_verdict verdict;
	char *reason;
	const char *remedy;
};

/**
 * struct sevadm_diagnosis - is this a machine for guests of that kind?
 * @machine:	what it is; of all but hosts that is all that is told
 * @feature:	for which it was examined: what was asked for, or what the processor has
 * @what:	the machine in one sentence
 * @checks:	by category, each after the one that it presupposes
 * @nr_checks:	of them
 * @counts:	by verdict
 */
struct sevadm_diagnosis {
	enum sevadm_machine machine;
	enum sevadm_feature feature;
	char what[256];
	struct sevadm_examined *checks;
	size_t nr_checks;
	unsigned int counts[SEVADM_VERDICTS];
};

/**
 * sevadm_doctor - examine processor, BIOS, kernel, firmware and limits
 * @adm:	handle; the devices need not be there, nor the privilege to read registers
 * @feature:	for what
 * @out:	the diagnosis, to be freed; whatever this returns
 *
 * Changes nothing.  What takes a privilege that is not there is skipped, and says so.  That
 * a check failed is no failure.
 * Return: 0, or -errno when no diagnosis could be made
 */
int sevadm_doctor(struct sevadm *adm, enum sevadm_feature feature, struct sevadm_diagnosis *out);

/**
 * sevadm_guest_doctor - examine the guest that we run in
 * @adm:	handle; the devices need not be there, nor the privilege to read registers
 * @diagnosis:	result, for sevadm_diagnosis_free() in any case
 *
 * Asks the firmware for a report on the guest, which uses up a number of its messages: see
 * sevadm_guest_report_get().
 * Return: 0, whatever was found; -errno, with the failure
 */
int sevadm_guest_doctor(struct sevadm *adm, struct sevadm_diagnosis *diagnosis);

/**
 * sevadm_diagnosis_free - give up what a diagnosis points to
 * @diagnosis:	from sevadm_doctor(), whatever that returned; or all zero
 */
void sevadm_diagnosis_free(struct sevadm_diagnosis *diagnosis);

/**
 * sevadm_machine_name - what a machine is, as a word
 * @machine:	which
 * Return: "host", "guest", "neither", "unknown"; "?" for none of them
 */
const char *sevadm_machine_name(enum sevadm_machine machine);

/**
 * sevadm_feature_name - what guests are to have, as the word of `sevadm doctor`
 * @feature:	which
 * Return: "any", "sev", "es", "snp"; "?" for none of them
 */
const char *sevadm_feature_name(enum sevadm_feature feature);

/* --------------------------------------------------------------------- kexec */

/**
 * struct sevadm_kexec_options
 * @teardown:	what comes before; no SEVADM_GUESTS_DECOMMISSION, no @only
 * @kernel:	an image to load first, NULL for the one that is loaded
 * @initrd:	its initramfs, or NULL
 * @append:	its command line, or NULL
 * @now:	at once, without systemd
 * @no_exec:	stop before the jump
 */
struct sevadm_kexec_options {
	struct sevadm_teardown_options teardown;
	const char *kernel, *initrd, *append;
	bool now, no_exec;
};

/**
 * sevadm_kexec - take the host to another kernel, once SEV and SEV-SNP are down
 * @adm:	handle, opened with SEVADM_WRITE and surveyed
 * @options:	how
 * @run:	plan, steps, warnings; also on failure
 *
 * sevadm_check(), the image, sevadm_teardown(), survey and sevadm_check() again (for
 * which SEVADM_KEEP_PTRACE has to be kept), and the jump,
 * which is made only when every command's last status was 0, every VM ended, and no
 * page is left assigned in the RMP or leaked since boot.
 *
 * Return: 0 when systemd has taken the order, or with @no_exec; does not return from
 * a jump with @now but on a simulated host.  -ENOTRECOVERABLE when a check forbids
 * it; what sevadm_teardown() returns; other errno
 */
int sevadm_kexec(struct sevadm *adm, const struct sevadm_kexec_options *options,
		 struct sevadm_run *run);

/* ------------------------------------------------------------------- recover */

/**
 * sevadm_recover - out of a state that a host does not leave by itself
 * @adm:	handle, opened with SEVADM_WRITE and surveyed
 * @reload:	load kvm_amd anew afterwards, which brings SNP and SEV up
 * @dry:	plan only
 * @run:	plan, steps, warnings; also on failure
 *
 * Contexts that leaked are decommissioned; SNP that is up without the driver's
 * knowledge is brought down; the IOMMU is asked once more for pages that it held back.
 * No guest that a process holds is touched.  What only a reboot mends is a warning, or
 * the failure.
 *
 * Return: 0, also when there was nothing to do; -EBUSY with the secure processor given
 * up; -ENOENT without the companion patch, unless only @reload is wanted; what the
 * steps return
 */
int sevadm_recover(struct sevadm *adm, bool reload, bool dry, struct sevadm_run *run);

/* --------------------------------------------- what a guest is launched with */

#define SEVADM_VMSA_SIZE	4096
#define SEVADM_SNP_DIGEST_SIZE	48	/* SHA-384 */
#define SEVADM_SEV_DIGEST_SIZE	32	/* SHA-256 */
#define SEVADM_OVMF_ENTRIES	32
#define SEVADM_OVMF_SECTIONS	64
#define SEVADM_GUID_TEXT	37

/**
 * struct sevadm_ovmf_entry - of the table at the end of a firmware image
 * @guid:	of it
 * @name:	of it, or NULL if nobody knows it
 * @offset:	of its data within the image
 * @size:	of its data
 */
struct sevadm_ovmf_entry {
	char guid[SEVADM_GUID_TEXT];
	const char *name;
	size_t offset, size;
};

/* What a section of the metadata is for (OVMF, OvmfPkg/ResetVector) */
enum sevadm_ovmf_type {
	SEVADM_OVMF_SEC_MEM = 1,	/* memory that is validated before the guest begins */
	SEVADM_OVMF_SECRETS = 2,
	SEVADM_OVMF_CPUID = 3,
	SEVADM_OVMF_SVSM_CAA = 4,	/* calling area of an SVSM */
	SEVADM_OVMF_KERNEL_HASHES = 0x10,
};

/**
 * struct sevadm_ovmf_section - of the metadata of a firmware image
 * @gpa:	guest physical address
 * @size:	in bytes
 * @type:	as enum sevadm_ovmf_type, or anything
 */
struct sevadm_ovmf_section {
	uint32_t gpa, size, type;
};

/**
 * struct sevadm_ovmf - a firmware image, OVMF or one like it
 * @data:	all of it
 * @size:	of it
 * @gpa:	guest physical address: its end is at 4 GiB
 * @has_table:	there is a table at its end; else nothing that follows is
 * @entries:	of the table, from its end
 * @nr_entries:	of them
 * @has_reset:	there is @reset_eip, where processors other than the first begin with SEV-ES and SNP
 * @has_hashes:	there are @hashes_gpa and @hashes_size, where hashes of the kernel go
 * @has_secret:	there are @secret_gpa and @secret_size, where a secret of the owner goes
 * @has_metadata: there are sections for SNP
 * @reset_eip, @hashes_gpa, @hashes_size, @secret_gpa, @secret_size: see there
 * @metadata_offset: of the metadata in the image
 * @metadata_version: of their layout
 * @sections:	what SNP guests have besides the image
 * @nr_sections: of them
 */
struct sevadm_ovmf {
	const uint8_t *data;
	size_t size;
	uint64_t gpa;
	bool has_table, has_reset, has_hashes, has_secret, has_metadata;
	struct sevadm_ovmf_entry entries[SEVADM_OVMF_ENTRIES];
	size_t nr_entries;
	uint32_t reset_eip, hashes_gpa, hashes_size, secret_gpa, secret_size;
	size_t metadata_offset;
	uint32_t metadata_version;
	struct sevadm_ovmf_section sections[SEVADM_OVMF_SECTIONS];
	size_t nr_sections;
};

/**
 * sevadm_ovmf_parse - what a firmware image tells of itself
 * @data:	the image, or at least its end
 * @size:	of it
 * @ovmf:	result; points to @data
 * @failure:	why not: a table or metadata that cannot be
 * Return: 0, also without a table; -EINVAL with @failure
 */
int sevadm_ovmf_parse(const void *data, size_t size, struct sevadm_ovmf *ovmf,
		      struct sevadm_failure *failure);

/**
 * sevadm_ovmf_type_name - what a section is for
 * @type:	as the metadata have it
 * Return: its name, NULL if nobody knows it
 */
const char *sevadm_ovmf_type_name(uint32_t type);

/**
 * sevadm_ovmf_digest - what an image alone adds to the launch digest of an SNP guest
 * @ovmf:	the image, of whole pages
 * @digest:	the launch digest after it
 * @failure:	why not
 * Return: 0; -EINVAL (not of whole pages), -EIO (libcrypto failed), with @failure
 */
int sevadm_ovmf_digest(const struct sevadm_ovmf *ovmf, uint8_t digest[SEVADM_SNP_DIGEST_SIZE],
		       struct sevadm_failure *failure);

/**
 * struct sevadm_vcpu_type - a processor as QEMU names it
 * @name:	of it
 * @signature:	EAX of its CPUID 0x00000001, which is in EDX after a reset
 */
struct sevadm_vcpu_type {
	const char *name;
	uint32_t signature;
};

/**
 * sevadm_vcpu_type - the processors that are known
 * @index:	from 0 on
 * Return: one of them, NULL after the last
 */
const struct sevadm_vcpu_type *sevadm_vcpu_type(size_t index);

/**
 * sevadm_cpu_signature - EAX of CPUID 0x00000001 (AMD 24594)
 * @family:	0 to 0x10e
 * @model:	0 to 0xff
 * @stepping:	0 to 0xf
 * Return: the signature
 */
uint32_t sevadm_cpu_signature(unsigned int family, unsigned int model, unsigned int stepping);

/* SEV_FEATURES of a VMSA (AMD 24593, appendix B) that concern us by themselves */
#define SEVADM_VMSA_SNP			(1ULL << 0)
#define SEVADM_VMSA_DEBUG_SWAP		(1ULL << 5)

/**
 * sevadm_sev_feature_name - a bit of SEV_FEATURES
 * @bit:	0 to 63
 * Return: its name, NULL if it is reserved
 */
const char *sevadm_sev_feature_name(unsigned int bit);

/* Who fills in the registers that a guest begins with */
enum sevadm_vmm {
	SEVADM_VMM_QEMU,
	SEVADM_VMM_EC2,
	SEVADM_VMM_KRUN,
};

/**
 * struct sevadm_vmsa - with what a virtual processor begins
 * @vmm:	who starts the guest
 * @index:	of the processor, from 0
 * @reset_eip:	where those other than the first begin, see struct sevadm_ovmf; not used by libkrun
 * @signature:	of the processor; QEMU alone hands it to the guest
 * @features:	SEV_FEATURES
 * @legacy:	KVM_SEV_INIT, or KVM before Linux 6.10: MXCSR and the x87 control word are
 *		not in it, as they are since KVM_SEV_INIT2
 */
struct sevadm_vmsa {
	enum sevadm_vmm vmm;
	unsigned int index;
	uint32_t reset_eip, signature;
	uint64_t features;
	bool legacy;
};

/**
 * sevadm_vmsa_build - the page that a virtual processor begins with (AMD 24593, table B-4)
 * @vmsa:	what is to be in it
 * @page:	result
 */
void sevadm_vmsa_build(const struct sevadm_vmsa *vmsa, uint8_t page[SEVADM_VMSA_SIZE]);

/**
 * struct sevadm_vmsa_field - a register in a VMSA
 * @name:	of it; of segments "cs.selector" and the like
 * @offset:	in the page
 * @size:	of it: 1, 2, 4 or 8 bytes
 * @value:	of it
 */
struct sevadm_vmsa_field {
	const char *name;
	unsigned int offset, size;
	uint64_t value;
};

/**
 * sevadm_vmsa_field - the registers in a VMSA, by offset
 * @page:	of SEVADM_VMSA_SIZE bytes
 * @index:	from 0 on
 * @field:	result
 * Return: true, false after the last one
 */
bool sevadm_vmsa_field(const uint8_t *page, size_t index, struct sevadm_vmsa_field *field);

/**
 * sevadm_vmsa_set - another value for a register in a VMSA
 * @page:	of SEVADM_VMSA_SIZE bytes; nothing else in it changes
 * @name:	as sevadm_vmsa_field() has it
 * @value:	of it
 * Return: 0, -ENOENT (no such register), -ERANGE (it is not as wide)
 */
int sevadm_vmsa_set(uint8_t *page, const char *name, uint64_t value);

/**
 * sevadm_vmsa_others - bytes of a VMSA that are not zero and belong to no register with a name
 * @page:	of SEVADM_VMSA_SIZE bytes
 * @offset:	where to begin
 * Return: offset of the first one, SEVADM_VMSA_SIZE if there is none
 */
unsigned int sevadm_vmsa_others(const uint8_t *page, unsigned int offset);

/**
 * struct sevadm_kernel_hashes - of what QEMU loads beside the firmware (-kernel)
 * @cmdline:	SHA-256 of the command line with the NUL behind it
 * @initrd:	SHA-256 of the initial RAM disk, of nothing without one
 * @kernel:	SHA-256 of the kernel's image
 */
struct sevadm_kernel_hashes {
	uint8_t cmdline[32], initrd[32], kernel[32];
};

/**
 * sevadm_bytes_hash - SHA-256 of bytes (FIPS 180-4)
 * @data:	of @size bytes
 * @size:	of it
 * @digest:	result
 * Return: 0 or -EIO (libcrypto failed)
 */
int sevadm_bytes_hash(const void *data, size_t size, uint8_t digest[32]);

enum sevadm_launch_kind { SEVADM_LAUNCH_SEV, SEVADM_LAUNCH_SEV_ES, SEVADM_LAUNCH_SNP };

#define SEVADM_VCPUS_MAX	4096

/**
 * struct sevadm_launch - a guest that is to be launched
 * @kind:	of guest
 * @ovmf:	its firmware
 * @ovmf_digest: of sevadm_ovmf_digest(), instead of calculating it from @ovmf; SNP only. Or NULL
 * @hashes:	of the kernel, with kernel-hashes=on; NULL without
 * @vcpus:	how many virtual processors, 1 to SEVADM_VCPUS_MAX
 * @vmsa:	with what each begins; its index and reset_eip are filled in
 */
struct sevadm_launch {
	enum sevadm_launch_kind kind;
	const struct sevadm_ovmf *ovmf;
	const uint8_t *ovmf_digest;
	const struct sevadm_kernel_hashes *hashes;
	unsigned int vcpus;
	struct sevadm_vmsa vmsa;
};

/**
 * struct sevadm_measured - a part of what is measured
 * @what:	"firmware", "metadata", "kernel hashes" or "vcpu"
 * @type:	of its pages: NORMAL, VMSA, ZERO, SECRETS or CPUID; DATA or VMSA without SNP
 * @gpa:	guest physical address; of SNP's VMSAs the one that they are measured at
 * @size:	in bytes
 * @section:	of the metadata that it is from, as enum sevadm_ovmf_type, else 0
 * @vcpu:	index of the first virtual processor in it
 * @digest:	up to here, of SEVADM_SNP_DIGEST_SIZE or SEVADM_SEV_DIGEST_SIZE bytes
 */
struct sevadm_measured {
	const char *what, *type;
	uint64_t gpa, size;
	uint32_t section;
	unsigned int vcpu;
	const uint8_t *digest;
};

/**
 * sevadm_launch_digest - the digest that the firmware calculates while a guest is launched
 * @launch:	the guest
 * @digest:	result, SEVADM_SNP_DIGEST_SIZE or SEVADM_SEV_DIGEST_SIZE bytes of it
 * @each:	told of each part in its order; or NULL
 * @arg:	for @each
 * @failure:	why not
 *
 * SNP: AMD 56860, SNP_LAUNCH_UPDATE, PAGE_INFO, in the order of QEMU's (or with
 * SEVADM_VMM_EC2 Amazon's) calls.  SEV, SEV-ES: AMD 55766, LAUNCH_MEASURE; this is the digest
 * that goes into the measurement.
 * Return: 0; -EINVAL (the image lacks what this guest needs), -EIO (libcrypto failed), with
 * @failure
 */
int sevadm_launch_digest(const struct sevadm_launch *launch, uint8_t digest[SEVADM_SNP_DIGEST_SIZE],
			 void (*each)(void *arg, const struct sevadm_measured *part), void *arg,
			 struct sevadm_failure *failure);

/**
 * struct sevadm_launch_search - what is known of a guest, whose digest is another one
 * @expected:	the digest that it is to have
 * @size:	of it: SEVADM_SNP_DIGEST_SIZE, or SEVADM_SEV_DIGEST_SIZE of SEV and SEV-ES
 * @ovmf:	its firmware
 * @ovmf_digest: of sevadm_ovmf_digest(), instead of calculating it; SNP only. Or NULL
 * @kernel:	SHA-256 of the kernel, or NULL
 * @initrd:	SHA-256 of the initial RAM disk, or NULL
 * @append:	the kernel's command line, or NULL
 * @vmsa:	signature and features that are tried besides those that are known
 * @has_signature, @has_features: they were given
 * @max_vcpus:	how many virtual processors it may have, 1 to SEVADM_VCPUS_MAX
 */
struct sevadm_launch_search {
	const uint8_t *expected;
	size_t size;
	const struct sevadm_ovmf *ovmf;
	const uint8_t *ovmf_digest, *kernel, *initrd;
	const char *append;
	struct sevadm_vmsa vmsa;
	bool has_signature, has_features;
	unsigned int max_vcpus;
};

/**
 * struct sevadm_launch_found - the guest that has the digest, and how many have not
 * @tried:	digests that were compared
 * @kind:	of guest
 * @firmware_only: the digest is of the firmware's image alone, and nothing that follows is meant
 * @vcpus:	how many virtual processors; 0: the digest is from before the first VMSA
 * @vmsa:	with what each begins; what makes no difference is 0
 * @cmdline:	how the command line is to be taken, in words; NULL: without hashes of a kernel
 * @initrd:	with the initial RAM disk
 * @signatures, @features, @kernels: how many of each were varied
 */
struct sevadm_launch_found {
	uint64_t tried;
	enum sevadm_launch_kind kind;
	bool firmware_only, initrd;
	unsigned int vcpus;
	struct sevadm_vmsa vmsa;
	const char *cmdline;
	unsigned int signatures, features, kernels;
};

/**
 * sevadm_launch_search - which guest has that launch digest?
 * @search:	what is known
 * @found:	the first that has it; how many were tried in any case
 * @failure:	why it could not be searched
 *
 * Varied are who starts it, the number of processors, their signature, whose VMSAs, SEV_FEATURES
 * (SNP: bit 0 and up to two others, SEV-ES: up to one), kernel hashes or none, initial RAM disk
 * or none, and how the command line ends.  The firmware is hashed once.
 * Return: 0 with @found; -ENOENT: none of those has it; -EINVAL (the image lacks what such a guest
 * needs), -ENOMEM, -EIO (libcrypto failed), with @failure
 */
int sevadm_launch_search(const struct sevadm_launch_search *search,
			 struct sevadm_launch_found *found, struct sevadm_failure *failure);

/* -------------------------------------------------- certificates of a platform */

/**
 * struct sevadm_cert_signature - on a certificate of a SEV platform
 * @usage:	of the key that signed, as struct sevadm_cert has it; NONE: no signature
 * @algorithm:	that signed, as it is in the file; of AMD's CA certificates, which do not
 *		tell, that of such keys
 * @bytes:	the signature, least significant byte first; ECDSA: r and s, 72 bytes each
 * @size:	of @bytes, with those that are not used
 */
struct sevadm_cert_signature {
	uint32_t usage, algorithm;
	const uint8_t *bytes;
	size_t size;
};

/**
 * struct sevadm_cert - a certificate of a SEV platform (AMD 55766, appendices B and C)
 * @ca:		it is one of AMD's CA (ARK, ASK), else one of a platform (OCA, CEK, PEK, PDH)
 * @offset:	where it was in its file
 * @data:	all of it, within what was parsed
 * @size:	of @data: 2084; @ca: 832 (2048 bits) or 1600 (4096 bits)
 * @signed_size: how much of @data, from its beginning, is signed
 * @version:	of the layout; 1
 * @api_major, @api_minor: of the firmware that made it; 0 with @ca
 * @usage:	of the key
 * @algorithm:	of the key; with @ca it follows from the size
 * @curve:	of the key: 1 P-256, 2 P-384; 0 with @ca
 * @key_bits:	of the curve or the modulus, 0 if the curve is unknown
 * @x, @y:	of the key, 72 bytes, least significant first; NULL with @ca
 * @key_id, @certifying_id: 16 bytes with @ca, else NULL
 * @exponent, @modulus: of @key_bits / 8 bytes, least significant first; NULL without @ca
 * @signatures:	on it
 * @nr_signatures: places for them: 2; 1 with @ca
 * @sha256:	of @data
 * @key_sha256:	of the key alone: the 1028 bytes of a platform's with curve, x and y; with @ca the
 *		modulus, most significant byte first.  Who signs it anew leaves it as it is
 *
 * Values that no document has are kept as they are.
 */
struct sevadm_cert {
	bool ca;
	size_t offset;
	const uint8_t *data;
	size_t size, signed_size;
	uint32_t version;
	uint8_t api_major, api_minor;
	uint32_t usage, algorithm, curve, key_bits;
	const uint8_t *x, *y;
	const uint8_t *key_id, *certifying_id;
	const uint8_t *exponent, *modulus;
	struct sevadm_cert_signature signatures[2];
	unsigned int nr_signatures;
	uint8_t sha256[32], key_sha256[32];
};

/**
 * sevadm_bytes_decode - bytes that are binary, hexadecimal or base64, whichever it is
 * @data:	what a file holds
 * @size:	of it
 * @bytes:	result, to be freed
 * @nr_bytes:	of it
 * @encoding:	"binary", "hex" or "base64"
 * Return: 0 or -ENOMEM
 */
int sevadm_bytes_decode(const void *data, size_t size, uint8_t **bytes, size_t *nr_bytes,
			const char **encoding);

/**
 * sevadm_bytes_encode - bytes as text, or as they are
 * @data:	what is to be written
 * @size:	of it
 * @encoding:	"binary", "hex" (64 digits a line) or "base64" (one line, as QEMU wants it)
 * @text:	result, to be freed
 * @nr_text:	of it
 * Return: 0, -EINVAL (no such encoding), -ENOMEM
 */
int sevadm_bytes_encode(const void *data, size_t size, const char *encoding, uint8_t **text,
			size_t *nr_text);

/**
 * sevadm_cert_parse - the certificates of a SEV platform, one after the other
 * @data:	binary; the certificates point into it
 * @size:	of it
 * @certs:	result
 * @max:	there is room for
 * @nr:		result: how many there are, up to where it failed
 * @failure:	why not: cut off, or bytes that are no certificate
 * Return: 0, -ENODATA (the last is cut off), -EOVERFLOW (trailing bytes), -EBADMSG (no
 * certificate at all), -E2BIG (more than @max), -EIO (libcrypto failed)
 */
int sevadm_cert_parse(const void *data, size_t size, struct sevadm_cert *certs, size_t max,
		      size_t *nr, struct sevadm_failure *failure);

/**
 * sevadm_cert_usage_name - what a key is for
 * @usage:	as certificates have it
 * Return: "ARK", "ASK", "OCA", "CEK", "PEK", "PDH", "NONE"; NULL if unknown
 */
const char *sevadm_cert_usage_name(uint32_t usage);

/**
 * sevadm_cert_algorithm_name - what a key does
 * @algorithm:	as certificates have it
 * Return: as "ECDSA_SHA256"; NULL if unknown
 */
const char *sevadm_cert_algorithm_name(uint32_t algorithm);

/**
 * sevadm_cert_curve_name - a curve
 * @curve:	as certificates have it
 * Return: "P-256" or "P-384"; NULL if unknown
 */
const char *sevadm_cert_curve_name(uint32_t curve);

enum sevadm_cert_verdict { SEVADM_CERT_PASS, SEVADM_CERT_FAIL, SEVADM_CERT_SKIP };

/* Why a link does not hold */
enum sevadm_cert_cause {
	SEVADM_CERT_NO_CAUSE,
	SEVADM_CERT_MISSING,		/* a certificate is not there */
	SEVADM_CERT_TWICE,		/* or there are two that differ */
	SEVADM_CERT_UNKNOWN_ROOT,	/* nobody vouches for the ARK */
	SEVADM_CERT_VERSION,		/* layout of a version that is not known */
	SEVADM_CERT_WRONG_USAGE,	/* no signature of that key is on it, or the ids differ */
	SEVADM_CERT_WRONG_KEY,		/* its curve, algorithm or numbers are none */
	SEVADM_CERT_SIGNATURE,		/* the signature is wrong */
	SEVADM_CERT_ORDER,		/* in a file, not as firmware and tools have it */
	SEVADM_CERT_CRYPTO,		/* libcrypto failed: nothing is known */
	/* of certificates of chips alone */
	SEVADM_CERT_NAME,		/* its subject or its issuer is not what it has to be */
	SEVADM_CERT_ALGORITHM,		/* it was signed in another way than AMD signs */
	SEVADM_CERT_EXTENSION,		/* what it says of the chip is incomplete, twice or nonsense */
	SEVADM_CERT_PRODUCT,		/* it is another product's */
	SEVADM_CERT_NOT_YET,		/* it is not valid yet */
	SEVADM_CERT_EXPIRED,		/* it is not valid any more */
	SEVADM_CERT_REVOKED,		/* its issuer took it back */
	SEVADM_CERT_TCB,		/* it is that of another TCB */
	SEVADM_CERT_HWID,		/* it is another chip's */
};

/**
 * struct sevadm_cert_link - one signature of the chain
 * @name:	as "ASK -> CEK"; "ARK" for who vouches for the root, "others" for
 *		certificates that have no place in the chain
 * @verdict:	whether it holds; skipped: a certificate is missing
 * @cause:	why not
 * @why:	a sentence, without a full stop
 */
struct sevadm_cert_link {
	const char *name;
	enum sevadm_cert_verdict verdict;
	enum sevadm_cert_cause cause;
	char why[160];
};

/*
 * ARK, ARK -> ARK, ARK -> ASK, ASK -> CEK, CEK -> PEK, OCA -> OCA, OCA -> PEK, PEK -> PDH,
 * others
 */
#define SEVADM_CERT_LINKS	9

/**
 * struct sevadm_cert_chain - what sevadm_cert_verify() found
 * @trusted:	every link holds
 * @root:	who vouches for the ARK: "Naples", "Rome", "Milan", "Genoa", "Turin" (AMD's own,
 *		which this library knows by their keys), "own" (the caller's); NULL if nobody
 * @root_sha256: of the ARK's modulus, the most significant byte first, where there is one
 * @has_root:	there is, and @root_sha256 is meant
 * @links:	all of them, from the root on
 * @broken:	the first of @links that fails, else that is skipped, else NULL
 */
struct sevadm_cert_chain {
	bool trusted;
	const char *root;
	uint8_t root_sha256[32];
	bool has_root;
	struct sevadm_cert_link links[SEVADM_CERT_LINKS];
	const struct sevadm_cert_link *broken;
};

/**
 * sevadm_cert_verify - is this the chain of a genuine platform, from AMD's root on?
 * @certs:	in any order; within one file (each begins at offset 0) PDH, PEK, OCA, CEK, ASK,
 *		ARK.  One that is there twice, byte for byte, counts once
 * @nr:		of them
 * @root:	the ARK to trust instead of AMD's; stands in for one that @certs have not.  Or NULL
 * @chain:	result
 *
 * No list of revoked certificates exists for these.
 */
void sevadm_cert_verify(const struct sevadm_cert *certs, size_t nr, const struct sevadm_cert *root,
			struct sevadm_cert_chain *chain);

/* ------------------------------------ what the owner of a SEV or SEV-ES guest does */

#define SEVADM_SESSION_SIZE		128
#define SEVADM_TRANSPORT_KEY_SIZE	16
#define SEVADM_MEASUREMENT_SIZE		48
#define SEVADM_PACKET_HEADER_SIZE	52
#define SEVADM_SECRET_MAX		16384
#define SEVADM_ATTESTATION_SIZE		208

/**
 * sevadm_policy_parse - a policy for a SEV or SEV-ES guest
 * @text:	a number of 32 bits, decimal or 0x hexadecimal; or words with commas between, as
 *		sevadm_policy_text() has them: nodbg, noks, es, nosend, domain, sev, and
 *		api>=MAJOR.MINOR, for which api=MAJOR.MINOR does as well
 * @policy:	result (AMD 55766, GUEST_POLICY)
 * Return: 0, -EINVAL (neither), -ERANGE (a number that is too large)
 */
int sevadm_policy_parse(const char *text, uint32_t *policy);

/**
 * struct sevadm_session - for a guest that is to be launched
 * @godh:	the owner's certificate, which the host hands to the firmware
 * @blob:	the session, which goes with it (AMD 55766, table 41: nonce, wrapped keys, IV, MACs)
 * @tek, @tik:	transport keys, of encryption and of integrity: secrets of the owner
 *
 * The owner's private key is given up as soon as the keys are wrapped.
 */
struct sevadm_session {
	uint8_t godh[2084], blob[SEVADM_SESSION_SIZE];
	uint8_t tek[SEVADM_TRANSPORT_KEY_SIZE], tik[SEVADM_TRANSPORT_KEY_SIZE];
};

/**
 * sevadm_session_new - begin a session with a platform
 * @pdh:	the platform's key for that; whether it is genuine, sevadm_cert_verify() tells
 * @policy:	of the guest; the firmware refuses the session with another one
 * @session:	result, to be wiped by the caller; all zero on failure
 * Return: 0, -EINVAL (no PDH, or no key in it), -EIO (libcrypto failed)
 */
int sevadm_session_new(const struct sevadm_cert *pdh, uint32_t policy,
		       struct sevadm_session *session);

/**
 * struct sevadm_guest_image - what the memory of a SEV or SEV-ES guest holds before it runs
 * @firmware:	of @firmware_size bytes, as the VMM loads it
 * @kernel:	that the VMM loads beside it and tells the firmware the hashes of, or NULL
 * @initrd:	with it, or NULL
 * @cmdline:	with it; NULL for none
 * @cpus:	of a SEV-ES guest; 0 for SEV
 * @vmsa0, @vmsa1: how the first CPU begins, and every other; 4096 bytes each, with @cpus
 * @firmware_size, @kernel_size, @initrd_size: in bytes
 */
struct sevadm_guest_image {
	const void *firmware, *kernel, *initrd;
	size_t firmware_size, kernel_size, initrd_size;
	const char *cmdline;
	unsigned int cpus;
	const void *vmsa0, *vmsa1;
};

/**
 * sevadm_guest_image_digest - the launch digest of a SEV or SEV-ES guest
 * @image:	what was put into its memory, in the order of QEMU: firmware, hashes of the kernel,
 *		CPUs
 * @digest:	result, 32 bytes
 * Return: 0 or -EIO (libcrypto failed)
 */
int sevadm_guest_image_digest(const struct sevadm_guest_image *image, uint8_t *digest);

/**
 * struct sevadm_measured_guest - a guest and the firmware that measured it
 * @api_major, @api_minor, @build: of the firmware
 * @policy:	of the guest
 * @digest:	of what was put into its memory
 */
struct sevadm_measured_guest {
	uint8_t api_major, api_minor, build;
	uint32_t policy;
	uint8_t digest[32];
};

/**
 * sevadm_measurement_build - what LAUNCH_MEASURE answers for a guest (AMD 55766, 6.5)
 * @guest:	which
 * @tik:	its transport integrity key
 * @nonce:	16 bytes, of the firmware's
 * @measurement: result, SEVADM_MEASUREMENT_SIZE bytes: a MAC and the nonce
 * Return: 0 or -EIO (libcrypto failed)
 *
 * Firmware before API 0.17 left version and build out, and so does this for it.
 */
int sevadm_measurement_build(const struct sevadm_measured_guest *guest, const uint8_t *tik,
			     const uint8_t *nonce, uint8_t *measurement);

/**
 * sevadm_measurement_verify - was this guest measured?
 * @guest:	that the owner expects
 * @tik:	its transport integrity key
 * @measurement: SEVADM_MEASUREMENT_SIZE bytes, from LAUNCH_MEASURE
 * Return: 0, -EBADMSG (another guest, firmware or session), -EIO (libcrypto failed)
 */
int sevadm_measurement_verify(const struct sevadm_measured_guest *guest, const uint8_t *tik,
			      const uint8_t *measurement);

/**
 * sevadm_guid_parse - a GUID as UEFI lays it out
 * @text:	as 736869e5-84f0-4973-92ec-06879ce3da0b
 * @guid:	result, 16 bytes, the first three numbers with the least significant byte first
 * Return: 0 or -EINVAL
 */
int sevadm_guid_parse(const char *text, uint8_t *guid);

/**
 * sevadm_guid_text - the reverse
 * @guid:	16 bytes
 * @text:	result, 37 bytes
 * Return: @text
 */
char *sevadm_guid_text(const uint8_t *guid, char *text);

/**
 * struct sevadm_secret - an entry of the table of secrets
 * @guid:	what it is for, as sevadm_guid_parse() has it
 * @data:	the secret
 * @size:	of @data
 */
struct sevadm_secret {
	uint8_t guid[16];
	const void *data;
	size_t size;
};

/**
 * sevadm_secret_table - the table that OVMF and Linux read (drivers/virt/coco/efi_secret)
 * @secrets:	in this order
 * @nr:		of them
 * @table:	result, to be wiped and freed; zeros fill it up to a multiple of 16
 * @size:	of it
 * Return: 0, -EMSGSIZE (more than SEVADM_SECRET_MAX bytes), -ENOMEM
 */
int sevadm_secret_table(const struct sevadm_secret *secrets, size_t nr, uint8_t **table,
			size_t *size);

/**
 * sevadm_secret_list - what is in such a table
 * @table:	which
 * @size:	of it
 * @secrets:	result; they point into @table
 * @max:	there is room for
 * @nr:		of @secrets, up to where it failed
 * Return: 0, -ENOENT (no such table), -EBADMSG (lengths that cannot be), -E2BIG (more than @max)
 */
int sevadm_secret_list(const void *table, size_t size, struct sevadm_secret *secrets, size_t max,
		       size_t *nr);

/**
 * struct sevadm_packet_keys - what a packet for a guest is made with
 * @tek, @tik:	transport keys of its session
 * @measurement: of the guest, from LAUNCH_MEASURE, SEVADM_MEASUREMENT_SIZE bytes
 */
struct sevadm_packet_keys {
	const uint8_t *tek, *tik, *measurement;
};

/**
 * sevadm_secret_package - a packet for LAUNCH_SECRET (AMD 55766, 6.6)
 * @keys:	of the guest
 * @data:	what is to be in its memory
 * @size:	of it: a multiple of 16, no more than SEVADM_SECRET_MAX
 * @header:	result, SEVADM_PACKET_HEADER_SIZE bytes: flags, IV, MAC
 * @payload:	result, @size bytes
 * Return: 0, -EMSGSIZE (@size), -ENOMEM, -EIO (libcrypto failed)
 */
int sevadm_secret_package(const struct sevadm_packet_keys *keys, const void *data, size_t size,
			  uint8_t *header, uint8_t *payload);

/**
 * sevadm_secret_open - what is in a packet
 * @keys:	of the guest
 * @header:	SEVADM_PACKET_HEADER_SIZE bytes
 * @payload:	what goes with it
 * @size:	of @payload
 * @data:	result, @size bytes, to be wiped by the caller
 * Return: 0, -EMSGSIZE (@size is none of a packet), -EBADMSG (not for this guest, or damaged),
 * -EPROTONOSUPPORT (flags that are not known: compressed), -ENOMEM, -EIO (libcrypto failed)
 */
int sevadm_secret_open(const struct sevadm_packet_keys *keys, const uint8_t *header,
		       const uint8_t *payload, size_t size, uint8_t *data);

/**
 * struct sevadm_attestation - the report of a SEV or SEV-ES guest (AMD 55766, ATTESTATION)
 * @data:	all of it, SEVADM_ATTESTATION_SIZE bytes
 * @nonce:	of who asked for it
 * @digest:	of what was put into the guest's memory
 * @policy:	of the guest
 * @usage, @algorithm: of the key that signed, as in struct sevadm_cert; not signed themselves
 * @reserved:	zero so far; not signed
 * @signature:	r and s, 72 bytes each, the least significant byte first
 */
struct sevadm_attestation {
	const uint8_t *data;
	uint8_t nonce[16], digest[32];
	uint32_t policy, usage, algorithm, reserved;
	const uint8_t *signature;
};

/**
 * sevadm_attestation_parse - a report, field by field
 * @data:	binary; the report points into it
 * @size:	of it
 * @report:	result
 * Return: 0, -EMSGSIZE (not of SEVADM_ATTESTATION_SIZE bytes)
 */
int sevadm_attestation_parse(const void *data, size_t size, struct sevadm_attestation *report);

/**
 * sevadm_attestation_verify - did this platform sign it?
 * @report:	which
 * @pek:	the platform's key; whether it is genuine, sevadm_cert_verify() tells
 * Return: 0; -EBADMSG (the signature is another's, or the report was changed), -EKEYREJECTED
 * (it says that something else than a PEK signed), -EINVAL (no PEK, or not with the report's
 * algorithm), -EIO (libcrypto failed)
 */
int sevadm_attestation_verify(const struct sevadm_attestation *report,
			      const struct sevadm_cert *pek);

/* ------------------------------------------------------ certificates of a chip */

/* What an X.509 certificate of AMD's key distribution service is for (AMD 57230) */
enum sevadm_x509_kind {
	SEVADM_X509_OTHER,	/* none of these */
	SEVADM_X509_ARK,	/* the root of a product */
	SEVADM_X509_ASK,	/* signs VCEKs */
	SEVADM_X509_ASVK,	/* signs VLEKs */
	SEVADM_X509_VCEK,	/* of a chip, at a TCB */
	SEVADM_X509_VLEK,	/* of a cloud provider, at a TCB */
	SEVADM_X509_CRL,	/* what the ARK took back: no certificate, but it goes with them */
	SEVADM_X509_KINDS
};

#define SEVADM_SPLS	10	/* by the numbers that they have in certificates: 1 to 9 */

/**
 * struct sevadm_x509 - a certificate, or a list of revoked ones
 * @kind:	by what it contains, whatever its file is called
 * @pem:	it was PEM, and is DER in @der
 * @der:	all of it, in memory of its own
 * @size:	of @der, in bytes
 * @sha256:	of @der
 * @subject, @issuer: their common names; empty where there is not exactly one
 * @self:	both names are the same
 * @serial:	in hexadecimal; of a certificate
 * @product:	as "Milan", by the name of the issuer, of the ARK by its own; empty: it has none
 * @generation:	that @product is
 * @from, @until: validity, or when a list was made and the next one is due; in seconds since 1970
 * @has_until:	there is such an end
 * @nr_revoked:	how many certificates a list names
 * @key:	as "RSA", "EC"; empty: unknown
 * @curve:	as "P-384"; empty for other keys
 * @key_bits:	of the key
 * @key_sha256:	of the modulus of an RSA key, the most significant byte first
 * @f4:		the exponent of an RSA key is 65537
 * @x, @y:	of a P-384 key, the most significant byte first: what reports are verified by
 * @ca:		it says that its key signs certificates
 * @signs_crls:	it says that its key signs lists of revoked ones
 * @signature:	how it was signed, in words
 * @signed_well: as AMD does it: RSASSA-PSS, SHA-384 for both, a salt of 48 bytes
 * @struct_version: of what follows, which VCEK and VLEK alone have
 * @product_name: as "Milan-B0"; empty: none
 * @csp:	the provider's id, of a VLEK; empty: none
 * @tcb:	its patch levels, in the layout of @generation
 * @spl:	the same, each under its number: 1 boot loader, 2 TEE, 3 SNP, 8 microcode, 9 FMC
 * @hwid:	the chip's id
 * @hwid_size:	of @hwid: 64 bytes, Turin's 8; 0: none
 * @fault:	what is wrong with all that, a sentence; empty: nothing
 */
struct sevadm_x509 {
	enum sevadm_x509_kind kind;
	bool pem;
	uint8_t *der;
	size_t size;
	uint8_t sha256[32];
	char subject[64], issuer[64];
	bool self;
	char serial[48], product[24];
	enum sevadm_generation generation;
	int64_t from, until;
	bool has_until;
	size_t nr_revoked;
	char key[16], curve[32];
	unsigned int key_bits;
	uint8_t key_sha256[32];
	bool f4;
	uint8_t x[48], y[48];
	bool ca, signs_crls;
	char signature[128];
	bool signed_well;
	uint64_t struct_version;
	char product_name[32], csp[128];
	struct sevadm_tcb tcb;
	uint8_t spl[SEVADM_SPLS];
	uint8_t hwid[SEVADM_CHIP_ID_SIZE];
	size_t hwid_size;
	char fault[160];
};

/**
 * sevadm_x509_read - the certificates and lists of revoked ones in a file
 * @data:	PEM, or DER, or DER in hexadecimal or base64; several may follow each other, and
 *		text may be around PEM
 * @size:	of it
 * @certs:	result, for sevadm_x509_free(); those before a failure as well
 * @nr:		of @certs
 * @failure:	why not
 * Return: 0, -ENODATA (nothing of the kind is there), -EBADMSG (it begins like one and is none),
 * -EOVERFLOW (bytes that are none follow), -E2BIG (more than 64), -ENOMEM
 */
int sevadm_x509_read(const void *data, size_t size, struct sevadm_x509 **certs, size_t *nr,
		     struct sevadm_failure *failure);

/**
 * sevadm_x509_free - of sevadm_x509_read()
 * @certs:	or NULL
 * @nr:		of @certs
 */
void sevadm_x509_free(struct sevadm_x509 *certs, size_t nr);

/**
 * sevadm_x509_encode - a certificate as a file has it
 * @c:		which
 * @pem:	as PEM, else as DER
 * @text:	result, to be freed
 * @nr_text:	of it
 * Return: 0 or -ENOMEM
 */
int sevadm_x509_encode(const struct sevadm_x509 *c, bool pem, uint8_t **text, size_t *nr_text);

/**
 * sevadm_x509_kind_name - what it is for
 * @kind:	of a certificate
 * Return: "ARK", "ASK", "ASVK", "VCEK", "VLEK", "CRL"; "other"
 */
const char *sevadm_x509_kind_name(enum sevadm_x509_kind kind);

/**
 * struct sevadm_x509_want - what a chain has to be
 * @time:	it is verified as of then, in seconds since 1970
 * @root:	the ARK to trust instead of AMD's; stands in for one that is missing.  Or NULL
 * @crl:	a list of revoked certificates must be there; without, one that is there counts
 * @ca_only:	neither VCEK nor VLEK is needed
 * @hwid:	the chip that the VCEK is of, @hwid_size bytes, zeros at its end do not count;
 *		or NULL
 * @hwid_size:	of @hwid
 * @tcb:	that the VCEK or VLEK is for, or NULL
 */
struct sevadm_x509_want {
	int64_t time;
	const struct sevadm_x509 *root;
	bool crl, ca_only;
	const uint8_t *hwid;
	size_t hwid_size;
	const struct sevadm_tcb *tcb;
};

/**
 * struct sevadm_x509_link - one step of the chain
 * @name:	as "ARK -> ASK"; "ARK" for who vouches for the root, "CRL", "VCEK TCB",
 *		"VCEK HWID", "others" for certificates that have no place in the chain
 * @depth:	how far it is from the root
 * @verdict:	whether it holds; skipped: something is missing, or nobody asked
 * @cause:	why not
 * @why:	a sentence, without a full stop
 */
struct sevadm_x509_link {
	const char *name;
	unsigned int depth;
	enum sevadm_cert_verdict verdict;
	enum sevadm_cert_cause cause;
	char why[240];
};

#define SEVADM_X509_LINKS	11

/**
 * struct sevadm_x509_chain - what sevadm_x509_verify() found
 * @trusted:	every link holds that there has to be
 * @root:	who vouches for the ARK: "Milan", "Genoa", "Turin" (AMD's own, by their keys), "own"
 *		(the caller's); NULL if nobody
 * @links:	from the root on
 * @nr_links:	of them
 * @broken:	the first of @links that fails, else that is missing, else NULL
 * @cert:	the one of each kind, or NULL; of lists of revoked ones the last
 */
struct sevadm_x509_chain {
	bool trusted;
	const char *root;
	struct sevadm_x509_link links[SEVADM_X509_LINKS];
	size_t nr_links;
	const struct sevadm_x509_link *broken;
	const struct sevadm_x509 *cert[SEVADM_X509_KINDS];
};

/**
 * sevadm_x509_verify - is this the chain of a genuine chip, from AMD's root on?
 * @certs:	in any order, of one product.  One that is there twice, byte for byte, counts once
 * @nr:		of them
 * @want:	what it has to be
 * @chain:	result; points into @certs
 *
 * Serial numbers of VCEK and VLEK are all 0, so no list can name them: what is revoked is an
 * ASK or ASVK.  To verify a report take @x and @y of the VCEK or VLEK of a chain that is
 * trusted, and want its reported TCB and its chip's id.
 */
void sevadm_x509_verify(const struct sevadm_x509 *certs, size_t nr,
			const struct sevadm_x509_want *want, struct sevadm_x509_chain *chain);

/* ------------------------------------------------------- inside an SNP guest */

#define SEVADM_REPORT_DATA_SIZE		64	/* of what a report carries for who asked */
#define SEVADM_GUEST_KEY_SIZE		32	/* of a derived key */
#define SEVADM_GUEST_VMPLS		4
#define SEVADM_GUEST_CERTS_MAX		0x4000U	/* of a host's table that Linux takes */

/* Of who stands between a guest and its firmware (linux/sev-guest.h; KVM has the last) */
#define SEVADM_VMM_INVALID_LEN		1U	/* the table of certificates does not fit */
#define SEVADM_VMM_BUSY			2U	/* throttled: later */
#define SEVADM_VMM_GENERIC		0xffffffffU

/**
 * sevadm_vmm_error_name - what a hypervisor answered a guest, in a word
 * @error:	the upper half of the driver's exitinfo2
 * Return: as in linux/sev-guest.h, without SNP_GUEST_VMM_ERR_; "?" for others
 */
const char *sevadm_vmm_error_name(uint32_t error);

/* The ways to a report */
enum sevadm_guest_via {
	SEVADM_GUEST_ANY,	/* the first of them that is there */
	SEVADM_GUEST_DEVICE,	/* /dev/sev-guest */
	SEVADM_GUEST_TSM,	/* configfs-tsm, Linux 6.7 and later */
};

/**
 * sevadm_guest_via_name - a way to a report, in a word
 * @via:	which
 * Return: "any", "device", "tsm"; "?" for others
 */
const char *sevadm_guest_via_name(enum sevadm_guest_via via);

/* KEY_SEL of a guest's requests (AMD 56860, MSG_REPORT_REQ) */
enum sevadm_guest_key {
	SEVADM_GUEST_KEY_AUTO,	/* the VLEK if there is one, else the VCEK */
	SEVADM_GUEST_KEY_VCEK,
	SEVADM_GUEST_KEY_VLEK,
};

/**
 * struct sevadm_report_request - what a report is asked for with
 * @data:	goes into it as it is
 * @has_vmpl:	@vmpl is meant, else the level that the kernel runs at
 * @vmpl:	that the report is to be of, 0 to 3: none above that of the kernel
 * @key:	that is to sign; through the device alone
 * @certs:	the host's table of certificates as well
 * @via:	which way
 * @timeout_ns:	how long a host that is busy is asked again
 */
struct sevadm_report_request {
	uint8_t data[SEVADM_REPORT_DATA_SIZE];
	bool has_vmpl;
	uint32_t vmpl;
	enum sevadm_guest_key key;
	bool certs;
	enum sevadm_guest_via via;
	uint64_t timeout_ns;
};

/**
 * struct sevadm_guest_report - a report, as the firmware gave it
 * @via:	the way it came: never SEVADM_GUEST_ANY
 * @vmpl:	that it was asked for
 * @size:	of @report, at least SEVADM_REPORT_SIZE
 * @report:	the bytes, of which nothing was changed
 * @certs:	the host's table of certificates, or NULL where it gave none
 * @certs_size:	of it
 */
struct sevadm_guest_report {
	enum sevadm_guest_via via;
	uint32_t vmpl;
	size_t size, certs_size;
	uint8_t *report, *certs;
};

/**
 * sevadm_guest_report_get - have the firmware report on the guest that we run in
 * @adm:	handle
 * @request:	what for
 * @report:	result, for sevadm_guest_report_free() in any case
 * @run:	the requests that were made are added; or NULL
 *
 * What comes back was looked at: its status is 0, and it carries the data and the level that
 * were asked for.  Nobody verified its signature.  Each request uses up a number of the key
 * that guest and firmware share, and one that was not answered costs the guest that key: so
 * only that is repeated, until @timeout_ns are over, of which it is known that the firmware
 * never saw it (SEVADM_VMM_BUSY, and the driver kept the key).
 *
 * Return: 0; -errno, with the failure
 * Source: AMD 56860, MSG_REPORT_REQ; AMD 56421, SNP Guest Request; Linux,
 * Documentation/virt/coco/sev-guest.rst, Documentation/ABI/testing/configfs-tsm-report
 */
int sevadm_guest_report_get(struct sevadm *adm, const struct sevadm_report_request *request,
			    struct sevadm_guest_report *report, struct sevadm_run *run);

/**
 * sevadm_guest_report_free - give up what a report of sevadm_guest_report_get() points to
 * @report:	whatever that returned; or all zero
 */
void sevadm_guest_report_free(struct sevadm_guest_report *report);

/* What a key is derived from (AMD 56860, MSG_KEY_REQ) */
enum sevadm_guest_root {
	SEVADM_GUEST_ROOT_AUTO,	/* the VLEK if there is one, else the VCEK */
	SEVADM_GUEST_ROOT_VCEK,
	SEVADM_GUEST_ROOT_VLEK,
	SEVADM_GUEST_ROOT_VMRK,	/* of the guest, and what migrates with it */
};

/* What else goes into it: GUEST_FIELD_SELECT */
#define SEVADM_KEY_GUEST_POLICY		(1U << 0)
#define SEVADM_KEY_IMAGE_ID		(1U << 1)
#define SEVADM_KEY_FAMILY_ID		(1U << 2)
#define SEVADM_KEY_MEASUREMENT		(1U << 3)
#define SEVADM_KEY_GUEST_SVN		(1U << 4)
#define SEVADM_KEY_TCB_VERSION		(1U << 5)
#define SEVADM_KEY_LAUNCH_MIT_VECTOR	(1U << 6)	/* of version 2 of the message */

/**
 * sevadm_key_field_name - a bit of GUEST_FIELD_SELECT, in a word
 * @bit:	its number
 * Return: "guest_policy", ...; NULL past the last
 */
const char *sevadm_key_field_name(unsigned int bit);

/**
 * struct sevadm_key_request - what a key is to be derived from
 * @root:	the secret that it comes from
 * @fields:	SEVADM_KEY_*: what of the guest goes into it
 * @has_vmpl:	@vmpl is meant, else the level that the kernel runs at
 * @vmpl:	that goes into it, 0 to 3: none above that of the kernel
 * @guest_svn:	goes into it with SEVADM_KEY_GUEST_SVN; none above the guest's own
 * @tcb_version: the same with SEVADM_KEY_TCB_VERSION, raw; none above the committed one
 * @launch_mit_vector: the same with SEVADM_KEY_LAUNCH_MIT_VECTOR
 * @version:	of the message, 1 or 2; 0: the least that will do
 * @timeout_ns:	how long a host that is busy is asked again
 */
struct sevadm_key_request {
	enum sevadm_guest_root root;
	uint32_t fields;
	bool has_vmpl;
	uint32_t vmpl, guest_svn;
	uint64_t tcb_version, launch_mit_vector;
	uint8_t version;
	uint64_t timeout_ns;
};

/**
 * sevadm_guest_key_derive - a key that this guest gets, and no other that differs in what goes in
 * @adm:	handle
 * @request:	from what; @has_vmpl, @vmpl and @version are filled in as they were used
 * @key:	result, the caller's to wipe; wiped here where there is none
 * @run:	the requests that were made are added; or NULL
 * Return: 0; -EINVAL (what was asked for makes no sense), other -errno, with the failure
 * Source: AMD 56860, MSG_KEY_REQ; Linux, Documentation/virt/coco/sev-guest.rst
 */
int sevadm_guest_key_derive(struct sevadm *adm, struct sevadm_key_request *request,
			    uint8_t key[SEVADM_GUEST_KEY_SIZE], struct sevadm_run *run);

/**
 * sevadm_guest_nonce - as many random bytes as a report carries
 * @adm:	handle: they go into its recording, and come from the one that is replayed
 * @out:	result
 * Return: 0; -errno, with the failure
 */
int sevadm_guest_nonce(struct sevadm *adm, uint8_t out[SEVADM_REPORT_DATA_SIZE]);

/**
 * sevadm_report_data_hash - a digest as what a report carries
 * @algorithm:	"sha512", or "sha384" or "sha256", which zeros follow
 * @data:	of what
 * @size:	of it
 * @out:	result
 * Return: 0, -EINVAL (no such algorithm), -EIO (libcrypto failed)
 */
int sevadm_report_data_hash(const char *algorithm, const void *data, size_t size,
			    uint8_t out[SEVADM_REPORT_DATA_SIZE]);

/* ------------------------------------------------ attestation reports of SNP guests */

#define SEVADM_REPORT_SIZE	1184	/* bytes (AMD 56860, ATTESTATION_REPORT) */
#define SEVADM_REPORT_SIGNED	0x2a0	/* of them, from the first one on */
#define SEVADM_REPORT_R		0x2a0	/* where the signature is: 72 bytes, the least significant first */
#define SEVADM_REPORT_S		0x2e8
#define SEVADM_VMPL_HOST	0xffffffffU	/* the host asked for the report, not the guest */
#define SEVADM_REPORT_P384	1U	/* ECDSA on P-384 with SHA-384: the one algorithm there is */

/* Of a guest's policy (AMD 56860, GUEST_POLICY), besides the ABI's version in bits 15:0 */
#define SEVADM_POLICY_SMT		(1ULL << 16)
#define SEVADM_POLICY_ONE		(1ULL << 17)	/* always set */
#define SEVADM_POLICY_MIGRATE_MA	(1ULL << 18)
#define SEVADM_POLICY_DEBUG		(1ULL << 19)
#define SEVADM_POLICY_SINGLE_SOCKET	(1ULL << 20)
#define SEVADM_POLICY_CXL		(1ULL << 21)
#define SEVADM_POLICY_AES256_XTS	(1ULL << 22)
#define SEVADM_POLICY_RAPL_DIS		(1ULL << 23)
#define SEVADM_POLICY_CIPHERTEXT_HIDING	(1ULL << 24)
#define SEVADM_POLICY_PAGE_SWAP_DISABLE	(1ULL << 25)

/* Of a platform, in reports (AMD 56860, PLATFORM_INFO) */
#define SEVADM_PLATFORM_SMT			(1ULL << 0)
#define SEVADM_PLATFORM_TSME			(1ULL << 1)
#define SEVADM_PLATFORM_ECC			(1ULL << 2)
#define SEVADM_PLATFORM_RAPL_DIS		(1ULL << 3)
#define SEVADM_PLATFORM_CIPHERTEXT_HIDING	(1ULL << 4)
#define SEVADM_PLATFORM_ALIAS_CHECK		(1ULL << 5)
#define SEVADM_PLATFORM_TIO			(1ULL << 7)

/* Which key signed a report */
enum sevadm_report_key {
	SEVADM_REPORT_VCEK = 0,
	SEVADM_REPORT_VLEK = 1,
	SEVADM_REPORT_UNSIGNED = 7,	/* none; 2 to 6 mean nothing that is known */
};

/* Who told of which generation a report's processor is, and so how its TCBs are read */
enum sevadm_report_told {
	SEVADM_REPORT_NOBODY,
	SEVADM_REPORT_CPUID,		/* itself, since version 3 */
	SEVADM_REPORT_CALLER,
	SEVADM_REPORT_CHIP_ID,		/* the id: 8 bytes are Turin's, 64 Milan's or Genoa's */
};

/**
 * struct sevadm_report_firmware - a version of the firmware
 * @major, @minor, @build: as the report has them
 */
struct sevadm_report_firmware {
	uint8_t major, minor, build;
};

/**
 * struct sevadm_report_area - bytes of a report
 * @offset, @size: which
 */
struct sevadm_report_area {
	uint16_t offset, size;
};

#define SEVADM_REPORT_AREAS	8

/**
 * struct sevadm_report - an attestation report of an SNP guest (AMD 56860, ATTESTATION_REPORT)
 * @data:	all of it, as it came: what was signed are the first SEVADM_REPORT_SIGNED bytes
 * @version:	2, 3 and 5 are known; 4 is read as 3, a later one as 5, an earlier one as 2
 * @known:	it is 2 to 5
 * @guest_svn:	of the guest's owner, from the ID block
 * @policy:	of the guest, see SEVADM_POLICY_SMT and sevadm_policy_text()
 * @family_id, @image_id: of the guest's owner, from the ID block
 * @vmpl:	that asked, or SEVADM_VMPL_HOST
 * @signature_algo: SEVADM_REPORT_P384, or nothing that is known
 * @current_tcb: of what ran
 * @platform_info: see SEVADM_PLATFORM_SMT
 * @key_info:	raw; what follows is its parts
 * @author_key:	@author_key_digest means something
 * @mask_chip_key: the host forbade signatures: there is none
 * @signing_key: who signed, see enum sevadm_report_key
 * @report_data: of who asked
 * @measurement: the launch digest
 * @host_data:	of the host, from the launch
 * @id_key_digest, @author_key_digest: of the keys that signed the ID block, and the former
 * @report_id, @report_id_ma: of the guest and of its migration agent
 * @reported_tcb: by which the key that signed was derived
 * @has_cpuid:	it is of version 3 or later
 * @cpuid_family, @cpuid_model, @cpuid_stepping: of the processor; else 0
 * @generation:	of the processor.  Unknown where @told is SEVADM_REPORT_CHIP_ID and the chip is
 *		of Milan or Genoa, which have one layout
 * @told:	who told it
 * @chip_id:	of Turin 8 bytes and zeros
 * @chip_id_masked: it is all zeros: the host forbade it, or a VLEK signed
 * @committed_tcb: below which the platform does not go any more
 * @current_firmware, @committed_firmware: versions of the same
 * @launch_tcb:	when the guest was launched, or came here
 * @has_mitigations: it is of version 5 or later
 * @launch_mitigations, @current_mitigations: bits that the firmware's makers number; else 0
 * @policy_reserved, @platform_reserved: bits of @policy and @platform_info that are not known
 * @key_reserved: the same of @key_info
 * @nr_reserved: of @reserved
 * @reserved:	areas that are reserved in this version, and are not zero
 */
struct sevadm_report {
	uint8_t data[SEVADM_REPORT_SIZE];
	uint32_t version;
	bool known;
	uint32_t guest_svn;
	uint64_t policy;
	uint8_t family_id[16], image_id[16];
	uint32_t vmpl, signature_algo;
	struct sevadm_tcb current_tcb;
	uint64_t platform_info;
	uint32_t key_info;
	bool author_key, mask_chip_key;
	uint8_t signing_key;
	uint8_t report_data[64], measurement[48], host_data[32];
	uint8_t id_key_digest[48], author_key_digest[48];
	uint8_t report_id[32], report_id_ma[32];
	struct sevadm_tcb reported_tcb;
	bool has_cpuid;
	uint8_t cpuid_family, cpuid_model, cpuid_stepping;
	enum sevadm_generation generation;
	enum sevadm_report_told told;
	uint8_t chip_id[SEVADM_CHIP_ID_SIZE];
	bool chip_id_masked;
	struct sevadm_tcb committed_tcb;
	struct sevadm_report_firmware current_firmware, committed_firmware;
	struct sevadm_tcb launch_tcb;
	bool has_mitigations;
	uint64_t launch_mitigations, current_mitigations;
	uint64_t policy_reserved, platform_reserved;
	uint32_t key_reserved;
	size_t nr_reserved;
	struct sevadm_report_area reserved[SEVADM_REPORT_AREAS];
};

/**
 * sevadm_report_decode - a report, field by field
 * @data:	binary
 * @size:	of it
 * @generation:	of the processor, for a report that does not tell; SEVADM_GENERATION_UNKNOWN: by
 *		the chip's id, if there is one
 * @report:	result
 *
 * Nothing in it is refused: of a version, a bit or a processor that is not known the raw value
 * is there.
 * Return: 0, -EMSGSIZE (not of SEVADM_REPORT_SIZE bytes)
 */
int sevadm_report_decode(const void *data, size_t size, enum sevadm_generation generation,
			 struct sevadm_report *report);

/**
 * sevadm_report_key_name - who signed, in a word
 * @key:	@signing_key of a report
 * Return: "VCEK", "VLEK", "none"; "?" for others
 */
const char *sevadm_report_key_name(uint8_t key);

/**
 * sevadm_platform_info_text - the bits of a platform, in words with commas between
 * @info:	@platform_info of a report
 * @buf:	result; empty where none is set that is known
 * @size:	of @buf, 128 is enough
 * Return: @buf
 */
char *sevadm_platform_info_text(uint64_t info, char *buf, size_t size);

/* What is refused by default, and a caller may accept: bits */
#define SEVADM_ACCEPT_HOST_REPORT	(1U << 0)	/* the host asked for it, not the guest */
#define SEVADM_ACCEPT_MASKED_CHIP_ID	(1U << 1)	/* a VCEK signed, and no chip is named */
#define SEVADM_ACCEPT_MASKED_KEY	(1U << 2)	/* nobody signed: then nothing is proved */
#define SEVADM_ACCEPT_UNKNOWN_VERSION	(1U << 3)	/* its fields are read as version 5 has them */
#define SEVADM_ACCEPT_UNKNOWN_ALGORITHM	(1U << 4)	/* it has to be SEVADM_REPORT_P384 all the same */
#define SEVADM_ACCEPT_UNKNOWN_KEY	(1U << 5)	/* the VCEK is taken, or else the VLEK */
#define SEVADM_ACCEPT_UNKNOWN_PROCESSOR	(1U << 6)	/* of a family and model that nobody knows */

/* What a check is about: for each there is a sentence of its own */
enum sevadm_report_topic {
	SEVADM_REPORT_ON_SIGNATURE,
	SEVADM_REPORT_ON_CERTIFICATE,
	SEVADM_REPORT_ON_REVOCATION,
	SEVADM_REPORT_ON_POLICY,
};

/**
 * sevadm_report_topic_name - in a word
 * @topic:	of a check
 * Return: "signature", "certificate", "revocation", "policy"
 */
const char *sevadm_report_topic_name(enum sevadm_report_topic topic);

/**
 * struct sevadm_report_check - one thing that was checked
 * @name:	as "signature", "ASK -> VCEK"
 * @topic:	what it is about
 * @verdict:	skipped: nobody asked for it, it does not apply, or it was accepted
 * @accepted:	it does not hold, and the caller accepts that
 * @why:	a sentence, without a full stop
 */
struct sevadm_report_check {
	const char *name;
	enum sevadm_report_topic topic;
	enum sevadm_cert_verdict verdict;
	bool accepted;
	char why[240];
};

#define SEVADM_REPORT_CHECKS	128

/**
 * struct sevadm_report_verdict - is a report to be believed?
 * @trusted:	no check fails
 * @root:	who vouches for the ARK, as in struct sevadm_x509_chain
 * @nr_checks:	of @checks
 * @checks:	all of them, whether or not one before failed
 * @broken:	the first that fails, or NULL
 */
struct sevadm_report_verdict {
	bool trusted;
	const char *root;
	size_t nr_checks;
	struct sevadm_report_check checks[SEVADM_REPORT_CHECKS];
	const struct sevadm_report_check *broken;
};

/**
 * struct sevadm_vek_chain - the key that signed reports, and its chain, verified already
 *
 * It is not changed once it is there: any number of threads can verify by it at a time.
 */
struct sevadm_vek_chain;

/**
 * sevadm_vek_chain_new - the chain of the key that signed a report
 * @certs:	any, in any order: those of other products, chips and TCBs may be among them.  They,
 *		and the root of @want, have to be there as long as @chain is
 * @nr:		of @certs
 * @want:	its @time, @root and @crl count; the rest comes from @report
 * @report:	that is, or is like those that are, to be verified
 * @chain:	result, for sevadm_vek_chain_free(); whether it holds is for sevadm_report_verify()
 *		to tell, and for sevadm_vek_chain_get()
 * Return: 0 or -ENOMEM
 */
int sevadm_vek_chain_new(const struct sevadm_x509 *certs, size_t nr,
			 const struct sevadm_x509_want *want, const struct sevadm_report *report,
			 struct sevadm_vek_chain **chain);

/**
 * sevadm_vek_chain_free - of sevadm_vek_chain_new()
 * @chain:	or NULL
 */
void sevadm_vek_chain_free(struct sevadm_vek_chain *chain);

/**
 * sevadm_vek_chain_fits - would the same certificates be chosen for that report?
 * @chain:	which was made for another one of the same certificates
 * @report:	which
 * Return: the same kind of key, chip, TCB and generation are wanted
 */
bool sevadm_vek_chain_fits(const struct sevadm_vek_chain *chain, const struct sevadm_report *report);

/**
 * sevadm_vek_chain_get - what was chosen, and what its verification found
 * @chain:	which
 * Return: the chain, with VCEK or VLEK; lives as long as @chain
 */
const struct sevadm_x509_chain *sevadm_vek_chain_get(const struct sevadm_vek_chain *chain);

/**
 * sevadm_vek_chain_generation - that its certificates are of
 * @chain:	which
 * Return: it, for sevadm_report_decode() of a report that does not tell its own
 */
enum sevadm_generation sevadm_vek_chain_generation(const struct sevadm_vek_chain *chain);

/**
 * struct sevadm_vek_chains - chains for many reports, each made once: by key, chip and TCB
 *
 * Any number of threads can use it at a time.
 */
struct sevadm_vek_chains;

/**
 * sevadm_vek_chains_new - none yet
 * @certs:	as sevadm_vek_chain_new() takes them; they have to be there as long as @chains is
 * @nr:		of @certs
 * @want:	the same
 * @chains:	result, for sevadm_vek_chains_free()
 * Return: 0 or -ENOMEM
 */
int sevadm_vek_chains_new(const struct sevadm_x509 *certs, size_t nr,
			  const struct sevadm_x509_want *want, struct sevadm_vek_chains **chains);

/**
 * sevadm_vek_chains_free - of sevadm_vek_chains_new(), with all chains in it
 * @chains:	or NULL
 */
void sevadm_vek_chains_free(struct sevadm_vek_chains *chains);

/**
 * sevadm_vek_chains_get - the chain of the key that signed a report
 * @chains:	which may have it; 16,384 are kept, and others made anew each time
 * @report:	which
 * @chain:	result, for sevadm_vek_chains_put()
 * Return: 0 or -ENOMEM
 */
int sevadm_vek_chains_get(struct sevadm_vek_chains *chains, const struct sevadm_report *report,
			  const struct sevadm_vek_chain **chain);

/**
 * sevadm_vek_chains_put - it is not needed any more
 * @chains:	that it is from
 * @chain:	or NULL
 */
void sevadm_vek_chains_put(struct sevadm_vek_chains *chains, const struct sevadm_vek_chain *chain);

/**
 * sevadm_report_verify - did AMD's firmware on a genuine chip make this report?
 * @report:	which
 * @chain:	of the key that signed; NULL: there are no certificates
 * @accept:	bits of SEVADM_ACCEPT_HOST_REPORT and the like
 * @verdict:	result
 *
 * What the guest is, and whether that is what one wants to talk to, is not asked here: that is
 * for rules about the fields of @report.
 */
void sevadm_report_verify(const struct sevadm_report *report, const struct sevadm_vek_chain *chain,
			  unsigned int accept, struct sevadm_report_verdict *verdict);

#define SEVADM_RULE_FOUND	132	/* room for a chip's id in hexadecimal */

/**
 * struct sevadm_report_policy - rules for what a report says: is that what one wants to talk to?
 *
 * Not changed by sevadm_report_policy_check(): any number of threads can check by it at a time.
 */
struct sevadm_report_policy;

/**
 * struct sevadm_report_rule - one rule, and what came of it
 * @name:	as a policy file has it, with points between: "min_tcb.reported.snp"
 * @wanted:	in words
 * @from:	who wants it, as sevadm_report_policy_add() was told; "default": nobody said anything
 *		about it, and it is too dangerous to pass over
 * @holds:	it does
 * @found:	in the report, in words
 *
 * The pointers are good as long as the policy is, and nothing is added to it.
 */
struct sevadm_report_rule {
	const char *name, *wanted, *from;
	bool holds;
	char found[SEVADM_RULE_FOUND];
};

/**
 * sevadm_report_policy_new - rules that hold where nobody says anything else
 * @policy:	result, for sevadm_report_policy_free()
 *
 * They forbid guests that can be debugged, or have a migration agent, for either hands their
 * memory to somebody else; and firmware that runs and was not committed, which the host can
 * take back.
 * Return: 0 or -ENOMEM
 */
int sevadm_report_policy_new(struct sevadm_report_policy **policy);

/**
 * sevadm_report_policy_free - of sevadm_report_policy_new()
 * @policy:	or NULL
 */
void sevadm_report_policy_free(struct sevadm_report_policy *policy);

/**
 * sevadm_report_policy_add - one more rule
 * @policy:	to which; as it was where this fails
 * @rule:	its name, see struct sevadm_report_rule; sevadm(8) has all of them
 * @wanted:	a number, a version, a word; or values in hexadecimal with commas between, of which it
 *		has to be one
 * @from:	who wants it.  Values of the same rule and the same people are one list; all else is a
 *		rule of its own, and each of them has to hold
 * @failure:	why not
 * Return: 0, -EINVAL (there is no such rule, or it cannot want that), -ENOMEM
 */
int sevadm_report_policy_add(struct sevadm_report_policy *policy, const char *rule,
			     const char *wanted, const char *from, struct sevadm_failure *failure);

/**
 * sevadm_report_policy_read - the rules of a policy file
 * @policy:	to which they are added; on failure it may have some of them
 * @json:	an object as docs/schema/policy.json has it, and nothing besides
 * @size:	of it
 * @from:	who wants them, as sevadm_report_policy_add() takes it
 * @failure:	what is wrong, and where
 * Return: 0, -EBADMSG (it is no JSON), -EINVAL (it is no policy), -ENOMEM
 */
int sevadm_report_policy_read(struct sevadm_report_policy *policy, const void *json, size_t size,
			      const char *from, struct sevadm_failure *failure);

/**
 * sevadm_report_policy_count - how many rules there are
 * @policy:	which
 * Return: their number, those of nobody that count among them
 */
size_t sevadm_report_policy_count(const struct sevadm_report_policy *policy);

/**
 * sevadm_report_policy_check - is a report as the rules want it?
 * @policy:	which
 * @report:	that sevadm_report_verify() trusts: without that it may say anything
 * @rules:	result, sevadm_report_policy_count() of them
 * Return: how many do not hold
 */
size_t sevadm_report_policy_check(const struct sevadm_report_policy *policy,
				  const struct sevadm_report *report,
				  struct sevadm_report_rule *rules);

/**
 * sevadm_cert_check - did this key sign that one?
 * @signer:	the one
 * @subject:	the other
 * @link:	result: named as in a chain where it has the two, else "link"
 */
void sevadm_cert_check(const struct sevadm_cert *signer, const struct sevadm_cert *subject,
		       struct sevadm_cert_link *link);

#define SEVADM_CERT_SIZE	2084	/* of a platform's certificate, in bytes */

/**
 * struct sevadm_private_key - of an owner's certificate authority (OCA)
 *
 * On P-256 or P-384.  It is wiped when it is given up.
 */
struct sevadm_private_key;

/**
 * sevadm_private_key_new - make one
 * @bits:	256 or 384, of the NIST curve; the tools of others make and want 384
 * @key:	result, for sevadm_private_key_free()
 * @failure:	why not
 * Return: 0, -EINVAL (another number), -ENOMEM, -EIO (libcrypto failed)
 */
int sevadm_private_key_new(unsigned int bits, struct sevadm_private_key **key,
			   struct sevadm_failure *failure);

/**
 * sevadm_private_key_read - one from a file's bytes
 * @data:	PEM or DER: PKCS #8, or as `openssl ecparam -genkey` has it; for the caller to wipe
 * @size:	of it
 * @key:	result, for sevadm_private_key_free()
 * @failure:	why not
 * Return: 0, -EBADMSG (no private key), -ENOKEY (encrypted), -EPROTONOSUPPORT (on another
 * curve, or none at all), -ENOMEM
 */
int sevadm_private_key_read(const void *data, size_t size, struct sevadm_private_key **key,
			    struct sevadm_failure *failure);

/**
 * sevadm_private_key_pem - as PEM: PKCS #8, not encrypted
 * @key:	which
 * @pem:	result, for the caller to wipe and free
 * @size:	of it, in bytes; a NUL follows
 * @failure:	why not
 * Return: 0, -ENOMEM, -EIO (libcrypto failed)
 */
int sevadm_private_key_pem(const struct sevadm_private_key *key, char **pem, size_t *size,
			   struct sevadm_failure *failure);

/**
 * sevadm_private_key_free - wipe it and give it up
 * @key:	which; NULL does
 */
void sevadm_private_key_free(struct sevadm_private_key *key);

/**
 * sevadm_private_key_der - as DER: SEC 1 for a key on a curve, as sevctl writes and reads it
 * @key:	which
 * @der:	result, to be wiped and freed
 * @size:	of it, in bytes
 * @failure:	why not
 * Return: 0, -ENOMEM, -EIO (libcrypto failed)
 */
int sevadm_private_key_der(const struct sevadm_private_key *key, char **der, size_t *size,
			   struct sevadm_failure *failure);

/**
 * sevadm_oca_check - is it this key's own certificate, and whole?
 * @oca:	the certificate
 * @key:	the key
 * @failure:	why not
 * Return: 0, -EBADMSG (it is no OCA's, or damaged), -EINVAL (another key), -EIO
 */
int sevadm_oca_check(const struct sevadm_cert *oca, const struct sevadm_private_key *key,
		     struct sevadm_failure *failure);

/**
 * sevadm_oca_new - a certificate of an owner's certificate authority, signed by itself
 * @key:	of the authority
 * @cert:	result, SEVADM_CERT_SIZE bytes; ECDSA with SHA-256, as the firmware's own (AMD 55766,
 *		appendix C)
 * @failure:	why not
 * Return: 0 or -EIO (libcrypto failed)
 */
int sevadm_oca_new(const struct sevadm_private_key *key, uint8_t *cert,
		   struct sevadm_failure *failure);

/**
 * sevadm_csr_sign - sign the PEK of a platform, as its owner
 * @csr:	as PEK_CSR gave it: a PEK without an OCA's signature
 * @oca:	the owner's certificate, signed by itself
 * @key:	its private key
 * @cert:	result, SEVADM_CERT_SIZE bytes: the PEK for PEK_CERT_IMPORT, the signature in the first
 *		place that is free
 * @failure:	why not
 * Return: 0; -EBADMSG (@csr or @oca is none, or damaged), -EALREADY (signed already), -EINVAL
 * (the key is not that of @oca), -EIO (libcrypto failed)
 */
int sevadm_csr_sign(const struct sevadm_cert *csr, const struct sevadm_cert *oca,
		    const struct sevadm_private_key *key, uint8_t *cert,
		    struct sevadm_failure *failure);

/* ------------------------------------------------ whose SNP guest is it? ID block */

#define SEVADM_ID_BLOCK_SIZE	96	/* in bytes */
#define SEVADM_ID_AUTH_SIZE	4096
#define SEVADM_ID_KEY_SIZE	1028	/* of a public key as it is in there */

/**
 * struct sevadm_id_block - what the owner says of an SNP guest that is to be launched
 * @launch_digest: that the guest has to have
 * @family_id:	the owner's; the guest finds it in its reports
 * @image_id:	the same
 * @version:	of the layout: 1
 * @guest_svn:	the owner's security version of this image, also in reports
 * @policy:	that the guest has to be launched with
 */
struct sevadm_id_block {
	uint8_t launch_digest[SEVADM_SNP_DIGEST_SIZE], family_id[16], image_id[16];
	uint32_t version, guest_svn;
	uint64_t policy;
};

/**
 * sevadm_id_block_encode - as SNP_LAUNCH_FINISH takes it (AMD 56860, ID_BLOCK)
 * @block:	what it says
 * @bytes:	result
 */
void sevadm_id_block_encode(const struct sevadm_id_block *block,
			    uint8_t bytes[SEVADM_ID_BLOCK_SIZE]);

/**
 * sevadm_id_block_decode - what an id block says
 * @bytes:	it
 * @block:	result, whatever it is
 */
void sevadm_id_block_decode(const uint8_t bytes[SEVADM_ID_BLOCK_SIZE],
			    struct sevadm_id_block *block);

/**
 * sevadm_id_auth_new - vouch for an id block
 * @block:	it
 * @id:		key that signs it, on P-384
 * @author:	key that signs the public half of @id, on P-384; or NULL
 * @auth:	result (AMD 56860, ID_AUTH): ECDSA with SHA-384
 * @failure:	why not
 * Return: 0, -EPROTONOSUPPORT (a key on another curve), -EIO (libcrypto failed)
 */
int sevadm_id_auth_new(const uint8_t block[SEVADM_ID_BLOCK_SIZE],
		       const struct sevadm_private_key *id,
		       const struct sevadm_private_key *author, uint8_t auth[SEVADM_ID_AUTH_SIZE],
		       struct sevadm_failure *failure);

/**
 * struct sevadm_id_auth - who vouches for an id block
 * @id_algorithm:	of the key that signed it; 1: ECDSA on P-384 with SHA-384
 * @author_algorithm:	of the key that signed that one
 * @id_curve:		2: P-384
 * @author_curve:	the same
 * @has_author:		there are an author's key and signature, or something in their place
 * @reserved:		bytes are set that have to be zero
 * @id_key_digest:	of the key, as reports have it
 * @author_key_digest:	of the author's key; zeros without one
 */
struct sevadm_id_auth {
	uint32_t id_algorithm, author_algorithm, id_curve, author_curve;
	bool has_author, reserved;
	uint8_t id_key_digest[SEVADM_SNP_DIGEST_SIZE], author_key_digest[SEVADM_SNP_DIGEST_SIZE];
};

/**
 * sevadm_id_auth_decode - who vouches; whether it is true sevadm_id_verify() says
 * @auth:	an ID authentication structure
 * @decoded:	result
 * Return: 0 or -EIO (libcrypto failed)
 */
int sevadm_id_auth_decode(const uint8_t auth[SEVADM_ID_AUTH_SIZE],
			  struct sevadm_id_auth *decoded);

/**
 * sevadm_id_verify - would SNP_LAUNCH_FINISH take it, if digest and policy are the guest's?
 * @block:	an id block
 * @auth:	who vouches for it
 * @author:	the author's key counts as well (AUTHOR_KEY_EN)
 * @failure:	why not
 * Return: 0; -EINVAL (version, algorithm or curve that is not known), -EBADMSG (a signature is
 * wrong), -EIO (libcrypto failed)
 */
int sevadm_id_verify(const uint8_t block[SEVADM_ID_BLOCK_SIZE],
		     const uint8_t auth[SEVADM_ID_AUTH_SIZE], bool author,
		     struct sevadm_failure *failure);

/**
 * sevadm_id_key_digest - of a public key, as reports have it of the id key and the author's
 * @data:	a file: PEM or DER, public or private, or SEVADM_ID_KEY_SIZE bytes of an ID
 *		authentication structure; for the caller to wipe
 * @size:	of it
 * @digest:	result: SHA-384 of the key as it is in there
 * @failure:	why not
 * Return: 0, -EBADMSG (no key), -ENOKEY (encrypted), -EPROTONOSUPPORT (on another curve),
 * -ENOMEM, -EIO (libcrypto failed)
 */
int sevadm_id_key_digest(const void *data, size_t size, uint8_t digest[SEVADM_SNP_DIGEST_SIZE],
			 struct sevadm_failure *failure);

/* ------------------------------------------------------------------ IGVM files */

/* What a platform of an IGVM file is, where it concerns us */
#define SEVADM_IGVM_SNP	2

/**
 * struct sevadm_igvm_platform - that a guest in an IGVM file can be loaded on
 * @mask:	one bit: headers with it are for this platform
 * @highest_vtl: virtual trust level
 * @type:	SEVADM_IGVM_SNP, or what sevadm_igvm_platform_name() names
 * @version:	of the platform
 * @shared_gpa_boundary: addresses from there on are the host's to see, 0: there is none
 * @has_policy:	there is @policy
 * @policy:	of the guest on this platform
 */
struct sevadm_igvm_platform {
	uint32_t mask;
	uint8_t highest_vtl, type;
	uint16_t version;
	uint64_t shared_gpa_boundary;
	bool has_policy;
	uint64_t policy;
};

/**
 * struct sevadm_igvm - an IGVM file (Independent Guest Virtual Machine)
 * @data:	all of it
 * @size:	of it
 * @version:	of the format, 1 or 2
 * @architecture: 0: x86-64
 * @page_size:	in bytes
 * @header_offset: of the variable headers in the file
 * @header_size: of all of them
 * @checksum:	CRC32 of all headers
 * @masks:	of all platforms
 * @platforms:	there are
 * @nr_platforms: of them
 * @nr_headers:	all of them
 * @nr_unknown:	of those nobody knows, and nobody may leave out
 */
struct sevadm_igvm {
	const uint8_t *data;
	size_t size;
	uint32_t version, architecture, page_size, header_offset, header_size, checksum, masks;
	struct sevadm_igvm_platform platforms[32];
	size_t nr_platforms, nr_headers, nr_unknown;
};

/**
 * sevadm_igvm_parse - is that an IGVM file, all of it as it has to be?
 * @data:	the file
 * @size:	of it
 * @igvm:	result; points to @data
 * @failure:	why not: which header, and what is wrong with it
 * Return: 0 or -EINVAL with @failure
 */
int sevadm_igvm_parse(const void *data, size_t size, struct sevadm_igvm *igvm,
		      struct sevadm_failure *failure);

/**
 * struct sevadm_igvm_header - one of the variable headers
 * @offset:	of it among them
 * @next:	of the next one
 * @type:	of it, without the highest bit
 * @optional:	the highest bit: who does not know it may leave it out
 * @name:	of the type, NULL if nobody knows it
 * @content:	of it, @length bytes
 * @length:	of it
 * @has_mask, @mask: for which platforms; without a mask for all
 * @has_gpa, @gpa: guest physical address
 * @size:	in the guest, in bytes, where that is said
 * @data:	in the file, @size bytes of it; NULL: zeros
 * @data_offset: of them in the file
 * @flags:	of page data: 1 2 MiB, 2 unmeasured, 4 shared
 * @data_type:	of page data: 0 normal, 1 secrets, 2 CPUID, 3 CPUID, extended
 * @index:	of an area of parameters, or of a virtual processor
 * @policy:	of the guest
 */
struct sevadm_igvm_header {
	uint32_t offset, next, type;
	bool optional;
	const char *name;
	const uint8_t *content;
	uint32_t length;
	bool has_mask, has_gpa;
	uint32_t mask;
	uint64_t gpa, size;
	const uint8_t *data;
	uint32_t data_offset, flags;
	uint16_t data_type;
	uint32_t index;
	uint64_t policy;
};

/**
 * sevadm_igvm_header - one header after the other
 * @igvm:	of sevadm_igvm_parse(), which was satisfied with it
 * @offset:	0, then @next of the one before
 * @header:	result; points into the file
 * Return: true, false after the last one
 */
bool sevadm_igvm_header(const struct sevadm_igvm *igvm, uint32_t offset,
			struct sevadm_igvm_header *header);

/**
 * sevadm_igvm_platform_name - what a platform is
 * @type:	as the file has it
 * Return: its name, NULL if nobody knows it
 */
const char *sevadm_igvm_platform_name(uint8_t type);

/**
 * struct sevadm_igvm_how - how a guest is loaded
 * @mask:	of the platform
 * @qemu:	by QEMU and KVM: pages without data are measured as pages of zeros, and VMSAs come
 *		last, at one address; else as the format says, which has no such pages
 */
struct sevadm_igvm_how {
	uint32_t mask;
	bool qemu;
};

/**
 * sevadm_igvm_digest - the launch digest of the SNP guest that a file describes
 * @igvm:	the file
 * @how:	it is loaded
 * @digest:	result
 * @each:	told of each page in its order: what is "page data", "parameters" or "vcpu", type is as
 *		in struct sevadm_measured, or UNMEASURED; or NULL
 * @arg:	for @each
 * @failure:	why not
 * Return: 0; -EINVAL (no such platform, or it is not SNP; a header that has to be known; parameters
 * that are not there; more than 2 GiB), -EIO (libcrypto failed), with @failure
 */
int sevadm_igvm_digest(const struct sevadm_igvm *igvm, const struct sevadm_igvm_how *how,
		       uint8_t digest[SEVADM_SNP_DIGEST_SIZE],
		       void (*each)(void *arg, const struct sevadm_measured *part), void *arg,
		       struct sevadm_failure *failure);

/**
 * sevadm_igvm_id - the ID block of a file, as SNP_LAUNCH_FINISH takes it
 * @igvm:	the file
 * @mask:	of the platform, whose policy is in the block
 * @block:	result
 * @auth:	result: who vouches for it
 * @author:	the author's key counts as well
 * Return: 0, -ENOENT (there is none for that platform), -EEXIST (there are two)
 */
int sevadm_igvm_id(const struct sevadm_igvm *igvm, uint32_t mask, uint8_t block[SEVADM_ID_BLOCK_SIZE],
		   uint8_t auth[SEVADM_ID_AUTH_SIZE], bool *author);

/* --------------------------------------------------------- keys of a platform */

/* Places of struct sevadm_keys, in the order of files */
enum { SEVADM_KEYS_PDH, SEVADM_KEYS_PEK, SEVADM_KEYS_OCA, SEVADM_KEYS_CEK, SEVADM_KEYS };

/**
 * struct sevadm_keys - a platform's keys, and in what state it has them (AMD 55766, 2.1)
 * @sev, @snp:	as the firmware tells; it tells of no owner while SEV is down
 * @known:	it gave its certificates, and the rest is meant
 * @bytes:	as PDH_CERT_EXPORT gave them: PDH, PEK, OCA, CEK
 * @certs:	the same, parsed: they point into @bytes, so this is not to be copied
 */
struct sevadm_keys {
	struct sevadm_sev_status sev;
	struct sevadm_snp_status snp;
	bool known;
	uint8_t bytes[SEVADM_KEYS * SEVADM_CERT_SIZE];
	struct sevadm_cert certs[SEVADM_KEYS];
};

/*
 * Where SEV is down the driver brings it up for commands about keys, and SEV and SNP down
 * after them.  That is not issued without this; on a host of SNP whose SNP is down, or has
 * guests, never.
 */
#define SEVADM_KEYS_INIT	(1U << 0)
/* Keys that cannot be had are no failure, but a warning */
#define SEVADM_KEYS_LOOK	(1U << 1)
/* Only the plan is made */
#define SEVADM_KEYS_DRY		(1U << 2)

/**
 * sevadm_keys_get - the keys of this platform (PDH_CERT_EXPORT)
 * @adm:	handle; to have SEV brought up for it, opened with SEVADM_WRITE
 * @flags:	SEVADM_KEYS_INIT or _LOOK
 * @keys:	result
 * @run:	steps and warnings
 * Return: 0 or -errno, with the failure
 */
int sevadm_keys_get(struct sevadm *adm, unsigned int flags, struct sevadm_keys *keys,
		    struct sevadm_run *run);

/*
 * PEK_GEN: new PEK and PDH, owned by the platform itself; PDH_GEN: a new PDH; FACTORY_RESET: all
 * of it anew at the next INIT, and SEV down
 */
enum sevadm_keys_change { SEVADM_PEK_GEN, SEVADM_PDH_GEN, SEVADM_FACTORY_RESET };

/**
 * sevadm_keys_change - new keys for this platform (AMD 55766, PEK_GEN, PDH_GEN, PLATFORM_RESET)
 * @adm:	handle, opened with SEVADM_WRITE
 * @change:	which
 * @flags:	SEVADM_KEYS_INIT, _DRY
 * @run:	plan, steps and warnings
 * Return: 0 or -errno, with the failure; -EBUSY: guests of SEV are alive
 */
int sevadm_keys_change(struct sevadm *adm, enum sevadm_keys_change change, unsigned int flags,
		       struct sevadm_run *run);

/**
 * sevadm_pek_csr - the PEK, for its owner to sign (PEK_CSR)
 * @adm:	handle, opened with SEVADM_WRITE: the driver wants that, though nothing changes
 * @flags:	SEVADM_KEYS_INIT, _DRY
 * @csr:	result, SEVADM_CERT_SIZE bytes
 * @run:	plan, steps and warnings
 * Return: 0 or -errno, with the failure
 */
int sevadm_pek_csr(struct sevadm *adm, unsigned int flags, uint8_t *csr, struct sevadm_run *run);

/**
 * sevadm_pek_import - give the platform an owner (PEK_CERT_IMPORT)
 * @adm:	handle, opened with SEVADM_WRITE
 * @pek:	that the owner signed
 * @oca:	the owner's, signed by itself
 * @flags:	SEVADM_KEYS_INIT, _DRY
 * @run:	plan, steps and warnings
 *
 * What the firmware would refuse is refused before it is asked.
 * Return: 0 or -errno, with the failure; -EBADMSG: the certificates are not as they have to be;
 * -EBUSY: guests of SEV are alive, or the platform has an owner
 */
int sevadm_pek_import(struct sevadm *adm, const struct sevadm_cert *pek,
		      const struct sevadm_cert *oca, unsigned int flags, struct sevadm_run *run);

/**
 * sevadm_owner_set - PEK_CSR, the signature and PEK_CERT_IMPORT at once
 * @adm:	handle, opened with SEVADM_WRITE
 * @oca:	the owner's, signed by itself
 * @key:	its private key
 * @flags:	SEVADM_KEYS_DRY
 * @run:	plan, steps and warnings
 * Return: as sevadm_pek_csr(), sevadm_csr_sign() and sevadm_pek_import()
 */
int sevadm_owner_set(struct sevadm *adm, const struct sevadm_cert *oca,
		     const struct sevadm_private_key *key, unsigned int flags,
		     struct sevadm_run *run);

/**
 * struct sevadm_table_entry - of the table of certificates that a host hands to SNP guests
 * @guid:	what it is, as text
 * @name:	"VCEK", "VLEK", "ASK" (or an ASVK), "ARK", "CRL", "Google platform info"; NULL if
 *		unknown
 * @offset, @length: where the table says that its bytes are
 * @data:	those bytes; NULL if they are not within the file
 * @sha256:	of them, with @data
 */
struct sevadm_table_entry {
	char guid[37];
	const char *name;
	uint32_t offset, length;
	const uint8_t *data;
	uint8_t sha256[32];
};

/**
 * sevadm_table_parse - a table of certificates (AMD 56421, SNP Extended Guest Request)
 * @data:	the table and what it points to
 * @size:	of it
 * @entries:	result; they point into @data
 * @max:	there is room for
 * @nr:		of @entries, up to where it failed
 * Return: 0, -ENODATA (no entry of zeros ends it), -E2BIG (more than @max), -EIO (libcrypto
 * failed)
 */
int sevadm_table_parse(const void *data, size_t size, struct sevadm_table_entry *entries,
		       size_t max, size_t *nr);

/**
 * sevadm_table_lint - what is wrong with a table of certificates
 * @data:	as sevadm_table_parse() had it
 * @size:	of it
 * @entries:	its result
 * @nr:		of them
 * @each:	called for each fault: its kind, a word, and a sentence without a full stop
 * @arg:	for @each
 *
 * Both the table's own layout and the certificates in it: that each entry has one, as DER, of the
 * kind that its GUID names, and that one signed the other.  Neither who vouches for the root
 * nor dates are looked at: sevadm_x509_verify() does that.
 * Return: how many there are
 */
unsigned int sevadm_table_lint(const void *data, size_t size,
			       const struct sevadm_table_entry *entries, size_t nr,
			       void (*each)(void *arg, const char *kind, const char *text), void *arg);

/**
 * sevadm_table_make - a table of certificates
 * @certs:	what is to be in it, in any order; one that is there twice, byte for byte, counts once
 * @nr:		of them
 * @table:	result, to be freed: ARK, ASK or ASVK, VCEK, VLEK, CRL, as DER, one behind the other
 * @size:	of @table
 * @failure:	why not
 * Return: 0, -EEXIST (two that differ, or an ASK and an ASVK, for which there is one place),
 * -EINVAL (one that has no place), -ENODATA (none at all), -ENOMEM
 */
int sevadm_table_make(const struct sevadm_x509 *certs, size_t nr, uint8_t **table, size_t *size,
		      struct sevadm_failure *failure);

/* ------------------------------------------------------------------- explain */

/**
 * struct sevadm_status_info - a firmware status
 * @status:	its number
 * @name:	in the specification
 * @meaning:	one sentence
 * @command:	the firmware command that answered it, or NULL
 * @known:	with @command: it is known to answer this status; else what follows is what
 *		the status means in general
 * @general:	causes, remedy and source are those of the status, whatever the command
 * @causes:	what it means from that command; or usual causes, of any
 * @remedy:	what to do
 * @source:	who says so: a document, a file of the kernel, a firmware's version
 */
struct sevadm_status_info {
	uint32_t status;
	const char *name, *meaning, *command;
	bool known, general;
	const char *causes, *remedy, *source;
};

/**
 * sevadm_explain - look a firmware status up
 * @text:	number (decimal, 0x hexadecimal) or name, with or without SEV_RET_
 * @command:	name of a firmware command that answered it, or NULL
 * @info:	result
 * Return: 0, -EINVAL (neither number nor name), -ENOENT (unassigned number),
 * -ENOKEY (no such command)
 */
int sevadm_explain(const char *text, const char *command, struct sevadm_status_info *info);

/**
 * sevadm_explain_command - every status that a command is known to answer
 * @command:	name of a firmware command
 * @each:	called for each, by number; other than 0 ends it
 * @arg:	for @each
 *
 * Those that any command can answer, SUCCESS and hardware's errors, are among them.
 * Return: 0, -ENOKEY (no such command), what @each returned
 */
int sevadm_explain_command(const char *command,
			   int (*each)(void *arg, const struct sevadm_status_info *info),
			   void *arg);

/* What a number that is more than a status may be taken for */
enum sevadm_reading {
	/* the secure processor's command-response register, 32 bits */
	SEVADM_READ_CMDRESP,
	/* EXIT_INFO_2 of an SNP guest's request, as /dev/sev-guest returns it */
	SEVADM_READ_EXITINFO2,
	/* CMDBUFF_ADDR_Hi:Lo after a refusal: sev_dbg_result.fw_ext */
	SEVADM_READ_FW_EXT,
};

/* The most fields that a reading has */
#define SEVADM_VALUE_FIELDS	6

/**
 * struct sevadm_value_field - a part of such a number
 * @reading:	what the number is taken for, in words
 * @field:	name of the part
 * @bits:	where, as "31:16"
 * @value:	what is there
 * @name:	of a status or a command, or NULL
 * @is_status:	@value is a firmware status, assigned or not
 * @meaning:	one sentence
 * @source:	who says so
 */
struct sevadm_value_field {
	const char *reading, *field, *bits;
	uint64_t value;
	const char *name;
	bool is_status;
	const char *meaning, *source;
};

/**
 * sevadm_explain_value - take a number apart
 * @as:		what to take it for
 * @value:	the number
 * @fields:	result
 * Return: number of fields; 0 if it cannot be one of those
 */
unsigned int sevadm_explain_value(enum sevadm_reading as, uint64_t value,
				  struct sevadm_value_field fields[SEVADM_VALUE_FIELDS]);

/**
 * struct sevadm_line_info - a line of the kernel's log about SEV or SEV-SNP
 * @command:	the firmware command that it is about, or NULL
 * @has_status:	it tells a firmware status, and @status and @status_name are meant
 * @status:	its number
 * @status_name: in the specification
 * @err:	positive errno that it tells, or 0
 * @meaning:	of the line, a sentence or two
 * @status_meaning: of the status, one sentence; NULL without one
 * @causes:	usual causes of that status from that command, or NULL
 * @remedy:	what to do
 * @source:	file of the kernel, and where there
 */
struct sevadm_line_info {
	const char *command;
	bool has_status;
	uint32_t status;
	const char *status_name;
	int err;
	const char *meaning, *status_meaning, *causes, *remedy, *source;
};

/**
 * sevadm_explain_line - what a line of the kernel's log means
 * @line:	the line; time and driver may come before the message
 * @info:	result
 *
 * Knows what ccp, KVM, the code of the RMP and the IOMMU driver log, 6.12 to 7.3.
 * Return: 0, -ENOENT (none of those)
 */
int sevadm_explain_line(const char *line, struct sevadm_line_info *info);

/**
 * sevadm_log_read - each line that the kernel's log of a host still has
 * @adm:	handle
 * @fn:		called with each, oldest first, until it returns non-zero
 * @arg:	passed on
 * Return: 0, what @fn returned, or -errno
 */
int sevadm_log_read(struct sevadm *adm, int (*fn)(void *arg, const char *line), void *arg);

/**
 * sevadm_status_name - the name of a firmware status
 * @status:	number, or SEVADM_NO_FW_CALL
 * Return: as in the specification, "?" if unassigned, "NO_FW_CALL"
 */
const char *sevadm_status_name(uint32_t status);

/**
 * sevadm_status_at - the firmware statuses that have a name, one after the other
 * @index:	from 0
 * @status:	result; NULL for the name alone
 * Return: its name, or NULL past the last; the last one is NO_FW_CALL
 */
const char *sevadm_status_at(size_t index, uint32_t *status);

/**
 * sevadm_command_at - the firmware commands that have a name, one after the other
 * @index:	from 0
 * Return: its name as in the specification, or NULL past the last
 */
const char *sevadm_command_at(size_t index);

/* ----------------------------------------------------------- simulated hosts */

/**
 * struct sevadm_sim_vm - a VM of a simulated host that is to be like another
 * @id:		in the list of guests; not lower than that of the one before, else the next
 * @pid:	of its VMM, if that is free
 * @kind:	0: not encrypted; else enum sevadm_guest_kind
 * @asid:	0: any
 * @policy:	from the launch
 * @vcpus:	1 to 64
 * @comm:	the VMM's name, or NULL
 * @units:	where it lives, as in struct sevadm_sim_options
 * @launching:	before LAUNCH_FINISH; SNP only
 * @leaked:	its VMM is gone, the context is not; SNP only
 */
struct sevadm_sim_vm {
	uint64_t id, policy;
	uint32_t pid, kind, asid, vcpus;
	const char *comm, *units;
	bool launching, leaked;
};

/**
 * struct sevadm_sim_options - a simulated host to be made; see sevadm-sim(8)
 * @cpus:	threads, 1 to 2048
 * @threads_per_core: 1 or 2
 * @cores_per_ccx: 1 to 16
 * @sockets:	1 or 2
 * @snp_guests, @sev_guests, @sev_es_guests: guests that run, each with a VMM
 * @launching_guests: SNP guests before LAUNCH_FINISH
 * @leaked_guests: SNP contexts whose VM and process are gone
 * @stubborn_guests: how many of the VMMs ignore SIGTERM
 * @vcpus:	of each guest, 1 to 64
 * @wbinvd_us:	what a WBINVD takes on the host's own clock; 0: 1200
 * @offline:	list of CPUs taken offline after all else, or NULL
 * @kernel:	release, NULL for 6.12.117-sim
 * @units:	where the VMMs live: "session" (NULL), "libvirt", "service", "left-service"
 * @generation:	"milan", "genoa" (NULL), "turin"
 * @bios:	how it is set up, a list: "sme-off", "snp-off", "rmp-small", "no-es-asids",
 *		"all-es-asids", "no-iommu"; or NULL
 * @cmdline:	of its kernel, or NULL
 * @no_patch:	a kernel without the companion patch
 * @ciphertext_hiding: SNP runs with it
 * @tio:	SEV-TIO comes up with SNP
 * @overwrite:	what is there already is replaced
 * @vms:	further VMs, one after the other
 * @nr_vms:	how many
 */
struct sevadm_sim_options {
	unsigned int cpus, threads_per_core, cores_per_ccx, sockets;
	unsigned int snp_guests, sev_guests, sev_es_guests, launching_guests;
	unsigned int leaked_guests, stubborn_guests, vcpus;
	unsigned int wbinvd_us;
	const char *offline, *kernel, *units, *generation, *bios, *cmdline;
	bool no_patch, ciphertext_hiding, tio, overwrite;
	const struct sevadm_sim_vm *vms;
	size_t nr_vms;
};

/**
 * struct sevadm_sim_guest - a guest of a simulated host, seen from inside
 * @pid:	its VMM, 0 if that is gone
 * @asid:	0 if not bound
 * @kind, @policy: what it is
 * @comm:	the VMM's name
 * @unit:	where the VMM lives
 * @running:	its VMM runs: neither stopped nor frozen
 * @launched:	LAUNCH_FINISH was done
 * @leaked:	nobody holds its context
 * @tombstone:	gone from the firmware, still held by KVM
 * @frozen:	its VMM stands still
 * @assigned_pages: of it in the RMP
 * @id:		as struct sevadm_guest has it, 0 where the driver does not know the guest
 */
struct sevadm_sim_guest {
	uint32_t pid, asid;
	enum sevadm_guest_kind kind;
	uint64_t policy;
	char comm[16], unit[128];
	bool running, launched, leaked, tombstone, frozen;
	uint32_t assigned_pages;
	uint64_t id;
};

/**
 * struct sevadm_sim_info - a simulated host, seen from inside
 * @kernel:	release
 * @cpus, @online, @ccxs, @sockets, @threads_per_core: topology
 * @patch:	its ccp driver has the companion patch
 * @kvm_loaded:	kvm_amd is
 * @driver_snp_init, @psp_dead, @init_locked: what the driver believes
 * @fw_sev_state, @fw_snp_state: what the firmware is
 * @snp_guests, @sev_guests: how many it holds
 * @wbinvd_pending: threads that owe a WBINVD
 * @asids_dirty: ASIDs that are not clean on some core complex
 * @assigned_pages: in the RMP, the table itself not counted
 * @leaked_pages: given up by the kernel since boot
 * @clock_ns:	since boot
 * @boots:	how often it booted, the first included
 * @next_kernel: that the next kexec goes to; empty: the same
 * @wbinvd_us:	what a WBINVD takes
 * @generation:	of processor and firmware
 * @access, @lockdown: what the device nodes and the kernel allow
 * @units:	where a VMM lives that starts from now on
 * @virsh, @systemctl: what becomes of these programs
 * @bios, @cmdline: as it was made with
 * @memlock_limited, @memlock_kb: RLIMIT_MEMLOCK of our processes
 * @hugepages:	set apart
 * @msr:	"loaded", "missing": the module
 * @guests:	VMs and leaked contexts
 * @nr_guests:	of them
 */
struct sevadm_sim_info {
	char kernel[64];
	uint32_t cpus, online, ccxs, sockets, threads_per_core;
	bool patch, kvm_loaded, driver_snp_init, psp_dead, init_locked;
	uint32_t fw_sev_state, fw_snp_state, snp_guests, sev_guests;
	uint32_t wbinvd_pending, asids_dirty;
	uint64_t assigned_pages, leaked_pages, clock_ns;
	uint32_t boots;
	char next_kernel[64];
	uint32_t wbinvd_us;
	const char *generation, *access, *lockdown, *units, *virsh, *systemctl, *msr;
	char bios[96], cmdline[256];
	bool memlock_limited;
	uint64_t memlock_kb;
	uint32_t hugepages;
	struct sevadm_sim_guest *guests;
	size_t nr_guests;
};

/**
 * sevadm_sim_create - make a simulated host, a file of its own
 * @path:	the file
 * @options:	what it is like
 * @failure:	what refused
 * Return: 0; -EINVAL (options); -EEXIST without @overwrite; other errno
 */
int sevadm_sim_create(const char *path, const struct sevadm_sim_options *options,
		      struct sevadm_failure *failure);

/**
 * sevadm_sim_show - look into a simulated host, where a real one cannot be looked into
 * @path:	its file
 * @info:	result, to be freed
 * @failure:	what refused
 * Return: 0; -EHOSTDOWN (the machine died); other errno
 */
int sevadm_sim_show(const char *path, struct sevadm_sim_info *info,
		    struct sevadm_failure *failure);

/**
 * sevadm_sim_info_free - give up what it points to
 * @info:	from sevadm_sim_show(), whatever that returned; or all zero
 */
void sevadm_sim_info_free(struct sevadm_sim_info *info);

/**
 * sevadm_sim_set - what a simulated host is like, as far as that can change while it runs
 * @path:	its file
 * @assignments: NAME=VALUE; see sevadm-sim(8)
 * @nr:		how many
 * @failure:	what refused
 * Return: 0; -EINVAL (no such property or value, or one that stays as it is), and then none
 * of them was set; -EHOSTDOWN (the machine died before); other errno
 */
int sevadm_sim_set(const char *path, const char *const *assignments, size_t nr,
		   struct sevadm_failure *failure);

/**
 * sevadm_sim_act - something that happens to a simulated host from outside
 * @path:	its file
 * @action:	what; see sevadm-sim(8)
 * @result:	a number, where the action has one
 * @failure:	what refused
 * Return: 0; -EINVAL (no such action); -EHOSTDOWN (the machine died, of this or before);
 * what the action returns
 */
int sevadm_sim_act(const char *path, const char *action, int64_t *result,
		   struct sevadm_failure *failure);

#ifdef __cplusplus
}
#endif

#endif
