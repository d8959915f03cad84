// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/certs_kds.h"

#include <errno.h>
#include <string.h>

#include "lib/util/text.h"

enum { KEY_GENERATION = 0x300, KEY_HWID, KEY_TCB, KEY_SOCKET };

static const char *const words[CERTS_WHATS] = {
	[CERTS_CEK_CA] = "cek-ca", [CERTS_CEK] = "cek", [CERTS_CA] = "ca", [CERTS_CRL] = "crl",
	[CERTS_VCEK] = "vcek", [CERTS_VLEK_CA] = "vlek-ca", [CERTS_VLEK_CRL] = "vlek-crl",
	[CERTS_VLEK] = "vlek",
};

const char *certs_word(enum certs_what what)
{
	return words[what];
}

bool certs_by_word(const char *word, enum certs_what *what)
{
	for (int i = 0; i < CERTS_WHATS; i++)
		if (!strcmp(word, words[i])) {
			*what = (enum certs_what)i;
			return true;
		}
	return false;
}

/* ---------------------------------------------------------------- command line */

static const struct argp_option options[] = {
	{ "generation", KEY_GENERATION, "naples|rome|milan|genoa|bergamo|siena|turin", 0,
	  "Of another processor than this host's: no device is asked" },
	{ "hwid", KEY_HWID, "HEX", 0, "Of the chip with this id" },
	{ "tcb", KEY_TCB, "TCB", 0,
	  "For this TCB instead of the one that the firmware reports: a number, or PART=N,... of all of "
	  "bootloader, tee, snp, microcode, of Turin's fmc as well" },
	{ "socket", KEY_SOCKET, "N", 0, "Of this socket of this host (0)" },
	{ 0 }
};

