/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * AMD SEV-SNP host emulation for TCG: RMPUPDATE, PSMASH, WBINVD, RMP check.
 *
 * The RMP is enforced for writes of the hypervisor only, at the time a TLB
 * entry is filled (see excp_helper.c).
 */
#include "qemu/osdep.h"
#include "qemu/main-loop.h"
#include "cpu.h"
#include "exec/helper-proto.h"
#include "exec/cpu_ldst.h"
#include "exec/exec-all.h"
#include "exec/cputlb.h"
#include "exec/address-spaces.h"
#include "tcg/helper-tcg.h"
#include "target/i386/snp.h"

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

/* Physical address of the RMP entry for @pa; 0 if there is none */
static uint64_t rmp_entry_pa(CPUX86State *env, uint64_t pa)
{
    uint64_t base = env->amd_rmp_base, entry;

    if (!base || (pa >> 52)) {
        return 0;
    }
    entry = base + RMP_BOOKKEEPING + pa / PAGE_4K * RMP_ENTRY_SIZE;
    return entry + RMP_ENTRY_SIZE - 1 <= env->amd_rmp_end ? entry : 0;
}

bool snp_rmp_read(CPUX86State *env, uint64_t pa, uint64_t *entry)
{
    uint64_t a = rmp_entry_pa(env, pa);
    uint64_t raw;

    if (!a || address_space_read(&address_space_memory, a,
                                 MEMTXATTRS_UNSPECIFIED, &raw, sizeof(raw))) {
        return false;
    }
    *entry = le64_to_cpu(raw);
    return true;
}

static void rmp_flush_work(CPUState *cs, run_on_cpu_data data)
{
    qatomic_xchg(&X86_CPU(cs)->snp_flush_queued, false);
    tlb_flush(cs);
}

/*
 * tlb_flush() may only be called in the thread of that vCPU, and this may be
 * the thread of the PSP device or of another vCPU.  One queued flush per vCPU
 * is enough: SNP_INIT changes thousands of entries at a time.
 */
static void rmp_flush_tlbs(void)
{
    CPUState *cs;

    CPU_FOREACH(cs) {
        X86CPU *cpu = X86_CPU(cs);

        if (!cpu->snp_rmp_check) {
            continue;
        }
        if (!cs->created || qemu_cpu_is_self(cs)) {
            tlb_flush(cs);
        } else if (!qatomic_xchg(&cpu->snp_flush_queued, true)) {
            async_run_on_cpu(cs, rmp_flush_work, RUN_ON_CPU_NULL);
        }
    }
}

static void rmp_count_asid(SNPHost *host, uint64_t entry, int delta)
{
    uint64_t asid = (entry & RMP_ASID_MASK) >> RMP_ASID_SHIFT;

    if ((entry & RMP_ASSIGNED) && asid <= SNP_MAX_ASID) {
        host->asid_pages[asid] += delta;
    }
}

bool snp_rmp_write(CPUX86State *env, uint64_t pa, uint64_t entry)
{
    SNPHost *host = env_archcpu(env)->snp;
    uint64_t a = rmp_entry_pa(env, pa);
    uint64_t region = pa / PAGE_2M;
    uint64_t raw[2] = { cpu_to_le64(entry), 0 };
    uint64_t old;

    if (!a || !snp_rmp_read(env, pa, &old) ||
        address_space_write(&address_space_memory, a, MEMTXATTRS_UNSPECIFIED,
                            raw, sizeof(raw))) {
        return false;
    }
    rmp_count_asid(host, old, -1);
    rmp_count_asid(host, entry, 1);
    if (!((old ^ entry) & RMP_ASSIGNED)) {
        return true;
    }
    if (region < host->nr_assigned) {
        host->assigned[region] += entry & RMP_ASSIGNED ? 1 : -1;
    }
    /*
     * Only a page that becomes assigned can be in a TLB with too many rights;
     * a write to a page without the right refills the TLB anyway.
     */
    if (entry & RMP_ASSIGNED) {
        rmp_flush_tlbs();
    }
    return true;
}

bool snp_rmp_zero(CPUX86State *env)
{
    SNPHost *host = env_archcpu(env)->snp;
    uint64_t first = env->amd_rmp_base + RMP_BOOKKEEPING;

    if (!env->amd_rmp_base || env->amd_rmp_end <= first ||
        address_space_set(&address_space_memory, first, 0,
                          env->amd_rmp_end + 1 - first,
                          MEMTXATTRS_UNSPECIFIED)) {
        return false;
    }
    memset(host->assigned, 0, host->nr_assigned * sizeof(*host->assigned));
    memset(host->asid_pages, 0, sizeof(host->asid_pages));
    rmp_flush_tlbs();
    return true;
}

bool snp_write_denied(CPUX86State *env, uint64_t pa, uint64_t page_size)
{
    SNPHost *host = env_archcpu(env)->snp;
    uint64_t region = pa / PAGE_2M;
    uint64_t entry;

    if (!host) {
        return false;
    }
    if (pa >= (env->amd_rmp_base & ~(PAGE_4K - 1)) && pa <= env->amd_rmp_end) {
        return true;
    }
    if (region >= host->nr_assigned ||
        !qatomic_read(&host->assigned[region])) {
        return false;
    }
    if (page_size > PAGE_4K) {
        return true;
    }
    return snp_rmp_read(env, pa, &entry) && (entry & RMP_ASSIGNED);
}

#ifdef TARGET_X86_64
static void snp_set_result(CPUX86State *env, uint32_t ret)
{
    env->regs[R_EAX] = ret;
    /* ZF and the others follow the returned code; CF is left clear */
    env->cc_src = ret ? 0 : CC_Z;
    env->cc_op = CC_OP_EFLAGS;
}

