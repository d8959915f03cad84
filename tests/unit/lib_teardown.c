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
#include "lib/teardown/teardown.h"
#include "lib_fake.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define PROOF " PLATFORM_STATUS=0 SNP_PLATFORM_STATUS=0"
#define DOWN "SHUTDOWN=0 WBINVDx4 SNP_DF_FLUSH=0 SNP_SHUTDOWN_EX=0" PROOF

static struct fake fake;
static struct sevadm_teardown_options options;

static void setup(void)
{
	fake_open(&fake);
	options = (struct sevadm_teardown_options){ .stop_seconds = 30 };
}

static void cleanup(void)
{
	fake_close(&fake);
}

static int tear_down(enum sevadm_guests_mode mode)
{
	options.guests = mode;
	return sevadm_teardown(&fake.adm, &options, &fake.run);
}

static void expect_steps(const char *want)
{
	ck_assert_str_eq(fake_steps(&fake), want);
}

static bool warned(const char *text)
{
	for (size_t i = 0; i < fake.run.nr_warnings; i++)
		if (strstr(fake.run.warnings[i], text))
			return true;
	return false;
}

/* Every change that was asked for, SIGSTOP and the like not counted */
static size_t changes(void)
{
	return fake_count(&fake, SEV_DBG_DECOMMISSION) + fake_count(&fake, SEV_DBG_SHUTDOWN) +
	       fake_count(&fake, SEV_DBG_DF_FLUSH) + fake_count(&fake, SEV_DBG_WBINVD) +
	       fake_count(&fake, SEV_DBG_WBINVD_ALL) + fake_count(&fake, SEV_DBG_INIT);
}

static unsigned int frozen(void)
{
	unsigned int n = 0;

	for (size_t i = 0; i < fake.nr_vmms; i++)
		n += fake.vmms[i].stopped && !fake.vmms[i].ended;
	return n;
}

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
	ck_assert_int_eq(warned("unless its firmware did the x86 shutdown"), _i);
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
	enum sevadm_class class;
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
	fake_expect(&fake, proofs[_i].class, "SNP_PLATFORM_STATUS");
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
	enum sevadm_class class;
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
	if (requests[r].request != SEV_DBG_WBINVD || errors[e].class == SEVADM_PERMISSION)
		ck_assert_msg(f->class == errors[e].class, "%d: %s", f->class, f->message);
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
	enum sevadm_class class;
} nodes[] = {
	{ DEVICE_SEV, ENOENT, SEVADM_ABSENT },
	{ DEVICE_SEV, ENODEV, SEVADM_ABSENT },
	{ DEVICE_SEV, ENXIO, SEVADM_ABSENT },
	{ DEVICE_SEV, EACCES, SEVADM_PERMISSION },
	{ DEVICE_SEV, EPERM, SEVADM_PERMISSION },
	{ DEVICE_SEV_DEBUG, ENOENT, SEVADM_ABSENT },
	{ DEVICE_SEV_DEBUG, EACCES, SEVADM_PERMISSION },
	{ DEVICE_SEV_DEBUG, EBUSY, SEVADM_BUSY },
	{ DEVICE_SEV_DEBUG, EIO, SEVADM_FAILED },
};

START_TEST(no_node)
{
	fake.dev.node_err[nodes[_i].node] = -nodes[_i].err;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_STOP), -nodes[_i].err);
	fake_expect(&fake, nodes[_i].class, device_node_path(nodes[_i].node));
	ck_assert_uint_eq(fake.nr_calls, 0);
}
END_TEST

/* ---------------------------------------------------------------------- VMMs */

START_TEST(stubborn)
{
	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake_vm(&fake, SEVADM_GUEST_SNP)->stubborn = true;
	options.stop_seconds = 7;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_STOP), 0);
	expect_steps("SIGTERM SIGTERM SIGKILL " DOWN);
	ck_assert_int_eq(fake.run.steps[2].pid, 102);
	ck_assert_uint_ge(fake.now_ns, 1000000000000 + 7000000000);
	ck_assert_uint_lt(fake.now_ns, 1000000000000 + 8000000000);
}
END_TEST

/* A signal that nobody meant for us does not shorten the wait, nor end it */
START_TEST(wait_interrupted)
{
	fake_vm(&fake, SEVADM_GUEST_SNP)->stubborn = true;
	fake.interrupted = 3;
	options.stop_seconds = 7;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_STOP), 0);
	expect_steps("SIGTERM SIGKILL " DOWN);
	ck_assert_uint_eq(fake.interrupted, 0);
	ck_assert_uint_ge(fake.now_ns, 1000000000000 + 7000000000);
	ck_assert_uint_lt(fake.now_ns, 1000000000000 + 8000000000);
}
END_TEST

