// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What status, guests and check print as JSON, read back.
 */
#include "cmd/like.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/util/cleanup.h"
#include "lib/util/cpuset.h"
#include "lib/util/file.h"
#include "lib/util/text.h"

#define REPORT_MAX	(64u << 20)

void like_warn(struct like *like, const char *format, ...)
{
	char line[1024], escaped[sizeof(line) * 4];
	va_list ap;

	if (like->nr_warnings == sizeof(like->warnings) / sizeof(like->warnings[0]))
		return;
	va_start(ap, format);
	vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	/* names in it are those of a file */
	like->warnings[like->nr_warnings] = strdup(text_escape(line, escaped, sizeof(escaped)));
	if (like->warnings[like->nr_warnings])
		like->nr_warnings++;
}

void like_free(struct like *like)
{
	for (size_t i = 0; i < like->nr_warnings; i++)
		free(like->warnings[i]);
	free(like);
}

/* --------------------------------------------------------------------- members of JSON */

static json_object *member(json_object *of, const char *name)
{
	json_object *value = NULL;

	if (of && json_object_is_type(of, json_type_object))
		json_object_object_get_ex(of, name, &value);
	return value;
}

static const char *text(json_object *of, const char *name)
{
	json_object *value = member(of, name);

	return value && json_object_is_type(value, json_type_string) ?
	       json_object_get_string(value) : "";
}

/* What is not there, or below 0, is 0 */
static uint64_t number(json_object *of, const char *name)
{
	json_object *value = member(of, name);
	int64_t n = value && json_object_is_type(value, json_type_int) ?
		    json_object_get_int64(value) : 0;

	return n > 0 ? (uint64_t)n : 0;
}

static bool truth(json_object *of, const char *name)
{
	return json_object_get_boolean(member(of, name));
}

static size_t length(json_object *list)
{
	return list && json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
}

#define TAKE(to, from)	snprintf(to, sizeof(to), "%.*s", (int)sizeof(to) - 1, from)

/* ------------------------------------------------------------------------------ parts */

static int take_host(struct like *like, json_object *host, struct sevadm_failure *failure)
{
	struct cpuset present, offline;
	unsigned int cpus;

	if (!host)
		return 0;
	if (cpuset_parse(text(host, "cpus_present"), &present) ||
	    cpuset_parse(text(host, "cpus_offline"), &offline))
		return snprintf(failure->message, sizeof(failure->message),
				"its lists of CPUs cannot be read"), -EINVAL;
	cpus = cpuset_count(&present);
	if (!cpus || cpuset_next(&present, 0) != 0 || cpuset_has(&present, cpus) ||
	    !cpuset_has(&present, cpus - 1))
		return snprintf(failure->message, sizeof(failure->message), "its CPUs are not numbered "
				"from 0 without a gap, and those of a simulated host are"), -EINVAL;
	like->has_host = true;
	like->sim.cpus = cpus;
	like->sim.no_patch = !truth(host, "sev_debug");
	TAKE(like->offline, text(host, "cpus_offline"));
	TAKE(like->kernel, text(host, "kernel"));
	return 0;
}

static void take_topology(struct like *like, json_object *topology)
{
	if (!topology)
		return;
	like->has_topology = true;
	like->sim.sockets = (unsigned int)number(topology, "sockets");
	like->sim.threads_per_core = (unsigned int)number(topology, "threads_per_core");
	like->sim.cores_per_ccx = (unsigned int)number(topology, "cores_per_ccx");
	TAKE(like->generation, text(topology, "generation"));
	TAKE(like->smt, text(topology, "smt"));
}

