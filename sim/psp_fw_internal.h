/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of the firmware model share; not for hosts.
 *
 * Handlers take a call, whose buffer was read for them, and return a status.
 * The order of checks within a command is part of what it promises: the
 * comment above each handler lists it as status codes.
 */
#ifndef PSP_FW_INTERNAL_H
#define PSP_FW_INTERNAL_H

#include "psp_fw.h"

#define PSP_FW_MAGIC		0x31574650564553ull	/* SEVPFW1 */
#define PSP_FW_MAX_BUFFER	0x60
#define PSP_FW_C_BIT		(1ull << 51)
#define PSP_FW_PAGE_MASK	(~(uint64_t)(PSP_FW_PAGE_SIZE - 1))
#define PSP_FW_2M		(2ull << 20)
#define PSP_FW_NV_LENGTH	0x8000u
#define PSP_FW_SESSION_LENGTH	128u
#define PSP_FW_PACKET_HDR_LENGTH 52u
#define PSP_FW_SECRET_MAX	0x4000u
#define PSP_FW_REPORT_LENGTH	208u

struct psp_fw_call;

/* Platform states in which a command is allowed */
#define PSP_FW_SEV(state)	(1u << (state))
#define PSP_FW_SNP(state)	(1u << (4 + (state)))
#define PSP_FW_SEV_ANY		(PSP_FW_SEV(PSP_UNINIT) | PSP_FW_SEV_UP)
#define PSP_FW_SEV_UP		(PSP_FW_SEV(PSP_INIT) | PSP_FW_SEV(PSP_WORKING))
#define PSP_FW_SNP_ANY		(PSP_FW_SNP(PSP_UNINIT) | PSP_FW_SNP(PSP_INIT))

/**
 * struct psp_fw_command - one row of the command table
 * @id:		enum psp_cmd
 * @name:	as in the documents
 * @length:	of the command buffer; 0: has none
 * @writes:	the firmware writes the buffer
 * @states:	platform states in which it is allowed, else INVALID_PLATFORM_STATE
 * @params:	checks that come before the one of @states; may be NULL
 * @run:	the rest
 */
struct psp_fw_command {
	uint32_t id;
	const char *name;
	uint16_t length;
	bool writes;
	uint8_t states;
	uint32_t (*params)(struct psp_fw_call *call);
	uint32_t (*run)(struct psp_fw_call *call);
};

/**
 * struct psp_fw_call - one execution
 * @buf:	copy of the command buffer
 * @written:	@buf goes back to memory
 */
struct psp_fw_call {
	struct psp_fw *fw;
	const struct psp_fw_command *cmd;
	uint8_t buf[PSP_FW_MAX_BUFFER];
	bool written;
};

/* psp_fw_table.c */
const struct psp_fw_command *psp_fw_command_find(uint32_t id);

/* Little-endian fields */
static inline uint32_t psp_fw_get32(const void *p)
{
	const uint8_t *b = p;

	return b[0] | b[1] << 8 | b[2] << 16 | (uint32_t)b[3] << 24;
}

static inline uint64_t psp_fw_get64(const void *p)
{
	return psp_fw_get32(p) | (uint64_t)psp_fw_get32((const uint8_t *)p + 4) << 32;
}

static inline void psp_fw_put32(void *p, uint32_t v)
{
	uint8_t *b = p;

	b[0] = (uint8_t)v;
	b[1] = (uint8_t)(v >> 8);
	b[2] = (uint8_t)(v >> 16);
	b[3] = (uint8_t)(v >> 24);
}

static inline void psp_fw_put64(void *p, uint64_t v)
{
	psp_fw_put32(p, (uint32_t)v);
	psp_fw_put32((uint8_t *)p + 4, (uint32_t)(v >> 32));
}

/* A physical address field without the C-bit, which the driver leaves in */
static inline uint64_t psp_fw_field_pa(const struct psp_fw_call *call, size_t offset)
{
	return psp_fw_get64(call->buf + offset) & ~PSP_FW_C_BIT;
}

/* Do @len bytes at @pa lie within one page? */
static inline bool psp_fw_in_page(uint64_t pa, size_t len)
{
	return (pa & ~PSP_FW_PAGE_MASK) + len <= PSP_FW_PAGE_SIZE;
}

