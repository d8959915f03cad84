/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Firmware model: launch of SNP guests (AMD 56860, SNP_LAUNCH_START to
 * SNP_LAUNCH_FINISH, and the layouts of PAGE_INFO, ID_BLOCK and ID_AUTH).
 */
#include <string.h>

#include "psp_fw_internal.h"

#define POLICY_SMT		(1ull << 16)
#define POLICY_MUST_BE_ONE	(1ull << 17)
#define POLICY_MIGRATE_MA	(1ull << 18)
#define POLICY_DEFINED		0x1ffffffull	/* bits 24:0, API 1.55 */
/* 24 ciphertext hiding, 23 RAPL off, 22 AES-256-XTS: nothing here provides them */
#define POLICY_NOT_PROVIDED	(7ull << 22)

enum page_type {
	PAGE_NORMAL = 1, PAGE_VMSA, PAGE_ZERO, PAGE_UNMEASURED, PAGE_SECRETS, PAGE_CPUID,
};

#define CPUID_MAX	64u	/* functions in a CPUID page */

#define ID_BLOCK_LENGTH	0x60u
#define BLOCK_FAMILY_ID	0x30u	/* after the launch digest */
#define BLOCK_IMAGE_ID	0x40u
#define BLOCK_VERSION	0x50u
#define BLOCK_GUEST_SVN	0x54u
#define BLOCK_POLICY	0x58u
#define ID_KEY_LENGTH	0x404u
#define AUTH_ID_SIG	0x040u	/* offsets in ID_AUTH */
#define AUTH_ID_KEY	0x240u
#define AUTH_KEY_SIG	0x680u
#define AUTH_AUTHOR_KEY	0x880u

/* SNP_LAUNCH_START: 0x16 */
uint32_t psp_fw_params_snp_launch_start(struct psp_fw_call *call)
{
	uint64_t policy = psp_fw_get64(call->buf + 8);
	uint32_t flags = psp_fw_get32(call->buf + 0x18);

	if ((flags & ~3u) || !(policy & POLICY_MUST_BE_ONE) || (policy & ~POLICY_DEFINED))
		return PSP_INVALID_PARAM;
	if ((flags & 1) && (psp_fw_field_pa(call, 0x10) & ~PSP_FW_PAGE_MASK))
		return PSP_INVALID_PARAM;
	return psp_fw_params_gctx(call);
}

static uint32_t launch_policy(const struct psp_fw *fw, uint64_t policy, bool ma_en)
{
	uint8_t minor = policy & 0xff, major = policy >> 8 & 0xff;

	if (major > fw->api_major || (major == fw->api_major && minor > fw->api_minor))
		return PSP_POLICY_FAILURE;
	if (!(policy & POLICY_SMT) && fw->smt)
		return PSP_POLICY_FAILURE;
	if (!(policy & POLICY_MIGRATE_MA) && ma_en)
		return PSP_POLICY_FAILURE;
	return policy & POLICY_NOT_PROVIDED ? PSP_POLICY_FAILURE : PSP_SUCCESS;
}

/* Then 0x1 (table), 0x10, 0x2, 0x7, 0x10 (migration agent), 0x13 (no chance) */
uint32_t psp_fw_run_snp_launch_start(struct psp_fw_call *call)
{
	const struct psp_fw_crypto *crypto = call->fw->ops->crypto;
	uint32_t flags = psp_fw_get32(call->buf + 0x18);
	uint64_t policy = psp_fw_get64(call->buf + 8);
	struct psp_fw_snp_guest *guest;
	uint32_t status = psp_fw_snp_guest_get(call, &guest);

	if (status)
		return status;
	if (guest->state != PSP_SNP_GSTATE_INIT)
		return PSP_INVALID_GUEST_STATE;
	status = launch_policy(call->fw, policy, flags & 1);
	if (status)
		return status;
	if ((flags & 1) && !psp_fw_snp_guest_find(call->fw, psp_fw_field_pa(call, 0x10)))
		return PSP_INVALID_GUEST;
	status = psp_fw_message_keys(call->fw, guest);
	if (status)
		return status;

	guest->policy = policy;
	guest->ma_en = flags & 1;
	guest->ma_gctx = guest->ma_en ? psp_fw_field_pa(call, 0x10) : 0;
	guest->imi = flags >> 1 & 1;
	guest->tsc_khz = psp_fw_get32(call->buf + 0x1c);
	memcpy(guest->gosvw, call->buf + 0x20, sizeof(guest->gosvw));
	guest->launch_tcb = call->fw->current_tcb;
	guest->launch_mitigations = call->fw->mitigations;
	guest->has_digest = crypto && crypto->sha384;
	guest->state = PSP_SNP_GSTATE_LAUNCH;
	call->fw->snp_guest_count++;
	return PSP_SUCCESS;
}

