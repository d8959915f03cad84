// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * /dev/sev-debug of the simulated machine: the firmware's word on one guest, what
 * it leaves beside a status, and hosts with SEV-TIO, with ciphertext hiding, with a
 * shutdown that ends RMP enforcement.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim_test.h"

#define X86_SHUTDOWN	SEV_DBG_S_X86_SHUTDOWN
#define FEATURES	(SEV_DBG_S_TIO | SEV_DBG_S_CTH | SEV_DBG_S_X86_SHUTDOWN)

static struct sev_dbg_guest_status gs;

static int ask_on(int node, uint64_t id)
{
	int ret;

	memset(&gs, 0x5a, sizeof(gs));
	gs.size = sizeof(gs);
	gs.flags = 0;
	gs.rsvd = 0;
	gs.id = id;
	ret = sim_node_ioctl(sim, node, SEV_DBG_GUEST_STATUS, &gs);
	status = gs.result.status;
	reason = gs.reason;
	if (ret != -EINVAL) {
		ck_assert_int_eq(gs.result.err, ret);
		ck_assert_uint_eq(gs.id, id);
		ck_assert_uint_eq(gs.size, sizeof(gs));
	}
	return ret;
}

static int ask(uint64_t id)
{
	return ask_on(dbg, id);
}

static void is(uint32_t kind, uint32_t state, uint32_t asid, uint64_t policy)
{
	ck_assert_uint_eq(gs.kind, kind);
	ck_assert_uint_eq(gs.state, state);
	ck_assert_uint_eq(gs.asid, asid);
	ck_assert_uint_eq(gs.policy, policy);
	ck_assert_uint_eq(gs.vcek_dis, 0);
	ck_assert_uint_eq(gs.result.count, 1);
	ck_assert_uint_gt(gs.result.duration_ns, 0);
}

static void setup_mixed(void)
{
	const struct sim_options o = {
		.cpus = 4, .threads_per_core = 2, .cores_per_ccx = 1, .sockets = 1, .vcpus = 1,
		.snp_guests = 1, .launching_guests = 1, .sev_guests = 1, .sev_es_guests = 1,
	};

	sim_test_create(&o);
	ck_assert_int_ge(dbg, 0);
}

START_TEST(each_kind)
{
	uint32_t generation = describe()->generation;
	uint64_t assigned = describe()->assigned_pages;
	struct sev_dbg_guest list[4];
	uint32_t i;

	ck_assert(info()->features & SEV_DBG_F_GUEST_STATUS);
	ck_assert(info()->features & SEV_DBG_F_FW_EXT);
	ck_assert_uint_eq(guests(list, 4), 4);
	DOES(ask(1), 0, 0);
	is(SEV_DBG_KIND_SNP, 2, 1, 0x30000);		/* RUNNING */
	ck_assert_uint_eq(gs.result.cmd, 0x92);
	DOES(ask(2), 0, 0);
	is(SEV_DBG_KIND_SNP, 1, 2, 0x30000);		/* LAUNCH */
	DOES(ask(3), 0, 0);
	is(SEV_DBG_KIND_SEV, 3, 100, 1);		/* RUNNING */
	ck_assert_uint_eq(gs.result.cmd, 0x23);
	DOES(ask(4), 0, 0);
	is(SEV_DBG_KIND_SEV, 3, 3, 5);
	for (i = 0; i < 4; i++) {
		DOES(ask(list[i].id), 0, 0);
		ck_assert_uint_eq(gs.asid, list[i].asid);
		ck_assert_uint_eq(gs.policy, list[i].policy);
	}
	/* it only asked, and every page came back */
	ck_assert_uint_eq(describe()->generation, generation);
	ck_assert_uint_eq(describe()->assigned_pages, assigned);
	ck_assert_uint_eq(info()->leaked_pages, 0);
}
END_TEST

/* What takes no change takes no right to change */
START_TEST(read_only_and_locked_down)
{
	int ro = sim_node_open(sim, "/dev/sev-debug", O_RDONLY);

	ck_assert_int_ge(ro, 0);
	act("lockdown=confidentiality");
	DOES(ask_on(ro, 1), 0, 0);
	is(SEV_DBG_KIND_SNP, 2, 1, 0x30000);
	sim_node_close(sim, ro);
}
END_TEST

