/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The simulated machine's state as it lies in the file, and what the parts of
 * sim/ need of each other.
 *
 * The parts mirror the real ones: sim_memory.c is DRAM, RMP and page allocator;
 * sim_cpu.c the processors; sim_ccp.c and sim_ccp_ioctl.c the ccp driver;
 * sim_debug*.c the companion patch; sim_kvm.c and sim_vm.c kvm_amd; sim_proc.c
 * processes; sim_fs*.c the virtual files; sim_act.c and sim_boot.c what happens
 * to the machine from outside; sim_guest*.c guests; psp_fw the firmware.  The kernel parts reach the
 * firmware by command buffers in simulated memory only.
 */
#ifndef SIM_INTERNAL_H
#define SIM_INTERNAL_H

#include <pthread.h>
#include <linux/sev-debug.h>

#include "psp_fw.h"
#include "sim.h"
#include "sim_guest.h"

#define SIM_LAYOUT		13u
#define SIM_PAGE		4096u
#define SIM_PAGES		65536u		/* 256 MB of memory */
#define SIM_PA_BASE		0x1000000ull	/* of page 0 */
#define SIM_SLOTS		4096u		/* pages whose content is kept */
#define SIM_MAX_CPUS		PSP_FW_MAX_THREADS
#define SIM_MAX_VMS		1024u
#define SIM_MAX_TRACKED		2048u
#define SIM_MAX_VCPUS		64u
#define SIM_INJECTIONS		16u
#define SIM_KLOG_LINES		64u
#define SIM_RING_SIZE		256u		/* commands that are kept */
#define SIM_NODES		64u
#define SIM_CMDLINE		256u		/* of the kernel, with its NUL */
#define SIM_RELEASE		64u		/* length of a kernel's, with its NUL */

#define SIM_MS			1000000ull
#define SIM_SEC			1000000000ull

struct sim_header {
	char magic[16];
	uint32_t layout;
	uint32_t checksum_valid;	/* @checksum is that of the state */
	uint64_t size;			/* of the file */
	uint64_t checksum;
	uint32_t busy;			/* an operation is going on */
	uint32_t dead;			/* the machine reset or hung: see @death */
	char death[208];
};

struct sim_cpu {
	uint64_t hsave_pa;		/* MSR VM_HSAVE_PA */
	uint64_t busy_until;		/* clock at which its last WBINVD ended */
	uint16_t core, ccx, socket, die;
	uint8_t online, allowed;	/* allowed: in our own Cpus_allowed */
	uint8_t deaf;			/* its WBINVD does not reach the firmware's mark */
	uint8_t svm, snp_en;		/* EFER.SVME; SYSCFG.SNP_EN */
	uint8_t vanishes;		/* goes offline once a thread was pinned to it */
	uint8_t pad[2];
};

/* How the device nodes let us in: sim_act("access=...") */
enum sim_access { SIM_ACCESS_RW, SIM_ACCESS_RO, SIM_ACCESS_NONE };

/* What siblings may do: sim_act("smt=...") */
enum sim_smt { SIM_SMT_ON, SIM_SMT_OFF, SIM_SMT_FORCEOFF, SIM_SMT_NOTSUPPORTED };

/* What becomes of a program that is run: sim_act("program=...") */
enum sim_program { SIM_PROGRAM_WORKS, SIM_PROGRAM_FAILS, SIM_PROGRAM_MISSING };

