/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Firmware model: what every command that names a page does with a page in each of
 * the page states.  The table is written from AMD 56860 (the commands' lists of
 * page states, and the rules for commands of 55766 under SNP) and the statuses of
 * firmware 1.55, not from the model.
 */
#include <check.h>
#include <string.h>

#include "psp_fw_snp_fixture.h"

#define BIT(state)	(1u << PSP_PAGE_##state)
#define OUTPUT		(BIT(FIRMWARE) | BIT(DEFAULT))
#define UNCHANGED	(-1)
#define ASID		5u
#define GPA		0x7000ull
#define FILL		0x5a
#define NR_STATES	(PSP_PAGE_DEFAULT + 1)

/* A page in that state, filled; what has no state of its own lies elsewhere */
static uint64_t page_in(int state, uint32_t asid)
{
	uint64_t pa = state == PSP_PAGE_DEFAULT ? MACHINE_UNCOVERED :
		      state == PSP_PAGE_FIRMWARE_IOMMU ? MACHINE_IOMMU : PAGE;

	switch (state) {
	case PSP_PAGE_PRE_GUEST:
	case PSP_PAGE_PRE_SWAP:
	case PSP_PAGE_GUEST_INVALID:
	case PSP_PAGE_GUEST_VALID:
		machine_guest_page(m, pa, (enum psp_page_state)state, asid, GPA);
		break;
	case PSP_PAGE_DEFAULT:
	case PSP_PAGE_FIRMWARE_IOMMU:
		break;
	default:
		machine_page(m, pa, (enum psp_page_state)state);
	}
	ck_assert_int_eq(machine_state(m, pa), state);
	memset(m->mem + pa, FILL, PSP_FW_PAGE_SIZE);
	return pa;
}

/* The commands; GCTX is a guest that is being launched with ASID */
static uint32_t gctx_create(uint64_t pa)
{
	return cmd_address(m, PSP_CMD_SNP_GCTX_CREATE, pa);
}

static uint32_t decommission(uint64_t pa)
{
	return cmd_address(m, PSP_CMD_SNP_DECOMMISSION, pa);
}

static uint32_t page_reclaim(uint64_t pa)
{
	return cmd_address(m, PSP_CMD_SNP_PAGE_RECLAIM, pa);
}

static uint32_t page_md_init(uint64_t pa)
{
	return cmd_address(m, PSP_CMD_SNP_PAGE_MD_INIT, pa);
}

static uint32_t launch_update(uint64_t pa)
{
	return cmd_snp_launch_update(m, GCTX, pa, 1);
}

static uint32_t launch_update_vmsa(uint64_t pa)
{
	return cmd_snp_launch_update(m, GCTX, pa, 2);
}

static uint32_t snp_platform_status(uint64_t pa)
{
	return cmd_address(m, PSP_CMD_SNP_PLATFORM_STATUS, pa);
}

static uint32_t guest_status(uint64_t pa)
{
	uint8_t b[0x10];

	put64(b, 0, GCTX);
	put64(b, 8, pa);
	return machine_cmd(m, PSP_CMD_SNP_GUEST_STATUS, b);
}

static uint32_t feature_info(uint64_t pa)
{
	uint8_t b[0x10] = { 0x10 };

	put64(b, 8, pa);
	return machine_cmd(m, PSP_CMD_SNP_FEATURE_INFO, b);
}

static uint32_t get_id(uint64_t pa)
{
	uint8_t b[0xc];

	put64(b, 0, pa);
	put32(b, 8, 128);
	return machine_cmd(m, PSP_CMD_GET_ID, b);
}

static uint32_t pek_csr(uint64_t pa)
{
	uint8_t b[0xc];

	put64(b, 0, pa);
	put32(b, 8, 2084);
	return machine_cmd(m, PSP_CMD_PEK_CSR, b);
}

static uint32_t launch_update_data(uint64_t pa)
{
	uint32_t handle = sev_launching(m, 0, 200);
	uint8_t b[0x14] = { 0 };
	uint32_t status;

	put32(b, 0, handle);
	put64(b, 8, pa);
	put32(b, 0x10, PSP_FW_PAGE_SIZE);
	status = machine_cmd(m, PSP_CMD_LAUNCH_UPDATE_DATA, b);
	OK(cmd_handle(m, PSP_CMD_DEACTIVATE, handle));
	OK(cmd_handle(m, PSP_CMD_DECOMMISSION, handle));
	return status;
}

