/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SHA-256 (FIPS 180-4, 6.2) with a copyable state */
#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include "qemu/bswap.h"
#include "sha256.h"

typedef struct SHA256State {
    uint64_t len;           /* bytes so far; 0: @h not set yet */
    uint32_t h[8];
    uint8_t block[64];
} SHA256State;

QEMU_BUILD_BUG_ON(sizeof(SHA256State) > sizeof(struct psp_fw_sha256));

static const uint32_t sha256_h0[8] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

static const uint32_t sha256_k[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5,
    0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
    0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc,
    0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
    0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
    0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5,
    0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static void sha256_block(SHA256State *s)
{
    uint32_t v[8], w[64];
    int i;

    for (i = 0; i < 16; i++) {
        w[i] = ldl_be_p(s->block + 4 * i);
    }
    for (; i < 64; i++) {
        uint32_t a = w[i - 15], b = w[i - 2];

        w[i] = w[i - 16] + (ror32(a, 7) ^ ror32(a, 18) ^ a >> 3) +
               w[i - 7] + (ror32(b, 17) ^ ror32(b, 19) ^ b >> 10);
    }
    memcpy(v, s->h, sizeof(v));
    for (i = 0; i < 64; i++) {
        uint32_t e = v[4], a = v[0];
        uint32_t t1 = v[7] + (ror32(e, 6) ^ ror32(e, 11) ^ ror32(e, 25)) +
                      ((e & v[5]) ^ (~e & v[6])) + sha256_k[i] + w[i];
        uint32_t t2 = (ror32(a, 2) ^ ror32(a, 13) ^ ror32(a, 22)) +
                      ((a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]));

        memmove(v + 1, v, 7 * sizeof(v[0]));
        v[4] += t1;
        v[0] = t1 + t2;
    }
    for (i = 0; i < 8; i++) {
        s->h[i] += v[i];
    }
}

static void sha256_add(SHA256State *s, const uint8_t *data, size_t len)
{
    if (!s->len) {
        memcpy(s->h, sha256_h0, sizeof(s->h));
    }
    while (len) {
        size_t at = s->len % sizeof(s->block);
        size_t n = MIN(len, sizeof(s->block) - at);

        memcpy(s->block + at, data, n);
        s->len += n;
        data += n;
        len -= n;
        if (at + n == sizeof(s->block)) {
            sha256_block(s);
        }
    }
}

void psp_sha256_update(struct psp_fw_sha256 *state, const void *data,
                       size_t len)
{
    SHA256State s;

    memcpy(&s, state, sizeof(s));
    sha256_add(&s, data, len);
    memcpy(state, &s, sizeof(s));
}

void psp_sha256_final(struct psp_fw_sha256 *state, uint8_t digest[32])
{
    static const uint8_t pad[64] = { 0x80 };
    SHA256State s;
    uint64_t bits;
    int i;

    memcpy(&s, state, sizeof(s));
    bits = s.len * 8;
    sha256_add(&s, pad, 1 + (119 - s.len % 64) % 64);
    stq_be_p(s.block + 56, bits);
    sha256_block(&s);
    for (i = 0; i < 8; i++) {
        stl_be_p(digest + 4 * i, s.h[i]);
    }
    memset(state, 0, sizeof(*state));
}
