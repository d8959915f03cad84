/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a VM is launched with, and what its owner and its host do with it afterwards.
 */
#ifndef SIM_LAUNCH_H
#define SIM_LAUNCH_H

#include "sim_internal.h"

struct sim_blob {
	uint8_t *data;
	size_t size;
};

/**
 * struct sim_launch - beside its kind; with one, SEV guests wait when they were measured
 * @policy:	instead of the usual one, if @has_policy
 * @godh, @session: of LAUNCH_START; both or none
 * @memory:	what is in the guest's memory from address 0 on, an SNP guest's up to 4 GB, and
 *		there with what its SEV metadata ask for; of no size: as usual
 * @id_block, @id_auth, @finish_flags, @host_data: of SNP_LAUNCH_FINISH
 * @measurement: result of LAUNCH_MEASURE
 */
struct sim_launch {
	bool has_policy;
	uint64_t policy;
	struct sim_blob godh, session, memory, id_block, id_auth;
	uint32_t finish_flags;
	uint8_t host_data[32];
	uint8_t measurement[48];
};

/* sim_vm.c */
void vm_page_add(struct sim *s, uint32_t *head, uint32_t page);
/* @ret, with a sentence: what the firmware answered, or why it was not asked */
int vm_why(struct sim_why *why, int ret, const char *step, uint32_t status);

/* sim_vm_sev.c: a guest of SEV or SEV-ES; 0 or -errno with a sentence */
int vm_sev_launch(struct sim *s, struct sim_vm *vm, bool finish, struct sim_why *why);
int vm_sev_finish(struct sim *s, struct sim_vm *vm, struct sim_why *why);
/* @payload comes back as the guest has it */
int vm_sev_secret(struct sim *s, struct sim_vm *vm, const struct sim_blob *header,
		  struct sim_blob *payload, struct sim_why *why);
int vm_sev_attest(struct sim *s, struct sim_vm *vm, const uint8_t nonce[16], uint8_t report[208],
		  struct sim_why *why);
/* A buffer of the kernel's with what is in @blob, to be freed as a page list's head; 0: no memory */
uint32_t vm_buffer(struct sim *s, const struct sim_blob *blob);
uint32_t vm_pages(size_t size);

/* sim_ovmf.c: what an image's SEV metadata ask for, in their order; how many, 0: nothing */
#define SIM_SECTIONS		32u
#define SIM_MAX_SECTION		512u		/* pages */
enum { VM_SECTION_SECRETS = 2, VM_SECTION_CPUID = 3 };
struct sim_section { uint32_t gpa, size, type; };
uint32_t vm_sections(const struct sim_blob *image, struct sim_section *sections, uint32_t max);

/* sim_vmsa.c: what a vCPU begins with */
void vm_vmsa(struct sim *s, uint32_t page, bool snp);

/* sim_launch.c: launch, secret, attest, finish */
int act_launch(struct sim *s, const char *name, const char *value, int64_t *result,
	       struct sim_why *why);

#endif
