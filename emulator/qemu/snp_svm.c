/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * AMD SEV-SNP host emulation: what #VMEXIT tells of the guest's instruction.
 * KVM would have to decode it in the guest's memory otherwise, as it may not
 * with SEV.
 *
 * Sources: AMD64 APM volume 2, 15.7.1 (next RIP), 15.8.4 (bytes of the
 * instruction), appendix B (VMCB).
 */
#include "qemu/osdep.h"
#include "cpu.h"
#include "tcg/helper-tcg.h"
#include "target/i386/snp.h"
#include "target/i386/snp_compat.h"

/* Does the guest's instruction end here because it is intercepted? */
static bool exit_is_insn(uint64_t exit_code)
{
    switch (exit_code) {
    case SVM_EXIT_READ_CR0 ... SVM_EXIT_EXCP_BASE - 1:
    case SVM_EXIT_EXCP_BASE + EXCP03_INT3:
    case SVM_EXIT_EXCP_BASE + EXCP04_INTO:
    case SVM_EXIT_EXCP_BASE + EXCP05_BOUND:
    case SVM_EXIT_CR0_SEL_WRITE ... SVM_EXIT_MSR:
    case SVM_EXIT_VMRUN ... SVM_EXIT_XSETBV:
        return true;
    default:
        return false;
    }
}

/* Did the guest's instruction meet a page fault with an operand? */
static bool exit_is_operand(uint64_t exit_code, uint64_t exit_info_1)
{
    return (exit_code == SVM_EXIT_NPF ||
            exit_code == SVM_EXIT_EXCP_BASE + EXCP0E_PAGE) &&
           !(exit_info_1 & PG_ERROR_I_D_MASK);
}

/* Outside 64-bit mode addresses wrap */
static target_ulong code_address(CPUX86State *env, target_ulong addr)
{
    return env->hflags & HF_CS64_MASK ? addr : (uint32_t)addr;
}

/* As many of the instruction's bytes as can be read without a fault */
static uint8_t fetch_insn(CPUX86State *env, uint8_t *bytes, unsigned len)
{
    int mmu_idx = cpu_mmu_index(env_cpu(env), true);
    uint8_t *host = NULL;
    target_ulong addr;
    unsigned n;

    for (n = 0; n < len; n++) {
        addr = code_address(env, env->segs[R_CS].base + env->eip + n);
        if ((!host || !(addr & ~TARGET_PAGE_MASK)) &&
            (probe_access_flags(env, addr, 0, MMU_INST_FETCH, mmu_idx, true,
                                (void **)&host, 0) || !host)) {
            break;
        }
        bytes[n] = *host++;
    }
    return n;
}

void snp_vmexit_insn(CPUX86State *env, uint64_t exit_code,
                     uint64_t exit_info_1)
{
    uint8_t insn[1 + sizeof_field(struct vmcb, control.insn_bytes)] = { 0 };
    CPUState *cs = env_cpu(env);
    uint64_t rip = 0;
    unsigned i;

    if (env->features[FEAT_SVM] & CPUID_SVM_NRIPSAVE) {
        if (exit_is_insn(exit_code)) {
            rip = code_address(env, env->eip + env->svm_insn_len);
        }
        x86_stq_phys(cs, env->vm_vmcb +
                     offsetof(struct vmcb, control.next_rip), rip);
    }
    if (env->features[FEAT_SVM] & CPUID_SVM_DECODEASSIST) {
        if (exit_is_operand(exit_code, exit_info_1)) {
            insn[0] = fetch_insn(env, insn + 1, sizeof(insn) - 1);
        }
        for (i = 0; i <= insn[0]; i++) {
            x86_stb_phys(cs, env->vm_vmcb +
                         offsetof(struct vmcb, control.insn_len) + i, insn[i]);
        }
    }
}