/* The operator's ends it: no SIGKILL follows, and nobody is taken to have ended */
START_TEST(wait_cancelled)
{
	fake_vm(&fake, SEVADM_GUEST_SNP)->stubborn = true;
	fake.interrupted = 1;
	fake.ask_when_interrupted = true;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_STOP), -ECANCELED);
	expect_steps("SIGTERM");
	fake_expect(&fake, SEVADM_FAILED, "interrupted between two steps");
	ck_assert_uint_eq(changes(), 0);
	ck_assert(!fake.vmms[0].ended);
}
END_TEST

START_TEST(immortal)
{
	fake_vm(&fake, SEVADM_GUEST_SNP)->immortal = true;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_STOP), -EBUSY);
	expect_steps("SIGTERM SIGKILL");
	fake_expect(&fake, SEVADM_BUSY, "have not ended 10 seconds after SIGKILL");
	ck_assert_uint_eq(changes(), 0);
}
END_TEST

/* The process is gone, and KVM does not let its guest go */
START_TEST(lingering)
{
	fake_vm(&fake, SEVADM_GUEST_SNP)->lingers = true;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_STOP), -EBUSY);
	fake_expect(&fake, SEVADM_BUSY, "KVM still holds it");
	ck_assert_uint_eq(changes(), 0);
}
END_TEST

START_TEST(unstoppable)
{
	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake_vm(&fake, SEVADM_GUEST_SNP)->unstoppable = true;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_DECOMMISSION), -EBUSY);
	fake_expect(&fake, SEVADM_BUSY, "a thread of qemu[102] did not stop within 5 seconds");
	ck_assert_uint_eq(changes(), 0);
	ck_assert_msg(!frozen(), "the other one was left behind");
}
END_TEST

/* Who was stopped before is not set going by us */
START_TEST(stopped_before)
{
	fake_vm(&fake, SEVADM_GUEST_SNP)->stopped = true;
	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake_answer(&fake, (struct fake_reply){ .request = SEV_DBG_DECOMMISSION, .ret = -EPERM,
						.status = SEVADM_NO_FW_CALL, .times = 1 });
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_DECOMMISSION), -EPERM);
	ck_assert(fake.vmms[0].stopped);
	ck_assert(!fake.vmms[1].stopped);
}
END_TEST

/* A guest that nobody explains may be run by a process that was handed its VM */
START_TEST(handed_on)
{
	struct host_vm *vm;

	fake_leak(&fake);
	fake_vm(&fake, SEVADM_GUEST_SNP);
	vm = &fake.adm.vms.list[0];
	vm->gmems = 1;
	vm->vms = 2;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_DECOMMISSION), -EBUSY);
	fake_expect(&fake, SEVADM_BUSY, "may be run by qemu[102]");
	ck_assert_uint_eq(changes(), 0);
}
END_TEST

/* A SEV guest's memory has no descriptor of its own: any VM too many is suspect */
START_TEST(handed_on_sev)
{
	struct host_vm *vm;

	fake_vm(&fake, SEVADM_GUEST_SEV);
	fake.guests[0].g.tgid = 9999;
	vm = &fake.adm.vms.list[0];
	vm->sev = false;
	ck_assert_int_eq(tear_down(_i ? SEVADM_GUESTS_STOP : SEVADM_GUESTS_DECOMMISSION), -EBUSY);
	fake_expect(&fake, SEVADM_BUSY, "may be run by qemu[101]");
	ck_assert_uint_eq(changes(), 0);
	ck_assert(!fake.vmms[0].stopped && !fake.vmms[0].ended);
}
END_TEST

/* Somebody else's stopped VM is neither touched nor spoken of */
START_TEST(stopped_by_others)
{
	fake_vm(&fake, SEVADM_GUEST_SNP)->stopped = true;
	fake.guests[0].gone = true;
	fake.adm.vms.list[0].sev = false;
	ck_assert_int_eq(tear_down(_i ? SEVADM_GUESTS_DECOMMISSION : SEVADM_GUESTS_REFUSE), 0);
	ck_assert(fake.vmms[0].stopped);
	ck_assert(!warned("stopped"));
}
END_TEST

START_TEST(hidden)
{
	fake_leak(&fake);
	fake.adm.vms.hidden = 3;
	ck_assert_int_eq(tear_down(_i ? SEVADM_GUESTS_STOP : SEVADM_GUESTS_DECOMMISSION), -EBUSY);
	fake_expect(&fake, SEVADM_BUSY, "3 processes could not be looked into");
	ck_assert_uint_eq(changes(), 0);
}
END_TEST

