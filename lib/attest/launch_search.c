// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which guest has that launch digest?  What two parties usually see differently is varied: who
 * starts the guest, how many processors of which kind, features, the kernel's command line.
 * All that comes before the VMSAs is calculated once for each way that it can be, and each
 * processor more goes on from the digest before it.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/attest/launch.h"
#include "lib/attest/launch_refuse.h"

#define CMDLINES	6
#define KERNELS		(1 + 2 * CMDLINES)	/* none; with and without an initial RAM disk */
#define VMMS		(SEVADM_VMM_KRUN + 1)
#define FEATURES_MAX	192
#define SIGNATURES_MAX	64
#define PAGE_HASH	CRYPTO_SHA384_SIZE	/* of a VMSA; with SEV-ES the page itself counts */

/* Of processors that guests are given with -cpu host, besides QEMU's models; QEMU's max, and none */
static const uint32_t hosts[] = {
	0x800f10, 0x800f11, 0x830f11, 0xa00f10, 0xa00f12, 0xa10f11, 0xa10f12, 0xa10f01, 0xaa0f01,
	0xaa0f02, 0xb00f20, 0xb00f21, 0xb10f00, 0xb10f10, 0x60fb1, 0,
};

/**
 * struct kernel - what of a kernel QEMU hashes
 * @cmdline:	how the command line was taken, NULL without kernel hashes
 */
struct kernel {
	const char *cmdline;
	bool initrd;
	struct sevadm_kernel_hashes hashes;
};

/**
 * struct before - the digest of all but the VMSAs
 * @kernel:	of struct search
 */
struct before {
	const struct kernel *kernel;
	union {
		struct launch_snp snp;
		struct crypto_sha256 sev;
	};
};

struct search {
	const struct sevadm_launch_search *s;
	enum sevadm_launch_kind kind;
	struct kernel kernels[KERNELS];
	struct before before[2][KERNELS];	/* [1]: Amazon's order */
	size_t nr_kernels, nr_before[2];
	uint64_t features[FEATURES_MAX];
	uint32_t signatures[SIGNATURES_MAX];
	size_t nr_features, nr_signatures;
	uint8_t digest[CRYPTO_SHA384_SIZE];	/* of the firmware, with SNP */
	struct sevadm_launch_found *found;
	struct sevadm_failure *failure;
};

/* ------------------------------------------------------------ what is varied */

static void add_feature(struct search *x, uint64_t mask)
{
	for (size_t i = 0; i < x->nr_features; i++)
		if (x->features[i] == mask)
			return;
	if (x->nr_features < FEATURES_MAX)
		x->features[x->nr_features++] = mask;
}

/* Those that were given, and what there may be besides bit 0: SNP up to two, SEV-ES one */
static void list_features(struct search *x)
{
	uint64_t base = x->kind == SEVADM_LAUNCH_SNP ? SEVADM_VMSA_SNP : 0;

	x->nr_features = 0;
	if (x->s->has_features)
		add_feature(x, x->s->vmsa.features);
	add_feature(x, base);
	add_feature(x, base | SEVADM_VMSA_DEBUG_SWAP);
	for (unsigned int a = 1; a < 64; a++) {
		if (!sevadm_sev_feature_name(a))
			continue;
		add_feature(x, base | 1ULL << a);
		for (unsigned int b = a + 1; b < 64 && x->kind == SEVADM_LAUNCH_SNP; b++)
			if (sevadm_sev_feature_name(b))
				add_feature(x, base | 1ULL << a | 1ULL << b);
	}
}

static void add_signature(struct search *x, uint32_t signature)
{
	for (size_t i = 0; i < x->nr_signatures; i++)
		if (x->signatures[i] == signature)
			return;
	if (x->nr_signatures < SIGNATURES_MAX)
		x->signatures[x->nr_signatures++] = signature;
}

static void list_signatures(struct search *x)
{
	const struct sevadm_vcpu_type *type;

	if (x->s->has_signature)
		add_signature(x, x->s->vmsa.signature);
	for (size_t i = 0; (type = sevadm_vcpu_type(i)); i++)
		add_signature(x, type->signature);
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
		add_signature(x, hosts[i]);
}

