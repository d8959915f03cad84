// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sevdbg-stress: VMs come and go on all CPUs while everything that /dev/sev-debug
 * has is called
 *
 * Each maker has one VM after the other, of any kind, pinned to any CPU, ended at
 * any time, in the middle of its launch, too (the program snpvm). Beside them are
 * callers of one kind each: lists and GUEST_STATUS, WBINVD, WBINVD_ALL, DF_FLUSH,
 * DECOMMISSION, and with --shutdown SHUTDOWN in all its forms. At the end all VMs
 * are ended and have to be gone from every book. Exits 0 if they are.
 *
 * SNP that was shut down comes up no more under KVM: INIT is refused as long as
 * kvm_amd is there, for it holds SVM on. So after a while the makers pause, kvm_amd
 * goes and comes, and with it SNP; all other callers go on meanwhile.
 *
 * Needs nothing but libc: cc -static -pthread -Iinclude tests/kernel/sevdbg_stress.c
 */
#define _GNU_SOURCE
#include <argp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sevdbg_stress_vms.h"

#define MAX_MAKERS 32
#define MAX_GUESTS 512

static struct {
	unsigned int seconds;
	unsigned int makers;
	unsigned int seed;
	const char *kvm_amd;		/* SHUTDOWN, too, and this is loaded after it */
} opt = { .seconds = 10, .makers = 6, .seed = 1 };

static atomic_ulong listed, statuses, ended, ended_running, flushes, flush_errors,
	wbinvds, shutdowns, refusals, reloads, again;
static atomic_ullong newest;		/* id that was listed */
static atomic_ullong reloaded_after;	/* newest when SNP came up again; 0: it did not */
static int device;

/* The guests there are; copies into @guests, returns how many. */
static __u32 list(struct sev_dbg_guest *guests)
{
	struct sev_dbg_guest_list l = {
		.size = sizeof(l),
		.entry_size = sizeof(*guests),
		.capacity = MAX_GUESTS,
		.entries = (uintptr_t)guests,
	};

	if (ioctl(device, SEV_DBG_GUEST_LIST, &l)) {
		complain("GUEST_LIST: %s", strerror(errno));
		return 0;
	}
	listed++;
	for (__u32 i = 1; i < l.count; i++)
		if (guests[i].id <= guests[i - 1].id)
			complain("guest %llu after %llu", guests[i].id, guests[i - 1].id);
	for (__u32 i = 0; i < l.count; i++) {
		if (guests[i].id > newest)
			newest = guests[i].id;
		if (reloaded_after && guests[i].id > reloaded_after &&
		    guests[i].kind == SEV_DBG_KIND_SNP && guests[i].flags & SEV_DBG_G_LAUNCHED)
			again++;
	}
	return l.count;
}

static void *look(void *arg)
{
	static __thread struct sev_dbg_guest guests[MAX_GUESTS];

	(void)arg;
	while (!over) {
		__u32 n = list(guests);

		for (__u32 i = 0; i < n && !over; i++) {
			struct sev_dbg_guest_status s = { .size = sizeof(s), .id = guests[i].id };

			/* it may be gone; what it is told to be it must have been */
			if (ioctl(device, SEV_DBG_GUEST_STATUS, &s)) {
				if (errno != ENOENT)
					complain("GUEST_STATUS of %llu: %s, command %#x status %#x",
						 s.id, strerror(errno), s.result.cmd, s.result.status);
				continue;
			}
			statuses++;
			if (s.kind != guests[i].kind ||
			    (guests[i].flags & SEV_DBG_G_LAUNCHED && s.policy != guests[i].policy))
				complain("guest %llu: kind %u policy %#llx, listed as %u %#llx", s.id,
					 s.kind, s.policy, guests[i].kind, guests[i].policy);
		}
		nap(20);
	}
	return NULL;
}