/* The page is the command buffer itself: of a command that writes it, and of one that reads */
static uint32_t buffer_written(uint64_t pa)
{
	return psp_fw_exec(m->fw, PSP_CMD_PLATFORM_STATUS, pa);
}

static uint32_t buffer_read(uint64_t pa)
{
	put32(m->mem, pa, 4);
	return psp_fw_exec(m->fw, PSP_CMD_SNP_COMMIT, pa);
}

static const struct row {
	const char *what;
	uint32_t (*run)(uint64_t pa);
	uint32_t good;		/* page states that the command takes */
	uint32_t status;	/* what it then answers */
	int after;		/* the state then; a page that no RMP covers has none */
	uint32_t bad;		/* the status otherwise; the page stays as it is */
	uint32_t asid;		/* whose the guest pages are, if not ASID */
} rows[] = {
	{ "GCTX_CREATE", gctx_create, BIT(FIRMWARE), 0, PSP_PAGE_CONTEXT, PSP_INVALID_PAGE_STATE, 0 },
	/* a page that looks like a context is none: nothing was created there */
	{ "DECOMMISSION", decommission, 0, 0, UNCHANGED, PSP_INVALID_GUEST, 0 },
	{ "PAGE_RECLAIM", page_reclaim, BIT(METADATA) | BIT(FIRMWARE), 0, PSP_PAGE_RECLAIM,
	  UINT32_MAX, 0 },
	{ "PAGE_MD_INIT", page_md_init, BIT(FIRMWARE), 0, PSP_PAGE_METADATA,
	  PSP_INVALID_PAGE_STATE, 0 },
	{ "LAUNCH_UPDATE", launch_update, BIT(PRE_GUEST), 0, PSP_PAGE_GUEST_VALID,
	  PSP_INVALID_PAGE_STATE, 0 },
	{ "LAUNCH_UPDATE of a VMSA", launch_update_vmsa, BIT(PRE_GUEST), 0, PSP_PAGE_GUEST_VALID,
	  PSP_INVALID_PAGE_STATE, 0 },
	{ "LAUNCH_UPDATE of another guest's", launch_update, BIT(PRE_GUEST),
	  PSP_INVALID_PAGE_OWNER, UNCHANGED, PSP_INVALID_PAGE_STATE, ASID + 1 },
	{ "SNP_PLATFORM_STATUS", snp_platform_status, OUTPUT, 0, UNCHANGED,
	  PSP_INVALID_PAGE_STATE, 0 },
	{ "GUEST_STATUS", guest_status, OUTPUT, 0, UNCHANGED, PSP_INVALID_PAGE_STATE, 0 },
	{ "FEATURE_INFO", feature_info, OUTPUT, 0, UNCHANGED, PSP_INVALID_PAGE_STATE, 0 },
	{ "GET_ID", get_id, OUTPUT, 0, UNCHANGED, PSP_INVALID_PAGE_STATE, 0 },
	/* no certificate comes of it, but the page is looked at first */
	{ "PEK_CSR", pek_csr, OUTPUT, PSP_HWERROR_PLATFORM, UNCHANGED, PSP_INVALID_PAGE_STATE, 0 },
	{ "LAUNCH_UPDATE_DATA", launch_update_data, OUTPUT, 0, UNCHANGED,
	  PSP_INVALID_PAGE_STATE, 0 },
	{ "command buffer, written", buffer_written, OUTPUT, 0, PSP_PAGE_RECLAIM,
	  PSP_CMDBUF_STATUS | PSP_INVALID_PAGE_STATE, 0 },
	{ "command buffer, read", buffer_read, ~0u, 0, UNCHANGED, 0, 0 },
};

#define NR_ROWS	(int)(sizeof(rows) / sizeof(rows[0]))

/* PAGE_RECLAIM has more to say than yes and no */
static uint32_t reclaim_bad(int state, int *after)
{
	switch (state) {
	case PSP_PAGE_PRE_GUEST:
		*after = PSP_PAGE_GUEST_INVALID;
		return PSP_SUCCESS;
	case PSP_PAGE_PRE_SWAP:
		*after = PSP_PAGE_GUEST_VALID;
		return PSP_SUCCESS;
	case PSP_PAGE_HV_FIXED:
	case PSP_PAGE_CONTEXT:
	case PSP_PAGE_FIRMWARE_IOMMU:
	case PSP_PAGE_DEFAULT:
		return PSP_INVALID_PAGE_STATE;
	default:
		return PSP_SUCCESS;	/* not immutable: nothing to do */
	}
}

