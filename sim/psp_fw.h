/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * psp_fw - a model of AMD's SEV and SEV-SNP firmware
 *
 * Answers firmware commands from states and checks, as SEV firmware 1.55 and
 * the documents AMD 56860 (SEV-SNP firmware ABI) and AMD 55766 (SEV API) do.
 * Two users: the in-process simulated host (sim/) and the PSP device of the
 * emulated host (emulator/).  No dependence on either: memory, RMP, processor
 * registers and cryptography are reached through callbacks.
 *
 * The state has no pointers besides ops and opaque and only fixed-size arrays:
 * it can be mapped from a file and used again by another process, which calls
 * psp_fw_check() and psp_fw_attach() first.
 *
 * What is not modelled: memory is never encrypted (a page that a command
 * encrypts keeps its content); packets of migrations; of SNP guests' messages all
 * but those for reports and derived keys; firmware images other than a version
 * number; time.  SNP_PAGE_SWAP_OUT, SWAP_IN, MOVE and SET_STATE, which Linux never
 * issues, answer UNSUPPORTED.
 *
 * Files: psp_fw.c (one command), psp_fw_table.c (all of them), psp_fw_flush.c
 * (WBINVD, DF_FLUSH, ASIDs), psp_fw_mem.c (memory, page states), psp_fw_platform.c,
 * psp_fw_nv.c, psp_fw_cert.c and psp_fw_keys.c (SEV platform), psp_fw_image.c,
 * psp_fw_sev.c, psp_fw_session.c and psp_fw_migrate.c (SEV guests), psp_fw_snp_platform.c,
 * psp_fw_snp.c, psp_fw_snp_launch.c, psp_fw_pages.c (SNP), psp_fw_message.c,
 * psp_fw_report.c, psp_fw_derive.c (what SNP guests ask), psp_fw_check.c,
 * psp_fw_generation.c, psp_fw_log.c.
 */
#ifndef PSP_FW_H
#define PSP_FW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "psp_fw_abi.h"

#define PSP_FW_MAX_THREADS	2048
#define PSP_FW_MAX_CCX		256
#define PSP_FW_MAX_ASID		1006	/* Genoa: CPUID Fn8000_001F ECX */
#define PSP_FW_MAX_SNP_GUESTS	1024
#define PSP_FW_MAX_SEV_GUESTS	1024	/* handles 1..1024 */
#define PSP_FW_MAX_SOCKETS	2
#define PSP_FW_PAGE_SIZE	4096u
#define PSP_FW_SNP_REPORT_LENGTH 0x4a0u	/* 56860, ATTESTATION_REPORT */

/**
 * struct psp_fw_rmp - an RMP entry, independent of its encoding in memory
 * @gpa:	guest physical address, bits 50:12 in place
 * @asid:	0 for hypervisor and firmware pages
 * @assigned:	0 or 1, as are the rest
 * @immutable:	RMPUPDATE must not touch it
 * @validated:	the guest executed PVALIDATE, or the firmware did so for it
 * @vmsa:	a VMSA page; with asid 0: a guest context page
 * @page_2m:	entry of a 2 MB page; only in the first of its 512 entries
 *
 * Source: APM volume 2, 15.36.3.
 */
struct psp_fw_rmp {
	uint64_t gpa;
	uint32_t asid;
	uint8_t assigned, immutable, validated, vmsa, page_2m;
};

/**
 * struct psp_fw_thread_regs - what SNP_INIT and INIT read of a thread's registers
 * @mem_enc:	SYSCFG bit 23, MemEncryptionModEn
 * @snp_en:	SYSCFG bit 24, SecureNestedPagingEn
 * @vmpl_en:	SYSCFG bit 25, VMPLEn
 * @mfdm:	SYSCFG bit 19, MtrrFixDramModEn
 * @smm_lock:	HWCR bit 0, SmmLock
 * @tseg_bad:	TSEG differs between cores, or overlaps the RMP
 * @hsave_pa:	VM_HSAVE_PA
 * @rmp_base:	RMP_BASE
 * @rmp_end:	RMP_END, address of the last byte
 */
