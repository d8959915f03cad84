/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the firmware in the PSP calculates with: GLib, which every QEMU has.
 */
#include "qemu/osdep.h"
#include "qemu/guest-random.h"
#include "amd_psp.h"

static int psp_random(void *opaque, void *buf, size_t len)
{
    return qemu_guest_getrandom(buf, len, NULL);
}

/* A calculation of the firmware is a GChecksum of ours, see psp_fw.h */
static GChecksum *psp_sha256(const struct psp_fw_sha256 *state)
{
    return (GChecksum *)(uintptr_t)state->b[0];
}

static int psp_sha256_update(void *opaque, struct psp_fw_sha256 *state,
                             const void *data, size_t len)
{
    if (!state->b[0]) {
        state->b[0] = (uintptr_t)g_checksum_new(G_CHECKSUM_SHA256);
    }
    g_checksum_update(psp_sha256(state), data, len);
    return 0;
}

static int psp_sha256_final(void *opaque, const struct psp_fw_sha256 *state,
                            uint8_t digest[32])
{
    /* reading a digest ends a GChecksum */
    g_autoptr(GChecksum) sum = state->b[0] ?
                               g_checksum_copy(psp_sha256(state)) :
                               g_checksum_new(G_CHECKSUM_SHA256);
    gsize len = 32;

    g_checksum_get_digest(sum, digest, &len);
    return 0;
}

static void psp_sha256_drop(void *opaque, struct psp_fw_sha256 *state)
{
    if (state->b[0]) {
        g_checksum_free(psp_sha256(state));
        state->b[0] = 0;
    }
}

static int psp_hmac_sha256(void *opaque, const void *key, size_t key_len,
                           const void *data, size_t len, uint8_t mac[32])
{
    g_autoptr(GHmac) hmac = g_hmac_new(G_CHECKSUM_SHA256, key, key_len);
    gsize mac_len = 32;

    g_hmac_update(hmac, data, len);
    g_hmac_get_digest(hmac, mac, &mac_len);
    return 0;
}

static int psp_sha384(void *opaque, const void *data, size_t len,
                      uint8_t digest[48])
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA384);
    gsize digest_len = 48;

    g_checksum_update(sum, data, len);
    g_checksum_get_digest(sum, digest, &digest_len);
    return 0;
}

const struct psp_fw_crypto psp_crypto = {
    .random = psp_random,
    .sha256_update = psp_sha256_update,
    .sha256_final = psp_sha256_final,
    .sha256_drop = psp_sha256_drop,
    .hmac_sha256 = psp_hmac_sha256,
    .sha384 = psp_sha384,
};
