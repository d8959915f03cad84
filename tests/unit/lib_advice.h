/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is expected of the texts in the tables of lib/firmware */
#ifndef LIB_ADVICE_H
#define LIB_ADVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static inline bool is_sentence(const char *text)
{
	size_t n = strlen(text);

	return n > 4 && text[n - 1] == '.' && text[0] != ' ' && !strstr(text, "  ");
}

/* A document, a file of the kernel, a firmware's version or our model; no sentence */
static inline bool is_source(const char *text)
{
	static const char *const begin[] = {
		"AMD 55766, ", "AMD 56860, ", "firmware 1.", "include/", "drivers/", "arch/x86/",
		"sevadm's firmware model",
	};
	bool known = false;

	for (size_t i = 0; i < sizeof(begin) / sizeof(begin[0]); i++)
		known |= !strncmp(text, begin[i], strlen(begin[i]));
	return known && text[strlen(text) - 1] != '.' && !strstr(text, "  ");
}

#endif