struct psp_fw_thread_regs {
	bool mem_enc, snp_en, vmpl_en;
	bool mfdm;
	bool smm_lock;
	bool tseg_bad;
	uint64_t hsave_pa;
	uint64_t rmp_base, rmp_end;
};

/**
 * struct psp_fw_sha256 - one SHA-256 calculation that is not at its end
 * @b:	the host's own; all zero is the beginning
 *
 * Part of struct psp_fw: where that lives in a file, it is the intermediate state
 * itself and may come back damaged; elsewhere it may name an object of the host.
 */
struct psp_fw_sha256 {
	uint64_t b[16];
};

/**
 * struct psp_fw_public - a public key as certificates have it, numbers little-endian
 * @bits:	256 or 384: of the NIST curve; 2048 or 4096: of an RSA modulus
 * @x, @y:	the point's, of 72 bytes each; RSA: modulus and exponent, of @bits each
 */
struct psp_fw_public {
	uint32_t bits;
	const uint8_t *x, *y;
};

/**
 * struct psp_fw_signed - what a signature is about
 * @hash:	256 or 384: the SHA-2 that it was hashed with
 */
struct psp_fw_signed {
	const void *data;
	size_t len;
	uint32_t hash;
};

/**
 * struct psp_fw_aead - what AES-256-GCM takes beside the text
 * @key:	32 bytes
 * @iv:		12 bytes
 * @aad:	authenticated with the text, @aad_len bytes
 */
struct psp_fw_aead {
	const uint8_t *key, *iv;
	const void *aad;
	size_t aad_len;
};

/**
 * struct psp_fw_crypto - cryptography that the host lends to the firmware
 * @random:	fill @buf
 * @sha256_update: begin or continue a calculation
 * @sha256_final: the digest of what it got so far; it may go on
 * @sha256_drop: nothing will be asked of it any more; may be NULL by itself
 * @hmac_sha256: of @data with @key
 * @sha384:	of @data at once
 * @p384_public: the point (x and y, 72 bytes each, little-endian) of the private
 *		key @d on P-384; -1 too when @d is none
 * @p384_sign:	ECDSA signature (r and s, the same) by @d
 * @p384_ecdh:	of our @d with somebody's @point: x of the result, the most significant
 *		byte first (NIST SP 800-56A); -1 too when @point is none
 * @aes128_ctr:	AES-128 in counter mode from the block @counter on, both ways; @in may
 *		be @out
 * @verify:	signature by @key, of ECDSA (as above) or of RSASSA-PSS with a salt
 *		as long as the digest (as many bytes as the modulus, little-endian):
 *		0 good, 1 bad
 * @aes_gcm_open: AES-256-GCM: 0 and @len bytes at @out, or -1 when the tag is not theirs
 * @aes_gcm_seal: the other way
 * @image_version: check the signed firmware image of @len bytes at @pa and read
 *		its version and security version number: 0 good, 1 bad signature
 *
 * They answer 0 on success and -1 on failure.  The table and each member may be
 * NULL.  The model never makes up what a missing member would have calculated:
 *
 * - commands whose output is such a value, or that have to look into what was sealed
 *   with it (LAUNCH_START with a session, LAUNCH_MEASURE, LAUNCH_UPDATE_SECRET,
 *   ATTESTATION, PEK_CSR, PDH_CERT_EXPORT, SNP_GUEST_REQUEST, ...) answer
 *   HWERROR_PLATFORM (0x13) after every other check passed, and change nothing;
 * - commands that only feed it (LAUNCH_UPDATE_DATA, SNP_LAUNCH_UPDATE, INIT,
 *   PEK_GEN, PDH_GEN) succeed, and there is no digest or key.  One that is there
 *   and fails is hardware that fails: HWERROR_PLATFORM.
 *
 * KVM's launches of SEV, SEV-ES and SNP guests need no signatures and images;
 * without the rest a SEV guest stops at LAUNCH_MEASURE.
 */