static void take_driver(struct like *like, json_object *driver)
{
	if (!driver)
		return;
	like->has_driver = true;
	like->psp_dead = truth(driver, "psp_dead");
	like->init_locked = truth(driver, "init_locked");
	like->svm_on = truth(driver, "svm_on");
	like->iommu_stuck = truth(driver, "iommu_stuck");
	like->track_lost = truth(driver, "track_lost");
	like->sim.tio = truth(driver, "tio");
	like->sim.ciphertext_hiding = truth(driver, "ciphertext_hiding");
	if (truth(driver, "mismatch"))
		like_warn(like, "driver and firmware differ about SNP there, which is not taken over");
	if (number(driver, "leaked_pages"))
		like_warn(like, "%llu pages leaked there, which is not taken over",
			  (unsigned long long)number(driver, "leaked_pages"));
}

static void take_states(struct like *like, json_object *result)
{
	json_object *sev = member(result, "sev"), *snp = member(result, "snp");

	if (!sev && !snp)
		return;
	like->has_states = true;
	TAKE(like->sev, text(sev, "state"));
	TAKE(like->snp, text(snp, "state"));
}

/* A check tells by sentences; those that are looked for here are lib/check's */
static void take_check(struct like *like, json_object *check)
{
	const char *id = text(check, "id"), *reason = text(check, "reason");

	if (!strcmp(id, "lockdown") && strstr(reason, "[integrity]"))
		like->lockdown = "lockdown=integrity";
	else if (!strcmp(id, "lockdown") && strstr(reason, "[confidentiality]"))
		like->lockdown = "lockdown=confidentiality";
	else if (!strcmp(id, "module.kvm_amd") && strstr(reason, "not loaded"))
		like->kvm_gone = true;
	else if (!strcmp(id, "psp.alive") && !strcmp(text(check, "verdict"), "FAIL"))
		like->psp_dead = true;
	else if (!strcmp(id, "sev.state") && !like->sev[0])
		sscanf(reason, "SEV is %15[A-Z]", like->sev);
	else if (!strcmp(id, "snp.state") && !like->snp[0])
		sscanf(reason, "SEV-SNP is %15[A-Z]", like->snp);
	like->has_states |= like->sev[0] || like->snp[0];
}

static uint32_t kind_of(const char *name)
{
	static const char *const kinds[] = { "", "SEV", "SEV-ES", "SNP" };

	for (uint32_t i = 1; i < 4; i++)
		if (!strcmp(kinds[i], name))
			return i;
	return 0;
}

static void take_guest(struct like *like, json_object *g)
{
	struct like_guest *guest = &like->guests[like->nr_guests];

	*guest = (struct like_guest){
		.vm = { .id = number(g, "id"), .pid = (uint32_t)number(g, "pid"),
			.kind = kind_of(text(g, "kind")) },
		.asid = (uint32_t)number(g, "asid"),
	};
	TAKE(guest->comm, text(g, "process"));
	TAKE(guest->state, text(g, "state"));
	guest->tombstone = !strcmp(guest->state, "tombstone");
	guest->vm.launching = !strcmp(guest->state, "launching") || !strcmp(guest->state, "init");
	guest->vm.leaked = !guest->tombstone && !truth(g, "held");
	text_u64(text(g, "policy"), UINT64_MAX, &guest->vm.policy);
	if (guest->vm.kind && guest->vm.id)
		like->nr_guests++;
	else
		like_warn(like, "a guest without id or kind is left out");
}

static const char *units_of(const char *unit)
{
	size_t len = strlen(unit);

	if (!strncmp(unit, "machine-qemu", 12))
		return "libvirt";
	return len > 8 && !strcmp(unit + len - 8, ".service") ? "service" : "session";
}

static void take_process(struct like *like, json_object *p)
{
	struct like_process *process = &like->processes[like->nr_processes++];

	*process = (struct like_process){
		.pid = (uint32_t)number(p, "pid"), .vcpus = (uint32_t)number(p, "vcpus"),
		.vms = (uint32_t)number(p, "vms"), .guests = (uint32_t)number(p, "guests"),
		.units = units_of(text(p, "unit")),
	};
	TAKE(process->comm, text(p, "process"));
}