static void both_up(const struct psp_fw_config *c)
{
	again(c);
	up_snp(m);
	up_sev(m);
	snp_launching(m, GCTX, ASID);
}

static void check_row(const struct row *row, int state)
{
	bool good = row->good >> state & 1;
	uint64_t pa = page_in(state, row->asid ? row->asid : ASID);
	uint32_t want = good ? row->status : row->bad;
	int after = good && row->after != UNCHANGED && state != PSP_PAGE_DEFAULT ? row->after :
									 state;
	uint32_t status;

	if (want == UINT32_MAX)
		want = reclaim_bad(state, &after);
	status = row->run(pa);
	ck_assert_msg(status == want, "%s of a page in %s: status %#x, not %#x", row->what,
		      psp_fw_page_state_name((enum psp_page_state)state), status, want);
	ck_assert_msg((int)machine_state(m, pa) == after, "%s of a page in %s: left in %s, not %s",
		      row->what, psp_fw_page_state_name((enum psp_page_state)state),
		      psp_fw_page_state_name(machine_state(m, pa)),
		      psp_fw_page_state_name((enum psp_page_state)after));
	/* what it may not have, it does not write to */
	for (int i = 8; !good && i < (int)PSP_FW_PAGE_SIZE; i++)
		ck_assert_msg(m->mem[pa + (uint64_t)i] == FILL, "%s wrote to a page in %s", row->what,
			      psp_fw_page_state_name((enum psp_page_state)state));
}

START_TEST(every_command_with_every_state)
{
	const struct psp_fw_config c = { .smt = true, .feature_info = true };

	for (int state = 0; state < NR_STATES; state++) {
		both_up(&c);
		check_row(&rows[_i], state);
	}
}
END_TEST

/* While SNP is down page states mean nothing: outputs go anywhere */
START_TEST(without_snp_no_state_matters)
{
	const struct psp_fw_config c = { .smt = true, .feature_info = true };
	uint32_t (*const run[])(uint64_t pa) = {
		snp_platform_status, feature_info, get_id, buffer_written, buffer_read,
	};

	for (int state = 0; state < NR_STATES; state++) {
		both_up(&c);
		OK(machine_cmd(m, PSP_CMD_SHUTDOWN, NULL));
		OK(decommission(GCTX));
		OK(cmd_snp_shutdown_ex(m, 8, 0));
		for (size_t i = 0; i < sizeof(run) / sizeof(run[0]); i++) {
			OK(run[i](page_in(state, ASID)));
			ck_assert_int_eq(machine_state(m, page_in(state, ASID)), state);
		}
	}
}
END_TEST

/* 56860's strict reading: every page that was written goes to Reclaim */
START_TEST(strict_outputs_go_to_reclaim)
{
	const struct psp_fw_config c = { .smt = true, .feature_info = true,
					 .switches = PSP_FW_OUTPUT_RECLAIM };
	uint32_t (*const run[])(uint64_t pa) = {
		snp_platform_status, guest_status, feature_info, get_id, launch_update_data,
		buffer_written,
	};

	for (size_t i = 0; i < sizeof(run) / sizeof(run[0]); i++) {
		both_up(&c);
		OK(run[i](page_in(PSP_PAGE_FIRMWARE, ASID)));
		ck_assert_int_eq(machine_state(m, PAGE), PSP_PAGE_RECLAIM);
		OK(run[i](page_in(PSP_PAGE_DEFAULT, ASID)));
	}
}
END_TEST

/* A guest's context: Firmware -> Context -> Firmware -> Reclaim, and back to the host */
START_TEST(life_of_a_context)
{
	both_up(NULL);
	ck_assert_int_eq(machine_state(m, GCTX), PSP_PAGE_CONTEXT);
	IS(page_reclaim(GCTX), PSP_INVALID_PAGE_STATE);
	IS(gctx_create(GCTX), PSP_INVALID_PAGE_STATE);
	OK(decommission(GCTX));
	ck_assert_int_eq(machine_state(m, GCTX), PSP_PAGE_FIRMWARE);
	IS(decommission(GCTX), PSP_INVALID_GUEST);
	OK(page_reclaim(GCTX));
	ck_assert_int_eq(machine_state(m, GCTX), PSP_PAGE_RECLAIM);
	IS(gctx_create(GCTX), PSP_INVALID_PAGE_STATE);
	/* once is enough; asked again it is done already */
	OK(page_reclaim(GCTX));
}
END_TEST

