// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Host, guest or neither: by CPUID, and where there is a hypervisor by the register in which
 * the hardware tells a guest what it is.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/doctor/doctor.h"
#include "lib/util/text.h"

#define CPUID_SEV_LEAF	0x8000001fU
#define MSR_SEV_STATUS	0xc0010131U
#define STATUS_SEV	(1U << 0)
#define STATUS_SEV_ES	(1U << 1)
#define STATUS_SNP	(1U << 2)

static int cpuid(struct exam *e, uint32_t leaf, struct host_cpuid *regs)
{
	struct host *host = e->adm->host;

	*regs = (struct host_cpuid){ 0 };
	return host->ops->cpuid(host, leaf, 0, regs);
}

static void put(char *at, uint32_t value)
{
	memcpy(at, &value, sizeof(value));
}

static enum doctor_generation generation_of(unsigned int family, unsigned int model)
{
	if (family == 0x17)
		return model < 0x30 ? DOCTOR_NAPLES : model < 0x40 ? DOCTOR_ROME : DOCTOR_UNKNOWN;
	if (family == 0x19)
		return model < 0x10 ? DOCTOR_MILAN : model < 0x20 ? DOCTOR_GENOA :
		       model >= 0xa0 && model < 0xb0 ? DOCTOR_BERGAMO : DOCTOR_UNKNOWN;
	return family == 0x1a && model < 0x20 ? DOCTOR_TURIN : DOCTOR_UNKNOWN;
}

const char *exam_generation_name(enum doctor_generation generation)
{
	static const char *const names[] = {
		[DOCTOR_UNKNOWN] = "unknown", [DOCTOR_NAPLES] = "Naples", [DOCTOR_ROME] = "Rome",
		[DOCTOR_MILAN] = "Milan", [DOCTOR_GENOA] = "Genoa",
		[DOCTOR_BERGAMO] = "Bergamo or Siena", [DOCTOR_TURIN] = "Turin",
	};

	return names[generation];
}

bool exam_has_snp(enum doctor_generation generation)
{
	return generation >= DOCTOR_MILAN;
}

bool exam_has_es(enum doctor_generation generation)
{
	return generation >= DOCTOR_NAPLES;
}

/* APM volume 3, appendix E: CPUID 0, 1, 80000002 to 80000004, 8000001F */
static void look_at_cpuid(struct exam *e)
{
	struct host_cpuid r;
	size_t start;

	e->cpuid_err = cpuid(e, 0, &r);
	if (e->cpuid_err)
		return;
	put(e->vendor, r.ebx);
	put(e->vendor + 4, r.edx);
	put(e->vendor + 8, r.ecx);
	e->amd = !strcmp(e->vendor, "AuthenticAMD");
	cpuid(e, 1, &r);
	e->family = r.eax >> 8 & 0xf;
	e->model = r.eax >> 4 & 0xf;
	if (e->family == 0xf) {
		e->family += r.eax >> 20 & 0xff;
		e->model |= (r.eax >> 16 & 0xf) << 4;
	}
	e->hypervisor = r.ecx >> 31;
	for (uint32_t i = 0; i < 3; i++) {
		cpuid(e, 0x80000002 + i, &r);
		put(e->brand + 16 * i, r.eax);
		put(e->brand + 16 * i + 4, r.ebx);
		put(e->brand + 16 * i + 8, r.ecx);
		put(e->brand + 16 * i + 12, r.edx);
	}
	start = strspn(e->brand, " ");
	memmove(e->brand, e->brand + start, strlen(e->brand + start) + 1);
	if (!e->amd)
		return;
	e->generation = generation_of(e->family, e->model);
	cpuid(e, CPUID_SEV_LEAF, &e->sev);
}

__attribute__((format(printf, 3, 4)))
static void it_is(struct exam *e, enum sevadm_machine machine, const char *format, ...)
{
	va_list ap;

	e->out->machine = machine;
	va_start(ap, format);
	vsnprintf(e->out->what, sizeof(e->out->what), format, ap);
	va_end(ap);
}

