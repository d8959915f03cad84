// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The simulated driver where something fails: CPUs, the PSP, the IOMMU, memory, KVM
 * that leaks; and what shuts SNP down in passing, or differently.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "sim_driver_fixture.h"

/* E14: the driver's own shutdown with live guests, CPUs' WBINVD gone astray */
START_TEST(deaf_cpu)
{
	act("deaf=2");
	act("end=%u", guest(0)->pid);
	DOES(shutdown_fw(0), -EIO, 0xe);
	ck_assert_uint_eq(wbinvd_all(), 4);
	DOES(df_flush(), -EIO, 0xe);
}
END_TEST

START_TEST(timeout_is_for_ever)
{
	act("timeout=SNP_DF_FLUSH");
	DOES(df_flush(), -ETIMEDOUT, SEV_DBG_NO_FW_CALL);
	REFUSED(df_flush(), SEV_DBG_R_PSP_DEAD);
	REFUSED(shutdown_fw(0), SEV_DBG_R_PSP_DEAD);
	REFUSED(decommission(1, SEV_DBG_D_RUNNING), SEV_DBG_R_PSP_DEAD);
	ck_assert(info()->state & SEV_DBG_S_PSP_DEAD);
	ck_assert_uint_eq(info()->fw_snp_state, SEV_DBG_FW_UNKNOWN);
}
END_TEST

/* A context that KVM leaked: 0xf for ever, until it is decommissioned here */
START_TEST(leaked_guest)
{
	act("fail=SNP_DECOMMISSION:0x13");
	act("kill=%u", guest(0)->pid);
	ck_assert(guest(0)->leaked);
	ck_assert_uint_eq(describe()->snp_guests, 1);
	DOES(shutdown_fw(GUESTS), -EIO, 0xf);
	DOES(decommission(1, SEV_DBG_D_RUNNING), 0, 0);
	DOES(shutdown_fw(GUESTS), 0, 0);
	act("reload");
	ck_assert_int_eq(act("snp"), 1);
}
END_TEST

/* The firmware is down, but the IOMMUs' pages are not freed: until that is repeated */
START_TEST(iommu_fails)
{
	act("end=%u", guest(0)->pid);
	act("iommu-fails");
	ck_assert_int_eq(shutdown_fw(0), -EIO);
	ck_assert_uint_eq(reason, SEV_DBG_R_IOMMU);
	ck_assert_uint_eq(status, 0);
	ck_assert_uint_eq(describe()->fw_snp_state, 0);
	ck_assert(info()->state & SEV_DBG_S_IOMMU_STUCK);
	ck_assert_uint_gt(describe()->assigned_pages, 0);
	if (!_i) {
		ck_assert_int_eq(try_act("kexec"), -EHOSTDOWN);
		return;
	}
	act("iommu-fails");
	ck_assert_int_eq(shutdown_fw(0), -EIO);
	ck_assert_uint_eq(reason, SEV_DBG_R_IOMMU);
	ck_assert(info()->state & SEV_DBG_S_IOMMU_STUCK);
	DOES(shutdown_fw(_i == 1 ? 0 : SEV_DBG_C_STRICT), 0, 0);
	ck_assert(!(info()->state & SEV_DBG_S_IOMMU_STUCK));
	ck_assert_uint_eq(describe()->assigned_pages, 0);
	ck_assert_int_eq(act("kexec"), 2);
}
END_TEST

START_TEST(tracking_fails)
{
	pid_t pid;

	act("tracking-fails");
	pid = (pid_t)act("start=snp");
	ck_assert_uint_eq(id_of(pid), 0);
	ck_assert(info()->state & SEV_DBG_S_TRACK_LOST);
	act("end=%u", guest(0)->pid);
	REFUSED(shutdown_fw(0), SEV_DBG_R_TRACK_LOST);
	DOES(shutdown_fw(SEV_DBG_C_LIVE), -EIO, 0xf);
	act("end=%d", (int)pid);
	DOES(shutdown_fw(SEV_DBG_C_LIVE), 0, 0);
}
END_TEST

START_TEST(locked_down)
{
	act("lockdown=integrity");
	ck_assert_int_eq(decommission(1, SEV_DBG_D_RUNNING), -EPERM);
	ck_assert_uint_eq(wbinvd_all(), 4);	/* harms nobody */
	ck_assert_uint_eq(info()->nr_snp_guests, 1);
}
END_TEST

