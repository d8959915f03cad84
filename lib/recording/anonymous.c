// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/recording/anonymous.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCOPE	"machine-qemu\\x2d"

static bool ends_in(const char *text, const char *end)
{
	size_t len = strlen(text), n = strlen(end);

	return len > n && !strcmp(text + len - n, end);
}

/* Names that every host has, or that say what a group is for */
static bool is_common(const char *component)
{
	static const char *const common[] = {
		"system.slice", "machine.slice", "user.slice", "init.scope", "libvirt", "emulator",
		"libvirtd.service", "virtqemud.service", "sshd.service", "ssh.service",
		"machine", "systemd", "unified", "removed",
	};
	static const char *const files[] = {
		"cgroup.", "memory.", "cpu.", "cpuset.", "io.", "pids.", "misc.", "hugetlb.",
		"rdma.", "irq.", "dmem.", "vcpu", "iothread",
	};

	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		if (!strcmp(component, common[i]))
			return true;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (!strncmp(component, files[i], strlen(files[i])))
			return !ends_in(component, ".service") && !ends_in(component, ".scope");
	return false;
}

void anonymous_component(struct names *names, const char *component, char *text, size_t size)
{
	enum name_kind kind = ends_in(component, ".service") ? NAME_SERVICE :
			      ends_in(component, ".scope") ? NAME_SCOPE :
			      ends_in(component, ".slice") ? NAME_SLICE : NAME_GROUP;

	snprintf(text, size, "%s", is_common(component) ? component :
		 names_for(names, kind, component));
}

void anonymous_cgroup(struct names *names, const char *path, char *text, size_t size)
{
	size_t root = !strncmp(path, ANONYMOUS_CGROUP, strlen(ANONYMOUS_CGROUP)) ?
		      strlen(ANONYMOUS_CGROUP) : 0, used;

	used = (size_t)snprintf(text, size, "%.*s", (int)root, path);
	for (path += root; *path == '/' && used < size;) {
		size_t n = strcspn(path + 1, "/");
		char component[512], other[512];

		snprintf(component, sizeof(component), "%.*s", (int)n, path + 1);
		/* "..", "": what says that it is nowhere */
		if (!n || component[0] == '.')
			snprintf(other, sizeof(other), "%s", component);
		else
			anonymous_component(names, component, other, sizeof(other));
		used += (size_t)snprintf(text + used, size - used, "/%s", other);
		path += 1 + n;
	}
}

/* Lines "0::/path" */
static void cgroup_file(struct names *names, const char *lines, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	while (*lines && used < size) {
		size_t n = strcspn(lines, "\n"), head = 0;
		char line[4096], path[4096];

		snprintf(line, sizeof(line), "%.*s", (int)n, lines);
		for (int colons = 0; line[head] && colons < 2; head++)
			colons += line[head] == ':';
		anonymous_cgroup(names, line + head, path, sizeof(path));
		used += (size_t)snprintf(text + used, size - used, "%.*s%s%s\n", (int)head, line,
					 path, strstr(line, " (deleted)") ? " (deleted)" : "");
		lines += n + (lines[n] == '\n');
	}
}

/* What is looked at: the state, and when it began */
static void stat_file(struct names *names, long pid, const char *stat, char *text, size_t size)
{
	const char *open = strchr(stat, '('), *close = strrchr(stat, ')'), *at;
	char comm[256] = "", state = '?';
	unsigned long long start = 0;

	if (!open || !close || close < open) {
		snprintf(text, size, "removed");
		return;
	}
	snprintf(comm, sizeof(comm), "%.*s", (int)(close - open - 1), open + 1);
	if (close[1] == ' ' && close[2])
		state = close[2];
	at = close + 1;
	for (int field = 3; at && field <= 22; field++)
		at = strchr(at + (field > 3), ' ');
	if (at)
		start = strtoull(at + 1, NULL, 10);
	snprintf(text, size, "%ld (%s) %c 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 %llu 0\n", pid,
		 names_for(names, NAME_COMM, comm), isalpha((unsigned char)state) ? state : '?',
		 start);
}