static void snp_check_enabled(CPUX86State *env, uintptr_t ra)
{
    if (!env_archcpu(env)->snp || !(env->amd_syscfg & SYSCFG_SNP_EN) ||
        (env->hflags & HF_GUEST_MASK)) {
        raise_exception_ra(env, EXCP06_ILLOP, ra);
    }
}

/* What RMPUPDATE reads from memory at RCX */
typedef struct RMPState {
    uint64_t gpa;
    bool assigned, page_2m, immutable;
    uint32_t asid;
} RMPState;

static RMPState rmp_state_load(CPUX86State *env, uint64_t va, uintptr_t ra)
{
    return (RMPState) {
        .gpa = cpu_ldq_data_ra(env, va, ra),
        .assigned = cpu_ldub_data_ra(env, va + 8, ra) & 1,
        .page_2m = cpu_ldub_data_ra(env, va + 9, ra) & 1,
        .immutable = cpu_ldub_data_ra(env, va + 10, ra) & 1,
        .asid = cpu_ldl_data_ra(env, va + 12, ra),
    };
}

/* Would the new entry cover pages that an entry of the other size covers? */
static bool rmp_overlaps(CPUX86State *env, uint64_t spa, bool page_2m)
{
    uint64_t entry;
    unsigned i;

    if (!snp_rmp_read(env, spa & ~(PAGE_2M - 1), &entry)) {
        return false;
    }
    if (entry & RMP_PAGESIZE_2M) {
        return !page_2m && (entry & RMP_ASSIGNED);
    }
    for (i = 0; page_2m && i < 512; i++) {
        if (snp_rmp_read(env, spa + i * PAGE_4K, &entry) &&
            (entry & RMP_ASSIGNED)) {
            return true;
        }
    }
    return false;
}

static uint64_t rmp_entry_of(const RMPState *st, unsigned i)
{
    uint64_t entry = st->immutable ? RMP_IMMUTABLE : 0;

    if (!st->assigned) {
        return entry;   /* has no meaningful page size either */
    }
    entry |= RMP_ASSIGNED | (uint64_t)st->asid << RMP_ASID_SHIFT;
    entry |= ((st->gpa / PAGE_4K + i) << RMP_GPA_SHIFT) & RMP_GPA_MASK;
    /* the first entry of a 2M page speaks for all of it */
    return st->page_2m && !i ? entry | RMP_PAGESIZE_2M : entry;
}

static uint32_t rmpupdate(CPUX86State *env, uint64_t spa, const RMPState *st)
{
    unsigned i, n = st->page_2m ? 512 : 1;
    uint64_t entry;

    if ((spa & (n * PAGE_4K - 1)) || (!st->assigned && st->asid) ||
        st->asid > SNP_MAX_ASID ||
        !rmp_entry_pa(env, spa + (n - 1) * PAGE_4K)) {
        return SNP_FAIL_INPUT;
    }
    /* the RMP itself cannot be assigned again */
    if (spa <= env->amd_rmp_end && spa + n * PAGE_4K > env->amd_rmp_base) {
        return SNP_FAIL_PERMISSION;
    }
    if (rmp_overlaps(env, spa, st->page_2m)) {
        return SNP_FAIL_OVERLAP;
    }
    if (!snp_rmp_read(env, spa, &entry) || (entry & RMP_IMMUTABLE)) {
        return SNP_FAIL_PERMISSION;
    }
    for (i = 0; i < n; i++) {
        snp_rmp_write(env, spa + i * PAGE_4K, rmp_entry_of(st, i));
    }
    return SNP_SUCCESS;
}

/* RAX: system physical address, RCX: linear address of the new RMP state */
void helper_rmpupdate(CPUX86State *env)
{
    uintptr_t ra = GETPC();
    uint32_t ret;
    RMPState st;

    snp_check_enabled(env, ra);
    st = rmp_state_load(env, env->regs[R_ECX], ra);
    bql_lock();
    ret = rmpupdate(env, env->regs[R_EAX], &st);
    bql_unlock();
    snp_set_result(env, ret);
}

static uint32_t psmash(CPUX86State *env, uint64_t spa)
{
    uint64_t entry, gpa, flags;
    unsigned i;

    if ((spa & (PAGE_2M - 1)) ||
        !rmp_entry_pa(env, spa + PAGE_2M - PAGE_4K) ||
        !snp_rmp_read(env, spa, &entry)) {
        return SNP_FAIL_INPUT;
    }
    if (!(entry & RMP_ASSIGNED) || !(entry & RMP_PAGESIZE_2M)) {
        return SNP_FAIL_INPUT;
    }
    if (entry & RMP_IMMUTABLE) {
        return SNP_FAIL_PERMISSION;
    }
    gpa = entry & RMP_GPA_MASK;
    flags = entry & ~(RMP_PAGESIZE_2M | RMP_GPA_MASK);
    for (i = 0; i < 512; i++) {
        snp_rmp_write(env, spa + i * PAGE_4K,
                      flags | ((gpa + ((uint64_t)i << RMP_GPA_SHIFT)) &
                               RMP_GPA_MASK));
    }
    return SNP_SUCCESS;
}

/* RAX: system physical address of a 2M page */
void helper_psmash(CPUX86State *env)
{
    uint32_t ret;

    snp_check_enabled(env, GETPC());
    bql_lock();
    ret = psmash(env, env->regs[R_EAX]);
    bql_unlock();
    snp_set_result(env, ret);
}
#endif