/* One way to take the command line, with and without the initial RAM disk, unless it is known */
static int add_cmdline(struct search *x, const char *how, const char *text, size_t size)
{
	struct sevadm_kernel_hashes h;
	int ret = sevadm_bytes_hash(text, size, h.cmdline);

	for (size_t i = 0; i < x->nr_kernels; i++)
		if (x->kernels[i].cmdline && !memcmp(x->kernels[i].hashes.cmdline, h.cmdline, 32))
			return ret;
	memcpy(h.kernel, x->s->kernel, sizeof(h.kernel));
	for (int initrd = !!x->s->initrd; initrd >= 0 && !ret; initrd--) {
		if (initrd)
			memcpy(h.initrd, x->s->initrd, sizeof(h.initrd));
		else
			ret = sevadm_bytes_hash("", 0, h.initrd);
		x->kernels[x->nr_kernels++] = (struct kernel){ .cmdline = how, .initrd = initrd,
							       .hashes = h };
	}
	return ret;
}

static int list_cmdlines(struct search *x)
{
	const char *given = x->s->append ? x->s->append : "", *from = given;
	size_t size = strlen(given), len = size;
	char *text = malloc(size + 2);
	int ret;

	if (!text)
		return -ENOMEM;
	memcpy(text, given, size + 1);
	while (isspace((unsigned char)*from))
		from++, len--;
	while (len && isspace((unsigned char)from[len - 1]))
		len--;
	ret = add_cmdline(x, "as it is", text, size + 1);
	if (!ret)
		ret = add_cmdline(x, "without the NUL behind it", text, size);
	memcpy(text + size, "\n", 2);
	if (!ret)
		ret = add_cmdline(x, "with a line feed behind it", text, size + 2);
	memmove(text, text + (from - given), len);
	text[len] = '\0';
	if (!ret)
		ret = add_cmdline(x, "without blanks around it", text, len + 1);
	if (!ret)
		ret = add_cmdline(x, "without blanks around it and the NUL behind it", text, len);
	if (!ret)
		ret = add_cmdline(x, "empty", "", 1);
	free(text);
	return ret;
}

static int list_all(struct search *x)
{
	int ret = x->s->kernel ? list_cmdlines(x) : 0;

	x->kernels[x->nr_kernels++] = (struct kernel){ .cmdline = NULL };
	list_signatures(x);
	return ret;
}

/* --------------------------------------------------------- before the VMSAs */

static struct sevadm_launch launch_of(const struct search *x, const struct kernel *kernel,
				      enum sevadm_vmm vmm)
{
	return (struct sevadm_launch){
		.kind = x->kind, .ovmf = x->s->ovmf, .vcpus = 1, .vmsa.vmm = vmm,
		.ovmf_digest = x->kind == SEVADM_LAUNCH_SNP ? x->digest : NULL,
		.hashes = kernel->cmdline ? &kernel->hashes : NULL,
	};
}

static int begin_snp(struct search *x, bool ec2)
{
	for (size_t i = 0; i < x->nr_kernels; i++) {
		struct sevadm_launch l = launch_of(x, &x->kernels[i],
						   ec2 ? SEVADM_VMM_EC2 : SEVADM_VMM_QEMU);
		struct before *b = &x->before[ec2][x->nr_before[ec2]];
		int ret = launch_snp_begin(&l, &b->snp, NULL, NULL, x->failure);

		/* without a place for hashes none is left but the last, without any */
		if (ret && (ret != -EINVAL || !l.hashes))
			return ret;
		b->kernel = &x->kernels[i];
		x->nr_before[ec2] += !ret;
	}
	return 0;
}