static const char *kind_of(uint64_t status)
{
	return status & STATUS_SNP ? "SEV-SNP" : status & STATUS_SEV_ES ? "SEV-ES" : "SEV";
}

/* An SNP guest's kernel shows its level of privilege (6.11), and has a device to ask by */
static bool looks_like_snp(struct exam *e)
{
	struct host *host = e->adm->host;
	struct host_node node;
	char line[16];

	return !host_read_line(host, "/sys/devices/system/cpu/sev/vmpl", line, sizeof(line)) ||
	       !host->ops->node(host, "/dev/sev-guest", &node);
}

/*
 * The register exists where CPUID has SEV.  Its bits are the hardware's word: what CPUID
 * says in a virtual machine the hypervisor makes up.
 */
static void look_below(struct exam *e)
{
	struct host *host = e->adm->host;

	if (!(e->sev.eax & CPUID_SEV)) {
		it_is(e, SEVADM_MACHINE_NEITHER, "neither host nor guest of SEV: a virtual machine "
		      "whose CPUID has no SEV");
		return;
	}
	e->status_err = host->ops->msr(host, 0, MSR_SEV_STATUS, &e->status);
	if (!e->status_err && e->status & STATUS_SEV)
		it_is(e, SEVADM_MACHINE_GUEST, "a guest of %s, by MSR C0010131 (0x%llx): what makes a "
		      "host does not apply, `sevadm guest doctor` examines it", kind_of(e->status), (unsigned long long)e->status);
	else if (!e->status_err)
		it_is(e, SEVADM_MACHINE_NEITHER, "neither host nor guest of SEV: a virtual machine, "
		      "and SEV is off in MSR C0010131");
	else if (looks_like_snp(e))
		it_is(e, SEVADM_MACHINE_GUEST, "a guest of SEV-SNP, by what its kernel shows: what "
		      "makes a host does not apply, `sevadm guest doctor` examines it");
	else
		it_is(e, SEVADM_MACHINE_UNKNOWN, "a virtual machine whose CPUID has SEV; whether it is "
		      "on, MSR C0010131 tells, which cannot be read here (%s)",
		      e->status_err == -ENOENT ? "the module msr is not loaded" :
		      exam_why(e->status_err));
}

void exam_machine(struct exam *e)
{
	char brand[4 * sizeof(e->brand)], vendor[4 * sizeof(e->vendor)];

	look_at_cpuid(e);
	text_escape(e->brand, brand, sizeof(brand));
	text_escape(e->vendor, vendor, sizeof(vendor));
	if (e->cpuid_err)
		it_is(e, SEVADM_MACHINE_NEITHER, "neither host nor guest of SEV, as far as is known: "
		      "there is no CPUID here (%s)", strerrorname_np(-e->cpuid_err));
	else if (!e->amd)
		it_is(e, SEVADM_MACHINE_NEITHER, "neither host nor guest of SEV: the processor is of "
		      "%s, not of AMD", *vendor ? vendor : "an unknown vendor");
	else if (e->hypervisor)
		look_below(e);
	else if (!(e->sev.eax & CPUID_SEV) && !exam_has_es(e->generation))
		it_is(e, SEVADM_MACHINE_NEITHER, "neither host nor guest of SEV: %s has no SEV",
		      *brand ? brand : "this AMD processor");
	else
		it_is(e, SEVADM_MACHINE_HOST, "a host: %s (%s), with%s%s%s by CPUID",
		      *brand ? brand : "an AMD processor", exam_generation_name(e->generation),
		      e->sev.eax & CPUID_SEV ? " SEV" : "out SEV",
		      e->sev.eax & CPUID_SEV_ES ? ", SEV-ES" : "",
		      e->sev.eax & CPUID_SNP ? ", SEV-SNP" : "");
}