/* SNP_LAUNCH_UPDATE: 0x16 */
uint32_t psp_fw_params_snp_launch_update(struct psp_fw_call *call)
{
	uint32_t flags = psp_fw_get32(call->buf + 8);
	uint32_t type = flags >> 1 & 7;

	if ((flags & ~0x1fu) || psp_fw_get32(call->buf + 0xc) || call->buf[0x18] ||
	    psp_fw_get32(call->buf + 0x1c))
		return PSP_INVALID_PARAM;
	if (type < PAGE_NORMAL || type > PAGE_CPUID)
		return PSP_INVALID_PARAM;
	if ((flags & 1) && (type == PAGE_VMSA || type == PAGE_SECRETS || type == PAGE_CPUID))
		return PSP_INVALID_PARAM;
	return psp_fw_params_gctx(call);
}

/* One 4 KB page into the launch digest: SHA-384 of PAGE_INFO */
static void measure(struct psp_fw_call *call, struct psp_fw_snp_guest *guest, uint64_t pa,
		    uint64_t gpa, uint32_t type)
{
	struct psp_fw *fw = call->fw;
	const struct psp_fw_crypto *crypto = fw->ops->crypto;
	uint8_t page[PSP_FW_PAGE_SIZE], info[0x70] = { 0 };

	if (!guest->has_digest)
		return;
	guest->has_digest = 0;
	if (!crypto || !crypto->sha384)
		return;
	memcpy(info, guest->ld, 48);
	if ((type == PAGE_NORMAL || type == PAGE_VMSA) &&
	    (psp_fw_read(fw, pa, page, sizeof(page)) ||
	     crypto->sha384(fw->opaque, page, sizeof(page), info + 48)))
		return;
	info[0x60] = sizeof(info);
	info[0x62] = (uint8_t)type;
	info[0x63] = call->buf[8] >> 4 & 1;	/* IMI page */
	info[0x64] = call->buf[0x1b];		/* VMPL 3, 2, 1 permissions */
	info[0x65] = call->buf[0x1a];
	info[0x66] = call->buf[0x19];
	psp_fw_put64(info + 0x68, gpa);
	guest->has_digest = !crypto->sha384(fw->opaque, info, sizeof(info), guest->ld);
}

/* Address, size, state, owner of the page to add: 0x9, 0x19, 0x9, 0x1A, 0x1C */
static uint32_t launch_page(struct psp_fw_call *call, const struct psp_fw_snp_guest *guest,
			    uint64_t pa, struct psp_fw_rmp *entry)
{
	bool large = call->buf[8] & 1;
	uint32_t status = psp_fw_address_check(call->fw, pa, PSP_FW_PAGE_SIZE);

	if (status)
		return status;
	if (pa & ~PSP_FW_PAGE_MASK)
		return PSP_INVALID_ADDRESS;
	if (psp_fw_page_get(call->fw, pa, entry))
		return PSP_INVALID_PAGE_STATE;
	if (large != entry->page_2m)
		return PSP_INVALID_PAGE_SIZE;
	if (large && (pa & (PSP_FW_2M - 1)))
		return PSP_INVALID_ADDRESS;
	if (psp_fw_rmp_state(entry) != PSP_PAGE_PRE_GUEST)
		return PSP_INVALID_PAGE_STATE;
	return entry->asid == guest->asid ? PSP_SUCCESS : PSP_INVALID_PAGE_OWNER;
}

