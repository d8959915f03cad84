/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the firmware in the PSP calculates with: hashes of GLib, which every QEMU
 * has, and keys of nettle.
 */
#include "qemu/osdep.h"
#include "qemu/guest-random.h"
#include "amd_psp.h"

#include <nettle/aes.h>
#include <nettle/ctr.h>
#include <nettle/dsa.h>
#include <nettle/ecc-curve.h>
#include <nettle/ecdsa.h>
#include <nettle/gcm.h>
#include <nettle/rsa.h>

#undef sha256_update    /* a macro of nettle, a member of psp_fw_crypto */

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

/*
 * Keys and signatures are nettle's.  Numbers of the firmware are little-endian,
 * those of a certificate 72 bytes each.
 */
#define NUMBER 72

static void get_number(mpz_t z, const uint8_t *p, size_t len)
{
    mpz_import(z, len, -1, 1, 0, 0, p);
}

static void put_number(uint8_t *p, const mpz_t z)
{
    memset(p, 0, NUMBER);
    mpz_export(p, NULL, -1, 1, 0, 0, z);
}

static size_t psp_digest(const struct psp_fw_signed *what, uint8_t digest[48])
{
    g_autoptr(GChecksum) sum = g_checksum_new(what->hash == 384 ?
                                              G_CHECKSUM_SHA384 :
                                              G_CHECKSUM_SHA256);
    gsize len = 48;

    g_checksum_update(sum, what->data, what->len);
    g_checksum_get_digest(sum, digest, &len);
    return len;
}

/* The private key: false if it is none of the curve */
static bool psp_scalar(struct ecc_scalar *key, const uint8_t d[48])
{
    bool good;
    mpz_t z;

    ecc_scalar_init(key, nettle_get_secp_384r1());
    mpz_init(z);
    get_number(z, d, 48);
    good = ecc_scalar_set(key, z);
    mpz_clear(z);
    return good;
}

static int psp_p384_public(void *opaque, const uint8_t d[48],
                           uint8_t point[144])
{
    struct ecc_scalar key;
    struct ecc_point p;
    bool good = psp_scalar(&key, d);
    mpz_t x, y;

    if (good) {
        ecc_point_init(&p, nettle_get_secp_384r1());
        mpz_inits(x, y, NULL);
        ecc_point_mul_g(&p, &key);
        ecc_point_get(&p, x, y);
        put_number(point, x);
        put_number(point + NUMBER, y);
        mpz_clears(x, y, NULL);
        ecc_point_clear(&p);
    }
    ecc_scalar_clear(&key);
    return good ? 0 : -1;
}

static void psp_nettle_random(void *ctx, size_t len, uint8_t *dst)
{
    qemu_guest_getrandom_nofail(dst, len);
}

static int psp_p384_sign(void *opaque, const uint8_t d[48],
                         const struct psp_fw_signed *what,
                         uint8_t signature[144])
{
    struct ecc_scalar key;
    struct dsa_signature sig;
    uint8_t digest[48];
    size_t len = psp_digest(what, digest);
    bool good = psp_scalar(&key, d);

    if (good) {
        dsa_signature_init(&sig);
        ecdsa_sign(&key, NULL, psp_nettle_random, len, digest, &sig);
        put_number(signature, sig.r);
        put_number(signature + NUMBER, sig.s);
        dsa_signature_clear(&sig);
    }
    ecc_scalar_clear(&key);
    return good ? 0 : -1;
}

static int psp_p384_ecdh(void *opaque, const uint8_t d[48],
                         const uint8_t point[144], uint8_t shared[48])
{
    struct ecc_scalar key;
    struct ecc_point p;
    bool good = psp_scalar(&key, d);
    uint8_t number[NUMBER];
    mpz_t x, y;

    ecc_point_init(&p, nettle_get_secp_384r1());
    mpz_inits(x, y, NULL);
    get_number(x, point, NUMBER);
    get_number(y, point + NUMBER, NUMBER);
    good = good && ecc_point_set(&p, x, y);
    if (good) {
        ecc_point_mul(&p, &key, &p);
        ecc_point_get(&p, x, y);
        put_number(number, x);
        for (int i = 0; i < 48; i++) {
            shared[i] = number[47 - i];
        }
    }
    mpz_clears(x, y, NULL);
    ecc_point_clear(&p);
    ecc_scalar_clear(&key);
    return good ? 0 : -1;
}

static int psp_aes128_ctr(void *opaque, const uint8_t key[16],
                          const uint8_t counter[16], const void *in,
                          size_t len, void *out)
{
    struct aes128_ctx ctx;
    uint8_t block[16];

    aes128_set_encrypt_key(&ctx, key);
    memcpy(block, counter, sizeof(block));
    ctr_crypt(&ctx, (nettle_cipher_func *)aes128_encrypt, sizeof(block), block,
              len, out, in);
    return 0;
}

