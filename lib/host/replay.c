// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A machine as a recording has it.  A process's pid is its handle.  Once something else is
 * asked than was recorded, nothing more is answered: what waits comes to its end by the
 * clock, which runs then.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/host/host.h"
#include "lib/recording/recording.h"

struct replayed_host {
	struct host host;
	struct replay *replay;
};

static struct replay *of(struct host *host)
{
	return ((struct replayed_host *)host)->replay;
}

/* The words are the caller's own; none is changed */
#define ASKED(nr, ...) \
	(struct recording_bytes [nr]){ __VA_ARGS__ }
#define WORD(text) \
	{ (char *)(uintptr_t)(text), (text) ? strlen(text) : 0 }

static const struct recording_event *ask(struct host *host, enum recording_kind kind,
					 struct recording_bytes *words, size_t nr_words,
					 int64_t first, int64_t second)
{
	const struct recording_event asked = {
		.kind = kind, .words = words, .nr_words = nr_words, .numbers = { first, second },
	};

	return replay_ask(of(host), &asked);
}

static int answer(const struct recording_event *event)
{
	return event ? (int)event->result : -EBADMSG;
}

/* Text into a buffer as a read() would put it there: as much as fits, and a NUL */
static ssize_t put(const struct recording_event *event, char *buf, size_t size)
{
	size_t n = event && event->nr_got ? event->got[0].size : 0;

	buf[0] = '\0';
	if (!event)
		return -EBADMSG;
	if (event->result < 0)
		return (ssize_t)event->result;
	if (n > size - 1)
		n = size - 1;
	if (n)
		memcpy(buf, event->got[0].data, n);
	buf[n] = '\0';
	return (ssize_t)n;
}

static ssize_t replayed_read(struct host *host, const char *path, char *buf, size_t size)
{
	return put(ask(host, RECORDING_READ, ASKED(1, WORD(path)), 1, 0, 0), buf, size);
}

static ssize_t replayed_link(struct host *host, const char *path, char *buf, size_t size)
{
	return put(ask(host, RECORDING_LINK, ASKED(1, WORD(path)), 1, 0, 0), buf, size);
}

static int replayed_write(struct host *host, const char *path, const char *text)
{
	return answer(ask(host, RECORDING_WRITE, ASKED(2, WORD(path), WORD(text)), 2, 0, 0));
}

static int replayed_put(struct host *host, const char *path, const void *data, size_t size)
{
	return answer(ask(host, RECORDING_WRITE,
			  ASKED(2, WORD(path), { (char *)(uintptr_t)data, size }), 2, 0, 0));
}

static int replayed_make(struct host *host, const char *path)
{
	return answer(ask(host, RECORDING_MAKE, ASKED(1, WORD(path)), 1, 0, 0));
}

static int replayed_remove(struct host *host, const char *path)
{
	return answer(ask(host, RECORDING_REMOVE, ASKED(1, WORD(path)), 1, 0, 0));
}

static int replayed_list(struct host *host, const char *path, host_list_fn fn, void *arg)
{
	const struct recording_event *event = ask(host, RECORDING_LIST, ASKED(1, WORD(path)), 1, 0,
						  0);

	for (size_t i = 0; event && i < event->nr_got; i++) {
		int ret = fn(arg, event->got[i].data);

		if (ret)
			return ret;
	}
	return answer(event);
}

static int replayed_kmsg(struct host *host, host_kmsg_fn fn, void *arg)
{
	const struct recording_event *event = ask(host, RECORDING_KMSG, NULL, 0, 0, 0);

	for (size_t i = 0; event && i < event->nr_got; i++) {
		char *text;
		uint64_t seq = strtoull(event->got[i].data, &text, 10);
		int ret = fn(arg, seq, text + (*text == ','));

		if (ret)
			return ret;
	}
	return answer(event);
}

static int replayed_pin(struct host *host, unsigned int cpu)
{
	return answer(ask(host, RECORDING_PIN, NULL, 0, cpu, 0));
}

static int replayed_process_open(struct host *host, pid_t pid)
{
	int ret = answer(ask(host, RECORDING_OPEN, NULL, 0, pid, 0));

	return ret < 0 ? ret : (int)pid;
}

static int replayed_process_signal(struct host *host, int handle, int sig)
{
	return answer(ask(host, RECORDING_SIGNAL, NULL, 0, handle, sig));
}

static int replayed_process_wait(struct host *host, int handle, uint64_t timeout_ns)
{
	return answer(ask(host, RECORDING_WAIT, NULL, 0, handle, (int64_t)timeout_ns));
}

static void replayed_process_close(struct host *host, int handle)
{
	(void)host;
	(void)handle;
}

static bool replayed_is_ours(struct host *host, pid_t pid)
{
	return replay_is_ours(of(host), pid);
}

