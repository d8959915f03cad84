// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A handle whose seams are written down, or answered from what was written down.  What is
 * neither device nor machine (the lock and the journal, which are files of ours) goes into a
 * recording as a note.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/core/context.h"
#include "lib/recording/recording.h"
#include "lib/util/text.h"

const char *sevadm_version(void)
{
	return PACKAGE_VERSION;
}

/* -------------------------------------------------------------------------- record */

static void read_fact(struct host *host, const char *path, char *out, size_t size)
{
	if (host_read_line(host, path, out, size))
		out[0] = '\0';
}

static int fill_header(struct sevadm *adm, struct recording_header *h, unsigned int flags,
		       char *const *words, size_t nr_words)
{
	struct host *host = adm->host;
	time_t now = time(NULL);
	struct tm tm;
	int ret = 0;

	*h = (struct recording_header){
		.pid = getpid(), .abi = SEV_DBG_ABI_VERSION,
		.simulated = adm->dev->simulated, .secrets = flags & SEVADM_RECORD_SECRETS,
	};
	snprintf(h->sevadm, sizeof(h->sevadm), "%s", sevadm_version());
	strftime(h->time, sizeof(h->time), "%FT%TZ", gmtime_r(&now, &tm));
	snprintf(h->device, sizeof(h->device), "%s", host->ops->name);
	snprintf(h->lock, sizeof(h->lock), "%s", adm->lock_path);
	host_kernel_release(host, h->kernel, sizeof(h->kernel));
	read_fact(host, "/sys/devices/system/cpu/present", h->cpus_present,
		  sizeof(h->cpus_present));
	read_fact(host, "/sys/devices/system/cpu/online", h->cpus_online, sizeof(h->cpus_online));
	read_fact(host, "/sys/module/ccp/srcversion", h->ccp, sizeof(h->ccp));
	read_fact(host, "/sys/module/kvm_amd/srcversion", h->kvm_amd, sizeof(h->kvm_amd));
	for (int i = 0; i < DEVICE_NODES; i++) {
		h->node_err[i] = adm->dev->node_err[i];
		h->write_err[i] = adm->dev->write_err[i];
	}
	for (size_t i = 0; !ret && i < nr_words; i++)
		ret = recording_bytes_add(&h->words, &h->nr_words, words[i], strlen(words[i]));
	return ret;
}

/* Of a replay they are those of the recording: its own answers are not asked for them */
static int header_of(struct sevadm *adm, struct recording_header *h, unsigned int flags,
		     char *const *words, size_t nr_words)
{
	int ret;

	if (!adm->replay)
		return fill_header(adm, h, flags, words, nr_words);
	*h = *replay_header(adm->replay);
	for (int i = 0; i < DEVICE_NODES; i++) {
		h->node_err[i] = adm->dev->node_err[i];
		h->write_err[i] = adm->dev->write_err[i];
	}
	h->words = NULL;
	h->nr_words = 0;
	h->secrets = flags & SEVADM_RECORD_SECRETS;
	snprintf(h->device, sizeof(h->device), "replay");
	ret = 0;
	for (size_t i = 0; !ret && i < nr_words; i++)
		ret = recording_bytes_add(&h->words, &h->nr_words, words[i], strlen(words[i]));
	return ret;
}

static void free_words(struct recording_header *h)
{
	for (size_t i = 0; i < h->nr_words; i++)
		free(h->words[i].data);
	free(h->words);
}

static int fail_file(struct sevadm *adm, const char *file, int ret)
{
	char safe[512];

	text_escape(file, safe, sizeof(safe));
	if (ret == -EEXIST)
		return core_fail(adm, SEVADM_USAGE, EEXIST, "Name a file that is not there yet, or "
				 "remove that one.", "record to %.256s: it is there already, and "
				 "a recording is written over nothing", safe);
	return core_fail(adm, ret == -EACCES || ret == -EPERM ? SEVADM_PERMISSION : SEVADM_FAILED,
			 -ret, NULL, "record to %.256s: %s (%s)", safe, strerror(-ret),
			 strerrorname_np(-ret));
}

static int wrap(struct sevadm *adm)
{
	struct device *dev;
	struct host *host;
	int ret = device_record_open(&dev, adm->dev, adm->recorder);

	if (ret)
		return ret;
	adm->dev = dev;
	ret = host_record_open(&host, adm->host, adm->recorder);
	if (!ret)
		adm->host = host;
	return ret;
}

int sevadm_record(struct sevadm *adm, const char *file, unsigned int flags, char *const *words,
		  size_t nr_words)
{
	struct recording_header header;
	int ret;

	if (adm->recorder)
		return core_fail(adm, SEVADM_USAGE, EALREADY, NULL, "it is being recorded already");
	ret = recorder_open(&adm->recorder, file, flags & SEVADM_RECORD_APPEND,
			    flags & SEVADM_RECORD_SECRETS);
	if (ret)
		return fail_file(adm, file, ret);
	ret = header_of(adm, &header, flags, words, nr_words);
	if (!ret)
		ret = recorder_header(adm->recorder, &header);
	free_words(&header);
	if (!ret)
		ret = wrap(adm);
	return ret ? fail_file(adm, file, ret) : 0;
}

