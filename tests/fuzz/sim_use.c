// SPDX-License-Identifier: GPL-2.0-or-later
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <linux/sev-debug.h>
#include <linux/ioctl.h>

#include "fuzz.h"
#include "sim/sim.h"
#include "sim_use.h"

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))
#define STEPS		64	/* at most, for some take long */

struct user {
	struct sim *sim;
	struct feed *feed;
	int sev, debug;
};

static const char *choose(struct user *u, const char *const *list, size_t nr)
{
	return list[feed_byte(u->feed) % nr];
}

static void act(struct user *u)
{
	static const char *const actions[] = {
		"offline=1", "offline=1-3", "online=1", "online=0-3", "start=snp", "start=sev:3",
		"start=sev-es@libvirt", "start=snp-launching@service", "start=plain@left-service",
		"start-stubborn=snp:2", "kill=1200", "end=1200", "kill=1207", "end=1207", "reload",
		"unload", "load", "kexec-load", "crash-load", "kexec-disable", "kexec",
		"fail=SNP_DF_FLUSH:WBINVD_REQUIRED:2", "fail=0x83:0x1f:1:0x1234567890",
		"timeout=SNP_SHUTDOWN_EX", "timeout=4", "deaf=2", "vanish=1", "iommu-fails",
		"tracking-fails", "lockdown=integrity", "lockdown=none", "smt=off", "smt=on",
		"smt=forceoff", "program=virsh:fails", "program=systemctl:missing", "allow=0",
		"allow=0-3", "access=none", "access=rw", "sleep=3", "sleep=1000000", "warnings",
		"leaked", "snp", "nonsense", "nonsense=1",
	};
	struct sim_why why = { "" };
	int64_t result;

	if (sim_act(u->sim, choose(u, actions, COUNT(actions)), &result, &why))
		must(memchr(why.text, 0, sizeof(why.text)) && why.text[0]);
}

/* As many bytes as the first says, as text */
static const char *text(struct user *u, char *buf, size_t size)
{
	size_t n = feed_byte(u->feed) % size;

	for (size_t i = 0; i < n; i++)
		buf[i] = (char)feed_byte(u->feed);
	buf[n] = '\0';
	return buf;
}

static void act_text(struct user *u)
{
	struct sim_why why = { "" };
	int64_t result;
	char buf[128];

	if (sim_act(u->sim, text(u, buf, sizeof(buf)), &result, &why))
		must(memchr(why.text, 0, sizeof(why.text)) && why.text[0]);
}

static void set_text(struct user *u)
{
	struct sim_why why = { "" };
	char first[64], second[64];
	const char *const list[] = {
		text(u, first, sizeof(first)), text(u, second, sizeof(second)),
	};

	if (sim_set(u->sim, list, second[0] ? 2 : 1, &why))
		must(memchr(why.text, 0, sizeof(why.text)) && why.text[0]);
}

/* The pid of a guest that is there, or that of nobody */
static int some_pid(struct user *u)
{
	struct sim_guest_info g;
	uint8_t which = feed_byte(u->feed);

	if (which < 200 && !sim_describe_guest(u->sim, which % 8, &g))
		return (int)g.pid;
	return which == 255 ? -1 : which == 254 ? 1 : 1200 + which % 8;
}

static int count_name(void *arg, const char *name)
{
	must(name[0]);
	++*(unsigned int *)arg;
	return 0;
}

static void try_path(struct user *u, const char *path)
{
	unsigned int nr = 0;
	char buf[4096];
	ssize_t n = sim_file_read(u->sim, path, buf, sizeof(buf));

	must(n <= (ssize_t)sizeof(buf));
	n = sim_link_read(u->sim, path, buf, sizeof(buf));
	must(n <= (ssize_t)sizeof(buf));
	sim_dir_list(u->sim, path, count_name, &nr);
}

static void read_files(struct user *u)
{
	static const char *const paths[] = {
		"/proc", "/proc/stat", "/proc/uptime", "/proc/cpuinfo", "/proc/self/status",
		"/proc/sys/kernel/osrelease", "/proc/sys/kernel/kexec_load_disabled",
		"/proc/sys/kernel/random/boot_id", "/sys/kernel/kexec_loaded", "/sys/kernel/debug/kvm",
		"/sys/kernel/security/lockdown", "/sys/module", "/sys/module/kvm_amd/parameters/sev",
		"/sys/module/kvm_amd/refcnt", "/sys/module/ccp/parameters", "/sys/devices/system/cpu",
		"/sys/devices/system/cpu/online", "/sys/devices/system/cpu/offline",
		"/sys/devices/system/cpu/smt/control", "/sys/devices/system/cpu/cpu1/online",
		"/sys/devices/system/cpu/cpu1/topology/die_id",
		"/sys/devices/system/cpu/cpu3/cache/index3/shared_cpu_list",
		"/sys/devices/system/cpu/cpu2/cache", "/sys/fs/cgroup", "/sys/fs/cgroup/misc.current",
		"/sys/fs/cgroup/misc.capacity", "/sys/fs/cgroup/machine.slice",
		"/sys/fs/cgroup/system.slice", "/sys/fs/cgroup/system.slice/system-vm.slice",
		"/sys/fs/cgroup/user.slice/user-1000.slice/session-3.scope/cgroup.procs",
		"/run/systemd/system", "/nowhere",
	};

	try_path(u, choose(u, paths, COUNT(paths)));
}