/* PDH_GEN initializes SEV for itself and shuts everything down afterwards */
static int pdh_gen(uint32_t *error)
{
	struct __attribute__((packed)) { uint32_t cmd; uint64_t data; uint32_t error; } c;
	int node = sim_node_open(sim, "/dev/sev", O_RDWR), ret;

	c.cmd = 4;
	c.data = 0;
	c.error = 0xffffffff;
	ret = sim_node_ioctl(sim, node, 0xc0105300, &c);
	*error = c.error;
	sim_node_close(sim, node);
	return ret;
}

/* SNP goes down behind the device: KVM must not bring it up again under live SVM */
START_TEST(implicit_shutdown)
{
	uint32_t error;

	DOES(shutdown_fw(LEGACY), 0, 0);
	ck_assert(!(info()->state & SEV_DBG_S_INIT_LOCKED));
	ck_assert_int_eq(pdh_gen(&error), 0);
	ck_assert_uint_eq(error, 0);
	ck_assert_uint_eq(info()->fw_snp_state, 0);
	ck_assert(info()->state & SEV_DBG_S_SVM_ON);
	ck_assert(info()->state & SEV_DBG_S_INIT_LOCKED);
	ck_assert_int_eq(try_act("start=snp"), -EBUSY);
	REFUSED(init_fw(), SEV_DBG_R_INIT_LOCKED);
	ck_assert_uint_eq(info()->fw_snp_state, 0);
	reload_and_start();
	ck_assert(!(info()->state & SEV_DBG_S_INIT_LOCKED));
}
END_TEST

/* The driver gives up what it does not get back, the rest of the run with it */
START_TEST(reclaim_fails)
{
	act("fail=SNP_PAGE_RECLAIM:INVALID_ADDRESS");
	ck_assert_int_eq(shutdown_fw(LEGACY), 0);
	ck_assert_str_eq(did, "SHUTDOWN=0 SNP_PAGE_RECLAIM=0x9");
	ck_assert_uint_eq(info()->leaked_pages, 512);
	ck_assert_uint_eq(describe()->leaked_pages, 512);
}
END_TEST

/* Since 7.1 SNP_SHUTDOWN_EX takes SNP_EN back on the CPUs: kexec survives what is left */
START_TEST(x86_snp_shutdown)
{
	struct sim_options o = {
		.cpus = 4, .threads_per_core = 2, .cores_per_ccx = 1, .sockets = 1,
		.snp_guests = 1, .vcpus = 2, .kernel = "7.3.4-sim",
	};

	sim_test_create(&o);
	ck_assert_int_eq(act("snp"), 1);
	DOES(decommission(1, SEV_DBG_D_RUNNING), 0, 0);
	if (_i) {			/* under a live KVM the CPUs go on checking */
		DOES(shutdown_fw(GUESTS), 0, 0);
		ck_assert_uint_gt(describe()->assigned_pages, 0);
		ck_assert_int_eq(try_act("kexec"), -EHOSTDOWN);
		sim_test_remove();
		return;
	}
	act("kill=%u", guest(0)->pid);
	ck_assert_int_eq(act("kexec"), 2);	/* by the driver's own shutdown */
	ck_assert_int_eq(act("snp"), 1);
	act("start=snp");
	ck_assert_uint_eq(describe()->kernel_warnings, 0);
	sim_test_remove();
}
END_TEST

/* ... but not under a live KVM, whoever shuts SNP down, unless the kernel goes as well */
START_TEST(x86_snp_shutdown_in_passing)
{
	const struct sim_options o = {
		.cpus = 4, .threads_per_core = 2, .cores_per_ccx = 1, .sockets = 1,
		.snp_guests = 1, .vcpus = 2, .kernel = "7.3.4-sim",
	};
	uint32_t error;

	sim_test_create(&o);
	DOES(decommission(1, SEV_DBG_D_RUNNING), 0, 0);
	if (!_i) {
		ck_assert(info()->state & SEV_DBG_S_SVM_ON);
		ck_assert_uint_gt(describe()->assigned_pages, 0);
		ck_assert_int_eq(act("kexec"), 2);
		sim_test_remove();
		return;
	}
	DOES(shutdown_fw(LEGACY), 0, 0);
	ck_assert_int_eq(pdh_gen(&error), 0);
	ck_assert_uint_eq(info()->fw_snp_state, 0);
	ck_assert(info()->state & SEV_DBG_S_SVM_ON);
	/* the CPUs still check what the VM has left behind */
	ck_assert_uint_gt(describe()->assigned_pages, 0);
	ck_assert_int_eq(try_act("kexec"), -EHOSTDOWN);
	sim_test_remove();
}
END_TEST