/* The pid was used again: the process is younger than the guest */
START_TEST(pid_used_again)
{
	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake.adm.vms.list[0].start_ns = fake.now_ns;
	fake.adm.vms.list[0].sev = false;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_STOP), 0);
	expect_steps("SNP_DECOMMISSION=0 " DOWN);
	ck_assert(!fake.vmms[0].ended);
}
END_TEST

/* ------------------------------------------------------------- guests that come meanwhile */

static void guest_comes(struct fake *f, unsigned long request, void *arg)
{
	(void)arg;
	if (request == SEV_DBG_DECOMMISSION && f->nr_guests == 1)
		fake_leak(f);
}

/* A guest that was not there when the operator decided is not taken along */
START_TEST(newcomer)
{
	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake.on_submit = guest_comes;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_DECOMMISSION), -EBUSY);
	fake_expect(&fake, SEVADM_BUSY, "id 2");
	ck_assert_uint_eq(fake_count(&fake, SEV_DBG_SHUTDOWN), 0);
	ck_assert_uint_eq(fake_count(&fake, SEV_DBG_DECOMMISSION), 1);
}
END_TEST

/* -------------------------------------------------------------- an incomplete list */

static uint32_t flags_seen[8];
static size_t nr_flags;

static void note_flags(struct fake *f, unsigned long request, void *arg)
{
	(void)f;
	if (request == SEV_DBG_SHUTDOWN && nr_flags < COUNT(flags_seen))
		flags_seen[nr_flags++] = ((struct sev_dbg_cmd *)arg)->flags;
}

START_TEST(live_flag)
{
	static const struct {
		enum sevadm_guest_kind kind;
		bool live;
	} rows[] = {
		{ SEVADM_GUEST_SNP, false }, { SEVADM_GUEST_SEV, true },
		{ SEVADM_GUEST_SEV_ES, true },
	};

	nr_flags = 0;
	fake_vm(&fake, rows[_i].kind);
	fake.on_submit = note_flags;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_DECOMMISSION), 0);
	ck_assert_uint_eq(nr_flags, 2);
	ck_assert(flags_seen[0] & SEV_DBG_C_LEGACY);
	ck_assert_int_eq(!!(flags_seen[0] & SEV_DBG_C_LIVE), rows[_i].live);
	ck_assert(flags_seen[1] & SEV_DBG_C_STRICT);
	ck_assert(!(flags_seen[1] & SEV_DBG_C_LIVE));
}
END_TEST

START_TEST(track_lost)
{
	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake.info.state |= SEV_DBG_S_TRACK_LOST;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_DECOMMISSION), -EBUSY);
	fake_expect(&fake, SEVADM_BUSY, "list of guests is incomplete");
	ck_assert_uint_eq(changes(), 0);
	ck_assert_uint_eq(frozen(), 0);
}
END_TEST

START_TEST(track_lost_stop)
{
	nr_flags = 0;
	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake.info.state |= SEV_DBG_S_TRACK_LOST;
	fake.on_submit = note_flags;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_STOP), 0);
	ck_assert_uint_eq(nr_flags, 2);
	ck_assert(flags_seen[0] & SEV_DBG_C_LIVE);
	ck_assert(flags_seen[1] & SEV_DBG_C_LIVE);
}
END_TEST

static const struct {
	uint32_t number;
	int ret;
	const char *said;
} counts[] = {
	{ 1, -EBUSY, "does not tell how many guests" },
	{ 9, -EIO, "does not tell how many guests" },
};

static int silent;

static void count_fails(struct fake *f, unsigned long request, void *arg)
{
	const struct sev_issue_cmd *cmd = arg;

	if (request == SEV_ISSUE_CMD && cmd->cmd == counts[silent].number && !f->nr_replies)
		fake_answer(f, (struct fake_reply){ .request = SEV_ISSUE_CMD,
						    .flags = counts[silent].number,
						    .ret = counts[silent].ret, .status = 0x1a,
						    .times = 100 });
}

/* With an incomplete list, a firmware that does not tell its counts is no comfort */
START_TEST(track_lost_unknown)
{
	silent = _i;
	fake.info.state |= SEV_DBG_S_TRACK_LOST;
	fake.on_submit = count_fails;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_STOP), -EBUSY);
	fake_expect(&fake, SEVADM_BUSY, counts[_i].said);
	ck_assert_uint_eq(changes(), 0);
}
END_TEST

static void one_more(struct fake *f, unsigned long request, void *arg)
{
	/* the list does not have it, but the firmware counts it */
	if (request == SEV_DBG_GUEST_LIST)
		f->guests[0].gone = true;
	else if (request == SEV_ISSUE_CMD)
		f->guests[0].gone = false;
	(void)arg;
}

