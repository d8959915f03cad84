/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of our own engine, which runs a target where there is no libFuzzer:
 * inputs and words out of files (inputs.c), what is made of them (mutate.c), and the runs
 * (main.c).
 */
#ifndef FUZZ_ENGINE_H
#define FUZZ_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LARGEST	65536	/* bytes of an input */

struct bytes {
	uint8_t *data;
	size_t size;
};

struct byte_list {
	struct bytes *list;
	size_t nr;
};

/* A file, or those of a directory and below it, sorted by name: false with a message */
bool inputs_load(struct byte_list *inputs, const char *path);
/* A dictionary as libFuzzer has it: "word" or name="word", \xNN, \\, \" within; # a comment */
bool words_load(struct byte_list *words, const char *path);
void bytes_free(struct byte_list *list);

struct mutator {
	uint64_t state;
	const struct byte_list *inputs, *words;
};

/* The same @seed makes the same inputs of the same files */
void mutator_seed(struct mutator *m, uint64_t seed);
/* One more input: into @data, of up to @max; its size */
size_t mutator_next(struct mutator *m, uint8_t *data, size_t max);

#endif
