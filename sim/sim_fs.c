// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The machine's /proc and /sys: which part generates a path, and the small
 * files of /sys/module and /sys/kernel.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim_internal.h"

void text_add(struct sim_text *t, const char *fmt, ...)
{
	char line[512];
	size_t room = t->size - t->len, n;
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	n = len < 0 ? 0 : (size_t)len < sizeof(line) ? (size_t)len : sizeof(line) - 1;
	if (n > room)
		n = room;
	memcpy(t->buf + t->len, line, n);
	t->len += n;
}

void text_bytes(struct sim_text *t, const void *data, size_t len)
{
	size_t room = t->size - t->len;

	if (len > room)
		len = room;
	memcpy(t->buf + t->len, data, len);
	t->len += len;
}

/* A list of CPUs as the kernel prints it with %*pbl, without the newline */
void text_cpus(struct sim_text *t, const struct sim *s,
	       bool (*in)(const struct sim *s, uint32_t cpu, uint32_t arg), uint32_t arg)
{
	uint32_t cpus = s->st->m.cpus, a, b;
	const char *comma = "";

	for (a = 0; a < cpus; a = b + 1) {
		b = a;
		if (!in(s, a, arg))
			continue;
		while (b + 1 < cpus && in(s, b + 1, arg))
			b++;
		text_add(t, a == b ? "%s%u" : "%s%u-%u", comma, a, b);
		comma = ",";
	}
}

void names_add(struct sim_names *n, const char *fmt, ...)
{
	char name[128], *bigger;
	va_list ap;
	size_t len, size;

	va_start(ap, fmt);
	vsnprintf(name, sizeof(name), fmt, ap);
	va_end(ap);
	len = strlen(name) + 1;
	if (n->len + len > n->size) {
		size = n->size ? n->size * 2 : 1024;
		bigger = realloc(n->buf, size);
		if (!bigger) {
			n->failed = true;
			return;
		}
		n->buf = bigger;
		n->size = size;
	}
	memcpy(n->buf + n->len, name, len);
	n->len += len;
}

bool path_eat(const char **path, const char *prefix)
{
	size_t len = strlen(prefix);

	if (strncmp(*path, prefix, len))
		return false;
	*path += len;
	return true;
}

/* Decimal, as a name of a directory is: no sign, no leading zero */
bool path_number(const char **path, uint32_t *n)
{
	const char *p = *path;
	uint64_t v = 0;

	if (*p < '0' || *p > '9' || (*p == '0' && p[1] >= '0' && p[1] <= '9'))
		return false;
	for (; *p >= '0' && *p <= '9'; p++) {
		v = v * 10 + (uint64_t)(*p - '0');
		if (v > INT32_MAX)
			return false;
	}
	*n = (uint32_t)v;
	*path = p;
	return true;
}

/* --- /sys/module --------------------------------------------------------- */

static const char *yes(uint32_t v)
{
	return v ? "Y\n" : "N\n";
}

/* What keeps kvm_amd: each VM's /dev/kvm, itself, its descriptor, its vCPUs' */
static unsigned int kvm_refcnt(const struct sim *s)
{
	unsigned int i, n = 0;

	for (i = 0; i < SIM_MAX_VMS; i++)
		if (s->st->kvm.vm[i].used && !s->st->kvm.vm[i].leaked)
			n += 3 + s->st->kvm.vm[i].vcpus;
	return n;
}

static int kvm_amd_read(struct sim *s, const char *path, struct sim_text *t)
{
	const struct sim_kvm *k = &s->st->kvm;

	if (!k->loaded)
		return -ENOENT;
	if (!strcmp(path, "refcnt"))
		text_add(t, "%u\n", kvm_refcnt(s));
	else if (!strcmp(path, "initstate"))
		text_add(t, "live\n");
	else if (!strcmp(path, "parameters/sev"))
		text_add(t, "%s", yes(k->sev));
	else if (!strcmp(path, "parameters/sev_es"))
		text_add(t, "%s", yes(k->sev_es));
	else if (!strcmp(path, "parameters/sev_snp"))
		text_add(t, "%s", yes(k->sev_snp));
	else if (!strcmp(path, "parameters/npt"))
		text_add(t, "Y\n");
	else
		return -ENOENT;
	return 0;
}

static int ccp_read(struct sim *s, const char *path, struct sim_text *t)
{
	if (!strcmp(path, "refcnt"))
		text_add(t, "%u\n", s->st->kvm.loaded);
	else if (!strcmp(path, "initstate"))
		text_add(t, "live\n");
	else if (!strcmp(path, "parameters/psp_init_on_probe"))
		text_add(t, "Y\n");
	else if (!strcmp(path, "parameters/init_ex_path"))
		text_add(t, "(null)\n");
	else if (!strcmp(path, "parameters/psp_cmd_timeout"))
		text_add(t, "100\n");
	else if (!strcmp(path, "parameters/psp_probe_timeout"))
		text_add(t, "5\n");
	else
		return -ENOENT;
	return 0;
}

