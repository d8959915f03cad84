/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * Maintenance interface of the AMD SEV firmware driver: /dev/sev-debug
 *
 * Every structure starts with @size, which the caller sets to the size that it
 * was built with.  A newer kernel takes a shorter structure (never one shorter
 * than that of ABI version 1); an older kernel takes a longer one whose tail is
 * zero, up to a page, else E2BIG: the rules of copy_struct_from_user().
 *
 * Request numbers do not carry a size, so that a structure can grow.
 *
 * Return convention, that of SEV_ISSUE_CMD: ioctl() returns 0, or -1 with
 * errno.  The structure is copied back in both cases once it was read and
 * found well-formed, so that a firmware status is never lost.  EIO with a
 * status other than 0 and SEV_DBG_NO_FW_CALL is the firmware's refusal; any
 * other EIO is a failure of the driver.  EBUSY always comes with a reason.
 * EINTR: a signal came before anything was done.  ETIMEDOUT: the firmware did
 * not answer (status SEV_DBG_NO_FW_CALL), and the driver gives it up.
 *
 * Guests are named by ids that are never used twice while the module stays
 * loaded.  No physical address goes in or comes out.
 */
#ifndef _UAPI_LINUX_SEV_DEBUG_H
#define _UAPI_LINUX_SEV_DEBUG_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define SEV_DBG_ABI_VERSION	1
#define SEV_DBG_NO_FW_CALL	0xffffffffU	/* no firmware status: firmware not called */

/**
 * struct sev_dbg_result - outcome of a firmware command, or of a run of equal ones
 * @cmd:	firmware command id (AMD 56860, 55766), 0 if none was issued
 * @err:	0 or a negative errno of the driver
 * @status:	firmware status or SEV_DBG_NO_FW_CALL
 * @count:	how many consecutive commands with this same outcome it stands for
 * @duration_ns: total time from the call to the answer
 * @fw_ext:	what the firmware left in CMDBUFF_ADDR_Hi:Lo beside a @status other
 *		than 0; 0 if it left the registers alone
 */
struct sev_dbg_result {
	__u32 cmd;
	__s32 err;
	__u32 status;
	__u32 count;
	__u64 duration_ns;
	__u64 fw_ext;
};

/* Why a request was refused, or failed: sev_dbg_*.reason */
#define SEV_DBG_R_NONE		0
#define SEV_DBG_R_GUESTS	1	/* EBUSY: live guests, and SEV_DBG_C_LIVE not given */
#define SEV_DBG_R_TOMBSTONES	2	/* EBUSY: KVM still holds guests that ended here */
#define SEV_DBG_R_TRACK_LOST	3	/* EBUSY: the guest list is incomplete */
#define SEV_DBG_R_BUFFERS	4	/* EBUSY: firmware owns TMR or NV buffer: SEV first */
#define SEV_DBG_R_TIO		5	/* EBUSY: SEV-TIO is up, or INIT would bring it up */
#define SEV_DBG_R_INIT_LOCKED	6	/* EBUSY: INIT locked out until kvm_amd is reloaded */
#define SEV_DBG_R_SVM_ON	7	/* EBUSY: INIT would clear VM_HSAVE_PA under a live KVM */
#define SEV_DBG_R_PSP_DEAD	8	/* EBUSY: a command timed out earlier: cold reboot */
#define SEV_DBG_R_CPUS_OFFLINE	9	/* EOPNOTSUPP: INIT needs every present CPU online */
#define SEV_DBG_R_RUNNING	10	/* EBUSY: launch finished, SEV_DBG_D_RUNNING not given */
#define SEV_DBG_R_IOMMU		11	/* EIO: SNP is down, but the IOMMU still holds its pages */
#define SEV_DBG_R_CTH		12	/* EOPNOTSUPP: only kvm_amd's INIT can hide ciphertexts */

/* sev_dbg_info.features */
#define SEV_DBG_F_GUEST_LIST	(1U << 0)
#define SEV_DBG_F_STRICT	(1U << 1)
#define SEV_DBG_F_WBINVD_ALL	(1U << 2)
#define SEV_DBG_F_GUEST_STATUS	(1U << 3)
#define SEV_DBG_F_FW_EXT	(1U << 4)	/* sev_dbg_result.fw_ext is filled in */
#define SEV_DBG_F_TRACE		(1U << 5)

