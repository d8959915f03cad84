// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Teardown over a device and a host that do what no simulated host does: CPUs
 * that never flush, proofs that fail, drivers that refuse each request in turn.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <linux/psp-sev.h>

#include "lib/firmware/command.h"
#include "lib_teardown_fixture.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* ------------------------------------------------------------------ as it should be */

START_TEST(no_guests)
{
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_REFUSE), 0);
	expect_steps(DOWN);
	ck_assert_uint_eq(fake.run.nr_warnings, 0);
	ck_assert_str_eq(fake.run.message, "SEV and SEV-SNP are down");
	ck_assert_uint_eq(fake.run.nr_plan, 6);
}
END_TEST

START_TEST(decommission)
{
	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake_vm(&fake, SEVADM_GUEST_SEV);
	fake_vm(&fake, SEVADM_GUEST_SNP);
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_DECOMMISSION), 0);
	expect_steps("SIGSTOP SIGSTOP SIGSTOP SNP_DECOMMISSION=0 SNP_DECOMMISSION=0 " DOWN);
	ck_assert_uint_eq(frozen(), 3);
	ck_assert(warned("3 VMMs are stopped"));
	ck_assert(warned("pages of 2 guests stay assigned"));
	ck_assert(warned("must not kexec"));
	ck_assert(!warned("unless"));
}
END_TEST

START_TEST(stop)
{
	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake_vm(&fake, SEVADM_GUEST_SEV_ES);
	fake_leak(&fake);
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_STOP), 0);
	expect_steps("SIGTERM SIGTERM SNP_DECOMMISSION=0 " DOWN);
	ck_assert_uint_eq(fake.run.steps[2].guest, 3);
	ck_assert_uint_eq(fake.run.nr_warnings, 0);
}
END_TEST

START_TEST(refuse)
{
	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake_leak(&fake);
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_REFUSE), -EBUSY);
	fake_expect(&fake, SEVADM_BUSY, "2 guests are alive");
	fake_expect(&fake, SEVADM_BUSY, "qemu[101]");
	ck_assert_uint_eq(changes(), 0);
	expect_steps("");
}
END_TEST

START_TEST(dry)
{
	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake_leak(&fake);
	options.dry = true;
	ck_assert_int_eq(tear_down(_i ? SEVADM_GUESTS_STOP : SEVADM_GUESTS_DECOMMISSION), 0);
	ck_assert(fake.run.dry);
	ck_assert_uint_eq(changes(), 0);
	ck_assert_uint_eq(frozen(), 0);
	ck_assert(!fake.vmms[0].ended);
	ck_assert_uint_ge(fake.run.nr_plan, 7);
	expect_steps("");
}
END_TEST

START_TEST(down_already)
{
	fake.sev_state = fake.snp_state = 0;
	fake.info.fw_sev_state = fake.info.fw_snp_state = 0;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_REFUSE), 0);
	expect_steps("");
	ck_assert_uint_eq(fake.run.nr_plan, 0);
	ck_assert(strstr(fake.run.message, "down already"));
}
END_TEST

/* The firmware did not say: taken for up */
START_TEST(states_unknown)
{
	fake.info.fw_sev_state = fake.info.fw_snp_state = SEV_DBG_FW_UNKNOWN;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_REFUSE), 0);
	expect_steps(DOWN);
}
END_TEST

/* Only SEV on this host: no SNP command is issued, nor asked for its proof */
START_TEST(sev_only)
{
	fake.info.state = 0;
	fake.info.fw_snp_state = SEV_DBG_FW_UNKNOWN;
	fake.snp_state = 0;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_REFUSE), 0);
	expect_steps("SHUTDOWN=0 WBINVDx4 PLATFORM_STATUS=0");
}
END_TEST

START_TEST(sev_down_snp_up)
{
	fake.sev_state = fake.info.fw_sev_state = 0;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_REFUSE), 0);
	expect_steps("WBINVDx4 SNP_DF_FLUSH=0 SNP_SHUTDOWN_EX=0" PROOF);
}
END_TEST

/* SEV reads UNINIT, but the firmware has its buffers still */
START_TEST(buffers)
{
	fake.sev_state = fake.info.fw_sev_state = 0;
	fake.info.state |= SEV_DBG_S_BUFFERS;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_REFUSE), 0);
	expect_steps(DOWN);
}
END_TEST

START_TEST(leaked_pages)
{
	fake.info.leaked_pages = 5;
	fake.release = _i ? "7.1.0" : "7.0.0";
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_REFUSE), 0);
	ck_assert(warned("5 pages leaked"));
	ck_assert(warned("this host must not kexec"));
}
END_TEST

