// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/firmware/advice.h"

const struct advice_row *advice_find(uint16_t command, uint32_t status)
{
	const struct advice_row *rows = command < 0x080 ? advice_sev : advice_snp;
	size_t nr = command < 0x080 ? advice_sev_count : advice_snp_count;

	for (size_t i = 0; i < nr; i++)
		if (rows[i].command == command && rows[i].status == status)
			return &rows[i];
	return NULL;
}