/* sev_dbg_info.state */
#define SEV_DBG_S_PSP_DEAD	(1U << 0)	/* a command timed out; cold reboot */
#define SEV_DBG_S_SNP_INIT	(1U << 1)	/* driver: SNP is initialized */
#define SEV_DBG_S_SVM_ON	(1U << 2)	/* EFER.SVME is set on some CPU: KVM is live */
#define SEV_DBG_S_INIT_LOCKED	(1U << 3)	/* INIT refused until kvm_amd is reloaded */
#define SEV_DBG_S_TRACK_LOST	(1U << 4)	/* the guest list is incomplete */
#define SEV_DBG_S_BUFFERS	(1U << 5)	/* the firmware owns a TMR or NV buffer */
#define SEV_DBG_S_SNP_HOST	(1U << 6)	/* the kernel runs as an SNP host (SNP_EN) */
#define SEV_DBG_S_IOMMU_STUCK	(1U << 7)	/* see SEV_DBG_R_IOMMU; until SNP comes up again */
#define SEV_DBG_S_TIO		(1U << 8)	/* SEV-TIO is up */
#define SEV_DBG_S_CTH		(1U << 9)	/* ciphertext hiding is available, see R_CTH */
#define SEV_DBG_S_X86_SHUTDOWN	(1U << 10)	/* with SVM off, SHUTDOWN ends RMP enforcement */

/* sev_dbg_info.fw_*_state; values of the firmware otherwise (0 UNINIT, 1 INIT, 2 WORKING) */
#define SEV_DBG_FW_UNKNOWN	0xffffffffU

/**
 * struct sev_dbg_info - what driver and firmware believe
 * @size:	sizeof(struct sev_dbg_info)
 * @flags:	in: 0
 * @abi_version: SEV_DBG_ABI_VERSION of the kernel
 * @features:	SEV_DBG_F_*
 * @state:	SEV_DBG_S_*
 * @api_major:	firmware API version, as the driver read it
 * @api_minor:	"
 * @build:	firmware build
 * @rsvd:	0
 * @nr_snp_guests: SNP guest contexts alive
 * @nr_sev_guests: SEV and SEV-ES guests alive
 * @nr_snp_tombstones: SNP contexts decommissioned here that KVM has not torn down yet
 * @nr_sev_tombstones: SEV guests that a SHUTDOWN here took with it, same
 * @fw_snp_state: SNP state in the firmware, SEV_DBG_FW_UNKNOWN if it did not say. It is
 *		not asked while an SNP_DF_FLUSH of the initialization is missing: INIT
 * @fw_sev_state: SEV state in the firmware, same
 * @leaked_pages: 4K pages of the driver's that are never freed because they could
 *		not be taken back from the firmware; since the module was loaded.
 *		Those that KVM leaks are in the kernel log only
 *
 * Asks the firmware for its states, with a few commands.  Driver and
 * firmware can differ: a kvm_amd load whose SNP_DF_FLUSH fails leaves
 * the firmware in INIT and SEV_DBG_S_SNP_INIT clear.
 */
struct sev_dbg_info {
	__u32 size;
	__u32 flags;
	__u32 abi_version;
	__u32 features;
	__u32 state;
	__u8  api_major;
	__u8  api_minor;
	__u8  build;
	__u8  rsvd;
	__u32 nr_snp_guests;
	__u32 nr_sev_guests;
	__u32 nr_snp_tombstones;
	__u32 nr_sev_tombstones;
	__u32 fw_snp_state;
	__u32 fw_sev_state;
	__u64 leaked_pages;
};

/* sev_dbg_guest.kind; SEV-ES is SEV with policy bit 2 (AMD 55766) */
#define SEV_DBG_KIND_SEV	1
#define SEV_DBG_KIND_SNP	2

/* sev_dbg_guest.flags */
#define SEV_DBG_G_LAUNCHED	(1U << 0)	/* LAUNCH_START done */
#define SEV_DBG_G_ACTIVE	(1U << 1)	/* bound to @asid */
#define SEV_DBG_G_RUNNING	(1U << 2)	/* LAUNCH_FINISH or RECEIVE_FINISH done */
#define SEV_DBG_G_TOMBSTONE	(1U << 3)	/* gone from the firmware, still held by KVM */

/**
 * struct sev_dbg_guest - a guest context that the firmware, or KVM, still holds
 * @id:		never used twice while the module stays loaded
 * @kind:	SEV_DBG_KIND_*
 * @flags:	SEV_DBG_G_*
 * @asid:	0 if not bound
 * @handle:	SEV only
 * @policy:	as given to LAUNCH_START (SEV: 32 bits)
 * @tgid:	process that created it, in the initial pid namespace
 * @rsvd:	0
 * @created_boot_ns: CLOCK_BOOTTIME at creation
 * @comm:	name of that process then; NUL-terminated
 */
struct sev_dbg_guest {
	__u64 id;
	__u32 kind;
	__u32 flags;
	__u32 asid;
	__u32 handle;
	__u64 policy;
	__s32 tgid;
	__u32 rsvd;
	__u64 created_boot_ns;
	__u8  comm[16];
};

