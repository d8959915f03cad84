/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What went over the two seams, as lines of JSON in a file: written by the recorders,
 * read by the replays, shown, compared and made anonymous (docs/recordings.md).
 */
#ifndef RECORDING_RECORDING_H
#define RECORDING_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define RECORDING_FORMAT	1
#define RECORDING_MAX		(512UL << 20)	/* of a file that is read */
#define RECORDING_PARTS		4		/* buffers of one request */
#define RECORDING_WORDS		3
#define RECORDING_NUMBERS	2
#define RECORDING_HANDLES	4		/* of one host in one session */
#define RECORDING_NODES		3		/* in the order of enum device_node */

enum recording_kind {
	RECORDING_IOCTL, RECORDING_READ, RECORDING_LINK, RECORDING_WRITE, RECORDING_LIST,
	RECORDING_MAKE, RECORDING_REMOVE, RECORDING_KMSG, RECORDING_PIN, RECORDING_OPEN, RECORDING_SIGNAL, RECORDING_WAIT,
	RECORDING_RUN, RECORDING_MODULE_REMOVE, RECORDING_KEXEC_LOAD, RECORDING_KEXEC_UNLOAD,
	RECORDING_KEXEC, RECORDING_CPUID, RECORDING_MSR, RECORDING_NODE, RECORDING_KVM,
	RECORDING_CLOCK, RECORDING_SLEEP, RECORDING_NOTE, RECORDING_COMMAND,
	RECORDING_KINDS
};

/**
 * struct recording_bytes - text of the host, or a buffer: any bytes
 * @data:	NUL behind them; NULL: there is none
 * @size:	without that NUL
 */
struct recording_bytes {
	char *data;
	size_t size;
};

/**
 * struct recording_buffer - memory that a request names
 * @in:		before the request, where the driver reads it
 * @out:	after it, where the driver writes it
 * @masked:	was there and is not told
 */
struct recording_buffer {
	struct recording_bytes in, out;
	bool masked;
};

/**
 * struct recording_event - one call over a seam and what came of it
 * @number:	which event of the recording, from 1
 * @thread:	0: the one that opened the host; others in the order of their first event
 * @cpu:	on which it was when it was over; -1: not known
 * @time_ns:	when it was over, since the recording began
 * @duration_ns: how long it took
 * @result:	0, what was asked for, or -errno
 * @begun:	of something that need not come back: this is what was asked, no answer
 * @further:	it is the header of one more handle
 * @request:	of an ioctl; its buffers are @parts, see recording_request
 * @words, @numbers: what was asked of the host, @got what it answered, see recording_shape
 */
struct recording_event {
	enum recording_kind kind;
	uint32_t number, thread;
	int32_t cpu;
	uint64_t time_ns, duration_ns;
	int64_t result;
	bool begun, further;
	unsigned long request;
	struct recording_buffer parts[RECORDING_PARTS];
	struct recording_bytes *words, *got;
	size_t nr_words, nr_got;
	int64_t numbers[RECORDING_NUMBERS];
};

/**
 * struct recording_header - the first line, and one for each time that it was gone on with
 * @time:	UTC
 * @device:	"kernel", "sim", "replay"
 * @lock:	where the lock is
 * @pid:	who we were, for what is not to be taken for another's
 * @node_err, @write_err: as struct device has them
 * @secrets:	nothing is masked
 * @anonymised:	names in it are made up
 * @cpus_present, @cpus_online, @ccp, @kvm_amd: of the host, empty where it does not say
 * @words:	the command line
 */
struct recording_header {
	char sevadm[64], kernel[128], time[32], device[16], lock[4096];
	char cpus_present[512], cpus_online[512], ccp[64], kvm_amd[64];
	int32_t pid, node_err[RECORDING_NODES], write_err[RECORDING_NODES];
	uint32_t abi;
	bool simulated, secrets, anonymised;
	struct recording_bytes *words;
	size_t nr_words;
};

/**
 * struct recording_handle - what differs between the handles of a session
 */
struct recording_handle {
	int32_t node_err[RECORDING_NODES], write_err[RECORDING_NODES];
};

/**
 * struct recording - a file of them, read
 * @cut:	its last line is a half one: who wrote it was killed
 * @header:	the first line
 * @handles:	one for each header, as many as @headers or RECORDING_HANDLES
 */
struct recording {
	struct recording_header header;
	uint32_t headers;
	struct recording_handle handles[RECORDING_HANDLES];
	bool cut;
	struct recording_event *events;
	size_t nr, room;
};