struct sim_machine {
	uint64_t clock_ns;		/* CLOCK_BOOTTIME */
	uint64_t boot_epoch_s;		/* wall clock at which the machine was switched on */
	uint64_t parallel_ns;		/* clock when something other than WBINVD happened last */
	uint64_t wbinvd_ns;		/* what a WBINVD takes */
	uint64_t rng;
	uint32_t generation, boots;
	uint32_t cpus, cores, ccxs, sockets, threads_per_core, cores_per_ccx;
	uint32_t no_patch, access;
	uint32_t kexec_loaded, crash_loaded, kexec_disabled, warnings;
	uint32_t lockdown;		/* 0 none, 1 integrity, 2 confidentiality */
	uint32_t iommu_fails;		/* the next amd_iommu_snp_disable() */
	uint32_t cpu_generation;	/* enum psp_fw_generation */
	uint32_t cth, tio;		/* what its owner turned on: see struct sim_options */
	uint32_t next_pid, kernel_major, kernel_minor;
	uint32_t smt;			/* enum sim_smt: /sys/devices/system/cpu/smt/control */
	uint32_t virsh, systemctl;	/* enum sim_program */
	uint32_t units;			/* enum sim_unit: where a VMM lives unless told */
	uint32_t bios;			/* SIM_BIOS_* */
	uint32_t no_msr, hugepages;	/* no_msr: the module msr is not loaded */
	uint64_t memlock_kb;		/* RLIMIT_MEMLOCK of ours; 0: none */
	char cmdline[SIM_CMDLINE];
	char kernel[SIM_RELEASE];
	char next_kernel[SIM_RELEASE];	/* that the next kexec goes to; empty: the same */
	struct sim_cpu cpu[SIM_MAX_CPUS];
	uint64_t klog_count;
	char klog[SIM_KLOG_LINES][120];
};

enum sim_page_use {
	SIM_PAGE_FREE,
	SIM_PAGE_RESERVED,		/* kernel image and the like, for ever */
	SIM_PAGE_RMP_TABLE,
	SIM_PAGE_BIOS,			/* e820 reserved: HV-fixed under SNP */
	SIM_PAGE_IOMMU,
	SIM_PAGE_USED,
	SIM_PAGE_LEAKED,
	SIM_PAGE_USES
};

/* @next: in the list of a VM's pages, 0 ends; @slot: of its content, 0: all zero */
struct sim_page {
	uint32_t next;
	uint16_t slot;
	uint8_t use;
	uint8_t pad;
};

struct sim_memory {
	uint32_t hint;			/* where the allocator looks first */
	uint32_t slot_hint;
	uint64_t assigned;		/* RMP entries with assigned set, the table's included */
	uint64_t leaked;
	uint32_t asid_pages[PSP_FW_MAX_ASID + 1];
	uint8_t slot_used[SIM_SLOTS];	/* slot n: index n - 1 */
};

struct sim_inject {
	uint32_t cmd, status, count, timeout;
	uint64_t ext;			/* left in the registers of the command buffer; 0: nothing */
};

/* The ccp driver's variables; names as in sev-dev.c */
struct sim_ccp {
	uint32_t probed;		/* /dev/sev exists */
	uint32_t snp_initialized;
	uint32_t sev_state;
	uint32_t psp_dead;
	uint32_t tmr, tmr_size;		/* page number, 0: none; bytes, as the driver believes */
	uint32_t tmr_pages, pad0;	/* that it really is */
	uint32_t cmd_buf, cmd_buf_backup;	/* page numbers */
	uint32_t cmd_buf_active, cmd_buf_backup_active;
	uint32_t iommu_failed;		/* SNP is down, the IOMMUs' pages are still assigned */
	uint32_t feature_ebx, feature_ecx;	/* snp_feat_info_0 */
	uint32_t flush_pending;		/* SNP_INIT_EX done, SNP_DF_FLUSH to be repeated */
	uint32_t tio;			/* SEV-TIO is up */
	uint8_t api_major, api_minor, build, pad;
	struct sim_inject inject[SIM_INJECTIONS];
};

struct sim_tracked {
	uint64_t gctx;			/* SNP: physical address */
	uint32_t reclaimed;		/* @gctx is a shared page again */
	uint32_t pad;
	struct sev_dbg_guest u;
};

/* The last commands: that of seq n at n % SIM_RING_SIZE */
struct sim_ring {
	uint64_t first, last;		/* seq; 0: none */
	struct sev_dbg_trace_entry entry[SIM_RING_SIZE];
};

/* The companion patch's variables */
struct sim_debug {
	uint64_t next_id;
	uint64_t leaked_pages;		/* by the stale-page guard */
	uint32_t registered, track_lost /* of which kinds */, locked_out, count;
	uint32_t no_memory, pad;	/* no_memory: the next guest cannot be tracked */
	struct sim_tracked guest[SIM_MAX_TRACKED];
	struct sim_ring ring;
};