/**
 * struct sev_dbg_guest_list - the guests, oldest first
 * @size:	sizeof(struct sev_dbg_guest_list)
 * @flags:	in: 0
 * @entry_size:	in: sizeof(struct sev_dbg_guest) of the caller
 * @capacity:	in: entries that fit at @entries
 * @count:	out: entries written
 * @total:	out: entries there are
 * @entries:	in: user address
 */
struct sev_dbg_guest_list {
	__u32 size;
	__u32 flags;
	__u32 entry_size;
	__u32 capacity;
	__u32 count;
	__u32 total;
	__aligned_u64 entries;
};

/* sev_dbg_guest_cmd.flags */
#define SEV_DBG_D_RUNNING	(1U << 0)	/* also a guest whose launch is finished */

/**
 * struct sev_dbg_guest_cmd - SNP_DECOMMISSION of one context
 * @size:	sizeof(struct sev_dbg_guest_cmd)
 * @flags:	SEV_DBG_D_*
 * @id:		which guest
 * @result:	out
 * @reason:	out: SEV_DBG_R_*
 * @rsvd:	0
 *
 * ENOENT: no such id; EOPNOTSUPP: not an SNP guest (the firmware uses SEV
 * handles again; SHUTDOWN with SEV_DBG_C_LEGACY ends all of them); EALREADY:
 * decommissioned here before.
 */
struct sev_dbg_guest_cmd {
	__u32 size;
	__u32 flags;
	__u64 id;
	struct sev_dbg_result result;
	__u32 reason;
	__u32 rsvd;
};

/**
 * struct sev_dbg_guest_status - (SNP_)GUEST_STATUS of one guest
 * @size:	sizeof(struct sev_dbg_guest_status)
 * @flags:	in: 0
 * @id:		which guest
 * @result:	out
 * @reason:	out: SEV_DBG_R_*
 * @kind:	out: SEV_DBG_KIND_*
 * @state:	out: as the firmware says it; AMD 56860 (SNP: 0 INIT, 1 LAUNCH,
 *		2 RUNNING), AMD 55766 (SEV: 0 INVALID, 1 LUPDATE, 2 LSECRET,
 *		3 RUNNING, 4 SUPDATE, 5 RUPDATE, 6 SENT)
 * @asid:	out: 0 if not bound
 * @policy:	out
 * @vcek_dis:	out: SNP: 1 if the guest may not use the VCEK
 * @rsvd:	0
 *
 * ENOENT: no such id, or a tombstone: the firmware knows it no longer.
 */
struct sev_dbg_guest_status {
	__u32 size;
	__u32 flags;
	__u64 id;
	struct sev_dbg_result result;
	__u32 reason;
	__u32 kind;
	__u32 state;
	__u32 asid;
	__u64 policy;
	__u32 vcek_dis;
	__u32 rsvd;
};

/**
 * struct sev_dbg_wbinvd - WBINVD on the calling CPU
 * @size:	sizeof(struct sev_dbg_wbinvd)
 * @flags:	in: 0
 * @cpu:	in: CPU that the caller is pinned to; out: where it ran
 * @rsvd:	0
 * @duration_ns: out
 *
 * EINVAL with the actual CPU in @cpu unless the caller may run on @cpu only.
 */
struct sev_dbg_wbinvd {
	__u32 size;
	__u32 flags;
	__u32 cpu;
	__u32 rsvd;
	__u64 duration_ns;
};

/**
 * struct sev_dbg_wbinvd_all - WBINVD on all online CPUs, by the kernel's broadcast
 * @size:	sizeof(struct sev_dbg_wbinvd_all)
 * @flags:	in: 0
 * @nr_cpus:	out: CPUs online
 * @nr_present:	out: CPUs present; those offline were not reached
 * @duration_ns: out
 */
struct sev_dbg_wbinvd_all {
	__u32 size;
	__u32 flags;
	__u32 nr_cpus;
	__u32 nr_present;
	__u64 duration_ns;
};

/* sev_dbg_cmd.flags; without STRICT the driver flushes as it needs to */
#define SEV_DBG_C_LEGACY	(1U << 0)	/* DF_FLUSH, SHUTDOWN: of SEV, not SNP */
#define SEV_DBG_C_STRICT	(1U << 1)	/* SHUTDOWN: one SNP_SHUTDOWN_EX alone */
#define SEV_DBG_C_LIVE		(1U << 2)	/* SHUTDOWN: even with live or unlisted guests */
#define SEV_DBG_C_TOMBSTONES	(1U << 3)	/* SHUTDOWN: even with tombstones */

