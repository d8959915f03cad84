// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * configfs-tsm of a guest's kernel: a directory for each report that is wanted
 * (drivers/virt/coco/tsm.c of Linux 6.12, guest/report.c of 7.3; the sev-guest driver's part
 * in sev_report_new()).
 *
 * What is written counts a generation up; reading a blob makes the report if that of another
 * generation, or none, is there.  A binary file is looked at when it is closed, so its errors
 * are lost.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim_internal.h"

#define ROOT		"/sys/kernel/config"
#define REPORTS		ROOT "/tsm/report"
#define CERT_ENTRY	24u
#define REPORT_AT	0x20u		/* behind status and size in the firmware's answer */

enum access { READ = 1, WRITE = 2 };

/* An attribute; @svsm: there only above VMPL 0 */
struct attribute {
	const char *name;
	enum access access;
	bool svsm;
	int (*read)(struct sim *s, struct sim_vm *vm, struct sim_tsm *item, struct sim_text *t);
	int (*write)(const struct sim_vm *vm, struct sim_tsm *item, const void *data, size_t size);
};

static bool same_guest(const struct sim *s, const struct sim_tsm *item)
{
	return item->used && item->vm == s->inside;
}

static struct sim_tsm *find(struct sim *s, const char *name, size_t len)
{
	for (struct sim_tsm *item = s->st->tsm; item < s->st->tsm + SIM_TSM_ITEMS; item++)
		if (same_guest(s, item) && strlen(item->name) == len &&
		    !strncmp(item->name, name, len))
			return item;
	return NULL;
}

void guest_tsm_forget(struct sim *s, const struct sim_vm *vm)
{
	for (size_t i = 0; i < SIM_TSM_ITEMS; i++)
		if (s->st->tsm[i].vm == (uint32_t)(vm - s->st->kvm.vm) + 1)
			memset(&s->st->tsm[i], 0, sizeof(s->st->tsm[i]));
}

/* From 6.7 on, once the driver of an SNP guest has announced itself */
static bool has_tsm(const struct sim *s, const struct sim_vm *vm)
{
	return vm->kind == SIM_KIND_SNP && vm->guest.secrets &&
	       (s->st->m.kernel_major > 6 || s->st->m.kernel_minor >= 7);
}

/* --- attributes --------------------------------------------------------------- */

static int generation(struct sim *s, struct sim_vm *vm, struct sim_tsm *item, struct sim_text *t)
{
	(void)s;
	(void)vm;
	text_add(t, "%llu\n", (unsigned long long)item->written);
	return 0;
}

static int provider(struct sim *s, struct sim_vm *vm, struct sim_tsm *item, struct sim_text *t)
{
	(void)s;
	(void)vm;
	(void)item;
	text_add(t, "sev_guest\n");
	return 0;
}

static int floor_of(struct sim *s, struct sim_vm *vm, struct sim_tsm *item, struct sim_text *t)
{
	(void)s;
	(void)item;
	text_add(t, "%u\n", vm->guest.vmpl);
	return 0;
}

/* As far as the table goes */
static uint32_t table_size(const uint8_t *certs, uint32_t max)
{
	static const uint8_t end[CERT_ENTRY];
	uint32_t size = 0;

	for (uint32_t at = 0; at + CERT_ENTRY <= max; at += CERT_ENTRY) {
		uint32_t place[2];

		if (!memcmp(certs + at, end, sizeof(end)))
			break;
		memcpy(place, certs + at + 16, sizeof(place));
		if (place[0] + place[1] > size)
			size = place[0] + place[1];
	}
	return size < max ? size : max;
}

/* sev_report_new() */
static int report_new(struct sim *s, struct sim_vm *vm, struct sim_tsm *item)
{
	uint8_t resp[SIM_REPORT_RESP] = { 0 }, certs[SIM_TSM_CERTS] = { 0 };
	uint32_t status, size;
	int ret;

	if (item->in_len != sizeof(item->in) || item->service)
		return -EINVAL;
	ret = guest_ext_report(s, vm, item->in, item->privlevel, resp, certs, sizeof(certs));
	if (ret)
		return ret;
	memcpy(&status, resp, sizeof(status));
	memcpy(&size, resp + 4, sizeof(size));
	if (status == PSP_INVALID_PARAM || status == PSP_INVALID_KEY)
		return -EINVAL;
	if (status)
		return -ENXIO;
	if (size > sizeof(item->out))
		return -ENOMEM;
	memcpy(item->out, resp + REPORT_AT, size);
	item->out_len = size;
	item->certs_len = table_size(certs, sizeof(certs));
	memcpy(item->certs, certs, sizeof(certs));
	return 0;
}