START_TEST(nobody_to_ask_about)
{
	DOES(ask(77), -ENOENT, SEV_DBG_NO_FW_CALL);
	ck_assert_uint_eq(gs.kind, 0);
	ck_assert_uint_eq(gs.result.cmd, 0);
	DOES(decommission(1, SEV_DBG_D_RUNNING), 0, 0);
	DOES(ask(1), -ENOENT, SEV_DBG_NO_FW_CALL);	/* a tombstone */
	DOES(shutdown_fw(SEV_DBG_C_LEGACY | SEV_DBG_C_LIVE), 0, 0);
	DOES(ask(3), -ENOENT, SEV_DBG_NO_FW_CALL);
	DOES(ask(2), 0, 0);
}
END_TEST

START_TEST(bad_input)
{
	struct sev_dbg_guest_status bad = { .size = sizeof(bad), .id = 1, .rsvd = 1 };

	ck_assert_int_eq(sim_node_ioctl(sim, dbg, SEV_DBG_GUEST_STATUS, &bad), -EINVAL);
	ck_assert_uint_eq(bad.rsvd, 1);			/* not well-formed: not copied back */
	bad.rsvd = 0;
	bad.flags = 1;
	ck_assert_int_eq(sim_node_ioctl(sim, dbg, SEV_DBG_GUEST_STATUS, &bad), -EINVAL);
}
END_TEST

START_TEST(firmware_says_no)
{
	act("fail=SNP_GUEST_STATUS:INVALID_GUEST:1:0x1122334455667788");
	DOES(ask(1), -EIO, 0x10);
	ck_assert_uint_eq(gs.result.cmd, 0x92);
	ck_assert_uint_eq(gs.result.fw_ext, 0x1122334455667788);
	ck_assert_uint_eq(gs.kind, SEV_DBG_KIND_SNP);
	ck_assert_uint_eq(gs.state, 0);			/* nothing made up */
	ck_assert_uint_eq(gs.asid, 0);
	ck_assert_uint_eq(gs.policy, 0);
	DOES(ask(1), 0, 0);
	ck_assert_uint_eq(gs.result.fw_ext, 0);
	act("fail=GUEST_STATUS:UNSUPPORTED");
	DOES(ask(3), -EIO, 0x15);
	ck_assert_uint_eq(gs.result.fw_ext, 0);		/* registers left alone */
	ck_assert_uint_eq(info()->leaked_pages, 0);
}
END_TEST

/* The answer is there, and the page it stands on does not come back */
START_TEST(answer_is_not_given_back)
{
	act("fail=SNP_PAGE_RECLAIM:INVALID_PAGE_STATE");
	DOES(ask(1), -EIO, 0x1a);
	ck_assert_uint_eq(gs.result.cmd, 0xc7);
	ck_assert_uint_eq(gs.state, 0);
	ck_assert_uint_eq(info()->leaked_pages, 1);
	DOES(ask(1), 0, 0);
}
END_TEST

START_TEST(never_answers)
{
	act(_i ? "timeout=GUEST_STATUS" : "timeout=SNP_GUEST_STATUS");
	DOES(ask(_i ? 3 : 1), -ETIMEDOUT, SEV_DBG_NO_FW_CALL);
	ck_assert_uint_eq(gs.result.fw_ext, 0);
	REFUSED(ask(1), SEV_DBG_R_PSP_DEAD);
	REFUSED(ask(77), SEV_DBG_R_PSP_DEAD);		/* before it is looked for */
}
END_TEST

/* A register that the firmware left alone holds an address of the driver's: not told */
START_TEST(registers_not_changed)
{
	struct sev_dbg_result r[4];
	struct sev_dbg_cmd c = {
		.size = sizeof(c), .trace_entry_size = sizeof(r[0]), .trace_capacity = 4,
		.trace = (uintptr_t)r,
	};

	/* DF_FLUSH has no buffer, the registers are 0; page addresses here have a high half of 0 */
	act("fail=SNP_DF_FLUSH:HWERROR_PLATFORM:1:0xdead00000000");
	ck_assert_int_eq(sim_node_ioctl(sim, dbg, SEV_DBG_DF_FLUSH, &c), -EIO);
	ck_assert_uint_eq(c.result.fw_ext, 0xdead00000000);
	ck_assert_uint_eq(c.trace_count, 1);
	ck_assert_uint_eq(r[0].fw_ext, 0xdead00000000);
	act("fail=SNP_GUEST_STATUS:INVALID_GUEST:1:0xab");	/* high half as it was: 0 */
	DOES(ask(1), -EIO, 0x10);
	ck_assert_uint_eq(gs.result.fw_ext, 0xab);
	act("fail=SNP_DF_FLUSH:SUCCESS:1:5");				/* goes with no success */
	ck_assert_int_eq(sim_node_ioctl(sim, dbg, SEV_DBG_DF_FLUSH, &c), 0);
	ck_assert_uint_eq(c.result.fw_ext, 0);
}
END_TEST

