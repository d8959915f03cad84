/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An SNP guest's surroundings: what the hypervisor does about a VMGEXIT.
 *
 * Little, as the guest has nobody else to ask for: nothing is intercepted, and
 * so there is no event of an intercept.  Requests to the firmware are passed on
 * as KVM does.
 *
 * Source: AMD 56421 (GHCB specification), 2.3.1 and 4; Linux 6.12,
 * arch/x86/kvm/svm/sev.c.
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "exec/target_page.h"
#include "system/runstate.h"
#include "amd_psp_guest.h"

#define PAGE_4K             4096ULL

/* What the GHCB MSR has in its low 12 bits when it is no GHCB's address */
#define MSR_INFO_MASK       0xfffULL
#define MSR_SEV_INFO_RESP   0x001
#define MSR_SEV_INFO        0x002
#define MSR_CPUID           0x004
#define MSR_CPUID_RESP      0x005
#define MSR_PREFERRED       0x010
#define MSR_PREFERRED_RESP  0x011
#define MSR_REGISTER        0x012
#define MSR_REGISTER_RESP   0x013
#define MSR_PSC             0x014
#define MSR_PSC_RESP        0x015
#define MSR_FEATURES        0x080
#define MSR_FEATURES_RESP   0x081
#define MSR_TERMINATE       0x100

#define PROTOCOL            2ULL        /* versions of the protocol: this one */
#define FEATURE_SNP         1ULL
#define PSC_PRIVATE         1
#define PSC_SHARED          2

/* Offsets in the GHCB */
#define GHCB_RAX            0x1f8
#define GHCB_RBX            0x318
#define GHCB_EXIT_CODE      0x390
#define GHCB_INFO_1         0x398
#define GHCB_INFO_2         0x3a0
#define GHCB_SCRATCH        0x3a8
#define GHCB_VALID          0x3f0
#define GHCB_USAGE          0xffc

#define EVENT_NMI_COMPLETE  0x80000003
#define EVENT_PSC           0x80000010
#define EVENT_REQUEST       0x80000011
#define EVENT_EXT_REQUEST   0x80000012
#define EVENT_FEATURES      0x8000fffd
#define EVENT_TERMINATE     0x8000fffe

/* Exit info 1 of an event that makes no sense, and exit info 2 then */
#define MALFORMED           2
#define BAD_USAGE           2
#define BAD_SCRATCH         3
#define BAD_INPUT           5
#define BAD_EVENT           6

/* Exit info 2 of a page state change that went wrong */
#define PSC_BAD_HEADER      (1ULL << 32 | 1)
#define PSC_BAD_ENTRY       (1ULL << 32 | 2)
#define PSC_MAX             253

/* What the hypervisor answers in place of the firmware */
#define VMM_ERROR_INVALID_LEN   1
#define VMM_ERROR_BUSY          2

/* In the header of a message */
#define MSG_TYPE            0x34
#define MSG_REPORT_REQ      5

static void guest_terminated(AMDPSPGuest *s, uint64_t set, uint64_t reason)
{
    psp_guest_log(s, "the guest asks to be terminated: reason set %" PRIu64
                  ", reason %" PRIu64, set, reason);
    qemu_system_guest_panicked(NULL);
}

/* ----------------------------------------------------------- by the MSR alone */

static uint64_t msr_cpuid(CPUX86State *env, uint64_t val)
{
    uint32_t reg[4];

    cpu_x86_cpuid(env, val >> 32, 0, &reg[0], &reg[1], &reg[2], &reg[3]);
    return (uint64_t)reg[val >> 30 & 3] << 32 | (val & (3ULL << 30)) |
           MSR_CPUID_RESP;
}

static uint64_t msr_page_state(AMDPSPGuest *s, uint64_t val)
{
    uint64_t op = val >> 52 & 0xf, gpa = val & MAKE_64BIT_MASK(12, 40);
    bool good = (op == PSC_PRIVATE || op == PSC_SHARED) &&
                psp_guest_page_state(s, gpa, false, op == PSC_SHARED);

    return MSR_PSC_RESP | (good ? 0 : 1ULL << 32);
}

