// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the processor can do, by CPUID 8000001F (APM volume 3, appendix E), which needs no
 * privilege.
 */
#include <string.h>

#include "lib/doctor/doctor.h"

#define CATEGORY "processor"

static void run_brand(struct exam *e, struct sevadm_examined *x)
{
	bool epyc = strstr(e->brand, "EPYC");

	say(e, x, epyc ? SEVADM_PASS : SEVADM_WARN, "Take an EPYC: SEV's firmware is made for "
	    "these alone.", epyc ? "the processor is an EPYC" : "the processor's name has no EPYC "
	    "in it");
}

static void run_generation(struct exam *e, struct sevadm_examined *x)
{
	bool known = e->generation != DOCTOR_UNKNOWN;

	say(e, x, known ? SEVADM_PASS : SEVADM_WARN, "See if there is a newer sevadm: nothing here "
	    "depends on the generation but names.", "family 0x%x, model 0x%x: %s", e->family,
	    e->model, exam_generation_name(e->generation));
}

static void run_bit(struct exam *e, struct sevadm_examined *x, uint32_t bit, const char *name,
		    const char *remedy)
{
	unsigned int at = (unsigned int)__builtin_ctz(bit);

	if (e->sev.eax & bit)
		say(e, x, SEVADM_PASS, NULL, "the processor has %s (EAX bit %u)", name, at);
	else
		say(e, x, SEVADM_FAIL, remedy, "CPUID 8000001F has no %s (EAX bit %u)", name, at);
}

static const char in_the_bios[] = "Turn it on in the BIOS, or update that; if the processor is of "
				  "a generation without it, take another.";

static void run_sev(struct exam *e, struct sevadm_examined *x)
{
	run_bit(e, x, CPUID_SEV, "SEV", in_the_bios);
}

static void run_sme(struct exam *e, struct sevadm_examined *x)
{
	run_bit(e, x, CPUID_SME, "SME", in_the_bios);
}

/* Of no use where caches are coherent across encryption: newer processors have none */
static void run_page_flush(struct exam *e, struct sevadm_examined *x)
{
	if (e->sev.eax & CPUID_PAGE_FLUSH)
		say(e, x, SEVADM_PASS, NULL, "the processor has the page flush register (EAX bit 2)");
	else if (e->sev.eax & CPUID_COHERENT)
		say(e, x, SEVADM_PASS, NULL, "no page flush register (EAX bit 2), and none needed: "
		    "caches are coherent across encryption (EAX bit 10)");
	else
		say(e, x, SEVADM_WARN, "Expect it to be slower when guests end.", "no page flush "
		    "register (EAX bit 2): KVM flushes whole caches instead");
}

static void run_es(struct exam *e, struct sevadm_examined *x)
{
	run_bit(e, x, CPUID_SEV_ES, "SEV-ES", in_the_bios);
}

static void run_snp(struct exam *e, struct sevadm_examined *x)
{
	run_bit(e, x, CPUID_SNP, "SEV-SNP", exam_has_snp(e->generation) ? in_the_bios :
		"Take a Milan or later; see `sevadm doctor es` for what this one can do.");
}

static void run_vmpl(struct exam *e, struct sevadm_examined *x)
{
	unsigned int levels = e->sev.ebx >> 12 & 0xf;

	if (!(e->sev.eax & CPUID_VMPL))
		run_bit(e, x, CPUID_VMPL, "VM permission levels", in_the_bios);
	else if (!levels)
		say(e, x, SEVADM_FAIL, in_the_bios, "CPUID 8000001F has VM permission levels (EAX bit "
		    "5), and says there are 0 of them (EBX bits 15:12)");
	else
		say(e, x, SEVADM_PASS, NULL, "the processor has %u VM permission levels", levels);
}