bool anonymous_process(struct names *names, const char *inner, const char *name,
		       const struct recording_bytes *got, char *text, size_t size)
{
	char comm[256];

	if (!strcmp(name, "/stat")) {
		stat_file(names, names_pid(names, strtol(got->data, NULL, 10)), got->data, text,
			  size);
		return true;
	}
	if (!strcmp(inner, "/comm")) {
		snprintf(comm, sizeof(comm), "%.*s", (int)strcspn(got->data, "\n"), got->data);
		snprintf(text, size, "%s\n", names_for(names, NAME_COMM, comm));
		return true;
	}
	if (strcmp(inner, "/cgroup"))
		return false;
	cgroup_file(names, got->data, text, size);
	return true;
}

/* ----------------------------------------------------------------- libvirt's domains */

/* As lib/host/unit.c reads it: "-name", then "guest=NAME", a comma of its own twice */
static bool domain_in(const struct recording_bytes *cmdline, char *name, size_t size)
{
	const char *at = cmdline->data, *end = cmdline->data + cmdline->size;
	size_t used = 0;

	for (; at < end && strcmp(at, "-name"); at += strlen(at) + 1)
		;
	at += 6;
	if (at >= end || strncmp(at, "guest=", 6))
		return false;
	for (at += 6; *at && used + 1 < size; at++) {
		if (*at == ',' && *++at != ',')
			break;
		name[used++] = *at;
	}
	name[used] = '\0';
	return used;
}

static void letters(const char *name, char *out, size_t size)
{
	size_t used = 0;

	for (; *name && used + 1 < size; name++)
		if (isascii((unsigned char)*name) && isalnum((unsigned char)*name))
			out[used++] = *name;
	out[used] = '\0';
}

/* The name in that of a scope, and where it begins there: after "machine-qemu\x2dID\x2d" */
static size_t name_in_scope(const char *scope, char *name, size_t size)
{
	size_t at = strlen(SCOPE), used = 0, begin;
	const char *end = scope + strlen(scope) - strlen(".scope");

	if (strncmp(scope, SCOPE, at) || !ends_in(scope, ".scope"))
		return 0;
	at += strspn(scope + at, "0123456789");
	if (strncmp(scope + at, "\\x2d", 4))
		return 0;
	begin = at + 4;
	for (const char *p = scope + begin; p < end && used + 1 < size; p++) {
		if (p[0] == '\\' && p[1] == 'x' && isxdigit(p[2]) && isxdigit(p[3])) {
			char byte[3] = { p[2], p[3], '\0' };

			name[used++] = (char)strtoul(byte, NULL, 16);
			p += 3;
		} else {
			name[used++] = *p;
		}
	}
	name[used] = '\0';
	return begin;
}

/* A name that virsh would not take stays one: nobody is called by it */
static bool unclear(const char *domain)
{
	return domain[0] == '-' || !domain[strspn(domain, "0123456789")];
}

/* A scope, and the domain that the command line of its process names, if it is the same */
static void pair(struct names *names, const char *scope, const char *domain)
{
	char kept[512], a[512], b[512], to[600];
	size_t begin = name_in_scope(scope, kept, sizeof(kept));
	const char *other;

	if (!begin || names_find(names, scope))
		return;
	letters(kept, b, sizeof(b));
	letters(domain ? domain : "", a, sizeof(a));
	/* which it is as far as libvirt did not cut it */
	if (!domain || !b[0] || strncmp(a, b, strlen(b)))
		domain = kept;
	if (unclear(kept) || unclear(domain))
		other = names_set(names, kept, kept);
	else
		other = names_for(names, NAME_DOMAIN, domain);
	snprintf(to, sizeof(to), "%.*s%s.scope", (int)begin, scope, other);
	names_set(names, scope, to);
}

static const struct recording_bytes *file_of(const struct recording *r, const char *directory,
					     const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "%.40s/%s", directory, name);
	for (size_t i = 0; i < r->nr; i++)
		if (r->events[i].kind == RECORDING_READ && r->events[i].nr_got &&
		    r->events[i].got[0].data && !strcmp(r->events[i].words[0].data ?: "", path))
			return &r->events[i].got[0];
	return NULL;
}