/* ---------------------------------------------------------------- the firmware refuses */

static void refuse_flush(uint32_t status, unsigned int times)
{
	fake_answer(&fake, (struct fake_reply){ .request = SEV_DBG_DF_FLUSH, .ret = -EIO,
						.status = status, .times = times });
}

static void refuse_shutdown(uint32_t flags, uint32_t status, unsigned int times)
{
	fake_answer(&fake, (struct fake_reply){ .request = SEV_DBG_SHUTDOWN, .flags = flags,
						.ret = -EIO, .status = status, .times = times });
}

START_TEST(wbinvd_required_for_ever)
{
	refuse_flush(0x0e, 100);
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_REFUSE), -EIO);
	expect_steps("SHUTDOWN=0 WBINVDx4 SNP_DF_FLUSH=14 WBINVDx4 SNP_DF_FLUSH=14 WBINVDx4 "
		     "SNP_DF_FLUSH=14");
	fake_expect(&fake, SEVADM_REFUSED, "WBINVD_REQUIRED (0x000e)");
	fake_expect(&fake, SEVADM_REFUSED, "3 rounds, with every CPU online");
	ck_assert_uint_eq(fake.adm.failure.status, 0x0e);
}
END_TEST

START_TEST(wbinvd_required_twice)
{
	refuse_flush(0x0e, 2);
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_REFUSE), 0);
	expect_steps("SHUTDOWN=0 WBINVDx4 SNP_DF_FLUSH=14 WBINVDx4 SNP_DF_FLUSH=14 WBINVDx4 "
		     "SNP_DF_FLUSH=0 SNP_SHUTDOWN_EX=0" PROOF);
}
END_TEST

START_TEST(wbinvd_required_offline)
{
	fake.online = "0-2";
	refuse_flush(0x0e, 100);
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_REFUSE), -EIO);
	fake_expect(&fake, SEVADM_REFUSED, "CPU 3 is offline");
	fake_expect(&fake, SEVADM_REFUSED, "Bring CPU 3 online");
	ck_assert(warned("CPU 3 is offline"));
	ck_assert_uint_eq(fake_count(&fake, SEV_DBG_SHUTDOWN), 1);
}
END_TEST

START_TEST(dfflush_required_twice)
{
	refuse_shutdown(SEV_DBG_C_STRICT, 0x0f, 2);
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_REFUSE), -EIO);
	expect_steps("SHUTDOWN=0 WBINVDx4 SNP_DF_FLUSH=0 SNP_SHUTDOWN_EX=15 WBINVDx4 "
		     "SNP_DF_FLUSH=0 SNP_SHUTDOWN_EX=15");
	fake_expect(&fake, SEVADM_REFUSED, "DFFLUSH_REQUIRED (0x000f)");
	fake_expect(&fake, SEVADM_REFUSED, "a guest is still active (0 alive");
	fake_expect(&fake, SEVADM_REFUSED, "reboot");
	ck_assert_uint_eq(fake.adm.failure.status, 0x0f);
}
END_TEST

START_TEST(dfflush_required_once)
{
	refuse_shutdown(SEV_DBG_C_STRICT, 0x0f, 1);
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_REFUSE), 0);
	expect_steps("SHUTDOWN=0 WBINVDx4 SNP_DF_FLUSH=0 SNP_SHUTDOWN_EX=15 WBINVDx4 "
		     "SNP_DF_FLUSH=0 SNP_SHUTDOWN_EX=0" PROOF);
}
END_TEST

static void new_guest(struct fake *f, unsigned long request, void *arg)
{
	(void)arg;
	if (request == SEV_DBG_SHUTDOWN && f->nr_guests < 2 && !f->sev_state)
		fake_leak(f);
}

/* Who is still active is named, as far as anybody can tell */
START_TEST(dfflush_required_named)
{
	fake.on_submit = new_guest;
	refuse_shutdown(SEV_DBG_C_STRICT, 0x0f, 2);
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_REFUSE), -EIO);
	fake_expect(&fake, SEVADM_REFUSED, "alive: id ");
	fake_expect(&fake, SEVADM_REFUSED, "End that guest");
}
END_TEST