static int replayed_run(struct host *host, const char *const *words, uint64_t timeout_ns,
			char *said, size_t size)
{
	const struct recording_event *event;
	struct recording_bytes *list;
	size_t nr = 0, n = 0;

	said[0] = '\0';
	while (words[nr])
		nr++;
	list = calloc(nr + 1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	for (size_t i = 0; i < nr; i++)
		list[i] = (struct recording_bytes)WORD(words[i]);
	event = ask(host, RECORDING_RUN, list, nr, (int64_t)timeout_ns, 0);
	free(list);
	if (event && event->nr_got)
		n = event->got[0].size < size ? event->got[0].size : size - 1;
	if (n)
		memcpy(said, event->got[0].data, n);
	said[n] = '\0';
	return answer(event);
}

static int replayed_module_remove(struct host *host, const char *name)
{
	return answer(ask(host, RECORDING_MODULE_REMOVE, ASKED(1, WORD(name)), 1, 0, 0));
}

static int replayed_kexec_load(struct host *host, const char *kernel, const char *initrd,
			       const char *append)
{
	return answer(ask(host, RECORDING_KEXEC_LOAD,
			  ASKED(3, WORD(kernel), WORD(initrd), WORD(append)), 3, 0, 0));
}

static int replayed_kexec_unload(struct host *host)
{
	return answer(ask(host, RECORDING_KEXEC_UNLOAD, NULL, 0, 0, 0));
}

/* It was told that it begins; and what came of it, where it came back */
static int replayed_kexec(struct host *host)
{
	const struct recording_event *event = ask(host, RECORDING_KEXEC, NULL, 0, 0, 0);

	if (event && event->begun && replay_goes_on(of(host)))
		event = ask(host, RECORDING_KEXEC, NULL, 0, 0, 0);
	return answer(event);
}

/* ----------------------------------------------------------- processor and devices */

/* What came back as text, if it went well; an event that is none of ours has none */
static const char *text_of(const struct recording_event *event)
{
	return event && !event->result && event->nr_got && event->got[0].data ?
	       event->got[0].data : "";
}

static int replayed_cpuid(struct host *host, uint32_t leaf, uint32_t subleaf,
			  struct host_cpuid *regs)
{
	const struct recording_event *event = ask(host, RECORDING_CPUID, NULL, 0, leaf, subleaf);
	int ret = answer(event);

	*regs = (struct host_cpuid){ 0 };
	if (!ret && sscanf(text_of(event), "%x %x %x %x", &regs->eax, &regs->ebx, &regs->ecx,
			   &regs->edx) != 4)
		ret = -EBADMSG;
	return ret;
}

static int value_of(const struct recording_event *event, uint64_t *value)
{
	int ret = answer(event);

	*value = 0;
	if (!ret && sscanf(text_of(event), "%" SCNx64, value) != 1)
		ret = -EBADMSG;
	return ret;
}

static int replayed_msr(struct host *host, unsigned int cpu, uint32_t msr, uint64_t *value)
{
	return value_of(ask(host, RECORDING_MSR, NULL, 0, cpu, msr), value);
}

static int replayed_node(struct host *host, const char *path, struct host_node *node)
{
	const struct recording_event *event = ask(host, RECORDING_NODE, ASKED(1, WORD(path)), 1, 0,
						  0);
	char kind[8] = "";
	int ret = answer(event);

	*node = (struct host_node){ 0 };
	if (!ret && sscanf(text_of(event), "%7s %o %u %u %d", kind, &node->mode, &node->uid,
			   &node->gid, &node->open_err) != 5)
		ret = -EBADMSG;
	node->device = !strcmp(kind, "char");
	return ret;
}

static int replayed_kvm(struct host *host, enum host_kvm what, uint64_t *value)
{
	return value_of(ask(host, RECORDING_KVM, NULL, 0, what, 0), value);
}

static uint64_t replayed_clock(struct host *host)
{
	return replay_clock(of(host));
}

static void replayed_sleep(struct host *host, uint64_t ns)
{
	ask(host, RECORDING_SLEEP, NULL, 0, (int64_t)ns, 0);
}

static void replayed_close(struct host *host)
{
	free(host);
}

/* No pin_thread: each thread pins itself, whoever did it then */
static const struct host_ops replayed_ops = {
	.name = "replay",
	.read = replayed_read,
	.link = replayed_link,
	.write = replayed_write,
	.put = replayed_put,
	.make = replayed_make,
	.remove = replayed_remove,
	.list = replayed_list,
	.kmsg = replayed_kmsg,
	.pin = replayed_pin,
	.process_open = replayed_process_open,
	.process_signal = replayed_process_signal,
	.process_wait = replayed_process_wait,
	.process_close = replayed_process_close,
	.is_ours = replayed_is_ours,
	.run = replayed_run,
	.module_remove = replayed_module_remove,
	.kexec_load = replayed_kexec_load,
	.kexec_unload = replayed_kexec_unload,
	.kexec = replayed_kexec,
	.cpuid = replayed_cpuid,
	.msr = replayed_msr,
	.node = replayed_node,
	.kvm = replayed_kvm,
	.clock = replayed_clock,
	.sleep = replayed_sleep,
	.close = replayed_close,
};

int host_replay_open(struct host **out, struct replay *replay)
{
	struct replayed_host *rh = calloc(1, sizeof(*rh));

	if (!rh)
		return -ENOMEM;
	rh->host.ops = &replayed_ops;
	rh->replay = replay;
	*out = &rh->host;
	return 0;
}