static int take_guests(struct like *like, json_object *result, struct sevadm_failure *failure)
{
	json_object *guests = member(result, "guests"), *processes = member(result, "processes");

	if (length(guests) > LIKE_GUESTS || length(processes) > LIKE_GUESTS)
		return snprintf(failure->message, sizeof(failure->message), "it has more than %d "
				"guests, which no simulated host has", LIKE_GUESTS), -EINVAL;
	if (guests) {
		like->has_guests = true;
		like->nr_guests = 0;
	}
	for (size_t i = 0; i < length(guests); i++)
		take_guest(like, json_object_array_get_idx(guests, i));
	if (processes) {
		like->has_processes = true;
		like->nr_processes = 0;
	}
	for (size_t i = 0; i < length(processes); i++)
		take_process(like, json_object_array_get_idx(processes, i));
	return 0;
}

/* ---------------------------------------------------------------------------- the file */

static int take_result(struct like *like, json_object *result, struct sevadm_failure *failure)
{
	json_object *checks = member(result, "checks");
	const char *command = text(result, "command");
	int ret = 0;

	if (json_object_is_type(result, json_type_array)) {
		for (size_t i = 0; i < length(result) && !ret; i++)
			ret = take_result(like, json_object_array_get_idx(result, i), failure);
		return ret;
	}
	if (strcmp(command, "status") && strcmp(command, "guests") && strcmp(command, "check"))
		return snprintf(failure->message, sizeof(failure->message), "what it holds is no "
				"result of status, guests or check with --json"), -EBADMSG;
	ret = take_host(like, member(result, "host"), failure);
	take_topology(like, member(result, "topology"));
	take_states(like, result);
	take_driver(like, member(result, "driver"));
	for (size_t i = 0; i < length(checks); i++)
		take_check(like, json_object_array_get_idx(checks, i));
	return ret ? ret : take_guests(like, result, failure);
}

/* One result after the other */
static int parse(struct like *like, const char *at, size_t size, struct sevadm_failure *failure)
{
	json_tokener *tokener = json_tokener_new();
	const char *end = at + size;
	int ret = tokener ? 0 : -ENOMEM;

	while (!ret) {
		json_object *result;

		for (; at < end && strchr(" \t\r\n", *at); at++)
			;
		if (at == end)
			break;
		result = json_tokener_parse_ex(tokener, at, (int)(end - at));
		if (!result) {
			snprintf(failure->message, sizeof(failure->message), "it is no JSON: %s",
				 json_tokener_error_desc(json_tokener_get_error(tokener)));
			ret = -EBADMSG;
		} else {
			at += json_tokener_get_parse_end(tokener);
			ret = take_result(like, result, failure);
			json_object_put(result);
		}
	}
	if (tokener)
		json_tokener_free(tokener);
	return ret;
}

int like_read(const char *path, struct like *like, struct sevadm_failure *failure)
{
	_cleanup_free_ char *data = NULL;
	char why[sizeof(failure->message)] = "", name[1024];
	size_t size = 0;
	int ret = file_read_all(path, REPORT_MAX, &data, &size);

	*failure = (struct sevadm_failure){ .status = SEVADM_NO_FW_CALL };
	if (!ret)
		ret = parse(like, data, size, failure);
	if (!ret && !like->has_host) {
		snprintf(failure->message, sizeof(failure->message), "it does not tell what CPUs "
			 "the host has");
		ret = -EBADMSG;
	}
	if (!ret)
		return 0;
	snprintf(why, sizeof(why), "%s", failure->message[0] ? failure->message : strerror(-ret));
	snprintf(failure->message, sizeof(failure->message), "%s: %.256s",
		 text_escape(path, name, 300), why);
	failure->err = -ret;
	failure->kind = ret == -EINVAL ? SEVADM_USAGE : ret == -ENOENT ? SEVADM_ABSENT :
			ret == -EACCES ? SEVADM_PERMISSION : SEVADM_FAILED;
	return ret;
}
