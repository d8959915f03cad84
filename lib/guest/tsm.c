// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reports by configfs-tsm: a directory is made, what is wanted written into its files, and
 * reading one of them has the kernel ask the firmware.  What is wrong with the data is not
 * told when it is written, since configfs looks at it once the file is closed.  Each write
 * adds one to the directory's generation, which so tells whether all of ours, and nobody
 * else's, were taken.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/guest/guest.h"
#include "lib/util/text.h"

#define BLOB_MAX	32768	/* TSM_REPORT_OUTBLOB_MAX */
#define NAMES		64	/* sevadm-0, ...: ours, and what others of us left behind */
#define PROVIDER	"sev_guest"

struct tsm {
	struct sevadm *adm;
	char dir[sizeof(GUEST_TSM) + 32];
	uint64_t writes;
};

static int nothing(void *arg, const char *name)
{
	(void)arg;
	(void)name;
	return 0;
}

int guest_tsm_look(struct sevadm *adm)
{
	return adm->host->ops->list(adm->host, GUEST_TSM, nothing, NULL);
}

static int fail(const struct tsm *tsm, const char *what, const char *name, int ret)
{
	char text[256];

	snprintf(text, sizeof(text), "configfs-tsm: %s %s", what, name);
	return core_fail_errno(tsm->adm, -ret, text);
}

static const char *path(const struct tsm *tsm, const char *name, char *buf, size_t size)
{
	snprintf(buf, size, "%s/%s", tsm->dir, name);
	return buf;
}

static int make(struct tsm *tsm)
{
	struct host *host = tsm->adm->host;
	int ret = -EEXIST;

	for (unsigned int i = 0; ret == -EEXIST && i < NAMES; i++) {
		snprintf(tsm->dir, sizeof(tsm->dir), "%s/sevadm-%u", GUEST_TSM, i);
		ret = host->ops->make(host, tsm->dir);
	}
	if (ret == -ENOENT || ret == -EPERM || ret == -ENXIO)
		return core_fail(tsm->adm, SEVADM_ABSENT, -ret, "Mount configfs (`mount -t configfs none "
				 "/sys/kernel/config`) and load sev-guest; Linux 6.7 or later has it.",
				 "there is no configfs-tsm in %s (%s)", GUEST_TSM, strerrorname_np(-ret));
	return ret ? fail(tsm, "make", tsm->dir, ret) : 0;
}

/* Who it is that reports here: others do it by the same way */
static int check_provider(const struct tsm *tsm)
{
	char name[sizeof(tsm->dir) + 32], line[64], safe[256];
	int ret = host_read_line(tsm->adm->host, path(tsm, "provider", name, sizeof(name)), line,
				 sizeof(line));

	if (ret)
		return fail(tsm, "read", "provider", ret);
	if (strcmp(line, PROVIDER))
		return core_fail(tsm->adm, SEVADM_ABSENT, ENODEV, NULL, "reports of configfs-tsm are those "
				 "of %s here, not of " PROVIDER, text_escape(line, safe, sizeof(safe)));
	return 0;
}

static int read_number(const struct tsm *tsm, const char *name, uint64_t *value)
{
	char full[sizeof(tsm->dir) + 32], line[32];
	int ret = host_read_line(tsm->adm->host, path(tsm, name, full, sizeof(full)), line,
				 sizeof(line));

	if (!ret && text_u64(line, UINT64_MAX, value))
		ret = -EPROTO;
	return ret ? fail(tsm, "read", name, ret) : 0;
}

static int set_level(struct tsm *tsm, const struct sevadm_report_request *request, uint32_t *vmpl)
{
	struct host *host = tsm->adm->host;
	char full[sizeof(tsm->dir) + 32], text[16];
	uint64_t floor;
	int ret = read_number(tsm, "privlevel_floor", &floor);

	if (ret)
		return ret;
	if (!request->has_vmpl)
		*vmpl = (uint32_t)floor;
	if (*vmpl < floor)
		return core_fail(tsm->adm, SEVADM_FAILED, EPERM, NULL, "VMPL %u is above what this guest's "
				 "kernel may speak for: from %u on", *vmpl, (unsigned int)floor);
	snprintf(text, sizeof(text), "%u", *vmpl);
	ret = host->ops->write(host, path(tsm, "privlevel", full, sizeof(full)), text);
	tsm->writes++;
	return ret ? fail(tsm, "write", "privlevel", ret) : 0;
}

