// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A simulated machine: never a real process, never a real CPU.
 */
#include <errno.h>
#include <stdlib.h>

#include "lib/host/host.h"
#include "sim/sim.h"

struct simulated_host {
	struct host host;
	struct sim *sim;
};

static struct sim *machine(struct host *host)
{
	return ((struct simulated_host *)host)->sim;
}

static ssize_t simulated_read(struct host *host, const char *path, char *buf, size_t size)
{
	ssize_t n = sim_file_read(machine(host), path, buf, size - 1);

	if (n >= 0)
		buf[n] = '\0';
	return n;
}

static ssize_t simulated_link(struct host *host, const char *path, char *buf, size_t size)
{
	ssize_t n = sim_link_read(machine(host), path, buf, size - 1);

	if (n >= 0)
		buf[n] = '\0';
	return n;
}

static int simulated_write(struct host *host, const char *path, const char *text)
{
	return sim_file_write(machine(host), path, text);
}

static int simulated_put(struct host *host, const char *path, const void *data, size_t size)
{
	return sim_file_put(machine(host), path, data, size);
}

static int simulated_make(struct host *host, const char *path)
{
	return sim_dir_make(machine(host), path);
}

static int simulated_remove(struct host *host, const char *path)
{
	return sim_dir_remove(machine(host), path);
}

static int simulated_kmsg(struct host *host, host_kmsg_fn fn, void *arg)
{
	return sim_kmsg(machine(host), fn, arg);
}

static int simulated_list(struct host *host, const char *path, host_list_fn fn, void *arg)
{
	return sim_dir_list(machine(host), path, fn, arg);
}

static int simulated_pin(struct host *host, unsigned int cpu)
{
	return sim_thread_pin(machine(host), cpu);
}

/* A pid serves as handle: simulated pids are not used twice */
static int simulated_process_open(struct host *host, pid_t pid)
{
	int ret = sim_process_signal(machine(host), pid, 0);

	return ret ? ret : (int)pid;
}

static int simulated_process_signal(struct host *host, int handle, int sig)
{
	return sim_process_signal(machine(host), (pid_t)handle, sig);
}

static int simulated_process_wait(struct host *host, int handle, uint64_t timeout_ns)
{
	int ret = sim_process_wait(machine(host), (pid_t)handle, timeout_ns);

	/* who opened the handle knows that the process was there */
	return ret == -ESRCH ? 1 : ret;
}

static void simulated_process_close(struct host *host, int handle)
{
	(void)host;
	(void)handle;
}

static int simulated_run(struct host *host, const char *const *words, uint64_t timeout_ns,
			 char *said, size_t size)
{
	(void)timeout_ns;	/* no program of a simulated machine hangs */
	return sim_program_run(machine(host), words, said, size);
}

static int simulated_module_remove(struct host *host, const char *name)
{
	return sim_module_remove(machine(host), name);
}

static int simulated_kexec_load(struct host *host, const char *kernel, const char *initrd,
				const char *append)
{
	return sim_kexec_load(machine(host), kernel, initrd, append);
}

static int simulated_kexec_unload(struct host *host)
{
	return sim_kexec_unload(machine(host));
}

static int simulated_kexec(struct host *host)
{
	return sim_kexec_now(machine(host));
}

static int simulated_cpuid(struct host *host, uint32_t leaf, uint32_t subleaf,
			   struct host_cpuid *regs)
{
	uint32_t words[4];
	int ret = sim_cpuid(machine(host), leaf, subleaf, words);

	*regs = (struct host_cpuid){ 0 };
	if (!ret)
		*regs = (struct host_cpuid){ words[0], words[1], words[2], words[3] };
	return ret;
}

static int simulated_msr(struct host *host, unsigned int cpu, uint32_t msr, uint64_t *value)
{
	return sim_msr_read(machine(host), cpu, msr, value);
}

static int simulated_node(struct host *host, const char *path, struct host_node *node)
{
	*node = (struct host_node){ 0 };
	return sim_node_look(machine(host), path, &node->mode, &node->open_err, &node->device);
}

static int simulated_kvm(struct host *host, enum host_kvm what, uint64_t *value)
{
	*value = 0;
	return sim_kvm_ask(machine(host), (enum sim_kvm_question)what, value);
}

static uint64_t simulated_clock(struct host *host)
{
	return sim_clock_ns(machine(host));
}

static void simulated_sleep(struct host *host, uint64_t ns)
{
	sim_sleep_ns(machine(host), ns);
}

static void simulated_close(struct host *host)
{
	free(host);
}

static const struct host_ops simulated_ops = {
	.name = "sim",
	.read = simulated_read,
	.write = simulated_write,
	.put = simulated_put,
	.make = simulated_make,
	.remove = simulated_remove,
	.link = simulated_link,
	.list = simulated_list,
	.kmsg = simulated_kmsg,
	.pin = simulated_pin,
	.process_open = simulated_process_open,
	.process_signal = simulated_process_signal,
	.process_wait = simulated_process_wait,
	.process_close = simulated_process_close,
	.run = simulated_run,
	.module_remove = simulated_module_remove,
	.kexec_load = simulated_kexec_load,
	.kexec_unload = simulated_kexec_unload,
	.kexec = simulated_kexec,
	.cpuid = simulated_cpuid,
	.msr = simulated_msr,
	.node = simulated_node,
	.kvm = simulated_kvm,
	.clock = simulated_clock,
	.sleep = simulated_sleep,
	.close = simulated_close,
};

/* What a guest has none of: processes, programs and modules that are anybody's business here */
static int guest_process_open(struct host *host, pid_t pid)
{
	(void)host;
	(void)pid;
	return -ESRCH;
}

static int guest_run(struct host *host, const char *const *words, uint64_t timeout_ns, char *said,
		     size_t size)
{
	(void)host;
	(void)words;
	(void)timeout_ns;
	if (size)
		*said = '\0';
	return -ENOENT;
}

static int guest_module_remove(struct host *host, const char *name)
{
	(void)host;
	(void)name;
	return -ENOENT;
}

static int guest_kexec_load(struct host *host, const char *kernel, const char *initrd,
			    const char *append)
{
	(void)host;
	(void)kernel;
	(void)initrd;
	(void)append;
	return -EPERM;
}

static int guest_kexec(struct host *host)
{
	(void)host;
	return -EPERM;
}

static const struct host_ops guest_ops = {
	.name = "sim",
	.read = simulated_read,
	.write = simulated_write,
	.put = simulated_put,
	.make = simulated_make,
	.remove = simulated_remove,
	.link = simulated_link,
	.list = simulated_list,
	.kmsg = simulated_kmsg,
	.pin = simulated_pin,
	.process_open = guest_process_open,
	.process_signal = simulated_process_signal,
	.process_wait = simulated_process_wait,
	.process_close = simulated_process_close,
	.run = guest_run,
	.module_remove = guest_module_remove,
	.kexec_load = guest_kexec_load,
	.kexec_unload = guest_kexec,
	.kexec = guest_kexec,
	.cpuid = simulated_cpuid,
	.msr = simulated_msr,
	.node = simulated_node,
	.kvm = simulated_kvm,
	.clock = simulated_clock,
	.sleep = simulated_sleep,
	.close = simulated_close,
};

int host_sim_open(struct host **out, struct sim *sim)
{
	struct simulated_host *host = calloc(1, sizeof(*host));

	if (!host)
		return -ENOMEM;
	host->host.ops = sim_is_guest(sim) ? &guest_ops : &simulated_ops;
	host->sim = sim;
	*out = &host->host;
	return 0;
}