struct recording_why {
	char text[512];
};

/* ---- shape.c: what there is to the host's events */

#define SHAPE_ANY_ORDER	(1U << 0)	/* by many threads at once: its CPU says which it is */
#define SHAPE_ACTS	(1U << 1)	/* changes something */
#define SHAPE_TIME0	(1U << 2)	/* the first number is a time, the second: */
#define SHAPE_TIME1	(1U << 3)
#define SHAPE_PID0	(1U << 4)	/* the first number is a pid */

/**
 * struct recording_shape - members of an event of one kind
 * @name:	in the file
 * @words:	what the strings are called that were asked; with @list the first is an array
 * @numbers:	and the numbers
 * @got:	and what came back; with @got_list an array
 */
struct recording_shape {
	const char *name;
	const char *words[RECORDING_WORDS];
	bool list;
	const char *numbers[RECORDING_NUMBERS];
	const char *got;
	bool got_list;
	unsigned int flags;
};

extern const struct recording_shape recording_shapes[RECORDING_KINDS];

/* ---- request.c: what there is to a request */

#define FIELD_TIME	(1U << 0)	/* another one each time */
#define FIELD_PID	(1U << 1)
#define FIELD_NAME	(1U << 2)	/* tells who somebody is */
#define FIELD_SERIAL	(1U << 3)	/* tells which machine it is */
#define FIELD_POINTER	(1U << 4)	/* never recorded */
#define FIELD_OUTCOME	(1U << 5)	/* the firmware's status of the request */

enum recording_format { FIELD_U, FIELD_S, FIELD_HEX, FIELD_FWSTATUS, FIELD_CHARS, FIELD_BYTES };

struct recording_field {
	const char *name;
	uint32_t offset, size;		/* of all of them one has no name */
	enum recording_format format;
	unsigned int flags;
};

#define PART_IN		(1U << 0)	/* read by the driver */
#define PART_OUT	(1U << 1)	/* written by it */
#define PART_SECRET	(1U << 2)	/* may hold keys: masked */

/**
 * struct recording_part - a buffer of a request
 * @name:	in the file; the first part is the argument itself, "arg"
 * @type:	of its (or each) structure
 * @size:	of it
 * @parent:	part that points here
 * @pointer:	where in it the address is; 64 bits
 * @capacity:	where in it is said how many structures fit, 32 bits; 0: one
 * @count:	where in it is said how many were written; 0: all of them
 * @fields:	ended by one without a name
 */
struct recording_part {
	const char *name, *type;
	uint32_t size;
	unsigned int parent;
	uint32_t pointer, capacity, count;
	unsigned int flags;
	const struct recording_field *fields;
};

#define REQUEST_ANY_ORDER	(1U << 0)	/* as SHAPE_ANY_ORDER, by the number at @cpu */
#define REQUEST_CHANGES		(1U << 1)	/* state of the firmware or the driver */

/**
 * struct recording_request - one that is known
 * @number:	of the ioctl
 * @command:	further number, in the argument's first 32 bits; -1: there is none
 * @parts:	up to the first without a name
 * @cpu:	where in the argument the CPU is, of REQUEST_ANY_ORDER
 */
struct recording_request {
	unsigned long number;
	int64_t command;
	const char *name;
	unsigned int flags;
	uint32_t cpu;
	struct recording_part parts[RECORDING_PARTS];
};

/* NULL: not known.  @arg: of the request, of as many bytes as it has of such a number */
const struct recording_request *recording_request_find(unsigned long number, const void *arg,
							size_t size);
/* A number that nobody knows: of its argument only the size may be known */
const struct recording_request *recording_request_known(unsigned long number, const void *arg);
const struct recording_request *recording_request_of(const struct recording_event *event);

/* What it is about to ask, from memory: 0 or -ENOMEM */
int recording_capture_in(struct recording_event *event, unsigned long request, const void *arg,
			 bool secrets);
/* What came back, too */
int recording_capture_out(struct recording_event *event, const void *arg, bool secrets);
/* The other way: into memory what was recorded.  @arg: as recording_capture_in() saw it */
void recording_restore(const struct recording_event *event, void *arg);
/* The firmware's status that came back: false where there is none */
bool recording_status(const struct recording_event *event, uint32_t *status);
/* The CPU of an event in any order, else -1 */
int64_t recording_any_order(const struct recording_event *event);
/* Does it change something? */
bool recording_acts(const struct recording_event *event);

/* ---- event.c */