/* The firmware is hashed once; hashes of a kernel go on from there */
static int begin_sev(struct search *x)
{
	const struct kernel *none = &x->kernels[x->nr_kernels - 1];
	struct sevadm_launch l = launch_of(x, none, SEVADM_VMM_QEMU);
	struct crypto_sha256 firmware;
	int ret = launch_sev_begin(&l, &firmware, NULL, NULL, x->failure);

	x->nr_before[0] = x->nr_before[1] = 0;
	for (size_t i = 0; i < x->nr_kernels && !ret; i++) {
		struct before *b = &x->before[0][x->nr_before[0]];
		uint8_t table[LAUNCH_HASHES_SIZE];

		b->kernel = &x->kernels[i];
		b->sev = firmware;
		if (b->kernel != none && launch_check_hashes(x->s->ovmf, true, x->failure))
			continue;
		launch_hashes_table(&b->kernel->hashes, table);
		if (b->kernel != none)
			ret = launch_crypto(x->failure, crypto_sha256_update(&b->sev, table, sizeof(table)));
		x->nr_before[0]++;
	}
	memcpy(x->before[1], x->before[0], sizeof(x->before[0]));
	x->nr_before[1] = x->nr_before[0];
	return ret;
}

/* -------------------------------------------------------------------- tried */

/* Is it that?  1, 0, -errno */
static int is_it(struct search *x, const uint8_t *digest)
{
	x->found->tried++;
	return !memcmp(digest, x->s->expected, x->s->size);
}

static int is_sev(struct search *x, const struct crypto_sha256 *state)
{
	uint8_t digest[CRYPTO_SHA256_SIZE];
	int ret = crypto_sha256_final(state, digest);

	return ret ? launch_crypto(x->failure, ret) : is_it(x, digest);
}

static void found(struct search *x, const struct kernel *kernel, const struct sevadm_vmsa *vmsa,
		  unsigned int vcpus)
{
	struct sevadm_launch_found *f = x->found;

	f->kind = x->kind;
	f->vcpus = vcpus;
	f->cmdline = kernel->cmdline;
	f->initrd = kernel->cmdline && kernel->initrd;
	if (vmsa)
		f->vmsa = *vmsa;
}

/* The pages of the first processor and of the others */
struct pages {
	uint8_t page[2][SEVADM_VMSA_SIZE], hash[2][PAGE_HASH];
};

/* One processor more after another: 1 with @vcpus, 0, -errno */
static int count(struct search *x, struct before b, const struct pages *pages, unsigned int most,
		 unsigned int *vcpus)
{
	int ret = 0;

	for (*vcpus = 1; *vcpus <= most && !ret; ++*vcpus) {
		int which = *vcpus > 1;

		if (x->kind == SEVADM_LAUNCH_SNP) {
			launch_snp_vmsa(&b.snp, pages->hash[which]);
			ret = b.snp.err ? launch_crypto(x->failure, b.snp.err) : is_it(x, b.snp.ld);
		} else {
			ret = crypto_sha256_update(&b.sev, pages->page[which], SEVADM_VMSA_SIZE);
			ret = ret ? launch_crypto(x->failure, ret) : is_sev(x, &b.sev);
		}
		if (ret)
			return ret;
	}
	return 0;
}

/* One kind of processor, with all that there may be before it: 1, 0, -errno */
static int try_vmsa(struct search *x, struct sevadm_vmsa vmsa)
{
	bool ec2 = vmsa.vmm == SEVADM_VMM_EC2;
	unsigned int vcpus, most = x->s->max_vcpus;
	struct pages pages;
	int ret = 0;

	if (vmsa.vmm != SEVADM_VMM_KRUN && !x->s->ovmf->has_reset)
		most = 1;
	vmsa.reset_eip = x->s->ovmf->reset_eip;
	for (int i = 0; i < 2 && !ret; i++) {
		vmsa.index = (unsigned int)i;
		sevadm_vmsa_build(&vmsa, pages.page[i]);
		if (x->kind == SEVADM_LAUNCH_SNP)
			ret = crypto_sha384(pages.page[i], SEVADM_VMSA_SIZE, pages.hash[i]);
	}
	if (ret)
		return launch_crypto(x->failure, ret);
	vmsa.index = 0;
	for (size_t i = 0; i < x->nr_before[ec2] && !ret; i++) {
		ret = count(x, x->before[ec2][i], &pages, most, &vcpus);
		if (ret > 0)
			found(x, x->before[ec2][i].kernel, &vmsa, vcpus);
	}
	return ret;
}