struct psp_fw_crypto {
	int (*random)(void *opaque, void *buf, size_t len);
	int (*sha256_update)(void *opaque, struct psp_fw_sha256 *state, const void *data,
			     size_t len);
	int (*sha256_final)(void *opaque, const struct psp_fw_sha256 *state, uint8_t digest[32]);
	void (*sha256_drop)(void *opaque, struct psp_fw_sha256 *state);
	int (*hmac_sha256)(void *opaque, const void *key, size_t key_len, const void *data,
			   size_t len, uint8_t mac[32]);
	int (*sha384)(void *opaque, const void *data, size_t len, uint8_t digest[48]);
	int (*p384_public)(void *opaque, const uint8_t d[48], uint8_t point[144]);
	int (*p384_sign)(void *opaque, const uint8_t d[48], const struct psp_fw_signed *what,
			 uint8_t signature[144]);
	int (*p384_ecdh)(void *opaque, const uint8_t d[48], const uint8_t point[144],
			 uint8_t shared[48]);
	int (*aes128_ctr)(void *opaque, const uint8_t key[16], const uint8_t counter[16],
			  const void *in, size_t len, void *out);
	int (*verify)(void *opaque, const struct psp_fw_public *key,
		      const struct psp_fw_signed *what, const uint8_t *signature);
	int (*aes_gcm_open)(void *opaque, const struct psp_fw_aead *aead, const void *data,
			    size_t len, const uint8_t tag[16], void *out);
	int (*aes_gcm_seal)(void *opaque, const struct psp_fw_aead *aead, const void *data,
			    size_t len, uint8_t tag[16], void *out);
	int (*image_version)(void *opaque, uint64_t pa, uint32_t len, uint8_t version[3],
			     uint8_t *svn);
};

/**
 * struct psp_fw_ops - the machine around the firmware
 * @mem_read:	system memory by physical address (C-bit removed, 4 KB never
 *		crossed): 0, or -1 where there is none
 * @mem_write:	same
 * @rmp_get:	RMP entry of the 4 KB page at @pa as it stands in the table: 0,
 *		or -1 where the table has none (page state Default)
 * @rmp_set:	write it, with what the machine does on a change (TLBs): 0 or -1
 * @rmp_init:	zero every entry, then make the table's own pages Firmware: 0 or -1
 * @asid_pages: number of pages that the RMP assigns to @asid; may be NULL (0)
 * @thread_regs: registers of a thread; those of every enabled thread are asked
 *		during INIT, INIT_EX, SNP_INIT and SNP_INIT_EX
 * @snp_disable: x86_snp_shutdown: clear SNP_EN on every core: 0, or -1; may be
 *		NULL (not supported: then FEATURE_INFO says so)
 * @iommu_pages: the @idx-th run of pages that IOMMUs write (logs, completion
 *		store); false: no more; may be NULL
 * @log:	one line per command, except SNP_PAGE_RECLAIM that succeeded (a TMR is
 *		512 of them); may be NULL
 * @crypto:	may be NULL
 *
 * All but the callbacks named as such are needed.  Called only from
 * psp_fw_exec(), on its thread; sha256_drop from psp_fw_reset() too.
 */
struct psp_fw_ops {
	int (*mem_read)(void *opaque, uint64_t pa, void *buf, size_t len);
	int (*mem_write)(void *opaque, uint64_t pa, const void *buf, size_t len);
	int (*rmp_get)(void *opaque, uint64_t pa, struct psp_fw_rmp *entry);
	int (*rmp_set)(void *opaque, uint64_t pa, const struct psp_fw_rmp *entry);
	int (*rmp_init)(void *opaque);
	uint64_t (*asid_pages)(void *opaque, uint32_t asid);
	void (*thread_regs)(void *opaque, unsigned int thread, struct psp_fw_thread_regs *regs);
	int (*snp_disable)(void *opaque);
	bool (*iommu_pages)(void *opaque, unsigned int idx, uint64_t *pa, uint64_t *npages);
	void (*log)(void *opaque, const char *line);
	const struct psp_fw_crypto *crypto;
};

