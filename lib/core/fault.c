// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Faults as people write them: COMMAND[@cpu=N|@guest=ID][#[N][xTIMES]]:ANSWER[,...]
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/core/context.h"
#include "lib/firmware/command.h"
#include "lib/firmware/status.h"
#include "lib/util/text.h"

#define SPEC_MAX	256

struct name {
	const char *name;
	uint32_t value;
};

/* Requests that are no firmware command */
static const struct name others[] = {
	{ "GET_INFO", DEVICE_GET_INFO }, { "GUEST_LIST", DEVICE_GUEST_LIST },
	{ "WBINVD", DEVICE_WBINVD }, { "WBINVD_ALL", DEVICE_WBINVD_ALL }, { "*", DEVICE_ANY },
	{ NULL, 0 }
};

/* As in linux/sev-debug.h, without SEV_DBG_R_ */
static const struct name reasons[] = {
	{ "GUESTS", SEV_DBG_R_GUESTS }, { "TOMBSTONES", SEV_DBG_R_TOMBSTONES },
	{ "TRACK_LOST", SEV_DBG_R_TRACK_LOST }, { "BUFFERS", SEV_DBG_R_BUFFERS },
	{ "TIO", SEV_DBG_R_TIO }, { "INIT_LOCKED", SEV_DBG_R_INIT_LOCKED },
	{ "SVM_ON", SEV_DBG_R_SVM_ON }, { "PSP_DEAD", SEV_DBG_R_PSP_DEAD },
	{ "CPUS_OFFLINE", SEV_DBG_R_CPUS_OFFLINE }, { "RUNNING", SEV_DBG_R_RUNNING },
	{ "IOMMU", SEV_DBG_R_IOMMU }, { "CTH", SEV_DBG_R_CTH },
	{ NULL, 0 }
};

/* What a guest's hypervisor answers (linux/sev-guest.h; KVM has the last) */
static const struct name vmm_errors[] = {
	{ "INVALID_LEN", 1 }, { "BUSY", 2 }, { "GENERIC", UINT32_MAX },
	{ NULL, 0 }
};

/* Those that sevadm has issued, by one request or another */
static const uint16_t issued[] = {
	FW_CMD_INIT, FW_CMD_SHUTDOWN, FW_CMD_PLATFORM_STATUS, FW_CMD_DF_FLUSH, FW_CMD_GUEST_STATUS,
	FW_CMD_SNP_PLATFORM_STATUS, FW_CMD_SNP_DF_FLUSH, FW_CMD_SNP_INIT_EX,
	FW_CMD_SNP_SHUTDOWN_EX, FW_CMD_SNP_DECOMMISSION, FW_CMD_SNP_GUEST_STATUS,
	FW_CMD_FACTORY_RESET, FW_CMD_PEK_GEN, FW_CMD_PEK_CSR, FW_CMD_PEK_CERT_IMPORT,
	FW_CMD_PDH_CERT_EXPORT, FW_CMD_PDH_GEN, FW_CMD_SNP_CONFIG, FW_CMD_SNP_COMMIT,
	FW_CMD_SNP_VLEK_LOAD, FW_CMD_SNP_GUEST_REQUEST,
};

static bool named(const struct name *names, const char *text, uint32_t *value)
{
	for (; names->name; names++)
		if (!strcasecmp(names->name, text)) {
			*value = names->value;
			return true;
		}
	return false;
}

/* What is wrong with it; its words are escaped */
__attribute__((format(printf, 2, 3)))
static int wrong(struct sevadm_failure *failure, const char *format, ...)
{
	char text[sizeof(failure->message) / 5];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	*failure = (struct sevadm_failure){
		.kind = SEVADM_USAGE, .err = EINVAL, .status = SEVADM_NO_FW_CALL,
		.remedy = "A fault looks like SNP_DF_FLUSH#2:status=WBINVD_REQUIRED; see sevadm(8).",
	};
	text_escape(text, failure->message, sizeof(failure->message));
	return -EINVAL;
}