/* A CPUID page says how many functions it lists, and there is room for 64: 0x9, 0x16 */
static uint32_t cpuid_page(struct psp_fw *fw, uint64_t pa)
{
	uint8_t count[4];

	if (psp_fw_read(fw, pa, count, sizeof(count)))
		return PSP_INVALID_ADDRESS;
	return psp_fw_get32(count) > CPUID_MAX ? PSP_INVALID_PARAM : PSP_SUCCESS;
}

/*
 * Then 0x1 (table), 0x10, 0x2, 0x8, 0x16 (IMI page in a launch without), the
 * page's, 0x16 (CPUID).
 */
uint32_t psp_fw_run_snp_launch_update(struct psp_fw_call *call)
{
	uint64_t pa = psp_fw_field_pa(call, 0x10);
	uint32_t type = call->buf[8] >> 1 & 7;
	struct psp_fw_snp_guest *guest;
	struct psp_fw_rmp entry;
	uint64_t len;
	uint32_t status = psp_fw_snp_guest_get(call, &guest);

	if (status)
		return status;
	if (guest->state != PSP_SNP_GSTATE_LAUNCH)
		return PSP_INVALID_GUEST_STATE;
	if (!guest->asid)
		return PSP_INACTIVE;
	if ((call->buf[8] & 0x10) && !guest->imi)
		return PSP_INVALID_PARAM;
	status = launch_page(call, guest, pa, &entry);
	if (!status && type == PAGE_CPUID)
		status = cpuid_page(call->fw, pa);
	if (status)
		return status;

	len = entry.page_2m ? PSP_FW_2M : PSP_FW_PAGE_SIZE;
	if (type == PAGE_ZERO)
		psp_fw_fill(call->fw, pa, 0, len);
	if (type == PAGE_SECRETS)
		psp_fw_message_secrets(call->fw, guest, pa);
	for (uint64_t off = 0; off < len; off += PSP_FW_PAGE_SIZE)
		measure(call, guest, pa + off, entry.gpa + off, type);
	entry.immutable = 0;
	entry.validated = 1;
	entry.vmsa = type == PAGE_VMSA;
	psp_fw_page_set(call->fw, pa, &entry);
	return PSP_SUCCESS;
}

/* SNP_LAUNCH_FINISH: 0x16 */
uint32_t psp_fw_params_snp_launch_finish(struct psp_fw_call *call)
{
	uint64_t flags = psp_fw_get64(call->buf + 0x18);

	if ((flags & ~7ull) || (flags & 3) == 2)
		return PSP_INVALID_PARAM;
	return psp_fw_params_gctx(call);
}

/* A signature of @len bytes at @data, with offsets of signature and key: 0x13, 0xA */
static uint32_t verify(struct psp_fw *fw, const uint8_t *data, size_t len, const uint8_t *auth,
		       size_t sig, size_t key)
{
	const struct psp_fw_public point = { .bits = 384, .x = auth + key + 4, .y = auth + key + 76 };
	const struct psp_fw_signed what = { .data = data, .len = len, .hash = 384 };
	const struct psp_fw_crypto *crypto = fw->ops->crypto;

	if (!crypto || !crypto->verify)
		return PSP_HWERROR_PLATFORM;
	return crypto->verify(fw->opaque, &point, &what, auth + sig) ? PSP_BAD_SIGNATURE :
								       PSP_SUCCESS;
}