static int made(struct sim *s, struct sim_vm *vm, struct sim_tsm *item)
{
	int ret;

	if (!item->in_len)
		return -EINVAL;
	if (item->out_len && item->made == item->written)
		return 0;
	item->out_len = item->certs_len = 0;
	ret = report_new(s, vm, item);
	if (!ret)
		item->made = item->written;
	return ret;
}

static int outblob(struct sim *s, struct sim_vm *vm, struct sim_tsm *item, struct sim_text *t)
{
	int ret = made(s, vm, item);

	if (!ret)
		text_bytes(t, item->out, item->out_len);
	return ret;
}

static int auxblob(struct sim *s, struct sim_vm *vm, struct sim_tsm *item, struct sim_text *t)
{
	int ret = made(s, vm, item);

	if (!ret)
		text_bytes(t, item->certs, item->certs_len);
	return ret;
}

/* An SVSM's list of services, of which the reports here have none */
static int manifest(struct sim *s, struct sim_vm *vm, struct sim_tsm *item, struct sim_text *t)
{
	(void)t;
	return made(s, vm, item);
}

static int privlevel(const struct sim_vm *vm, struct sim_tsm *item, const void *data, size_t size)
{
	char text[16] = "", *end;
	unsigned long level;

	if (!size || size >= sizeof(text))
		return -EINVAL;
	memcpy(text, data, size);
	level = strtoul(text, &end, 0);
	if (*text < '0' || *text > '9' || (*end && strcmp(end, "\n")) || level > 3 ||
	    level < vm->guest.vmpl)
		return -EINVAL;
	item->written++;
	item->privlevel = (uint32_t)level;
	return 0;
}

static int inblob(const struct sim_vm *vm, struct sim_tsm *item, const void *data, size_t size)
{
	(void)vm;
	if (size > sizeof(item->in))
		return -EFBIG;
	item->written++;
	memcpy(item->in, data, size);
	item->in_len = (uint32_t)size;
	return 0;
}

/* There is no SVSM that would answer */
static int service(const struct sim_vm *vm, struct sim_tsm *item, const void *data, size_t size)
{
	(void)vm;
	(void)data;
	item->written++;
	item->service = size != 0;
	return 0;
}

static const struct attribute attributes[] = {
	{ "auxblob", READ, false, auxblob, NULL },
	{ "generation", READ, false, generation, NULL },
	{ "inblob", WRITE, false, NULL, inblob },
	{ "manifestblob", READ, true, manifest, NULL },
	{ "outblob", READ, false, outblob, NULL },
	{ "privlevel", WRITE, false, NULL, privlevel },
	{ "privlevel_floor", READ, false, floor_of, NULL },
	{ "provider", READ, false, provider, NULL },
	{ "service_guid", WRITE, true, NULL, service },
	{ "service_manifest_version", WRITE, true, NULL, service },
	{ "service_provider", WRITE, true, NULL, service },
};

#define NR_ATTRIBUTES	(sizeof(attributes) / sizeof(attributes[0]))

/* --- paths ---------------------------------------------------------------------- */

/* The item that a path is in, and what follows its name: NULL: none */
static struct sim_tsm *item_of(struct sim *s, const char *path, const char **rest)
{
	size_t len;

	if (!path_eat(&path, REPORTS "/"))
		return NULL;
	len = strcspn(path, "/");
	*rest = path + len;
	return find(s, path, len);
}

static const struct attribute *attribute_of(struct sim *s, const struct sim_vm *vm,
					    const char *path, struct sim_tsm **item)
{
	const char *rest;

	*item = item_of(s, path, &rest);
	for (size_t i = 0; *item && *rest == '/' && i < NR_ATTRIBUTES; i++)
		if (!strcmp(attributes[i].name, rest + 1) &&
		    (!attributes[i].svsm || vm->guest.vmpl))
			return &attributes[i];
	return NULL;
}