/* ---- who is to blame if SNP stays up */

static void blamed(uint64_t id, uint32_t pid, uint32_t asid)
{
	char line[SIM_LOG_LINE];

	snprintf(line, sizeof(line), "ccp: SNP guest %llu of qemu-system-x86[%u] is active, ASID %u",
		 (unsigned long long)id, pid, asid);
	ck_assert_pstr_eq(logged(line), line);
}

#define NOBODY_BLAMED()	do {				\
	ck_assert_ptr_null(logged("is active"));	\
	ck_assert_ptr_null(logged("guests besides"));	\
} while (0)

START_TEST(blame)
{
	uint32_t pid[] = { guest(0)->pid, guest(1)->pid }, asid[] = { guest(0)->asid, guest(1)->asid };

	DOES(shutdown_fw(LEGACY | SEV_DBG_C_LIVE), 0, 0);
	DOES(shutdown_fw(STRICT), -EIO, 0xf);	/* the bare command */
	NOBODY_BLAMED();
	DOES(shutdown_fw(GUESTS), -EIO, 0xf);
	blamed(1, pid[0], asid[0]);
	blamed(2, pid[1], asid[1]);
	ck_assert_ptr_null(logged("guests besides"));
}
END_TEST

/* One that ended, or never had an ASID, holds up nothing */
START_TEST(blame_the_active)
{
	uint32_t pid = guest(1)->pid, asid = guest(1)->asid;

	DOES(decommission(1, SEV_DBG_D_RUNNING), 0, 0);
	DOES(shutdown_fw(GUESTS), -EIO, 0xf);
	blamed(2, pid, asid);
	ck_assert_ptr_null(logged("ccp: SNP guest 1 of"));
}
END_TEST

START_TEST(blame_of_the_leaked)
{
	uint32_t pid = guest(0)->pid, asid = guest(0)->asid;

	act("fail=SNP_DECOMMISSION:0x13");
	act("kill=%u", pid);
	DOES(shutdown_fw(GUESTS), -EIO, 0xf);
	blamed(1, pid, asid);
}
END_TEST

/* The driver's own shutdown says it, too */
START_TEST(blame_in_passing)
{
	uint32_t pid = guest(0)->pid, asid = guest(0)->asid, error;

	DOES(shutdown_fw(LEGACY), 0, 0);
	NOBODY_BLAMED();
	ck_assert_int_eq(pdh_gen(&error), 0);
	ck_assert_uint_eq(info()->fw_snp_state, 1);
	ck_assert_ptr_nonnull(logged("SEV-SNP firmware shutdown failed"));
	blamed(1, pid, asid);
}
END_TEST

START_TEST(blame_of_the_unknown)
{
	act("end=%u", guest(0)->pid);
	act("tracking-fails");
	act("start=snp");
	DOES(shutdown_fw(SEV_DBG_C_LIVE), -EIO, 0xf);
	ck_assert_ptr_null(logged("is active"));
	ck_assert_pstr_eq(logged("besides"), "ccp: there may be guests besides");
}
END_TEST

START_TEST(no_blame)
{
	act("end=%u", guest(0)->pid);
	if (_i)			/* SNP is down all the same */
		act("iommu-fails");
	ck_assert_int_eq(shutdown_fw(0), _i ? -EIO : 0);
	NOBODY_BLAMED();
}
END_TEST

int main(void)
{
	Suite *s = suite_create("simulated driver, failures");

	ADD(setup_one, deaf_cpu, tracking_fails, locked_down, timeout_is_for_ever, leaked_guest);
	ADD(setup_none, implicit_shutdown, reclaim_fails);
	ADD(setup_two, blame, blame_the_active);
	ADD(setup_one, blame_of_the_leaked, blame_in_passing, blame_of_the_unknown);
	add_loop(s, "no blame", setup_one, no_blame, 2);
	add_loop(s, "x86", NULL, x86_snp_shutdown, 2);
	add_loop(s, "x86 in passing", NULL, x86_snp_shutdown_in_passing, 2);
	add_loop(s, "IOMMU", setup_one, iommu_fails, 3);
	return finish(s);
}