static void guest_msr_protocol(AMDPSPGuest *s, CPUX86State *env)
{
    uint64_t val = env->amd_ghcb, data = val & ~MSR_INFO_MASK;

    switch (val & MSR_INFO_MASK) {
    case MSR_SEV_INFO:
        env->amd_ghcb = PROTOCOL << 48 | PROTOCOL << 32 |
                        (uint64_t)ctz64(SNP_C_BIT) << 24 | MSR_SEV_INFO_RESP;
        break;
    case MSR_CPUID:
        env->amd_ghcb = msr_cpuid(env, val);
        break;
    case MSR_PREFERRED:
        env->amd_ghcb = ~MSR_INFO_MASK | MSR_PREFERRED_RESP;    /* none */
        break;
    case MSR_REGISTER:
        s->ghcb_gpa = data;
        env->amd_ghcb = data | MSR_REGISTER_RESP;
        break;
    case MSR_PSC:
        env->amd_ghcb = msr_page_state(s, val);
        break;
    case MSR_FEATURES:
        env->amd_ghcb = FEATURE_SNP << 12 | MSR_FEATURES_RESP;
        break;
    case MSR_TERMINATE:
        guest_terminated(s, val >> 12 & 0xf, val >> 16 & 0xff);
        break;
    default:
        psp_guest_log(s, "VMGEXIT: nobody knows 0x%" PRIx64, val);
        guest_terminated(s, 0, 0);
    }
}

/* ----------------------------------------------------------- by a GHCB page */

static uint64_t load(uint64_t gpa)
{
    uint64_t val = 0;

    address_space_read(&address_space_memory, gpa, MEMTXATTRS_UNSPECIFIED,
                       &val, sizeof(val));
    return le64_to_cpu(val);
}

static void store(uint64_t gpa, uint64_t val)
{
    val = cpu_to_le64(val);
    address_space_write(&address_space_memory, gpa, MEMTXATTRS_UNSPECIFIED,
                        &val, sizeof(val));
}

/* A field for the guest, which has to see that it is valid */
static void ghcb_set(AMDPSPGuest *s, unsigned field, uint64_t val)
{
    uint64_t valid = s->ghcb_gpa + GHCB_VALID + field / 512 * 8;

    store(valid, load(valid) | 1ULL << field / 8 % 64);
    store(s->ghcb_gpa + field, val);
}

static void ghcb_answer(AMDPSPGuest *s, uint64_t info_1, uint64_t info_2)
{
    ghcb_set(s, GHCB_INFO_1, info_1);
    ghcb_set(s, GHCB_INFO_2, info_2);
}

/* The list of pages is in the GHCB, or elsewhere in what the guest shares */
static void ghcb_page_state(AMDPSPGuest *s)
{
    uint64_t list = load(s->ghcb_gpa + GHCB_SCRATCH), header, entry, op;
    unsigned i, end;

    if ((list & 7) || !psp_guest_is_shared(s, list, 8 * (PSC_MAX + 1))) {
        ghcb_answer(s, MALFORMED, BAD_SCRATCH);
        return;
    }
    header = load(list);
    i = header & 0xffff;
    end = header >> 16 & 0xffff;
    if (i > end || end >= PSC_MAX) {
        ghcb_answer(s, 0, PSC_BAD_HEADER);
        return;
    }
    for (; i <= end; i++) {
        entry = load(list + 8 + 8 * i);
        op = entry >> 52 & 0xf;
        if ((op != PSC_PRIVATE && op != PSC_SHARED) ||
            !psp_guest_page_state(s, entry & MAKE_64BIT_MASK(12, 40),
                                  entry >> 56 & 1, op == PSC_SHARED)) {
            ghcb_answer(s, 0, PSC_BAD_ENTRY);
            return;
        }
        store(list, (header & ~0xffffULL) | (i + 1));
    }
    ghcb_answer(s, 0, 0);
}

/* A message to the firmware and its answer, by way of pages of the host */
static void ghcb_request(AMDPSPGuest *s, uint64_t request, uint64_t response)
{
    uint32_t status;

    address_space_read(&address_space_memory, request, MEMTXATTRS_UNSPECIFIED,
                       s->host[HOST_REQUEST], PAGE_4K);
    psp_guest_put(s, HOST_COMMAND, 0, psp_guest_pa(HOST_CONTEXT));
    psp_guest_put(s, HOST_COMMAND, 8, psp_guest_pa(HOST_REQUEST));
    psp_guest_put(s, HOST_COMMAND, 16, psp_guest_pa(HOST_RESPONSE));
    status = psp_guest_command(s, PSP_CMD_SNP_GUEST_REQUEST);
    if (!status) {
        address_space_write(&address_space_memory, response,
                            MEMTXATTRS_UNSPECIFIED, s->host[HOST_RESPONSE],
                            PAGE_4K);
    }
    ghcb_answer(s, 0, status);
}

