// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Actions about the launch of VMs, whose owner sends files and gets files: sim_act().
 * Each is a word and what goes with it, NAME=VALUE with commas between.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim_fwbuf.h"
#include "sim_launch.h"

#define MEMORY_MAX	(1u << 20)
#define SECRET_MAX	0x4000u
#define REPORT_SIZE	208u

/* What an action is about, in the order of their names */
struct words {
	struct sim_launch launch;
	struct sim_blob header, payload;
	uint8_t nonce[16];
	bool has_nonce;
	char into[PATH_MAX], measurement[PATH_MAX], report[PATH_MAX];
};

static int read_all(int fd, struct sim_blob *blob)
{
	size_t at = 0;

	while (at < blob->size) {
		ssize_t n = read(fd, blob->data + at, blob->size - at);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (!n)
			return -EIO;		/* it became shorter */
		at += n > 0 ? (size_t)n : 0;
	}
	return 0;
}

/* A file of at most @max bytes, or, with @exactly, just as many */
static int take(const char *path, size_t max, bool exactly, struct sim_blob *blob,
		struct sim_why *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), ret = fd < 0 ? -errno : 0;
	struct stat st = { 0 };

	if (!ret && fstat(fd, &st))
		ret = -errno;
	if (!ret && !S_ISREG(st.st_mode))
		ret = -EINVAL;
	if (!ret && (!st.st_size || (size_t)st.st_size > max ||
		     (exactly && (size_t)st.st_size != max))) {
		close(fd);
		return sim_why(why, -EINVAL, "%s: %lld bytes, and it has to be %s%zu", path,
			       (long long)st.st_size, exactly ? "" : "1 to ", max);
	}
	free(blob->data);
	blob->size = (size_t)st.st_size;
	blob->data = ret ? NULL : malloc(blob->size);
	if (!ret)
		ret = blob->data ? read_all(fd, blob) : -ENOMEM;
	if (fd >= 0)
		close(fd);
	/* ENOENT would be that the host is not there */
	return ret ? sim_why(why, ret == -ENOENT ? -EIO : ret, "%s: %s", path, strerror(-ret)) : 0;
}

/* Whole or not at all; nobody else's to read */
static int put(const char *path, const void *data, size_t size, struct sim_why *why)
{
	char temporary[PATH_MAX + 16];
	int fd, ret = 0;

	snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path);
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return sim_why(why, errno == ENOENT ? -EIO : -errno, "%s: %s", path, strerror(errno));
	if (write(fd, data, size) != (ssize_t)size || fsync(fd))
		ret = errno ? -errno : -EIO;
	close(fd);
	if (!ret && rename(temporary, path))
		ret = -errno;
	if (ret)
		unlink(temporary);
	return ret ? sim_why(why, ret, "%s: %s", path, strerror(-ret)) : 0;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int hex(const char *text, uint8_t *out, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		int high = digit(text[2 * i]), low = high < 0 ? -1 : digit(text[2 * i + 1]);

		if (low < 0)
			return -EINVAL;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return text[2 * size] ? -EINVAL : 0;
}

static int number(const char *text, uint64_t max, uint64_t *out)
{
	char *end;

	if (*text < '0' || *text > '9')
		return -EINVAL;
	errno = 0;
	*out = strtoull(text, &end, 0);
	return errno || *end || *out > max ? -EINVAL : 0;
}

/* One that is not a file to be read; 1: it is */
static int plain_word(struct words *w, const char *name, const char *value)
{
	struct sim_launch *l = &w->launch;
	char *path = !strcmp(name, "into") ? w->into : !strcmp(name, "report") ? w->report :
		     !strcmp(name, "measurement") ? w->measurement : NULL;

	if (path) {
		snprintf(path, PATH_MAX, "%s", value);
		return *value && strlen(value) < PATH_MAX ? 0 : -EINVAL;
	}
	if (!strcmp(name, "policy")) {
		l->has_policy = true;
		return number(value, UINT64_MAX, &l->policy);
	}
	if (!strcmp(name, "nonce")) {
		w->has_nonce = true;
		return hex(value, w->nonce, sizeof(w->nonce));
	}
	if (!strcmp(name, "host-data"))
		return hex(value, l->host_data, sizeof(l->host_data));
	if (!strcmp(name, "author-key") || !strcmp(name, "vcek")) {
		bool author = *name == 'a', yes = !strcmp(value, "yes");
		uint32_t flag = author ? FWB_AUTH_KEY_EN : FWB_VCEK_DIS;

		l->finish_flags = yes == author ? l->finish_flags | flag : l->finish_flags & ~flag;
		return yes || !strcmp(value, "no") ? 0 : -EINVAL;
	}
	return 1;
}

static int word(struct words *w, const char *name, const char *value, struct sim_why *why)
{
	const struct {
		const char *name;
		struct sim_blob *blob;
		size_t max;
		bool exactly;
	} files[] = {
		/* what is too short or too long is for the firmware to refuse */
		{ "godh", &w->launch.godh, SIM_PAGE, false },
		{ "session", &w->launch.session, SIM_PAGE, false },
		{ "memory", &w->launch.memory, MEMORY_MAX, false },
		{ "id-block", &w->launch.id_block, 96, true },
		{ "id-auth", &w->launch.id_auth, 4096, true },
		{ "header", &w->header, SIM_PAGE, false },
		{ "payload", &w->payload, SECRET_MAX, false },
	};
	int ret = plain_word(w, name, value);

	if (ret < 0)
		return sim_why(why, ret, "'%s' is no value of %s", value, name);
	for (size_t i = 0; ret && i < sizeof(files) / sizeof(files[0]); i++)
		if (!strcmp(files[i].name, name))
			return take(value, files[i].max, files[i].exactly, files[i].blob, why);
	return ret ? sim_why(why, -EINVAL, "a launch knows no '%s'", name) : 0;
}