static int try_vmm(struct search *x, enum sevadm_vmm vmm)
{
	/* what makes no difference in a VMM's pages is not varied */
	size_t signatures = vmm == SEVADM_VMM_QEMU ? x->nr_signatures : 1;
	int generations = vmm == SEVADM_VMM_EC2 ? 1 : 2, ret = 0;

	for (size_t f = 0; f < x->nr_features; f++)
		for (size_t s = 0; s < signatures; s++)
			for (int legacy = 0; legacy < generations; legacy++) {
				ret = try_vmsa(x, (struct sevadm_vmsa){
					.vmm = vmm, .legacy = legacy, .features = x->features[f],
					.signature = vmm == SEVADM_VMM_QEMU ? x->signatures[s] : 0 });
				if (ret)
					return ret;
			}
	return 0;
}

/* Digests on the way: of the firmware alone, and before the first VMSA */
static int try_before(struct search *x)
{
	static const struct kernel none;
	int ret = 0;

	if (x->kind == SEVADM_LAUNCH_SNP && is_it(x, x->digest)) {
		x->found->firmware_only = true;
		found(x, &none, NULL, 0);
		return 1;
	}
	for (int ec2 = 0; ec2 < 2; ec2++)
		for (size_t i = 0; i < x->nr_before[ec2] && !ret; i++) {
			const struct before *b = &x->before[ec2][i];

			if (ec2 && x->kind != SEVADM_LAUNCH_SNP)
				break;
			ret = x->kind == SEVADM_LAUNCH_SNP ? is_it(x, b->snp.ld) : is_sev(x, &b->sev);
			if (ret > 0)
				found(x, b->kernel, &(struct sevadm_vmsa){
				      .vmm = ec2 ? SEVADM_VMM_EC2 : SEVADM_VMM_QEMU }, 0);
		}
	return ret;
}

static int try_all(struct search *x)
{
	int ret = try_before(x);

	if (x->kind != SEVADM_LAUNCH_SNP && ret > 0)
		x->found->kind = SEVADM_LAUNCH_SEV;
	list_features(x);
	for (int vmm = 0; vmm < VMMS && !ret; vmm++)
		ret = try_vmm(x, (enum sevadm_vmm)vmm);
	return ret;
}

static int begin(struct search *x)
{
	const struct sevadm_launch_search *s = x->s;
	int ret = 0;

	if (x->kind != SEVADM_LAUNCH_SNP)
		return begin_sev(x);
	if (s->ovmf_digest)
		memcpy(x->digest, s->ovmf_digest, sizeof(x->digest));
	else
		ret = sevadm_ovmf_digest(s->ovmf, x->digest, x->failure);
	if (!ret)
		ret = begin_snp(x, false);
	return ret ? ret : begin_snp(x, true);
}

int sevadm_launch_search(const struct sevadm_launch_search *search,
			 struct sevadm_launch_found *f, struct sevadm_failure *failure)
{
	struct search *x;
	int ret;

	*f = (struct sevadm_launch_found){ .tried = 0 };
	if (!search->max_vcpus || search->max_vcpus > SEVADM_VCPUS_MAX)
		return launch_refuse(failure, SEVADM_FAILED, EINVAL, "%u virtual processors: from 1 to %d",
				     search->max_vcpus, SEVADM_VCPUS_MAX);
	x = calloc(1, sizeof(*x));
	if (!x)
		return launch_refuse(failure, SEVADM_FAILED, ENOMEM, "no memory");
	x->s = search;
	x->found = f;
	x->failure = failure;
	x->kind = search->size == SEVADM_SNP_DIGEST_SIZE ? SEVADM_LAUNCH_SNP : SEVADM_LAUNCH_SEV_ES;
	ret = list_all(x) ? launch_refuse(failure, SEVADM_FAILED, EIO, "libcrypto cannot calculate a "
					  "digest, or there is no memory") : begin(x);
	if (!ret)
		ret = try_all(x);
	f->signatures = (unsigned int)x->nr_signatures;
	f->features = (unsigned int)x->nr_features;
	f->kernels = (unsigned int)x->nr_before[0];
	free(x);
	return ret < 0 ? ret : ret ? 0 : -ENOENT;
}