static bool psp_ecdsa_verify(const struct psp_fw_public *key,
                             const uint8_t *digest, size_t len,
                             const uint8_t *signature)
{
    struct ecc_point p;
    struct dsa_signature sig;
    bool good;
    mpz_t x, y;

    ecc_point_init(&p, key->bits == 256 ? nettle_get_secp_256r1() :
                                          nettle_get_secp_384r1());
    mpz_inits(x, y, NULL);
    dsa_signature_init(&sig);
    get_number(x, key->x, NUMBER);
    get_number(y, key->y, NUMBER);
    get_number(sig.r, signature, NUMBER);
    get_number(sig.s, signature + NUMBER, NUMBER);
    good = ecc_point_set(&p, x, y) && ecdsa_verify(&p, len, digest, &sig);
    dsa_signature_clear(&sig);
    mpz_clears(x, y, NULL);
    ecc_point_clear(&p);
    return good;
}

static bool psp_rsa_verify(const struct psp_fw_public *key,
                           const uint8_t *digest, size_t len,
                           const uint8_t *signature)
{
    struct rsa_public_key rsa;
    bool good;
    mpz_t s;

    rsa_public_key_init(&rsa);
    mpz_init(s);
    get_number(rsa.n, key->x, key->bits / 8);
    get_number(rsa.e, key->y, key->bits / 8);
    get_number(s, signature, key->bits / 8);
    good = mpz_odd_p(rsa.n) && mpz_odd_p(rsa.e) && mpz_cmp_ui(rsa.e, 1) > 0 &&
           mpz_sizeinbase(rsa.n, 2) == key->bits &&
           rsa_public_key_prepare(&rsa) &&
           (len == 48 ? rsa_pss_sha384_verify_digest(&rsa, len, digest, s) :
                        rsa_pss_sha256_verify_digest(&rsa, len, digest, s));
    mpz_clear(s);
    rsa_public_key_clear(&rsa);
    return good;
}

static int psp_verify(void *opaque, const struct psp_fw_public *key,
                      const struct psp_fw_signed *what,
                      const uint8_t *signature)
{
    uint8_t digest[48];
    size_t len = psp_digest(what, digest);
    bool good;

    if (key->bits > 384) {
        good = psp_rsa_verify(key, digest, len, signature);
    } else {
        good = psp_ecdsa_verify(key, digest, len, signature);
    }
    return good ? 0 : -1;
}

static void psp_aes_gcm_begin(struct gcm_aes256_ctx *ctx,
                              const struct psp_fw_aead *aead)
{
    gcm_aes256_set_key(ctx, aead->key);
    gcm_aes256_set_iv(ctx, 12, aead->iv);
    if (aead->aad_len) {
        gcm_aes256_update(ctx, aead->aad_len, aead->aad);
    }
}

static int psp_aes_gcm_open(void *opaque, const struct psp_fw_aead *aead,
                            const void *data, size_t len,
                            const uint8_t tag[16], void *out)
{
    struct gcm_aes256_ctx ctx;
    uint8_t mine[16];

    psp_aes_gcm_begin(&ctx, aead);
    gcm_aes256_decrypt(&ctx, len, out, data);
    gcm_aes256_digest(&ctx, sizeof(mine), mine);
    return memcmp(mine, tag, sizeof(mine)) ? -1 : 0;
}

static int psp_aes_gcm_seal(void *opaque, const struct psp_fw_aead *aead,
                            const void *data, size_t len, uint8_t tag[16],
                            void *out)
{
    struct gcm_aes256_ctx ctx;

    psp_aes_gcm_begin(&ctx, aead);
    gcm_aes256_encrypt(&ctx, len, out, data);
    gcm_aes256_digest(&ctx, 16, tag);
    return 0;
}

const struct psp_fw_crypto psp_crypto = {
    .random = psp_random,
    .sha256_update = psp_sha256_update,
    .sha256_final = psp_sha256_final,
    .sha256_drop = psp_sha256_drop,
    .hmac_sha256 = psp_hmac_sha256,
    .sha384 = psp_sha384,
    .p384_public = psp_p384_public,
    .p384_sign = psp_p384_sign,
    .p384_ecdh = psp_p384_ecdh,
    .aes128_ctr = psp_aes128_ctr,
    .verify = psp_verify,
    .aes_gcm_open = psp_aes_gcm_open,
    .aes_gcm_seal = psp_aes_gcm_seal,
};