/* psp_fw_mem.c: memory and its page states */
int psp_fw_read(struct psp_fw *fw, uint64_t pa, void *buf, size_t len);
int psp_fw_write(struct psp_fw *fw, uint64_t pa, const void *buf, size_t len);
int psp_fw_fill(struct psp_fw *fw, uint64_t pa, uint8_t byte, size_t len);
uint32_t psp_fw_address_check(struct psp_fw *fw, uint64_t pa, uint64_t len);
uint32_t psp_fw_output_check(struct psp_fw *fw, uint64_t pa, uint64_t len);
uint32_t psp_fw_output(struct psp_fw *fw, uint64_t pa, const void *buf, size_t len);
void psp_fw_output_done(struct psp_fw *fw, uint64_t pa, uint64_t len);
int psp_fw_page_get(struct psp_fw *fw, uint64_t pa, struct psp_fw_rmp *entry);
int psp_fw_page_set(struct psp_fw *fw, uint64_t pa, const struct psp_fw_rmp *entry);
int psp_fw_page_set_state(struct psp_fw *fw, uint64_t pa, enum psp_page_state state);
bool psp_fw_page_writable(struct psp_fw *fw, uint64_t pa);

/* psp_fw_flush.c: which ASID may be stale where */
void psp_fw_asids_all_dirty(struct psp_fw *fw);
bool psp_fw_asids_all_clean(const struct psp_fw *fw);
bool psp_fw_asid_taken(const struct psp_fw *fw, uint32_t asid);
uint32_t psp_fw_asid_check(const struct psp_fw *fw, uint32_t asid, const struct psp_fw_ccxs *on);
void psp_fw_asid_activate(struct psp_fw *fw, uint32_t asid, const struct psp_fw_ccxs *on,
			  bool running);
bool psp_fw_asid_in_range(const struct psp_fw *fw, uint32_t asid, bool es, bool snp);
void psp_fw_asid_run(struct psp_fw *fw, uint32_t asid);
void psp_fw_asid_deactivate(struct psp_fw *fw, uint32_t asid);
uint32_t psp_fw_run_df_flush(struct psp_fw_call *call);

static inline bool psp_fw_ccxs_empty(const struct psp_fw_ccxs *set)
{
	return !(set->w[0] | set->w[1] | set->w[2] | set->w[3]);
}

/* psp_fw_platform.c, psp_fw_keys.c, psp_fw_image.c: SEV platform */
uint32_t psp_fw_run_nop(struct psp_fw_call *call);
uint32_t psp_fw_run_init(struct psp_fw_call *call);
uint32_t psp_fw_run_init_ex(struct psp_fw_call *call);
uint32_t psp_fw_run_shutdown(struct psp_fw_call *call);
uint32_t psp_fw_run_factory_reset(struct psp_fw_call *call);
uint32_t psp_fw_run_platform_status(struct psp_fw_call *call);
uint32_t psp_fw_run_get_id(struct psp_fw_call *call);

/* psp_fw_nv.c: what is kept without power, in the area that INIT_EX gives */
uint32_t psp_fw_nv_check(struct psp_fw *fw);
void psp_fw_nv_store(struct psp_fw *fw);
uint32_t psp_fw_nv_load(struct psp_fw *fw, uint64_t pa);
uint32_t psp_fw_kept_pages(struct psp_fw *fw, uint64_t pa, uint64_t len);
void psp_fw_identity_forget(struct psp_fw *fw);

/* psp_fw_cert.c: keys and SEV certificates */
bool psp_fw_can_sign(const struct psp_fw *fw);
const char *psp_fw_keys_check(const struct psp_fw_keys *keys);
int psp_fw_key_new(struct psp_fw *fw, uint8_t d[48], uint8_t point[144]);
void psp_fw_cert_make(const struct psp_fw *fw, uint32_t usage, const uint8_t point[144],
		      uint8_t cert[PSP_FW_CERT_LENGTH]);
int psp_fw_cert_sign(struct psp_fw *fw, uint8_t cert[PSP_FW_CERT_LENGTH], int slot,
		     uint32_t usage, const uint8_t d[48]);
void psp_fw_cert_unsigned(uint8_t cert[PSP_FW_CERT_LENGTH]);
void psp_fw_cert_take(const uint8_t pek[PSP_FW_CERT_LENGTH], const uint8_t oca[PSP_FW_CERT_LENGTH],
		      uint8_t out[PSP_FW_CERT_LENGTH]);
uint32_t psp_fw_cert_import_check(struct psp_fw *fw, const uint8_t pek[PSP_FW_CERT_LENGTH],
				  const uint8_t oca[PSP_FW_CERT_LENGTH]);

uint32_t psp_fw_cert_algorithm(const uint8_t cert[PSP_FW_CERT_LENGTH]);
int psp_fw_cert_pdh(const uint8_t cert[PSP_FW_CERT_LENGTH], uint8_t point[144]);

