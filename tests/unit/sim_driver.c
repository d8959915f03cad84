// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The simulated driver answers as the real one did: each test is an experiment
 * that ran on Linux 6.12.117 with the companion patch, 4 CPUs with 2 threads to
 * a core complex, and has the statuses seen there.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "sim_driver_fixture.h"

/* E1: WBINVD before the DECOMMISSION does not count */
START_TEST(e1_mailing_list)
{
	struct sev_dbg_guest list[2];
	uint32_t pid[2] = { guest(0)->pid, guest(1)->pid };
	unsigned int i;

	ck_assert_uint_eq(guests(list, 2), 2);
	for (i = 0; i < 2; i++) {
		ck_assert_uint_eq(list[i].id, i + 1);
		ck_assert_uint_eq(list[i].asid, i + 1);
		ck_assert_uint_eq(list[i].flags, SEV_DBG_G_LAUNCHED | SEV_DBG_G_ACTIVE |
						 SEV_DBG_G_RUNNING);
		ck_assert_int_eq(list[i].tgid, (int)pid[i]);
		ck_assert_str_eq((char *)list[i].comm, "qemu-system-x86");
	}
	DOES(shutdown_fw(LEGACY), 0, 0);
	ck_assert_str_eq(did, "SHUTDOWN=0 " TMR);
	ck_assert_uint_eq(wbinvd_all(), 4);
	DOES(decommission(1, SEV_DBG_D_RUNNING), 0, 0);
	DOES(decommission(2, SEV_DBG_D_RUNNING), 0, 0);
	REFUSED(shutdown_fw(SEV_DBG_C_STRICT), SEV_DBG_R_TOMBSTONES);
	DOES(shutdown_fw(STRICT), -EIO, 0xf);
	ck_assert_str_eq(did, "SNP_SHUTDOWN_EX=0xf");
	DOES(df_flush(), -EIO, 0xe);
	DOES(df_flush(), -EIO, 0xe);
	ck_assert_uint_eq(wbinvd_all(), 4);
	DOES(df_flush(), 0, 0);
	DOES(shutdown_fw(STRICT), 0, 0);
	act("kill=%u", pid[0]);
	act("kill=%u", pid[1]);
	/* the response page of each guest */
	ck_assert_uint_eq(describe()->leaked_pages, 2);
	ck_assert_uint_eq(info()->leaked_pages, 2);
	reload_and_start();
}
END_TEST

/* E2: everything by force, VMs alive */
START_TEST(e2_forced)
{
	DOES(decommission(1, SEV_DBG_D_RUNNING), 0, 0);
	DOES(decommission(2, SEV_DBG_D_RUNNING), 0, 0);
	DOES(shutdown_fw(LEGACY | GUESTS), 0, 0);
	ck_assert_uint_eq(wbinvd_all(), 4);
	DOES(df_flush(), 0, 0);
	DOES(shutdown_fw(STRICT), 0, 0);
	ck_assert_uint_eq(describe()->leaked_pages, 0);
	act("kill=%u", guest(0)->pid);
	act("kill=%u", guest(0)->pid);
	ck_assert_uint_eq(describe()->leaked_pages, 2);
}
END_TEST

/* E2b: VMs ended first, the way that is recommended */
START_TEST(e2b_ended_first)
{
	act("end=%u", guest(0)->pid);
	act("end=%u", guest(0)->pid);
	DOES(shutdown_fw(LEGACY), 0, 0);
	ck_assert_uint_eq(wbinvd_all(), 4);
	DOES(df_flush(), 0, 0);
	DOES(shutdown_fw(SEV_DBG_C_STRICT), 0, 0);
	ck_assert_uint_eq(describe()->leaked_pages, 0);
	ck_assert_uint_eq(describe()->assigned_pages, 0);
	reload_and_start();
}
END_TEST

/* E2c: the driver's full path, after a guest ended; 0xf in the middle is normal */
START_TEST(e2c_full_path)
{
	act("end=%u", guest(0)->pid);
	DOES(shutdown_fw(0), 0, 0);
	ck_assert_str_eq(did, "SHUTDOWN=0 " TMR
			 " SNP_SHUTDOWN_EX=0xf SNP_DF_FLUSH=0 SNP_SHUTDOWN_EX=0");
	DOES(shutdown_fw(0), 0, 0);
	ck_assert_uint_eq(describe()->fw_snp_state, 0);
}
END_TEST