static int set_data(struct tsm *tsm, const struct sevadm_report_request *request)
{
	struct host *host = tsm->adm->host;
	char full[sizeof(tsm->dir) + 32];
	int ret = host->ops->put(host, path(tsm, "inblob", full, sizeof(full)), request->data,
				 sizeof(request->data));

	tsm->writes++;
	return ret ? fail(tsm, "write", "inblob", ret) : 0;
}

static int check_generation(const struct tsm *tsm)
{
	uint64_t generation;
	int ret = read_number(tsm, "generation", &generation);

	if (ret || generation == tsm->writes)
		return ret;
	return core_fail(tsm->adm, SEVADM_BUSY, EBUSY, "Try again.", "configfs-tsm took %llu writes to %s, "
			 "and ours were %llu: somebody else wrote there, or one was not taken",
			 (unsigned long long)generation, tsm->dir, (unsigned long long)tsm->writes);
}

/* With an answer that is not final the kernel asks anew at the next read, with a new message */
static bool may_repeat(ssize_t n)
{
	return n == -EAGAIN || n == -EBUSY;
}

static int read_blob(const struct tsm *tsm, const char *name, struct guest_patience *patience,
		     uint8_t **blob, size_t *size)
{
	struct host *host = tsm->adm->host;
	char full[sizeof(tsm->dir) + 32];
	ssize_t n;
	int ret = 0;

	*blob = malloc(BLOB_MAX + 1);
	if (!*blob)
		return core_fail_errno(tsm->adm, ENOMEM, "report");
	path(tsm, name, full, sizeof(full));
	do {
		n = host->ops->read(host, full, (char *)*blob, BLOB_MAX + 1);
		if (may_repeat(n))
			ret = guest_wait(tsm->adm, patience);
	} while (may_repeat(n) && !ret);
	if (n < 0) {
		free(*blob);
		*blob = NULL;
		return ret == -ECANCELED ? ret : (int)n;
	}
	*size = (size_t)n;
	return 0;
}

static int refused(const struct tsm *tsm, int ret)
{
	if (ret == -EAGAIN || ret == -EBUSY)
		return core_fail(tsm->adm, SEVADM_BUSY, -ret, "Try again later, or say a longer --timeout.",
				 "the host is busy, and stayed so (%s)", strerrorname_np(-ret));
	if (ret == -EINVAL)
		return core_fail(tsm->adm, SEVADM_REFUSED, EINVAL, "Ask by the device, if it is there: it "
				 "tells the status.", "the firmware refused to report on this guest, or its "
				 "kernel did, by configfs-tsm (EINVAL)");
	return core_fail(tsm->adm, ret == -ENXIO ? SEVADM_REFUSED : SEVADM_FAILED, -ret,
			 "The guest's log tells both halves of what came back; if a key was given up "
			 "there (\"Disabling VMPCK\"), that is final until the guest boots anew.",
			 "there is no report by configfs-tsm: %s (%s)", strerror(-ret),
			 strerrorname_np(-ret));
}

static int ask(struct tsm *tsm, const struct sevadm_report_request *request,
	       struct guest_patience *patience, struct sevadm_guest_report *report)
{
	int ret = check_provider(tsm);

	if (!ret)
		ret = set_level(tsm, request, &report->vmpl);
	if (!ret)
		ret = set_data(tsm, request);
	if (!ret)
		ret = check_generation(tsm);
	if (ret)
		return ret;
	ret = read_blob(tsm, "outblob", patience, &report->report, &report->size);
	if (ret)
		return ret == -ECANCELED ? ret : refused(tsm, ret);
	if (request->certs)
		ret = read_blob(tsm, "auxblob", patience, &report->certs, &report->certs_size);
	if (ret)
		return ret == -ECANCELED ? ret : fail(tsm, "read", "auxblob", ret);
	if (report->certs && !report->certs_size) {
		free(report->certs);
		report->certs = NULL;
	}
	return check_generation(tsm);
}

int guest_tsm_report(struct sevadm *adm, const struct sevadm_report_request *request,
		     struct guest_patience *patience, struct sevadm_guest_report *report,
		     struct sevadm_run *run)
{
	struct tsm tsm = { .adm = adm };
	int ret = make(&tsm), removed;

	if (ret)
		return ret;
	ret = ask(&tsm, request, patience, report);
	removed = adm->host->ops->remove(adm->host, tsm.dir);
	if (removed)
		core_warn(adm, run, "%s stays behind: it could not be removed (%s)", tsm.dir,
			  strerrorname_np(-removed));
	return ret;
}
