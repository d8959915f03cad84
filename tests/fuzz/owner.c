// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What others hand to the owner of a SEV guest: policies and GUIDs as text, packets, tables of
 * secrets, attestation reports
 */
#include <errno.h>
#include <string.h>

#include "fuzz.h"
#include "sevadm.h"

#define SECRETS_MAX	4

static void check_text(const char *text)
{
	uint32_t policy, again;
	char words[128], guid_text[37];
	uint8_t guid[16], other[16];

	if (!sevadm_policy_parse(text, &policy)) {
		sevadm_policy_text(SEVADM_GUEST_SEV, policy, words, sizeof(words));
		must(!sevadm_policy_parse(words, &again));
		must(again == (policy & 0xffff003f));
	}
	if (!sevadm_guid_parse(text, guid)) {
		must(strlen(sevadm_guid_text(guid, guid_text)) == 36);
		must(!sevadm_guid_parse(guid_text, other) && !memcmp(guid, other, 16));
	}
}

/* Whatever is found lies within the table, and makes a table from which the same comes back */
static void check_table(const uint8_t *data, size_t size)
{
	struct sevadm_secret secrets[SECRETS_MAX], again[SECRETS_MAX];
	size_t nr, nr_again, made;
	uint8_t *table;
	int ret = sevadm_secret_list(data, size, secrets, SECRETS_MAX, &nr);

	must(!ret || ret == -ENOENT || ret == -EBADMSG || ret == -E2BIG);
	must(nr <= SECRETS_MAX);
	for (size_t i = 0; i < nr; i++) {
		const uint8_t *p = secrets[i].data;

		must(p >= data + 40 && secrets[i].size <= size - (size_t)(p - data));
	}
	if (ret || sevadm_secret_table(secrets, nr, &table, &made))
		return;
	must(made % 16 == 0 && !sevadm_secret_list(table, made, again, SECRETS_MAX, &nr_again));
	must(nr == nr_again);
	for (size_t i = 0; i < nr; i++)
		must(secrets[i].size == again[i].size &&
		     !memcmp(secrets[i].data, again[i].data, again[i].size));
	free(table);
}

static void check_packet(const uint8_t *data, size_t size)
{
	static const uint8_t tek[16], tik[16], measurement[48];
	const struct sevadm_packet_keys keys = { tek, tik, measurement };
	uint8_t header[SEVADM_PACKET_HEADER_SIZE], *payload, *out;

	if (size < sizeof(header) + 1)
		return;
	out = malloc(size);
	/* nobody knows the keys */
	must(out && sevadm_secret_open(&keys, data, data + sizeof(header), size - sizeof(header), out) < 0);
	payload = malloc(size);
	if (size % 16 == 0 && size <= SEVADM_SECRET_MAX && payload) {
		must(!sevadm_secret_package(&keys, data, size, header, payload));
		must(!sevadm_secret_open(&keys, header, payload, size, out));
		must(!memcmp(out, data, size));
	}
	free(payload);
	free(out);
}

static void check_report(const uint8_t *data, size_t size)
{
	struct sevadm_attestation report;
	uint8_t bytes[2084] = { 1 };
	struct sevadm_failure failure;
	struct sevadm_cert pek;
	size_t nr;
	int ret = sevadm_attestation_parse(data, size, &report);

	must(ret == (size == SEVADM_ATTESTATION_SIZE ? 0 : -EMSGSIZE));
	if (ret)
		return;
	bytes[8] = 2;
	bytes[9] = 0x10;
	bytes[0xc] = 2;
	bytes[0x10] = 2;
	memcpy(bytes + 0x14, data, 144);
	must(!sevadm_cert_parse(bytes, sizeof(bytes), &pek, 1, &nr, &failure));
	must(sevadm_attestation_verify(&report, &pek) < 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	must(text);
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	check_text(text);
	free(text);
	check_table(data, size);
	check_packet(data, size);
	check_report(data, size);
	return 0;
}