/* What an id block tells of a guest that it was good for, and whose it is: 0x13 */
static uint32_t id_block_keep(struct psp_fw *fw, struct psp_fw_snp_guest *guest,
			      const uint8_t *block, const uint8_t *auth, bool author)
{
	const struct psp_fw_crypto *crypto = fw->ops->crypto;
	uint8_t id[48], other[48] = { 0 };

	if (crypto->sha384(fw->opaque, auth + AUTH_ID_KEY, ID_KEY_LENGTH, id) ||
	    (author && crypto->sha384(fw->opaque, auth + AUTH_AUTHOR_KEY, ID_KEY_LENGTH, other)))
		return PSP_HWERROR_PLATFORM;
	memcpy(guest->id_key_digest, id, sizeof(id));
	memcpy(guest->author_key_digest, other, sizeof(other));
	memcpy(guest->family_id, block + BLOCK_FAMILY_ID, sizeof(guest->family_id));
	memcpy(guest->image_id, block + BLOCK_IMAGE_ID, sizeof(guest->image_id));
	guest->guest_svn = psp_fw_get32(block + BLOCK_GUEST_SVN);
	guest->id_block = 1;
	guest->author_en = author;
	return PSP_SUCCESS;
}

/* Versions, algorithms (ECDSA P-384 with SHA-384) and curves (P-384) that are known */
static bool id_block_known(const uint8_t *block, const uint8_t *auth, bool author)
{
	if (psp_fw_get32(block + BLOCK_VERSION) != 1 || psp_fw_get32(auth) != 1 ||
	    psp_fw_get32(auth + AUTH_ID_KEY) != 2)
		return false;
	return !author || (psp_fw_get32(auth + 4) == 1 && psp_fw_get32(auth + AUTH_AUTHOR_KEY) == 2);
}

/* The owner's word on what was launched: 0x9, 0x13 (no digest), 0xB, 0x7, 0x16, 0xA */
static uint32_t id_block(struct psp_fw_call *call, struct psp_fw_snp_guest *guest)
{
	struct psp_fw *fw = call->fw;
	uint64_t block_pa = psp_fw_field_pa(call, 8), auth_pa = psp_fw_field_pa(call, 0x10);
	uint8_t block[ID_BLOCK_LENGTH], auth[PSP_FW_PAGE_SIZE];
	bool author = call->buf[0x18] & 2;
	uint32_t status = psp_fw_address_check(fw, block_pa, sizeof(block));

	if (!status)
		status = psp_fw_address_check(fw, auth_pa, sizeof(auth));
	if (status)
		return status;
	if (psp_fw_read(fw, block_pa, block, sizeof(block)) ||
	    psp_fw_read(fw, auth_pa, auth, sizeof(auth)))
		return PSP_INVALID_ADDRESS;
	if (!guest->has_digest || !fw->ops->crypto || !fw->ops->crypto->sha384)
		return PSP_HWERROR_PLATFORM;
	if (memcmp(block, guest->ld, sizeof(guest->ld)))
		return PSP_BAD_MEASUREMENT;
	if (psp_fw_get64(block + BLOCK_POLICY) != guest->policy)
		return PSP_POLICY_FAILURE;
	if (!id_block_known(block, auth, author))
		return PSP_INVALID_PARAM;
	status = verify(fw, block, sizeof(block), auth, AUTH_ID_SIG, AUTH_ID_KEY);
	if (!status && author)
		status = verify(fw, auth + AUTH_ID_KEY, ID_KEY_LENGTH, auth, AUTH_KEY_SIG,
				AUTH_AUTHOR_KEY);
	return status ? status : id_block_keep(fw, guest, block, auth, author);
}

/* Then 0x1 (table), 0x10, 0x2, 0x8, the id block's */
uint32_t psp_fw_run_snp_launch_finish(struct psp_fw_call *call)
{
	struct psp_fw_snp_guest *guest;
	uint32_t status = psp_fw_snp_guest_get(call, &guest);

	if (status)
		return status;
	if (guest->state != PSP_SNP_GSTATE_LAUNCH)
		return PSP_INVALID_GUEST_STATE;
	if (!guest->asid)
		return PSP_INACTIVE;
	if (call->buf[0x18] & 1)
		status = id_block(call, guest);
	if (status)
		return status;
	guest->vcek_dis = call->buf[0x18] >> 2 & 1;
	memcpy(guest->host_data, call->buf + 0x20, sizeof(guest->host_data));
	guest->state = PSP_SNP_GSTATE_RUNNING;
	psp_fw_asid_run(call->fw, guest->asid);
	return PSP_SUCCESS;
}
