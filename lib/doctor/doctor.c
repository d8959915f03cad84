// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The order of the checks, and what becomes of them.
 */
#include "lib/doctor/doctor.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void say(struct exam *e, struct sevadm_examined *x, enum sevadm_verdict verdict,
	 const char *remedy, const char *format, ...)
{
	va_list ap;

	free(x->reason);
	va_start(ap, format);
	if (vasprintf(&x->reason, format, ap) < 0) {
		x->reason = NULL;
		e->oom = true;
	}
	va_end(ap);
	x->verdict = verdict;
	x->remedy = verdict == SEVADM_PASS ? NULL : remedy;
}

const char *exam_why(int err)
{
	return err == -EACCES || err == -EPERM ? "not without root" : strerrorname_np(-err);
}

static const struct sevadm_examined *find(const struct exam *e, const char *id)
{
	for (size_t i = 0; id && i < e->out->nr_checks; i++)
		if (!strcmp(e->out->checks[i].id, id))
			return &e->out->checks[i];
	return NULL;
}

static void add(struct exam *e, const struct exam_check *check)
{
	struct sevadm_diagnosis *out = e->out;
	struct sevadm_examined *checks = reallocarray(out->checks, out->nr_checks + 1,
						      sizeof(*checks));
	const struct sevadm_examined *parent;
	struct sevadm_examined x = {
		.id = check->id, .category = check->category, .feature = check->feature,
	};

	if (!checks) {
		e->oom = true;
		return;
	}
	out->checks = checks;
	parent = find(e, check->parent);
	if (parent) {
		x.parent = parent->id;
		x.depth = strcmp(parent->category, check->category) ? 0 : parent->depth + 1;
	}
	if (parent && (parent->verdict == SEVADM_FAIL || parent->verdict == SEVADM_SKIP))
		say(e, &x, SEVADM_SKIP, NULL, "not looked at: %s did not pass", parent->id);
	else
		check->run(e, &x);
	out->checks[out->nr_checks++] = x;
	out->counts[x.verdict]++;
}

static void run_machine(struct exam *e, struct sevadm_examined *x)
{
	switch (e->out->machine) {
	case SEVADM_MACHINE_NEITHER:
		say(e, x, SEVADM_FAIL, "Take a host with an AMD EPYC processor, and run this on the "
		    "host itself.", "%s", e->out->what);
		break;
	case SEVADM_MACHINE_UNKNOWN:
		say(e, x, SEVADM_SKIP, "Run it as root, with the module msr loaded.", "%s",
		    e->out->what);
		break;
	default:
		say(e, x, SEVADM_PASS, NULL, "%s", e->out->what);
		break;
	}
}

static const struct exam_check machine_check = {
	.id = "machine", .category = "machine", .feature = SEVADM_FEATURE_SEV, .run = run_machine,
};

void exam_table(struct exam *e, const struct exam_check *table)
{
	for (; table->id && !e->oom; table++)
		if (table->feature <= e->out->feature)
			add(e, table);
}

/* What there is to ask for by itself: what the processor has, or would have if it were let */
static enum sevadm_feature feature_of(const struct exam *e)
{
	if (e->sev.eax & CPUID_SNP || exam_has_snp(e->generation))
		return SEVADM_FEATURE_SNP;
	if (e->sev.eax & CPUID_SEV_ES || exam_has_es(e->generation))
		return SEVADM_FEATURE_SEV_ES;
	return SEVADM_FEATURE_SEV;
}

static void gather(struct exam *e)
{
	struct host *host = e->adm->host;
	const size_t size = 1 << 16;
	ssize_t n;

	e->cpuinfo = calloc(1, size);
	if (!e->cpuinfo) {
		e->oom = true;
		return;
	}
	if (host->ops->read(host, "/proc/cpuinfo", e->cpuinfo, size) < 0)
		e->cpuinfo[0] = '\0';
	n = host->ops->read(host, "/proc/cmdline", e->cmdline, sizeof(e->cmdline));
	e->has_cmdline = n >= 0;
	e->cmdline[n < 0 ? 0 : (size_t)n] = '\0';
	driver_log_read(e->adm, &e->klog);
	exam_registers(e);
	if (!e->adm->dev->node_err[DEVICE_SEV]) {
		request_platforms(e->adm, &e->p);
		e->asked = true;
	}
}

int sevadm_doctor(struct sevadm *adm, enum sevadm_feature feature, struct sevadm_diagnosis *out)
{
	static const struct exam_check *const tables[] = {
		processor_checks, register_checks, kernel_checks, device_checks, firmware_checks,
		memory_checks,
	};
	struct exam e = { .adm = adm, .out = out };
	int ret;

	*out = (struct sevadm_diagnosis){ .feature = feature };
	ret = sevadm_host_get(adm, &e.host);
	if (ret)
		return ret;
	exam_machine(&e);
	if (!feature)
		out->feature = feature_of(&e);
	add(&e, &machine_check);
	if (out->machine == SEVADM_MACHINE_HOST && !e.oom) {
		gather(&e);
		for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]) && !e.oom; i++)
			exam_table(&e, tables[i]);
	}
	free(e.cpuinfo);
	return e.oom ? core_fail_errno(adm, ENOMEM, "diagnosis") : 0;
}

void sevadm_diagnosis_free(struct sevadm_diagnosis *diagnosis)
{
	for (size_t i = 0; i < diagnosis->nr_checks; i++)
		free(diagnosis->checks[i].reason);
	free(diagnosis->checks);
	*diagnosis = (struct sevadm_diagnosis){ 0 };
}

const char *sevadm_machine_name(enum sevadm_machine machine)
{
	static const char *const names[] = { "neither", "host", "guest", "unknown" };

	return (unsigned int)machine <= SEVADM_MACHINE_UNKNOWN ? names[machine] : "?";
}

const char *sevadm_feature_name(enum sevadm_feature feature)
{
	static const char *const names[] = { "any", "sev", "es", "snp" };

	return (unsigned int)feature <= SEVADM_FEATURE_SNP ? names[feature] : "?";
}
