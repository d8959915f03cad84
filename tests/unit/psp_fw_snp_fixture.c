// SPDX-License-Identifier: GPL-2.0-or-later
#include "psp_fw_snp_fixture.h"

struct machine *m;

void setup(void)
{
	m = machine_new(4, 2, NULL);
}

void again(const struct psp_fw_config *c)
{
	machine_free(m);
	m = machine_new(4, 2, c);
}

void teardown(void)
{
	machine_free(m);
}

void created(uint64_t gctx)
{
	machine_page(m, gctx, PSP_PAGE_FIRMWARE);
	OK(cmd_address(m, PSP_CMD_SNP_GCTX_CREATE, gctx));
}

const struct psp_fw_snp_guest *guest(uint64_t gctx)
{
	const struct psp_fw_snp_guest *g = psp_fw_snp_guest_find(m->fw, gctx);

	ck_assert_ptr_nonnull(g);
	return g;
}