/* The certificates that go with a report; false if they do not fit */
static bool ghcb_certs(AMDPSPGuest *s, uint64_t request)
{
    static const uint8_t none[24];      /* an entry of zeros */
    uint64_t gpa = load(s->ghcb_gpa + GHCB_RAX);
    uint64_t room = load(s->ghcb_gpa + GHCB_RBX) * PAGE_4K;
    gsize len = s->certs ? s->certs_len : MIN(room, sizeof(none));

    if ((load(request + MSG_TYPE) & 0xff) != MSG_REPORT_REQ) {
        return true;
    }
    if (room < len || (gpa & (PAGE_4K - 1)) ||
        !psp_guest_is_shared(s, gpa, len)) {
        ghcb_set(s, GHCB_RBX, DIV_ROUND_UP(len, PAGE_4K));
        return false;
    }
    address_space_write(&address_space_memory, gpa, MEMTXATTRS_UNSPECIFIED,
                        s->certs ?: none, len);
    return true;
}

/* An answer of the hypervisor's own: an error above the firmware's status */
static void ghcb_vmm_error(AMDPSPGuest *s, uint64_t error, const char *why)
{
    psp_guest_log(s, "a request of the guest is turned away: %s", why);
    ghcb_answer(s, 0, error << 32);
}

/* Is the request answered by a fault that a test asked for? */
static bool ghcb_fault(AMDPSPGuest *s)
{
    if (s->busy) {
        s->busy--;
        ghcb_vmm_error(s, VMM_ERROR_BUSY, "busy");
    } else if (s->vmm_error) {
        ghcb_vmm_error(s, s->vmm_error, "vmm-error");
        s->vmm_error = 0;
    } else if (s->status) {
        psp_guest_log(s, "a request of the guest is answered 0x%x by fault",
                      s->status);
        ghcb_answer(s, 0, s->status);
        s->status = 0;
    } else {
        return false;
    }
    return true;
}

static void ghcb_guest_request(AMDPSPGuest *s, bool extended)
{
    uint64_t request = load(s->ghcb_gpa + GHCB_INFO_1);
    uint64_t response = load(s->ghcb_gpa + GHCB_INFO_2);

    if (((request | response) & (PAGE_4K - 1)) || request == response ||
        !psp_guest_is_shared(s, request, PAGE_4K) ||
        !psp_guest_is_shared(s, response, PAGE_4K)) {
        ghcb_answer(s, MALFORMED, BAD_INPUT);
    } else if (ghcb_fault(s)) {
        return;
    } else if (extended && !ghcb_certs(s, request)) {
        ghcb_vmm_error(s, VMM_ERROR_INVALID_LEN, "no room for certificates");
    } else {
        ghcb_request(s, request, response);
    }
}

static void guest_ghcb_protocol(AMDPSPGuest *s, uint64_t gpa)
{
    uint64_t event;

    if (gpa != s->ghcb_gpa || !psp_guest_is_shared(s, gpa, PAGE_4K)) {
        psp_guest_log(s, "VMGEXIT: no registered GHCB at 0x%" PRIx64, gpa);
        guest_terminated(s, 0, 0);
        return;
    }
    if (load(gpa + GHCB_USAGE - 4) >> 32) {
        ghcb_answer(s, MALFORMED, BAD_USAGE);
        return;
    }
    event = load(gpa + GHCB_EXIT_CODE);
    switch (event) {
    case EVENT_NMI_COMPLETE:
        ghcb_answer(s, 0, 0);
        break;
    case EVENT_PSC:
        ghcb_page_state(s);
        break;
    case EVENT_REQUEST:
    case EVENT_EXT_REQUEST:
        ghcb_guest_request(s, event == EVENT_EXT_REQUEST);
        break;
    case EVENT_FEATURES:
        ghcb_answer(s, 0, FEATURE_SNP);
        break;
    case EVENT_TERMINATE:
        guest_terminated(s, load(gpa + GHCB_INFO_1) & 0xf,
                         load(gpa + GHCB_INFO_1) >> 4 & 0xff);
        break;
    default:
        psp_guest_log(s, "VMGEXIT: nobody knows event 0x%" PRIx64, event);
        ghcb_answer(s, MALFORMED, BAD_EVENT);
    }
}

void psp_guest_vmgexit(SNPVMM *vmm, CPUX86State *env)
{
    AMDPSPGuest *s = container_of(vmm, AMDPSPGuest, vmm);

    if (env->amd_ghcb & MSR_INFO_MASK) {
        guest_msr_protocol(s, env);
    } else {
        guest_ghcb_protocol(s, env->amd_ghcb);
    }
}