static void read_process(struct user *u)
{
	static const char *const names[] = {
		"", "status", "stat", "cmdline", "comm", "cgroup", "fd", "fd/0", "fd/9", "fd/10",
		"fd/11", "task", "task/1201/stat", "task/1201/status", "fdinfo/9",
	};
	int pid = some_pid(u);
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, choose(u, names, COUNT(names)));
	try_path(u, path);
}

static void write_file(struct user *u)
{
	static const char *const paths[] = {
		"/sys/devices/system/cpu/cpu1/online", "/sys/devices/system/cpu/cpu3/online",
		"/sys/fs/cgroup/user.slice/user-1000.slice/session-3.scope/cgroup.freeze",
		"/sys/fs/cgroup/user.slice/user-1000.slice/session-3.scope/cgroup.kill",
		"/sys/fs/cgroup/machine.slice/cgroup.kill", "/proc/stat",
	};
	static const char *const texts[] = { "0", "1", "", "2", "x" };
	const char *path = choose(u, paths, COUNT(paths));

	sim_file_write(u->sim, path, choose(u, texts, COUNT(texts)));
}

/* Any request of /dev/sev-debug: what it points to is ours */
static void ask_debug(struct user *u)
{
	static struct sev_dbg_guest list[8];
	static struct sev_dbg_result trace[8];
	static struct sev_dbg_trace_entry last[8];
	uint8_t nr = feed_byte(u->feed), flags = feed_byte(u->feed), number = feed_byte(u->feed);
	union {
		struct sev_dbg_info info;
		struct sev_dbg_guest_list list;
		struct sev_dbg_guest_cmd guest;
		struct sev_dbg_guest_status status;
		struct sev_dbg_wbinvd wbinvd;
		struct sev_dbg_wbinvd_all all;
		struct sev_dbg_cmd cmd;
		struct sev_dbg_trace trace;
		uint8_t room[4096];
	} arg = { 0 };

	switch (nr % 11) {
	case 0:
		arg.info.size = sizeof(arg.info);
		break;
	case 1:
		arg.list = (struct sev_dbg_guest_list){
			.size = sizeof(arg.list), .entry_size = flags & 1 ? flags : sizeof(list[0]),
			.capacity = number % 9, .entries = (uintptr_t)list,
		};
		/* as many as fit, however large each is said to be */
		if ((size_t)arg.list.entry_size * arg.list.capacity > sizeof(list))
			arg.list.capacity = 1;
		break;
	case 2:
		arg.guest = (struct sev_dbg_guest_cmd){ .size = sizeof(arg.guest), .id = number };
		break;
	case 3:
		arg.wbinvd = (struct sev_dbg_wbinvd){ .size = sizeof(arg.wbinvd), .cpu = number };
		break;
	case 4:
		arg.all.size = sizeof(arg.all);
		break;
	case 8:
		arg.status = (struct sev_dbg_guest_status){ .size = sizeof(arg.status), .id = number };
		break;
	case 9:
		arg.trace = (struct sev_dbg_trace){
			.size = sizeof(arg.trace), .entry_size = sizeof(last[0]),
			.capacity = number % 9, .after = number >> 4, .entries = (uintptr_t)last,
		};
		break;
	default:
		arg.cmd = (struct sev_dbg_cmd){
			.size = sizeof(arg.cmd), .trace_entry_size = sizeof(trace[0]),
			.trace_capacity = number % 9, .trace = (uintptr_t)trace,
		};
	}
	arg.cmd.flags = flags;		/* second in all of them */
	if (number >= 240)
		arg.cmd.size = feed_byte(u->feed) << 4;
	sim_node_ioctl(u->sim, u->debug, _IO(SEV_DBG_IOC_TYPE, nr % 11), &arg);
}

struct __attribute__((packed)) sev_issue {
	uint32_t cmd;
	uint64_t data;
	uint32_t error;
};