/* What one command answers is never taken for another's, and nothing follows it */
static const struct {
	unsigned long request;
	uint32_t flags;
	const char *command, *steps;
} refused_rows[] = {
	{ SEV_DBG_DECOMMISSION, 0, "SNP_DECOMMISSION", "SIGSTOP SNP_DECOMMISSION=%d SIGCONT" },
	{ SEV_DBG_SHUTDOWN, SEV_DBG_C_LEGACY, "SHUTDOWN",
	  "SIGSTOP SNP_DECOMMISSION=0 SHUTDOWN=%d" },
	{ SEV_DBG_DF_FLUSH, 0, "SNP_DF_FLUSH",
	  "SIGSTOP SNP_DECOMMISSION=0 SHUTDOWN=0 WBINVDx4 SNP_DF_FLUSH=%d" },
	{ SEV_DBG_SHUTDOWN, SEV_DBG_C_STRICT, "SNP_SHUTDOWN_EX",
	  "SIGSTOP SNP_DECOMMISSION=0 SHUTDOWN=0 WBINVDx4 SNP_DF_FLUSH=0 SNP_SHUTDOWN_EX=%d" },
};
static const uint32_t refused_statuses[] = { 0x01, 0x03, 0x13, 0x14, 0x16, 0x28, 0x2a, 0x7e, 0xabcd };

START_TEST(refused)
{
	size_t row = (size_t)_i / COUNT(refused_statuses);
	uint32_t status = refused_statuses[(size_t)_i % COUNT(refused_statuses)];
	char steps[256], said[128];

	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake_answer(&fake, (struct fake_reply){ .request = refused_rows[row].request,
						.flags = refused_rows[row].flags, .ret = -EIO,
						.status = status, .times = 9 });
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_DECOMMISSION), -EIO);
	snprintf(steps, sizeof(steps), refused_rows[row].steps, (int)status);
	expect_steps(steps);
	snprintf(said, sizeof(said), "%s: firmware refused: %s (0x%04x)",
		 refused_rows[row].command, sevadm_status_name(status), status);
	fake_expect(&fake, SEVADM_REFUSED, said);
	ck_assert_uint_eq(fake.adm.failure.status, status);
	ck_assert_uint_gt(strlen(fake.adm.failure.remedy), 10);
	/* a VMM that has its guest goes on, one that has not stands still and is named */
	ck_assert_uint_eq(frozen(), row > 0);
	ck_assert_int_eq(warned("kill -KILL"), row > 0);
}
END_TEST

/* The proof: asked of both platforms, and believed */
START_TEST(not_down)
{
	if (_i)
		fake_answer(&fake, (struct fake_reply){ .request = SEV_DBG_SHUTDOWN, .ret = 0,
							.flags = SEV_DBG_C_STRICT, .times = 1 });
	else
		fake_answer(&fake, (struct fake_reply){ .request = SEV_DBG_SHUTDOWN, .ret = 0,
							.flags = SEV_DBG_C_LEGACY, .times = 1 });
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_REFUSE), -EIO);
	expect_steps(DOWN);
	fake_expect(&fake, SEVADM_FAILED, _i ? "SEV is UNINIT and SNP is INIT" :
					       "SEV is WORKING and SNP is UNINIT");
}
END_TEST

static const struct {
	int ret;
	uint32_t status;
	enum sevadm_class kind;
} proofs[] = {
	{ -EIO, 0x1a, SEVADM_REFUSED },
	{ -EBUSY, 0, SEVADM_BUSY },
	{ -ENODEV, 0, SEVADM_ABSENT },
	{ -ETIMEDOUT, 0, SEVADM_FAILED },
};

static unsigned int proof_of;

/* Only the last question fails: the same are asked before */
static void fail_proof(struct fake *f, unsigned long request, void *arg)
{
	const struct sev_issue_cmd *cmd = arg;

	if (request == SEV_ISSUE_CMD && cmd->cmd == 9 && !f->snp_state && !f->nr_replies)
		fake_answer(f, (struct fake_reply){ .request = SEV_ISSUE_CMD, .flags = 9,
						    .ret = proofs[proof_of].ret,
						    .status = proofs[proof_of].status,
						    .times = 1 });
}

START_TEST(no_proof)
{
	proof_of = (unsigned int)_i;
	fake.on_submit = fail_proof;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_REFUSE), proofs[_i].ret);
	fake_expect(&fake, proofs[_i].kind, "SNP_PLATFORM_STATUS");
}
END_TEST

/* ------------------------------------------------------------------ the driver refuses */