/* Processor generation: what of the interface depends on it (psp_fw_generation.h) */
enum psp_fw_generation {
	PSP_FW_MILAN	= 0,	/* family 19h models 00h-0Fh */
	PSP_FW_GENOA	= 1,	/* family 19h models 10h-1Fh */
	PSP_FW_TURIN	= 2,	/* family 1Ah */
};

/*
 * Where the documents and firmware 1.55.25 ("[fw]") differ, or the documents
 * leave room.  Default, 0: as [fw].
 */
enum psp_fw_switch {
	/*
	 * SNP_PAGE_RECLAIM of a page that is not immutable: [fw] SUCCESS, nothing
	 * done; set: INVALID_PAGE_STATE, as 56860 reads (its list of page states
	 * names Metadata, Firmware, Pre-Guest and Pre-Swap only).  A page in
	 * Reclaim stays SUCCESS: the firmware itself brought it there.
	 */
	PSP_FW_RECLAIM_STRICT		= 1u << 0,
	/*
	 * A page that the firmware wrote under SNP goes Firmware -> Reclaim: [fw]
	 * only the command buffer of legacy commands; set: every output page, as
	 * 56860 reads.  KVM of Linux 6.12 uses its SNP_GUEST_REQUEST response page
	 * again without asking for it back and fails the second time when set.
	 */
	PSP_FW_OUTPUT_RECLAIM		= 1u << 1,
	/*
	 * A DF_FLUSH that answers WBINVD_REQUIRED: [fw] cleans the core complexes
	 * that are done all the same; set: cleans nothing (the documents do not say).
	 */
	PSP_FW_FLUSH_ALL_OR_NOTHING	= 1u << 2,
	/*
	 * SNP_SHUTDOWN and SNP_SHUTDOWN_EX while SNP is UNINIT: [fw] SUCCESS; set:
	 * INVALID_PLATFORM_STATE.
	 */
	PSP_FW_SHUTDOWN_STRICT		= 1u << 3,
	/*
	 * SNP_DECOMMISSION or DEACTIVATE of a guest whose launch never finished:
	 * [fw] its ASID is clean at once; set: dirty, flushes needed, as the
	 * documents' general rule for recycling an ASID reads.
	 */
	PSP_FW_LAUNCH_DIRTIES		= 1u << 4,
};

#define PSP_FW_SWITCHES		0x1fu

/* The part itself */
enum psp_fw_condition {
	PSP_FW_DIAGNOSTIC	= 1u << 0,	/* diagnostic mode: SNP_INIT answers 0x13 */
	PSP_FW_UNLOCKED		= 1u << 1,	/* debug-unlocked: SNP_INIT answers 0x14 */
};

#define PSP_FW_CONDITIONS	0x3u

/**
 * struct psp_fw_config - the machine's shape and the firmware's version
 * @nr_threads:	1..PSP_FW_MAX_THREADS; thread numbers are the host's CPU numbers
 * @thread_ccx:	core complex of each thread, 0..PSP_FW_MAX_CCX-1; complexes
 *		without an enabled thread do not exist for the firmware
 * @thread_disabled: threads that firmware does not count (disabled by BIOS), or
 *		NULL for none.  A thread that the OS took offline is enabled.
 * @thread_apic: APIC id of each thread, or NULL: then SNP_ACTIVATE_EX has no
 *		table of them and answers UNSUPPORTED (Linux never issues it)
 * @smt:	SMT is on: guest policies must allow it
 * @generation:	enum psp_fw_generation
 * @conditions:	enum psp_fw_condition
 * @sockets:	1 or 2
 * @nr_asids:	highest ASID; 0: by generation
 * @min_sev_asid: lowest ASID of a SEV guest without SEV-ES (CPUID Fn8000_001F
 *		EDX); SEV-ES and SNP guests have those below; 0: 1 (no such range)
 * @api_major:	API version; 0.0: 1.55
 * @api_minor:	"
 * @build:	build number
 * @svn:	security version of the running image; an older one is refused
 * @current_tcb: TCB_VERSION of what runs; reported and committed start with it
 * @switches:	enum psp_fw_switch
 * @feature_info: the command SNP_FEATURE_INFO exists (6.18 and later ask for it);
 *		it reports VLEK, x86_snp_shutdown if ops->snp_disable is there, and
 * @cth:	SNP_INIT_EX can turn ciphertext hiding on: the highest SNP ASID is then
 *		given with it, and SEV-ES guests have those above
 * @tio:	SNP_INIT_EX takes TIO_EN; of SEV-TIO's own commands there is none
 * @signature:	CPUID 1 EAX of the processors; 0: by generation
 * @chip_id:	GET_ID's 64 bytes per socket, as many of them as the generation has
 * @chip_secret: what the chip's own keys are derived from; all zero: the first of
 *		@chip_id
 */
