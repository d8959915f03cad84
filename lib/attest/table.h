/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ATTEST_TABLE_H
#define ATTEST_TABLE_H

#define TABLE_ENTRY	24	/* bytes: a GUID, an offset, a length */

#endif
