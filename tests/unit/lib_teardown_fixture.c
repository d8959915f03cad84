// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib_teardown_fixture.h"

#include <signal.h>
#include <string.h>

struct fake fake;
struct sevadm_teardown_options options;

void setup(void)
{
	fake_open(&fake);
	options = (struct sevadm_teardown_options){ .stop_seconds = 30 };
}

void cleanup(void)
{
	fake_close(&fake);
}

int tear_down(enum sevadm_guests_mode mode)
{
	options.guests = mode;
	return sevadm_teardown(&fake.adm, &options, &fake.run);
}

void expect_steps(const char *want)
{
	ck_assert_str_eq(fake_steps(&fake), want);
}

bool warned(const char *text)
{
	for (size_t i = 0; i < fake.run.nr_warnings; i++)
		if (strstr(fake.run.warnings[i], text))
			return true;
	return false;
}

/* Every change that was asked for, SIGSTOP and the like not counted */
size_t changes(void)
{
	return fake_count(&fake, SEV_DBG_DECOMMISSION) + fake_count(&fake, SEV_DBG_SHUTDOWN) +
	       fake_count(&fake, SEV_DBG_DF_FLUSH) + fake_count(&fake, SEV_DBG_WBINVD) +
	       fake_count(&fake, SEV_DBG_WBINVD_ALL) + fake_count(&fake, SEV_DBG_INIT);
}

unsigned int frozen(void)
{
	unsigned int n = 0;

	for (size_t i = 0; i < fake.nr_vmms; i++)
		n += fake.vmms[i].stopped && !fake.vmms[i].ended;
	return n;
}