struct psp_fw_config {
	uint32_t nr_threads;
	const uint16_t *thread_ccx;
	const bool *thread_disabled;
	const uint32_t *thread_apic;
	bool smt;
	bool feature_info, cth, tio;
	enum psp_fw_generation generation;
	uint32_t sockets;
	uint32_t nr_asids;
	uint32_t min_sev_asid;
	uint8_t api_major, api_minor, build, svn;
	uint64_t current_tcb;
	uint32_t switches;
	uint32_t conditions;
	uint32_t signature;
	uint8_t chip_id[PSP_FW_MAX_SOCKETS][64];
	uint8_t chip_secret[32];
};

/* A set of core complexes */
struct psp_fw_ccxs {
	uint64_t w[PSP_FW_MAX_CCX / 64];
};

/*
 * Flush bookkeeping of one ASID: each core complex is in at most one of the
 * four sets, and in exactly one once SNP_INIT or INIT has run.
 */
struct psp_fw_asid {
	struct psp_fw_ccxs clean, dirty, allocated, in_use;
};

/**
 * struct psp_fw_snp_guest - an SNP guest context
 * @gctx:	address of its context page; 0: slot unused
 * @policy:	from SNP_LAUNCH_START
 * @ma_gctx:	context page of its migration agent, if @ma_en
 * @launch_tcb:	current TCB at launch
 * @tsc_khz:	from SNP_LAUNCH_START
 * @asid:	0: not activated
 * @root_counter: next metadata entry's root entry counter
 * @state:	enum psp_snp_gstate
 * @has_digest:	@digest covers every page added so far
 * @imi:	still in the initial migration image's part of the launch
 * @ma_en:	has a migration agent
 * @is_ma:	is the migration agent of another guest
 * @vcek_dis:	from SNP_LAUNCH_FINISH: no report of it by the VCEK
 * @msg_count:	per VMPCK 0..3: message sequence number
 * @ld:		launch digest (SHA-384)
 * @host_data:	from SNP_LAUNCH_FINISH
 * @gosvw:	from SNP_LAUNCH_START
 * @id_block:	SNP_LAUNCH_FINISH had one, and it was good; without one the rest is zero
 * @author_en:	its key was signed by an author's
 * @guest_svn:	from the id block, as are
 * @family_id:	"
 * @image_id:	"
 * @id_key_digest: SHA-384 of the key that signed the id block, as a report shows it
 * @author_key_digest: same of the key that signed that one, if @author_en
 * @launch_mitigations: the firmware's at launch
 * @vmpck:	keys of its messages, one for each privilege level; zero without chance
 * @vmrk:	root of keys that go with it to another chip
 * @report_id:	of this launch
 */
