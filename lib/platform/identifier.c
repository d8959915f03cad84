// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "lib/core/context.h"
#include "lib/firmware/command.h"
#include "lib/firmware/status.h"
#include "lib/platform/identifier.h"

void sevadm_processor_get(struct sevadm *adm, struct sevadm_processor *processor)
{
	*processor = (struct sevadm_processor){ 0 };
	processor->generation = request_generation(adm, &processor->family, &processor->model);
}

size_t identifier_length(enum sevadm_generation generation,
			 const uint8_t ids[][SEVADM_CHIP_ID_SIZE], size_t nr)
{
	if (generation != SEVADM_GENERATION_TURIN)
		return SEVADM_CHIP_ID_SIZE;
	for (size_t i = 0; i < nr; i++)
		for (size_t at = IDENTIFIER_TURIN; at < SEVADM_CHIP_ID_SIZE; at++)
			if (ids[i][at])
				return SEVADM_CHIP_ID_SIZE;
	return IDENTIFIER_TURIN;
}

/* How long it is the firmware says in a refusal, which is an answer then */
static int ask_length(struct sevadm *adm, struct sevadm_run *run, uint32_t *len)
{
	struct sevadm_step step;
	int ret, added;

	*len = 0;
	ret = request_id(adm, NULL, len, &step);
	if (ret == -EIO && step.status == FW_INVALID_LEN) {
		ret = 0;
		step.harmless = true;
		step.reason = "asked how long it is";
	}
	added = core_step_add(adm, run, &step);
	if (ret)
		return core_fail_step(adm, &step, SEV_DBG_R_NONE, FW_CMD_GET_ID);
	if (!*len || *len % SEVADM_CHIP_ID_SIZE || *len > SEVADM_CHIPS * SEVADM_CHIP_ID_SIZE)
		return core_fail(adm, SEVADM_FAILED, EPROTO, "Report it, with the firmware's version.",
				 "GET_ID: the firmware speaks of %u bytes, which are no ids of %d "
				 "bytes each", *len, SEVADM_CHIP_ID_SIZE);
	return added;
}

static int ask(struct sevadm *adm, struct sevadm_identifier *id, struct sevadm_run *run)
{
	struct sevadm_processor processor;
	struct sevadm_step step;
	uint32_t len, got;
	int ret, added;

	ret = ask_length(adm, run, &len);
	if (ret)
		return ret;
	got = len;
	ret = request_id(adm, id->ids, &got, &step);
	added = core_step_add(adm, run, &step);
	if (ret)
		return core_fail_step(adm, &step, SEV_DBG_R_NONE, FW_CMD_GET_ID);
	sevadm_processor_get(adm, &processor);
	id->nr = len / SEVADM_CHIP_ID_SIZE;
	id->length = identifier_length(processor.generation,
				       (const uint8_t (*)[SEVADM_CHIP_ID_SIZE])id->ids, id->nr);
	return added;
}

int sevadm_identifier_get(struct sevadm *adm, struct sevadm_identifier *id,
			  struct sevadm_run *run)
{
	struct sevadm_run none = { 0 };
	int ret;

	*id = (struct sevadm_identifier){ 0 };
	if (adm->dev->node_err[DEVICE_SEV])
		return core_fail_node(adm, DEVICE_SEV);
	ret = ask(adm, id, run ? run : &none);
	sevadm_run_free(&none);
	return ret;
}
