// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The files of the secure processor's firmware: where the ccp driver looks for them
 * (sev-dev.c: sev_get_firmware(); the kernel's fw_search_path.rst), and what is in them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/core/context.h"
#include "lib/util/cleanup.h"

#define NAMES	3
#define DIRS	5
#define FILE_MAX	(4U << 20)

struct search {
	const char *name;
	bool found;
};

static int look(void *arg, const char *name)
{
	struct search *search = arg;

	search->found = !strcmp(search->name, name);
	return search->found;
}

/* The kernel's directories, the one of firmware_class.path first; how many */
static size_t directories(struct sevadm *adm, char dirs[DIRS][384])
{
	char release[128];
	size_t nr = 0;

	if (!host_read_line(adm->host, "/sys/module/firmware_class/parameters/path", dirs[0],
			    sizeof(dirs[0])) && dirs[0][0] == '/')
		nr++;
	host_kernel_release(adm->host, release, sizeof(release));
	snprintf(dirs[nr++], sizeof(dirs[0]), "/lib/firmware/updates/%s", release);
	snprintf(dirs[nr++], sizeof(dirs[0]), "/lib/firmware/updates");
	snprintf(dirs[nr++], sizeof(dirs[0]), "/lib/firmware/%s", release);
	snprintf(dirs[nr++], sizeof(dirs[0]), "/lib/firmware");
	return nr;
}

static void read_image(struct sevadm *adm, struct sevadm_firmware_file *file)
{
	_cleanup_free_ char *data = malloc(FILE_MAX + 1);
	ssize_t n = data ? adm->host->ops->read(adm->host, file->path, data, FILE_MAX + 1) : -ENOMEM;

	file->err = n < 0 ? (int)-n : 0;
	if (n >= 0)
		sevadm_image_parse(data, (size_t)n, &file->image);
}

size_t sevadm_firmware_find(struct sevadm *adm, const struct sevadm_sev_status *running,
			    struct sevadm_firmware_file *files, size_t max, char names[NAMES][64])
{
	bool replaceable = running->api_major > 0 || running->api_minor >= 15;
	static const char *const suffixes[] = { "", ".zst", ".xz" };
	char dirs[DIRS][384], path[448], name[80];
	size_t nr_dirs = directories(adm, dirs), nr = 0;
	unsigned int family, model;

	request_generation(adm, &family, &model);
	snprintf(names[0], sizeof(names[0]), "amd_sev_fam%.2xh_model%.2xh.sbin", family, model);
	snprintf(names[1], sizeof(names[1]), "amd_sev_fam%.2xh_model%.1xxh.sbin", family,
		 (model & 0xf0) >> 4);
	snprintf(names[2], sizeof(names[2]), "sev.fw");
	for (size_t at = 0; at < NAMES * 3 * nr_dirs && nr < max; at++) {
		struct search search = { .name = name };

		snprintf(name, sizeof(name), "%s%s", names[at / (3 * nr_dirs)],
			 suffixes[at / nr_dirs % 3]);
		snprintf(path, sizeof(path), "%s/amd", dirs[at % nr_dirs]);
		if (adm->host->ops->list(adm->host, path, look, &search) < 0 || !search.found)
			continue;
		files[nr] = (struct sevadm_firmware_file){ .taken = !nr && replaceable };
		snprintf(files[nr].path, sizeof(files[0].path), "%s/%s", path, name);
		read_image(adm, &files[nr++]);
	}
	return nr;
}
