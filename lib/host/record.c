// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Another back-end, whose calls are written down.  What calls back (lists, the log) is
 * gathered first, for the callback may call other things, and stands before them.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/host/host.h"
#include "lib/recording/recording.h"

/**
 * struct recorded_host - a host and who writes down
 * @ops:	ours, without those that it does not have
 * @handles:	which process is behind each
 */
struct recorded_host {
	struct host host;
	struct host_ops ops;
	struct host *inner;
	struct recorder *recorder;
	struct recorded_handle {
		int handle;
		pid_t pid;
	} *handles;
	size_t nr_handles;
};

static struct recorded_host *of(struct host *host)
{
	return (struct recorded_host *)host;
}

struct call {
	struct recorder *recorder;
	struct recording_event event;
	uint64_t began;
	int err;
};

static struct call begin(struct host *host, enum recording_kind kind)
{
	struct recorder *recorder = of(host)->recorder;

	return (struct call){ recorder, { .kind = kind }, recorder_now(recorder), 0 };
}

static void word_of(struct call *call, const void *data, size_t size)
{
	int ret = recording_bytes_add(&call->event.words, &call->event.nr_words, data, size);

	call->err = call->err ? call->err : ret;
}

static void word(struct call *call, const char *text)
{
	word_of(call, text, text ? strlen(text) : 0);
}

static void got(struct call *call, const char *text, size_t size)
{
	int ret = recording_bytes_add(&call->event.got, &call->event.nr_got, text, size);

	call->err = call->err ? call->err : ret;
}

static int64_t end(struct call *call, int64_t result)
{
	call->event.result = result;
	if (call->err)
		recorder_fail(call->recorder, call->err);
	recorder_add(call->recorder, &call->event, call->began);
	return result;
}

static ssize_t recorded_read(struct host *host, const char *path, char *buf, size_t size)
{
	struct call call = begin(host, RECORDING_READ);
	ssize_t n = of(host)->inner->ops->read(of(host)->inner, path, buf, size);

	word(&call, path);
	if (n >= 0)
		got(&call, buf, (size_t)n);
	return (ssize_t)end(&call, n);
}

static ssize_t recorded_link(struct host *host, const char *path, char *buf, size_t size)
{
	struct call call = begin(host, RECORDING_LINK);
	ssize_t n = of(host)->inner->ops->link(of(host)->inner, path, buf, size);

	word(&call, path);
	if (n >= 0)
		got(&call, buf, (size_t)n);
	return (ssize_t)end(&call, n);
}

static int recorded_write(struct host *host, const char *path, const char *text)
{
	struct call call = begin(host, RECORDING_WRITE);
	int ret = of(host)->inner->ops->write(of(host)->inner, path, text);

	word(&call, path);
	word(&call, text);
	return (int)end(&call, ret);
}

static int recorded_put(struct host *host, const char *path, const void *data, size_t size)
{
	struct call call = begin(host, RECORDING_WRITE);
	int ret = of(host)->inner->ops->put(of(host)->inner, path, data, size);

	word(&call, path);
	word_of(&call, data, size);
	return (int)end(&call, ret);
}

static int recorded_make(struct host *host, const char *path)
{
	struct call call = begin(host, RECORDING_MAKE);
	int ret = of(host)->inner->ops->make(of(host)->inner, path);

	word(&call, path);
	return (int)end(&call, ret);
}

static int recorded_remove(struct host *host, const char *path)
{
	struct call call = begin(host, RECORDING_REMOVE);
	int ret = of(host)->inner->ops->remove(of(host)->inner, path);

	word(&call, path);
	return (int)end(&call, ret);
}

static int gather_name(void *arg, const char *name)
{
	got(arg, name, strlen(name));
	return 0;
}

/* A line of the log as it stands in the recording: its number, a comma, the text */
static int gather_line(void *arg, uint64_t seq, const char *text)
{
	char *line;
	int n = asprintf(&line, "%" PRIu64 ",%s", seq, text);

	if (n < 0) {
		((struct call *)arg)->err = -ENOMEM;
		return 0;
	}
	got(arg, line, (size_t)n);
	free(line);
	return 0;
}

/* What was gathered, taken out of the event, which is gone once it is written */
struct gathered {
	struct recording_bytes *list;
	size_t nr;
};

static int copy_gathered(const struct call *call, struct gathered *out)
{
	int ret = call->err;

	*out = (struct gathered){ 0 };
	for (size_t i = 0; !ret && i < call->event.nr_got; i++)
		ret = recording_bytes_add(&out->list, &out->nr, call->event.got[i].data,
					  call->event.got[i].size);
	return ret;
}

static void free_gathered(struct gathered *gathered)
{
	for (size_t i = 0; i < gathered->nr; i++)
		free(gathered->list[i].data);
	free(gathered->list);
}

static int recorded_list(struct host *host, const char *path, host_list_fn fn, void *arg)
{
	struct call call = begin(host, RECORDING_LIST);
	int ret = of(host)->inner->ops->list(of(host)->inner, path, gather_name, &call), ended = 0;
	struct gathered names;
	int copied = copy_gathered(&call, &names);

	word(&call, path);
	end(&call, ret);
	for (size_t i = 0; !copied && i < names.nr && !ended; i++)
		ended = fn(arg, names.list[i].data);
	free_gathered(&names);
	return copied ? copied : ended ? ended : ret;
}