uint32_t psp_fw_run_pek_gen(struct psp_fw_call *call);
uint32_t psp_fw_run_pek_csr(struct psp_fw_call *call);
uint32_t psp_fw_run_pek_cert_import(struct psp_fw_call *call);
uint32_t psp_fw_run_pdh_cert_export(struct psp_fw_call *call);
uint32_t psp_fw_run_pdh_gen(struct psp_fw_call *call);
uint32_t psp_fw_identity_make(struct psp_fw *fw);

uint32_t psp_fw_run_download_firmware(struct psp_fw_call *call);
uint32_t psp_fw_run_snp_download_firmware_ex(struct psp_fw_call *call);
uint32_t psp_fw_params_snp_commit(struct psp_fw_call *call);
uint32_t psp_fw_run_snp_commit(struct psp_fw_call *call);
void psp_fw_reported_tcb_set(struct psp_fw *fw, uint64_t tcb);
uint32_t psp_fw_params_snp_vlek_load(struct psp_fw_call *call);
uint32_t psp_fw_run_snp_vlek_load(struct psp_fw_call *call);

/* psp_fw_sev.c, psp_fw_migrate.c: SEV and SEV-ES guests */
#define PSP_FW_POLICY_NODBG	(1u << 0)
#define PSP_FW_POLICY_NOKS	(1u << 1)
#define PSP_FW_POLICY_ES	(1u << 2)
#define PSP_FW_POLICY_NOSEND	(1u << 3)

uint32_t psp_fw_sev_guest_get(struct psp_fw_call *call, struct psp_fw_sev_guest **guest);
/* Empty its slot; the count and its ASID are the caller's */
void psp_fw_sev_guest_free(struct psp_fw *fw, struct psp_fw_sev_guest *guest);
uint32_t psp_fw_sev_guest_new(struct psp_fw_call *call, uint8_t state,
			      struct psp_fw_sev_guest **guest);
uint32_t psp_fw_sev_policy_check(const struct psp_fw *fw, uint32_t policy);
uint32_t psp_fw_run_decommission(struct psp_fw_call *call);
uint32_t psp_fw_run_activate(struct psp_fw_call *call);
uint32_t psp_fw_run_deactivate(struct psp_fw_call *call);
uint32_t psp_fw_run_guest_status(struct psp_fw_call *call);
uint32_t psp_fw_run_launch_start(struct psp_fw_call *call);
uint32_t psp_fw_run_launch_update_data(struct psp_fw_call *call);
uint32_t psp_fw_run_launch_update_vmsa(struct psp_fw_call *call);
uint32_t psp_fw_run_launch_measure(struct psp_fw_call *call);
uint32_t psp_fw_run_launch_update_secret(struct psp_fw_call *call);
uint32_t psp_fw_run_launch_finish(struct psp_fw_call *call);

uint32_t psp_fw_run_attestation(struct psp_fw_call *call);
uint32_t psp_fw_run_send_start(struct psp_fw_call *call);
uint32_t psp_fw_run_send_update(struct psp_fw_call *call);
uint32_t psp_fw_run_send_finish(struct psp_fw_call *call);
uint32_t psp_fw_run_send_cancel(struct psp_fw_call *call);
uint32_t psp_fw_run_receive_start(struct psp_fw_call *call);
uint32_t psp_fw_run_receive_update(struct psp_fw_call *call);
uint32_t psp_fw_run_receive_finish(struct psp_fw_call *call);
uint32_t psp_fw_run_copy(struct psp_fw_call *call);
uint32_t psp_fw_run_dbg(struct psp_fw_call *call);

/* psp_fw_session.c: what the guest's owner seals, and what is signed for him */
uint32_t psp_fw_session_open(struct psp_fw *fw, const uint8_t cert[PSP_FW_CERT_LENGTH],
			     const uint8_t blob[PSP_FW_SESSION_LENGTH], uint32_t policy,
			     uint8_t keys[32]);
uint32_t psp_fw_secret_open(struct psp_fw *fw, const struct psp_fw_sev_guest *guest,
			    const uint8_t hdr[PSP_FW_PACKET_HDR_LENGTH], uint8_t *data, uint32_t len);
uint32_t psp_fw_report_make(struct psp_fw *fw, const struct psp_fw_sev_guest *guest,
			    const uint8_t nonce[16], uint8_t report[PSP_FW_REPORT_LENGTH]);

