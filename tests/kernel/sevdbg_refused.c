// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sevdbg_refused: what happens to SEV, SNP and the device behind the back of
 * /dev/sev-debug, and what it makes of that
 *
 *   sevdbg_refused implicit   kvm_amd loaded, no guest: SNP goes down behind
 *                             the device, and stays locked out afterwards
 *   sevdbg_refused buffers    kvm_amd not loaded: a factory reset leaves the TMR
 *                             to the firmware, for which SHUTDOWN STRICT is
 *                             refused; then everything down, and up again
 *   sevdbg_refused legacy-init kvm_amd not loaded: a failed INIT of SEV leaves
 *                             nothing behind
 *   sevdbg_refused unbound    kvm_amd not loaded: the driver is unbound from the
 *                             device, for which it does not come back
 *
 * To be run as root, in the emulated host. Prints TAP; exits 1 if a case came
 * out otherwise than expected.
 *
 * Needs nothing but libc: cc -static -Iinclude tests/kernel/sevdbg_refused.c
 */
#define _GNU_SOURCE
#include <glob.h>
#include <sched.h>
#include <unistd.h>

#include <linux/psp-sev.h>

#include "sevdbg_test.h"

#define TAINT_USER 6

/* SHUTDOWN or INIT that has to end with @want; what it left behind */
static struct sev_dbg_cmd command(int want, int fd, unsigned long ioc, __u32 flags,
				  const char *what)
{
	struct sev_dbg_cmd c = { .size = sizeof(c), .flags = flags };

	expect(want, fd, ioc, &c, what);
	report(c.result.err == -want, "%s: result.err %d", what, c.result.err);
	return c;
}

/* Refused for @reason: the firmware was not called, and nothing shows that it was meant */
static void refused(__u32 reason, int fd, unsigned long ioc, __u32 flags, const char *what)
{
	struct sev_dbg_cmd c = command(EBUSY, fd, ioc, flags, what);

	report(c.reason == reason, "%s: reason %u", what, c.reason);
	report(c.result.status == SEV_DBG_NO_FW_CALL && !c.result.cmd && !c.result.count,
	       "%s: command %#x status %#x count %u", what, c.result.cmd, c.result.status,
	       c.result.count);
}

static bool tainted(const struct state *s)
{
	return s->taint & 1UL << TAINT_USER;
}

/* It initializes SEV for itself, and shuts down SEV and SNP when it is done. */
static void pdh_gen(int want, __u32 status)
{
	struct sev_issue_cmd c = { .cmd = SEV_PDH_GEN, .error = SEV_DBG_NO_FW_CALL };
	int fd = open("/dev/sev", O_RDWR | O_CLOEXEC);
	int error = ioctl(fd, SEV_ISSUE_CMD, &c) ? errno : 0;

	report(error == want && c.error == status, "PDH_GEN: %s, status %#x", name_of(error),
	       c.error);
	close(fd);
}

static void test_implicit(int fd)
{
	struct state s;

	get_state(fd, &s);
	report(!tainted(&s) && s.info.fw_snp_state == 1 && s.info.state & SEV_DBG_S_SVM_ON,
	       "SNP is up, with KVM, and nothing was done");
	command(0, fd, SEV_DBG_SHUTDOWN, SEV_DBG_C_LEGACY, "SHUTDOWN LEGACY");
	get_state(fd, &s);
	report(tainted(&s), "SHUTDOWN LEGACY: the kernel is tainted");
	report(!(s.info.state & SEV_DBG_S_INIT_LOCKED), "SHUTDOWN LEGACY: INIT is not locked out");

	pdh_gen(0, 0);
	get_state(fd, &s);
	report(s.info.fw_snp_state == 0 && s.info.fw_sev_state == 0, "PDH_GEN: both are down");
	report(s.info.state & SEV_DBG_S_INIT_LOCKED, "PDH_GEN: INIT is locked out");
	refused(SEV_DBG_R_INIT_LOCKED, fd, SEV_DBG_INIT, 0, "INIT");
}

/* SEV goes down for it, and the driver keeps the buffers for the next INIT */
static void factory_reset(void)
{
	struct sev_issue_cmd c = { .cmd = SEV_FACTORY_RESET };
	int fd = open("/dev/sev", O_RDWR | O_CLOEXEC);
	int rc = fd < 0 ? -1 : ioctl(fd, SEV_ISSUE_CMD, &c);

	report(!rc, "FACTORY_RESET: %s", rc ? strerror(errno) : "done");
	if (fd >= 0)
		close(fd);
}

