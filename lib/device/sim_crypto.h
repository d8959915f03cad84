/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DEVICE_SIM_CRYPTO_H
#define DEVICE_SIM_CRYPTO_H

/*
 * What the firmware of a simulated host calculates with, for sim_create() and
 * sim_open().  No firmware images.
 */
extern const struct psp_fw_crypto device_sim_crypto;

#endif
