/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine in memory for the firmware model's unit tests */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "lib/firmware/advice.h"
#include "lib/firmware/status.h"
#include "psp_fw_machine.h"
#include "test_crypto.h"

static int mem_read(void *opaque, uint64_t pa, void *buf, size_t len)
{
	struct machine *m = opaque;

	ck_assert_uint_le((pa & 0xfff) + len, 4096);
	if (pa + len > MACHINE_MEM)
		return -1;
	memcpy(buf, m->mem + pa, len);
	return 0;
}

static int mem_write(void *opaque, uint64_t pa, const void *buf, size_t len)
{
	struct machine *m = opaque;

	ck_assert_uint_le((pa & 0xfff) + len, 4096);
	if (pa + len > MACHINE_MEM)
		return -1;
	memcpy(m->mem + pa, buf, len);
	return 0;
}

static int rmp_get(void *opaque, uint64_t pa, struct psp_fw_rmp *entry)
{
	struct machine *m = opaque;

	if (pa >= MACHINE_COVERED)
		return -1;
	*entry = m->rmp[pa >> 12];
	return 0;
}

static int rmp_set(void *opaque, uint64_t pa, const struct psp_fw_rmp *entry)
{
	struct machine *m = opaque;

	if (pa >= MACHINE_COVERED)
		return -1;
	m->rmp[pa >> 12] = *entry;
	return 0;
}

static int rmp_init(void *opaque)
{
	struct machine *m = opaque;

	if (m->rmp_init_fails)
		return -1;
	memset(m->rmp, 0, (MACHINE_COVERED >> 12) * sizeof(*m->rmp));
	for (uint64_t pa = MACHINE_RMP; pa < MACHINE_RMP + MACHINE_RMP_LEN; pa += 4096)
		m->rmp[pa >> 12] = (struct psp_fw_rmp) { .assigned = 1, .immutable = 1 };
	return 0;
}

static uint64_t asid_pages(void *opaque, uint32_t asid)
{
	struct machine *m = opaque;
	uint64_t count = 0;

	for (uint64_t i = 0; i < MACHINE_COVERED >> 12; i++)
		count += m->rmp[i].assigned && m->rmp[i].asid == asid;
	return count;
}

static void thread_regs(void *opaque, unsigned int thread, struct psp_fw_thread_regs *regs)
{
	struct machine *m = opaque;

	ck_assert_uint_lt(thread, MACHINE_THREADS);
	*regs = m->regs[thread];
}

static int snp_disable(void *opaque)
{
	struct machine *m = opaque;

	m->disabled++;
	return m->disable_fails ? -1 : 0;
}

static bool iommu_pages(void *opaque, unsigned int idx, uint64_t *pa, uint64_t *npages)
{
	(void)opaque;
	*pa = MACHINE_IOMMU;
	*npages = 2;
	return idx == 0;
}

static void log_line(void *opaque, const char *line)
{
	struct machine *m = opaque;

	ck_assert_uint_lt(strlen(line), sizeof(m->log));
	strcpy(m->log, line);
	m->lines++;
}

static int image_version(void *opaque, uint64_t pa, uint32_t len, uint8_t version[3],
			 uint8_t *svn)
{
	struct machine *m = opaque;

	(void)pa;
	(void)len;
	memcpy(version, m->image, 3);
	*svn = m->image[3];
	return m->image_bad ? -1 : 0;
}