static int parse_command(const char *text, struct device_fault *f, struct sevadm_failure *failure)
{
	const struct command_row *row = command_find_name(text);
	uint64_t number;

	if (named(others, text, &f->command))
		return 0;
	if (row)
		f->command = row->id;
	else if (!text_u64(text, UINT16_MAX, &number))
		f->command = (uint32_t)number;
	else
		return wrong(failure, "'%s' is no firmware command, nor WBINVD, WBINVD_ALL, GET_INFO, "
			     "GUEST_LIST or *", text);
	for (size_t i = 0; i < sizeof(issued) / sizeof(issued[0]); i++)
		if (issued[i] == f->command)
			return 0;
	return wrong(failure, "sevadm never has %s issued; of a simulated host, `sim act FILE fail=` "
		     "makes those of KVM fail", text);
}

/* cpu=N or guest=ID */
static int parse_filter(const char *text, struct device_fault *f, struct sevadm_failure *failure)
{
	uint64_t number;

	if (!strncmp(text, "cpu=", 4) && !text_u64(text + 4, CPUSET_MAX - 1, &number)) {
		if (f->command != DEVICE_WBINVD)
			return wrong(failure, "only a WBINVD has a CPU: @%s", text);
		f->has_cpu = true;
		f->cpu = (uint32_t)number;
		return 0;
	}
	if (!strncmp(text, "guest=", 6) && !text_u64(text + 6, UINT64_MAX, &number)) {
		if (f->command != FW_CMD_SNP_DECOMMISSION && f->command != FW_CMD_GUEST_STATUS &&
		    f->command != FW_CMD_SNP_GUEST_STATUS)
			return wrong(failure, "only SNP_DECOMMISSION, SNP_GUEST_STATUS and GUEST_STATUS "
				     "have a guest: @%s", text);
		f->has_guest = true;
		f->guest = number;
		return 0;
	}
	return wrong(failure, "'@%s' is neither @cpu=N nor @guest=ID", text);
}

/* [N][xTIMES], where TIMES can be * */
static int parse_count(char *text, struct device_fault *f, struct sevadm_failure *failure)
{
	char *x = strchr(text, 'x');

	if (x)
		*x++ = '\0';
	if ((*text || !x) && (text_u64(text, UINT32_MAX, &f->from) || !f->from))
		return wrong(failure, "'#%s' says which one by no number from 1", text);
	if (x && !strcmp(x, "*"))
		f->times = 0;
	else if (x && (text_u64(x, UINT32_MAX, &f->times) || !f->times))
		return wrong(failure, "'x%s' says how often by no number from 1, nor by *", x);
	return 0;
}

static int parse_errno(const char *text, int *err)
{
	uint64_t number;

	if (!text_u64(text, 133, &number)) {
		*err = (int)number;
		return number ? 0 : -EINVAL;
	}
	for (int i = 1; i < 134; i++)
		if (strerrorname_np(i) && !strcasecmp(strerrorname_np(i), text)) {
			*err = i;
			return 0;
		}
	return -EINVAL;
}

static int parse_status(const char *text, uint32_t *status)
{
	const struct status_row *row = status_find_name(text);
	uint64_t number;

	if (!text_u64(text, UINT16_MAX, &number))
		*status = (uint32_t)number;
	else if (row && row->status != SEVADM_NO_FW_CALL)
		*status = row->status;
	else
		return -EINVAL;
	return 0;
}

static int parse_vmm(const char *text, uint32_t *error)
{
	uint64_t number;

	if (text_u64(text, UINT32_MAX, &number) || !number)
		return -EINVAL;
	*error = (uint32_t)number;
	return 0;
}

/* A number and us, ms or s */
static int parse_time(const char *text, uint64_t *ns)
{
	static const struct { const char *unit; uint64_t ns; } units[] = {
		{ "us", 1000 }, { "ms", 1000000 }, { "s", 1000000000 },
	};
	char number[16];
	size_t len = strspn(text, "0123456789");
	uint64_t n;

	if (!len || len >= sizeof(number))
		return -EINVAL;
	memcpy(number, text, len);
	number[len] = '\0';
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (!strcmp(text + len, units[i].unit) &&
		    !text_u64(number, 86400ULL * 1000000000 / units[i].ns, &n)) {
			*ns = n * units[i].ns;
			return n ? 0 : -EINVAL;
		}
	return -EINVAL;
}