int fs_module_read(struct sim *s, const char *path, struct sim_text *t)
{
	if (path_eat(&path, "/kvm_amd/"))
		return kvm_amd_read(s, path, t);
	if (path_eat(&path, "/ccp/"))
		return ccp_read(s, path, t);
	return -ENOENT;
}

int fs_module_list(struct sim *s, const char *path, struct sim_names *n)
{
	static const char *const kvm_amd[] = { "npt", "sev", "sev_es", "sev_snp", NULL };
	static const char *const ccp[] = { "init_ex_path", "psp_cmd_timeout", "psp_init_on_probe",
					   "psp_probe_timeout", NULL };
	const char *const *names = NULL;
	bool module = false;

	if (!*path) {
		names_add(n, "ccp");
		if (s->st->kvm.loaded)
			names_add(n, "kvm_amd");
		return 0;
	}
	if (path_eat(&path, "/kvm_amd") && s->st->kvm.loaded)
		names = kvm_amd;
	else if (path_eat(&path, "/ccp"))
		names = ccp;
	if (names && !*path)
		module = true;
	else if (!names || strcmp(path, "/parameters"))
		return -ENOENT;
	if (module) {
		names_add(n, "initstate");
		names_add(n, "parameters");
		names_add(n, "refcnt");
		return 0;
	}
	for (; *names; names++)
		names_add(n, "%s", *names);
	return 0;
}

/* --- /sys/kernel ---------------------------------------------------------- */

int fs_kernel_read(struct sim *s, const char *path, struct sim_text *t)
{
	static const char *const lockdowns[] = {
		"[none] integrity confidentiality", "none [integrity] confidentiality",
		"none integrity [confidentiality]",
	};
	const struct sim_machine *m = &s->st->m;
	const char *rest = path;

	/* since 7.0 in a directory of their own, the old names kept */
	if (m->kernel_major >= 7 ? path_eat(&rest, "/kexec/") || path_eat(&rest, "/kexec_") :
				   path_eat(&rest, "/kexec_")) {
		if (!strcmp(rest, "loaded"))
			text_add(t, "%u\n", m->kexec_loaded);
		else if (!strcmp(rest, "crash_loaded"))
			text_add(t, "%u\n", m->crash_loaded);
		else if (!strcmp(rest, "crash_size"))
			text_add(t, "%llu\n", m->crash_loaded ? 256ull << 20 : 0ull);
		else
			return -ENOENT;
		return 0;
	}
	if (!strcmp(path, "/security/lockdown"))
		text_add(t, "%s\n", lockdowns[m->lockdown]);
	else
		return -ENOENT;
	return 0;
}

/* debugfs: one directory for each VM, named after its creator and descriptor */
int fs_kernel_list(struct sim *s, const char *path, struct sim_names *n)
{
	uint32_t i;

	if (strcmp(path, "/debug/kvm") || !s->st->kvm.loaded)
		return -ENOENT;
	for (i = 0; i < SIM_MAX_VMS; i++)
		if (s->st->kvm.vm[i].used && !s->st->kvm.vm[i].leaked)
			names_add(n, "%d-10", s->st->kvm.vm[i].pid);
	return 0;
}

/* --- a directory that only has to be there --------------------------------- */

static int nothing_read(struct sim *s, const char *path, struct sim_text *t)
{
	(void)s;
	(void)path;
	(void)t;
	return -ENOENT;
}

static int nothing_list(struct sim *s, const char *path, struct sim_names *n)
{
	(void)s;
	(void)n;
	return *path ? -ENOENT : 0;
}

static int iommu_list(struct sim *s, const char *path, struct sim_names *n)
{
	if (*path)
		return -ENOENT;
	if (s->st->m.bios & SIM_BIOS_NO_IOMMU || sim_booted_with(s, "amd_iommu=off"))
		return 0;
	names_add(n, "ivhd0");
	names_add(n, "ivhd1");
	return 0;
}

/* Of the configuration of its kernel what makes an SNP host */
static int boot_read(struct sim *s, const char *path, struct sim_text *t)
{
	if (!path_eat(&path, "/config-") || strcmp(path, s->st->m.kernel))
		return -ENOENT;
	text_add(t, "CONFIG_AMD_MEM_ENCRYPT=y\nCONFIG_KVM=m\nCONFIG_KVM_AMD=m\nCONFIG_KVM_AMD_SEV=y\n");
	text_add(t, "CONFIG_CRYPTO_DEV_CCP_DD=m\nCONFIG_CRYPTO_DEV_SP_PSP=y\n");
	return 0;
}

/* --- /lib/firmware: as linux-firmware has it, a file for a line of processors, none of 1Ah --- */

static int firmware_list(struct sim *s, const char *path, struct sim_names *n)
{
	if (*path)
		return -ENOENT;
	if (s->st->fw.generation != PSP_FW_TURIN)
		names_add(n, "amd_sev_fam19h_model%uxh.sbin", s->st->fw.generation == PSP_FW_GENOA);
	return 0;
}

static void put32(uint8_t *p, uint32_t value)
{
	for (int i = 0; i < 4; i++, value >>= 8)
		p[i] = (uint8_t)value;
}