static int words_parse(struct words *w, char *list, struct sim_why *why)
{
	int ret = 0;

	while (list && !ret) {
		char *name = strsep(&list, ","), *value = strchr(name, '=');

		if (!value)
			return sim_why(why, -EINVAL, "'%s': NAME=VALUE", name);
		*value++ = 0;
		ret = word(w, name, value, why);
	}
	return ret;
}

static void words_free(struct words *w)
{
	struct sim_blob *blobs[] = {
		&w->launch.godh, &w->launch.session, &w->launch.memory, &w->launch.id_block,
		&w->launch.id_auth, &w->header, &w->payload,
	};

	for (size_t i = 0; i < sizeof(blobs) / sizeof(blobs[0]); i++)
		free(blobs[i]->data);
	free(w);
}

/* ----------------------------------------------------------------- the actions */

static int launch_check(struct words *w, const char *kind, struct sim_why *why)
{
	struct sim_launch *l = &w->launch;
	size_t len = strcspn(kind, ":@");
	bool snp = len == 3 && !strncmp(kind, "snp", 3);

	if (!snp && !(len == 3 && !strncmp(kind, "sev", 3)) &&
	    !(len == 6 && !strncmp(kind, "sev-es", 6)))
		return sim_why(why, -EINVAL, "'%s': snp, sev or sev-es is launched", kind);
	if (!l->godh.size != !l->session.size)
		return sim_why(why, -EINVAL, "godh and session go together");
	if (!l->id_block.size != !l->id_auth.size)
		return sim_why(why, -EINVAL, "id-block and id-auth go together");
	if (snp ? l->session.size || *w->measurement : l->id_block.size || l->finish_flags)
		return sim_why(why, -EINVAL, "%s", snp ? "sessions are for guests of SEV and SEV-ES" :
			       "id blocks are for SNP guests");
	if (snp && l->memory.size % SIM_PAGE)
		return sim_why(why, -EINVAL, "an SNP guest's memory is of whole pages");
	if (l->id_block.size)
		l->finish_flags |= FWB_ID_BLOCK_EN;
	return 0;
}

/* SEV and SEV-ES until the guest was measured, SNP to the end */
static int do_launch(struct sim *s, struct words *w, const char *kind, int64_t *result,
		     struct sim_why *why)
{
	pid_t pid = 0;
	int ret = launch_check(w, kind, why);

	if (ret)
		return ret;
	s->launch = &w->launch;
	ret = act_start(s, kind, false, &pid, why);
	s->launch = NULL;
	*result = pid;
	if (!ret && *w->measurement)
		ret = put(w->measurement, w->launch.measurement, sizeof(w->launch.measurement), why);
	return ret;
}

static int vm_of(struct sim *s, const char *text, struct sim_vm **vm, struct sim_why *why)
{
	uint64_t pid = 0;
	int ret = number(text, INT32_MAX, &pid);
	struct sim_proc *p = ret ? NULL : proc_find(s, (pid_t)pid);

	if (!p || !p->has_vm)
		return sim_why(why, ret ? ret : -ESRCH, "no process %s with a VM on the simulated "
			       "machine", text);
	*vm = &s->st->kvm.vm[p->vm];
	if ((*vm)->kind != SIM_KIND_SEV && (*vm)->kind != SIM_KIND_SEV_ES)
		return sim_why(why, -EINVAL, "process %s has no guest of SEV or SEV-ES", text);
	s->current = p;
	return 0;
}

static int do_secret(struct sim *s, struct sim_vm *vm, struct words *w, struct sim_why *why)
{
	int ret;

	if (!w->header.size || !w->payload.size)
		return sim_why(why, -EINVAL, "a secret has a header and a payload");
	ret = vm_sev_secret(s, vm, &w->header, &w->payload, why);
	return ret || !*w->into ? ret : put(w->into, w->payload.data, w->payload.size, why);
}

static int do_attest(struct sim *s, struct sim_vm *vm, struct words *w, struct sim_why *why)
{
	uint8_t report[REPORT_SIZE];
	int ret;

	if (!w->has_nonce || !*w->report)
		return sim_why(why, -EINVAL, "an attestation has a nonce and a report");
	ret = vm_sev_attest(s, vm, w->nonce, report, why);
	return ret ? ret : put(w->report, report, sizeof(report), why);
}

static int act(struct sim *s, const char *name, struct words *w, const char *subject,
	       int64_t *result, struct sim_why *why)
{
	struct sim_vm *vm = NULL;
	int ret;

	if (!strcmp(name, "launch"))
		return do_launch(s, w, subject, result, why);
	ret = vm_of(s, subject, &vm, why);
	if (!ret)
		ret = *name == 's' ? do_secret(s, vm, w, why) : *name == 'a' ?
		      do_attest(s, vm, w, why) : vm_sev_finish(s, vm, why);
	s->current = NULL;
	return ret;
}

int act_launch(struct sim *s, const char *name, const char *value, int64_t *result,
	       struct sim_why *why)
{
	struct words *w;
	char *copy, *rest;
	int ret;

	w = calloc(1, sizeof(*w));
	rest = copy = strdup(value);
	if (!w || !copy) {
		free(w);
		free(copy);
		return sim_why(why, -ENOMEM, "no memory");
	}
	value = strsep(&rest, ",");
	ret = words_parse(w, rest, why);
	if (!ret)
		ret = act(s, name, w, value, result, why);
	words_free(w);
	free(copy);
	return ret;
}
