/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim - a simulated SNP host whose whole state lives in a file
 *
 * A machine with CPUs (SMT, core complexes, some offline), memory and an RMP,
 * the ccp driver with the companion patch, kvm_amd, guests with their VMM
 * processes, and the firmware model of psp_fw.h.  Every function takes effect
 * in the file at once and under its lock: successive and concurrent processes
 * see one machine.
 *
 * Functions return 0 (or a length, a node number) or -errno, as the kernel
 * would.  Those that take a struct sim_why explain a failure of the file
 * itself (not there, damaged, another version) in one sentence.
 *
 * Any function may also return -EHOSTDOWN: the machine died (of an RMP
 * violation, of a kexec), which sim_open() explains; or -EUCLEAN: another
 * process was killed while it changed the machine.
 */
#ifndef SIM_H
#define SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct sim;
struct psp_fw_crypto;

struct sim_why {
	char text[256];
};

/**
 * struct sim_vm_options - a VM that is to be like another
 * @id:		of the driver's list; not lower than that of the one before, else the next
 * @pid:	of its VMM, if that is free
 * @kind:	0 plain, 1 SEV, 2 SEV-ES, 3 SNP
 * @asid:	0: any
 * @policy:	from the launch
 * @vcpus:	1..64
 * @comm:	the VMM's name, NULL or empty: as ever
 * @units:	see struct sim_options
 * @launching:	before LAUNCH_FINISH; SNP only
 * @leaked:	its VMM is gone, the context is not; SNP only
 */
struct sim_vm_options {
	uint64_t id, policy;
	uint32_t pid, kind, asid, vcpus;
	const char *comm, *units;
	bool launching, leaked;
};

/**
 * struct sim_options - what `sevadm sim create` makes
 * @cpus:		threads, 1..2048
 * @threads_per_core:	1 or 2
 * @cores_per_ccx:	1..16
 * @sockets:		1 or 2
 * @snp_guests:		SNP guests past LAUNCH_FINISH, each with a VMM process
 * @sev_guests:		SEV guests, same
 * @sev_es_guests:	SEV-ES guests, same
 * @launching_guests:	SNP guests between LAUNCH_START and LAUNCH_FINISH
 * @leaked_guests:	SNP contexts whose process and VM are gone
 * @stubborn_guests:	how many of the VMMs ignore SIGTERM
 * @vcpus:		per guest
 * @units:		where the VMMs live: "session" (NULL), together in one session's
 *			scope; "libvirt", each in the scope of a domain of libvirt's; "service",
 *			each in a service of its own; "left-service", each in one with
 *			KillMode=none, of which systemd leaves the processes to themselves
 * @wbinvd_us:		what a WBINVD takes, 1..1000000; 0 for 1200
 * @offline:		CPU list ("5", "8-11,13") taken offline after all else, or NULL
 * @generation:		"milan", "genoa" or "turin": processor and firmware; NULL for genoa
 * @bios:		how the BIOS is set up, "sme-off", "snp-off" (no RMP), "rmp-small",
 *			"no-es-asids", "all-es-asids", "no-iommu", with commas between; or NULL
 * @cmdline:		of the kernel, or NULL; what it heeds: kvm_amd.sev, sev_es and sev_snp=0,
 *			sev=nosnp, iommu=pt and off, amd_iommu=off
 * @no_patch:		no /dev/sev-debug: a kernel without the companion patch
 * @kernel:		release string, or NULL for "6.12.117-sim", with one of the next two
 *			"7.3.4-sim"
 * @ciphertext_hiding:	SNP runs with it, SNP and SEV-ES guests have ASIDs of their own
 * @tio:		SEV-TIO comes up with SNP
 * @overwrite:		replace an existing machine
 * @vms:		further VMs, one after the other
 */
struct sim_options {
	unsigned int cpus, threads_per_core, cores_per_ccx, sockets;
	unsigned int snp_guests, sev_guests, sev_es_guests, launching_guests;
	unsigned int leaked_guests, stubborn_guests, vcpus, wbinvd_us;
	const char *offline, *kernel, *units, *generation, *bios, *cmdline;
	bool no_patch, ciphertext_hiding, tio, overwrite;
	const struct sim_vm_options *vms;
	size_t nr_vms;
};

/*
 * @crypto: what the firmware calculates with (psp_fw.h), kept by reference; its
 * struct psp_fw_sha256 lies in the file.  NULL: no SEV guest can be launched
 */
int sim_create(const char *path, const struct sim_options *options,
	       const struct psp_fw_crypto *crypto, struct sim_why *why);
int sim_open(const char *path, const struct psp_fw_crypto *crypto, struct sim **out,
	     struct sim_why *why);
void sim_close(struct sim *sim);

/*
 * From now on the handle is one of the machine that this guest is: its device, its files, its
 * processor.  @id as the companion patch numbers guests, without it the place among those
 * that are encrypted, from 1.  -ENOENT, -EAGAIN: its launch is not finished.  Once the guest
 * is gone everything answers -ENODEV.
 */
