/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the commands have in common that the owner of a SEV guest uses */
#ifndef CMD_GUEST_OWNER_H
#define CMD_GUEST_OWNER_H

#include "cmd/cert_files.h"

/* Keys of options that several commands have */
enum {
	OWNER_KEY_POLICY = 0x280, OWNER_KEY_ROOT, OWNER_KEY_UNVERIFIED, OWNER_KEY_TIK,
	OWNER_KEY_TEK, OWNER_KEY_DIGEST, OWNER_KEY_NONCE,
};

/* Options themselves */
#define OWNER_POLICY(doc) { "policy", OWNER_KEY_POLICY, "WORD[,WORD...]|NUMBER", 0, doc }
#define OWNER_ROOT { "root", OWNER_KEY_ROOT, "FILE", 0, \
	"Trust the ARK in FILE instead of those of AMD's that are known" }
#define OWNER_UNVERIFIED { "unverified", OWNER_KEY_UNVERIFIED, NULL, 0, \
	"Do without the certificates that are missing in the chain" }
#define OWNER_TIK { "tik", OWNER_KEY_TIK, "FILE", 0, "The session's key of integrity" }
#define OWNER_TEK { "tek", OWNER_KEY_TEK, "FILE", 0, "The session's key of encryption" }

/* Words for completion */
#define OWNER_POLICY_WORDS "nodbg|noks|es|nosend|domain|sev|api=MAJOR.MINOR"

/* --policy: argp answers for what is none */
uint32_t owner_policy(const char *arg, struct argp_state *state);

/* "1.55.25": argp answers for what is none */
void owner_api(const char *arg, struct sevadm_measured_guest *guest, struct argp_state *state);

/**
 * struct owner_bytes - so many bytes, no more and no less
 * @what:	as "a measurement", for a refusal
 * @out:	@size bytes of room
 */
struct owner_bytes {
	const char *what;
	size_t size;
	uint8_t *out;
};

/* From a file, binary, hexadecimal or base64; what it was read to is wiped: exit code */
int owner_read(struct cli *cli, const char *file, const struct owner_bytes *bytes);

/* The same of hexadecimal or base64 digits, where @text is that, else of a file */
int owner_take(struct cli *cli, const char *text, const struct owner_bytes *bytes);

/* A secret of 16 KiB at most, which has not moved while it was read: to be wiped and freed */
int owner_secret(struct cli *cli, const char *file, char **data, size_t *size);

/* A whole file, to be freed: exit code */
int owner_file(struct cli *cli, const char *file, size_t max, char **data, size_t *size);

/**
 * struct owner_chain - the platform that a key is said to be of
 * @certs:	of its chain
 * @root:	of --root, or NULL
 * @cert:	the key that is wanted
 * @view:	members of the result
 */
struct owner_chain {
	struct certs *certs, *root;
	const struct sevadm_cert *cert;
	struct owner_chain_view {
		bool trusted;
		const char *root;
		char missing[192];
	} view;
};

/* What a chain is asked for */
struct owner_chain_options {
	const char *files[CERT_FILES_MAX], *root;
	size_t nr;
	bool unverified;
};

/**
 * owner_chain - is it genuine?
 * @usage:	of the key that is wanted, "PDH" or "PEK"
 * Return: exit code: it is, or what of it is missing was forgiven.  For owner_chain_free()
 */
int owner_chain(struct cli *cli, const struct owner_chain_options *o, const char *usage,
		struct owner_chain *chain);
void owner_chain_free(struct owner_chain *chain);

/* As members of the result, with a warning of what was not verified */
void owner_chain_show(struct cli *cli, const struct owner_chain *chain);

#endif
