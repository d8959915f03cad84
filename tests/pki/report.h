/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attestation reports as SNP's firmware makes them (AMD 56860), by keys that everybody may know */
#ifndef PKI_REPORT_H
#define PKI_REPORT_H

#include <stdint.h>

#define REPORT_SIZE	1184

/**
 * report_make - a report
 * @words:	NAME=VALUE with blanks between, for what is to be otherwise; README.md tells them
 * @report:	result
 *
 * Exits with a message where the words make no sense or libcrypto fails.
 */
void report_make(const char *words, uint8_t report[REPORT_SIZE]);

#endif
