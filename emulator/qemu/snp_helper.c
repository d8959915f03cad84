/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * AMD SEV-SNP host emulation for TCG: RMPUPDATE, PSMASH, RMPREAD, WBINVD.
 *
 * The RMP itself and the check of writes are in snp_rmp.c.
 */
#include "qemu/osdep.h"
#include "qemu/main-loop.h"
#include "cpu.h"
#include "exec/helper-proto.h"
#include "tcg/helper-tcg.h"
#include "target/i386/snp.h"
#include "target/i386/snp_compat.h"

struct snp_asids snp_asids = { 509, SNP_MIN_SEV_ASID_DEFAULT };

#define PAGE_4K     4096ULL
#define PAGE_2M     (512 * PAGE_4K)

/* F3 0F 09 is WBNOINVD where CPUID has it, and that proves nothing to the PSP */
void helper_wbinvd(CPUX86State *env, uint32_t repz)
{
    SNPHost *host = env_archcpu(env)->snp;

    if (!host || (repz && (env->features[FEAT_8000_0008_EBX] &
                           CPUID_8000_0008_EBX_WBNOINVD))) {
        return;
    }
    host->wbinvd(host, env_cpu(env));
}

#ifdef TARGET_X86_64
/* OF, SF, ZF, AF and PF follow the returned code; CF stays what it was */
static void snp_set_result(CPUX86State *env, uint32_t ret)
{
    uint32_t carry = cpu_cc_compute_all(env) & CC_C;

    env->regs[R_EAX] = ret;
    env->cc_src = carry | (ret ? 0 : CC_Z) |
                  (ctpop8(ret & 0xff) & 1 ? 0 : CC_P);
    env->cc_op = CC_OP_EFLAGS;
}

/* The instruction exists only while SNP is enabled, and only for CPL 0 */
static void snp_check_enabled(CPUX86State *env, uintptr_t ra)
{
    if (!env_archcpu(env)->snp || !(env->amd_syscfg & SYSCFG_SNP_EN)) {
        raise_exception_ra(env, EXCP06_ILLOP, ra);
    }
    if (env->hflags & HF_CPL_MASK) {
        raise_exception_err_ra(env, EXCP0D_GPF, 0, ra);
    }
}

/* What RMPUPDATE reads from memory at RCX, and RMPREAD writes there */
typedef struct RMPState {
    uint64_t gpa;
    uint8_t assigned, page_size, immutable, reserved;
    uint32_t asid;
} RMPState;

#define STATE_BIT           1
#define STATE_REGION        2       /* in page_size, of RMPREAD */

static RMPState rmp_state_load(CPUX86State *env, uint64_t va, uintptr_t ra)
{
    return (RMPState) {
        .gpa = cpu_ldq_data_ra(env, va, ra),
        .assigned = cpu_ldub_data_ra(env, va + 8, ra) & STATE_BIT,
        .page_size = cpu_ldub_data_ra(env, va + 9, ra) & STATE_BIT,
        .immutable = cpu_ldub_data_ra(env, va + 10, ra) & STATE_BIT,
        .asid = cpu_ldl_data_ra(env, va + 12, ra),
    };
}

/* In two accesses: the first one faults before anything is written, or none */
static void rmp_state_store(CPUX86State *env, uint64_t va, const RMPState *st,
                            uintptr_t ra)
{
    uint64_t second = st->assigned | (uint64_t)st->page_size << 8 |
                      (uint64_t)st->immutable << 16 |
                      (uint64_t)st->asid << 32;

    cpu_stq_data_ra(env, va + 8, second, ra);
    cpu_stq_data_ra(env, va, st->gpa, ra);
}

/* Is the page part of a 2M page of the RMP? */
static bool rmp_in_2m(CPUX86State *env, uint64_t spa)
{
    uint64_t head;

    return snp_rmp_read(env, spa & ~(PAGE_2M - 1), &head) &&
           (head & RMP_ASSIGNED) && (head & RMP_PAGESIZE_2M);
}

static uint32_t rmpupdate_check(CPUX86State *env, uint64_t spa,
                                const RMPState *st)
{
    uint64_t len = st->page_size ? PAGE_2M : PAGE_4K, old;

    if ((spa & (len - 1)) ||
        (!st->assigned && (st->immutable || st->asid)) ||
        st->asid > SNP_MAX_ASID ||
        !snp_rmp_read(env, spa, &old) ||
        !snp_rmp_read(env, spa + len - PAGE_4K, &(uint64_t) { 0 })) {
        return SNP_FAIL_INPUT;
    }
    /* the RMP itself cannot be given away, not even before SNP_INIT */
    if ((old & RMP_IMMUTABLE) || snp_rmp_contains(env, spa, len)) {
        return SNP_FAIL_PERMISSION;
    }
    if (rmp_in_2m(env, spa) != !!st->page_size) {
        /* 4K of a 2M page, or 2M where some 4K pages are */
        return !st->page_size || snp_rmp_region(env, spa) ? SNP_FAIL_OVERLAP :
                                                            SNP_SUCCESS;
    }
    return SNP_SUCCESS;
}