/* E2d: the same while an SNP and a SEV guest live */
START_TEST(e2d_full_path_with_guests)
{
	uint32_t snp = guest(0)->pid, sev = guest(1)->pid;

	REFUSED(shutdown_fw(0), SEV_DBG_R_GUESTS);
	DOES(shutdown_fw(GUESTS), -EIO, 0xf);
	ck_assert_str_eq(did, "SHUTDOWN=0 " TMR
			 " SNP_SHUTDOWN_EX=0xf SNP_DF_FLUSH=0 SNP_SHUTDOWN_EX=0xf");
	ck_assert_uint_eq(describe()->fw_snp_state, 1);
	ck_assert_uint_eq(describe()->fw_sev_state, 0);
	ck_assert(guest(1)->tombstone);		/* the SEV guest is dead, KVM does not know */
	act("kill=%u", snp);
	act("kill=%u", sev);
	DOES(shutdown_fw(0), 0, 0);
	ck_assert_str_eq(did, "SNP_SHUTDOWN_EX=0xf SNP_DF_FLUSH=0 SNP_SHUTDOWN_EX=0");
	ck_assert_uint_eq(describe()->kernel_warnings, 0);
}
END_TEST

/* E3: a live guest answers 0xf straight after a good SNP_DF_FLUSH */
START_TEST(e3_live_guest)
{
	int i;

	DOES(shutdown_fw(LEGACY | GUESTS), 0, 0);
	for (i = 0; i < 2; i++) {
		wbinvd_all();
		DOES(df_flush(), 0, 0);
		DOES(shutdown_fw(STRICT), -EIO, 0xf);
	}
	DOES(decommission(1, SEV_DBG_D_RUNNING), 0, 0);
	wbinvd_all();
	DOES(df_flush(), 0, 0);
	DOES(shutdown_fw(STRICT), 0, 0);
}
END_TEST

/* E3b: one whose launch is not finished, too, but then needs no flush */
START_TEST(e3b_launching_guest)
{
	uint32_t pid = (uint32_t)act("start=snp-launching");

	DOES(shutdown_fw(LEGACY), 0, 0);
	DOES(df_flush(), 0, 0);
	DOES(shutdown_fw(STRICT), -EIO, 0xf);
	DOES(decommission(id_of((pid_t)pid), 0), 0, 0);
	DOES(shutdown_fw(STRICT), 0, 0);
}
END_TEST

/* E4: a CPU that is offline when a guest ends */
START_TEST(e4_offline_cpu)
{
	int i;

	DOES(shutdown_fw(LEGACY), 0, 0);
	act("offline=3");
	DOES(decommission(1, SEV_DBG_D_RUNNING), 0, 0);
	for (i = 0; i < 3; i++) {
		ck_assert_uint_eq(wbinvd_all(), 3);
		DOES(df_flush(), -EIO, 0xe);
	}
	DOES(shutdown_fw(STRICT), -EIO, 0xf);
	DOES(shutdown_fw(GUESTS), -EIO, 0xe);
	ck_assert_str_eq(did, "SNP_SHUTDOWN_EX=0xf SNP_DF_FLUSH=0xe");
	ck_assert_uint_eq(describe()->wbinvd_pending, 1);
	act("online=3");			/* coming up executes WBINVD */
	DOES(df_flush(), 0, 0);
	DOES(shutdown_fw(STRICT), 0, 0);
}
END_TEST

/* E4b: offline only afterwards: it executed WBINVD on its way down */
START_TEST(e4b_offline_afterwards)
{
	DOES(shutdown_fw(LEGACY), 0, 0);
	DOES(decommission(1, SEV_DBG_D_RUNNING), 0, 0);
	act("offline=3");
	ck_assert_uint_eq(wbinvd_all(), 3);
	DOES(df_flush(), 0, 0);
	DOES(shutdown_fw(STRICT), 0, 0);
}
END_TEST

static int snp_status(uint32_t *error)
{
	struct __attribute__((packed)) { uint32_t cmd; uint64_t data; uint32_t error; } c;
	uint8_t data[32];
	int node = sim_node_open(sim, "/dev/sev", O_RDONLY), ret;

	c.cmd = 9;				/* SNP_PLATFORM_STATUS */
	c.data = (uintptr_t)data;
	c.error = 0xffffffff;
	ret = sim_node_ioctl(sim, node, 0xc0105300, &c);
	*error = c.error;
	sim_node_close(sim, node);
	return ret;
}