/* All of it is there now, in whatever order it came */
static void check(struct certs_chip *chip, struct argp_state *state)
{
	int ret;

	if (chip->generation && sevadm_processor_by_name(chip->generation, &chip->processor))
		argp_error(state, "--generation takes naples, rome, milan, genoa, bergamo, siena or "
			   "turin, not '%s'", chip->generation);
	if (chip->tcb_text && !chip->generation)
		argp_error(state, "--tcb goes with --generation, which tells its layout");
	if (chip->has_socket && (chip->hwid || chip->generation))
		argp_error(state, "--socket is one of this host, and --hwid and --generation are of "
			   "another");
	if (chip->hwid) {
		ret = sevadm_chip_id_parse(chip->hwid, chip->processor.generation, chip->id);
		if (ret == -ERANGE)
			argp_error(state, "--hwid takes 128 hexadecimal digits, with "
				   "--generation=turin also 16, not %zu", strlen(chip->hwid));
		else if (ret)
			argp_error(state, "--hwid takes hexadecimal digits");
		chip->has_id = true;
	}
	if (!chip->tcb_text)
		return;
	ret = sevadm_tcb_parse(chip->tcb_text, chip->processor.generation, &chip->tcb);
	if (ret == -EOPNOTSUPP)
		argp_error(state, "--tcb: %s knows no TCB", chip->generation);
	else if (ret)
		argp_error(state, "--tcb takes %sbootloader=N,tee=N,snp=N,microcode=N, all of them, each "
			   "once and up to 255, or a number 0x..., not '%s'",
			   chip->processor.generation == SEVADM_GENERATION_TURIN ? "fmc=N," : "",
			   chip->tcb_text);
	chip->has_tcb = true;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct certs_chip *chip = state->input;
	uint64_t value;

	switch (key) {
	case KEY_GENERATION:
		chip->generation = arg;
		return 0;
	case KEY_HWID:
		chip->hwid = arg;
		return 0;
	case KEY_TCB:
		chip->tcb_text = arg;
		return 0;
	case KEY_SOCKET:
		if (text_u64(arg, SEVADM_CHIPS - 1, &value))
			argp_error(state, "--socket takes a number up to %d, not '%s'",
				   SEVADM_CHIPS - 1, arg);
		chip->socket = (uint32_t)value;
		chip->has_socket = true;
		return 0;
	case ARGP_KEY_END:
		check(chip, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp certs_chip_argp = { .options = options, .parser = parse };

bool certs_chip_given(const struct certs_chip *chip, unsigned int wanted)
{
	return chip->generation || (chip->hwid && wanted && !(wanted & ~CERTS_BIT(CERTS_CEK)));
}

/* ------------------------------------------------------------------- this host */

static int ask_id(struct cli *cli, struct certs_chip *chip, struct sevadm_run *run)
{
	struct sevadm_identifier id;

	if (sevadm_identifier_get(cli->adm, &id, run))
		return report_failure(cli, sevadm_failure(cli->adm));
	if (chip->socket >= id.nr)
		return report_error(cli, SEVADM_ABSENT, NULL, "there is no socket %u: the firmware told "
				    "the ids of %zu", chip->socket, id.nr);
	memcpy(chip->id, id.ids[chip->socket], sizeof(chip->id));
	chip->has_id = true;
	return 0;
}

static int ask_tcb(struct cli *cli, struct certs_chip *chip, struct sevadm_run *run)
{
	struct sevadm_status status;
	struct sevadm_failure failure;
	int ret = sevadm_status_get(cli->adm, &status, run);

	if (!status.snp.known && ret)
		return report_failure(cli, sevadm_failure(cli->adm));
	if (!status.snp.known) {
		sevadm_snp_unknown(cli->adm, &status, &failure);
		snprintf(failure.remedy, sizeof(failure.remedy), "Load kvm_amd, which brings SNP up; or say "
			 "with --tcb and --generation of which TCB.");
		return report_failure(cli, &failure);
	}
	chip->tcb = status.snp.reported_tcb;
	chip->has_tcb = true;
	return 0;
}

int certs_chip_ask(struct cli *cli, struct certs_chip *chip, unsigned int wanted,
		   struct sevadm_run *run)
{
	int code = 0;

	if (certs_chip_given(chip, wanted))
		return 0;
	sevadm_processor_get(cli->adm, &chip->processor);
	/* there is neither SNP nor a layout */
	if (chip->processor.generation == SEVADM_GENERATION_UNKNOWN)
		wanted &= ~CERTS_OF_TCB;
	if (wanted & CERTS_OF_CHIP && !chip->has_id)
		code = ask_id(cli, chip, run);
	if (!code && wanted & CERTS_OF_TCB && !chip->has_tcb)
		code = ask_tcb(cli, chip, run);
	return code;
}

/* ------------------------------------------------------------------- addresses */

int certs_url(const struct certs_chip *chip, enum certs_what what, char *buf, size_t size)
{
	static const enum sevadm_kds kds[CERTS_WHATS] = {
		[CERTS_CEK] = SEVADM_KDS_CEK, [CERTS_CA] = SEVADM_KDS_VCEK_CHAIN,
		[CERTS_CRL] = SEVADM_KDS_VCEK_CRL, [CERTS_VCEK] = SEVADM_KDS_VCEK,
		[CERTS_VLEK_CA] = SEVADM_KDS_VLEK_CHAIN, [CERTS_VLEK_CRL] = SEVADM_KDS_VLEK_CRL,
		[CERTS_VLEK] = SEVADM_KDS_VLEK,
	};

	if (what == CERTS_CEK_CA)
		return sevadm_kds_cek_chain_url(&chip->processor, buf, size);
	/* before it is found out that nobody told its TCB, for who could */
	if (what != CERTS_CEK && chip->processor.generation == SEVADM_GENERATION_UNKNOWN)
		return -EOPNOTSUPP;
	return sevadm_kds_url(kds[what], chip->processor.generation, chip->has_id ? chip->id : NULL,
			      chip->has_tcb ? &chip->tcb : NULL, buf, size);
}

int certs_no_url(struct cli *cli, const struct certs_chip *chip, enum certs_what what, int err)
{
	switch (err) {
	case -ENODATA:
		return report_error(cli, SEVADM_ABSENT, "Give the id with --hwid, if you know it.",
				    "%s: the chip's id is all zeros", words[what]);
	case -EINVAL:
		return report_error(cli, SEVADM_USAGE, NULL, "%s needs %s", words[what],
				    CERTS_BIT(what) & CERTS_OF_CHIP && !chip->has_id ?
				    "--hwid beside --generation" : "--tcb beside --generation");
	case -EOPNOTSUPP:
		if (chip->generation)
			return report_error(cli, SEVADM_ABSENT, NULL, "%s: %s has none", words[what],
					    chip->generation);
		return report_error(cli, SEVADM_ABSENT, "Say with --generation what it is.",
				    "%s: the product's name is not known for CPU family %u, model %u",
				    words[what], chip->processor.family, chip->processor.model);
	default:
		return report_error(cli, SEVADM_FAILED, NULL, "%s: no address can be made: %s",
				    words[what], strerror(-err));
	}
}
