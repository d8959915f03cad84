/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where things are in what a guest's owner and the firmware send each other (AMD 55766, 4.5,
 * 4.7, 6.2, 6.5 to 6.8, appendix A), little-endian.
 */
#ifndef ATTEST_SESSION_H
#define ATTEST_SESSION_H

#include <stddef.h>
#include <stdint.h>

#include "sevadm.h"

/* Session */
#define SESSION_NONCE		0
#define SESSION_WRAP_TK		16
#define SESSION_WRAP_IV		48
#define SESSION_WRAP_MAC	64
#define SESSION_POLICY_MAC	96

/* Measurement */
#define MEASUREMENT_NONCE	32

/* Header of a packet */
#define PACKET_FLAGS		0
#define PACKET_IV		4
#define PACKET_MAC		20

/* Attestation report */
#define ATTESTATION_NONCE	0x00
#define ATTESTATION_DIGEST	0x10
#define ATTESTATION_POLICY	0x30
#define ATTESTATION_USAGE	0x34
#define ATTESTATION_ALGORITHM	0x38
#define ATTESTATION_RESERVED	0x3c
#define ATTESTATION_SIGNATURE	0x40
#define ATTESTATION_SIGNED	0x34

/* The first byte of what is authenticated says what it is */
enum { CONTEXT_SECRET = 0x01, CONTEXT_MEASUREMENT = 0x04 };

/**
 * session_wrap() - a session from what both sides agreed on
 * @shared:	by ECDH, @size bytes
 * @keys:	TEK and TIK
 * @blob:	result; its nonce and its wrap_iv are there already
 * Return: 0 or -EIO
 */
int session_wrap(const uint8_t *shared, size_t size, const uint8_t keys[32], uint32_t policy,
		 uint8_t blob[SEVADM_SESSION_SIZE]);

#endif
