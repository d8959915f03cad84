// SPDX-License-Identifier: GPL-2.0-or-later
/* Building a machine, booting it, and kexec */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "psp_fw_generation.h"
#include "sim_internal.h"

#define BOOT_EPOCH	1795300000ull		/* November 2026 */
#define WBINVD_US	1200u
#define WBINVD_US_MAX	1000000u
#define ES_ASIDS_MIN	99u			/* a common BIOS default: SEV from ASID 100 on */

/* The kernel that a kexec goes to, if it was set */
static void take_next_kernel(struct sim_machine *m)
{
	struct sim_why why;
	unsigned int major, minor;

	if (!m->next_kernel[0] || sim_kernel_parse(m->next_kernel, false, false, &major, &minor, &why))
		return;
	strcpy(m->kernel, m->next_kernel);
	m->next_kernel[0] = 0;
	m->kernel_major = major;
	m->kernel_minor = minor;
}

/* A kernel starts: whatever the one before it had in memory is gone */
void sim_boot(struct sim *s)
{
	struct sim_machine *m = &s->st->m;
	uint32_t i, min_asid = s->st->kvm.min_sev_asid, max_asid = s->st->kvm.max_sev_asid;

	memset(s->st->proc, 0, sizeof(s->st->proc));
	memset(&s->st->kvm, 0, sizeof(s->st->kvm));
	memset(s->st->tsm, 0, sizeof(s->st->tsm));
	s->st->kvm.min_sev_asid = min_asid;
	s->st->kvm.max_sev_asid = max_asid;
	take_next_kernel(m);
	m->boot_epoch_s += m->clock_ns / SIM_SEC;
	m->clock_ns = 0;
	m->parallel_ns = 0;
	m->warnings = 0;
	m->kexec_loaded = 0;
	m->crash_loaded = 0;
	m->kexec_disabled = 0;
	m->iommu_fails = 0;
	m->smt = m->threads_per_core > 1 ? SIM_SMT_ON : SIM_SMT_NOTSUPPORTED;
	m->boots++;
	m->next_pid = 1200;
	sim_memory_boot(s);
	for (i = 0; i < m->cpus; i++) {
		m->cpu[i].online = 1;
		m->cpu[i].svm = 0;
		m->cpu[i].hsave_pa = 0;
		m->cpu[i].busy_until = 0;
		m->cpu[i].vanishes = 0;
		/* 7.1 and later leave that to ccp */
		if (m->kernel_major < 7 || (m->kernel_major == 7 && !m->kernel_minor))
			m->cpu[i].snp_en = sim_host_snp(s);
		sim_cpu_wbinvd(s, i);
	}
	sim_advance(s, 9 * SIM_SEC);
	sim_klog(s, "Linux version %s", m->kernel);
	ccp_probe(s);
	kvm_load(s);
	sim_changed(s);
}

/*
 * kexec -e into the same kernel: nothing stops it, whatever device_shutdown()
 * met; the image is copied over memory in use, guests still running, through
 * large mappings, so that one page still assigned is enough to end it.
 */
int sim_kexec(struct sim *s)
{
	uint64_t assigned;
	uint32_t i;

	s->st->debug.registered = 0;
	s->going_down = true;
	ccp_firmware_shutdown(s);
	s->going_down = false;
	assigned = sim_rmp_census(s);
	if (sim_rmp_enforced(s) && assigned) {
		sim_die(s, "kexec: %llu pages were still assigned in the RMP, the CPUs refused to write to them, and it reset without a message",
			(unsigned long long)assigned);
		return -EHOSTDOWN;
	}
	for (i = 0; i < s->st->m.cpus; i++)
		if (s->st->m.cpu[i].online)
			sim_cpu_wbinvd(s, i);
	sim_boot(s);
	return 0;
}

