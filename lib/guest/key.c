// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Keys that the firmware derives for a guest.
 */
#include <errno.h>
#include <string.h>

#include <linux/sev-guest.h>

#include "lib/guest/guest.h"

#define ROOT_VMRK	1U		/* ROOT_KEY_SELECT */
#define KEY_SEL(key)	((uint32_t)(key) << 1)

static const char *const fields[] = {
	"guest_policy", "image_id", "family_id", "measurement", "guest_svn", "tcb_version",
	"launch_mit_vector",
};

#define NR_FIELDS	(sizeof(fields) / sizeof(fields[0]))

const char *sevadm_key_field_name(unsigned int bit)
{
	return bit < NR_FIELDS ? fields[bit] : NULL;
}

static int bad(struct sevadm *adm, const char *what)
{
	return core_fail(adm, SEVADM_USAGE, EINVAL, NULL, "%s", what);
}

static int check(struct sevadm *adm, struct sevadm_key_request *r)
{
	bool mitigations = r->fields & SEVADM_KEY_LAUNCH_MIT_VECTOR;

	if (r->fields >> NR_FIELDS)
		return bad(adm, "there are no such fields to derive a key from");
	if (r->has_vmpl && r->vmpl >= SEVADM_GUEST_VMPLS)
		return bad(adm, "a VMPL is 0 to 3");
	if (r->guest_svn && !(r->fields & SEVADM_KEY_GUEST_SVN))
		return bad(adm, "a guest SVN without its field would not go into the key");
	if (r->tcb_version && !(r->fields & SEVADM_KEY_TCB_VERSION))
		return bad(adm, "a TCB version without its field would not go into the key");
	if (r->launch_mit_vector && !mitigations)
		return bad(adm, "a mitigation vector without its field would not go into the key");
	if (!r->version)
		r->version = mitigations ? 2 : 1;
	if (r->version > 2 || (mitigations && r->version < 2))
		return bad(adm, "messages for keys have version 1 or 2, and the mitigation vector came "
			   "with 2");
	if (r->launch_mit_vector)
		return core_fail(adm, SEVADM_ABSENT, EOPNOTSUPP, "Leave the vector at 0, or derive without "
				 "it.", "Linux, up to 7.3 at least, hands the firmware 32 bytes of a "
				 "request for a key, and the mitigation vector stands behind them: it "
				 "would not go into the key");
	if (!r->has_vmpl)
		r->vmpl = guest_vmpl(adm);
	r->has_vmpl = true;
	return 0;
}

static uint32_t root_of(enum sevadm_guest_root root)
{
	return root == SEVADM_GUEST_ROOT_VMRK ? ROOT_VMRK : KEY_SEL(root);
}

static int derive(struct sevadm *adm, const struct sevadm_key_request *r, uint8_t *key,
		  struct sevadm_run *run)
{
	struct guest_patience patience = guest_patience(adm, r->timeout_ns);
	struct snp_derived_key_req req = {
		.root_key_select = root_of(r->root), .guest_field_select = r->fields,
		.vmpl = r->vmpl, .guest_svn = r->guest_svn, .tcb_version = r->tcb_version,
	};
	struct snp_derived_key_resp answer = { { 0 } };
	struct guest_ask ask = {
		.number = SNP_GET_DERIVED_KEY, .message = "MSG_KEY_REQ", .version = r->version,
		.request = &req, .answer = &answer,
	};
	int ret = guest_ask(adm, run, &ask, &patience);

	if (!ret)
		ret = guest_answered(adm, &ask, answer.data);
	if (!ret)
		memcpy(key, answer.data + GUEST_ANSWER_REPORT, SEVADM_GUEST_KEY_SIZE);
	explicit_bzero(&answer, sizeof(answer));
	return ret;
}

int sevadm_guest_key_derive(struct sevadm *adm, struct sevadm_key_request *request,
			    uint8_t key[SEVADM_GUEST_KEY_SIZE], struct sevadm_run *run)
{
	struct sevadm_run none = { 0 };
	int ret = check(adm, request);

	explicit_bzero(key, SEVADM_GUEST_KEY_SIZE);
	if (!ret && adm->dev->node_err[DEVICE_SEV_GUEST])
		ret = core_fail_node(adm, DEVICE_SEV_GUEST);
	if (!ret)
		ret = derive(adm, request, key, run ? run : &none);
	sevadm_run_free(&none);
	return ret;
}