bool guest_tsm_has(const char *path)
{
	return !strncmp(path, ROOT, sizeof(ROOT) - 1);
}

int guest_tsm_read(struct sim *s, struct sim_vm *vm, const char *path, struct sim_text *t)
{
	struct sim_tsm *item;
	const struct attribute *a = has_tsm(s, vm) ? attribute_of(s, vm, path, &item) : NULL;

	if (!a)
		return -ENOENT;
	return a->access & READ ? a->read(s, vm, item, t) : -EACCES;
}

int guest_tsm_list(struct sim *s, struct sim_vm *vm, const char *path, struct sim_names *n)
{
	const char *rest;
	struct sim_tsm *item;

	if (!has_tsm(s, vm))
		return strcmp(path, ROOT) ? -ENOENT : 0;
	if (!strcmp(path, ROOT)) {
		names_add(n, "tsm");
	} else if (!strcmp(path, ROOT "/tsm")) {
		names_add(n, "report");
	} else if (!strcmp(path, REPORTS)) {
		for (item = s->st->tsm; item < s->st->tsm + SIM_TSM_ITEMS; item++)
			if (same_guest(s, item))
				names_add(n, "%s", item->name);
	} else {
		item = item_of(s, path, &rest);
		if (!item || *rest)
			return -ENOENT;
		for (size_t i = 0; i < NR_ATTRIBUTES; i++)
			if (!attributes[i].svsm || vm->guest.vmpl)
				names_add(n, "%s", attributes[i].name);
	}
	return 0;
}

static int put(struct sim *s, const char *path, const void *data, size_t size)
{
	struct sim_vm *vm = guest_vm(s);
	struct sim_tsm *item;
	const struct attribute *a;

	if (!vm)
		return -ENODEV;
	a = has_tsm(s, vm) ? attribute_of(s, vm, path, &item) : NULL;
	if (!a)
		return guest_fs_has(s, path) ? -EACCES : -ENOENT;
	return a->access & WRITE ? a->write(vm, item, data, size) : -EACCES;
}

int sim_file_put(struct sim *s, const char *path, const void *data, size_t size)
{
	int ret;

	if (!s->inside)
		return -ENOENT;		/* a host has no file of that kind */
	ret = sim_enter(s, true);
	return ret ? ret : sim_leave(s, put(s, path, data, size));
}

static int make(struct sim *s, const char *path)
{
	struct sim_vm *vm = guest_vm(s);
	struct sim_tsm *item;
	const char *rest;

	if (!vm)
		return -ENODEV;
	if (!has_tsm(s, vm) || strncmp(path, REPORTS "/", sizeof(REPORTS)))
		return strncmp(path, ROOT "/", sizeof(ROOT)) || !has_tsm(s, vm) ? -ENOENT : -EPERM;
	if (item_of(s, path, &rest))
		return *rest ? -EPERM : -EEXIST;
	path += sizeof(REPORTS);
	if (!*path || strchr(path, '/'))
		return -ENOENT;
	if (strlen(path) >= sizeof(item->name))
		return -ENAMETOOLONG;
	for (item = s->st->tsm; item < s->st->tsm + SIM_TSM_ITEMS && item->used;)
		item++;
	if (item == s->st->tsm + SIM_TSM_ITEMS)
		return -ENOMEM;
	memset(item, 0, sizeof(*item));
	item->used = 1;
	item->vm = s->inside;
	strcpy(item->name, path);
	return 0;
}

int sim_dir_make(struct sim *s, const char *path)
{
	int ret;

	if (!s->inside)
		return -ENOENT;
	ret = sim_enter(s, true);
	return ret ? ret : sim_leave(s, make(s, path));
}

int sim_dir_remove(struct sim *s, const char *path)
{
	const char *rest = "";
	struct sim_tsm *item;
	int ret;

	if (!s->inside)
		return -ENOENT;
	ret = sim_enter(s, true);
	if (ret)
		return ret;
	item = guest_vm(s) ? item_of(s, path, &rest) : NULL;
	if (!item)
		ret = -ENOENT;
	else if (*rest)
		ret = -ENOTDIR;
	else
		memset(item, 0, sizeof(*item));
	return sim_leave(s, ret);
}