enum sim_kind { SIM_KIND_PLAIN, SIM_KIND_SEV, SIM_KIND_SEV_ES, SIM_KIND_SNP, SIM_KINDS };

/* A VM of KVM; @leaked: only its firmware context is left */
struct sim_vm {
	uint64_t policy;
	uint32_t used, kind, leaked, launched;
	uint32_t asid, handle, vcpus;
	uint32_t gctx, resp, req;	/* page numbers, 0: none */
	uint32_t memory, vmsa;		/* heads of page lists */
	uint32_t pages;			/* of guest memory */
	uint32_t charged;		/* to the misc cgroup */
	int32_t pid;
	char comm[16];
	struct sim_guest guest;		/* seen from inside; SNP */
};

struct sim_kvm {
	uint32_t loaded, sev, sev_es, sev_snp;	/* parameters as they are after loading */
	uint32_t min_sev_asid, max_sev_asid;
	uint32_t max_snp_asid;		/* with ciphertext hiding SEV-ES begins above; else 0 */
	uint32_t pad;
	uint32_t capacity;		/* the misc cgroup knows the ASIDs */
	uint32_t charged[2];		/* root misc cgroup: SEV; SEV-ES and SNP */
	uint32_t warned;		/* WARN_ONCE() of snp_decommission_context() */
	uint8_t asid_used[PSP_FW_MAX_ASID + 2];
	uint8_t asid_reclaim[PSP_FW_MAX_ASID + 2];
	struct sim_vm vm[SIM_MAX_VMS];
};

/* Where a VMM lives */
/* SIM_UNIT_LEFT: a service with KillMode=none */
enum sim_unit { SIM_UNIT_SESSION, SIM_UNIT_LIBVIRT, SIM_UNIT_SERVICE, SIM_UNIT_LEFT, SIM_UNITS };

/* A VMM; its threads are pid (main), pid+1.. (vCPUs), the last one (I/O) */
struct sim_proc {
	uint64_t start_ns, exit_at_ns;	/* exit_at_ns: 0 never */
	int32_t pid;
	uint32_t used, stubborn, stopped, frozen, term_pending, killed;
	uint32_t vm, has_vm;		/* index */
	uint32_t threads, unit;
	char comm[16];
};

struct sim_state {
	struct sim_header h;
	/* The checksum covers what follows, and of the contents those in use */
	struct sim_machine m;
	struct sim_memory mem;
	struct sim_ccp ccp;
	struct sim_debug debug;
	struct sim_kvm kvm;
	struct sim_proc proc[SIM_MAX_VMS];
	struct sim_vmm vmm;
	struct sim_tsm tsm[SIM_TSM_ITEMS];
	struct psp_fw fw;
	struct sim_page page[SIM_PAGES];
	struct psp_fw_rmp rmp[SIM_PAGES];
	uint8_t content[SIM_SLOTS][SIM_PAGE] __attribute__((aligned(4096)));
};

enum sim_node_kind { SIM_NODE_NONE, SIM_NODE_SEV, SIM_NODE_DEBUG, SIM_NODE_GUEST };

struct sim_trace;

struct sim_node {
	enum sim_node_kind kind;
	bool writable;
};

struct sim {
	struct sim_state *st;
	struct psp_fw_ops fw_ops;	/* sim_fw_ops, and the cryptography of who opened it */
	char *path;
	int fd;
	pid_t pid;			/* the lock is this process's own */
	uint64_t id;			/* never used twice in this process */
	pthread_mutex_t mutex;
	struct sim_node node[SIM_NODES];
	struct sim_trace *trace;	/* of the call of /dev/sev-debug that runs */
	const struct sim_vm_options *wish;	/* what a VM that is created is to be like; or NULL */
	struct sim_launch *launch;	/* and what is launched in it (sim_launch.h); or NULL */
	struct sim_proc *current;	/* on whose behalf the kernel runs; NULL: ours */
	bool going_down;		/* the kernel, to make room for another */
	uint32_t inside;		/* index + 1 of the VM whose machine this is; 0: the host's */
	int32_t inside_pid;		/* its VMM's */
};

