// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Processes that hold KVM VMs, found by what their descriptors point to
 * (virt/kvm/kvm_main.c names the anonymous inodes).
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/host/host.h"
#include "lib/util/text.h"

struct scan {
	struct host *host;
	struct host_vms *vms;
	struct host_vm current;
	bool kvm;	/* it has /dev/kvm open */
};

static int look_at_fd(void *arg, const char *name)
{
	struct scan *scan = arg;
	char path[64], target[128];
	ssize_t ret;

	snprintf(path, sizeof(path), "/proc/%d/fd/%.16s", (int)scan->current.pid, name);
	ret = scan->host->ops->link(scan->host, path, target, sizeof(target));
	if (ret == -EACCES || ret == -EPERM)
		return (int)ret;
	if (ret < 0)
		return 0;
	if (!strcmp(target, "anon_inode:kvm-vm"))
		scan->current.vms++;
	else if (!strncmp(target, "anon_inode:kvm-vcpu:", 20))
		scan->current.vcpus++;
	else if (strstr(target, "[kvm-gmem]"))
		scan->current.gmems++;
	else if (!strcmp(target, "/dev/sev"))
		scan->current.sev = true;
	else if (!strcmp(target, "/dev/kvm"))
		scan->kvm = true;
	return 0;
}

/* Field 22 of /proc/PID/stat in ns; 0 when the process is gone (proc(5)) */
static uint64_t start_time(struct host *host, pid_t pid)
{
	char path[64], stat[1024], *field;
	unsigned long long ticks;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if (host->ops->read(host, path, stat, sizeof(stat)) < 0)
		return 0;
	field = strrchr(stat, ')');
	/* the name may hold anything, so count from its end: field 3 follows */
	if (!field || sscanf(field + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d "
			     "%*d %*d %*d %*d %*d %llu", &ticks) != 1)
		return 0;
	return ticks * (1000000000ULL / (unsigned long long)sysconf(_SC_CLK_TCK)) + 1;
}

static int keep_current(struct scan *scan)
{
	struct host_vm *vm = &scan->current, *list;
	char path[64], comm[32];
	bool same;	/* process as the one that was looked at */
	int handle;

	handle = scan->host->ops->process_open(scan->host, vm->pid);
	if (handle == -ESRCH)
		return 0;
	if (handle < 0)
		return handle;
	vm->handle = handle;
	same = start_time(scan->host, vm->pid) == vm->start_ns;
	list = same ? reallocarray(scan->vms->list, scan->vms->nr + 1, sizeof(*list)) : NULL;
	if (!list) {
		scan->host->ops->process_close(scan->host, handle);
		return same ? -ENOMEM : 0;
	}
	scan->vms->list = list;
	snprintf(path, sizeof(path), "/proc/%d/comm", (int)vm->pid);
	if (host_read_line(scan->host, path, comm, sizeof(comm)))
		strcpy(comm, "?");
	text_escape(comm, vm->comm, sizeof(vm->comm));
	list[scan->vms->nr++] = *vm;
	return 0;
}

/* We, who opened this host for us, and who stands between */
static bool is_ours(struct host *host, pid_t pid)
{
	bool lent = host->opener && host->opener != getpid();

	if (host->ops->is_ours)
		return host->ops->is_ours(host, pid);
	return pid == getpid() || (lent && (pid == host->opener || pid == getppid()));
}

static int look_at_process(void *arg, const char *name)
{
	struct scan *scan = arg;
	char path[64];
	int ret;

	if (!isdigit((unsigned char)name[0]))
		return 0;
	scan->current = (struct host_vm){ .pid = (pid_t)strtol(name, NULL, 10) };
	scan->kvm = false;
	scan->current.start_ns = start_time(scan->host, scan->current.pid);
	if (!scan->current.start_ns)
		return 0;
	snprintf(path, sizeof(path), "/proc/%d/fd", (int)scan->current.pid);
	ret = scan->host->ops->list(scan->host, path, look_at_fd, scan);
	if (ret == -EACCES || ret == -EPERM)
		scan->vms->hidden++;
	if (scan->current.sev && !scan->current.vms && !scan->current.vcpus &&
	    !is_ours(scan->host, scan->current.pid)) {
		scan->vms->openers++;
		scan->vms->opener = scan->current.pid;
	}
	if (scan->kvm && !scan->current.vms && !scan->current.vcpus) {
		scan->vms->kvm_openers++;
		scan->vms->kvm_opener = scan->current.pid;
	}
	/* a vCPU's descriptor keeps its VM alive too */
	return scan->current.vms || scan->current.vcpus ? keep_current(scan) : 0;
}

int host_vms_find(struct host *host, struct host_vms *vms)
{
	struct scan scan = { .host = host, .vms = vms };
	int ret;

	*vms = (struct host_vms){ 0 };
	ret = host->ops->list(host, "/proc", look_at_process, &scan);
	if (ret)
		host_vms_free(host, vms);
	return ret;
}

void host_vms_free(struct host *host, struct host_vms *vms)
{
	for (size_t i = 0; i < vms->nr; i++)
		host->ops->process_close(host, vms->list[i].handle);
	free(vms->list);
	*vms = (struct host_vms){ 0 };
}

struct stopped {
	struct host *host;
	pid_t pid;
};

/* Field 3 of /proc/PID/task/TID/stat, after the name in brackets (proc(5)) */
static int look_at_thread(void *arg, const char *name)
{
	const struct stopped *s = arg;
	char path[96], stat[512], *state;

	snprintf(path, sizeof(path), "/proc/%d/task/%.16s/stat", (int)s->pid, name);
	if (s->host->ops->read(s->host, path, stat, sizeof(stat)) < 0)
		return 0;	/* the thread ended meanwhile */
	state = strrchr(stat, ')');
	if (!state || strlen(state) < 3)
		return 1;
	return state[2] == 'T' || state[2] == 't' || state[2] == 'Z' || state[2] == 'X' ? 0 : 1;
}

int host_process_stopped(struct host *host, pid_t pid)
{
	struct stopped s = { .host = host, .pid = pid };
	char path[64];
	int ret;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	ret = host->ops->list(host, path, look_at_thread, &s);
	if (ret < 0)
		return ret;
	return ret ? 0 : 1;
}