/* Any request of /dev/sev: lengths as they come, addresses of rooms that are large enough */
static void ask_sev(struct user *u)
{
	static uint8_t room[2][16384];
	struct __attribute__((packed)) {
		uint64_t address1;
		uint32_t len1;
		uint64_t address2;
		uint32_t len2;
		uint8_t rest[256];
	} data = {
		.address1 = (uintptr_t)room[0], .address2 = (uintptr_t)room[1],
	};
	struct sev_issue issue = { .cmd = feed_byte(u->feed) % 16, .data = (uintptr_t)&data };

	data.len1 = feed_number(u->feed, 2) % (sizeof(room[0]) + 2);
	data.len2 = feed_number(u->feed, 2) % (sizeof(room[1]) + 2);
	/* SNP_SET_CONFIG, SNP_VLEK_LOAD: numbers first */
	if (issue.cmd == 11 || issue.cmd == 12)
		data.address1 = feed_byte(u->feed);
	if (feed_byte(u->feed) == 255)
		data.address1 = 0;
	sim_node_ioctl(u->sim, u->sev, _IOWR('S', 0x0, struct sev_issue), &issue);
}

static int count_line(void *arg, uint64_t seq, const char *text)
{
	(void)seq;
	must(strlen(text) < SIM_LOG_LINE);
	++*(unsigned int *)arg;
	return 0;
}

static void describe(struct user *u)
{
	struct sim_guest_info g;
	char line[SIM_LOG_LINE];
	unsigned int nr = 0;
	struct sim_info i;

	if (!sim_describe(u->sim, &i))
		must(memchr(i.kernel, 0, sizeof(i.kernel)) && i.online <= i.cpus);
	for (unsigned int n = 0; n < 8 && !sim_describe_guest(u->sim, n, &g); n++)
		must(memchr(g.comm, 0, sizeof(g.comm)) && memchr(g.unit, 0, sizeof(g.unit)));
	sim_kmsg(u->sim, count_line, &nr);
	while (!sim_describe_log(u->sim, nr, line))
		nr++;
}

static void processes(struct user *u)
{
	static const int signals[] = { 0, SIGTERM, SIGKILL, SIGSTOP, SIGCONT, SIGINT, 64, 65 };
	int pid = some_pid(u);

	sim_process_signal(u->sim, pid, signals[feed_byte(u->feed) % COUNT(signals)]);
	sim_process_wait(u->sim, pid, (uint64_t)feed_byte(u->feed) * 100000000);
}

static void programs(struct user *u)
{
	static const char *const lines[][5] = {
		{ "modprobe", "kvm_amd" }, { "virsh", "shutdown", "guest-1200" },
		{ "virsh", "destroy", "guest-1207" }, { "systemctl", "kexec" },
		{ "systemctl", "is-active", "virtqemud.service" },
		{ "systemctl", "stop", "vm-1200.service" },
		{ "systemctl", "show", "--property=KillMode", "vm-1200.service" },
		{ "journalctl", "-k", "-b" }, { "true" },
	};
	uint8_t which = feed_byte(u->feed);
	char said[256];

	if (which < 128)
		sim_program_run(u->sim, lines[which % COUNT(lines)], said, sizeof(said));
	else if (which < 160)
		sim_module_remove(u->sim, which & 1 ? "kvm_amd" : "kvm");
	else if (which < 200)
		sim_kexec_load(u->sim, "/boot/vmlinuz", NULL, which & 1 ? "quiet" : NULL);
	else if (which < 220)
		sim_kexec_unload(u->sim);
	else
		sim_kexec_now(u->sim);
}

static void other(struct user *u)
{
	uint8_t n = feed_byte(u->feed);

	if (n < 128)
		sim_thread_pin(u->sim, n % 8);
	else
		sim_sleep_ns(u->sim, (uint64_t)n * 10000000);
	sim_clock_ns(u->sim);
	/* closed and opened anew: handles are not for ever */
	if (n == 255) {
		sim_node_close(u->sim, u->debug);
		u->debug = sim_node_open(u->sim, "/dev/sev-debug", O_RDONLY);
	}
}

void sim_use(struct sim *sim, struct feed *feed)
{
	static void (*const uses[])(struct user *u) = {
		act, read_files, read_process, write_file, ask_debug, ask_debug, ask_debug, ask_sev,
		describe, processes, programs, other,
		act_text, set_text,
	};
	struct user u = {
		.sim = sim, .feed = feed, .sev = sim_node_open(sim, "/dev/sev", O_RDWR),
		.debug = sim_node_open(sim, "/dev/sev-debug", O_RDWR),
	};

	describe(&u);
	for (unsigned int i = 0; i < STEPS && feed->at < feed->end; i++)
		uses[feed_byte(feed) % COUNT(uses)](&u);
	describe(&u);
}