/* sim_file.c */
int sim_why(struct sim_why *why, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Every operation runs between these two; leave returns what enter's caller should */
int sim_enter(struct sim *s, bool write);
int sim_leave(struct sim *s, int ret);
uint64_t sim_checksum(const struct sim_state *st);
bool sim_is_machine(const char *path);

/* sim_check.c: NULL, or what is wrong with a state that lay in a file */
const char *sim_check(const struct sim_state *st);

/* sim_memory.c */
extern const struct psp_fw_ops sim_fw_ops;	/* without crypto */
void sim_memory_init(struct sim *s);
void sim_memory_boot(struct sim *s);
uint64_t sim_pa(uint32_t page);
uint32_t sim_page_of(uint64_t pa);			/* 0: no such page */
uint32_t sim_alloc(struct sim *s, uint32_t pages);	/* 0: none; aligned to @pages */
void sim_free(struct sim *s, uint32_t page, uint32_t pages);
void sim_leak(struct sim *s, uint32_t page, uint32_t pages);
/* The kernel's own accesses: a write to an assigned page kills the host */
void sim_kernel_write(struct sim *s, uint64_t pa, const void *buf, size_t len);
void sim_kernel_read(struct sim *s, uint64_t pa, void *buf, size_t len);
int sim_rmp_private(struct sim *s, uint32_t page, uint64_t gpa, uint32_t asid, bool immutable);
int sim_rmp_shared(struct sim *s, uint32_t page);
bool sim_rmp_assigned(struct sim *s, uint32_t page);
bool sim_rmp_enforced(struct sim *s);
uint64_t sim_rmp_census(struct sim *s);			/* assigned, without the table */
int sim_iommu_snp_disable(struct sim *s);
uint64_t sim_bios_range(uint32_t *pages);		/* reserved in the memory map */
/* A guest's access to a page of its own, @at within it */
void sim_guest_memory(struct sim *s, uint32_t page, uint32_t at, void *buf, size_t len,
		      bool write);

/* sim_cpu.c */
void sim_topology(struct sim_machine *m);
unsigned int sim_cpus_online(const struct sim *s);
void sim_cpu_wbinvd(struct sim *s, unsigned int cpu);
/* As one of many at the same time, on the machine's clock; how long it took */
uint64_t sim_cpu_wbinvd_timed(struct sim *s, unsigned int cpu);
void sim_wbinvd_all(struct sim *s);
int sim_cpu_set_online(struct sim *s, unsigned int cpu, bool online);
/* Calls fn for each CPU of a list: 0, -EINVAL for a bad list, or what fn returned */
int sim_cpulist_each(const char *list, unsigned int cpus, int (*fn)(void *arg, unsigned int cpu),
		     void *arg);
/* The CPU that the calling thread runs on; *@only: it may run on no other */
unsigned int sim_thread_cpu(struct sim *s, bool *only);

/* sim_kernel.c: log and clock of the simulated kernel */
void sim_klog(struct sim *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void sim_kwarn(struct sim *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void sim_die(struct sim *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void sim_advance(struct sim *s, uint64_t ns);
void sim_changed(struct sim *s);
int sim_copy_from_user(void *to, const void *from, size_t len);	/* 0, -EFAULT */
int sim_copy_to_user(void *to, const void *from, size_t len);

/* How a command ended; @status: SEV_DBG_NO_FW_CALL if the firmware was not called, or silent */
struct ccp_answer {
	uint32_t status;
	uint64_t fw_ext;		/* see struct sev_dbg_result */
	uint64_t duration_ns;
};

/* sim_ccp.c; 0 or -errno, firmware status in *psp_ret where there was one */
int ccp_cmd(struct sim *s, uint32_t cmd, void *data, size_t len, uint32_t *psp_ret);
int ccp_rmp_mark_firmware(struct sim *s, uint32_t page, uint32_t pages);
int ccp_reclaim(struct sim *s, uint32_t page, uint32_t pages);
uint32_t ccp_alloc_firmware(struct sim *s, uint32_t pages);
void ccp_free_firmware(struct sim *s, uint32_t page, uint32_t pages);

/* sim_ccp_init.c */
void ccp_probe(struct sim *s);
int ccp_sev_init(struct sim *s, uint32_t *error);
/* @max_snp_asid: 0 for SNP without ciphertext hiding */
int ccp_platform_init(struct sim *s, uint32_t max_snp_asid, uint32_t *error);
int ccp_sev_shutdown(struct sim *s, uint32_t *error);
int ccp_snp_shutdown(struct sim *s, uint32_t *error);
uint32_t ccp_snp_shutdown_flags(const struct sim *s);
bool ccp_would_init_tio(const struct sim *s);
bool ccp_has_cth(const struct sim *s);		/* ciphertext hiding can be had */
void ccp_snp_shutdown_host(struct sim *s);
void ccp_free_tmr(struct sim *s);
void ccp_firmware_shutdown(struct sim *s);
bool ccp_host_snp(const struct sim *s);		/* CC_ATTR_HOST_SEV_SNP */

/* sim_ccp_ioctl.c */
int ccp_ioctl(struct sim *s, bool writable, unsigned long request, void *arg);

/* sim_debug_track.c */
#define SIM_TRACE_MAX		64u

struct sim_trace {
	struct sev_dbg_result entry[SIM_TRACE_MAX];
	uint32_t count, total;
};

bool debug_pre_cmd(struct sim *s, uint32_t cmd, const void *data);
void debug_post_cmd(struct sim *s, uint32_t cmd, const void *data, int ret,
		    const struct ccp_answer *answer);
/*
 * What a run of commands amounts to: the last failure if it failed, else the last
 * of substance.  A query of the platform that succeeded amounts to nothing.
 */
void debug_trace_sum(const struct sim_trace *t, struct sev_dbg_result *res, bool failed);
struct sim_tracked *debug_find_id(struct sim *s, uint64_t id);
struct sim_tracked *debug_find_vm(struct sim *s, const struct sim_vm *vm);
unsigned int debug_count(struct sim *s, uint32_t kind, bool tombstone);
bool debug_init_blocked(struct sim *s);
bool debug_sev_init_blocked(struct sim *s);
bool debug_locked_out(struct sim *s);
bool debug_pages_stale(struct sim *s, uint32_t page, uint32_t pages);
bool debug_svm_on(struct sim *s);
bool debug_spare_kvm(struct sim *s);
void debug_name_guests(struct sim *s);

/* sim_debug.c */
int debug_ioctl(struct sim *s, bool writable, unsigned long request, void *arg);
int debug_copy_in(void *k, size_t ksize, const void *u);
int debug_copy_out(void *u, const void *k, size_t ksize);
int debug_refuse(uint32_t *reason, uint32_t why);	/* -EBUSY */
/* A reason beside every EBUSY, and EFAULT for the caller's pointers only */
int debug_explain(struct sim *s, int ret, uint32_t *reason);
int debug_snp_fw_state(struct sim *s, uint32_t *state);	/* 0 or -errno; SEV_DBG_FW_UNKNOWN */
int debug_sev_fw_state(struct sim *s, uint32_t *state);

/* sim_debug_ring.c */
void debug_ring_add(struct sim *s, uint32_t cmd, int ret, const struct ccp_answer *answer);
int debug_trace(struct sim *s, void *arg);

/* sim_debug_cmd.c */
int debug_decommission(struct sim *s, void *arg);
int debug_cmd(struct sim *s, unsigned long request, void *arg);

/* sim_kvm.c: the module */
int kvm_load(struct sim *s);
int kvm_unload(struct sim *s);
void kvm_cpu_svm(struct sim *s, unsigned int cpu, bool on);
int kvm_asid_new(struct sim *s, struct sim_vm *vm);
void kvm_asid_free(struct sim *s, struct sim_vm *vm);
unsigned int kvm_vms(const struct sim *s);

/* sim_vm.c: one VM; create returns 0 or -errno with a sentence */
int kvm_vm_create(struct sim *s, struct sim_proc *p, uint32_t kind, unsigned int vcpus,
		  bool finish, struct sim_why *why);
void kvm_vm_destroy(struct sim *s, struct sim_proc *p);
uint32_t kvm_vm_assigned(struct sim *s, const struct sim_vm *vm);

/* sim_proc.c */
struct sim_proc *proc_find(struct sim *s, pid_t pid);
struct sim_proc *proc_start(struct sim *s, unsigned int vcpus, struct sim_why *why);
void proc_settle(struct sim *s);		/* let those end whose time has come */
void proc_run_until(struct sim *s, uint64_t clock_ns, pid_t until_gone);
int proc_signal(struct sim *s, struct sim_proc *p, int sig);
void proc_freeze(struct sim *s, struct sim_proc *p, bool freeze);

/* sim_unit.c */
#define SIM_UNIT_NAME		128u
#define SIM_MACHINE_SLICE	"/machine.slice"
#define SIM_SERVICE_SLICE	"/system.slice/system-vm.slice"
#define SIM_SESSION_SLICE	"/user.slice/user-1000.slice"
#define SIM_SESSION		"session-3.scope"	/* of all VMMs that have no unit of their own */
#define SIM_SHELL		980			/* the other process in it */

bool sim_unit_parse(const char *text, uint32_t *unit);
const char *sim_unit_kind(uint32_t unit);
void sim_unit_name(const struct sim *s, const struct sim_proc *p, char *buf, size_t size);
/* Its cgroup, below the root */
void sim_unit_dir(const struct sim *s, const struct sim_proc *p, char *buf, size_t size);
/* The VMM that has a unit of this name to itself; NULL: none */
struct sim_proc *sim_unit_proc(struct sim *s, const char *unit);
/* What libvirt calls it */
void sim_domain(const struct sim *s, const struct sim_proc *p, char *buf, size_t size);
struct sim_proc *sim_domain_proc(struct sim *s, const char *name);

/* sim_like.c */
int sim_like_min_asid(const struct sim_options *o, uint32_t *min_sev_asid, uint32_t max,
		      struct sim_why *why);
int sim_like_start(struct sim *s, const struct sim_options *o, struct sim_why *why);

/* sim_x86.c: what the BIOS and the kernel's command line do to SEV */
#define SIM_BIOS_SME_OFF	(1u << 0)	/* SMEE */
#define SIM_BIOS_SNP_OFF	(1u << 1)	/* no memory for the RMP */
#define SIM_BIOS_RMP_SMALL	(1u << 2)	/* covers half of the memory */
#define SIM_BIOS_NO_ES		(1u << 3)	/* every ASID is for SEV */
#define SIM_BIOS_ALL_ES		(1u << 4)	/* none is */
#define SIM_BIOS_NO_IOMMU	(1u << 5)
#define SIM_BIOS_ALL		0x3fu

void sim_bios_names(uint32_t bios, char *list, size_t size);
int sim_bios_parse(const char *list, uint32_t *bios);
bool sim_booted_with(const struct sim *s, const char *word);
bool sim_host_snp(const struct sim *s);
bool sim_cpu_snp(const struct sim *s);

/* sim_boot.c */
void sim_boot(struct sim *s);
int sim_populate(struct sim *s, const struct sim_options *o, struct sim_why *why);
int sim_kexec(struct sim *s);

/* sim_set.c */
int sim_set_one(struct sim *s, const char *name, const char *value, bool apply,
		struct sim_why *why);
bool sim_kernel_has_6_16(const struct sim_machine *m);
int sim_kernel_parse(const char *release, bool cth, bool tio, unsigned int *major,
		     unsigned int *minor, struct sim_why *why);
void sim_describe_set(const struct sim *s, struct sim_info *info);

/* sim_act.c */
int act_start(struct sim *s, const char *kind, bool stubborn, pid_t *pid, struct sim_why *why);
int act_kill(struct sim *s, pid_t pid, struct sim_why *why);
int act_hotplug(struct sim *s, const char *list, bool online, struct sim_why *why);

#include "sim_fs.h"

#endif
