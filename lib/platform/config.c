// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The configuration of SNP, and the commit of its firmware (AMD 56860, SNP_CONFIG and
 * SNP_COMMIT; struct sev_user_data_snp_config of uapi/linux/psp-sev.h).
 */
#include <errno.h>
#include <string.h>

#include "lib/core/context.h"
#include "lib/firmware/command.h"
#include "lib/firmware/decode.h"

#define CONFIG_SIZE	64
#define CONFIG_FLAGS	8

static const struct component {
	const char *name;
	size_t change, field;
} components[] = {
#define COMPONENT(text, member) { text, offsetof(struct sevadm_config_change, member), \
				  offsetof(struct sevadm_tcb, member) }
	COMPONENT("FMC", fmc), COMPONENT("boot loader", bootloader), COMPONENT("TEE", tee),
	COMPONENT("SNP", snp), COMPONENT("microcode", microcode),
};

#define COMPONENTS	(sizeof(components) / sizeof(components[0]))

static int wanted(const struct sevadm_config_change *change, const struct component *c)
{
	return *(const int *)((const char *)change + c->change);
}

static uint8_t *field(const struct sevadm_tcb *tcb, const struct component *c)
{
	return (uint8_t *)tcb + c->field;
}

/* Each component that is named: is there one, and does its number fit? */
static int apply(struct sevadm *adm, const struct sevadm_config_change *change,
		 struct sevadm_tcb *tcb)
{
	for (size_t i = 0; i < COMPONENTS; i++) {
		int value = wanted(change, &components[i]);

		if (value == SEVADM_CONFIG_SAME)
			continue;
		if (!tcb->known)
			return core_fail(adm, SEVADM_NO, EOPNOTSUPP,
					 "Say the whole TCB_VERSION with --tcb.",
					 "no layout of a TCB is known for this processor: its %s cannot be "
					 "set by itself", components[i].name);
		if (!i && !tcb->has_fmc)
			return core_fail(adm, SEVADM_NO, EOPNOTSUPP,
					 "Leave --fmc out; `sevadm config show` has the components that "
					 "there are.", "the TCB of this processor has no FMC");
		if (value < 0 || value > UINT8_MAX)
			return core_fail(adm, SEVADM_NO, EINVAL, "Say a number in that range.",
					 "%s %d: a component of a TCB is 0 to 255", components[i].name, value);
		*field(tcb, &components[i]) = (uint8_t)value;
	}
	tcb->raw = tcb->known ? encode_tcb(tcb) : tcb->raw;
	return 0;
}

/* What the firmware answers with INVALID_PARAM */
static int check(struct sevadm *adm, const struct sevadm_tcb *now, const struct sevadm_tcb *tcb)
{
	if (!tcb->known)
		return 0;		/* no byte of it is known */
	if (tcb->reserved)
		return core_fail(adm, SEVADM_NO, EINVAL, "They have to be zero.",
				 "TCB 0x%llx: 0x%llx of it is reserved, and the firmware refuses that",
				 (unsigned long long)tcb->raw, (unsigned long long)tcb->reserved);
	for (size_t i = 0; i < COMPONENTS; i++)
		if (*field(tcb, &components[i]) > *field(now, &components[i]))
			return core_fail(adm, SEVADM_NO, EINVAL,
					 "Report at most what `sevadm config show` has as current.",
					 "%s %u is above the current %u, and the firmware refuses that",
					 components[i].name, *field(tcb, &components[i]),
					 *field(now, &components[i]));
	return 0;
}

int sevadm_config_plan(struct sevadm *adm, const struct sevadm_snp_status *now,
		       const struct sevadm_config_change *change, struct sevadm_config *after)
{
	enum sevadm_generation generation;
	unsigned int family, model;
	int ret;

	if (change->reset) {
		*after = (struct sevadm_config){ .reported_tcb = now->current_tcb, .zeros = true };
		return 0;
	}
	*after = (struct sevadm_config){
		.reported_tcb = now->reported_tcb,
		.mask_chip_id = now->mask_chip_id, .mask_chip_key = now->mask_chip_key,
	};
	generation = request_generation(adm, &family, &model);
	if (change->has_raw)
		decode_tcb(change->raw, generation, &after->reported_tcb);
	ret = apply(adm, change, &after->reported_tcb);
	if (!ret && after->reported_tcb.raw != now->reported_tcb.raw)
		ret = check(adm, &now->current_tcb, &after->reported_tcb);
	after->zeros = !after->reported_tcb.raw;
	if (after->zeros)
		after->reported_tcb = now->current_tcb;
	if (change->mask_chip_id != SEVADM_CONFIG_SAME)
		after->mask_chip_id = change->mask_chip_id;
	if (change->mask_chip_key != SEVADM_CONFIG_SAME)
		after->mask_chip_key = change->mask_chip_key;
	return ret;
}

/* Planned, and with @dry no more; one command of /dev/sev */
static int issue(struct sevadm *adm, uint16_t command, void *data, const char *why, bool dry,
		 struct sevadm_run *run)
{
	const struct sevadm_plan_step step = {
		.command = command_name(command), .count = 1, .why = why,
	};
	struct platforms p;
	int ret = core_fail_readonly(adm, dry);

	run->dry = dry;
	if (ret)
		return ret;
	if (adm->dev->node_err[DEVICE_SEV])
		return core_fail_node(adm, DEVICE_SEV);
	request_platforms(adm, &p);
	ret = request_sev_allowed(adm, command, &p);
	if (!ret)
		ret = core_plan_add(adm, run, &step);
	return ret || dry ? ret : request_sev(adm, run, command, data, NULL);
}

int sevadm_config_set(struct sevadm *adm, const struct sevadm_config *config, bool dry,
		      struct sevadm_run *run)
{
	uint8_t data[CONFIG_SIZE] = { 0 };

	for (int i = 0; i < 8 && !config->zeros; i++)
		data[i] = (uint8_t)(config->reported_tcb.raw >> 8 * i);
	data[CONFIG_FLAGS] = (uint8_t)(config->mask_chip_id | config->mask_chip_key << 1);
	return issue(adm, FW_CMD_SNP_CONFIG, data, "what reports tell from now on", dry, run);
}

int sevadm_commit(struct sevadm *adm, bool dry, struct sevadm_run *run)
{
	return issue(adm, FW_CMD_SNP_COMMIT, NULL, "no older firmware loads after it", dry, run);
}

int sevadm_vlek_load(struct sevadm *adm, const struct sevadm_hashstick *hashstick, bool dry,
		     struct sevadm_run *run)
{
	struct __attribute__((packed)) {	/* struct sev_user_data_snp_vlek_load */
		uint32_t len;
		uint8_t version, reserved[3];
		uint64_t address;
	} data = { .len = sizeof(data), .address = (uintptr_t)hashstick->bytes };

	return issue(adm, FW_CMD_SNP_VLEK_LOAD, &data, "guests can ask for reports signed by it", dry,
		     run);
}