/* The image of what runs, with a body and a signature of zeros: nobody loads it here */
static int firmware_read(struct sim *s, const char *path, struct sim_text *t)
{
	const struct psp_fw *fw = &s->st->fw;
	uint8_t image[0x100 + 512 + 512] = { 0 };
	char name[64];

	snprintf(name, sizeof(name), "/amd_sev_fam19h_model%uxh.sbin", fw->generation == PSP_FW_GENOA);
	if (fw->generation == PSP_FW_TURIN || strcmp(path, name))
		return -ENOENT;
	memcpy(image + 0x10, "$PS1", 4);
	put32(image + 0x14, 512);		/* of what is signed */
	put32(image + 0x30, 1);
	put32(image + 0x34, 2);
	put32(image + 0x60, (uint32_t)(fw->api_major << 16 | fw->api_minor << 8 | fw->build));
	put32(image + 0x6c, sizeof(image));
	t->len = t->size < sizeof(image) ? t->size : sizeof(image);
	memcpy(t->buf, image, t->len);
	return 0;
}

/* --- which part ------------------------------------------------------------ */

static const struct part {
	const char *prefix;
	int (*read)(struct sim *s, const char *path, struct sim_text *t);
	int (*list)(struct sim *s, const char *path, struct sim_names *n);
	int (*write)(struct sim *s, const char *path, const char *text);
	int (*link)(struct sim *s, const char *path, struct sim_text *t);
} parts[] = {
	{ "/sys/devices/system/cpu", fs_cpu_read, fs_cpu_list, fs_cpu_write, NULL },
	{ "/sys/fs/cgroup", fs_cgroup_read, fs_cgroup_list, fs_cgroup_write, NULL },
	{ "/sys/module", fs_module_read, fs_module_list, NULL, NULL },
	{ "/sys/kernel", fs_kernel_read, fs_kernel_list, NULL, NULL },
	{ "/proc", fs_proc_read, fs_proc_list, NULL, fs_proc_link },
	{ "/sys/class/iommu", nothing_read, iommu_list, NULL, NULL },
	{ "/boot", boot_read, nothing_list, NULL, NULL },
	{ "/lib/firmware/amd", firmware_read, firmware_list, NULL, NULL },
	{ "/run/systemd/system", nothing_read, nothing_list, NULL, NULL },
};

/* The part, and in *rest what follows its prefix: empty or with a slash */
static const struct part *part_of(const char *path, const char **rest)
{
	size_t i, len;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		len = strlen(parts[i].prefix);
		if (strncmp(path, parts[i].prefix, len) || (path[len] && path[len] != '/'))
			continue;
		*rest = path + len;
		return &parts[i];
	}
	return NULL;
}

static int list_names(struct sim *s, const char *path, struct sim_names *n)
{
	const char *rest;
	const struct part *part = part_of(path, &rest);

	if (s->inside)
		return guest_fs_list(s, path, n);
	return part ? part->list(s, rest, n) : -ENOENT;
}

ssize_t sim_file_read(struct sim *s, const char *path, char *buf, size_t size)
{
	struct sim_text t = { .buf = buf, .size = size };
	struct sim_names n = { 0 };
	const struct part *part;
	const char *rest;
	int ret = sim_enter(s, s->inside && guest_tsm_has(path));

	if (ret)
		return ret;
	part = part_of(path, &rest);
	ret = s->inside ? guest_fs_read(s, path, &t) : part ? part->read(s, rest, &t) : -ENOENT;
	if (ret == -ENOENT && !list_names(s, path, &n))
		ret = -EISDIR;
	free(n.buf);
	ret = sim_leave(s, ret);
	return ret ? ret : (ssize_t)t.len;
}

ssize_t sim_link_read(struct sim *s, const char *path, char *buf, size_t size)
{
	struct sim_text t = { .buf = buf, .size = size };
	const struct part *part;
	const char *rest;
	int ret = sim_enter(s, false);

	if (ret)
		return ret;
	part = part_of(path, &rest);
	ret = part && part->link && !s->inside ? part->link(s, rest, &t) : -ENOENT;
	ret = sim_leave(s, ret);
	return ret ? ret : (ssize_t)t.len;
}

int sim_file_write(struct sim *s, const char *path, const char *text)
{
	const struct part *part;
	const char *rest;
	int ret;

	if (s->inside)
		return sim_file_put(s, path, text, strlen(text));
	ret = sim_enter(s, true);
	if (ret)
		return ret;
	part = part_of(path, &rest);
	ret = part && part->write ? part->write(s, rest, text) : -EACCES;
	return sim_leave(s, ret);
}

int sim_dir_list(struct sim *s, const char *path, int (*fn)(void *arg, const char *name),
		 void *arg)
{
	struct sim_names n = { 0 };
	size_t at;
	int ret = sim_enter(s, false);

	if (ret)
		return ret;
	ret = list_names(s, path, &n);
	if (!ret && n.failed)
		ret = -ENOMEM;
	ret = sim_leave(s, ret);
	/* without the lock: fn may well ask for one of them */
	for (at = 0; !ret && at < n.len; at += strlen(n.buf + at) + 1)
		ret = fn(arg, n.buf + at);
	free(n.buf);
	return ret;
}