static int recorded_kmsg(struct host *host, host_kmsg_fn fn, void *arg)
{
	struct call call = begin(host, RECORDING_KMSG);
	int ret = of(host)->inner->ops->kmsg(of(host)->inner, gather_line, &call), ended = 0;
	struct gathered lines;
	int copied = copy_gathered(&call, &lines);

	end(&call, ret);
	for (size_t i = 0; !copied && i < lines.nr && !ended; i++)
		ended = fn(arg, strtoull(lines.list[i].data, NULL, 10),
			   strchr(lines.list[i].data, ',') + 1);
	free_gathered(&lines);
	return copied ? copied : ended ? ended : ret;
}

static int recorded_pin(struct host *host, unsigned int cpu)
{
	struct call call = begin(host, RECORDING_PIN);

	call.event.numbers[0] = cpu;
	return (int)end(&call, of(host)->inner->ops->pin(of(host)->inner, cpu));
}

static int recorded_pin_thread(struct host *host, pid_t tid, unsigned int cpu)
{
	struct call call = begin(host, RECORDING_PIN);

	call.event.numbers[0] = cpu;
	return (int)end(&call, of(host)->inner->ops->pin_thread(of(host)->inner, tid, cpu));
}

/* ------------------------------------------------------------------------ processes */

static pid_t pid_of(const struct recorded_host *rh, int handle)
{
	for (size_t i = rh->nr_handles; i-- > 0;)
		if (rh->handles[i].handle == handle)
			return rh->handles[i].pid;
	return 0;
}

static int remember(struct recorded_host *rh, int handle, pid_t pid)
{
	struct recorded_handle *larger = reallocarray(rh->handles, rh->nr_handles + 1,
						      sizeof(*larger));

	if (!larger)
		return -ENOMEM;
	rh->handles = larger;
	larger[rh->nr_handles++] = (struct recorded_handle){ handle, pid };
	return handle;
}

static int recorded_process_open(struct host *host, pid_t pid)
{
	struct call call = begin(host, RECORDING_OPEN);
	struct host *inner = of(host)->inner;
	int handle = inner->ops->process_open(inner, pid), ret = handle;

	if (handle >= 0)
		ret = remember(of(host), handle, pid);
	if (handle >= 0 && ret < 0)
		inner->ops->process_close(inner, handle);
	call.event.numbers[0] = pid;
	end(&call, ret < 0 ? ret : 0);
	return ret;
}

static int recorded_process_signal(struct host *host, int handle, int sig)
{
	struct call call = begin(host, RECORDING_SIGNAL);

	call.event.numbers[0] = pid_of(of(host), handle);
	call.event.numbers[1] = sig;
	return (int)end(&call, of(host)->inner->ops->process_signal(of(host)->inner, handle, sig));
}

static int recorded_process_wait(struct host *host, int handle, uint64_t timeout_ns)
{
	struct call call = begin(host, RECORDING_WAIT);

	call.event.numbers[0] = pid_of(of(host), handle);
	call.event.numbers[1] = (int64_t)timeout_ns;
	return (int)end(&call, of(host)->inner->ops->process_wait(of(host)->inner, handle,
								   timeout_ns));
}

/* Not told: it asks nothing of anybody */
static void recorded_process_close(struct host *host, int handle)
{
	struct recorded_host *rh = of(host);

	for (size_t i = rh->nr_handles; i-- > 0;) {
		if (rh->handles[i].handle != handle)
			continue;
		rh->handles[i] = rh->handles[--rh->nr_handles];
		break;
	}
	rh->inner->ops->process_close(rh->inner, handle);
}

static bool recorded_is_ours(struct host *host, pid_t pid)
{
	return of(host)->inner->ops->is_ours(of(host)->inner, pid);
}

/* ---------------------------------------------------------------- programs, kernels */

static int recorded_run(struct host *host, const char *const *words, uint64_t timeout_ns,
			char *said, size_t size)
{
	struct call call = begin(host, RECORDING_RUN);
	int ret = of(host)->inner->ops->run(of(host)->inner, words, timeout_ns, said, size);

	for (size_t i = 0; words[i]; i++)
		word(&call, words[i]);
	call.event.numbers[0] = (int64_t)timeout_ns;
	got(&call, said, strnlen(said, size));
	return (int)end(&call, ret);
}

static int recorded_module_remove(struct host *host, const char *name)
{
	struct call call = begin(host, RECORDING_MODULE_REMOVE);

	word(&call, name);
	return (int)end(&call, of(host)->inner->ops->module_remove(of(host)->inner, name));
}

static int recorded_kexec_load(struct host *host, const char *kernel, const char *initrd,
			       const char *append)
{
	struct call call = begin(host, RECORDING_KEXEC_LOAD);

	word(&call, kernel);
	word(&call, initrd);
	word(&call, append);
	return (int)end(&call, of(host)->inner->ops->kexec_load(of(host)->inner, kernel, initrd,
								 append));
}