static int choose_answer(struct device_fault *f, enum device_answer answer,
			 struct sevadm_failure *failure)
{
	if (f->answer != DEVICE_ANSWERS)
		return wrong(failure, "one of status, vmm, errno and hang is the answer, not two");
	f->answer = answer;
	if (answer == DEVICE_VMM && f->command != FW_CMD_SNP_GUEST_REQUEST)
		return wrong(failure, "only an SNP_GUEST_REQUEST goes through a hypervisor");
	if (answer != DEVICE_ERRNO && f->command > UINT16_MAX && f->command != DEVICE_ANY)
		return wrong(failure, "only a firmware command has a status, or hangs");
	return 0;
}

static int parse_answer(const char *text, struct device_fault *f, struct sevadm_failure *failure)
{
	const char *value = strchr(text, '=') ? strchr(text, '=') + 1 : "";

	if (!strcmp(text, "hang"))
		return choose_answer(f, DEVICE_HANGS, failure);
	if (!strncmp(text, "status=", 7))
		return parse_status(value, &f->status) ?
		       wrong(failure, "'%s' is no firmware status", value) :
		       choose_answer(f, DEVICE_STATUS, failure);
	if (!strncmp(text, "vmm=", 4))
		return named(vmm_errors, value, &f->status) || !parse_vmm(value, &f->status) ?
		       choose_answer(f, DEVICE_VMM, failure) :
		       wrong(failure, "'%s' is no error of a hypervisor's", value);
	if (!strncmp(text, "errno=", 6))
		return parse_errno(value, &f->err) ? wrong(failure, "'%s' is no errno", value) :
		       choose_answer(f, DEVICE_ERRNO, failure);
	if (!strncmp(text, "ext=", 4))
		return text_u64(value, UINT64_MAX, &f->ext) || !f->ext ?
		       wrong(failure, "'%s' is no extended error: a number of 64 bits from 1", value) : 0;
	if (!strncmp(text, "reason=", 7))
		return named(reasons, value, &f->reason) ? 0 :
		       wrong(failure, "'%s' is no reason of the driver's", value);
	if (!strncmp(text, "delay=", 6))
		return parse_time(value, &f->delay_ns) ?
		       wrong(failure, "'%s' is no time such as 200ms, 5s, at most a day", value) : 0;
	return wrong(failure, "'%s' is none of status=, ext=, vmm=, errno=, reason=, delay= and hang", text);
}

static int parse_answers(char *text, struct device_fault *f, struct sevadm_failure *failure)
{
	char *word;

	while ((word = strsep(&text, ","))) {
		int ret = parse_answer(word, f, failure);

		if (ret)
			return ret;
	}
	if (f->ext && (f->answer != DEVICE_STATUS || !f->status))
		return wrong(failure, "an extended error comes beside a status other than SUCCESS");
	if (f->reason && (f->answer != DEVICE_ERRNO || f->command > UINT16_MAX ||
			  f->command == FW_CMD_PLATFORM_STATUS ||
			  f->command == FW_CMD_SNP_PLATFORM_STATUS ||
			  f->command == FW_CMD_SNP_GUEST_REQUEST))
		return wrong(failure, "a reason comes with an errno of a command through "
			     "/dev/sev-debug");
	return 0;
}

static int parse(const char *spec, struct device_fault *f, struct sevadm_failure *failure)
{
	char copy[SPEC_MAX], *answers, *count, *filter;
	int ret;

	*f = (struct device_fault){ .from = 1, .times = 1 };
	if ((size_t)snprintf(copy, sizeof(copy), "%s", spec) >= sizeof(copy))
		return wrong(failure, "a fault has fewer than %d characters", SPEC_MAX);
	answers = strchr(copy, ':');
	if (!answers)
		return wrong(failure, "'%s' does not say what happens, after a colon", copy);
	*answers++ = '\0';
	count = strchr(copy, '#');
	if (count)
		*count++ = '\0';
	filter = strchr(copy, '@');
	if (filter)
		*filter++ = '\0';
	ret = parse_command(copy, f, failure);
	if (!ret && filter)
		ret = parse_filter(filter, f, failure);
	if (!ret && count)
		ret = parse_count(count, f, failure);
	return ret ? ret : parse_answers(answers, f, failure);
}

