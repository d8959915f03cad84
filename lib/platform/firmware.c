// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The files of the secure processor's firmware: where the ccp driver looks for them
 * (sev-dev.c: sev_get_firmware(); the kernel's fw_search_path.rst), and their header.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/core/context.h"

#define NAMES	3
#define DIRS	5

static uint32_t get32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

int sevadm_image_parse(const void *data, size_t size, struct sevadm_image *image)
{
	const uint8_t *p = data;

	*image = (struct sevadm_image){ 0 };
	if (size < SEVADM_IMAGE_HEADER)
		return -EINVAL;
	if (memcmp(p + 0x10, "$PS1", 4))
		return 0;
	*image = (struct sevadm_image){
		.known = true,
		.size_signed = get32(p + 0x14), .is_signed = get32(p + 0x30),
		.sig_id = get32(p + 0x34), .compressed = get32(p + 0x48),
		.size_plain = get32(p + 0x50), .size_packed = get32(p + 0x54),
		.fw_id = (uint16_t)(get32(p + 0x58) & 0xffff), .size_total = get32(p + 0x6c),
		.type = p[0x7c], .subtype = p[0x7d],
	};
	memcpy(image->key_id, p + 0x38, sizeof(image->key_id));
	memcpy(image->version, p + 0x60, sizeof(image->version));
	return 0;
}

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

size_t sevadm_firmware_find(struct sevadm *adm, struct sevadm_firmware_file *files, size_t max,
			    char names[NAMES][64])
{
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
		files[nr] = (struct sevadm_firmware_file){ .taken = !nr };
		snprintf(files[nr++].path, sizeof(files[0].path), "%s/%s", path, name);
	}
	return nr;
}
