/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPORT_SIGNED_H
#define REPORT_SIGNED_H

#include <stdbool.h>
#include <stdint.h>

/* Was this report (0x4a0 bytes) signed by the key whose point, as the firmware has it, it is? */
bool report_signed(const uint8_t *report, const uint8_t point[144]);

#endif