struct machine *machine_new(unsigned int threads, unsigned int per_ccx,
			    const struct psp_fw_config *config)
{
	struct psp_fw_config c = config ? *config : (struct psp_fw_config) { .smt = true };
	struct machine *m = calloc(1, sizeof(*m));
	uint16_t ccx[MACHINE_THREADS];

	ck_assert_ptr_nonnull(m);
	ck_assert_uint_le(threads, MACHINE_THREADS);
	m->fw = malloc(sizeof(*m->fw));
	m->mem = calloc(1, MACHINE_MEM);
	m->rmp = calloc(MACHINE_COVERED >> 12, sizeof(*m->rmp));
	ck_assert_ptr_nonnull(m->fw);
	ck_assert_ptr_nonnull(m->mem);
	ck_assert_ptr_nonnull(m->rmp);
	for (unsigned int i = 0; i < threads; i++) {
		ccx[i] = (uint16_t)(i / per_ccx);
		m->regs[i] = (struct psp_fw_thread_regs) {
			.mem_enc = true, .snp_en = true, .vmpl_en = true, .mfdm = true,
			.smm_lock = true, .rmp_base = MACHINE_RMP,
			.rmp_end = MACHINE_RMP + MACHINE_RMP_LEN - 1,
		};
	}
	m->crypto = test_crypto;
	m->crypto.image_version = image_version;
	m->ops = (struct psp_fw_ops) {
		.mem_read = mem_read, .mem_write = mem_write, .rmp_get = rmp_get,
		.rmp_set = rmp_set, .rmp_init = rmp_init, .asid_pages = asid_pages,
		.thread_regs = thread_regs, .snp_disable = snp_disable,
		.iommu_pages = iommu_pages, .log = log_line, .crypto = &m->crypto,
	};
	c.nr_threads = threads;
	c.thread_ccx = ccx;
	if (!config)
		c.generation = PSP_FW_GENOA;
	if (!c.sockets)
		c.sockets = 1;
	if (!c.min_sev_asid)
		c.min_sev_asid = 100;
	memset(m->fw, 0xa5, sizeof(*m->fw));
	ck_assert_ptr_null(psp_fw_init(m->fw, &m->ops, m, &c));
	ck_assert_ptr_null(psp_fw_check(m->fw));
	return m;
}

void machine_free(struct machine *m)
{
	/* Whatever a test did, the state it leaves is sound */
	ck_assert_pstr_eq(psp_fw_check(m->fw), NULL);
	free(m->fw);
	free(m->mem);
	free(m->rmp);
	free(m);
}