static void run_secure_tsc(struct exam *e, struct sevadm_examined *x)
{
	bool has = e->sev.eax & CPUID_SECURE_TSC;

	say(e, x, has ? SEVADM_PASS : SEVADM_SKIP, NULL, has ? "the processor has Secure TSC (EAX "
	    "bit 8)" : "this processor has no Secure TSC (EAX bit 8): guests can do without");
}

static void run_c_bit(struct exam *e, struct sevadm_examined *x)
{
	unsigned int bit = e->sev.ebx & 0x3f, less = e->sev.ebx >> 6 & 0x3f;

	say(e, x, bit < 32 ? SEVADM_FAIL : SEVADM_PASS, "Update the BIOS: it has set CPUID up wrong.",
	    "the C-bit is bit %u, and physical addresses have %u bits less", bit, less);
}

/* ECX: ASIDs there are; EDX: the first that is for SEV without SEV-ES */
static void run_asids(struct exam *e, struct sevadm_examined *x)
{
	uint32_t nr = e->sev.ecx, first = e->sev.edx;

	if (!nr)
		say(e, x, SEVADM_FAIL, "Update the BIOS: it has set CPUID up wrong.",
		    "CPUID 8000001F ECX says that there is room for 0 guests");
	else if (first > nr)
		say(e, x, SEVADM_WARN, "If such guests are wanted, lower the BIOS's \"SEV-ES ASID space "
		    "limit\".", "%u ASIDs, all of them for SEV-ES and SNP: no guest can have SEV "
		    "without SEV-ES", nr);
	else
		say(e, x, SEVADM_PASS, NULL, "%u ASIDs; SEV guests without SEV-ES have %u to %u", nr,
		    first ? first : 1, nr);
}

static void run_es_asids(struct exam *e, struct sevadm_examined *x)
{
	uint32_t nr = e->sev.ecx, first = e->sev.edx;
	uint32_t es = !first ? 0 : (first - 1 < nr ? first - 1 : nr);

	say(e, x, es ? SEVADM_PASS : SEVADM_FAIL, "Raise the BIOS's \"SEV-ES ASID space limit\" to the "
	    "number of SEV-ES and SNP guests that are wanted, plus 1.", es ?
	    "room for %u SEV-ES and SNP guests at a time (EDX)" :
	    "room for %u SEV-ES and SNP guests (EDX): the BIOS gives every ASID to SEV", es);
}

const struct exam_check processor_checks[] = {
	{ "cpu-brand", CATEGORY, NULL, SEVADM_FEATURE_SEV, run_brand },
	{ "cpu-generation", CATEGORY, NULL, SEVADM_FEATURE_SEV, run_generation },
	{ "cpuid-sme", CATEGORY, NULL, SEVADM_FEATURE_SEV, run_sme },
	{ "cpuid-sev", CATEGORY, NULL, SEVADM_FEATURE_SEV, run_sev },
	{ "cpuid-c-bit", CATEGORY, "cpuid-sev", SEVADM_FEATURE_SEV, run_c_bit },
	{ "cpuid-page-flush", CATEGORY, "cpuid-sev", SEVADM_FEATURE_SEV, run_page_flush },
	{ "cpuid-asids", CATEGORY, "cpuid-sev", SEVADM_FEATURE_SEV, run_asids },
	{ "cpuid-sev-es", CATEGORY, "cpuid-sev", SEVADM_FEATURE_SEV_ES, run_es },
	{ "cpuid-es-asids", CATEGORY, "cpuid-sev-es", SEVADM_FEATURE_SEV_ES, run_es_asids },
	{ "cpuid-sev-snp", CATEGORY, "cpuid-sev-es", SEVADM_FEATURE_SNP, run_snp },
	{ "cpuid-vmpl", CATEGORY, "cpuid-sev-snp", SEVADM_FEATURE_SNP, run_vmpl },
	{ "cpuid-secure-tsc", CATEGORY, "cpuid-sev-snp", SEVADM_FEATURE_SNP, run_secure_tsc },
	{ 0 }
};
