// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A recording without names of processes, guests, hosts and files.  What sevadm goes by
 * stays: it asks the same of it, in the same order.  What is not known to be of that kind
 * is taken out.  docs/recordings.md tells what is kept.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/recording/anonymous.h"
#include "lib/util/file.h"
#include "lib/util/text.h"
#include "sevadm.h"

/* Files whose text is of the machine alone */
static const char *const open_files[] = {
	"/sys/devices/system/cpu/", "/sys/module/", "/sys/kernel/kexec", "/sys/kernel/security/",
	"/sys/bus/pci/devices", "/proc/cpuinfo", "/proc/sys/kernel/osrelease",
	"/proc/sys/kernel/kexec_load_disabled", "/sys/fs/cgroup/misc.", "/run/systemd/system",
	"/proc/zoneinfo", "/proc/meminfo", "/sys/class/iommu", "/proc/self/limits",
	"/boot/config-",
};

static bool is_open(const char *path)
{
	for (size_t i = 0; i < sizeof(open_files) / sizeof(open_files[0]); i++)
		if (!strncmp(path, open_files[i], strlen(open_files[i])))
			return true;
	return false;
}

static void set(struct names *names, struct recording_bytes *bytes, const char *text)
{
	if (recording_bytes_set(bytes, text, strlen(text)))
		names->failed = true;
}

static const char *path_of(const struct recording_event *event)
{
	return event->nr_words && event->words[0].data ? event->words[0].data : "";
}

/* "/proc/PID" and what follows in it; NULL: it is none */
static const char *in_process(const char *path, long *pid)
{
	char *end;

	if (strncmp(path, "/proc/", 6) || !isdigit((unsigned char)path[6]))
		return NULL;
	*pid = strtol(path + 6, &end, 10);
	return *end == '/' || !*end ? end : NULL;
}

/* -------------------------------------------------------------------- what there is */

static void see_lines(struct names *names, const char *text)
{
	for (; *text; text += strcspn(text, "\n"), text += *text == '\n')
		if (isdigit((unsigned char)*text))
			names_see_pid(names, strtol(text, NULL, 10));
}

static void see_host(struct names *names, const struct recording_event *event)
{
	const char *path = path_of(event), *inner;
	long pid;

	if (recording_shapes[event->kind].flags & SHAPE_PID0)
		names_see_pid(names, (long)event->numbers[0]);
	inner = in_process(path, &pid);
	if (inner) {
		names_see_pid(names, pid);
		if (!strncmp(inner, "/task/", 6))
			names_see_pid(names, strtol(inner + 6, NULL, 10));
	}
	if (event->kind == RECORDING_READ && strstr(path, "/cgroup.procs") && event->nr_got)
		see_lines(names, event->got[0].data);
	for (size_t i = 0; event->kind == RECORDING_LIST && i < event->nr_got; i++)
		if (!strcmp(path, "/proc") || (inner && !strcmp(inner, "/task")) ||
		    !strcmp(path, "/sys/kernel/debug/kvm"))
			see_lines(names, event->got[i].data);
}

static void see_fields(struct names *names, const struct recording_event *event)
{
	const struct recording_request *row = recording_request_of(event);

	for (unsigned int i = 0; row && i < RECORDING_PARTS && row->parts[i].name; i++) {
		const struct recording_part *part = &row->parts[i];
		const struct recording_bytes *out = &event->parts[i].out;

		for (size_t at = 0; out->data && at + part->size <= out->size; at += part->size)
			for (const struct recording_field *f = part->fields; f->name; f++) {
				int32_t pid;

				if (!(f->flags & FIELD_PID))
					continue;
				memcpy(&pid, out->data + at + f->offset, sizeof(pid));
				names_see_pid(names, pid);
			}
	}
}

/* -------------------------------------------------------------------- its fields */

static void change_field(struct names *names, const struct recording_field *f, char *at)
{
	char text[128] = "";
	int32_t pid;

	if (f->flags & FIELD_PID) {
		memcpy(&pid, at, sizeof(pid));
		pid = (int32_t)names_pid(names, pid);
		memcpy(at, &pid, sizeof(pid));
	}
	if (f->flags & FIELD_NAME) {
		snprintf(text, sizeof(text), "%.*s", (int)f->size, at);
		memset(at, 0, f->size);
		memcpy(at, names_for(names, NAME_COMM, text),
		       strnlen(names_for(names, NAME_COMM, text), f->size - 1));
	}
	if (f->flags & FIELD_SERIAL)
		memset(at, 0, f->size);
}

static void change_buffer(struct names *names, const struct recording_part *part,
			  struct recording_bytes *bytes)
{
	for (size_t at = 0; bytes->data && at + part->size <= bytes->size; at += part->size)
		for (const struct recording_field *f = part->fields; f->name; f++)
			change_field(names, f, bytes->data + at + f->offset);
}