int machine_suite(const char *name, TCase *tests)
{
	Suite *suite = suite_create(name);
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

void put32(void *p, size_t offset, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		((uint8_t *)p)[offset + (size_t)i] = (uint8_t)(value >> (8 * i));
}

void put64(void *p, size_t offset, uint64_t value)
{
	put32(p, offset, (uint32_t)value);
	put32(p, offset + 4, (uint32_t)(value >> 32));
}

uint32_t get32(const void *p, size_t offset)
{
	const uint8_t *b = (const uint8_t *)p + offset;

	return b[0] | b[1] << 8 | b[2] << 16 | (uint32_t)b[3] << 24;
}

uint64_t get64(const void *p, size_t offset)
{
	return get32(p, offset) | (uint64_t)get32(p, offset + 4) << 32;
}

void machine_page(struct machine *m, uint64_t pa, enum psp_page_state state)
{
	struct psp_fw_rmp e = { 0 };

	switch (state) {
	case PSP_PAGE_HYPERVISOR:
		break;
	case PSP_PAGE_FIRMWARE:
		e.assigned = e.immutable = 1;
		break;
	case PSP_PAGE_RECLAIM:
		e.assigned = 1;
		break;
	case PSP_PAGE_HV_FIXED:
		e.immutable = 1;
		break;
	case PSP_PAGE_CONTEXT:
		e.assigned = e.immutable = e.vmsa = 1;
		break;
	case PSP_PAGE_METADATA:
		e.assigned = e.immutable = 1;
		e.gpa = 0x1000;
		break;
	default:
		ck_abort_msg("not a page state for this function");
	}
	m->rmp[pa >> 12] = e;
}

void machine_guest_page(struct machine *m, uint64_t pa, enum psp_page_state state, uint32_t asid,
			uint64_t gpa)
{
	struct psp_fw_rmp e = { .gpa = gpa, .asid = asid, .assigned = 1 };

	e.immutable = state == PSP_PAGE_PRE_GUEST || state == PSP_PAGE_PRE_SWAP;
	e.validated = state == PSP_PAGE_GUEST_VALID || state == PSP_PAGE_PRE_SWAP;
	m->rmp[pa >> 12] = e;
	ck_assert_int_eq(machine_state(m, pa), state);
}

enum psp_page_state machine_state(struct machine *m, uint64_t pa)
{
	return psp_fw_page_state(m->fw, pa);
}

void machine_wbinvd(struct machine *m)
{
	for (unsigned int i = 0; i < m->fw->nr_threads; i++)
		psp_fw_wbinvd(m->fw, i);
}

/* Whatever the model answers, `sevadm explain` has a row for it */
static void expect_explained(uint32_t cmd, uint32_t status)
{
	const struct status_row *row = status_find(status);

	ck_assert_msg((row && row->any) ||
		      (cmd <= UINT16_MAX && advice_find((uint16_t)cmd, status)),
		      "no advice about 0x%x from command 0x%x", status, cmd);
}

uint32_t machine_cmd(struct machine *m, uint32_t cmd, void *buf)
{
	int len = psp_fw_command_length(cmd);
	bool give = cmd < PSP_CMD_SNP_INIT && m->fw->snp_state && !m->raw_buffer;
	uint32_t status;

	if (len > 0 && buf)
		memcpy(m->mem + MACHINE_CMDBUF, buf, (size_t)len);
	if (give)
		machine_page(m, MACHINE_CMDBUF, PSP_PAGE_FIRMWARE);
	status = psp_fw_exec(m->fw, cmd, MACHINE_CMDBUF);
	expect_explained(cmd, status);
	if (give)
		machine_page(m, MACHINE_CMDBUF, PSP_PAGE_HYPERVISOR);
	if (len > 0 && buf)
		memcpy(buf, m->mem + MACHINE_CMDBUF, (size_t)len);
	return status;
}

uint32_t cmd_address(struct machine *m, uint32_t cmd, uint64_t address)
{
	uint8_t b[8];

	put64(b, 0, address);
	return machine_cmd(m, cmd, b);
}

uint32_t cmd_handle(struct machine *m, uint32_t cmd, uint32_t handle)
{
	uint8_t b[4];

	put32(b, 0, handle);
	return machine_cmd(m, cmd, b);
}

uint32_t cmd_snp_init_ex(struct machine *m, uint32_t flags, uint64_t list)
{
	uint8_t b[0x40] = { 0 };

	put32(b, 0, flags);
	put64(b, 8, list);
	return machine_cmd(m, PSP_CMD_SNP_INIT_EX, b);
}

uint32_t cmd_snp_shutdown_ex(struct machine *m, uint32_t len, uint32_t flags)
{
	uint8_t b[8];

	put32(b, 0, len);
	put32(b, 4, flags);
	return machine_cmd(m, PSP_CMD_SNP_SHUTDOWN_EX, b);
}

uint32_t cmd_snp_launch_start(struct machine *m, uint64_t gctx, uint64_t policy)
{
	uint8_t b[0x30] = { 0 };

	put64(b, 0, gctx);
	put64(b, 8, policy);
	return machine_cmd(m, PSP_CMD_SNP_LAUNCH_START, b);
}

uint32_t cmd_snp_activate(struct machine *m, uint64_t gctx, uint32_t asid)
{
	uint8_t b[0xc];

	put64(b, 0, gctx);
	put32(b, 8, asid);
	return machine_cmd(m, PSP_CMD_SNP_ACTIVATE, b);
}

uint32_t cmd_snp_launch_update(struct machine *m, uint64_t gctx, uint64_t pa, uint32_t type)
{
	uint8_t b[0x20] = { 0 };

	put64(b, 0, gctx);
	put32(b, 8, type << 1);
	put64(b, 0x10, pa);
	return machine_cmd(m, PSP_CMD_SNP_LAUNCH_UPDATE, b);
}

uint32_t cmd_snp_launch_finish(struct machine *m, uint64_t gctx)
{
	uint8_t b[0x40] = { 0 };

	put64(b, 0, gctx);
	return machine_cmd(m, PSP_CMD_SNP_LAUNCH_FINISH, b);
}

uint32_t cmd_init(struct machine *m, uint32_t flags, uint64_t tmr, uint32_t tmr_len)
{
	uint8_t b[0x14] = { 0 };

	put32(b, 0, flags);
	put64(b, 8, tmr);
	put32(b, 0x10, tmr_len);
	return machine_cmd(m, PSP_CMD_INIT, b);
}

uint32_t cmd_activate(struct machine *m, uint32_t handle, uint32_t asid)
{
	uint8_t b[8];

	put32(b, 0, handle);
	put32(b, 4, asid);
	return machine_cmd(m, PSP_CMD_ACTIVATE, b);
}

uint32_t cmd_launch_start(struct machine *m, uint32_t policy, uint32_t *handle)
{
	uint8_t b[0x24] = { 0 };
	uint32_t status;

	put32(b, 4, policy);
	status = machine_cmd(m, PSP_CMD_LAUNCH_START, b);
	*handle = get32(b, 0);
	return status;
}

uint32_t cmd_launch_measure(struct machine *m, uint32_t handle, uint64_t pa)
{
	uint8_t b[0x14] = { 0 };

	put32(b, 0, handle);
	put64(b, 8, pa);
	put32(b, 0x10, 48);
	return machine_cmd(m, PSP_CMD_LAUNCH_MEASURE, b);
}

void up_snp(struct machine *m)
{
	OK(cmd_snp_init_ex(m, 1, 0));
	machine_wbinvd(m);
	OK(machine_cmd(m, PSP_CMD_SNP_DF_FLUSH, NULL));
}

void up_sev(struct machine *m)
{
	uint32_t len = m->fw->rmp_initialized ? 2u << 20 : 1u << 20;

	if (m->fw->snp_state)
		for (uint64_t pa = MACHINE_TMR; pa < MACHINE_TMR + len; pa += 4096)
			machine_page(m, pa, PSP_PAGE_FIRMWARE);
	else if (!m->fw->rmp_initialized)	/* an SNP host would answer 0x1 */
		for (unsigned int i = 0; i < m->fw->nr_threads; i++)
			m->regs[i].snp_en = false;
	OK(cmd_init(m, 1, MACHINE_TMR, len));
	machine_wbinvd(m);
	OK(machine_cmd(m, PSP_CMD_DF_FLUSH, NULL));
}

void snp_launching(struct machine *m, uint64_t gctx, uint32_t asid)
{
	machine_page(m, gctx, PSP_PAGE_FIRMWARE);
	OK(cmd_address(m, PSP_CMD_SNP_GCTX_CREATE, gctx));
	OK(cmd_snp_launch_start(m, gctx, SNP_POLICY));
	OK(cmd_snp_activate(m, gctx, asid));
}

void snp_running(struct machine *m, uint64_t gctx, uint32_t asid)
{
	snp_launching(m, gctx, asid);
	OK(cmd_snp_launch_finish(m, gctx));
}

uint32_t sev_launching(struct machine *m, uint32_t policy, uint32_t asid)
{
	uint32_t handle;

	OK(cmd_launch_start(m, policy, &handle));
	OK(cmd_activate(m, handle, asid));
	return handle;
}

uint32_t sev_running(struct machine *m, uint32_t policy, uint32_t asid)
{
	uint32_t handle = sev_launching(m, policy, asid);

	if (m->fw->snp_state)
		machine_page(m, MACHINE_LIST, PSP_PAGE_FIRMWARE);
	OK(cmd_launch_measure(m, handle, MACHINE_LIST));
	if (m->fw->snp_state)
		machine_page(m, MACHINE_LIST, PSP_PAGE_HYPERVISOR);
	OK(cmd_handle(m, PSP_CMD_LAUNCH_FINISH, handle));
	return handle;
}
