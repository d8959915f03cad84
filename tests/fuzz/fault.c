// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Faults (lib/core/fault.c, lib/device/fault*.c), and what the library makes of answers that
 * no driver ever gave.  The input is a fault in each line; those that make sense are put in,
 * and a simulated host is then taken through all that can be asked of it.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "fuzz.h"
#include "sevadm.h"
#include "sim_machine.h"

static struct machine machine;

static const struct sim_options options = {
	.cpus = 2, .threads_per_core = 1, .cores_per_ccx = 1, .sockets = 1, .snp_guests = 1,
	.sev_guests = 1, .vcpus = 1,
};

static bool is_sentence(const char *text)
{
	if (!*text)
		return false;
	for (; *text; text++)
		if (*text < 0x20 || *text > 0x7e)
			return false;
	return true;
}

/* A fault that is none says why, and is not put in; the other way round as well */
static void put_in(struct sevadm *adm, const char *spec)
{
	struct sevadm_failure failure = { 0 };
	int ret = sevadm_fault_check(spec, &failure);

	must(!ret || ret == -EINVAL);
	must(!ret || (is_sentence(failure.message) && failure.kind == SEVADM_USAGE));
	if (!ret) {
		ret = sevadm_fault_add(adm, spec);
		must(!ret || ret == -ENOSPC);
	}
}

/* Whatever it did, or did not: it is a run whose texts can be printed */
static void check_run(struct sevadm_run *run)
{
	for (size_t i = 0; i < run->nr_steps; i++)
		must(run->steps[i].command && run->steps[i].err >= 0);
	for (size_t i = 0; i < run->nr_warnings; i++)
		must(is_sentence(run->warnings[i]));
	must(memchr(run->message, 0, sizeof(run->message)));
	sevadm_run_free(run);
}

static void ask(struct sevadm *adm)
{
	struct sevadm_guests guests = { 0 };
	struct sevadm_status status = { 0 };
	struct sevadm_readiness ready = { 0 };
	struct sevadm_run run = { 0 };

	sevadm_status_get(adm, &status, &run);
	check_run(&run);
	if (!sevadm_guests_get(adm, &guests, &run))
		sevadm_guests_status(adm, &guests, &run);
	sevadm_guests_free(&guests);
	check_run(&run);
	sevadm_check(adm, SEVADM_GOAL_TEARDOWN, &ready);
	sevadm_readiness_free(&ready);
}

static void change(struct sevadm *adm)
{
	struct sevadm_wbinvd_options everywhere = { 0 };
	struct sevadm_teardown_options all = {
		.guests = SEVADM_GUESTS_DECOMMISSION, .online_cpus = true,
	};
	const uint64_t id = 1;
	struct sevadm_run run = { 0 };

	sevadm_decommission(adm, &id, 1, true, false, &run);
	check_run(&run);
	sevadm_shutdown(adm, SEVADM_SHUTDOWN_LEGACY, true, false, &run);
	check_run(&run);
	sevadm_df_flush(adm, false, false, &run);
	check_run(&run);
	sevadm_wbinvd(adm, &everywhere, false, &run);
	check_run(&run);
	sevadm_df_flush(adm, false, false, &run);
	check_run(&run);
	sevadm_shutdown(adm, SEVADM_SHUTDOWN_STRICT, true, false, &run);
	check_run(&run);
	sevadm_teardown(adm, &all, &run);
	check_run(&run);
	sevadm_init(adm, false, &run);
	check_run(&run);
	sevadm_recover(adm, false, false, &run);
	check_run(&run);
}

static void check_counts(struct sevadm *adm)
{
	struct sevadm_fault fault;

	for (size_t i = 0; !sevadm_fault_get(adm, i, &fault); i++)
		must(fault.spec && fault.used <= fault.asked);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size), *rest = text, *line, device[80];
	struct sevadm *adm;

	must(text);
	machine_prepare(&machine, &options, NULL);
	snprintf(device, sizeof(device), "sim:%s", machine.path);
	must(!sevadm_open(&adm, device, SEVADM_WRITE));
	while ((line = strsep(&rest, "\n")))
		put_in(adm, line);
	if (!sevadm_failure(adm)->kind) {
		ask(adm);
		change(adm);
		ask(adm);
	}
	must(!sevadm_failure(adm)->kind || is_sentence(sevadm_failure(adm)->message));
	check_counts(adm);
	sevadm_close(adm);
	machine_restore(&machine);
	free(text);
	return 0;
}
