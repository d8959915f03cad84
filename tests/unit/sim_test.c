// SPDX-License-Identifier: GPL-2.0-or-later
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/psp_fw.h"
#include "sim_test.h"

struct sim *sim;
char sim_path[256];
int dbg;
uint32_t status, reason;
char did[1024];

static char directory[200];

void sim_test_create(const struct sim_options *o)
{
	struct sim_why why = { "" };
	const char *tmp = getenv("TMPDIR");

	snprintf(directory, sizeof(directory), "%s/sim-test.XXXXXX", tmp ? tmp : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(sim_path, sizeof(sim_path), "%s/machine", directory);
	ck_assert_msg(!sim_create(sim_path, o, &device_sim_crypto, &why), "create: %s", why.text);
	ck_assert_msg(!sim_open(sim_path, &device_sim_crypto, &sim, &why), "open: %s", why.text);
	dbg = sim_node_open(sim, "/dev/sev-debug", O_RDWR);
}

void sim_test_small(unsigned int snp, unsigned int sev)
{
	struct sim_options o = {
		.cpus = 4, .threads_per_core = 2, .cores_per_ccx = 1, .sockets = 1,
		.snp_guests = snp, .sev_guests = sev, .vcpus = 2,
	};

	sim_test_create(&o);
	ck_assert_int_ge(dbg, 0);
}

void sim_test_remove(void)
{
	sim_close(sim);
	unlink(sim_path);
	ck_assert_int_eq(rmdir(directory), 0);	/* and nothing else was left there */
}

int try_act(const char *action)
{
	struct sim_why why = { "" };
	int64_t result;
	int ret = sim_act(sim, action, &result, &why);

	if (ret)
		ck_assert_msg(why.text[0], "%s failed without a reason", action);
	return ret;
}

int64_t act(const char *fmt, ...)
{
	struct sim_why why = { "" };
	char action[128];
	int64_t result;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(action, sizeof(action), fmt, ap);
	va_end(ap);
	ck_assert_msg(!sim_act(sim, action, &result, &why), "%s: %s", action, why.text);
	return result;
}

struct sim_info *describe(void)
{
	static struct sim_info i;

	ck_assert_int_eq(sim_describe(sim, &i), 0);
	return &i;
}

struct sim_guest_info *guest(unsigned int index)
{
	static struct sim_guest_info g;

	return sim_describe_guest(sim, index, &g) ? NULL : &g;
}

static void tell(const struct sev_dbg_result *r, uint32_t n)
{
	size_t len = 0;

	for (did[0] = 0; n--; r++) {
		len += (size_t)snprintf(did + len, sizeof(did) - len, "%s%s", len ? " " : "",
					psp_fw_command_name(r->cmd));
		if (r->count > 1)
			len += (size_t)snprintf(did + len, sizeof(did) - len, "x%u", r->count);
		len += (size_t)snprintf(did + len, sizeof(did) - len, "=%#x", r->status);
	}
}

static int command(unsigned long request, uint32_t flags)
{
	struct sev_dbg_result trace[32];
	struct sev_dbg_cmd c = {
		.size = sizeof(c), .flags = flags, .trace_entry_size = sizeof(trace[0]),
		.trace_capacity = 32, .trace = (uintptr_t)trace,
	};
	int ret = sim_node_ioctl(sim, dbg, request, &c);

	status = c.result.status;
	reason = c.reason;
	if (ret != -EINVAL && ret != -EBADF) {
		ck_assert_int_eq(c.result.err, ret);
		ck_assert_uint_eq(c.trace_count, c.trace_total);
	}
	ck_assert_int_eq(ret == -EBUSY, reason && reason != SEV_DBG_R_CPUS_OFFLINE &&
					reason != SEV_DBG_R_CTH && reason != SEV_DBG_R_IOMMU);
	tell(trace, c.trace_count);
	return ret;
}

int shutdown_fw(uint32_t flags)
{
	return command(SEV_DBG_SHUTDOWN, flags);
}

int init_fw(void)
{
	return command(SEV_DBG_INIT, 0);
}

int df_flush(void)
{
	return command(SEV_DBG_DF_FLUSH, 0);
}

int decommission(uint64_t id, uint32_t flags)
{
	struct sev_dbg_guest_cmd c = { .size = sizeof(c), .flags = flags, .id = id };
	int ret = sim_node_ioctl(sim, dbg, SEV_DBG_DECOMMISSION, &c);

	status = c.result.status;
	reason = c.reason;
	return ret;
}

struct sev_dbg_info *info(void)
{
	static struct sev_dbg_info i;

	memset(&i, 0, sizeof(i));
	i.size = sizeof(i);
	ck_assert_int_eq(sim_node_ioctl(sim, dbg, SEV_DBG_GET_INFO, &i), 0);
	return &i;
}

uint32_t guests(struct sev_dbg_guest *list, uint32_t capacity)
{
	struct sev_dbg_guest_list l = {
		.size = sizeof(l), .entry_size = sizeof(*list), .capacity = capacity,
		.entries = (uintptr_t)list,
	};

	ck_assert_int_eq(sim_node_ioctl(sim, dbg, SEV_DBG_GUEST_LIST, &l), 0);
	return l.total;
}

uint64_t id_of(pid_t pid)
{
	struct sev_dbg_guest list[16];
	uint32_t i, n = guests(list, 16);

	for (i = 0; i < n && i < 16; i++)
		if (list[i].tgid == pid)
			return list[i].id;
	return 0;
}

static pthread_barrier_t all_there;

static void *wbinvd_worker(void *arg)
{
	struct sev_dbg_wbinvd w = { .size = sizeof(w), .cpu = (uint32_t)(uintptr_t)arg };

	int ret = sim_thread_pin(sim, w.cpu);

	/* who comes when another one is done is after it on the machine's clock */
	pthread_barrier_wait(&all_there);
	if (ret)
		return NULL;
	return sim_node_ioctl(sim, dbg, SEV_DBG_WBINVD, &w) ? NULL : sim;
}

unsigned int wbinvd_all(void)
{
	unsigned int cpus = describe()->cpus, i, done = 0;
	pthread_t *threads = calloc(cpus, sizeof(*threads));
	pthread_attr_t attr;
	void *ok;

	ck_assert_ptr_nonnull(threads);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 64 * 1024);
	pthread_barrier_init(&all_there, NULL, cpus);
	for (i = 0; i < cpus; i++)
		ck_assert_int_eq(pthread_create(&threads[i], &attr, wbinvd_worker,
						(void *)(uintptr_t)i), 0);
	for (i = 0; i < cpus; i++) {
		pthread_join(threads[i], &ok);
		done += !!ok;
	}
	pthread_barrier_destroy(&all_there);
	pthread_attr_destroy(&attr);
	free(threads);
	return done;
}

const char *logged(const char *text)
{
	static char found[SIM_LOG_LINE];
	char line[SIM_LOG_LINE];
	unsigned int i;

	found[0] = 0;
	for (i = 0; !sim_describe_log(sim, i, line); i++)
		if (strstr(line, text) && strstr(line, "] "))
			strcpy(found, strstr(line, "] ") + 2);
	return found[0] ? found : NULL;
}