/* kvm_amd loaded while a CPU is offline: SNP_INIT_EX is done, SNP_DF_FLUSH made up for */
START_TEST(e4_load_with_cpu_offline)
{
	uint32_t error;

	act("unload");
	act("offline=3");
	ck_assert_int_eq(init_fw(), -EOPNOTSUPP);
	ck_assert_uint_eq(status, SEV_DBG_NO_FW_CALL);
	ck_assert_uint_eq(reason, SEV_DBG_R_CPUS_OFFLINE);
	act("load");
	ck_assert_int_eq(act("snp"), 0);
	ck_assert_uint_eq(describe()->fw_snp_state, 1);
	ck_assert(!describe()->driver_snp_init);
	ck_assert_int_eq(snp_status(&error), -EIO);
	ck_assert_uint_eq(error, 0x1a);
	ck_assert_uint_eq(info()->fw_snp_state, 1);
	ck_assert(!(info()->state & SEV_DBG_S_SNP_INIT));
	act("online=3");
	switch (_i) {
	case 0:				/* the driver's own shutdown knows of it */
		act("reload");
		break;
	case 1:				/* and what it did not take down, the next INIT does */
		act("unload");
		act("offline=3");
		act("load");
		ck_assert_uint_eq(info()->fw_snp_state, 1);
		ck_assert(!(info()->state & SEV_DBG_S_SNP_INIT));
		act("online=3");
		act("unload");
		act("load");
		break;
	case 2:
		wbinvd_all();
		DOES(df_flush(), 0, 0);
		DOES(shutdown_fw(SEV_DBG_C_STRICT), 0, 0);
		ck_assert_uint_eq(info()->fw_snp_state, 0);
		act("reload");
	}
	ck_assert_int_eq(act("snp"), 1);
	act("start=snp");
	ck_assert_int_eq(snp_status(&error), 0);
}
END_TEST

/* E4, second half, without the patch: that wedges SNP until the next boot */
START_TEST(e4_wedged_without_patch)
{
	struct sim_options o = {
		.cpus = 4, .threads_per_core = 2, .cores_per_ccx = 1, .sockets = 1, .vcpus = 2,
		.no_patch = true,
	};
	uint32_t error;

	sim_test_create(&o);
	act("unload");
	act("offline=3");
	act("load");
	act("online=3");
	act("reload");
	ck_assert_int_eq(act("snp"), 0);	/* SNP_INIT_EX 0x1, for ever */
	ck_assert_int_eq(snp_status(&error), -EIO);
	ck_assert_uint_eq(error, 0x1a);
	ck_assert_uint_eq(describe()->fw_snp_state, 1);
	sim_test_remove();
}
END_TEST

/* E5: forced DECOMMISSION, then the VM dies: neither warning nor leak, also when ASIDs recycle */
START_TEST(e5_forced_then_killed)
{
	uint64_t before = describe()->assigned_pages;
	int i;

	for (i = 0; i < 110; i++) {
		pid_t pid = (pid_t)act("start=snp:1");

		if (i % 2)
			DOES(decommission(id_of(pid), SEV_DBG_D_RUNNING), 0, 0);
		act("kill=%d", (int)pid);
	}
	ck_assert_uint_eq(describe()->assigned_pages, before);
	ck_assert_uint_eq(describe()->leaked_pages, 0);
	ck_assert_uint_eq(describe()->kernel_warnings, 0);
}
END_TEST

/* E5, negative control: without tombstones KVM warns */
START_TEST(e5_without_patch)
{
	struct sim_options o = {
		.cpus = 4, .threads_per_core = 2, .cores_per_ccx = 1, .sockets = 1,
		.snp_guests = 1, .vcpus = 2, .no_patch = true,
	};

	sim_test_create(&o);
	ck_assert_int_eq(dbg, -ENOENT);
	act("fail=SNP_DECOMMISSION:INVALID_GUEST");
	act("kill=%u", guest(0)->pid);
	ck_assert_uint_eq(describe()->kernel_warnings, 1);
	ck_assert(guest(0)->leaked);
	sim_test_remove();
}
END_TEST

