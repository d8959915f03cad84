/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ATTEST_VEK_CHAIN_H
#define ATTEST_VEK_CHAIN_H

#include "lib/crypto/verifier.h"
#include "sevadm.h"

/**
 * struct sevadm_vek_chain - the certificates that were chosen for a report
 * @kind:	of key: VCEK or VLEK
 * @signing_key, @chip_id, @tcb, @family, @model: of the report, by which they were chosen
 * @certs:	the chosen, @nr of them, which share their DER with the caller's
 * @chain:	what was found of them
 * @vek:	of @kind, or NULL
 * @verifier:	its key, or NULL: it has none that can be used
 * @kept:	by a struct sevadm_vek_chains
 */
struct sevadm_vek_chain {
	enum sevadm_x509_kind kind;
	uint8_t signing_key, chip_id[SEVADM_CHIP_ID_SIZE], family, model;
	uint64_t tcb;
	struct sevadm_x509 *certs;
	size_t nr;
	struct sevadm_x509_chain chain;
	const struct sevadm_x509 *vek;
	struct crypto_verifier *verifier;
	bool kept;
};

#endif