struct psp_fw_snp_guest {
	uint64_t gctx;
	uint64_t policy;
	uint64_t ma_gctx;
	uint64_t launch_tcb;
	uint64_t root_counter;
	uint64_t msg_count[4];
	uint32_t asid;
	uint32_t tsc_khz;
	uint8_t state;
	uint8_t has_digest;
	uint8_t imi;
	uint8_t ma_en;
	uint8_t is_ma;
	uint8_t vcek_dis;
	uint8_t id_block;
	uint8_t author_en;
	uint8_t ld[48];
	uint8_t host_data[32];
	uint8_t gosvw[16];
	uint32_t guest_svn;
	uint8_t pad[4];
	uint8_t family_id[16], image_id[16];
	uint8_t id_key_digest[48], author_key_digest[48];
	uint64_t launch_mitigations;
	uint8_t vmpck[4][32];
	uint8_t vmrk[32];
	uint8_t report_id[32];
};

/**
 * struct psp_fw_sev_guest - a SEV or SEV-ES guest; its handle is its index + 1
 * @policy:	from LAUNCH_START or RECEIVE_START; bit 2: SEV-ES
 * @asid:	0: not activated
 * @state:	enum psp_sev_gstate; PSP_GSTATE_INVALID: slot unused
 * @has_digest:	@digest covers everything added so far
 * @has_keys:	@tek and @tik are there
 * @has_ld:	@ld is there
 * @digest:	launch digest calculation (SHA-256), until LAUNCH_MEASURE
 * @tek:	transport encryption key
 * @tik:	transport integrity key
 * @ld:		launch digest, once LAUNCH_MEASURE was there
 * @measure:	measurement and nonce, the same
 */
struct psp_fw_sev_guest {
	uint32_t policy;
	uint32_t asid;
	uint8_t state;
	uint8_t has_digest;
	uint8_t has_keys;
	uint8_t has_ld;
	uint8_t pad[4];
	struct psp_fw_sha256 digest;
	uint8_t tek[16], tik[16];
	uint8_t ld[32];
	uint8_t measure[48];
};

#define PSP_FW_CERT_LENGTH	2084u	/* SEV certificate, 55766 appendix C.1 */

/**
 * struct psp_fw_keys - the platform's identity: private keys and certificates
 * @present:	0: nothing of the rest, which is zero then
 * @oca_key:	zero when the OCA is somebody else's
 *
 * Bytes alone: the non-volatile area has them in this form.
 */
struct psp_fw_keys {
	uint8_t present;
	uint8_t pad[3];
	uint8_t oca_key[48], pek_key[48], pdh_key[48];
	uint8_t oca[PSP_FW_CERT_LENGTH], pek[PSP_FW_CERT_LENGTH], pdh[PSP_FW_CERT_LENGTH];
};

/**
 * struct psp_fw - the whole state
 *
 * Hosts may read everything, through the functions below or directly; only the
 * model writes.  @wbinvd_done alone changes outside psp_fw_exec(), atomically.
 */
struct psp_fw {
	const struct psp_fw_ops *ops;
	void *opaque;

	/* Set by psp_fw_init(), constant over psp_fw_reset() */
	uint64_t magic;
	uint32_t size;			/* sizeof(struct psp_fw) */
	uint32_t nr_threads;
	uint32_t generation;
	uint32_t sockets;
	uint32_t nr_asids;
	uint32_t min_sev_asid;
	uint32_t switches;
	uint32_t conditions;
	uint8_t smt, feature_info, has_apic;
	uint8_t cth, tio;
	uint8_t pad0[3];
	uint32_t signature;		/* CPUID 1 EAX */
	uint32_t pad3;
	uint64_t mitigations;		/* that the firmware has, a bit each */
	uint8_t chip_id[PSP_FW_MAX_SOCKETS][64];
	uint8_t chip_secret[32];
	uint16_t thread_ccx[PSP_FW_MAX_THREADS];
	uint32_t thread_apic[PSP_FW_MAX_THREADS];
	uint64_t thread_enabled[PSP_FW_MAX_THREADS / 64];
	struct psp_fw_ccxs ccx_all;	/* those with an enabled thread */

