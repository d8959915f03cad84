// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Recordings (lib/recording/): read, written again, compared, shown, made anonymous, and
 * answered from: a host made of a hostile file must be no more than a strange host.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "lib/recording/recording.h"
#include "sevadm.h"

static void is_sentence(const char *text)
{
	must(*text);
	for (; *text; text++)
		must(*text >= 0x20 && *text <= 0x7e);
}

/* What it tells is told again, line by line, and is the same then */
static char *write_again(const struct recording *recording, size_t *size)
{
	char *text = NULL, *line;
	size_t length;
	FILE *f = open_memstream(&text, size);

	must(f);
	line = recording_header_line(&recording->header, &length);
	must(line && fwrite(line, 1, length, f) == length);
	free(line);
	for (size_t i = 0; i < recording->nr; i++) {
		line = recording_event_line(&recording->events[i], &length);
		must(line && length && line[length - 1] == '\n');
		must(fwrite(line, 1, length, f) == length);
		free(line);
	}
	must(!fclose(f));
	return text;
}

static void parse(const char *text, size_t size)
{
	struct recording first, second;
	struct recording_why why = { "" };
	char words[512], *again;

	if (recording_parse(text, size, &first, &why)) {
		is_sentence(why.text);
		recording_clear(&first);
		return;
	}
	again = write_again(&first, &size);
	must(!recording_parse(again, size, &second, &why));
	must(first.nr == second.nr);
	for (size_t i = 0; i < first.nr; i++) {
		recording_describe(&first.events[i], words, sizeof(words));
		is_sentence(words);
		must(recording_compare(&first.events[i], &second.events[i], "one", "two", 0, words,
				       sizeof(words)));
	}
	free(again);
	recording_clear(&first);
	recording_clear(&second);
}

static int field(void *arg, const struct sevadm_recording_field *f)
{
	(void)arg;
	must(f->name && f->name[0]);
	return 0;
}

static void show(const char *path)
{
	struct sevadm_recording *r = NULL;
	struct sevadm_failure failure = { 0 };
	struct sevadm_recording_event event;
	struct sevadm_recording_info info;
	char text[512];

	if (sevadm_recording_open(&r, path, &failure)) {
		is_sentence(failure.message);
		return;
	}
	sevadm_recording_info(r, &info);
	for (uint32_t i = 1; !sevadm_recording_event(r, i, &event); i++)
		sevadm_recording_fields(r, i, field, NULL);
	must(!sevadm_recording_diff(r, r, true, text, sizeof(text)));
	sevadm_recording_close(r);
}

static void answer(const char *device)
{
	const struct sevadm_teardown_options all = { .guests = SEVADM_GUESTS_STOP };
	struct sevadm_guests guests = { 0 };
	struct sevadm_readiness ready = { 0 };
	struct sevadm_run run = { 0 };
	struct sevadm_status status;
	struct sevadm *adm;

	if (!sevadm_open(&adm, device, SEVADM_WRITE)) {
		must(sevadm_is_simulated(adm) && sevadm_is_replay(adm));
		if (!sevadm_lock(adm, "fuzz", 0, NULL, NULL) && !sevadm_survey(adm))
			sevadm_teardown(adm, &all, &run);
		sevadm_status_get(adm, &status, &run);
		sevadm_guests_get(adm, &guests, &run);
		sevadm_check(adm, SEVADM_GOAL_KEXEC, &ready);
		sevadm_guests_free(&guests);
		sevadm_readiness_free(&ready);
		sevadm_run_free(&run);
	}
	if (sevadm_failure(adm)->kind)
		is_sentence(sevadm_failure(adm)->message);
	sevadm_close(adm);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	char path[48], device[64];

	if (fd < 0)
		fd = memfd_create("recording", MFD_CLOEXEC);
	must(fd >= 0 && !ftruncate(fd, 0));
	must(pwrite(fd, data, size, 0) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	snprintf(device, sizeof(device), "replay:%s", path);
	parse((const char *)data, size);
	show(path);
	answer(device);
	return 0;
}
