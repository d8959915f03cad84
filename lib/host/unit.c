// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which unit of systemd's a VMM lives in, which cgroup it has to itself, and
 * what libvirt calls it.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/host/host.h"

#define SCOPE_CUT	64	/* of "machine-qemu..." escaped, at least, where it was cut */

#define CGROUP_V1	"/sys/fs/cgroup/systemd"
#define DEPTH		8

/* The path of one hierarchy in /proc/PID/cgroup: "0::/path", "1:name=systemd:/path" */
static bool path_of(const char *lines, const char *controller, char *path, size_t size)
{
	size_t len = strlen(controller), n;

	for (const char *line = lines; line && *line; line = strchr(line, '\n')) {
		line += *line == '\n';
		line += strspn(line, "0123456789");
		if (*line != ':' || strncmp(line + 1, controller, len) || line[1 + len] != ':')
			continue;
		line += len + 2;
		n = strcspn(line, "\n");
		/* outside our cgroup namespace, or gone: nothing that we could act upon */
		if (n >= size || *line != '/' || n < 2)
			return false;
		memcpy(path, line, n);
		path[n] = '\0';
		return !strstr(path, "/..") && !strstr(path, " (deleted)");
	}
	return false;
}

static bool ends_in(const char *text, size_t len, const char *end)
{
	size_t n = strlen(end);

	return len > n && !strncmp(text + len - n, end, n);
}

/*
 * The one component that is a unit; @path is cut behind it.  With two of them the
 * inner one belongs to another manager, of a user or a container, and its name
 * means something else to the system's.
 */
static bool unit_in(char *path, char *name, size_t size)
{
	char *end = NULL;

	for (char *at = path; *at == '/';) {
		size_t len = strcspn(at + 1, "/");

		if (ends_in(at + 1, len, ".service") || ends_in(at + 1, len, ".scope")) {
			if (end || len >= size || at[1] == '-')
				return false;
			memcpy(name, at + 1, len);
			name[len] = '\0';
			end = at + 1 + len;
		}
		at += 1 + len;
	}
	if (!end)
		return false;
	*end = '\0';
	return true;
}

/* ------------------------------------------------------------- alone in its cgroup? */

struct walk {
	struct host *host;
	pid_t pid;
	const char *dir;
	unsigned int depth;
	bool found, others;
};

static int look_into(struct walk *walk, const char *dir);

/* Files are told from directories by their names: those of a controller have its prefix */
static int look_at_name(void *arg, const char *name)
{
	static const char *const files[] = {
		"cgroup.", "memory.", "cpu.", "cpuset.", "io.", "pids.", "misc.", "hugetlb.",
		"rdma.", "irq.", "dmem.",
	};
	struct walk *walk = arg;
	char path[1024];
	int ret;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (!strncmp(name, files[i], strlen(files[i])))
			return 0;
	if (snprintf(path, sizeof(path), "%s/%s", walk->dir, name) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	ret = look_into(walk, path);
	return ret == -ENOENT || ret == -ENOTDIR ? 0 : ret;
}

static int look_into(struct walk *walk, const char *dir)
{
	const char *before = walk->dir;
	char path[1100], list[4096];
	ssize_t n;
	int ret;

	if (walk->depth == DEPTH)
		return -ELOOP;
	snprintf(path, sizeof(path), "%s/cgroup.procs", dir);
	n = walk->host->ops->read(walk->host, path, list, sizeof(list));
	/* below the root of a threaded domain, which has told of its processes */
	if (n == -EOPNOTSUPP && walk->depth)
		return 0;
	if (n < 0)
		return (int)n;
	for (char *line = list; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		bool ours = strtol(line, NULL, 10) == walk->pid;

		walk->found |= ours;
		walk->others |= !ours;
	}
	if (walk->others)
		return 0;
	walk->dir = dir;
	walk->depth++;
	ret = walk->host->ops->list(walk->host, dir, look_at_name, walk);
	walk->depth--;
	walk->dir = before;
	return ret;
}

static bool alone_in(struct host *host, pid_t pid, const char *root, const char *path)
{
	struct walk walk = { .host = host, .pid = pid };
	char dir[1024];

	if (snprintf(dir, sizeof(dir), "%s%s", root, path) >= (int)sizeof(dir))
		return false;
	return !look_into(&walk, dir) && walk.found && !walk.others;
}

/* -------------------------------------------------------------------- its names */

/* "guest=NAME,..." as libvirt writes it: a comma of the name's own is there twice */
static bool name_of(const char *value, char *name, size_t size)
{
	size_t used = 0;

	if (strncmp(value, "guest=", 6))
		return false;
	for (value += 6; *value && used + 1 < size; value++) {
		if (*value == ',' && *++value != ',')
			break;
		name[used++] = *value;
	}
	name[used] = '\0';
	return used && used + 1 < size;
}

static bool name_in_cmdline(struct host *host, pid_t pid, char *name, size_t size)
{
	char path[64], words[8192];
	ssize_t n, at = 0;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)pid);
	n = host->ops->read(host, path, words, sizeof(words));
	for (; at < n; at += (ssize_t)strlen(words + at) + 1)
		if (!strcmp(words + at, "-name"))
			return at + 6 < n && name_of(words + at + 6, name, size);
	return false;
}

/* What systemd-escape(1) did, undone */
static void unescape(const char *in, char *out, size_t size)
{
	size_t used = 0;

	while (*in && used + 1 < size) {
		if (in[0] == '\\' && in[1] == 'x' && isxdigit(in[2]) && isxdigit(in[3])) {
			char byte[3] = { in[2], in[3], '\0' };

			out[used++] = (char)strtoul(byte, NULL, 16);
			in += 4;
		} else {
			out[used++] = *in == '-' ? '/' : *in;
			in++;
		}
	}
	out[used] = '\0';
}