	/* What the platform keeps without power: images, owner, configuration */
	uint64_t current_tcb, committed_tcb;
	uint8_t api_major, api_minor, build, svn;
	uint8_t committed_version[3], committed_svn;
	uint32_t pek_generation, pdh_generation;
	uint8_t owned;			/* PEK_CERT_IMPORT: externally owned */
	uint8_t pad1[7];
	struct psp_fw_keys keys;

	/* From here on: cleared by psp_fw_reset() */
	uint64_t command_count;
	uint64_t reported_tcb;
	uint64_t rmp_tcb;		/* current TCB when the RMP was initialized */
	uint64_t rmp_base, rmp_end;	/* as SNP_INIT found them */
	uint64_t tmr_address, nv_address;
	uint32_t tmr_len, nv_len;
	uint32_t sev_guest_count, snp_guest_count;
	uint8_t sev_state, snp_state;	/* enum psp_platform_state */
	uint8_t rmp_initialized;
	uint8_t es;			/* INIT flag: SEV-ES guests allowed */
	uint8_t mask_chip_id, mask_chip_key;
	uint8_t vlek_loaded;
	uint8_t flushed;		/* a DF_FLUSH succeeded since INIT: TMR usable */
	uint32_t max_snp_asid;		/* 0: ciphertext hiding is off */
	uint32_t pad2;
	uint8_t vlek[48];		/* the private key, if @vlek_loaded */
	uint64_t wbinvd_done[PSP_FW_MAX_THREADS / 64];
	struct psp_fw_asid asid[PSP_FW_MAX_ASID + 1];
	struct psp_fw_sev_guest sev_guest[PSP_FW_MAX_SEV_GUESTS];
	struct psp_fw_snp_guest snp_guest[PSP_FW_MAX_SNP_GUESTS];
};

/**
 * psp_fw_init() - a new platform, powered on
 * @fw:		any memory of sizeof(struct psp_fw)
 * @ops:	kept by reference
 * @opaque:	passed to every callback
 * @config:	copied
 *
 * Return: NULL, or what is wrong with @config in a few words.
 */
const char *psp_fw_init(struct psp_fw *fw, const struct psp_fw_ops *ops, void *opaque,
			const struct psp_fw_config *config);

/**
 * psp_fw_reset() - power cycle: what the platform keeps without power stays
 *
 * RMP and processor registers are the host's to reset.  kexec is not a reset.
 */
void psp_fw_reset(struct psp_fw *fw);

/**
 * psp_fw_check() - whether a state that came from outside is sound
 *
 * Every index and enumeration in range, counts that agree with what they
 * count, sets of core complexes disjoint and within the machine.  After that
 * no function here can go out of bounds.  Looks at neither ops nor opaque.
 *
 * Return: NULL, or what is wrong in a few words.
 */
const char *psp_fw_check(const struct psp_fw *fw);

/**
 * psp_fw_attach() - go on with a state that another process left
 *
 * Call psp_fw_check() first.
 */
void psp_fw_attach(struct psp_fw *fw, const struct psp_fw_ops *ops, void *opaque);

/**
 * psp_fw_image_replace() - another image runs, under what is there already
 * @version:	API major, minor, build
 * @tcb:	its TCB_VERSION
 *
 * As DOWNLOAD_FIRMWARE_EX without COMMIT does it; an older one than what is committed,
 * which no chip would take, is committed.
 *
 * Return: NULL, or what is wrong in a few words.
 */
const char *psp_fw_image_replace(struct psp_fw *fw, const uint8_t version[3], uint64_t tcb);

/**
 * psp_fw_exec() - execute one command
 * @cmd:	enum psp_cmd, or any other number
 * @cmdbuf:	physical address of the command buffer; not read for commands
 *		that have none
 *
 * One at a time: the caller serialises.
 *
 * Return: enum psp_status.
 */
uint32_t psp_fw_exec(struct psp_fw *fw, uint32_t cmd, uint64_t cmdbuf);