static uint64_t rmp_entry_of(const RMPState *st)
{
    if (!st->assigned) {
        return 0;       /* a hypervisor page has no size either */
    }
    return RMP_ASSIGNED | (uint64_t)st->asid << RMP_ASID_SHIFT |
           (st->gpa & RMP_GPA_MASK) |
           (st->page_size ? RMP_PAGESIZE_2M : 0) |
           (st->immutable ? RMP_IMMUTABLE : 0);
}

static uint32_t rmpupdate(CPUX86State *env, uint64_t spa, const RMPState *st)
{
    uint32_t ret = rmpupdate_check(env, spa, st);
    uint64_t entry = rmp_entry_of(st);
    unsigned i;

    if (ret != SNP_SUCCESS) {
        return ret;
    }
    snp_rmp_set(env, spa, entry);
    if (!entry && st->page_size) {
        for (i = 1; i < 512; i++) {
            snp_rmp_write(env, spa + i * PAGE_4K, 0);
        }
    }
    return SNP_SUCCESS;
}

/* RAX: system physical address, RCX: linear address of the new RMP state */
void helper_rmpupdate(CPUX86State *env)
{
    uintptr_t ra = GETPC();
    uint32_t ret = SNP_FAIL_PERMISSION;
    RMPState st;

    snp_check_enabled(env, ra);
    if (!(env->hflags & HF_GUEST_MASK)) {
        st = rmp_state_load(env, env->regs[R_ECX], ra);
        bql_lock();
        ret = rmpupdate(env, env->regs[R_EAX] & ~(PAGE_4K - 1), &st);
        bql_unlock();
    }
    snp_set_result(env, ret);
}

static uint32_t psmash(CPUX86State *env, uint64_t spa)
{
    uint64_t entry, gpa, flags;
    unsigned i;

    if ((spa & (PAGE_2M - 1)) || !snp_rmp_read(env, spa, &entry) ||
        !snp_rmp_read(env, spa + PAGE_2M - PAGE_4K, &(uint64_t) { 0 })) {
        return SNP_FAIL_INPUT;
    }
    if (!(entry & RMP_ASSIGNED) || !(entry & RMP_PAGESIZE_2M) ||
        (entry & RMP_IMMUTABLE)) {
        return SNP_FAIL_BADADDR;
    }
    gpa = entry & RMP_GPA_MASK;
    flags = entry & ~(RMP_PAGESIZE_2M | RMP_GPA_MASK);
    for (i = 0; i < 512; i++) {
        snp_rmp_write(env, spa + i * PAGE_4K,
                      flags | ((gpa + i * PAGE_4K) & RMP_GPA_MASK));
    }
    return SNP_SUCCESS;
}

/* RAX: system physical address of a 2M page */
void helper_psmash(CPUX86State *env)
{
    uint32_t ret = SNP_FAIL_PERMISSION;

    snp_check_enabled(env, GETPC());
    if (!(env->hflags & HF_GUEST_MASK)) {
        bql_lock();
        ret = psmash(env, env->regs[R_EAX] & ~(PAGE_4K - 1));
        bql_unlock();
    }
    snp_set_result(env, ret);
}

/* RAX: system physical address, RCX: linear address for what the RMP says */
void helper_rmpread(CPUX86State *env)
{
    uint64_t spa = env->regs[R_EAX] & ~(PAGE_4K - 1), entry;
    uint32_t ret = SNP_SUCCESS;
    uintptr_t ra = GETPC();
    RMPState st;

    if (!env_archcpu(env)->snp_rmpread) {
        raise_exception_ra(env, EXCP06_ILLOP, ra);
    }
    snp_check_enabled(env, ra);
    if (env->hflags & HF_GUEST_MASK) {
        ret = SNP_FAIL_PERMISSION;
    } else if (!snp_rmp_read(env, spa, &entry)) {
        ret = SNP_FAIL_INPUT;
    } else {
        st = (RMPState) {
            .gpa = entry & RMP_GPA_MASK,
            .assigned = !!(entry & RMP_ASSIGNED),
            .page_size = !!(entry & RMP_PAGESIZE_2M),
            .immutable = !!(entry & RMP_IMMUTABLE),
            .asid = (entry & RMP_ASID_MASK) >> RMP_ASID_SHIFT,
        };
        if (!(spa & (PAGE_2M - 1)) &&
            snp_rmp_region(env, spa) > st.assigned) {
            st.page_size |= STATE_REGION;   /* others of the 2M are assigned */
        }
        rmp_state_store(env, env->regs[R_ECX], &st, ra);
    }
    snp_set_result(env, ret);
}
#endif
