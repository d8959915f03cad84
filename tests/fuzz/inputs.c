// SPDX-License-Identifier: GPL-2.0-or-later
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "engine.h"

static bool no_memory(void)
{
	fputs("out of memory\n", stderr);
	return false;
}

static bool add(struct byte_list *list, const uint8_t *data, size_t size)
{
	struct bytes *larger = reallocarray(list->list, list->nr + 1, sizeof(*larger));
	uint8_t *copy = malloc(size + 1);

	if (larger)
		list->list = larger;
	if (!larger || !copy) {
		free(copy);
		return no_memory();
	}
	if (size)
		memcpy(copy, data, size);
	larger[list->nr++] = (struct bytes){ copy, size };
	return true;
}

void bytes_free(struct byte_list *list)
{
	for (size_t i = 0; i < list->nr; i++)
		free(list->list[i].data);
	free(list->list);
	*list = (struct byte_list){ 0 };
}

static bool load_file(struct byte_list *inputs, const char *path)
{
	uint8_t *data = malloc(LARGEST);
	FILE *f = fopen(path, "r");
	size_t size = 0;
	bool good = f && data;

	if (good) {
		size = fread(data, 1, LARGEST, f);
		good = !ferror(f);
	}
	if (!good)
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
	else
		good = add(inputs, data, size);
	if (f)
		fclose(f);
	free(data);
	return good;
}

static bool load_directory(struct byte_list *inputs, const char *path)
{
	struct dirent **names;
	int nr = scandir(path, &names, NULL, alphasort);
	bool good = nr >= 0;

	if (!good)
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
	for (int i = 0; i < nr; i++) {
		char *name = NULL;

		if (good && names[i]->d_name[0] != '.') {
			good = asprintf(&name, "%s/%s", path, names[i]->d_name) >= 0;
			good = good ? inputs_load(inputs, name) : no_memory();
			free(name);
		}
		free(names[i]);
	}
	if (nr >= 0)
		free(names);
	return good;
}

bool inputs_load(struct byte_list *inputs, const char *path)
{
	struct stat st;

	if (stat(path, &st)) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return false;
	}
	return S_ISDIR(st.st_mode) ? load_directory(inputs, path) : load_file(inputs, path);
}

/* What is between the quotes of a line, as bytes in its place; how many, or -1 */
static int unquote(char *line)
{
	char *from = strchr(line, '"'), *end = strrchr(line, '"');
	unsigned int byte;
	int nr = 0;

	if (!from++ || from > end)
		return -1;
	while (from < end) {
		if (from[0] == '\\' && from[1] == 'x' && sscanf(from + 2, "%2x", &byte) == 1) {
			line[nr++] = (char)byte;
			from += 4;
		} else {
			from += from[0] == '\\';
			line[nr++] = *from++;
		}
	}
	return from == end ? nr : -1;
}

bool words_load(struct byte_list *words, const char *path)
{
	FILE *f = fopen(path, "r");
	bool good = f;
	char line[256];

	if (!f)
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
	while (good && fgets(line, sizeof(line), f)) {
		size_t blanks = strspn(line, " \t\n");
		int nr;

		if (line[blanks] == '#' || !line[blanks])
			continue;
		nr = unquote(line);
		if (nr < 0)
			fprintf(stderr, "%s: a line is no word\n", path);
		good = nr >= 0 && add(words, (uint8_t *)line, (size_t)nr);
	}
	if (f)
		fclose(f);
	return good;
}