/* psp_fw_snp_platform.c */
uint32_t psp_fw_params_snp_init(struct psp_fw_call *call);
uint32_t psp_fw_run_snp_init(struct psp_fw_call *call);
uint32_t psp_fw_run_snp_shutdown(struct psp_fw_call *call);
uint32_t psp_fw_params_snp_platform_status(struct psp_fw_call *call);
uint32_t psp_fw_run_snp_platform_status(struct psp_fw_call *call);
uint32_t psp_fw_params_snp_config(struct psp_fw_call *call);
uint32_t psp_fw_run_snp_config(struct psp_fw_call *call);
uint32_t psp_fw_params_snp_feature_info(struct psp_fw_call *call);
uint32_t psp_fw_run_snp_feature_info(struct psp_fw_call *call);

/* psp_fw_snp.c, psp_fw_snp_launch.c: SNP guests */
uint32_t psp_fw_params_gctx(struct psp_fw_call *call);
uint32_t psp_fw_snp_guest_get(struct psp_fw_call *call, struct psp_fw_snp_guest **guest);
uint32_t psp_fw_run_snp_gctx_create(struct psp_fw_call *call);
uint32_t psp_fw_run_snp_activate(struct psp_fw_call *call);
uint32_t psp_fw_params_snp_activate_ex(struct psp_fw_call *call);
uint32_t psp_fw_run_snp_activate_ex(struct psp_fw_call *call);
uint32_t psp_fw_run_snp_decommission(struct psp_fw_call *call);
uint32_t psp_fw_params_snp_guest_status(struct psp_fw_call *call);
uint32_t psp_fw_run_snp_guest_status(struct psp_fw_call *call);
uint32_t psp_fw_params_snp_dbg(struct psp_fw_call *call);
uint32_t psp_fw_run_snp_dbg(struct psp_fw_call *call);
uint32_t psp_fw_params_snp_launch_start(struct psp_fw_call *call);
uint32_t psp_fw_run_snp_launch_start(struct psp_fw_call *call);
uint32_t psp_fw_params_snp_launch_update(struct psp_fw_call *call);
uint32_t psp_fw_run_snp_launch_update(struct psp_fw_call *call);
uint32_t psp_fw_params_snp_launch_finish(struct psp_fw_call *call);
uint32_t psp_fw_run_snp_launch_finish(struct psp_fw_call *call);

/**
 * struct psp_fw_message - a request of a guest that was opened
 * @vmpck:	the key that it was sealed with: the least privilege level that it speaks for
 * @version:	of the message
 * @in:		what it says; a page, zero after its end
 * @out:	the answer, zero
 */
struct psp_fw_message {
	struct psp_fw *fw;
	struct psp_fw_snp_guest *guest;
	uint32_t vmpck;
	uint8_t version;
	const uint8_t *in;
	uint8_t *out;
};

/* psp_fw_message.c, psp_fw_report.c: what SNP guests ask */
uint32_t psp_fw_message_keys(struct psp_fw *fw, struct psp_fw_snp_guest *guest);
void psp_fw_message_secrets(struct psp_fw *fw, const struct psp_fw_snp_guest *guest, uint64_t pa);
uint32_t psp_fw_params_snp_guest_request(struct psp_fw_call *call);
uint32_t psp_fw_run_snp_guest_request(struct psp_fw_call *call);
uint32_t psp_fw_report_version(const struct psp_fw *fw);
uint32_t psp_fw_key_select(const struct psp_fw *fw, const struct psp_fw_snp_guest *guest,
			   uint32_t sel, bool *vlek);
uint32_t psp_fw_message_report(struct psp_fw_message *message);
/* psp_fw_derive.c, and psp_fw_cert.c: what a chip's keys for guests come from */
uint32_t psp_fw_message_key(struct psp_fw_message *message);
int psp_fw_chip_root(const struct psp_fw *fw, uint8_t root[32]);

/* psp_fw_pages.c: commands on single pages */
uint32_t psp_fw_params_snp_page_reclaim(struct psp_fw_call *call);
uint32_t psp_fw_run_snp_page_reclaim(struct psp_fw_call *call);
uint32_t psp_fw_params_snp_page_md_init(struct psp_fw_call *call);
uint32_t psp_fw_run_snp_page_md_init(struct psp_fw_call *call);
uint32_t psp_fw_params_snp_page_unsmash(struct psp_fw_call *call);
uint32_t psp_fw_run_snp_page_unsmash(struct psp_fw_call *call);
uint32_t psp_fw_run_unsupported(struct psp_fw_call *call);

#endif