static void *flush_caches(void *arg)
{
	unsigned int seed = opt.seed + 77;

	(void)arg;
	while (!over) {
		int cpu = rand_r(&seed) % nr_cpus();
		struct sev_dbg_wbinvd w = { .size = sizeof(w), .cpu = (__u32)cpu };
		struct sev_dbg_wbinvd_all all = { .size = sizeof(all) };

		pin(cpu);
		if (ioctl(device, SEV_DBG_WBINVD, &w) || w.cpu != (__u32)cpu)
			complain("WBINVD on CPU %d: %s, on CPU %u", cpu, strerror(errno), w.cpu);
		if (!(rand_r(&seed) % 4) && ioctl(device, SEV_DBG_WBINVD_ALL, &all))
			complain("WBINVD_ALL: %s", strerror(errno));
		wbinvds++;
		nap((unsigned int)rand_r(&seed) % 100);
	}
	return NULL;
}

/* The firmware may want a WBINVD first, be down, or be up for SEV only. */
static void *flush_fabric(void *arg)
{
	unsigned int seed = opt.seed + 78;

	(void)arg;
	while (!over) {
		struct sev_dbg_cmd c = {
			.size = sizeof(c),
			.flags = rand_r(&seed) % 3 ? 0 : SEV_DBG_C_LEGACY,
		};

		if (ioctl(device, SEV_DBG_DF_FLUSH, &c)) {
			if (errno != EIO || (c.result.status != 0xe && c.result.status != 1))
				complain("DF_FLUSH: %s, status %#x", strerror(errno), c.result.status);
			flush_errors++;
		}
		flushes++;
		nap((unsigned int)rand_r(&seed) % 60);
	}
	return NULL;
}

/* Any SNP guest now and then, whatever its VMM is at. */
static void *decommission(void *arg)
{
	static struct sev_dbg_guest guests[MAX_GUESTS];
	unsigned int seed = opt.seed + 79;

	(void)arg;
	while (!over) {
		__u32 n = list(guests);

		for (__u32 i = 0; i < n; i++) {
			struct sev_dbg_guest_cmd c = {
				.size = sizeof(c), .id = guests[i].id,
				.flags = rand_r(&seed) % 2 ? SEV_DBG_D_RUNNING : 0,
			};

			if (rand_r(&seed) % 2)
				continue;
			if (!ioctl(device, SEV_DBG_DECOMMISSION, &c)) {
				ended++;
				ended_running += !!(guests[i].flags & SEV_DBG_G_RUNNING);
				if (guests[i].kind != SEV_DBG_KIND_SNP)
					complain("a SEV guest was decommissioned");
			} else if (errno != ENOENT && errno != EALREADY && errno != EOPNOTSUPP &&
				   !(errno == EBUSY && c.reason == SEV_DBG_R_RUNNING)) {
				complain("DECOMMISSION of %llu: %s, reason %u, status %#x", c.id,
					 strerror(errno), c.reason, c.result.status);
			}
		}
		nap((unsigned int)rand_r(&seed) % 80);
	}
	return NULL;
}

static void one_shutdown(__u32 flags)
{
	struct sev_dbg_cmd c = { .size = sizeof(c), .flags = flags };

	if (!ioctl(device, SEV_DBG_SHUTDOWN, &c))
		shutdowns++;
	else if (errno == EBUSY || (errno == EIO && c.result.status != SEV_DBG_NO_FW_CALL))
		refusals++;
	else
		complain("SHUTDOWN %#x: %s, reason %u, status %#x", c.flags, strerror(errno), c.reason,
			 c.result.status);
}

/* What it takes for SNP to go down under VMMs that live; others may come in between. */
static void tear_down(__u32 how)
{
	static struct sev_dbg_guest guests[MAX_GUESTS];
	struct sev_dbg_wbinvd_all all = { .size = sizeof(all) };
	__u32 n = list(guests);

	for (__u32 i = 0; i < n; i++) {
		struct sev_dbg_guest_cmd c = {
			.size = sizeof(c), .id = guests[i].id, .flags = SEV_DBG_D_RUNNING,
		};

		ended += !ioctl(device, SEV_DBG_DECOMMISSION, &c);
	}
	one_shutdown(SEV_DBG_C_LEGACY | SEV_DBG_C_LIVE | SEV_DBG_C_TOMBSTONES);
	ioctl(device, SEV_DBG_WBINVD_ALL, &all);
	one_shutdown(how | SEV_DBG_C_LIVE | SEV_DBG_C_TOMBSTONES);
}