static void pair_in(struct names *names, const struct recording *r,
		    const struct recording_event *event)
{
	const char *path = event->words[0].data ?: "", *at;
	const struct recording_bytes *cmdline;
	char directory[64], scope[512], domain[512];

	if (event->kind != RECORDING_READ || !event->nr_got || !event->got[0].data ||
	    strncmp(path, "/proc/", 6) || !ends_in(path, "/cgroup"))
		return;
	at = strstr(event->got[0].data, SCOPE);
	if (!at)
		return;
	snprintf(scope, sizeof(scope), "%.*s", (int)strcspn(at, "/\n"), at);
	snprintf(directory, sizeof(directory), "%.*s", (int)(strlen(path) - strlen("/cgroup")),
		 path);
	cmdline = file_of(r, directory, "cmdline");
	pair(names, scope, cmdline && domain_in(cmdline, domain, sizeof(domain)) ? domain : NULL);
}

void anonymous_domains(struct names *names, const struct recording *recording)
{
	for (size_t i = 0; i < recording->nr; i++)
		if (recording->events[i].nr_words)
			pair_in(names, recording, &recording->events[i]);
}

void anonymous_cmdline(struct names *names, struct recording_bytes *got)
{
	char domain[512], text[640];
	int n;

	if (!domain_in(got, domain, sizeof(domain))) {
		n = snprintf(text, sizeof(text), "removed");
	} else {
		const char *to = unclear(domain) ? domain : names_for(names, NAME_DOMAIN, domain);

		n = snprintf(text, sizeof(text), "removed%c-name%cguest=%s", '\0', '\0', to);
	}
	if (recording_bytes_set(got, text, (size_t)n + 1))
		names->failed = true;
}

void anonymous_lines(struct names *names, struct recording_bytes *got)
{
	/* a pid that stands for another has ten digits at most */
	size_t room = got->size * 12 + 16, used = 0;
	_cleanup_free_ char *lines = malloc(room);

	if (!lines) {
		names->failed = true;
		return;
	}
	for (const char *at = got->data; *at; at += strcspn(at, "\n"), at += *at == '\n')
		used += (size_t)snprintf(lines + used, room - used, "%ld\n",
					 names_pid(names, strtol(at, NULL, 10)));
	if (recording_bytes_set(got, lines, used))
		names->failed = true;
}

/* ----------------------------------------------------------------- command lines */

const char *anonymous_word(struct names *names, const char *word)
{
	return names_for(names, word[0] == '/' ? NAME_PATH : NAME_TEXT, word);
}

/* Options whose value tells of this host; of the others one with a '/' in it does */
static bool tells(const char *word, size_t name)
{
	static const char *const options[] = {
		"--append", "--kernel", "--initrd", "--record", "--log", "--output", "--set",
	};

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (strlen(options[i]) == name && !strncmp(word, options[i], name))
			return true;
	return strchr(word + name, '/') ||
	       (name == strlen("--device") && !strncmp(word, "--device", name) &&
		strchr(word + name, ':'));
}

void anonymous_words(struct names *names, struct recording_bytes *words, size_t nr)
{
	bool value = false;

	for (size_t i = 0; i < nr; i++) {
		const char *word = words[i].data;
		size_t name = strcspn(word, "=");
		char text[640];
		bool option = !strncmp(word, "--", 2);

		if (option && word[name] && tells(word, name))
			snprintf(text, sizeof(text), "%.*s=%s", (int)name, word,
				 anonymous_word(names, word + name + 1));
		else if (!option && (value || strchr(word, '/') || names_find(names, word)))
			snprintf(text, sizeof(text), "%s", anonymous_word(names, word));
		else
			snprintf(text, sizeof(text), "%s", word);
		value = option && !word[name] && tells(word, name);
		if (recording_bytes_set(&words[i], text, strlen(text)))
			names->failed = true;
	}
}
