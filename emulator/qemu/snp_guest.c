/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * AMD SEV-SNP guest emulation for TCG: VMGEXIT, PVALIDATE, RMPADJUST.
 *
 * What a hypervisor answers is the business of the device amd-psp-guest.
 *
 * Sources: AMD64 APM volume 3 (VMGEXIT, PVALIDATE, RMPADJUST).
 */
#include "qemu/osdep.h"
#include "qemu/main-loop.h"
#include "cpu.h"
#include "exec/helper-proto.h"
#include "tcg/helper-tcg.h"
#include "target/i386/snp.h"
#include "target/i386/snp_compat.h"

/* F3 0F 01 D9; whoever is no guest with SEV-ES has VMMCALL of it */
void helper_vmgexit(CPUX86State *env)
{
    SNPVMM *vmm = env_archcpu(env)->snp_vmm;
    uintptr_t ra = GETPC();

    if (!vmm) {
        if (env->hflags & HF_SVME_MASK) {
            cpu_svm_check_intercept_param(env, SVM_EXIT_VMMCALL, 0, ra);
        }
        raise_exception_ra(env, EXCP06_ILLOP, ra);
    }
    bql_lock();
    vmm->vmgexit(vmm, env);
    bql_unlock();
}

#ifdef TARGET_X86_64
/* OF, SF, ZF, AF and PF follow the returned code; CF is given */
static void guest_set_result(CPUX86State *env, uint32_t ret, bool carry)
{
    env->regs[R_EAX] = ret;
    env->cc_src = (carry ? CC_C : 0) | (ret ? 0 : CC_Z) |
                  (ctpop8(ret & 0xff) & 1 ? 0 : CC_P);
    env->cc_op = CC_OP_EFLAGS;
}

static SNPVMM *guest_check(CPUX86State *env, uintptr_t ra)
{
    if (!env_archcpu(env)->snp_vmm) {
        raise_exception_ra(env, EXCP06_ILLOP, ra);
    }
    if (env->hflags & HF_CPL_MASK) {
        raise_exception_err_ra(env, EXCP0D_GPF, 0, ra);
    }
    return env_archcpu(env)->snp_vmm;
}

/* The guest physical address of what the instruction is about */
static uint64_t guest_address(CPUX86State *env, uint64_t va, uintptr_t ra)
{
    CPUTLBEntryFull *full;
    void *host;

    probe_access_full(env, va, 0, MMU_DATA_LOAD,
                      cpu_mmu_index(env_cpu(env), false), false, &host, &full,
                      ra);
    return full->phys_addr & TARGET_PAGE_MASK;
}

/* RAX: linear address, RCX: 2M, RDX: validate or rescind; CF: it was so */
void helper_pvalidate(CPUX86State *env)
{
    uintptr_t ra = GETPC();
    SNPVMM *vmm = guest_check(env, ra);
    uint64_t gpa = guest_address(env, env->regs[R_EAX], ra);
    bool large = env->regs[R_ECX] & 1, carry = false;
    uint32_t ret;

    bql_lock();
    ret = vmm->pvalidate(vmm, gpa, large, env->regs[R_EDX] & 1, &carry);
    bql_unlock();
    guest_set_result(env, ret, carry);
}

/* At VMPL 0 the permissions of the other VMPLs, which nobody here is at */
void helper_rmpadjust(CPUX86State *env)
{
    uintptr_t ra = GETPC();
    bool carry = cpu_cc_compute_all(env) & CC_C;

    guest_check(env, ra);
    guest_set_result(env, env->regs[R_EDX] & 0xff ? SNP_SUCCESS :
                                                    SNP_FAIL_PERMISSION, carry);
}
#endif