/**
 * psp_fw_wbinvd() - a thread executed WBINVD (not WBNOINVD)
 * @thread:	0..nr_threads-1; others are ignored
 *
 * May be called from any host thread at any time, also during psp_fw_exec().
 * A host calls it as well when a thread goes offline or comes online: Linux
 * executes WBINVD on both ways.
 */
void psp_fw_wbinvd(struct psp_fw *fw, unsigned int thread);

/* Has the thread executed WBINVD since it was last marked?  False out of range. */
bool psp_fw_wbinvd_done(const struct psp_fw *fw, unsigned int thread);

/* Does the firmware count the thread? */
bool psp_fw_thread_enabled(const struct psp_fw *fw, unsigned int thread);

/**
 * psp_fw_thread_enable() - count a thread from now on, or no longer
 * @thread:	0..nr_threads-1; others are ignored.  One has to be left
 *
 * A thread that is counted anew owes a WBINVD; if its core complex did not exist
 * before, nothing is known to be flushed there.
 */
void psp_fw_thread_enable(struct psp_fw *fw, unsigned int thread, bool on);

/* Is the core complex in the set? */
static inline bool psp_fw_ccxs_has(const struct psp_fw_ccxs *set, unsigned int ccx)
{
	return ccx < PSP_FW_MAX_CCX && (set->w[ccx / 64] >> (ccx % 64) & 1);
}

/* The flush bookkeeping of an ASID, or NULL out of 1..nr_asids */
const struct psp_fw_asid *psp_fw_asid_sets(const struct psp_fw *fw, uint32_t asid);

/* The SNP guest in slot @idx of 0..PSP_FW_MAX_SNP_GUESTS-1, or NULL if unused or out of range */
const struct psp_fw_snp_guest *psp_fw_snp_guest_at(const struct psp_fw *fw, unsigned int idx);

/* The SNP guest whose context page is at @gctx, or NULL */
const struct psp_fw_snp_guest *psp_fw_snp_guest_find(const struct psp_fw *fw, uint64_t gctx);

/* The SEV guest of @handle, or NULL if there is none */
const struct psp_fw_sev_guest *psp_fw_sev_guest_find(const struct psp_fw *fw, uint32_t handle);

/* What the RMP entry at @pa says, as a page state; asks ops->rmp_get */
enum psp_page_state psp_fw_page_state(struct psp_fw *fw, uint64_t pa);

/* The page state that an entry stands for */
enum psp_page_state psp_fw_rmp_state(const struct psp_fw_rmp *entry);

/**
 * psp_fw_cek() - the chip's endorsement key: the same of the same chip
 * @d:		its private key
 * @cert:	its certificate, without AMD's signature
 *
 * As psp_fw_vcek() and psp_fw_vlek_wrapping_key(), for who stands for AMD and
 * certifies the keys of a chip; none of them changes anything.
 *
 * Return: 0, or -1 without the cryptography.
 */
int psp_fw_cek(const struct psp_fw *fw, uint8_t d[48], uint8_t cert[PSP_FW_CERT_LENGTH]);

/* The chip's versioned key for a TCB_VERSION: private, and its point */
int psp_fw_vcek(const struct psp_fw *fw, uint64_t tcb, uint8_t d[48], uint8_t point[144]);

/*
 * The VLEK that is in the 384 bytes which a wrapped one keeps: private, and its point; -1
 * without cryptography, or if it is no key.
 */
int psp_fw_vlek(const struct psp_fw *fw, const uint8_t plain[384], uint8_t d[48],
		uint8_t point[144]);

/* The key under which SNP_VLEK_LOAD wants a VLEK */
int psp_fw_vlek_wrapping_key(const struct psp_fw *fw, uint8_t key[32]);

/* Names as the documents have them; NULL for numbers without one (status: 0x40+x has none) */
const char *psp_fw_command_name(uint32_t cmd);
const char *psp_fw_status_name(uint32_t status);
const char *psp_fw_page_state_name(enum psp_page_state state);

/* Length of a command's buffer in bytes; 0: none; -1: no such command */
int psp_fw_command_length(uint32_t cmd);

#endif