int sim_guest_enter(struct sim *sim, uint64_t id, struct sim_why *why);
bool sim_is_guest(const struct sim *sim);

/*
 * Something that happens to the machine from outside, one action a call:
 *   offline=LIST online=LIST       CPU hotplug (each executes WBINVD on that CPU)
 *   start=snp|sev|sev-es|snp-launching|plain[:VCPUS][@session|@libvirt|@service|
 *   @left-service]                 a new VM (plain: not encrypted); result = its VMM's pid
 *   start-stubborn=KIND[:VCPUS]    same, and the VMM ignores SIGTERM
 *   kill=PID                       SIGKILL from outside; KVM tears the VM down
 *   end=PID                        thawed and asked to end, killed if it does not
 *   reload                         rmmod kvm_amd; modprobe kvm_amd
 *   unload, load                   the halves of it
 *   kexec-load                     /sys/kernel/kexec_loaded becomes 1
 *   crash-load                     kexec_crash_loaded becomes 1
 *   kexec-disable                  sysctl kernel.kexec_load_disabled becomes 1
 *   kexec                          into the same kernel: -EHOSTDOWN if the machine
 *                                  dies of it; result = boots so far
 *   fail=COMMAND:STATUS[:COUNT[:EXT]]  the next COUNT such firmware commands answer STATUS,
 *                                  and leave EXT, 64 bits, in the command buffer's registers
 *   firmware=MAJOR.MINOR.BUILD[:TCB]  another image runs from now on, not committed unless
 *                                  it is older than what is
 *   timeout=COMMAND                the next such command never answers
 *   deaf=LIST                      these CPUs' WBINVD does not count any more
 *   vanish=LIST                    each goes offline as soon as a thread was pinned to it
 *   iommu-fails                    the next amd_iommu_snp_disable()
 *   launch=KIND[:VCPUS][,NAME=VALUE...], secret=PID,..., attest=PID,..., finish=PID
 *                                  with files of a guest's owner: sim_launch.h;
 *                                  result = pid of the VMM
 *   tracking-fails                 the companion patch has no memory for the next guest
 *   lockdown=none|integrity|confidentiality
 *   smt=on|off|forceoff            siblings come back, or go and cannot be brought online
 *   program=virsh|systemctl:works|fails|missing
 *   allow=LIST                     our own processes may run on these CPUs only
 *   access=rw|ro|none              what the device nodes let us do
 *   guest-error=busy|CODE[:COUNT]  VMMs answer the next COUNT requests of guests with that
 *   guest-certs=FILE|none          the table of certificates that VMMs give their guests
 *   guest-vmpl=ID:VMPL             the level that the kernel of this SNP guest runs at
 *   sleep=SECONDS                  time passes
 *   warnings, leaked, snp          change nothing; result = WARN()s and leaked
 *                                  pages since boot, kvm_amd's sev_snp
 * COMMAND and STATUS are numbers or the documents' names.
 * *result receives a number where the action has one.
 */
int sim_act(struct sim *sim, const char *action, int64_t *result, struct sim_why *why);

/*
 * Properties that are no events, NAME=VALUE; all or none of them.  -EINVAL: no such
 * property or value, or one that a machine that runs keeps
 *   access, lockdown               as the actions
 *   clock=SECONDS                  since boot; forward only, with all that happens meanwhile
 *   kernel=RELEASE                 that the next kexec goes to
 *   units=session|libvirt|...      where a VMM lives that starts from now on, unless told
 *   virsh, systemctl               works, fails, missing
 *   wbinvd-us=N                    what a WBINVD takes
 *   hugepages=N                    set apart, all of them free
 *   memlock=KB|unlimited           RLIMIT_MEMLOCK of our own processes
 *   msr=loaded|missing             the module, by which registers are read
 */
int sim_set(struct sim *sim, const char *const *assignments, size_t nr, struct sim_why *why);

/* The device nodes: /dev/sev, /dev/sev-debug, of a guest /dev/sev-guest.  oflags: O_RDONLY, O_RDWR; -ENOENT, -EACCES */
int sim_node_open(struct sim *sim, const char *path, int oflags);
int sim_node_ioctl(struct sim *sim, int node, unsigned long request, void *arg);
void sim_node_close(struct sim *sim, int node);

/*
 * The machine's /proc and /sys, generated from its state: whole small files,
 * directories, links (/proc/PID/fd/N), and the few files that can be written
 * (cgroup.freeze, cgroup.kill, cpuN/online).  Reading gives at most @size bytes
 * from the beginning and how many they are, without a NUL at the end.
 */