START_TEST(bad_injections)
{
	ck_assert_int_eq(try_act("fail=SNP_DF_FLUSH:1:1:"), -EINVAL);
	ck_assert_int_eq(try_act("fail=SNP_DF_FLUSH:1:1:x"), -EINVAL);
	ck_assert_int_eq(try_act("fail=SNP_DF_FLUSH:1::5"), -EINVAL);
	ck_assert_int_eq(try_act("fail=SNP_DF_FLUSH:1:1:0x10000000000000000"), -EINVAL);
	ck_assert_int_eq(try_act("fail=SNP_DF_FLUSH:1:1:5:6"), -EINVAL);
	DOES(df_flush(), 0, 0);
}
END_TEST

/* Runs of commands that end alike are one entry, unless the firmware said more to one */
START_TEST(not_folded)
{
	act("fail=SNP_SHUTDOWN_EX:DFFLUSH_REQUIRED:1:7");
	act("fail=SNP_SHUTDOWN_EX:DFFLUSH_REQUIRED:1:8");
	while (guest(0))
		act("kill=%u", guest(0)->pid);
	ck_assert_int_eq(shutdown_fw(0), -EIO);
	ck_assert_str_eq(did, "SHUTDOWN=0 SNP_PAGE_RECLAIMx512=0 SNP_SHUTDOWN_EX=0xf "
			      "SNP_DF_FLUSH=0 SNP_SHUTDOWN_EX=0xf");
}
END_TEST

/* KVM's own leak is in the log, and in no count of the driver's */
START_TEST(leaked_by_kvm)
{
	uint64_t leaked = describe()->leaked_pages;

	act("fail=SNP_LAUNCH_UPDATE:INVALID_PARAM");
	act("fail=SNP_PAGE_RECLAIM:INVALID_PAGE_STATE");
	ck_assert_int_lt(try_act("start=snp"), 0);
	ck_assert_uint_eq(describe()->leaked_pages, leaked + 1);
	ck_assert_uint_eq(info()->leaked_pages, 0);
	/* and nothing of the VM is left behind it */
	act("end=%lld", (long long)act("start=snp"));
	ck_assert_uint_eq(describe()->leaked_pages, leaked + 1);
}
END_TEST

/* ---- hosts that not every kernel has */

static void host(const char *kernel, bool cth, bool tio, unsigned int snp, unsigned int es)
{
	const struct sim_options o = {
		.cpus = 4, .threads_per_core = 2, .cores_per_ccx = 1, .sockets = 1, .vcpus = 1,
		.snp_guests = snp, .sev_es_guests = es, .kernel = kernel,
		.ciphertext_hiding = cth, .tio = tio,
	};

	sim_test_create(&o);
	ck_assert_int_ge(dbg, 0);
}

START_TEST(x86_shutdown)
{
	static const struct { const char *kernel; uint32_t state; } kernels[] = {
		{ "6.12.117-sim", 0 }, { "7.0.1-sim", 0 }, { "7.1.0-sim", X86_SHUTDOWN },
		{ "7.3.4-sim", X86_SHUTDOWN },
	};

	host(kernels[_i].kernel, false, false, 0, 0);
	ck_assert_uint_eq(info()->state & FEATURES, kernels[_i].state);
	sim_test_remove();
}
END_TEST