static void change_ioctl(struct names *names, struct recording_event *event)
{
	const struct recording_request *row = recording_request_of(event);

	for (unsigned int i = 0; row && i < RECORDING_PARTS && row->parts[i].name; i++) {
		change_buffer(names, &row->parts[i], &event->parts[i].in);
		change_buffer(names, &row->parts[i], &event->parts[i].out);
	}
	if (row)
		return;
	for (unsigned int i = 0; i < RECORDING_PARTS; i++) {
		free(event->parts[i].in.data);
		free(event->parts[i].out.data);
		event->parts[i] = (struct recording_buffer){ .masked = !i };
	}
}

/* --------------------------------------------------------------------- the host's */

static void change_path(struct names *names, struct recording_bytes *word)
{
	char text[4200];
	const char *inner;
	long pid;

	if (!word->data)
		return;
	inner = in_process(word->data, &pid);
	if (inner && !strncmp(inner, "/task/", 6)) {
		char *end;
		long tid = strtol(inner + 6, &end, 10);

		snprintf(text, sizeof(text), "/proc/%ld/task/%ld%s", names_pid(names, pid),
			 names_pid(names, tid), end);
	} else if (inner) {
		snprintf(text, sizeof(text), "/proc/%ld%s", names_pid(names, pid), inner);
	} else if (!strncmp(word->data, ANONYMOUS_CGROUP, strlen(ANONYMOUS_CGROUP)) &&
		   !is_open(word->data)) {
		anonymous_cgroup(names, word->data, text, sizeof(text));
	} else if (is_open(word->data) || !strncmp(word->data, "/proc", 5) ||
		   !strncmp(word->data, "/sys/", 5)) {
		return;
	} else {
		snprintf(text, sizeof(text), "%s", names_for(names, NAME_PATH, word->data));
	}
	set(names, word, text);
}

static void change_read(struct names *names, const struct recording_event *event, const char *path)
{
	struct recording_bytes *got = event->nr_got ? &event->got[0] : NULL;
	const char *inner, *name = strrchr(path, '/');
	char text[8192];
	long pid;

	if (!got || !got->size || is_open(path))
		return;
	inner = in_process(path, &pid);
	if (inner && name && anonymous_process(names, inner, name, got, text, sizeof(text)))
		set(names, got, text);
	else if (inner && !strcmp(inner, "/cmdline"))
		anonymous_cmdline(names, got);
	else if (name && !strcmp(name, "/cgroup.procs"))
		anonymous_lines(names, got);
	else if (name && (!strcmp(name, "/cgroup.events") || !strcmp(name, "/cgroup.freeze")))
		return;
	else
		set(names, got, "removed");
}

/* Of where a descriptor points only what it is looked at for */
static void change_link(struct names *names, const struct recording_event *event)
{
	struct recording_bytes *got = event->nr_got ? &event->got[0] : NULL;

	if (got && strncmp(got->data, "anon_inode:kvm-", 15) && !strstr(got->data, "[kvm-gmem]") &&
	    strcmp(got->data, "/dev/sev") && strcmp(got->data, "/dev/kvm"))
		set(names, got, "/removed");
	else if (got && strstr(got->data, "[kvm-gmem]"))
		set(names, got, "anon_inode:[kvm-gmem]");
}

static void change_list(struct names *names, const struct recording_event *event, const char *path)
{
	long pid;
	const char *inner = in_process(path, &pid);

	for (size_t i = 0; i < event->nr_got; i++) {
		struct recording_bytes *got = &event->got[i];
		char text[512];

		if (is_open(path) || (inner && !strcmp(inner, "/fd")))
			return;
		if (!strncmp(path, ANONYMOUS_CGROUP, strlen(ANONYMOUS_CGROUP)))
			anonymous_component(names, got->data, text, sizeof(text));
		else if (isdigit((unsigned char)got->data[0]))
			snprintf(text, sizeof(text), "%ld", names_pid(names, strtol(got->data, NULL,
										    10)));
		else
			snprintf(text, sizeof(text), "%s", strncmp(path, "/proc", 5) ?
				 names_for(names, NAME_TEXT, got->data) : "removed");
		set(names, got, text);
	}
}

/* A line of the log is kept if it is about SEV: none of these tells a name */
static void change_kmsg(struct names *names, const struct recording_event *event)
{
	struct sevadm_line_info info;

	for (size_t i = 0; i < event->nr_got; i++) {
		const char *line = strchr(event->got[i].data, ',');
		char text[64];

		if (line && !sevadm_explain_line(line + 1, &info))
			continue;
		snprintf(text, sizeof(text), "%.20s,removed", event->got[i].data);
		text[strcspn(text, ",")] = '\0';
		strcat(text, ",removed");
		set(names, &event->got[i], text);
	}
}

static bool is_plain(const char *text)
{
	return strlen(text) < 32 && !text[strspn(text, "abcdefghijklmnopqrstuvwxyz-")];
}

static void change_run(struct names *names, const struct recording_event *event)
{
	for (size_t i = 0; i < event->nr_words; i++) {
		const char *known = event->words[i].data ? names_find(names, event->words[i].data) :
				    NULL;

		if (known)
			set(names, &event->words[i], known);
	}
	/* "none" of KillMode=, "active": what is decided by */
	if (event->nr_got && event->got[0].data && !is_plain(event->got[0].data))
		set(names, &event->got[0], "removed");
}

