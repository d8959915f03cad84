/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The second seam: what the machine is and does around the device.  At the
 * level of files, links and signals, so that what reads /proc and /sys is the
 * same code on a real host and on a simulated one.
 */
#ifndef HOST_HOST_H
#define HOST_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/util/cpuset.h"

struct host;
struct recorder;
struct replay;
struct sim;

/**
 * struct host_cpuid - registers after CPUID
 */
struct host_cpuid {
	uint32_t eax, ebx, ecx, edx;
};

/**
 * struct host_node - a device's node
 * @device:	it is one of a character device
 * @mode:	permission bits
 * @uid, @gid:	whose it is
 * @open_err:	0 or -errno: may this process open it for reading and writing?
 */
struct host_node {
	bool device;
	uint32_t mode, uid, gid;
	int open_err;
};

/* What /dev/kvm is asked: its version; types of VMs (bits); features of a VMSA (bits) */
enum host_kvm { HOST_KVM_API, HOST_KVM_VM_TYPES, HOST_KVM_VMSA_FEATURES };

typedef int (*host_list_fn)(void *arg, const char *name);
typedef int (*host_kmsg_fn)(void *arg, uint64_t seq, const char *text);

/**
 * struct host_ops - a back-end; 0, a length or a handle, else -errno
 * @read:	a whole small file, cut at @size - 1 and NUL-terminated; the length
 * @link:	where a symbolic link points, NUL-terminated; the length
 * @write:	into a small file that is there already (sysfs, cgroup), in one write()
 * @put:	the same with any bytes, which the kernel may only look at once the file is closed:
 *		what comes of them is not told here (configfs, binary attributes)
 * @make, @remove: a directory, where that makes an object of the kernel's (configfs)
 * @list:	call @fn for each name in a directory until it returns non-zero
 * @kmsg:	call @fn for each line that the kernel's log still has, oldest first, until
 *		it returns non-zero; its sequence number never comes twice in one boot
 * @pin:	the calling thread onto one CPU
 * @pin_thread:	another thread of this process, by its id, which does nothing but wait: it
 *		is not moved but wakes up there, which costs a fraction.  NULL: cannot
 * @process_open: a handle of a process that stays valid when its pid is used again
 * @process_signal: -ESRCH once it has ended
 * @process_wait: 1 when it has ended, 0 when not after @timeout_ns
 * @is_ours:	was that one of us?  NULL: as this process knows itself
 * @run:	a program of the system's by its name, without input and out of reach of the
 *		terminal's signals, waited for: its exit status; -ETIMEDOUT (it was ended), -EINTR (a signal came: it was ended),
 *		-errno.  The last line that it said is left in @said
 * @module_remove: a module of the kernel: -EBUSY while it is in use
 * @kexec_load:	a kernel and its initramfs (NULL: none) for the next kexec
 * @kexec_unload: forget the kernel for the next kexec
 * @kexec:	into the kernel that is loaded, at once: comes back only with -errno
 * @cpuid:	what the processor tells: -ENOENT where it has no such leaf
 * @msr:	a register of a CPU, which takes a privilege and the msr driver: -ENOENT without
 *		the driver, -EIO: the processor has no such register
 * @node:	of a device; -ENOENT
 * @kvm:	-ENXIO, -EINVAL, -ENOTTY: this KVM does not know the question
 * @clock:	CLOCK_BOOTTIME in ns
 * @sleep:	for @ns
 */
