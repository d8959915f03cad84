/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a request is about, and the answers that the driver gives to one that fails.
 */
#ifndef DEVICE_FAULT_ANSWER_H
#define DEVICE_FAULT_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sev_dbg_result;

/**
 * struct fault_call - a request, as a fault sees it
 * @request:	ioctl number
 * @arg:	its structure
 * @commands:	that the driver may begin it with, firmware's or DEVICE_*; 0: none
 * @firmware:	the firmware is asked, and its status is the answer
 * @has_cpu:	@cpu is meant
 * @has_guest:	@guest is meant
 * @result:	where the outcome goes, or NULL
 * @reason:	where the driver's reason goes, or NULL
 */
struct fault_call {
	unsigned long request;
	void *arg;
	uint32_t commands[2];
	bool firmware, has_cpu, has_guest;
	uint32_t cpu;
	uint64_t guest;
	struct sev_dbg_result *result;
	uint32_t *reason;
};

/* False: none that a fault can be about; the back-end will say what is wrong with it */
bool fault_call_of(unsigned long request, void *arg, struct fault_call *call);

/* Each fills the request's structure as the driver does, and returns what ioctl() does then */
int fault_answer_status(const struct fault_call *call, uint32_t command, uint32_t status,
			uint64_t ext, uint64_t duration_ns);
/* The hypervisor's answer to a guest, instead of the firmware's: SNP_GUEST_VMM_ERR_* */
int fault_answer_vmm(const struct fault_call *call, uint32_t vmm);
int fault_answer_errno(const struct fault_call *call, int err, uint32_t reason);
int fault_answer_timeout(const struct fault_call *call, uint32_t command, uint64_t duration_ns);

/* What the back-end answered took longer by @ns */
void fault_prolong(const struct fault_call *call, uint64_t ns);

/* The driver has given the secure processor up, whatever the back-end says */
void fault_info_dead(void *info);

#endif