/* "machine-qemu\x2dID\x2dNAME.scope" */
static bool name_in_scope(const char *unit, char *name, size_t size)
{
	char plain[256], *at = plain;

	unescape(unit + strlen("machine-"), plain, sizeof(plain));
	if (strncmp(at, "qemu-", 5) || !ends_in(plain, strlen(plain), ".scope"))
		return false;
	plain[strlen(plain) - strlen(".scope")] = '\0';
	at += 5 + strspn(at + 5, "0123456789");
	return *at++ == '-' && *at && snprintf(name, size, "%s", at) < (int)size;
}

/* Names that virsh(1) would take for something else: an id, or an option */
static bool unclear(const char *domain)
{
	return domain[0] == '-' || domain[strspn(domain, "0123456789")] == '\0';
}

/* The letters and digits of a name alone, which libvirt keeps of it in that of the scope */
static void letters(const char *name, char *out, size_t size)
{
	size_t used = 0;

	for (; *name && used + 1 < size; name++)
		if (isascii((unsigned char)*name) && isalnum((unsigned char)*name))
			out[used++] = *name;
	out[used] = '\0';
}

/*
 * The command line has the whole name, and is memory of the VMM's own, which may say there
 * what it likes; that of the scope is systemd's.  So one has to agree with the other, as
 * far as it goes: libvirt cuts it at 64 characters.
 */
static bool domain_of(struct host *host, pid_t pid, struct host_unit *unit)
{
	char said[256], kept[256];

	if (!name_in_scope(unit->name, kept, sizeof(kept)))
		return false;
	if (!name_in_cmdline(host, pid, unit->domain, sizeof(unit->domain)))
		return snprintf(unit->domain, sizeof(unit->domain), "%s", kept) > 0;
	letters(unit->domain, said, sizeof(said));
	letters(kept, kept, sizeof(kept));
	return kept[0] && !strncmp(said, kept, strlen(kept)) &&
	       (said[strlen(kept)] == '\0' || strlen(unit->name) >= SCOPE_CUT);
}

static enum host_unit_kind kind_of(struct host *host, pid_t pid, struct host_unit *unit, bool alone)
{
	/* they leave VMMs behind that are none of theirs to stop */
	static const char *const daemons[] = {
		"libvirtd.service", "virtqemud.service", "sshd.service", "ssh.service",
	};

	if (!strncmp(unit->name, "machine-qemu\\x2d", 16) &&
	    ends_in(unit->name, strlen(unit->name), ".scope"))
		return domain_of(host, pid, unit) && !unclear(unit->domain) ?
		       HOST_UNIT_LIBVIRT : HOST_UNIT_NONE;
	for (size_t i = 0; i < sizeof(daemons) / sizeof(daemons[0]); i++)
		if (!strcmp(unit->name, daemons[i]))
			return HOST_UNIT_NONE;
	return alone && ends_in(unit->name, strlen(unit->name), ".service") ? HOST_UNIT_SERVICE :
	       HOST_UNIT_NONE;
}

static void find(struct host *host, pid_t pid, struct host_unit *unit)
{
	char file[64], lines[4096], v2[512], v1[512];
	bool has_v2, has_v1, is_unit, alone;

	snprintf(file, sizeof(file), "/proc/%d/cgroup", (int)pid);
	if (host->ops->read(host, file, lines, sizeof(lines)) < 0)
		return;
	has_v2 = path_of(lines, "", v2, sizeof(v2));
	has_v1 = path_of(lines, "name=systemd", v1, sizeof(v1));
	is_unit = has_v2 && unit_in(v2, unit->name, sizeof(unit->name));
	alone = has_v2 && alone_in(host, pid, HOST_CGROUP, v2);
	if (alone)
		strcpy(unit->cgroup, v2);
	if (!is_unit && has_v1) {
		is_unit = unit_in(v1, unit->name, sizeof(unit->name));
		alone = is_unit && alone_in(host, pid, CGROUP_V1, v1);
	}
	if (is_unit)
		unit->kind = kind_of(host, pid, unit, alone);
}

const struct host_unit *host_vm_unit(struct host *host, struct host_vm *vm)
{
	if (vm->unit.known)
		return &vm->unit;
	vm->unit = (struct host_unit){ .known = true };
	find(host, vm->pid, &vm->unit);
	/* all that was of this process: it has not ended, and its pid is not another's */
	if (host->ops->process_wait(host, vm->handle, 0) == 1)
		vm->unit = (struct host_unit){ .known = true };
	return &vm->unit;
}

int host_cgroup_freeze(struct host *host, const char *cgroup, bool freeze)
{
	char path[640];

	snprintf(path, sizeof(path), HOST_CGROUP "%s/cgroup.freeze", cgroup);
	return host->ops->write(host, path, freeze ? "1" : "0");
}

int host_cgroup_asked(struct host *host, const char *cgroup)
{
	char path[640], line[16];
	int ret;

	snprintf(path, sizeof(path), HOST_CGROUP "%s/cgroup.freeze", cgroup);
	ret = host_read_line(host, path, line, sizeof(line));
	return ret ? ret : !strcmp(line, "1");
}

int host_cgroup_frozen(struct host *host, const char *cgroup)
{
	char path[640], text[256];
	ssize_t n;

	snprintf(path, sizeof(path), HOST_CGROUP "%s/cgroup.events", cgroup);
	n = host->ops->read(host, path, text, sizeof(text));
	return n < 0 ? (int)n : strstr(text, "frozen 1") != NULL;
}