/**
 * struct sev_dbg_cmd - DF_FLUSH, SHUTDOWN, INIT
 * @size:	sizeof(struct sev_dbg_cmd)
 * @flags:	SEV_DBG_C_*; LEGACY and STRICT exclude each other
 * @result:	out: the last command that failed, else the last of substance
 * @reason:	out: SEV_DBG_R_*
 * @trace_entry_size: in: sizeof(struct sev_dbg_result) of the caller, 0 without @trace
 * @trace_capacity: in: entries that fit at @trace
 * @trace_count: out: entries written
 * @trace_total: out: entries there are
 * @rsvd:	0
 * @trace:	in: user address of struct sev_dbg_result[], or 0
 *
 * The trace lists every firmware command that the driver issued for the call,
 * in the order of completion, equal neighbours folded; the duration of a command
 * contains that of SNP_PAGE_RECLAIMs nested in it.  @trace is checked for access
 * before anything is done.
 */
struct sev_dbg_cmd {
	__u32 size;
	__u32 flags;
	struct sev_dbg_result result;
	__u32 reason;
	__u32 trace_entry_size;
	__u32 trace_capacity;
	__u32 trace_count;
	__u32 trace_total;
	__u32 rsvd;
	__aligned_u64 trace;
};

/**
 * struct sev_dbg_trace_entry - a firmware command that ended
 * @seq:	counts commands in the order of completion, without gaps as long as the
 *		module stays loaded; no number comes twice in a boot
 * @time_ns:	CLOCK_BOOTTIME when it began
 * @duration_ns: from the call to the answer, SNP_PAGE_RECLAIMs nested in it included
 * @fw_ext:	as in struct sev_dbg_result
 * @cmd:	"
 * @err:	"
 * @status:	"
 * @cpu:	that it was issued from
 * @tgid:	process on whose behalf, in the initial pid namespace
 * @rsvd:	0
 * @comm:	name of that process; NUL-terminated
 */
struct sev_dbg_trace_entry {
	__u64 seq;
	__u64 time_ns;
	__u64 duration_ns;
	__u64 fw_ext;
	__u32 cmd;
	__s32 err;
	__u32 status;
	__u32 cpu;
	__s32 tgid;
	__u32 rsvd;
	__u8  comm[16];
};

/**
 * struct sev_dbg_trace - the last commands that the driver issued, for whomever
 * @size:	sizeof(struct sev_dbg_trace)
 * @flags:	in: 0
 * @entry_size:	in: sizeof(struct sev_dbg_trace_entry) of the caller
 * @capacity:	in: entries that fit at @entries
 * @count:	out: entries written
 * @rsvd:	0
 * @after:	in: only commands whose seq is higher; 0 for all that are kept
 * @first:	out: seq of the first command since the module was loaded, 0 if none was
 * @last:	out: seq of the last one that ended, same
 * @running_cmd: out: the command that the driver waits for, 0 for none
 * @running_tgid: out: process on whose behalf
 * @running_since_ns: out: CLOCK_BOOTTIME when it began
 * @entries:	in: user address
 *
 * A fixed number is kept; @entries gets the oldest of them first. What was lost
 * since @after shows in a seq that is higher than the next one and than @first.
 * Does not wait for a command that hangs.  Commands that were issued in a panic
 * are not noted.
 */
struct sev_dbg_trace {
	__u32 size;
	__u32 flags;
	__u32 entry_size;
	__u32 capacity;
	__u32 count;
	__u32 rsvd;
	__u64 after;
	__u64 first;
	__u64 last;
	__u32 running_cmd;
	__s32 running_tgid;
	__u64 running_since_ns;
	__aligned_u64 entries;
};

#define SEV_DBG_IOC_TYPE	0xB9
#define SEV_DBG_GET_INFO	_IO(SEV_DBG_IOC_TYPE, 0x00)
#define SEV_DBG_GUEST_LIST	_IO(SEV_DBG_IOC_TYPE, 0x01)
#define SEV_DBG_DECOMMISSION	_IO(SEV_DBG_IOC_TYPE, 0x02)
#define SEV_DBG_WBINVD		_IO(SEV_DBG_IOC_TYPE, 0x03)
#define SEV_DBG_WBINVD_ALL	_IO(SEV_DBG_IOC_TYPE, 0x04)
#define SEV_DBG_DF_FLUSH	_IO(SEV_DBG_IOC_TYPE, 0x05)
#define SEV_DBG_SHUTDOWN	_IO(SEV_DBG_IOC_TYPE, 0x06)
#define SEV_DBG_INIT		_IO(SEV_DBG_IOC_TYPE, 0x07)
#define SEV_DBG_GUEST_STATUS	_IO(SEV_DBG_IOC_TYPE, 0x08)
#define SEV_DBG_TRACE		_IO(SEV_DBG_IOC_TYPE, 0x09)

#endif /* _UAPI_LINUX_SEV_DEBUG_H */
