// SPDX-License-Identifier: GPL-2.0-or-later
/* The digests that the firmware calculates while a guest is launched */
#include "lib/attest/launch.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "lib/attest/little.h"
#include "lib/attest/launch_refuse.h"

int sevadm_bytes_hash(const void *data, size_t size, uint8_t digest[32])
{
	struct crypto_sha256 state = { { 0 } };
	int ret = crypto_sha256_update(&state, data, size);

	return ret ? ret : crypto_sha256_final(&state, digest);
}

/* A GUID, the size of all from there on, the hash */
static uint8_t *put_entry(uint8_t *p, const char *guid, const uint8_t *hash)
{
	little_guid_put(p, guid);
	little_put(p + 16, 2, 18 + 32);
	memcpy(p + 18, hash, 32);
	return p + 18 + 32;
}

void launch_hashes_table(const struct sevadm_kernel_hashes *hashes,
			 uint8_t table[LAUNCH_HASHES_SIZE])
{
	uint8_t *p = table + 18;

	memset(table, 0, LAUNCH_HASHES_SIZE);
	little_guid_put(table, "9438d606-4f22-4cc9-b479-a793d411fd21");
	little_put(table + 16, 2, 18 + 3 * (18 + 32));
	p = put_entry(p, "97d02dd8-bd20-4c94-aa78-e7714d36ab2a", hashes->cmdline);
	p = put_entry(p, "44baf731-3a2f-4bd7-9af1-41e29169781d", hashes->initrd);
	put_entry(p, "4de79437-abd2-427f-b835-d5b172d2045b", hashes->kernel);
}

int launch_check_hashes(const struct sevadm_ovmf *o, bool section, struct sevadm_failure *failure)
{
	if (section && o->has_hashes && o->hashes_gpa && o->hashes_size >= LAUNCH_HASHES_SIZE)
		return 0;
	return launch_refuse(failure, SEVADM_FAILED, EINVAL, "firmware image: it has no place for hashes "
			     "of a kernel, so QEMU would refuse -kernel with it");
}

int launch_check_vcpus(const struct sevadm_launch *launch, struct sevadm_failure *failure)
{
	if (!launch->vcpus || launch->vcpus > SEVADM_VCPUS_MAX)
		return launch_refuse(failure, SEVADM_FAILED, EINVAL, "%u virtual processors: from 1 to %d",
				     launch->vcpus, SEVADM_VCPUS_MAX);
	if (launch->vcpus > 1 && launch->kind != SEVADM_LAUNCH_SEV &&
	    launch->vmsa.vmm != SEVADM_VMM_KRUN && !launch->ovmf->has_reset)
		return launch_refuse(failure, SEVADM_FAILED, EINVAL, "firmware image: it does not say where "
				     "a second virtual processor begins");
	return 0;
}

/* ------------------------------------------------------------- SEV, SEV-ES */

int launch_sev_begin(const struct sevadm_launch *launch, struct crypto_sha256 *state,
		     void (*each)(void *arg, const struct sevadm_measured *part), void *arg,
		     struct sevadm_failure *failure)
{
	uint8_t table[LAUNCH_HASHES_SIZE], digest[CRYPTO_SHA256_SIZE];
	const struct sevadm_ovmf *o = launch->ovmf;
	int ret;

	*state = (struct crypto_sha256){ { 0 } };
	ret = launch->hashes ? launch_check_hashes(o, true, failure) : 0;
	if (ret)
		return ret;
	ret = crypto_sha256_update(state, o->data, o->size);
	if (!ret)
		ret = crypto_sha256_final(state, digest);
	if (!ret && each)
		each(arg, &(struct sevadm_measured){ .what = "firmware", .type = "DATA", .gpa = o->gpa,
						     .size = o->size, .digest = digest });
	if (ret || !launch->hashes)
		return launch_crypto(failure, ret);
	launch_hashes_table(launch->hashes, table);
	ret = crypto_sha256_update(state, table, sizeof(table));
	if (!ret)
		ret = crypto_sha256_final(state, digest);
	if (!ret && each)
		each(arg, &(struct sevadm_measured){ .what = "kernel hashes", .type = "DATA",
						     .gpa = o->hashes_gpa, .size = sizeof(table),
						     .digest = digest });
	return launch_crypto(failure, ret);
}

static int sev_digest(const struct sevadm_launch *launch, uint8_t *digest,
		      void (*each)(void *arg, const struct sevadm_measured *part), void *arg,
		      struct sevadm_failure *failure)
{
	unsigned int vcpus = launch->kind == SEVADM_LAUNCH_SEV_ES ? launch->vcpus : 0;
	struct sevadm_vmsa vmsa = launch->vmsa;
	uint8_t page[SEVADM_VMSA_SIZE];
	struct crypto_sha256 state;
	int ret = launch_sev_begin(launch, &state, each, arg, failure);

	if (ret)
		return ret;
	vmsa.reset_eip = launch->ovmf->reset_eip;
	ret = crypto_sha256_final(&state, digest);
	for (vmsa.index = 0; !ret && vmsa.index < vcpus; vmsa.index++) {
		if (vmsa.index < 2)
			sevadm_vmsa_build(&vmsa, page);
		ret = crypto_sha256_update(&state, page, sizeof(page));
		if (!ret)
			ret = crypto_sha256_final(&state, digest);
		if (!ret && each)
			each(arg, &(struct sevadm_measured){ .what = "vcpu", .type = "VMSA",
							     .size = sizeof(page), .digest = digest,
							     .vcpu = vmsa.index });
	}
	return launch_crypto(failure, ret);
}

/* --------------------------------------------------------------------- SNP */

static int snp_digest(const struct sevadm_launch *launch, uint8_t *digest,
		      void (*each)(void *arg, const struct sevadm_measured *part), void *arg,
		      struct sevadm_failure *failure)
{
	uint8_t page[SEVADM_VMSA_SIZE], contents[CRYPTO_SHA384_SIZE];
	struct sevadm_vmsa vmsa = launch->vmsa;
	struct launch_snp snp;
	int ret = launch_snp_begin(launch, &snp, each, arg, failure);

	if (ret)
		return ret;
	vmsa.reset_eip = launch->ovmf->reset_eip;
	for (vmsa.index = 0; !snp.err && vmsa.index < launch->vcpus; vmsa.index++) {
		if (vmsa.index < 2) {
			sevadm_vmsa_build(&vmsa, page);
			snp.err = crypto_sha384(page, sizeof(page), contents);
		}
		launch_snp_vmsa(&snp, contents);
		if (each)
			each(arg, &(struct sevadm_measured){ .what = "vcpu", .type = "VMSA",
							     .gpa = LAUNCH_VMSA_GPA,
							     .size = sizeof(page), .digest = snp.ld,
							     .vcpu = vmsa.index });
	}
	memcpy(digest, snp.ld, sizeof(snp.ld));
	return launch_crypto(failure, snp.err);
}

int sevadm_launch_digest(const struct sevadm_launch *launch, uint8_t digest[SEVADM_SNP_DIGEST_SIZE],
			 void (*each)(void *arg, const struct sevadm_measured *part), void *arg,
			 struct sevadm_failure *failure)
{
	int ret = launch_check_vcpus(launch, failure);

	if (ret)
		return ret;
	if (launch->kind == SEVADM_LAUNCH_SNP)
		return snp_digest(launch, digest, each, arg, failure);
	return sev_digest(launch, digest, each, arg, failure);
}
