// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is known of a host without asking it: the guests that were there when somebody
 * last listed them.  Includes nothing that could reach a device.
 */
#include "lib/platform/noted.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/util/file.h"
#include "lib/util/text.h"

static const char *const kinds[] = { "?", "SEV", "SEV-ES", "SNP" };
static const char *const states[] = { "init", "launching", "running", "tombstone" };

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

char *noted_text(const struct sevadm_guests *guests, const char *boot)
{
	size_t size = 128 + guests->nr_guests * 192, used;
	char *text = malloc(size);

	if (!text)
		return NULL;
	used = (size_t)snprintf(text, size, "boot %.64s\n", boot);
	for (size_t i = 0; i < guests->nr_guests; i++) {
		const struct sevadm_guest *g = &guests->guests[i];

		/* the name comes last, for it may have blanks in it */
		used += (size_t)snprintf(text + used, size - used, "%" PRIu64 " %s %s %d %s\n", g->id,
					 kinds[g->kind], states[g->state], (int)g->pid, g->comm);
	}
	return text;
}

int noted_write(const char *path, const char *text)
{
	char dir[64];
	const char *end = strrchr(path, '/');

	if (end && end > path && (size_t)(end - path) < sizeof(dir)) {
		snprintf(dir, sizeof(dir), "%.*s", (int)(end - path), path);
		if (mkdir(dir, 0755) && errno != EEXIST)
			return -errno;
	}
	return file_replace(path, text, strlen(text), 0600);
}

/* Which of @names, or -1 */
static int name_of(const char *text, const char *const *names, int nr)
{
	for (int i = 0; i < nr; i++)
		if (!strcmp(names[i], text))
			return i;
	return -1;
}

static int add(struct sevadm_noted *noted, const struct sevadm_guest *guest)
{
	struct sevadm_guest *list = reallocarray(noted->guests, noted->nr_guests + 1,
						 sizeof(*list));

	if (!list)
		return -ENOMEM;
	noted->guests = list;
	list[noted->nr_guests++] = *guest;
	return 0;
}

struct reading {
	struct sevadm_noted *noted;
	const char *boot;
	bool begun;
};

/* 1: the rest is of no use */
static int read_line(void *arg, const char *line)
{
	struct reading *r = arg;
	struct sevadm_guest guest = { 0 };
	char kind[8], state[16];
	int at = 0, pid, k, s;

	if (!r->begun) {
		r->begun = true;
		return strncmp(line, "boot ", 5) || strcmp(line + 5, r->boot);
	}
	if (sscanf(line, "%" SCNu64 " %7s %15s %d %n", &guest.id, kind, state, &pid, &at) < 4 || !at)
		return 1;
	k = name_of(kind, kinds, COUNT(kinds));
	s = name_of(state, states, COUNT(states));
	if (k < 0 || s < 0)
		return 1;
	guest.kind = (enum sevadm_guest_kind)k;
	guest.state = (enum sevadm_guest_state)s;
	guest.pid = pid;
	text_escape(line + at, guest.comm, sizeof(guest.comm));
	return add(r->noted, &guest);
}

int noted_read(const char *path, const char *boot, struct sevadm_noted *noted)
{
	struct reading r = { .noted = noted, .boot = boot };
	int ret = file_each_line(path, read_line, &r);

	return ret < 0 ? ret : 0;
}

/* The file of a simulated host tells what its driver would, without being asked through it */
static int recall_simulated(const char *file, struct sevadm_noted *noted)
{
	struct sevadm_failure failure;
	struct sevadm_sim_info info;
	int ret = sevadm_sim_show(file, &info, &failure);

	if (ret)
		return ret;
	snprintf(noted->cpus, sizeof(noted->cpus), info.cpus > 1 ? "0-%u" : "0", info.cpus - 1);
	for (size_t i = 0; i < info.nr_guests && !ret; i++) {
		const struct sevadm_sim_guest *g = &info.guests[i];
		struct sevadm_guest guest = {
			.id = g->id, .kind = g->kind, .pid = (int32_t)g->pid,
			.state = g->tombstone ? SEVADM_GUEST_TOMBSTONE : g->launched ?
				 SEVADM_GUEST_RUNNING : SEVADM_GUEST_LAUNCHING,
		};

		text_escape(g->comm, guest.comm, sizeof(guest.comm));
		if (g->id)
			ret = add(noted, &guest);
	}
	sevadm_sim_info_free(&info);
	return ret;
}

int sevadm_noted_get(const char *device, struct sevadm_noted *noted)
{
	char boot[64];
	int ret;

	*noted = (struct sevadm_noted){ 0 };
	if (!strncmp(device, "sim:", 4)) {
		ret = recall_simulated(device + 4, noted);
	} else {
		if (file_read_line("/sys/devices/system/cpu/possible", noted->cpus,
				   sizeof(noted->cpus)))
			noted->cpus[0] = '\0';
		ret = file_read_line("/proc/sys/kernel/random/boot_id", boot, sizeof(boot));
		if (!ret)
			ret = noted_read(SEVADM_NOTED_GUESTS, boot, noted);
	}
	return ret;
}

void sevadm_noted_free(struct sevadm_noted *noted)
{
	free(noted->guests);
	*noted = (struct sevadm_noted){ 0 };
}