static void test_buffers(int fd)
{
	struct state before, s;

	command(0, fd, SEV_DBG_INIT, 0, "INIT");
	get_state(fd, &s);
	report(s.info.fw_snp_state == 1 && s.info.fw_sev_state == 1 &&
	       s.info.state & SEV_DBG_S_SNP_INIT, "INIT: both are up");

	factory_reset();
	get_state(fd, &before);
	report(before.info.state & SEV_DBG_S_BUFFERS && !before.info.fw_sev_state,
	       "FACTORY_RESET: the TMR stayed behind");
	refused(SEV_DBG_R_BUFFERS, fd, SEV_DBG_SHUTDOWN, SEV_DBG_C_STRICT, "SHUTDOWN STRICT");
	get_state(fd, &s);
	report(!memcmp(&before, &s, sizeof(s)), "SHUTDOWN STRICT: nothing changed");
	command(0, fd, SEV_DBG_SHUTDOWN, SEV_DBG_C_LEGACY, "SHUTDOWN LEGACY");
	get_state(fd, &s);
	report(!(s.info.state & SEV_DBG_S_BUFFERS) && !s.info.leaked_pages,
	       "SHUTDOWN LEGACY: the TMR is freed");
	command(0, fd, SEV_DBG_DF_FLUSH, 0, "DF_FLUSH");
	command(0, fd, SEV_DBG_SHUTDOWN, SEV_DBG_C_STRICT, "SHUTDOWN STRICT");

	command(0, fd, SEV_DBG_INIT, 0, "INIT");
	get_state(fd, &s);
	report(s.info.fw_snp_state == 1 && s.info.fw_sev_state == 1 &&
	       s.info.state & SEV_DBG_S_SNP_INIT, "INIT: both are up again");
}

static void test_legacy_init(int fd)
{
	struct state s;

	get_state(fd, &s);
	report(!s.info.fw_snp_state && !(s.info.state & SEV_DBG_S_BUFFERS), "SNP is down");
	for (int i = 0; i < 3; i++)
		pdh_gen(EIO, 1);
	get_state(fd, &s);
	report(!(s.info.state & SEV_DBG_S_BUFFERS) && !s.info.fw_sev_state && !s.info.fw_snp_state &&
	       !s.info.leaked_pages, "PDH_GEN: nothing is left");
}

static bool unbind(void)
{
	FILE *f = fopen("/sys/bus/pci/drivers/ccp/unbind", "we");
	bool good = false;
	glob_t devices;

	if (!f)
		return false;
	if (!glob("/sys/bus/pci/drivers/ccp/0*", 0, NULL, &devices)) {
		good = fputs(strrchr(devices.gl_pathv[0], '/') + 1, f) >= 0;
		globfree(&devices);
	}
	return !fclose(f) && good;
}

static void test_unbound(int fd)
{
	struct sev_dbg_info info = { .size = sizeof(info) };
	struct sev_dbg_guest_list list = {
		.size = sizeof(list), .entry_size = sizeof(struct sev_dbg_guest),
	};
	struct sev_dbg_trace trace = {
		.size = sizeof(trace), .entry_size = sizeof(struct sev_dbg_trace_entry),
	};
	struct sev_dbg_guest_cmd guest = { .size = sizeof(guest), .id = 1 };
	struct sev_dbg_wbinvd one = { .size = sizeof(one) };
	struct sev_dbg_wbinvd_all all = { .size = sizeof(all) };
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	report(!sched_setaffinity(0, sizeof(set), &set), "pinned to CPU 0");
	expect(0, fd, SEV_DBG_WBINVD, &one, "WBINVD, before");
	report(unbind(), "the driver is unbound");
	report(access(DEVICE, F_OK), "the node is gone");
	expect(ENODEV, fd, SEV_DBG_GET_INFO, &info, "GET_INFO");
	expect(ENODEV, fd, SEV_DBG_GUEST_LIST, &list, "GUEST_LIST");
	expect(ENODEV, fd, SEV_DBG_TRACE, &trace, "TRACE");
	expect(ENODEV, fd, SEV_DBG_DECOMMISSION, &guest, "DECOMMISSION");
	expect(ENODEV, fd, SEV_DBG_WBINVD, &one, "WBINVD");
	expect(ENODEV, fd, SEV_DBG_WBINVD_ALL, &all, "WBINVD_ALL");
	command(ENODEV, fd, SEV_DBG_DF_FLUSH, 0, "DF_FLUSH");
	command(ENODEV, fd, SEV_DBG_SHUTDOWN, 0, "SHUTDOWN");
	command(ENODEV, fd, SEV_DBG_INIT, 0, "INIT");
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(int fd);
	} tests[] = {
		{ "implicit", test_implicit },
		{ "buffers", test_buffers },
		{ "legacy-init", test_legacy_init },
		{ "unbound", test_unbound },
	};

	for (size_t i = 0; argc == 2 && i < sizeof(tests) / sizeof(tests[0]); i++) {
		if (strcmp(argv[1], tests[i].name))
			continue;
		tests[i].run(open_device(O_RDWR));
		return report_end();
	}
	fprintf(stderr, "usage: sevdbg_refused implicit|buffers|legacy-init|unbound\n");
	return 64;
}