START_TEST(hides_ciphertext)
{
	host(NULL, true, false, 2, 1);
	ck_assert_str_eq(describe()->kernel, "7.3.4-sim");
	ck_assert_uint_eq(info()->state & FEATURES, SEV_DBG_S_CTH | X86_SHUTDOWN);
	ck_assert_uint_eq(guest(1)->asid, 2);
	ck_assert_uint_eq(guest(2)->asid, 50);		/* SEV-ES: above those of SNP */
	DOES(ask(3), 0, 0);
	is(SEV_DBG_KIND_SEV, 3, 50, 5);
	while (guest(0))
		act("kill=%u", guest(0)->pid);
	DOES(shutdown_fw(0), 0, 0);
	ck_assert_uint_eq(info()->state & FEATURES, SEV_DBG_S_CTH | X86_SHUTDOWN);
	REFUSED(init_fw(), SEV_DBG_R_INIT_LOCKED);
	act("unload");
	ck_assert_int_eq(init_fw(), -EOPNOTSUPP);	/* how many ASIDs, KVM alone knows */
	ck_assert_uint_eq(reason, SEV_DBG_R_CTH);
	ck_assert_uint_eq(status, SEV_DBG_NO_FW_CALL);
	act("load");
	ck_assert_uint_eq(info()->state & FEATURES, SEV_DBG_S_CTH | X86_SHUTDOWN);
	DOES(init_fw(), 0, SEV_DBG_NO_FW_CALL);		/* it is up: nothing to do */
	sim_test_remove();
}
END_TEST

START_TEST(tio_is_up)
{
	host("6.19.3-sim", false, true, 1, 0);
	ck_assert_uint_eq(info()->state & FEATURES, SEV_DBG_S_TIO);
	REFUSED(shutdown_fw(0), SEV_DBG_R_GUESTS);
	REFUSED(shutdown_fw(GUESTS), SEV_DBG_R_TIO);
	REFUSED(shutdown_fw(GUESTS | SEV_DBG_C_STRICT), SEV_DBG_R_TIO);
	REFUSED(shutdown_fw(GUESTS | SEV_DBG_C_LEGACY), SEV_DBG_R_TIO);	/* SNP would follow */
	act("kill=%u", guest(0)->pid);
	act("unload");					/* the driver takes it down first */
	ck_assert_uint_eq(info()->state & (FEATURES | SEV_DBG_S_SNP_INIT), 0);
	DOES(shutdown_fw(0), 0, 0);			/* one SNP_SHUTDOWN_EX, it was so already */
	REFUSED(init_fw(), SEV_DBG_R_TIO);		/* it would come up again */
	act("load");
	ck_assert_uint_eq(info()->state & FEATURES, SEV_DBG_S_TIO);
	sim_test_remove();
}
END_TEST

START_TEST(kernels_too_old)
{
	struct sim_options o = {
		.cpus = 2, .threads_per_core = 1, .cores_per_ccx = 1, .sockets = 1, .vcpus = 1,
		.ciphertext_hiding = true, .kernel = "6.17.1-sim",
	};
	struct sim_why why = { "" };
	const char *tmp = getenv("TMPDIR");
	char path[256];

	snprintf(path, sizeof(path), "%s/sim-test-none.%d", tmp ? tmp : "/tmp", (int)getpid());
	ck_assert_int_eq(sim_create(path, &o, &device_sim_crypto, &why), -EINVAL);
	ck_assert_pstr_eq(strstr(why.text, "6.18"), "6.18 or later has ciphertext hiding");
	o.tio = true;
	o.kernel = "6.18.1-sim";
	ck_assert_int_eq(sim_create(path, &o, &device_sim_crypto, &why), -EINVAL);
	ck_assert_pstr_eq(strstr(why.text, "6.19"), "6.19 or later has SEV-TIO");
	ck_assert_int_ne(access(path, F_OK), 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("simulated /dev/sev-debug: status of guests, features");
	TCase *t = tcase_create("guests");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, setup_mixed, sim_test_remove);
	tcase_add_test(t, each_kind);
	tcase_add_test(t, read_only_and_locked_down);
	tcase_add_test(t, nobody_to_ask_about);
	tcase_add_test(t, bad_input);
	tcase_add_test(t, firmware_says_no);
	tcase_add_test(t, answer_is_not_given_back);
	tcase_add_loop_test(t, never_answers, 0, 2);
	tcase_add_test(t, registers_not_changed);
	tcase_add_test(t, bad_injections);
	tcase_add_test(t, not_folded);
	tcase_add_test(t, leaked_by_kvm);
	suite_add_tcase(s, t);
	t = tcase_create("hosts");
	tcase_add_loop_test(t, x86_shutdown, 0, 4);
	tcase_add_test(t, hides_ciphertext);
	tcase_add_test(t, tio_is_up);
	tcase_add_test(t, kernels_too_old);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