int sevadm_record_command(struct sevadm *adm, char *const *words, size_t nr_words)
{
	struct recording_event event = { .kind = RECORDING_COMMAND };
	int ret = 0;

	if (!adm->recorder)
		return 0;
	event.numbers[0] = adm->replay ? replay_pid(adm->replay) : getpid();
	for (size_t i = 0; !ret && i < nr_words; i++)
		ret = recording_bytes_add(&event.words, &event.nr_words, words[i],
					  strlen(words[i]));
	if (ret)
		recorder_fail(adm->recorder, ret);
	recorder_add(adm->recorder, &event, recorder_now(adm->recorder));
	return recorder_error(adm->recorder);
}

/* Its header tells what is another's than of the first handle: the nodes */
static int record_beside(struct sevadm *adm, const struct sevadm *first)
{
	struct recording_header header;
	int ret;

	adm->recorder = recorder_ref(first->recorder);
	ret = header_of(adm, &header, recorder_secrets(adm->recorder) ? SEVADM_RECORD_SECRETS : 0,
			NULL, 0);
	if (!ret)
		ret = recorder_header(adm->recorder, &header);
	free_words(&header);
	return ret ? ret : wrap(adm);
}

/* Both seams of a replay that is there */
static int open_replay(struct sevadm *adm, const char *device)
{
	int ret = device_replay_open(&adm->dev, adm->replay);

	if (!ret)
		ret = host_replay_open(&adm->host, adm->replay);
	if (ret)
		return core_fail_errno(adm, -ret, "open a recording");
	adm->below = adm->host;
	snprintf(adm->device, sizeof(adm->device), "%s", device);
	snprintf(adm->lock_path, sizeof(adm->lock_path), "%s", replay_header(adm->replay)->lock);
	return 0;
}

int sevadm_open_beside(struct sevadm **out, const struct sevadm *first, unsigned int flags)
{
	int ret;

	if (first->replay) {
		*out = core_new(flags);
		if (!*out)
			return -ENOMEM;
		(*out)->replay = replay_ref(first->replay);
		ret = open_replay(*out, first->device);
	} else {
		ret = sevadm_open(out, first->device, flags);
	}
	if (ret || !first->recorder)
		return ret;
	ret = record_beside(*out, first);
	return ret ? core_fail_errno(*out, -ret, "record") : 0;
}

int sevadm_record_error(const struct sevadm *adm)
{
	return adm && adm->recorder ? recorder_error(adm->recorder) : 0;
}

/* --------------------------------------------------------------------------- notes */

void core_note(struct sevadm *adm, const char *about, int64_t result, const char *text)
{
	struct recording_event event = { .kind = RECORDING_NOTE, .result = result };
	int ret;

	if (!adm->recorder)
		return;
	ret = recording_bytes_add(&event.words, &event.nr_words, about, strlen(about));
	if (!ret)
		ret = recording_bytes_add(&event.got, &event.nr_got, text, strlen(text));
	if (ret)
		recorder_fail(adm->recorder, ret);
	recorder_add(adm->recorder, &event, recorder_now(adm->recorder));
}

bool core_noted(struct sevadm *adm, const char *about, int64_t *result, char *text, size_t size)
{
	const struct recording_event *event = adm->replay ? replay_note(adm->replay, about) : NULL;

	if (size)
		text[0] = '\0';
	if (!event)
		return false;
	*result = event->result;
	if (size && event->nr_got && event->got[0].data)
		snprintf(text, size, "%s", event->got[0].data);
	core_note(adm, about, *result, size ? text : "");
	return true;
}

/* -------------------------------------------------------------------------- replay */

int core_replay_open(struct sevadm *adm, const char *device)
{
	struct recording recording;
	struct recording_why why;
	int ret = recording_read(device + strlen("replay:"), &recording, &why);

	if (!ret)
		ret = replay_open(&adm->replay, &recording);
	else
		core_fail(adm, ret == -ENOENT ? SEVADM_ABSENT : ret == -EACCES || ret == -EPERM ?
			  SEVADM_PERMISSION : SEVADM_FAILED, -ret, ret == -ENOENT ?
			  "Make a recording with --record=FILE." : NULL, "%s", why.text);
	recording_clear(&recording);
	return ret ? core_fail_errno(adm, -ret, "open a recording") : open_replay(adm, device);
}

bool core_replay_has_fault(const struct sevadm *adm, const char *spec)
{
	return adm->replay && replay_has_fault(adm->replay, spec);
}

bool sevadm_is_replay(const struct sevadm *adm)
{
	return adm && adm->replay;
}

int sevadm_replay_check(struct sevadm *adm)
{
	struct sevadm_failure *f;
	char text[sizeof(f->message) - 32];

	if (!adm || !adm->replay || !replay_difference(adm->replay, text, sizeof(text)))
		return 0;
	f = &adm->failure;
	/* not core_fail(), which asks here whether it is this */
	if (f->kind == SEVADM_DONE) {
		*f = (struct sevadm_failure){
			.kind = SEVADM_FAILED, .err = EBADMSG, .status = SEVADM_NO_FW_CALL,
		};
		snprintf(f->message, sizeof(f->message), "the recording differs: %s", text);
		snprintf(f->remedy, sizeof(f->remedy), "A recording answers the command line that "
			 "`sevadm record show` heads it with, and the sevadm of that version.");
	}
	return -EBADMSG;
}

size_t sevadm_replay_rest(struct sevadm *adm, char *first, size_t size)
{
	first[0] = '\0';
	return adm && adm->replay ? replay_rest(adm->replay, first, size) : 0;
}