/* A copy of @size bytes: 0 or -ENOMEM */
int recording_bytes_set(struct recording_bytes *bytes, const void *data, size_t size);
/* One more at the end of a list: 0 or -ENOMEM.  @text NULL: an empty place */
int recording_bytes_add(struct recording_bytes **list, size_t *nr, const char *text, size_t size);
void recording_event_clear(struct recording_event *event);
void recording_clear(struct recording *recording);

/* ---- write.c */

/* A line of the file with its newline, to be freed; NULL: no memory */
char *recording_event_line(const struct recording_event *event, size_t *size);
char *recording_header_line(const struct recording_header *header, size_t *size);

/* ---- parse.c */

/**
 * recording_parse - a whole recording
 * @text:	anything; need not end in NUL
 * @size:	of it
 * @recording:	result, to be cleared in any case
 * @why:	what is wrong with it
 * Return: 0; -EBADMSG: it is none, or damaged; -EPROTO: of another format; -ENOMEM
 */
int recording_parse(const char *text, size_t size, struct recording *recording,
		    struct recording_why *why);
/* From a file; -errno also where it cannot be read */
int recording_read(const char *path, struct recording *recording, struct recording_why *why);

/* ---- compare.c */

#define COMPARE_RESULTS	(1U << 0)	/* what came back as well, and times and pids left out */

/**
 * recording_compare - are they the same?
 * @a, @b:	events
 * @a_is, @b_is: how the text calls them: "asked", "recorded"
 * @flags:	COMPARE_*
 * @text:	where they first differ, by names
 * Return: true if they are
 */
bool recording_compare(const struct recording_event *a, const struct recording_event *b,
		       const char *a_is, const char *b_is, unsigned int flags, char *text,
		       size_t size);
/* What an event is, in a few words */
void recording_describe(const struct recording_event *event, char *text, size_t size);
/* One field of a structure, as people write it */
void recording_field_text(const struct recording_field *field, const void *structure, char *text,
			  size_t size);

/* ---- recorder.c: both seams write through one of these */

struct recorder;

/* 0; -EEXIST: the file is there, and @append is not set; other -errno */
int recorder_open(struct recorder **out, const char *path, bool append, bool secrets);
int recorder_header(struct recorder *recorder, const struct recording_header *header);
bool recorder_secrets(const struct recorder *recorder);
/* Now, for the time of an event */
uint64_t recorder_now(const struct recorder *recorder);
/* Fills in who and when, writes it and clears it.  A failure is remembered */
void recorder_add(struct recorder *recorder, struct recording_event *event, uint64_t began);
/* Something could not be written down, for this reason */
void recorder_fail(struct recorder *recorder, int err);
/* 0 or -errno: why the recording is not whole */
int recorder_error(const struct recorder *recorder);
/* One more who uses it, and will close it */
struct recorder *recorder_ref(struct recorder *recorder);
void recorder_close(struct recorder *recorder);

/* ---- replay.c: and are answered by one of these */

struct replay;

/* Takes what is in @recording.  0 or -ENOMEM */
int replay_open(struct replay **out, struct recording *recording);
const struct recording_header *replay_header(const struct replay *replay);
/* One more who uses it, and will close it */
struct replay *replay_ref(struct replay *replay);
/* The nodes of the next handle: each has those that it had then */
const struct recording_handle *replay_handle(struct replay *replay);
/* Was that process one of us? */
bool replay_is_ours(const struct replay *replay, pid_t pid);
/* Is this one of the --fault of its command lines? */
bool replay_has_fault(const struct replay *replay, const char *spec);
/* Who carried the command out that comes next */
pid_t replay_pid(struct replay *replay);
/* What the recording has in answer; NULL: something else, which is remembered */
const struct recording_event *replay_ask(struct replay *replay,
					 const struct recording_event *asked);
/* A note of this name, if it is what comes next; NULL: it is not, and nothing happened */
const struct recording_event *replay_note(struct replay *replay, const char *about);
/* Has something that was begun an answer? */
bool replay_goes_on(struct replay *replay);
uint64_t replay_clock(struct replay *replay);
/* The first difference: false if there was none */
bool replay_difference(struct replay *replay, char *text, size_t size);
/* How many events were not asked for; the first of them */
size_t replay_rest(struct replay *replay, char *first, size_t size);
void replay_close(struct replay *replay);

/* ---- show.c */

struct sevadm_recording;

/* What is in the public one */
const struct recording *recording_of(const struct sevadm_recording *recording);

#endif
