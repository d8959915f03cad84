// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sevdbg_refused: what /dev/sev, too, does to SEV and SNP, and what
 * /dev/sev-debug makes of it
 *
 *   sevdbg_refused implicit   kvm_amd loaded, no guest: SNP goes down behind
 *                             the device, and stays locked out afterwards
 *   sevdbg_refused buffers    kvm_amd not loaded: a failed INIT leaves a buffer
 *                             behind, for which SHUTDOWN STRICT is refused
 *
 * To be run as root, in the emulated host. Prints TAP; exits 1 if a case came
 * out otherwise than expected.
 *
 * Needs nothing but libc: cc -static -Iinclude tests/kernel/sevdbg_refused.c
 */
#define _GNU_SOURCE
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

static void test_buffers(int fd)
{
	struct state before, s;

	get_state(fd, &s);
	report(!s.info.fw_snp_state && !(s.info.state & SEV_DBG_S_BUFFERS), "SNP is down");
	/* SEV's INIT wants SNP up on an SNP host */
	pdh_gen(EIO, 1);
	get_state(fd, &before);
	report(before.info.state & SEV_DBG_S_BUFFERS && !before.info.fw_sev_state,
	       "PDH_GEN: the TMR stayed behind");
	refused(SEV_DBG_R_BUFFERS, fd, SEV_DBG_SHUTDOWN, SEV_DBG_C_STRICT, "SHUTDOWN STRICT");
	get_state(fd, &s);
	report(!memcmp(&before, &s, sizeof(s)), "SHUTDOWN STRICT: nothing changed");
	command(0, fd, SEV_DBG_SHUTDOWN, SEV_DBG_C_LEGACY, "SHUTDOWN LEGACY");
	get_state(fd, &s);
	report(!(s.info.state & SEV_DBG_S_BUFFERS) && !s.info.leaked_pages,
	       "SHUTDOWN LEGACY: the TMR is freed");
	command(0, fd, SEV_DBG_SHUTDOWN, SEV_DBG_C_STRICT, "SHUTDOWN STRICT");
}

int main(int argc, char **argv)
{
	int fd;

	if (argc == 2 && !strcmp(argv[1], "implicit")) {
		fd = open_device(O_RDWR);
		test_implicit(fd);
	} else if (argc == 2 && !strcmp(argv[1], "buffers")) {
		fd = open_device(O_RDWR);
		test_buffers(fd);
	} else {
		fprintf(stderr, "usage: sevdbg_refused implicit|buffers\n");
		return 64;
	}
	return report_end();
}