static void change_host(struct names *names, struct recording_event *event)
{
	_cleanup_free_ char *path = strdup(path_of(event));

	if (!path) {
		names->failed = true;
		return;
	}
	if (recording_shapes[event->kind].flags & SHAPE_PID0)
		event->numbers[0] = names_pid(names, (long)event->numbers[0]);
	switch (event->kind) {
	case RECORDING_READ:
		change_read(names, event, path);
		break;
	case RECORDING_LINK:
		change_link(names, event);
		break;
	case RECORDING_LIST:
		change_list(names, event, path);
		break;
	case RECORDING_KMSG:
		change_kmsg(names, event);
		return;
	case RECORDING_RUN:
		change_run(names, event);
		return;
	case RECORDING_COMMAND:
		anonymous_words(names, event->words, event->nr_words);
		return;
	case RECORDING_NOTE:
		if (event->nr_got && event->got[0].size)
			set(names, &event->got[0], "removed");
		return;
	case RECORDING_KEXEC_LOAD:
		for (size_t i = 0; i < event->nr_words; i++)
			if (event->words[i].data && event->words[i].size)
				set(names, &event->words[i], anonymous_word(names,
									    event->words[i].data));
		return;
	default:
		break;
	}
	if (event->kind == RECORDING_READ || event->kind == RECORDING_LINK ||
	    event->kind == RECORDING_LIST || event->kind == RECORDING_WRITE)
		change_path(names, &event->words[0]);
}

/* ------------------------------------------------------------------------------ all */

static void change_header(struct names *names, struct recording_header *h)
{
	h->anonymised = true;
	h->pid = (int32_t)names_pid(names, h->pid);
	if (strcmp(h->lock, "/run/sevadm.lock"))
		snprintf(h->lock, sizeof(h->lock), "%s", names_for(names, NAME_PATH, h->lock));
	anonymous_words(names, h->words, h->nr_words);
}

static int change(struct recording *r)
{
	struct names names = { 0 };
	bool failed;

	names_see_pid(&names, r->header.pid);
	for (size_t i = 0; i < r->nr; i++) {
		see_host(&names, &r->events[i]);
		see_fields(&names, &r->events[i]);
	}
	names_sort_pids(&names);
	anonymous_domains(&names, r);
	change_header(&names, &r->header);
	for (size_t i = 0; i < r->nr; i++) {
		if (r->events[i].kind == RECORDING_IOCTL)
			change_ioctl(&names, &r->events[i]);
		else
			change_host(&names, &r->events[i]);
	}
	failed = names.failed;
	names_clear(&names);
	return failed ? -ENOMEM : 0;
}

/* The header of a further handle is what it was, but for its words */
static int write_line(int fd, char *line, size_t size)
{
	int ret = line ? file_append(fd, line, size) : -ENOMEM;

	free(line);
	return ret;
}

static int write_all(int fd, const struct recording *r)
{
	size_t size;
	char *line = recording_header_line(&r->header, &size);
	int ret = write_line(fd, line, size);

	for (uint32_t i = 1; !ret && i < r->headers && i < RECORDING_HANDLES; i++) {
		struct recording_header h = r->header;

		h.nr_words = 0;
		memcpy(h.node_err, r->handles[i].node_err, sizeof(h.node_err));
		memcpy(h.write_err, r->handles[i].write_err, sizeof(h.write_err));
		line = recording_header_line(&h, &size);
		ret = write_line(fd, line, size);
	}
	for (size_t i = 0; !ret && i < r->nr; i++) {
		/* of a further header, which stands above */
		if (r->events[i].further)
			continue;
		line = recording_event_line(&r->events[i], &size);
		ret = write_line(fd, line, size);
	}
	return ret;
}

int sevadm_recording_anonymise(const char *file, const char *output,
			       struct sevadm_failure *failure)
{
	struct recording r;
	struct recording_why why;
	int ret = recording_read(file, &r, &why), fd;
	char safe[512];

	*failure = (struct sevadm_failure){ .status = SEVADM_NO_FW_CALL };
	if (!ret) {
		ret = change(&r);
		snprintf(why.text, sizeof(why.text), "out of memory");
	}
	if (!ret) {
		text_escape(output, safe, sizeof(safe));
		fd = file_create_append(output);
		ret = fd < 0 ? fd : write_all(fd, &r);
		snprintf(why.text, sizeof(why.text), "write %.300s: %s (%s)", safe,
			 strerror(-ret), ret ? strerrorname_np(-ret) : "");
		if (fd >= 0)
			close(fd);
		if (fd >= 0 && ret)
			unlink(output);
	}
	recording_clear(&r);
	if (!ret)
		return 0;
	failure->kind = ret == -ENOENT ? SEVADM_ABSENT : ret == -EEXIST ? SEVADM_USAGE :
			ret == -EACCES || ret == -EPERM ? SEVADM_PERMISSION : SEVADM_FAILED;
	failure->err = -ret;
	snprintf(failure->message, sizeof(failure->message), "%s", why.text);
	return ret;
}