static bool snp_is_down(void)
{
	struct sev_dbg_info i = { .size = sizeof(i) };

	return !ioctl(device, SEV_DBG_GET_INFO, &i) && i.fw_snp_state == 0;
}

static bool kvm_goes(void)
{
	/* VMs outlive their processes by a little */
	for (unsigned int ms = 0; ms < 60000; ms += 20) {
		if (!with_vm && !syscall(SYS_delete_module, "kvm_amd", O_NONBLOCK))
			return true;
		nap(20);
	}
	return false;
}

/* kvm_amd goes and comes; now and then INIT has SNP up before it comes */
static void reload(bool init)
{
	struct sev_dbg_cmd c = { .size = sizeof(c) };
	unsigned long seen = again;
	char snp = '?';
	int fd, file = open(opt.kvm_amd, O_RDONLY | O_CLOEXEC);

	paused = true;
	if (!kvm_goes()) {
		complain("kvm_amd does not go: %s", strerror(errno));
	} else {
		if (init && ioctl(device, SEV_DBG_INIT, &c))
			complain("INIT: %s, reason %u, status %#x", strerror(errno), c.reason,
				 c.result.status);
		if (syscall(SYS_finit_module, file, "", 0))
			complain("%s: %s", opt.kvm_amd, strerror(errno));
		reloads++;
	}
	close(file);
	fd = open("/sys/module/kvm_amd/parameters/sev_snp", O_RDONLY | O_CLOEXEC);
	if (read(fd, &snp, 1) != 1 || snp != 'Y')
		complain("kvm_amd came without SNP: %c", snp);
	close(fd);
	reloaded_after = newest;
	paused = false;
	/* the next SHUTDOWN is not to come before the first VM, however slow that is */
	for (unsigned int ms = 0; again == seen && !over && ms < 100 * pace; ms += 20)
		nap(20);
}

/* Without LIVE it is refused as long as there are guests: that is most of the time. */
static void *shut_down(void *arg)
{
	static const __u32 forms[] = {
		0, SEV_DBG_C_STRICT, SEV_DBG_C_LEGACY, SEV_DBG_C_TOMBSTONES,
		SEV_DBG_C_LEGACY | SEV_DBG_C_LIVE | SEV_DBG_C_TOMBSTONES,
		SEV_DBG_C_STRICT | SEV_DBG_C_LIVE | SEV_DBG_C_TOMBSTONES,
		SEV_DBG_C_LIVE | SEV_DBG_C_TOMBSTONES,
	};
	unsigned int seed = opt.seed + 80;

	(void)arg;
	nap(opt.seconds * 500);		/* the first half is without */
	while (!over) {
		__u32 form = forms[(unsigned int)rand_r(&seed) % (sizeof(forms) / sizeof(forms[0]))];

		if (rand_r(&seed) % 4)
			one_shutdown(form);
		else
			tear_down(form & SEV_DBG_C_STRICT);
		nap((unsigned int)rand_r(&seed) % 300);
		/* VMMs and callers are to live without SNP for a while */
		if (!(rand_r(&seed) % 3) && snp_is_down())
			reload(rand_r(&seed) % 2);
	}
	tear_down(0);
	return NULL;
}