static int check_options(const struct sim_options *o, unsigned int asids, struct sim_why *why)
{
	unsigned int cores = o->threads_per_core ? o->cpus / o->threads_per_core : 0;
	size_t guests = o->snp_guests + o->sev_guests + o->sev_es_guests + o->launching_guests +
			o->nr_vms;
	uint32_t unit;

	if (o->cpus < 1 || o->cpus > SIM_MAX_CPUS)
		return sim_why(why, -EINVAL, "CPUs: 1 to %u", SIM_MAX_CPUS);
	if (o->threads_per_core < 1 || o->threads_per_core > 2)
		return sim_why(why, -EINVAL, "threads per core: 1 or 2");
	if (o->cores_per_ccx < 1 || o->cores_per_ccx > 16)
		return sim_why(why, -EINVAL, "cores per core complex: 1 to 16");
	if (o->sockets < 1 || o->sockets > 2)
		return sim_why(why, -EINVAL, "sockets: 1 or 2");
	if (o->cpus % (o->threads_per_core * o->sockets))
		return sim_why(why, -EINVAL,
			       "%u CPUs do not divide into %u sockets of cores with %u threads",
			       o->cpus, o->sockets, o->threads_per_core);
	if ((cores / o->sockets + o->cores_per_ccx - 1) / o->cores_per_ccx * o->sockets >
	    PSP_FW_MAX_CCX)
		return sim_why(why, -EINVAL, "at most %u core complexes: more cores per complex",
			       PSP_FW_MAX_CCX);
	if (o->vcpus < 1 || o->vcpus > SIM_MAX_VCPUS)
		return sim_why(why, -EINVAL, "vCPUs: 1 to %u", SIM_MAX_VCPUS);
	if (guests > asids || o->leaked_guests > asids || guests + o->leaked_guests > asids)
		return sim_why(why, -EINVAL, "at most %u guests in all", asids);
	if (o->units && !sim_unit_parse(o->units, &unit))
		return sim_why(why, -EINVAL, "units: session, libvirt or service");
	if (o->wbinvd_us > WBINVD_US_MAX)
		return sim_why(why, -EINVAL, "a WBINVD: at most %u microseconds", WBINVD_US_MAX);
	if (o->stubborn_guests > guests)
		return sim_why(why, -EINVAL, "%u stubborn guests, but only %zu in all",
			       o->stubborn_guests, guests);
	return 0;
}

static int parse_generation(struct sim_machine *m, const char *name, struct sim_why *why)
{
	int generation = psp_fw_generation_find(name ? name : "genoa");

	if (generation < 0)
		return sim_why(why, -EINVAL, "generation: milan, genoa or turin");
	m->cpu_generation = (uint32_t)generation;
	return 0;
}

static int parse_setup(struct sim_machine *m, const struct sim_options *o, struct sim_why *why)
{
	if (sim_bios_parse(o->bios, &m->bios))
		return sim_why(why, -EINVAL, "bios: of sme-off, snp-off, rmp-small, no-es-asids or "
			       "all-es-asids, no-iommu");
	if (o->cmdline && strlen(o->cmdline) >= sizeof(m->cmdline))
		return sim_why(why, -EINVAL, "the kernel's command line: up to %zu characters",
			       sizeof(m->cmdline) - 1);
	strcpy(m->cmdline, o->cmdline ? o->cmdline : "");
	return 0;
}

static int parse_kernel(struct sim_machine *m, const struct sim_options *o, struct sim_why *why)
{
	const char *kernel = o->kernel;
	unsigned int major, minor;
	int ret;

	if (!kernel)
		kernel = o->ciphertext_hiding || o->tio ? "7.3.4-sim" : "6.12.117-sim";
	m->cth = o->ciphertext_hiding;
	m->tio = o->tio;
	ret = sim_kernel_parse(kernel, m->cth, m->tio, &major, &minor, why);
	if (ret)
		return ret;
	strcpy(m->kernel, kernel);
	m->kernel_major = major;
	m->kernel_minor = minor;
	return 0;
}

/* The firmware gets to know the processors as they are */
static int power_on(struct sim *s, struct sim_why *why)
{
	static const char serial[] = "simulated EPYC processor";
	struct sim_machine *m = &s->st->m;
	const struct psp_fw_generation_info *info = psp_fw_generation_info(m->cpu_generation);
	struct psp_fw_config config;
	uint16_t *ccx;
	const char *wrong;
	uint32_t i;

	ccx = calloc(m->cpus, sizeof(*ccx));
	if (!ccx)
		return sim_why(why, -ENOMEM, "out of memory");
	for (i = 0; i < m->cpus; i++)
		ccx[i] = m->cpu[i].ccx;
	memset(&config, 0, sizeof(config));
	config.nr_threads = m->cpus;
	config.thread_ccx = ccx;
	config.smt = m->threads_per_core > 1;
	config.feature_info = info->feature_info || m->kernel_major >= 7 || m->cth || m->tio;
	config.cth = m->cth;
	config.tio = m->tio;
	config.generation = m->cpu_generation;
	config.sockets = m->sockets;
	config.nr_asids = s->st->kvm.max_sev_asid;
	config.min_sev_asid = s->st->kvm.min_sev_asid;
	config.api_major = info->api_major;
	config.api_minor = info->api_minor;
	config.build = info->build;
	config.current_tcb = info->tcb;
	for (i = 0; i < PSP_FW_MAX_SOCKETS; i++) {
		memcpy(config.chip_id[i], serial, info->chip_id_length < sizeof(serial) ?
		       info->chip_id_length : sizeof(serial));
		config.chip_id[i][info->chip_id_length - 1] = (uint8_t)(i + 1);
	}
	wrong = psp_fw_init(&s->st->fw, &s->fw_ops, s, &config);
	free(ccx);
	if (wrong)
		return sim_why(why, -EINVAL, "the firmware does not take this machine: %s", wrong);
	sim_memory_init(s);
	return 0;
}

