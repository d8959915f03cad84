// SPDX-License-Identifier: GPL-2.0-or-later
/* The simulated machine's /proc and /sys, its processes, its clock */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim_test.h"

static char text[65536];

static const char *file(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static const char *file(const char *fmt, ...)
{
	char path[200];
	va_list ap;
	ssize_t n;

	va_start(ap, fmt);
	vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	n = sim_file_read(sim, path, text, sizeof(text) - 1);
	ck_assert_msg(n >= 0, "%s: %s", path, strerror((int)-n));
	text[n] = 0;
	return text;
}

static int missing(const char *path)
{
	return (int)sim_file_read(sim, path, text, sizeof(text));
}

static const char *link_to(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static const char *link_to(const char *fmt, ...)
{
	static char to[200];
	char path[200];
	va_list ap;
	ssize_t n;

	va_start(ap, fmt);
	vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	n = sim_link_read(sim, path, to, sizeof(to) - 1);
	ck_assert_msg(n >= 0, "%s: %s", path, strerror((int)-n));
	to[n] = 0;
	return to;
}

static int collect(void *arg, const char *name)
{
	ck_assert_uint_lt(strlen(arg) + strlen(name) + 2, 4096);
	strcat(strcat(arg, name), " ");
	/* asking for more from within must not hang */
	ck_assert_int_gt((int)sim_file_read(sim, "/proc/uptime", (char[64]){ 0 }, 64), 0);
	return 0;
}

static const char *list(const char *path)
{
	static char names[4096];

	names[0] = 0;
	ck_assert_int_eq(sim_dir_list(sim, path, collect, names), 0);
	return names;
}

#define CPU "/sys/devices/system/cpu/"

static void setup_eight(void)
{
	struct sim_options o = {
		.cpus = 8, .threads_per_core = 2, .cores_per_ccx = 2, .sockets = 1,
		.snp_guests = 2, .sev_guests = 1, .sev_es_guests = 1, .leaked_guests = 1,
		.stubborn_guests = 1, .vcpus = 3,
	};

	sim_test_create(&o);
}

START_TEST(cpus)
{
	ck_assert_str_eq(file(CPU "present"), "0-7\n");
	ck_assert_str_eq(file(CPU "possible"), "0-7\n");
	ck_assert_str_eq(file(CPU "online"), "0-7\n");
	ck_assert_str_eq(file(CPU "offline"), "\n");
	ck_assert_str_eq(file(CPU "smt/active"), "1\n");
	ck_assert_str_eq(file(CPU "smt/control"), "on\n");
	ck_assert_str_eq(file(CPU "cpu5/online"), "1\n");
	ck_assert_str_eq(file(CPU "cpu5/topology/physical_package_id"), "0\n");
	ck_assert_str_eq(file(CPU "cpu5/topology/core_id"), "1\n");
	ck_assert_str_eq(file(CPU "cpu5/topology/die_id"), "0\n");
	ck_assert_str_eq(file(CPU "cpu5/topology/thread_siblings_list"), "1,5\n");
	ck_assert_str_eq(file(CPU "cpu5/cache/index3/level"), "3\n");
	ck_assert_str_eq(file(CPU "cpu5/cache/index3/shared_cpu_list"), "0-1,4-5\n");
	ck_assert_str_eq(file(CPU "cpu7/cache/index3/shared_cpu_list"), "2-3,6-7\n");
	ck_assert_str_eq(file(CPU "cpu5/cache/index0/shared_cpu_list"), "1,5\n");
	ck_assert_int_eq(missing(CPU "cpu0/online"), -ENOENT);
	ck_assert_int_eq(missing(CPU "cpu8/online"), -ENOENT);
	ck_assert_int_eq(missing(CPU "cpu05/online"), -ENOENT);
	ck_assert_int_eq(missing(CPU "cpu5/cache/index4/level"), -ENOENT);
	ck_assert_int_eq(missing("/sys/devices/system/cpu"), -EISDIR);
	ck_assert_int_eq(missing(CPU "cpu5/topology"), -EISDIR);
	ck_assert_ptr_nonnull(strstr(list("/sys/devices/system/cpu"), "cpu7 "));
	ck_assert_str_eq(list(CPU "cpu5/cache"), "index0 index1 index2 index3 ");
}
END_TEST

START_TEST(cpus_offline)
{
	ck_assert_int_eq(sim_file_write(sim, CPU "cpu5/online", "0\n"), 0);
	act("offline=2-3");
	ck_assert_str_eq(file(CPU "present"), "0-7\n");
	ck_assert_str_eq(file(CPU "online"), "0-1,4,6-7\n");
	ck_assert_str_eq(file(CPU "offline"), "2-3,5\n");
	ck_assert_str_eq(file(CPU "cpu5/online"), "0\n");
	/* what belongs to it is gone, as on Linux, and it is nobody's neighbour */
	ck_assert_int_eq(missing(CPU "cpu5/topology/core_id"), -ENOENT);
	ck_assert_int_eq(missing(CPU "cpu5/cache/index3/level"), -ENOENT);
	ck_assert_str_eq(list(CPU "cpu5"), "online ");
	ck_assert_str_eq(file(CPU "cpu1/topology/thread_siblings_list"), "1\n");
	ck_assert_str_eq(file(CPU "cpu1/cache/index3/shared_cpu_list"), "0-1,4\n");
	ck_assert_str_eq(file(CPU "smt/active"), "1\n");
	act("offline=4");
	ck_assert_str_eq(file(CPU "smt/active"), "0\n");
	ck_assert_int_eq(sim_file_write(sim, CPU "cpu5/online", "1"), 0);
	ck_assert_str_eq(file(CPU "cpu5/online"), "1\n");
	ck_assert_int_eq(sim_file_write(sim, CPU "cpu5/online", "2"), -EINVAL);
	ck_assert_int_eq(sim_file_write(sim, CPU "cpu0/online", "0"), -EACCES);
	ck_assert_int_eq(sim_file_write(sim, CPU "cpu9/online", "0"), -EACCES);
	ck_assert_int_eq(sim_file_write(sim, CPU "online", "0"), -EACCES);
	ck_assert_int_eq(try_act("offline=0"), -EPERM);
	ck_assert_int_eq(try_act("offline=8"), -EINVAL);
	ck_assert_int_eq(try_act("offline=1-"), -EINVAL);
	ck_assert_int_eq(try_act("offline=,1"), -EINVAL);
	ck_assert_int_eq(try_act("offline="), -EINVAL);
}
END_TEST

START_TEST(two_sockets)
{
	struct sim_options o = {
		.cpus = 36, .threads_per_core = 1, .cores_per_ccx = 8, .sockets = 2, .vcpus = 1,
	};

	sim_test_create(&o);
	ck_assert_uint_eq(describe()->ccxs, 6);	/* 8, 8 and 2 cores in each */
	ck_assert_str_eq(file(CPU "cpu17/cache/index3/shared_cpu_list"), "16-17\n");
	ck_assert_str_eq(file(CPU "cpu18/cache/index3/shared_cpu_list"), "18-25\n");
	ck_assert_str_eq(file(CPU "cpu18/topology/physical_package_id"), "1\n");
	ck_assert_str_eq(file(CPU "cpu18/topology/core_id"), "0\n");
	ck_assert_str_eq(file(CPU "smt/control"), "notsupported\n");
	ck_assert_str_eq(file(CPU "smt/active"), "0\n");
	ck_assert_ptr_nonnull(strstr(file("/proc/self/status"), "\nCpus_allowed:\tf,ffffffff\n"));
	sim_test_remove();
}
END_TEST

START_TEST(ourselves)
{
	ck_assert_ptr_nonnull(strstr(file("/proc/self/status"), "\nCpus_allowed_list:\t0-7\n"));
	act("allow=1-2,6");
	ck_assert_ptr_nonnull(strstr(file("/proc/self/status"), "\nCpus_allowed_list:\t1-2,6\n"));
	ck_assert_ptr_nonnull(strstr(file("/proc/self/status"), "\nCpus_allowed:\t46\n"));
	/* that is our cpuset, not theirs */
	ck_assert_ptr_nonnull(strstr(file("/proc/%u/status", guest(0)->pid),
				     "\nCpus_allowed_list:\t0-7\n"));
}
END_TEST

START_TEST(kernel)
{
	ck_assert_str_eq(file("/proc/sys/kernel/osrelease"), "6.12.117-sim\n");
	ck_assert_str_eq(file("/proc/sys/kernel/kexec_load_disabled"), "0\n");
	ck_assert_str_eq(file("/sys/kernel/kexec_loaded"), "0\n");
	act("kexec-load");
	ck_assert_str_eq(file("/sys/kernel/kexec_loaded"), "1\n");
	ck_assert_str_eq(file("/sys/kernel/kexec_crash_loaded"), "0\n");
	ck_assert_str_eq(file("/sys/kernel/kexec_crash_size"), "0\n");
	ck_assert_int_eq(missing("/sys/kernel/kexec/loaded"), -ENOENT);
	ck_assert_str_eq(file("/sys/kernel/security/lockdown"),
			 "[none] integrity confidentiality\n");
	ck_assert_str_eq(file("/sys/module/ccp/parameters/psp_init_on_probe"), "Y\n");
	ck_assert_str_eq(file("/sys/module/ccp/parameters/init_ex_path"), "(null)\n");
	ck_assert_str_eq(file("/sys/module/ccp/parameters/psp_cmd_timeout"), "100\n");
	ck_assert_str_eq(file("/sys/module/kvm_amd/parameters/sev_snp"), "Y\n");
	ck_assert_str_eq(file("/sys/module/kvm_amd/initstate"), "live\n");
	ck_assert_int_gt(atoi(file("/sys/module/kvm_amd/refcnt")), 0);
	ck_assert_int_eq(try_act("unload"), -EBUSY);
	while (guest(0) && guest(0)->pid)
		act("kill=%u", guest(0)->pid);
	ck_assert_str_eq(file("/sys/module/kvm_amd/refcnt"), "0\n");
	act("unload");
	ck_assert_int_eq(missing("/sys/module/kvm_amd/initstate"), -ENOENT);
	ck_assert_str_eq(list("/sys/module"), "ccp ");
	ck_assert_int_eq(try_act("start=plain"), -ENOENT);
}
END_TEST

START_TEST(clock_moves)
{
	uint64_t t0 = sim_clock_ns(sim);
	unsigned long long btime;
	double up;

	ck_assert_int_eq(sscanf(file("/proc/uptime"), "%lf", &up), 1);
	ck_assert(up > (double)t0 / 1e9 - 0.011 && up <= (double)t0 / 1e9);
	sim_sleep_ns(sim, 1500000000);
	ck_assert_uint_eq(sim_clock_ns(sim), t0 + 1500000000);
	ck_assert_int_eq(sscanf(strstr(file("/proc/stat"), "btime"), "btime %llu", &btime), 1);
	ck_assert_uint_gt(btime, 1700000000);
	/* many WBINVDs at once take about as long as one */
	t0 = sim_clock_ns(sim);
	ck_assert_uint_eq(wbinvd_all(), 8);
	ck_assert_uint_lt(sim_clock_ns(sim) - t0, 3000000);
}
END_TEST

static void one_wbinvd(uint32_t cpu)
{
	struct sev_dbg_wbinvd w = { .size = sizeof(w), .cpu = cpu };

	ck_assert_int_eq(sim_thread_pin(sim, cpu), 0);
	ck_assert_int_eq(sim_node_ioctl(sim, dbg, SEV_DBG_WBINVD, &w), 0);
	ck_assert_uint_eq(w.duration_ns, 5000000);
}

/* One thread does one after the other, several do theirs at the same time */
START_TEST(wbinvd_takes)
{
	struct sev_dbg_wbinvd_all all = { .size = sizeof(all) };
	struct sim_options o = {
		.cpus = 4, .threads_per_core = 2, .cores_per_ccx = 2, .sockets = 1, .vcpus = 1,
		.wbinvd_us = 5000,
	};
	uint64_t t0;

	sim_test_create(&o);
	for (int boot = 0; boot < 2; boot++) {
		t0 = sim_clock_ns(sim);
		for (uint32_t cpu = 0; cpu < 4; cpu++)
			one_wbinvd(cpu);
		ck_assert_uint_eq(sim_clock_ns(sim) - t0, 20000000);
		ck_assert_uint_eq(wbinvd_all(), 4);
		ck_assert_uint_eq(sim_clock_ns(sim) - t0, 25000000);
		ck_assert_int_eq(sim_node_ioctl(sim, dbg, SEV_DBG_WBINVD_ALL, &all), 0);
		ck_assert_uint_eq(all.duration_ns, 5000000);
		ck_assert_uint_eq(sim_clock_ns(sim) - t0, 30000000);
		one_wbinvd(0);
		ck_assert_uint_eq(sim_clock_ns(sim) - t0, 35000000);
		/* another boot has another clock; the processor stays */
		act("kexec");
		dbg = sim_node_open(sim, "/dev/sev-debug", O_RDWR);
		ck_assert_int_ge(dbg, 0);
	}
	sim_test_remove();
}
END_TEST

START_TEST(vmm)
{
	uint32_t pid = guest(1)->pid, tid, n;
	unsigned long long start;
	char comm[32], state;

	ck_assert_str_eq(file("/proc/%u/comm", pid), "qemu-system-x86\n");
	file("/proc/%u/cmdline", pid);
	ck_assert_str_eq(text, "/usr/bin/qemu-system-x86_64");
	ck_assert_str_eq(text + strlen(text) + 1, "-name");
	ck_assert_ptr_nonnull(strstr(file("/proc/%u/status", pid), "\nThreads:\t5\n"));
	ck_assert_ptr_nonnull(strstr(text, "Name:\tqemu-system-x86\n"));
	ck_assert_ptr_nonnull(strstr(text, "\nState:\tS (sleeping)\n"));
	ck_assert_int_eq(sscanf(file("/proc/%u/stat", pid),
				"%u (%31[^)]) %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %u %*d %llu",
				&tid, comm, &state, &n, &start), 5);
	ck_assert_uint_eq(tid, pid);
	ck_assert_uint_eq(n, 5);
	ck_assert_int_eq(state, 'S');
	ck_assert_uint_lt(start, sim_clock_ns(sim) / 10000000);
	ck_assert_uint_gt(start, 0);
	ck_assert_str_eq(file("/proc/%u/cgroup", pid),
			 "0::/user.slice/user-1000.slice/session-3.scope\n");

	snprintf(comm, sizeof(comm), "/proc/%u/task", pid);
	snprintf(text, 200, "%u %u %u %u %u ", pid, pid + 1, pid + 2, pid + 3, pid + 4);
	ck_assert_str_eq(list(comm), text);
	ck_assert_str_eq(file("/proc/%u/task/%u/comm", pid, pid + 1), "CPU 0/KVM\n");
	ck_assert_str_eq(file("/proc/%u/task/%u/comm", pid, pid + 3), "CPU 2/KVM\n");
	ck_assert_ptr_nonnull(strstr(file("/proc/%u/task/%u/status", pid, pid + 1),
				     "State:\tR (running)\n"));
	snprintf(text, 200, "/proc/%u/task/%u/comm", pid, pid + 5);
	ck_assert_int_eq(missing(text), -ENOENT);
	ck_assert_int_eq(missing("/proc/99999/comm"), -ENOENT);
	ck_assert_ptr_nonnull(strstr(list("/proc"), "1 2 "));
	ck_assert_str_eq(file("/proc/1/comm"), "systemd\n");
	ck_assert_str_eq(file("/proc/2/cmdline"), "");
}
END_TEST

static int count_fds(void *arg, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%u/fd/%s", *(uint32_t *)arg, name);
	strcat(strcat(text, link_to("%s", path)), " ");
	return 0;
}

static const char *fds(uint32_t pid)
{
	char path[64];

	text[0] = 0;
	snprintf(path, sizeof(path), "/proc/%u/fd", pid);
	ck_assert_int_eq(sim_dir_list(sim, path, count_fds, &pid), 0);
	return text;
}

START_TEST(descriptors)
{
	uint32_t plain = (uint32_t)act("start=plain:1");
	unsigned int i;

	for (i = 0; i < 4; i++) {
		struct sim_guest_info *g = guest(i);

		fds(g->pid);
		ck_assert_ptr_nonnull(strstr(text, "/dev/kvm "));
		ck_assert_ptr_nonnull(strstr(text, "/dev/sev "));
		ck_assert_ptr_nonnull(strstr(text, "anon_inode:kvm-vm "));
		ck_assert_ptr_nonnull(strstr(text, "anon_inode:kvm-vcpu:0 anon_inode:kvm-vcpu:1 anon_inode:kvm-vcpu:2 "));
		ck_assert_ptr_null(strstr(text, "kvm-vcpu:3"));
		ck_assert_int_eq(!!strstr(text, "anon_inode:[kvm-gmem] "), g->kind == 3);
	}
	ck_assert_ptr_null(strstr(fds(plain), "/dev/sev"));
	ck_assert_ptr_nonnull(strstr(text, "anon_inode:kvm-vm "));
	ck_assert_ptr_null(strstr(fds(1), "kvm"));
	ck_assert_int_eq((int)sim_link_read(sim, "/proc/1/fd/77", text, 100), -ENOENT);
	ck_assert_int_eq((int)sim_link_read(sim, "/proc/1", text, 100), -ENOENT);
}
END_TEST

#define SERVICE "/sys/fs/cgroup/system.slice/system-vm.slice/vm@%u.service/"
#define SCOPE "/sys/fs/cgroup/machine.slice/machine-qemu\\x2d%u\\x2dsnp\\x2d%u.scope/"
#define SESSION "/sys/fs/cgroup/user.slice/user-1000.slice/session-3.scope/"

/* SNP and SEV-ES guests are charged to sev_es, also one that was leaked */
START_TEST(misc_cgroup)
{
	uint32_t pid;

	ck_assert_str_eq(file("/sys/fs/cgroup/misc.capacity"), "sev 907\nsev_es 99\n");
	ck_assert_str_eq(file("/sys/fs/cgroup/misc.current"), "sev 1\nsev_es 4\n");
	pid = (uint32_t)act("start=snp-launching@service");
	ck_assert_str_eq(file("/sys/fs/cgroup/misc.current"), "sev 1\nsev_es 5\n");
	ck_assert_str_eq(file(SERVICE "misc.current", pid), "sev 0\nsev_es 1\n");
	act("kill=%u", pid);
	ck_assert_str_eq(file("/sys/fs/cgroup/misc.current"), "sev 1\nsev_es 4\n");
}
END_TEST

START_TEST(ending)
{
	uint32_t stubborn = guest(0)->pid, other = guest(1)->pid;

	ck_assert_int_eq(sim_process_signal(sim, 99999, SIGTERM), -ESRCH);
	ck_assert_int_eq(sim_process_wait(sim, 99999, 0), -ESRCH);
	ck_assert_int_eq(sim_process_signal(sim, (pid_t)other, 0), 0);
	ck_assert_int_eq(sim_process_signal(sim, (pid_t)other, 999), -EINVAL);

	ck_assert_int_eq(sim_process_signal(sim, (pid_t)stubborn, SIGTERM), 0);
	ck_assert_int_eq(sim_process_signal(sim, (pid_t)other, SIGTERM), 0);
	ck_assert_int_eq(sim_process_wait(sim, (pid_t)other, 1000000), 0);
	ck_assert_int_eq(sim_process_wait(sim, (pid_t)other, UINT64_MAX), 1);
	ck_assert_int_eq(sim_process_signal(sim, (pid_t)other, 0), -ESRCH);
	ck_assert_int_eq(sim_process_wait(sim, (pid_t)stubborn, 60000000000), 0);
	ck_assert_int_eq(sim_process_signal(sim, (pid_t)stubborn, SIGKILL), 0);
	ck_assert_int_eq(sim_process_wait(sim, (pid_t)stubborn, 1000000000), 1);
	/* KVM has decommissioned them; the leaked one is still there */
	ck_assert_uint_eq(describe()->snp_guests, 1);
}
END_TEST

/* While it is stopped or frozen a process ends by SIGKILL only */
START_TEST(frozen)
{
	uint32_t pid = (uint32_t)act("start=snp:3@service");
	char freeze[128], kill[128];
	const bool cgroup = _i;

	snprintf(freeze, sizeof(freeze), SERVICE "cgroup.freeze", pid);
	ck_assert_str_eq(file("%s", freeze), "0\n");
	sim_process_signal(sim, (pid_t)pid, SIGTERM);
	if (cgroup)
		ck_assert_int_eq(sim_file_write(sim, freeze, "1"), 0);
	else
		sim_process_signal(sim, (pid_t)pid, SIGSTOP);
	ck_assert(guest(5)->pid == pid && guest(5)->frozen && !guest(5)->running);
	ck_assert_str_eq(file("%s", freeze), cgroup ? "1\n" : "0\n");
	ck_assert_str_eq(file(SERVICE "cgroup.events", pid),
			 cgroup ? "populated 1\nfrozen 1\n" : "populated 1\nfrozen 0\n");
	ck_assert_ptr_nonnull(strstr(file("/proc/%u/task/%u/status", pid, pid + 1), cgroup ?
				     "State:\tS (sleeping)\n" : "State:\tT (stopped)\n"));
	ck_assert_int_eq(sim_process_wait(sim, (pid_t)pid, 60000000000), 0);
	if (cgroup)
		ck_assert_int_eq(sim_file_write(sim, freeze, "0\n"), 0);
	else
		sim_process_signal(sim, (pid_t)pid, SIGCONT);
	ck_assert_int_eq(sim_process_wait(sim, (pid_t)pid, 5000000000), 1);
	ck_assert_int_eq(sim_file_write(sim, freeze, "1"), -ENOENT);

	pid = (uint32_t)act("start=snp@service");
	snprintf(kill, sizeof(kill), SERVICE "cgroup.kill", pid);
	sim_process_signal(sim, (pid_t)pid, SIGSTOP);
	ck_assert_int_eq(sim_file_write(sim, kill, "1"), 0);
	ck_assert_int_eq(sim_process_wait(sim, (pid_t)pid, 1000000000), 1);
}
END_TEST

/* Where VMMs live, and with whom */
START_TEST(units)
{
	uint32_t pid = (uint32_t)act("start=snp:2@libvirt"), slot = 5;
	char path[200];

	ck_assert_str_eq(guest(5)->unit, (snprintf(text + 60000, 200, "machine-qemu\\x2d%u\\x2dsnp"
			 "\\x2d%u.scope", slot, pid), text + 60000));
	ck_assert_ptr_nonnull(strstr(file("/proc/%u/cgroup", pid), ".scope/libvirt/emulator\n"));
	ck_assert_ptr_nonnull(strstr(file("/proc/%u/task/%u/cgroup", pid, pid + 2),
				     ".scope/libvirt/vcpu1\n"));
	ck_assert_str_eq(file(SCOPE "cgroup.procs", slot, pid), "");
	ck_assert_str_eq(file(SCOPE "libvirt/cgroup.type", slot, pid), "domain threaded\n");
	ck_assert_uint_eq(strtoul(file(SCOPE "libvirt/cgroup.procs", slot, pid), NULL, 10), pid);
	snprintf(path, sizeof(path), SCOPE "libvirt/emulator/cgroup.procs", slot, pid);
	ck_assert_int_eq(missing(path), -EOPNOTSUPP);
	snprintf(path, sizeof(path), SCOPE "libvirt/vcpu2/cgroup.type", slot, pid);
	ck_assert_int_eq(missing(path), -ENOENT);
	ck_assert_ptr_nonnull(strstr(list((snprintf(path, sizeof(path), SCOPE "libvirt", slot, pid),
					   path)), "emulator vcpu0 vcpu1 "));
	/* a session has a shell in it, too */
	ck_assert_ptr_nonnull(strstr(file(SESSION "cgroup.procs"), "980\n1200\n"));
	ck_assert_ptr_null(strstr(text, (snprintf(path, sizeof(path), "%u", pid), path)));
	ck_assert_str_eq(file("/proc/980/comm"), "bash\n");
}
END_TEST

/* What keeps siblings offline */
START_TEST(smt)
{
	ck_assert_str_eq(file(CPU "smt/control"), "on\n");
	act("smt=forceoff");
	ck_assert_str_eq(file(CPU "online"), "0-3\n");
	ck_assert_str_eq(file(CPU "smt/control"), "forceoff\n");
	ck_assert_int_eq(sim_file_write(sim, CPU "cpu5/online", "1"), -EPERM);
	act("offline=3");
	ck_assert_int_eq(sim_file_write(sim, CPU "cpu3/online", "1"), 0);
	act("smt=on");
	ck_assert_str_eq(file(CPU "online"), "0-7\n");
}
END_TEST

START_TEST(bad_actions)
{
	static const char *const bad[] = {
		"start=snp@", "start=snp@moon", "start=snp:@libvirt", "smt=x", "program=virsh",
		"program=ls:fails", "program=virsh:x",
		"", "=", "explode", "start=", "start=vax", "start=snp:", "start=snp:0", "start=snp:65",
		"start=snp:x", "kill=", "kill=x", "fail=", "fail=NOTHING:1", "fail=SNP_DF_FLUSH",
		"fail=SNP_DF_FLUSH:x", "fail=SNP_DF_FLUSH:1:0", "timeout=x", "deaf=99", "access=x",
		"allow=9", "vanish=0", "lockdown=x", "iommu-fails=1", "sleep=-1", "reload=1", "load",
		"a-very-long-name-of-an-action-that-there-is-not=1",
	};
	uint32_t generation = describe()->generation;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(try_act(bad[i]) < 0, "'%s' succeeded", bad[i]);
	ck_assert_int_eq(try_act("kill=4711"), -ESRCH);
	ck_assert_uint_eq(describe()->generation, generation);
}
END_TEST

START_TEST(failures_count)
{
	act("fail=SNP_DF_FLUSH:HWERROR_UNSAFE:2");
	ck_assert_int_eq(df_flush(), -EIO);
	ck_assert_uint_eq(status, 0x14);
	ck_assert_int_eq(df_flush(), -EIO);
	ck_assert_int_eq(df_flush(), 0);
	act("fail=0x84:0x13");
	ck_assert_int_eq(df_flush(), -EIO);
	ck_assert_uint_eq(status, 0x13);
	ck_assert_int_eq(df_flush(), 0);
}
END_TEST

/* After a kexec nothing is left of what ran, and firmware and guests work */
START_TEST(kexec)
{
	char line[SIM_LOG_LINE];

	while (guest(0) && guest(0)->pid)
		act("end=%u", guest(0)->pid);
	ck_assert_int_eq(decommission(5, SEV_DBG_D_RUNNING), 0);	/* the leaked one */
	act("offline=3");
	act("online=3");
	ck_assert_int_eq(act("kexec"), 2);
	ck_assert_ptr_null(guest(0));
	ck_assert_str_eq(file(CPU "online"), "0-7\n");
	ck_assert_uint_lt(sim_clock_ns(sim), 60000000000);
	ck_assert_int_eq(sim_describe_log(sim, 0, line), 0);
	act("start=snp");
	act("start=sev");
	ck_assert_uint_eq(describe()->snp_guests, 1);
}
END_TEST

static int keep_line(void *arg, uint64_t seq, const char *line)
{
	(void)seq;
	/* asking for more from within must not hang */
	ck_assert_int_ge(missing("/proc/uptime"), 0);
	snprintf(arg, 120, "%s", line);
	return 0;
}

static char said[200];

#define RUN(...) sim_program_run(sim, (const char *const[]){ __VA_ARGS__, NULL }, said, sizeof(said))

START_TEST(programs)
{
	uint32_t pid = (uint32_t)act("start=snp@service");
	char unit[64], line[120], domain[32];

	snprintf(unit, sizeof(unit), "vm@%u.service", pid);
	ck_assert_int_eq(RUN("systemctl", "is-active", unit), 0);
	ck_assert_int_eq(RUN("systemctl", "stop", unit), 0);
	ck_assert_int_eq(RUN("systemctl", "is-active", unit), 3);
	ck_assert_int_eq(RUN("systemctl", "stop", unit), 5);
	ck_assert_int_eq(RUN("systemctl", "dance"), 1);
	/* told, and it ends in its own time */
	pid = (uint32_t)act("start=snp@service");
	snprintf(unit, sizeof(unit), "vm@%u.service", pid);
	ck_assert_int_eq(RUN("systemctl", "stop", "--no-block", unit), 0);
	ck_assert_int_eq(sim_process_wait(sim, (pid_t)pid, 0), 0);
	ck_assert_int_eq(sim_process_wait(sim, (pid_t)pid, 5000000000), 1);
	/* libvirt's: one that listens, one that does not */
	pid = (uint32_t)act("start=snp@libvirt");
	snprintf(domain, sizeof(domain), "snp-%u", pid);
	ck_assert_int_eq(RUN("virsh", "-c", "qemu:///system", "shutdown", "nobody"), 1);
	ck_assert_int_eq(RUN("virsh", "-c", "qemu:///system", "shutdown", domain), 0);
	ck_assert_int_eq(sim_process_wait(sim, (pid_t)pid, 60000000000), 1);
	pid = (uint32_t)act("start-stubborn=sev@libvirt");
	snprintf(domain, sizeof(domain), "sev-%u", pid);
	ck_assert_int_eq(RUN("virsh", "-c", "qemu:///system", "shutdown", domain), 0);
	ck_assert_int_eq(sim_process_wait(sim, (pid_t)pid, 600000000000), 0);
	ck_assert_int_eq(RUN("virsh", "-c", "qemu:///system", "destroy", domain), 0);
	ck_assert_int_eq(sim_process_wait(sim, (pid_t)pid, 0), -ESRCH);
	act("program=virsh:missing");
	ck_assert_int_eq(RUN("virsh", "-c", "qemu:///system", "shutdown", domain), -ENOENT);
	act("program=systemctl:fails");
	ck_assert_int_eq(RUN("systemctl", "stop", unit), 1);
	ck_assert_str_eq(said, "Failed to connect to bus: Connection refused");
	ck_assert_int_eq(RUN("modprobe", "kvm_intel"), 1);
	ck_assert_int_eq(RUN("no-such-program"), -ENOENT);
	ck_assert_int_eq(sim_module_remove(sim, "kvm_amd"), -EBUSY);
	while (guest(0) && guest(0)->pid)
		act("kill=%u", guest(0)->pid);
	ck_assert_int_eq(sim_module_remove(sim, "ccp"), -EBUSY);
	ck_assert_int_eq(sim_module_remove(sim, "kvm_amd"), 0);
	ck_assert_int_eq(sim_module_remove(sim, "kvm_amd"), -ENOENT);
	ck_assert_int_eq(RUN("modprobe", "kvm_amd"), 0);
	ck_assert_int_eq(sim_kmsg(sim, keep_line, line), 0);
	ck_assert_str_eq(line, "kvm_amd: SEV-SNP enabled (ASIDs 1 - 99)");
}
END_TEST

START_TEST(next_kernel)
{
	struct sim_options o = {
		.cpus = 4, .threads_per_core = 2, .cores_per_ccx = 2, .sockets = 1,
		.snp_guests = 1, .vcpus = 1,
	};

	sim_test_create(&o);
	ck_assert_int_eq(sim_kexec_now(sim), -EINVAL);
	ck_assert_int_eq(RUN("systemctl", "kexec"), 1);
	ck_assert_str_eq(said, "No kexec kernel loaded and autodetection failed.");
	act("kexec-disable");
	ck_assert_str_eq(file("/proc/sys/kernel/kexec_load_disabled"), "1\n");
	ck_assert_int_eq(sim_kexec_load(sim, "vmlinuz", NULL, ""), -EPERM);
	act("kill=%u", guest(0)->pid);
	act("kexec");
	ck_assert_int_eq(sim_kexec_load(sim, "vmlinuz", NULL, ""), 0);
	ck_assert_str_eq(file("/sys/kernel/kexec_loaded"), "1\n");
	/* VMs that still run are ended first, unlike those of kexec -e */
	act("start=snp");
	ck_assert_int_eq(RUN("systemctl", "kexec"), 0);
	ck_assert_uint_eq(describe()->boots, 3);
	act("start=snp");
	ck_assert_int_eq(sim_kexec_load(sim, "vmlinuz", "initrd", "quiet"), 0);
	ck_assert_int_eq(sim_kexec_now(sim), -EHOSTDOWN);
	sim_test_remove();
}
END_TEST

int main(void)
{
	Suite *s = suite_create("simulated host");
	TCase *t = tcase_create("host"), *alone = tcase_create("alone");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, setup_eight, sim_test_remove);
	tcase_add_test(t, cpus);
	tcase_add_test(t, cpus_offline);
	tcase_add_test(t, ourselves);
	tcase_add_test(t, kernel);
	tcase_add_test(t, clock_moves);
	tcase_add_test(t, vmm);
	tcase_add_test(t, descriptors);
	tcase_add_test(t, misc_cgroup);
	tcase_add_test(t, ending);
	tcase_add_loop_test(t, frozen, 0, 2);
	tcase_add_test(t, units);
	tcase_add_test(t, smt);
	tcase_add_test(t, bad_actions);
	tcase_add_test(t, failures_count);
	tcase_add_test(t, kexec);
	tcase_add_test(t, programs);
	suite_add_tcase(s, t);
	tcase_add_test(alone, two_sockets);
	tcase_add_test(alone, next_kernel);
	tcase_add_test(alone, wbinvd_takes);
	suite_add_tcase(s, alone);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