/* VMs outlive their processes by a little: KVM frees them in its own time. */
static void account(void)
{
	static struct sev_dbg_guest guests[MAX_GUESTS];
	struct state s;
	__u32 n = 0;

	for (int i = 0; i < 100; i++) {
		n = list(guests);
		if (!n)
			break;
		nap(100);
	}
	for (__u32 i = 0; i < n; i++)
		complain("left: guest %llu kind %u flags %#x of %.16s[%d]", guests[i].id,
			 guests[i].kind, guests[i].flags, guests[i].comm, guests[i].tgid);
	get_state(device, &s);
	if (s.info.nr_snp_guests || s.info.nr_sev_guests || s.info.nr_snp_tombstones ||
	    s.info.nr_sev_tombstones || s.info.state & SEV_DBG_S_TRACK_LOST)
		complain("not all are gone");
	if (!opt.kvm_amd && (s.info.fw_snp_state != 1 || s.info.fw_sev_state == 2))
		complain("the firmware: SNP %u, SEV %u", s.info.fw_snp_state, s.info.fw_sev_state);
}

static const struct argp_option option_table[] = {
	{ "seconds", 't', "S", 0, "how long (10)", 0 },
	{ "makers", 'm', "N", 0, "of VMs (6)", 0 },
	{ "seed", 's', "N", 0, "of the random numbers (1)", 0 },
	{ "shutdown", 'd', "FILE", 0,
	  "SHUTDOWN, too, in the second half; kvm_amd is loaded anew from FILE", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 't': opt.seconds = (unsigned int)strtoul(arg, NULL, 0); return 0;
	case 's': opt.seed = (unsigned int)strtoul(arg, NULL, 0); return 0;
	case 'd': opt.kvm_amd = arg; return 0;
	case 'm': opt.makers = (unsigned int)strtoul(arg, NULL, 0); break;
	default: return ARGP_ERR_UNKNOWN;
	}
	if (!opt.makers || opt.makers > MAX_MAKERS)
		argp_error(state, "1 to %d makers", MAX_MAKERS);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct argp argp = { .options = option_table, .parser = parse };
	static void *(*const callers[])(void *) = {
		look, look, flush_caches, flush_fabric, decommission, shut_down,
	};
	pthread_t threads[MAX_MAKERS + 6];
	unsigned int n = 0;

	argp_parse(&argp, argc, argv, 0, NULL, &opt);
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("sevdbg-stress --seed=%u --seconds=%u --makers=%u%s%s\n", opt.seed, opt.seconds,
	       opt.makers, opt.kvm_amd ? " --shutdown=" : "", opt.kvm_amd ? opt.kvm_amd : "");
	device = open_device(O_RDWR);
	find_pace();
	for (unsigned int i = 0; i < opt.makers; i++)
		if (pthread_create(&threads[n++], NULL, make, (void *)(uintptr_t)(opt.seed + i)))
			return 1;
	for (unsigned int i = 0; i < (opt.kvm_amd ? 6 : 5); i++)
		if (pthread_create(&threads[n++], NULL, callers[i], NULL))
			return 1;
	nap(opt.seconds * 1000);
	/* on a slow machine that may be too little for SNP to go and come */
	for (int i = 0; opt.kvm_amd && !again && !wrong && i < 600; i++)
		nap(100);
	over = true;
	while (n)
		pthread_join(threads[--n], NULL);
	account();
	printf("VMs %lu, of which stood until ended %lu; lists %lu, statuses %lu, DECOMMISSION %lu (%lu "
	       "running), DF_FLUSH %lu (%lu refused), WBINVD %lu, SHUTDOWN %lu (%lu refused), "
	       "kvm_amd %lu times anew\n",
	       started, stood, listed, statuses, ended, ended_running, flushes, flush_errors,
	       wbinvds, shutdowns, refusals, reloads);
	if (opt.kvm_amd && !shutdowns)
		complain("no SHUTDOWN was done");
	if (opt.kvm_amd && !again)
		complain("no SNP VM after a SHUTDOWN");
	if (!stood || !statuses || !flushes || !wbinvds)
		complain("not everything was tried");
	printf("%u wrong\n", wrong);
	return wrong ? 1 : 0;
}