/* TMR and NV area, whole: each page Firmware, or where no RMP is; 0x1A */
START_TEST(init_looks_at_each_page_it_keeps)
{
	static const uint64_t at[] = {
		MACHINE_TMR, MACHINE_TMR + 0x80000, MACHINE_TMR + 0x1ff000,
		MACHINE_NV, MACHINE_NV + 0x7000,
	};
	uint8_t b[0x24] = { 0 };

	put32(b, 0, 0x24);
	put32(b, 4, 1);
	put64(b, 8, MACHINE_TMR);
	put32(b, 0x10, 2u << 20);
	put64(b, 0x18, MACHINE_NV);
	put32(b, 0x20, 0x8000);
	up_snp(m);
	for (uint64_t pa = 0; pa < 0x200000; pa += 4096)
		machine_page(m, MACHINE_TMR + pa, PSP_PAGE_FIRMWARE);
	for (uint64_t pa = 0; pa < 0x8000; pa += 4096)
		machine_page(m, MACHINE_NV + pa, PSP_PAGE_FIRMWARE);
	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		static const enum psp_page_state bad[] = {
			PSP_PAGE_HYPERVISOR, PSP_PAGE_HV_FIXED, PSP_PAGE_RECLAIM,
			PSP_PAGE_CONTEXT, PSP_PAGE_METADATA,
		};

		for (size_t s = 0; s < sizeof(bad) / sizeof(bad[0]); s++) {
			machine_page(m, at[i], bad[s]);
			IS(machine_cmd(m, PSP_CMD_INIT_EX, b), PSP_INVALID_PAGE_STATE);
			ck_assert_int_eq(machine_state(m, at[i]), bad[s]);
		}
		machine_page(m, at[i], PSP_PAGE_FIRMWARE);
	}
	OK(machine_cmd(m, PSP_CMD_INIT_EX, b));
	/* kept, not handed back: neither goes to Reclaim before SHUTDOWN */
	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++)
		ck_assert_int_eq(machine_state(m, at[i]), PSP_PAGE_FIRMWARE);
	/* the area that the firmware no longer has cannot be written */
	OK(machine_cmd(m, PSP_CMD_PDH_GEN, NULL));
	machine_page(m, MACHINE_NV, PSP_PAGE_RECLAIM);
	IS(machine_cmd(m, PSP_CMD_PDH_GEN, NULL), PSP_INVALID_PAGE_STATE);
	IS(machine_cmd(m, PSP_CMD_PEK_GEN, NULL), PSP_INVALID_PAGE_STATE);
}
END_TEST

/* A listed range in Default, Firmware or a Hypervisor state; else 0x26 */
START_TEST(init_looks_at_each_listed_page)
{
	uint32_t good = BIT(DEFAULT) | BIT(FIRMWARE) | BIT(HYPERVISOR) | BIT(HV_FIXED);

	for (int state = 0; state < NR_STATES; state++) {
		uint64_t pa;

		again(NULL);
		up_snp(m);
		OK(cmd_snp_shutdown_ex(m, 8, 0));
		pa = page_in(state, ASID);
		put32(m->mem, MACHINE_LIST, 1);
		put64(m->mem, MACHINE_LIST + 8, pa);
		put32(m->mem, MACHINE_LIST + 16, 1);
		IS(cmd_snp_init_ex(m, 3, MACHINE_LIST), good >> state & 1 ? PSP_SUCCESS :
		   PSP_RMP_INITIALIZATION_FAILED);
		if (!(good >> state & 1))
			ck_assert_int_eq(machine_state(m, pa), state);
		else if (state != PSP_PAGE_DEFAULT)
			ck_assert_int_eq(machine_state(m, pa), PSP_PAGE_HV_FIXED);
	}
}
END_TEST

int main(void)
{
	TCase *t = tcase_create("states");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, every_command_with_every_state, 0, NR_ROWS);
	tcase_add_test(t, without_snp_no_state_matters);
	tcase_add_test(t, strict_outputs_go_to_reclaim);
	tcase_add_test(t, life_of_a_context);
	tcase_add_test(t, init_looks_at_each_page_it_keeps);
	tcase_add_test(t, init_looks_at_each_listed_page);
	return machine_suite("psp_fw page states", t);
}
