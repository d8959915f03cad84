// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A target with faults, each behind a word: whether an engine and the sanitizers notice
 * them, and keep the input (tests/fuzz/run.sh).
 */
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"

static bool is(const uint8_t *data, size_t size, const char *word)
{
	return size >= strlen(word) && !memcmp(data, word, strlen(word));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	volatile int shift = 33;
	void *volatile lost;

	must(!is(data, size, "MUST"));
	if (is(data, size, "SIGNAL"))
		raise(SIGSEGV);
	if (is(data, size, "HANG"))
		sleep(60);
	/* what only a sanitizer sees */
	if (is(data, size, "BEYOND"))
		return ((const volatile uint8_t *)data)[size] & 0;
	if (is(data, size, "SHIFT"))
		return (1 << shift) & 0;
	if (is(data, size, "LOSE")) {
		lost = malloc(100);
		lost = lost ? NULL : lost;
	}
	return 0;
}
