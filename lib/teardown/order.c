// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The firmware's rules of order, as a table: which step has to come before which,
 * why, and the status by which the firmware tells that it did not.  A plan gets its
 * edges from here, whoever made it.
 */
#include <string.h>

#include "lib/firmware/status.h"
#include "lib/teardown/teardown.h"

/**
 * struct rule - one step has to come before another
 * @first:	command of the earlier step
 * @then:	command of the later one
 * @told_by:	what answers @status if not; without that step in the plan nobody does.
 *		NULL: the firmware does not look
 * @why:	one sentence
 */
struct rule {
	const char *first, *then, *told_by;
	uint32_t status;
	const char *why;
};

#define OFFLINE	"a core that is offline when a guest ends owes its WBINVD, and cannot execute it"
#define JUMP	"after it nobody can tell what went wrong; the kernel itself looks at nothing"

static const struct rule rules[] = {
	{ "SIGSTOP", "SNP_DECOMMISSION", NULL, 0,
	  "a vCPU that is inside the guest goes on in it; the firmware does not look" },
	{ "SIGTERM", "SNP_DECOMMISSION", NULL, 0,
	  "KVM decommissions its own guests; only what nobody holds is left to us" },
	{ "SIGSTOP", "SHUTDOWN", NULL, 0,
	  "SEV and SEV-ES guests end in it without a word, those that run as well" },
	{ "SIGTERM", "SHUTDOWN", NULL, 0,
	  "SEV and SEV-ES guests end in it without a word, those that run as well" },
	{ "SIGTERM", "WBINVD", "SNP_DF_FLUSH", FW_WBINVD_REQUIRED,
	  "KVM decommissions as a VMM ends, and that forgets which cores did their WBINVD" },
	{ "SNP_DECOMMISSION", "WBINVD", "SNP_DF_FLUSH", FW_WBINVD_REQUIRED,
	  "decommissioning forgets which cores did their WBINVD: one before it does not count" },
	{ "SHUTDOWN", "WBINVD", "SNP_DF_FLUSH", FW_WBINVD_REQUIRED,
	  "a SEV guest that ends in SHUTDOWN makes cores owe their WBINVD anew; the driver's own, for "
	  "its buffers, proves nothing of a CPU" },
	{ "WBINVD", "SNP_DF_FLUSH", "SNP_DF_FLUSH", FW_WBINVD_REQUIRED,
	  "every core, SMT siblings too, has to have done it since a guest ended" },
	{ "SIGTERM", "SNP_SHUTDOWN_EX", "SNP_SHUTDOWN_EX", FW_DFFLUSH_REQUIRED,
	  "an active guest keeps its ASID from being clean, also after a good flush" },
	{ "SNP_DECOMMISSION", "SNP_SHUTDOWN_EX", "SNP_SHUTDOWN_EX", FW_DFFLUSH_REQUIRED,
	  "an active guest keeps its ASID from being clean, also after a good flush" },
	{ "SHUTDOWN", "SNP_SHUTDOWN_EX", "SNP_SHUTDOWN_EX", FW_INVALID_PLATFORM_STATE,
	  "SNP goes down only while SEV is UNINIT" },
	{ "SNP_DF_FLUSH", "SNP_SHUTDOWN_EX", "SNP_SHUTDOWN_EX", FW_DFFLUSH_REQUIRED,
	  "every ASID has to be clean on every core complex, and the flush makes it so" },
	{ "CPU_ONLINE", "SIGTERM", "SNP_DF_FLUSH", FW_WBINVD_REQUIRED, OFFLINE },
	{ "CPU_ONLINE", "SNP_DECOMMISSION", "SNP_DF_FLUSH", FW_WBINVD_REQUIRED, OFFLINE },
	{ "CPU_ONLINE", "WBINVD", "SNP_DF_FLUSH", FW_WBINVD_REQUIRED, OFFLINE },
	{ "CPU_ONLINE", "rmmod kvm_amd", NULL, 0, OFFLINE },
	{ "SNP_SHUTDOWN_EX", "CPU_OFFLINE", NULL, 0, "until then the core may be asked for again" },
	{ "rmmod kvm_amd", "CPU_OFFLINE", NULL, 0, "until then the core may be asked for again" },
	{ "SIGTERM", "rmmod kvm_amd", NULL, 0,
	  "a module cannot go while a VM is there; the kernel refuses with EBUSY" },
	{ "rmmod kvm_amd", "PLATFORM_STATUS", NULL, 0,
	  "proves nothing before; it succeeds, and shows a state other than UNINIT" },
	{ "rmmod kvm_amd", "SNP_PLATFORM_STATUS", NULL, 0,
	  "proves nothing before; it succeeds, and shows a state other than UNINIT" },
	{ "rmmod kvm_amd", "modprobe kvm_amd", NULL, 0,
	  "one that is loaded is not loaded again, and brings nothing up" },
	{ "PLATFORM_STATUS", "systemctl kexec", NULL, 0, JUMP },
	{ "SNP_PLATFORM_STATUS", "systemctl kexec", NULL, 0, JUMP },
	{ "PLATFORM_STATUS", "KEXEC", NULL, 0, JUMP },
	{ "SNP_PLATFORM_STATUS", "KEXEC", NULL, 0, JUMP },
	{ "KEXEC_FILE_LOAD", "systemctl kexec", NULL, 0, "without an image there is nowhere to go" },
	{ "KEXEC_FILE_LOAD", "KEXEC", NULL, 0, "without an image there is nowhere to go" },
	{ "SHUTDOWN", "PLATFORM_STATUS", NULL, 0,
	  "proves nothing before; it succeeds, and shows a state other than UNINIT" },
	{ "SNP_SHUTDOWN_EX", "SNP_PLATFORM_STATUS", NULL, 0,
	  "proves nothing before; it succeeds, and shows a state other than UNINIT" },
};

/* Other ways to the same end */
static const struct {
	const char *command, *as;
} ways[] = {
	{ "WBINVD_ALL", "WBINVD" },
	{ "virsh shutdown", "SIGTERM" },
	{ "systemctl stop", "SIGTERM" },
	{ "FREEZE", "SIGSTOP" },
};

static bool is(const struct sevadm_plan_step *step, const char *command)
{
	if (!strcmp(step->command, command))
		return true;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		if (!strcmp(ways[i].command, step->command))
			return !strcmp(ways[i].as, command);
	return false;
}

/* Is there such a step, from @i on? */
static bool planned(const struct sevadm_run *run, size_t i, const char *command)
{
	for (; i < run->nr_plan; i++)
		if (is(&run->plan[i], command))
			return true;
	return false;
}

static int add_edges(struct sevadm *adm, struct sevadm_run *run, const struct rule *rule,
		     size_t step)
{
	struct sevadm_plan_edge edge = { .step = step, .why = rule->why };
	int ret = 0;

	if (rule->told_by && planned(run, step, rule->told_by)) {
		edge.told_by = rule->told_by;
		edge.status = rule->status;
	}
	for (edge.after = 0; edge.after < step && !ret; edge.after++)
		if (is(&run->plan[edge.after], rule->first))
			ret = core_edge_add(adm, run, &edge);
	return ret;
}

int plan_order(struct sevadm *adm, struct sevadm_run *run)
{
	int ret = 0;

	/* the plan may have grown since it was put in order last */
	run->nr_edges = 0;
	for (size_t step = 0; step < run->nr_plan && !ret; step++)
		for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]) && !ret; i++)
			if (is(&run->plan[step], rules[i].then))
				ret = add_edges(adm, run, &rules[i], step);
	return ret;
}
