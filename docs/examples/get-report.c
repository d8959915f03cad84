// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * In an SNP guest: the attestation report that answers a nonce.
 *
 *	cc -o get-report get-report.c $(pkg-config --cflags --libs libsevadm)
 *	get-report NONCE >REPORT
 *
 * NONCE has 64 bytes and is hexadecimal: somebody else's, who will look for it in the report.
 * $SEVADM_DEVICE: as sevadm's --device, to try it in a simulated guest.
 */
#include <sevadm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool take_nonce(const char *text, uint8_t nonce[SEVADM_REPORT_DATA_SIZE])
{
	if (strlen(text) != 2 * SEVADM_REPORT_DATA_SIZE ||
	    strspn(text, "0123456789abcdefABCDEF") != strlen(text))
		return false;
	for (size_t i = 0; i < SEVADM_REPORT_DATA_SIZE; i++) {
		char digits[3] = { text[2 * i], text[2 * i + 1], '\0' };

		nonce[i] = (uint8_t)strtoul(digits, NULL, 16);
	}
	return true;
}

/* What was being done and what refused it, and what to do about that */
static int complain(const struct sevadm *adm)
{
	const struct sevadm_failure *failure = sevadm_failure(adm);

	fprintf(stderr, "%s\n%s%s", failure->message, failure->remedy, *failure->remedy ? "\n" : "");
	return (int)failure->kind;
}

int main(int argc, char **argv)
{
	const char *device = getenv("SEVADM_DEVICE");
	struct sevadm_report_request request = { .timeout_ns = 10000000000 };
	struct sevadm_guest_report report = { .size = 0 };
	struct sevadm *adm = NULL;
	int code = 0;

	if (argc != 2 || !take_nonce(argv[1], request.data)) {
		fprintf(stderr, "usage: get-report NONCE, of %d bytes in hexadecimal\n",
			SEVADM_REPORT_DATA_SIZE);
		return SEVADM_USAGE;
	}
	/* each request uses up a number of the key that guest and firmware share: a change */
	if (sevadm_open(&adm, device ? device : "kernel", SEVADM_WRITE) ||
	    sevadm_guest_report_get(adm, &request, &report, NULL))
		code = complain(adm);
	else if (fwrite(report.report, 1, report.size, stdout) != report.size || fflush(stdout))
		code = SEVADM_FAILED;
	sevadm_guest_report_free(&report);
	sevadm_close(adm);
	return code;
}