static const struct {
	unsigned long request;
	uint32_t flags;
} requests[] = {
	{ SEV_DBG_GET_INFO, 0 },
	{ SEV_DBG_GUEST_LIST, 0 },
	{ SEV_DBG_DECOMMISSION, 0 },
	{ SEV_DBG_SHUTDOWN, SEV_DBG_C_LEGACY },
	{ SEV_DBG_WBINVD, 0 },
	{ SEV_DBG_DF_FLUSH, 0 },
	{ SEV_DBG_SHUTDOWN, SEV_DBG_C_STRICT },
};
static const struct {
	int err;
	enum sevadm_class kind;
} errors[] = {
	{ EPERM, SEVADM_PERMISSION },
	{ EBADF, SEVADM_PERMISSION },
	{ ENODEV, SEVADM_ABSENT },
	{ ENOTTY, SEVADM_ABSENT },
	{ EBUSY, SEVADM_BUSY },
	{ EINTR, SEVADM_FAILED },
	{ ETIMEDOUT, SEVADM_FAILED },
	{ ENOMEM, SEVADM_FAILED },
};

START_TEST(driver_refuses)
{
	size_t r = (size_t)_i / COUNT(errors), e = (size_t)_i % COUNT(errors);
	bool question = requests[r].request == SEV_DBG_GET_INFO ||
			requests[r].request == SEV_DBG_GUEST_LIST;
	const struct sevadm_failure *f = sevadm_failure(&fake.adm);

	if (question && errors[e].err == EINTR)
		return;		/* asked again until it is answered */
	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake_answer(&fake, (struct fake_reply){ .request = requests[r].request,
						.flags = requests[r].flags, .ret = -errors[e].err,
						.status = SEVADM_NO_FW_CALL, .times = 1 });
	ck_assert_int_ne(tear_down(SEVADM_GUESTS_DECOMMISSION), 0);
	ck_assert_msg(f->err == errors[e].err, "%s", f->message);
	/* of a worker's errors only those of permission are told apart */
	if (requests[r].request != SEV_DBG_WBINVD || errors[e].kind == SEVADM_PERMISSION)
		ck_assert_msg(f->kind == errors[e].kind, "%d: %s", f->kind, f->message);
	ck_assert_uint_eq(f->status, SEVADM_NO_FW_CALL);
	ck_assert_msg(strstr(f->message, strerrorname_np(errors[e].err)), "%s", f->message);
	if (question)
		ck_assert_uint_eq(changes(), 0);
	/* and nothing that comes after it */
	for (size_t later = r + 1; later < COUNT(requests); later++)
		if (requests[later].request != SEV_DBG_SHUTDOWN && later > 2)
			ck_assert_uint_eq(fake_count(&fake, requests[later].request), 0);
	ck_assert_uint_le(fake_count(&fake, SEV_DBG_SHUTDOWN), r < 3 ? 0 : r < 6 ? 1 : 2);
}
END_TEST

START_TEST(psp_dead)
{
	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake.info.state |= SEV_DBG_S_PSP_DEAD;
	ck_assert_int_eq(tear_down((enum sevadm_guests_mode)_i), -EBUSY);
	fake_expect(&fake, SEVADM_BUSY, "timed out earlier");
	fake_expect(&fake, SEVADM_BUSY, "eboot cold");
	ck_assert_uint_eq(fake.nr_calls, 1);
	ck_assert(!fake.vmms[0].stopped && !fake.vmms[0].ended);
}
END_TEST

START_TEST(iommu_stuck)
{
	fake.info.state |= SEV_DBG_S_IOMMU_STUCK;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_STOP), -EIO);
	fake_expect(&fake, SEVADM_FAILED, "IOMMU");
	fake_expect(&fake, SEVADM_FAILED, "do not kexec");
	ck_assert_uint_eq(changes(), 0);
}
END_TEST

static const struct {
	enum device_node node;
	int err;
	enum sevadm_class kind;
} nodes[] = {
	{ DEVICE_SEV, ENOENT, SEVADM_ABSENT },
	{ DEVICE_SEV, ENODEV, SEVADM_ABSENT },
	{ DEVICE_SEV, ENXIO, SEVADM_ABSENT },
	{ DEVICE_SEV, EACCES, SEVADM_PERMISSION },
	{ DEVICE_SEV, EPERM, SEVADM_PERMISSION },
	/* ENOENT is a stock driver, which is torn down in another way */
	{ DEVICE_SEV_DEBUG, ENXIO, SEVADM_ABSENT },
	{ DEVICE_SEV_DEBUG, EACCES, SEVADM_PERMISSION },
	{ DEVICE_SEV_DEBUG, EBUSY, SEVADM_BUSY },
	{ DEVICE_SEV_DEBUG, EIO, SEVADM_FAILED },
};

START_TEST(no_node)
{
	fake.dev.node_err[nodes[_i].node] = -nodes[_i].err;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_STOP), -nodes[_i].err);
	fake_expect(&fake, nodes[_i].kind, device_node_path(nodes[_i].node));
	ck_assert_uint_eq(fake.nr_calls, 0);
}
END_TEST