static int start_guests(struct sim *s, const char *kind, unsigned int n,
			const struct sim_options *o, unsigned int *stubborn, struct sim_why *why)
{
	char what[64];
	pid_t pid;
	int ret = 0;

	snprintf(what, sizeof(what), "%s:%u@%.24s", kind, o->vcpus, o->units ? o->units : "session");
	for (; n && !ret; n--) {
		ret = act_start(s, what, *stubborn > 0, &pid, why);
		if (*stubborn)
			--*stubborn;
	}
	return ret;
}

/* A context nobody owns: SNP_DECOMMISSION failed when its VMM was killed */
static int leak_guest(struct sim *s, unsigned int vcpus, struct sim_why *why)
{
	struct sim_inject *in = &s->st->ccp.inject[0];
	char what[32];
	pid_t pid;
	int ret;

	snprintf(what, sizeof(what), "snp:%u", vcpus);
	ret = act_start(s, what, false, &pid, why);
	if (ret)
		return ret;
	*in = (struct sim_inject){ .cmd = PSP_CMD_SNP_DECOMMISSION,
				   .status = PSP_HWERROR_PLATFORM, .count = 1 };
	ret = act_kill(s, pid, why);
	memset(in, 0, sizeof(*in));
	return ret;
}

int sim_populate(struct sim *s, const struct sim_options *o, struct sim_why *why)
{
	struct sim_machine *m = &s->st->m;
	unsigned int es = o->snp_guests + o->sev_es_guests + o->launching_guests + o->leaked_guests;
	unsigned int stubborn = o->stubborn_guests, asids = 0, i;
	int ret;

	ret = parse_generation(m, o->generation, why);
	if (!ret) {
		asids = psp_fw_generation_info(m->cpu_generation)->nr_asids;
		ret = check_options(o, asids, why);
	}
	if (!ret)
		ret = parse_kernel(m, o, why);
	if (!ret)
		ret = parse_setup(m, o, why);
	if (ret)
		return ret;
	m->cpus = o->cpus;
	m->threads_per_core = o->threads_per_core;
	m->cores = o->cpus / o->threads_per_core;
	m->cores_per_ccx = o->cores_per_ccx;
	m->sockets = o->sockets;
	m->no_patch = o->no_patch;
	m->wbinvd_ns = (o->wbinvd_us ? o->wbinvd_us : WBINVD_US) * 1000ull;
	m->boot_epoch_s = BOOT_EPOCH;
	sim_topology(m);
	s->st->kvm.max_sev_asid = asids;
	/* the BIOS setting that such a host would have: room for as many again */
	s->st->kvm.min_sev_asid = 1 + (2 * es < ES_ASIDS_MIN ? ES_ASIDS_MIN :
				       2 * es < asids - o->sev_guests ? 2 * es :
				       asids - o->sev_guests);

	if (m->bios & SIM_BIOS_NO_ES)
		s->st->kvm.min_sev_asid = 1;
	if (m->bios & SIM_BIOS_ALL_ES)
		s->st->kvm.min_sev_asid = asids + 1;
	ret = sim_like_min_asid(o, &s->st->kvm.min_sev_asid, asids, why);
	if (!ret)
		ret = power_on(s, why);
	if (ret)
		return ret;
	sim_boot(s);
	if (!s->st->kvm.sev_snp && !s->st->h.dead && !m->bios && !m->cmdline[0])
		return sim_why(why, -EIO, "SNP did not come up on this machine");
	ret = start_guests(s, "snp", o->snp_guests, o, &stubborn, why);
	if (!ret)
		ret = start_guests(s, "snp-launching", o->launching_guests, o, &stubborn, why);
	if (!ret)
		ret = start_guests(s, "sev", o->sev_guests, o, &stubborn, why);
	if (!ret)
		ret = start_guests(s, "sev-es", o->sev_es_guests, o, &stubborn, why);
	for (i = 0; i < o->leaked_guests && !ret; i++)
		ret = leak_guest(s, o->vcpus, why);
	if (!ret)
		ret = sim_like_start(s, o, why);
	if (!ret && o->offline)
		ret = act_hotplug(s, o->offline, false, why);
	sim_advance(s, 3600 * SIM_SEC);
	return ret;
}
