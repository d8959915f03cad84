/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SHA-256 whose intermediate state is plain data, as the firmware model wants
 * it (it copies states); GLib's and QEMU's own are opaque objects.
 */
#ifndef AMD_PSP_SHA256_H
#define AMD_PSP_SHA256_H

#include "psp_fw.h"

/* @state all zero is the beginning of a calculation */
void psp_sha256_update(struct psp_fw_sha256 *state, const void *data,
                       size_t len);
void psp_sha256_final(struct psp_fw_sha256 *state, uint8_t digest[32]);

#endif