ssize_t sim_file_read(struct sim *sim, const char *path, char *buf, size_t size);
int sim_file_write(struct sim *sim, const char *path, const char *text);
/* Of a guest: any bytes; a directory where that makes an object of the kernel's (configfs) */
int sim_file_put(struct sim *sim, const char *path, const void *data, size_t size);
int sim_dir_make(struct sim *sim, const char *path);
int sim_dir_remove(struct sim *sim, const char *path);
ssize_t sim_link_read(struct sim *sim, const char *path, char *buf, size_t size);
/*
 * The processor: CPUID (-ENOENT: no such leaf), a register of a CPU (-ENOENT without the
 * driver, -EIO: no such register), a device's node, and what /dev/kvm answers
 */
enum sim_kvm_question { SIM_KVM_API, SIM_KVM_VM_TYPES, SIM_KVM_VMSA_FEATURES };

int sim_cpuid(struct sim *sim, uint32_t leaf, uint32_t subleaf, uint32_t regs[4]);
int sim_msr_read(struct sim *sim, unsigned int cpu, uint32_t index, uint64_t *value);
int sim_node_look(struct sim *sim, const char *path, uint32_t *mode, int *open_err, bool *device);
int sim_kvm_ask(struct sim *sim, enum sim_kvm_question what, uint64_t *value);

/* Calls fn for each name until it returns non-zero, which is then returned */
int sim_dir_list(struct sim *sim, const char *path, int (*fn)(void *arg, const char *name),
		 void *arg);

/* The lines that the kernel's log still has, oldest first, until @fn returns non-zero */
int sim_kmsg(struct sim *sim, int (*fn)(void *arg, uint64_t seq, const char *text), void *arg);

/*
 * A program that the machine has, to its end: modprobe kvm_amd, journalctl, systemctl is-active,
 * show, stop and kexec, virsh shutdown and destroy.  Its exit status; -ENOENT for any other
 * program, -EHOSTDOWN.  The last line of its output is left in @said.
 */
int sim_program_run(struct sim *sim, const char *const *argv, char *said, size_t size);
int sim_module_remove(struct sim *sim, const char *name);
/* The next kernel; files of that name there are none to look at: always that of the machine */
int sim_kexec_load(struct sim *sim, const char *kernel, const char *initrd, const char *append);
int sim_kexec_unload(struct sim *sim);
/* 0: the machine has booted again, and what ran on it before is gone; -EHOSTDOWN */
int sim_kexec_now(struct sim *sim);

/* The calling thread now runs on that simulated CPU only (-EINVAL: offline, not allowed) */
int sim_thread_pin(struct sim *sim, unsigned int cpu);

/* Processes: -ESRCH when there is none (any more) */
int sim_process_signal(struct sim *sim, pid_t pid, int sig);
/* 1 when it ended, 0 when not yet after @timeout_ns of the machine's time */
int sim_process_wait(struct sim *sim, pid_t pid, uint64_t timeout_ns);

/* The machine's own clock: moved by what happens on it and by sleeping, not by ours */
uint64_t sim_clock_ns(struct sim *sim);
void sim_sleep_ns(struct sim *sim, uint64_t ns);

/*
 * A description of the machine for people and tests, from the model and the
 * simulated driver themselves, not through the interfaces under test.
 */
struct sim_guest_info {
	uint32_t pid, asid, kind;	/* kind: 1 SEV, 2 SEV-ES, 3 SNP */
	uint64_t policy;
	char comm[16], unit[128];	/* @unit: of systemd's, that its VMM lives in */
	bool running, launched, leaked, tombstone, frozen;
	uint32_t assigned_pages;	/* in the RMP */
	uint64_t id;			/* in the companion patch's book, 0: not there */
};

struct sim_info {
	char kernel[64];
	uint32_t cpus, online, ccxs, sockets, threads_per_core;
	bool patch, kvm_loaded, driver_snp_init, psp_dead, init_locked;
	uint32_t fw_sev_state, fw_snp_state, snp_guests, sev_guests;
	uint32_t wbinvd_pending;	/* threads that have not executed WBINVD since marked */
	uint32_t asids_dirty;		/* ASIDs dirty on some core complex */
	uint64_t assigned_pages;	/* in the RMP, the table itself not counted */
	uint64_t leaked_pages, clock_ns;
	const char *cpu_generation, *access, *lockdown, *virsh, *systemctl, *units, *msr;
	uint64_t memlock_kb;
	uint32_t hugepages;
	char cmdline[256], bios[96];
	char next_kernel[64];		/* empty: the same */
	uint32_t wbinvd_us;
	uint32_t generation;		/* counts what changed the machine, queries do not */
	uint32_t boots, guests;
	uint32_t kernel_warnings;	/* WARN() and worse of the simulated kernel since boot */
};

int sim_describe(struct sim *sim, struct sim_info *info);
/* the index-th VM or leaked context: 0, or -ENOENT past the last */
int sim_describe_guest(struct sim *sim, unsigned int index, struct sim_guest_info *guest);

/* The index-th line of the kernel's log, the oldest kept first: 0, or -ENOENT past the last */
#define SIM_LOG_LINE	120
int sim_describe_log(struct sim *sim, unsigned int index, char line[SIM_LOG_LINE]);

#endif