static int recorded_kexec_unload(struct host *host)
{
	struct call call = begin(host, RECORDING_KEXEC_UNLOAD);

	return (int)end(&call, of(host)->inner->ops->kexec_unload(of(host)->inner));
}

/* Told before: it may be the last that is heard of us */
static int recorded_kexec(struct host *host)
{
	struct call before = begin(host, RECORDING_KEXEC), call;

	before.event.begun = true;
	end(&before, 0);
	call = begin(host, RECORDING_KEXEC);
	return (int)end(&call, of(host)->inner->ops->kexec(of(host)->inner));
}

/* ----------------------------------------------------------- processor and devices */

__attribute__((format(printf, 2, 3)))
static void got_text(struct call *call, const char *format, ...)
{
	char text[64];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	got(call, text, strlen(text));
}

static int recorded_cpuid(struct host *host, uint32_t leaf, uint32_t subleaf,
			  struct host_cpuid *regs)
{
	struct call call = begin(host, RECORDING_CPUID);
	int ret = of(host)->inner->ops->cpuid(of(host)->inner, leaf, subleaf, regs);

	call.event.numbers[0] = leaf;
	call.event.numbers[1] = subleaf;
	if (!ret)
		got_text(&call, "%08x %08x %08x %08x", regs->eax, regs->ebx, regs->ecx, regs->edx);
	return (int)end(&call, ret);
}

static int recorded_msr(struct host *host, unsigned int cpu, uint32_t msr, uint64_t *value)
{
	struct call call = begin(host, RECORDING_MSR);
	int ret = of(host)->inner->ops->msr(of(host)->inner, cpu, msr, value);

	call.event.numbers[0] = cpu;
	call.event.numbers[1] = msr;
	if (!ret)
		got_text(&call, "%016" PRIx64, *value);
	return (int)end(&call, ret);
}

static int recorded_node(struct host *host, const char *path, struct host_node *node)
{
	struct call call = begin(host, RECORDING_NODE);
	int ret = of(host)->inner->ops->node(of(host)->inner, path, node);

	word(&call, path);
	if (!ret)
		got_text(&call, "%s %04o %u %u %d", node->device ? "char" : "other", node->mode,
			 node->uid, node->gid, node->open_err);
	return (int)end(&call, ret);
}

static int recorded_kvm(struct host *host, enum host_kvm what, uint64_t *value)
{
	struct call call = begin(host, RECORDING_KVM);
	int ret = of(host)->inner->ops->kvm(of(host)->inner, what, value);

	call.event.numbers[0] = what;
	if (!ret)
		got_text(&call, "%016" PRIx64, *value);
	return (int)end(&call, ret);
}

static uint64_t recorded_clock(struct host *host)
{
	struct call call = begin(host, RECORDING_CLOCK);

	return (uint64_t)end(&call, (int64_t)of(host)->inner->ops->clock(of(host)->inner));
}

static void recorded_sleep(struct host *host, uint64_t ns)
{
	struct call call = begin(host, RECORDING_SLEEP);

	of(host)->inner->ops->sleep(of(host)->inner, ns);
	call.event.numbers[0] = (int64_t)ns;
	end(&call, 0);
}

static void recorded_close(struct host *host)
{
	struct recorded_host *rh = of(host);

	rh->inner->ops->close(rh->inner);
	free(rh->handles);
	free(rh);
}

static const struct host_ops recorded_ops = {
	.name = "record",
	.read = recorded_read,
	.link = recorded_link,
	.write = recorded_write,
	.put = recorded_put,
	.make = recorded_make,
	.remove = recorded_remove,
	.list = recorded_list,
	.kmsg = recorded_kmsg,
	.pin = recorded_pin,
	.pin_thread = recorded_pin_thread,
	.process_open = recorded_process_open,
	.process_signal = recorded_process_signal,
	.process_wait = recorded_process_wait,
	.process_close = recorded_process_close,
	.is_ours = recorded_is_ours,
	.run = recorded_run,
	.module_remove = recorded_module_remove,
	.kexec_load = recorded_kexec_load,
	.kexec_unload = recorded_kexec_unload,
	.kexec = recorded_kexec,
	.cpuid = recorded_cpuid,
	.msr = recorded_msr,
	.node = recorded_node,
	.kvm = recorded_kvm,
	.clock = recorded_clock,
	.sleep = recorded_sleep,
	.close = recorded_close,
};

int host_record_open(struct host **out, struct host *inner, struct recorder *recorder)
{
	struct recorded_host *rh = calloc(1, sizeof(*rh));

	if (!rh)
		return -ENOMEM;
	rh->ops = recorded_ops;
	if (!inner->ops->pin_thread)
		rh->ops.pin_thread = NULL;
	if (!inner->ops->is_ours)
		rh->ops.is_ours = NULL;
	rh->host = *inner;
	rh->host.ops = &rh->ops;
	rh->inner = inner;
	rh->recorder = recorder;
	*out = &rh->host;
	return 0;
}