/* A handle to look with changes nothing, whichever way it is asked to */
START_TEST(read_only)
{
	struct sevadm_teardown_options down = { .guests = SEVADM_GUESTS_STOP };
	struct sevadm_kexec_options kexec = { .teardown = down, .kernel = "x" };
	struct sevadm_wbinvd_options wbinvd = { 0 };
	struct sevadm *adm = &fake.adm;
	struct sevadm_run *run = &fake.run;

	fake_vm(&fake, SEVADM_GUEST_SNP);
	adm->flags = 0;
	ck_assert_int_eq(sevadm_teardown(adm, &down, run), -EBADF);
	fake_expect(&fake, SEVADM_USAGE, "opened to look at only");
	ck_assert_int_eq(sevadm_kexec(adm, &kexec, run), -EBADF);
	ck_assert_int_eq(sevadm_recover(adm, false, false, run), -EBADF);
	ck_assert_int_eq(sevadm_decommission(adm, NULL, 0, true, false, run), -EBADF);
	ck_assert_int_eq(sevadm_wbinvd(adm, &wbinvd, false, run), -EBADF);
	ck_assert_int_eq(sevadm_df_flush(adm, false, false, run), -EBADF);
	ck_assert_int_eq(sevadm_shutdown(adm, SEVADM_SHUTDOWN_DRIVER, true, false, run), -EBADF);
	ck_assert_int_eq(sevadm_init(adm, false, run), -EBADF);
	ck_assert_uint_eq(changes(), 0);
	ck_assert(!fake.vmms[0].ended);
	down.dry = true;
	ck_assert_int_eq(sevadm_teardown(adm, &down, run), 0);
}
END_TEST

/* A kexec is the end of every guest */
START_TEST(kexec_of_some)
{
	struct sevadm_kexec_options kexec = {
		.teardown = { .guests = SEVADM_GUESTS_STOP, .only = (uint64_t[]){ 1 }, .nr_only = 1 },
	};

	fake_vm(&fake, SEVADM_GUEST_SNP);
	ck_assert_int_eq(sevadm_kexec(&fake.adm, &kexec, &fake.run), -EINVAL);
	fake_expect(&fake, SEVADM_USAGE, "ends every guest");
	ck_assert(!fake.vmms[0].ended);
}
END_TEST

START_TEST(names)
{
	ck_assert_str_eq(sevadm_verdict_name(SEVADM_SKIP), "SKIP");
	ck_assert_str_eq(sevadm_verdict_name((enum sevadm_verdict)77), "?");
	ck_assert_str_eq(sevadm_goal_name((enum sevadm_goal)77), "?");
	ck_assert_int_eq(sevadm_failure(NULL)->err, ENOMEM);
}
END_TEST

int main(void)
{
	Suite *suite;
	TCase *tc = lib_case(&suite, "lib_teardown");

	tcase_add_checked_fixture(tc, setup, cleanup);
	tcase_add_test(tc, no_guests);
	tcase_add_test(tc, decommission);
	tcase_add_test(tc, stop);
	tcase_add_test(tc, refuse);
	tcase_add_loop_test(tc, dry, 0, 2);
	tcase_add_test(tc, down_already);
	tcase_add_test(tc, states_unknown);
	tcase_add_test(tc, sev_only);
	tcase_add_test(tc, sev_down_snp_up);
	tcase_add_test(tc, buffers);
	tcase_add_loop_test(tc, leaked_pages, 0, 2);
	tcase_add_test(tc, wbinvd_required_for_ever);
	tcase_add_test(tc, wbinvd_required_twice);
	tcase_add_test(tc, wbinvd_required_offline);
	tcase_add_test(tc, dfflush_required_twice);
	tcase_add_test(tc, dfflush_required_once);
	tcase_add_test(tc, dfflush_required_named);
	tcase_add_loop_test(tc, refused, 0, COUNT(refused_rows) * COUNT(refused_statuses));
	tcase_add_loop_test(tc, not_down, 0, 2);
	tcase_add_loop_test(tc, no_proof, 0, COUNT(proofs));
	tcase_add_loop_test(tc, driver_refuses, 0, COUNT(requests) * COUNT(errors));
	tcase_add_loop_test(tc, psp_dead, 0, 3);
	tcase_add_test(tc, read_only);
	tcase_add_test(tc, kexec_of_some);
	tcase_add_test(tc, names);
	tcase_add_test(tc, iommu_stuck);
	tcase_add_loop_test(tc, no_node, 0, COUNT(nodes));
	return lib_run(suite);
}
