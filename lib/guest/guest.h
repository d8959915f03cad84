/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside an SNP guest: what the files of this room need of each other.
 */
#ifndef GUEST_GUEST_H
#define GUEST_GUEST_H

#include "lib/core/context.h"

#define GUEST_ANSWER_SIZE	4000	/* of an answer to MSG_REPORT_REQ, as the driver gives it */
#define GUEST_ANSWER_REPORT	0x20	/* where the report, or the key, is in an answer */

/**
 * struct guest_patience - for how long a host that is busy is asked again
 * @until:	on the host's clock
 * @next_ns:	how long to wait before the next time; longer each time
 */
struct guest_patience {
	uint64_t until, next_ns;
};

/**
 * struct guest_ask - a request to the driver, and what came of it
 * @number:	of the ioctl
 * @message:	as AMD 56860 calls it, for refusals
 * @version:	of the message
 * @request, @answer: their structures; the answer begins with the firmware's status
 * @err:	0 or -errno
 * @fw, @vmm:	both halves of exitinfo2
 * @step:	the same as a step
 */
struct guest_ask {
	unsigned long number;
	const char *message;
	uint8_t version;
	void *request, *answer;
	int err;
	uint32_t fw, vmm;
	struct sevadm_step step;
};

/* ---- device.c */

/**
 * guest_ask - a request, repeated where the firmware never saw it
 * @adm:	handle
 * @run:	a step for each time
 * @ask:	what
 * @patience:	with a host that is busy
 * Return: 0; -ENOBUFS (the host's table does not fit: no failure yet); -errno, with the failure
 */
int guest_ask(struct sevadm *adm, struct sevadm_run *run, struct guest_ask *ask,
	      struct guest_patience *patience);

/* The status at the beginning of an answer: 0; -EIO, with the failure */
int guest_answered(struct sevadm *adm, const struct guest_ask *ask, const void *answer);

/* By the device into @report: 0; -errno, with the failure */
int guest_device_report(struct sevadm *adm, const struct sevadm_report_request *request,
			struct guest_patience *patience, struct sevadm_guest_report *report,
			struct sevadm_run *run);

/* ---- tsm.c */

#define GUEST_TSM	"/sys/kernel/config/tsm/report"

/* By configfs-tsm: the same */
int guest_tsm_report(struct sevadm *adm, const struct sevadm_report_request *request,
		     struct guest_patience *patience, struct sevadm_guest_report *report,
		     struct sevadm_run *run);
/* Is it there?  0 or -errno */
int guest_tsm_look(struct sevadm *adm);

/* ---- refusal.c */

/* What was refused is the failure: -errno */
int guest_refused(struct sevadm *adm, const struct guest_ask *ask);

/* ---- patience.c */

struct guest_patience guest_patience(struct sevadm *adm, uint64_t timeout_ns);
/* It was busy: 0 once some time is over; -EBUSY: it is up; -ECANCELED, with the failure */
int guest_wait(struct sevadm *adm, struct guest_patience *patience);

/* The level that the kernel runs at, as far as it tells (Linux 6.11): else 0 */
uint32_t guest_vmpl(struct sevadm *adm);

#endif