int sevadm_fault_check(const char *spec, struct sevadm_failure *failure)
{
	struct device_fault f;

	return parse(spec, &f, failure);
}

/* ---------------------------------------------------------------------------- put in */

static void let_time_pass(void *adm_, uint64_t ns)
{
	struct sevadm *adm = adm_;

	/* no event of its own: it is part of the answer, which is recorded */
	if (!adm->replay)
		adm->below->ops->sleep(adm->below, ns);
}

static int put_before(struct sevadm *adm)
{
	struct device **slot;
	char seconds[16];
	int ret;
	uint64_t n = 100;	/* what the driver has unless it was told */

	/* a recording answers what it was asked then, and no more */
	if (!adm->replay &&
	    !host_read_line(adm->below, "/sys/module/ccp/parameters/psp_cmd_timeout", seconds,
			    sizeof(seconds)))
		text_u64(seconds, 86400, &n);
	/* what is put in is recorded as any other answer */
	slot = device_record_inner(adm->dev);
	if (!slot)
		slot = &adm->dev;
	ret = device_fault_open(slot, let_time_pass, adm, n * 1000000000);
	adm->faulty = *slot;
	return ret;
}

int sevadm_fault_add(struct sevadm *adm, const char *spec)
{
	struct sevadm_failure failure;
	struct device_fault f;
	char *copy;
	int ret;

	if (!sevadm_is_simulated(adm))
		return core_fail(adm, SEVADM_USAGE, EOPNOTSUPP, "Say --device=sim:FILE.",
				 "faults are for simulated hosts, never for a real one");
	if (parse(spec, &f, &failure))
		return core_fail(adm, SEVADM_USAGE, EINVAL, failure.remedy, "%s", failure.message);
	if (adm->nr_faults == DEVICE_FAULTS)
		return core_fail(adm, SEVADM_USAGE, ENOSPC, NULL, "%d faults at most", DEVICE_FAULTS);
	copy = strdup(spec);
	ret = !copy ? -ENOMEM : adm->faulty ? 0 : put_before(adm);
	if (ret) {
		free(copy);
		return core_fail_errno(adm, -ret, "put faults in");
	}
	f.recorded = core_replay_has_fault(adm, spec);
	device_fault_add(adm->faulty, &f);
	adm->faults[adm->nr_faults++] = copy;
	return 0;
}

int sevadm_fault_share(struct sevadm *adm, const struct sevadm *other)
{
	struct device **slot = device_record_inner(adm->dev);

	if (!other->nr_faults)
		return 0;
	if (adm->nr_faults)
		return core_fail(adm, SEVADM_USAGE, EEXIST, NULL, "there are faults already");
	for (size_t i = 0; i < other->nr_faults; i++) {
		adm->faults[i] = strdup(other->faults[i]);
		if (!adm->faults[i])
			return core_fail_errno(adm, ENOMEM, "put faults in");
		adm->nr_faults++;
	}
	if (!slot)
		slot = &adm->dev;
	if (device_fault_share(slot, other->faulty, let_time_pass, adm))
		return core_fail_errno(adm, ENOMEM, "put faults in");
	adm->faulty = *slot;
	return 0;
}

int sevadm_fault_get(const struct sevadm *adm, size_t i, struct sevadm_fault *fault)
{
	if (!adm || !adm->faulty || i >= adm->nr_faults)
		return -ENOENT;
	fault->spec = adm->faults[i];
	device_fault_uses(adm->faulty, i, &fault->asked, &fault->used);
	return 0;
}

void core_faults_free(struct sevadm *adm)
{
	for (size_t i = 0; i < adm->nr_faults; i++)
		free(adm->faults[i]);
}