struct host_ops {
	const char *name;
	ssize_t (*read)(struct host *host, const char *path, char *buf, size_t size);
	ssize_t (*link)(struct host *host, const char *path, char *buf, size_t size);
	int (*write)(struct host *host, const char *path, const char *text);
	int (*put)(struct host *host, const char *path, const void *data, size_t size);
	int (*make)(struct host *host, const char *path);
	int (*remove)(struct host *host, const char *path);
	int (*list)(struct host *host, const char *path, host_list_fn fn, void *arg);
	int (*kmsg)(struct host *host, host_kmsg_fn fn, void *arg);
	int (*pin)(struct host *host, unsigned int cpu);
	int (*pin_thread)(struct host *host, pid_t tid, unsigned int cpu);
	int (*process_open)(struct host *host, pid_t pid);
	int (*process_signal)(struct host *host, int handle, int sig);
	int (*process_wait)(struct host *host, int handle, uint64_t timeout_ns);
	void (*process_close)(struct host *host, int handle);
	bool (*is_ours)(struct host *host, pid_t pid);
	int (*run)(struct host *host, const char *const *words, uint64_t timeout_ns, char *said,
		   size_t size);
	int (*module_remove)(struct host *host, const char *name);
	int (*kexec_load)(struct host *host, const char *kernel, const char *initrd,
			  const char *append);
	int (*kexec_unload)(struct host *host);
	int (*kexec)(struct host *host);
	int (*cpuid)(struct host *host, uint32_t leaf, uint32_t subleaf, struct host_cpuid *regs);
	int (*msr)(struct host *host, unsigned int cpu, uint32_t msr, uint64_t *value);
	int (*node)(struct host *host, const char *path, struct host_node *node);
	int (*kvm)(struct host *host, enum host_kvm what, uint64_t *value);
	uint64_t (*clock)(struct host *host);
	void (*sleep)(struct host *host, uint64_t ns);
	void (*close)(struct host *host);
};

/**
 * struct host - an open back-end; back-ends embed it
 * @opener:	process that opened it, of which we may be a child; 0: not told
 */
struct host {
	const struct host_ops *ops;
	pid_t opener;
};

/* @root: "" for the machine itself, or a directory that holds another's proc and sys */
int host_kernel_open(struct host **out, const char *root);
int host_sim_open(struct host **out, struct sim *sim);
/* Another one, whose calls are recorded; closes @inner with it */
int host_record_open(struct host **out, struct host *inner, struct recorder *recorder);
int host_replay_open(struct host **out, struct replay *replay);

/* Of the kernel's own back-end (program.c) */
int host_program_run(const char *const *words, uint64_t timeout_ns, char *said, size_t size);
int host_program_module_remove(const char *name);
int host_program_kexec_load(const char *kernel, const char *initrd, const char *append);
int host_program_kexec_unload(void);
int host_program_kexec(void);
/* Same (cpu.c, node.c) */
int host_cpu_cpuid(uint32_t leaf, uint32_t subleaf, struct host_cpuid *regs);
int host_cpu_msr(const char *root, unsigned int cpu, uint32_t msr, uint64_t *value);
int host_node_look(const char *root, const char *path, struct host_node *node);
int host_node_kvm(const char *root, enum host_kvm what, uint64_t *value);

/* A file's first line without its end: 0 or -errno */
int host_read_line(struct host *host, const char *path, char *buf, size_t size);

enum host_cpus { HOST_CPUS_PRESENT, HOST_CPUS_ONLINE };

/* A set of CPUs: 0 or -errno */
int host_cpus(struct host *host, enum host_cpus which, struct cpuset *set);

/**
 * struct host_place - where a CPU sits
 * @core:	of its @socket; siblings have the same
 * @ccx:	id of its L3 cache, unique on the host
 */
struct host_place {
	bool has_core, has_ccx;
	uint32_t core, ccx, socket;
};

/* What is known of where CPUs sit: nothing yet.  To be freed with free(); NULL: no memory */
struct host_topology *host_topology_new(void);

/* @topology: what it learns about other CPUs on the way stays there */
void host_cpu_place(struct host *host, struct host_topology *topology, unsigned int cpu,
		    struct host_place *place);

/* Family and model of the first CPU as CPUID says; false, and 0 for what is not told */
bool host_cpu(struct host *host, unsigned int *family, unsigned int *model);

/* Is it systemd that runs this host?  As sd_booted(3) */
bool host_has_systemd(struct host *host);