START_TEST(track_lost_counted)
{
	fake_leak(&fake);
	fake.info.state |= SEV_DBG_S_TRACK_LOST;
	fake.on_submit = one_more;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_STOP), -EBUSY);
	fake_expect(&fake, SEVADM_BUSY, "still counts 1 guests");
	ck_assert_uint_eq(changes(), 0);
}
END_TEST

/* ---------------------------------------------------------------------- cancelled */

START_TEST(cancelled)
{
	int ret;

	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake.cancel_after = (unsigned int)_i + 1;
	ret = tear_down(SEVADM_GUESTS_DECOMMISSION);
	/* SIGSTOP SIGSTOP DECOMMISSION DECOMMISSION SHUTDOWN WBINVD*4 SNP_DF_FLUSH SNP_SHUTDOWN_EX */
	if (_i >= 10) {
		/* there was nothing left to stop */
		ck_assert_int_eq(ret, 0);
		return;
	}
	ck_assert_int_eq(ret, -ECANCELED);
	fake_expect(&fake, SEVADM_FAILED, "interrupted between two steps");
	fake_expect(&fake, SEVADM_FAILED, "run the same command again");
	ck_assert_uint_eq(fake_count(&fake, SEV_DBG_DECOMMISSION), _i < 2 ? 0 : _i == 2 ? 1 : 2);
	ck_assert_uint_eq(fake_count(&fake, SEV_DBG_SHUTDOWN), _i >= 4);
	ck_assert_uint_eq(fake_count(&fake, SEV_DBG_WBINVD), _i >= 5 ? 4 : 0);
	ck_assert_uint_eq(fake_count(&fake, SEV_DBG_DF_FLUSH), _i >= 9);
	/* only those stand still whose guests are gone */
	ck_assert_uint_eq(frozen(), _i < 2 ? 0 : _i == 2 ? 1 : 2);
}
END_TEST

START_TEST(cancelled_and_again)
{
	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake.cancel_after = (unsigned int)_i + 1;
	tear_down(SEVADM_GUESTS_DECOMMISSION);
	/* the next run of the program: another handle, the same host */
	sevadm_run_free(&fake.run);
	fake.adm.failure = (struct sevadm_failure){ 0 };
	fake.adm.cancelled = false;
	fake.cancel_after = 0;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_DECOMMISSION), 0);
	ck_assert_uint_eq(fake.snp_state, 0);
	ck_assert_uint_eq(fake.sev_state, 0);
	ck_assert_uint_eq(fake_count(&fake, SEV_DBG_DECOMMISSION), 2);
}
END_TEST

/* ---------------------------------------------------------------- CPUs out of reach */

static int outside(struct fake *f, unsigned int cpu)
{
	(void)f;
	return cpu == 3 ? -EINVAL : 0;
}

/* Found out before anything is done to a guest */
START_TEST(out_of_reach)
{
	fake_vm(&fake, SEVADM_GUEST_SNP);
	fake.on_pin = outside;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_STOP), -EINVAL);
	fake_expect(&fake, SEVADM_FAILED, "CPU 3");
	ck_assert_uint_eq(changes(), 0);
	ck_assert(!fake.vmms[0].ended);
	fake.adm.failure = (struct sevadm_failure){ 0 };
	options.wbinvd.broadcast = true;
	ck_assert_int_eq(tear_down(SEVADM_GUESTS_STOP), 0);
	expect_steps("SIGTERM SHUTDOWN=0 WBINVD_ALL SNP_DF_FLUSH=0 SNP_SHUTDOWN_EX=0" PROOF);
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
	tcase_add_test(tc, iommu_stuck);
	tcase_add_loop_test(tc, no_node, 0, COUNT(nodes));
	tcase_add_test(tc, stubborn);
	tcase_add_test(tc, wait_interrupted);
	tcase_add_test(tc, wait_cancelled);
	tcase_add_test(tc, immortal);
	tcase_add_test(tc, lingering);
	tcase_add_test(tc, unstoppable);
	tcase_add_test(tc, stopped_before);
	tcase_add_test(tc, handed_on);
	tcase_add_loop_test(tc, handed_on_sev, 0, 2);
	tcase_add_loop_test(tc, stopped_by_others, 0, 2);
	tcase_add_loop_test(tc, hidden, 0, 2);
	tcase_add_test(tc, pid_used_again);
	tcase_add_test(tc, newcomer);
	tcase_add_loop_test(tc, live_flag, 0, 3);
	tcase_add_test(tc, track_lost);
	tcase_add_test(tc, track_lost_stop);
	tcase_add_loop_test(tc, track_lost_unknown, 0, COUNT(counts));
	tcase_add_test(tc, track_lost_counted);
	tcase_add_loop_test(tc, cancelled, 0, 12);
	tcase_add_loop_test(tc, cancelled_and_again, 0, 12);
	tcase_add_test(tc, out_of_reach);
	return lib_run(suite);
}