/* E6: down and up again, twice; INIT only without KVM */
START_TEST(e6_reinit)
{
	int i;

	for (i = 0; i < 2; i++) {
		DOES(shutdown_fw(LEGACY), 0, 0);
		wbinvd_all();
		DOES(df_flush(), 0, 0);
		DOES(shutdown_fw(SEV_DBG_C_STRICT), 0, 0);
		REFUSED(init_fw(), SEV_DBG_R_INIT_LOCKED);
		reload_and_start();
	}
	DOES(init_fw(), 0, SEV_DBG_NO_FW_CALL);	/* it is up: nothing to do */
	act("unload");
	DOES(init_fw(), 0, 0);
	ck_assert_str_eq(did, "SNP_INIT_EX=0 SNP_DF_FLUSH=0 INIT=0 DF_FLUSH=0");
	act("load");
	ck_assert_int_eq(act("snp"), 1);
}
END_TEST

/* E7: kexec after the VM ended, by the driver's own shutdown or after ours */
START_TEST(e7_kexec_after_vm_ended)
{
	act("end=%u", guest(0)->pid);
	if (_i)
		DOES(shutdown_fw(0), 0, 0);
	ck_assert_int_eq(act("kexec"), 2);
	ck_assert_int_eq(act("snp"), 1);
	act("start=snp");
}
END_TEST

/* E7b, c, e: nothing done; forced, VM alive; forced, VM killed, one page leaked */
START_TEST(e7_kexec_kills)
{
	struct sim_why why;
	struct sim *again;

	if (_i) {
		DOES(decommission(1, SEV_DBG_D_RUNNING), 0, 0);
		DOES(shutdown_fw(GUESTS), 0, 0);
	}
	if (_i == 2)
		act("kill=%u", guest(0)->pid);
	ck_assert_int_eq(try_act("kexec"), -EHOSTDOWN);
	ck_assert_int_eq(try_act("online=1"), -EHOSTDOWN);
	ck_assert_int_eq(sim_open(sim_path, &device_sim_crypto, &again, &why), -EHOSTDOWN);
	ck_assert_ptr_nonnull(strstr(why.text, "assigned in the RMP"));
}
END_TEST

/* E8: no VM under a KVM that lost SNP */
START_TEST(e8_vm_after_shutdown)
{
	DOES(shutdown_fw(0), 0, 0);
	ck_assert_int_eq(try_act("start=snp"), -EBUSY);
	ck_assert_int_eq(try_act("start=sev"), -EBUSY);
	ck_assert(info()->state & SEV_DBG_S_INIT_LOCKED);
	reload_and_start();
}
END_TEST

/* E8b: SEV alone comes up again by itself */
START_TEST(e8b_vm_after_legacy)
{
	DOES(shutdown_fw(LEGACY), 0, 0);
	act("start=snp");
	act("start=sev");
}
END_TEST

/* E8c: handles of buried guests are not given out again */
START_TEST(e8c_handles)
{
	uint32_t a = guest(0)->pid;

	DOES(shutdown_fw(LEGACY | GUESTS), 0, 0);
	ck_assert_int_eq(try_act("start=sev"), -EBUSY);
	act("kill=%u", a);
	a = (uint32_t)act("start=sev");
	ck_assert_uint_eq(describe()->sev_guests, 1);
	act("kill=%u", a);
	ck_assert_uint_eq(describe()->sev_guests, 0);
}
END_TEST

/* E9: SNP goes down only after SEV */
START_TEST(e9_strict_while_sev_is_up)
{
	uint32_t state = describe()->fw_sev_state;

	ck_assert_uint_eq(state, _i ? 2 : 1);
	DOES(shutdown_fw(STRICT), -EIO, 0x1);
	ck_assert_uint_eq(describe()->fw_sev_state, state);
	act("start=snp");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("simulated driver");

	ADD(setup_two, e1_mailing_list, e2_forced, e2b_ended_first);
	ADD(setup_one, e2c_full_path, e3_live_guest, e4_offline_cpu, e4b_offline_afterwards);
	ADD(setup_none, e3b_launching_guest, e5_forced_then_killed, e6_reinit,
	    e8_vm_after_shutdown, e8b_vm_after_legacy);
	ADD(setup_sev, e8c_handles);
	ADD(setup_both, e2d_full_path_with_guests);
	ADD(NULL, e4_wedged_without_patch, e5_without_patch);
	add_one_turn(s, "INIT", setup_none, e9_strict_while_sev_is_up, 0);
	add_one_turn(s, "WORKING", setup_sev, e9_strict_while_sev_is_up, 1);
	add_loop(s, "half way up", setup_none, e4_load_with_cpu_offline, 3);
	add_loop(s, "kexec", setup_one, e7_kexec_after_vm_ended, 2);
	add_loop(s, "kexec dies", setup_one, e7_kexec_kills, 3);
	return finish(s);
}