/* Kernel release, at least "?" */
void host_kernel_release(struct host *host, char *buf, size_t size);

#define HOST_CGROUP	"/sys/fs/cgroup"

/**
 * struct host_unit - where a process lives
 * @known:	it was looked for
 * @kind:	HOST_UNIT_SERVICE: a service of the system's that holds nothing else;
 *		HOST_UNIT_LIBVIRT: the scope of a domain of libvirt's
 * @name:	of the unit; empty: none
 * @domain:	libvirt's name for it
 * @cgroup:	below HOST_CGROUP (version 2), of which the process has all to itself:
 *		that of the unit, or its own; empty: there is no such
 */
struct host_unit {
	bool known;
	enum host_unit_kind { HOST_UNIT_NONE, HOST_UNIT_SERVICE, HOST_UNIT_LIBVIRT } kind;
	char name[256], domain[256], cgroup[512];
};

/**
 * struct host_vm - a process that holds KVM VMs
 * @handle:	see process_open()
 * @start_ns:	CLOCK_BOOTTIME when it started, rounded down
 * @vms, @vcpus, @gmems: descriptors of these kinds
 * @sev:	holds /dev/sev
 * @frozen:	stopped by us, with SIGSTOP
 * @cgroup_frozen: by us, with its cgroup
 * @unit:	once host_vm_unit() asked
 */
struct host_vm {
	pid_t pid;
	int handle;
	uint64_t start_ns;
	char comm[64];
	uint32_t vms, vcpus, gmems;
	bool sev, frozen, cgroup_frozen;
	struct host_unit unit;
};

struct host_vms {
	struct host_vm *list;
	size_t nr;
	size_t hidden;		/* processes whose descriptors could not be read */
	size_t openers;		/* hold /dev/sev and no VM, but for ourselves; one of them: */
	pid_t opener;
	size_t kvm_openers;	/* the same with /dev/kvm */
	pid_t kvm_opener;
};

/* Every process with a VM; handles are opened: 0 or -errno */
int host_vms_find(struct host *host, struct host_vms *vms);
void host_vms_free(struct host *host, struct host_vms *vms);

/* Where it lives, looked for at the first call */
const struct host_unit *host_vm_unit(struct host *host, struct host_vm *vm);

/* The freezer of a cgroup: 0 or -errno */
int host_cgroup_freeze(struct host *host, const char *cgroup, bool freeze);
/* Was it asked to freeze?  Are all tasks in it frozen?  1, 0 or -errno */
int host_cgroup_asked(struct host *host, const char *cgroup);
int host_cgroup_frozen(struct host *host, const char *cgroup);

/* Is every thread of the process stopped (state T)?  1, 0 or -errno */
int host_process_stopped(struct host *host, pid_t pid);

/* By its release; false where that cannot be read */
bool host_kernel_at_least(struct host *host, unsigned int major, unsigned int minor);

/**
 * host_lock - be the only one at work on a host
 * @path:	of the lock
 * @create:	make it if it is not there
 * @wait_ns:	how long to wait for who holds it, of our time; 0: not at all
 * Return: a descriptor, whose close (or our end, however it comes) frees the
 * lock; -EBUSY when another holds it; -errno
 */
int host_lock(const char *path, bool create, uint64_t wait_ns);

/* To append to, made if it is not there: a descriptor or -errno; -EINVAL: not ours alone */
int host_journal_open(const char *path);
/* Its beginning, or its end, NUL-terminated: how much; @length: of the file.  Or -errno */
ssize_t host_journal_read(const char *path, bool tail, char *text, size_t size, uint64_t *length);
/* Call it @path.1, in place of one that had that name */
int host_journal_put_aside(const char *path);

/* Does somebody hold that lock?  1, 0 or -errno; it is not touched */
int host_lock_held(const char *path);

/* Keep only these (CAP_* numbers) in every set, none inheritable, and no_new_privs */
int host_privileges_keep(const int *caps, size_t nr);

#endif
