// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib_matrix_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/psp-sev.h>

#include "lib/device/sim_crypto.h"

#define SEV_STATUS	1	/* numbers of /dev/sev */
#define SNP_STATUS	9

const char *const matrix_commands[STEPS] = {
	[STEP_DECOMMISSION] = "SNP_DECOMMISSION", [STEP_SHUTDOWN] = "SHUTDOWN",
	[STEP_WBINVD] = "WBINVD", [STEP_FLUSH] = "SNP_DF_FLUSH",
	[STEP_SNP_SHUTDOWN] = "SNP_SHUTDOWN_EX", [STEP_PROOF_SEV] = "PLATFORM_STATUS",
	[STEP_PROOF_SNP] = "SNP_PLATFORM_STATUS", [STEP_KEXEC_LOAD] = "KEXEC_FILE_LOAD",
	[STEP_KEXEC_UNLOAD] = "KEXEC_FILE_UNLOAD", [STEP_SYSTEMD_KEXEC] = "systemctl kexec",
	[STEP_KEXEC] = "KEXEC", [STEP_RMMOD] = "rmmod kvm_amd",
	[STEP_MODPROBE] = "modprobe kvm_amd",
};

struct matrix matrix;
struct sevadm *adm;
struct sevadm_run record;
char matrix_path[256];

static char directory[200], template[256];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER, turn = PTHREAD_MUTEX_INITIALIZER;

/* ------------------------------------------------------------------- in between */

static const struct device_ops *real_device;
static const struct host_ops *real_host;
static struct device_ops device_ops;
static struct host_ops host_ops;

static enum matrix_step step_of(unsigned long request, void *arg)
{
	switch (request) {
	case SEV_DBG_DECOMMISSION:
		return STEP_DECOMMISSION;
	case SEV_DBG_WBINVD:
		return STEP_WBINVD;
	case SEV_DBG_DF_FLUSH:
		return STEP_FLUSH;
	case SEV_DBG_SHUTDOWN:
		return ((struct sev_dbg_cmd *)arg)->flags & SEV_DBG_C_LEGACY ? STEP_SHUTDOWN :
		       STEP_SNP_SHUTDOWN;
	case SEV_ISSUE_CMD:
		/* those before only count guests */
		if (!matrix.snp_down)
			return STEPS;
		return ((struct sev_issue_cmd *)arg)->cmd == SEV_STATUS ? STEP_PROOF_SEV :
		       STEP_PROOF_SNP;
	default:
		return STEPS;
	}
}

/* 0: go on; -errno: that is the answer */
static int before(enum matrix_step step)
{
	struct sim_why why = { "" };
	bool due;

	if (step == STEPS)
		return 0;
	pthread_mutex_lock(&lock);
	due = matrix.counts[step]++ == matrix.skip;
	if (step != STEP_PROOF_SEV && step != STEP_PROOF_SNP && ++matrix.calls == matrix.kill_at &&
	    !matrix.after)
		raise(SIGKILL);
	pthread_mutex_unlock(&lock);
	if (step != matrix.at || !due)
		return 0;
	if (matrix.fail[0])
		ck_assert_msg(!sim_act(adm->sim, matrix.fail, NULL, &why), "%s: %s", matrix.fail,
			      why.text);
	return -matrix.refuse;
}

static int after(enum matrix_step step, int ret)
{
	if ((step == STEP_SNP_SHUTDOWN || step == STEP_RMMOD) && !ret)
		matrix.snp_down = true;
	if (step < STEPS && matrix.after && matrix.calls == matrix.kill_at)
		raise(SIGKILL);
	return ret;
}

/* One after another where it is to be killed: not while another changes the machine */
static int submit(struct device *dev, unsigned long request, void *arg)
{
	enum matrix_step step = step_of(request, arg);
	int ret;

	if (matrix.kill_at)
		pthread_mutex_lock(&turn);
	ret = before(step);
	ret = after(step, ret ? ret : real_device->submit(dev, request, arg));
	if (matrix.kill_at)
		pthread_mutex_unlock(&turn);
	return ret;
}

static int process_signal(struct host *host, int handle, int sig)
{
	int ret = before(STEP_SIGNAL);

	return after(STEP_SIGNAL, ret ? ret : real_host->process_signal(host, handle, sig));
}

static int write_file(struct host *host, const char *path, const char *text)
{
	int ret = before(STEP_WRITE);

	return after(STEP_WRITE, ret ? ret : real_host->write(host, path, text));
}

static int run_program(struct host *host, const char *const *words, uint64_t timeout_ns,
		       char *said, size_t size)
{
	enum matrix_step step = !strcmp(words[0], "modprobe") ? STEP_MODPROBE :
				!strcmp(words[1], "kexec") ? STEP_SYSTEMD_KEXEC : STEP_RUN;
	int ret = before(step);

	return after(step, ret ? ret : real_host->run(host, words, timeout_ns, said, size));
}

static int module_remove(struct host *host, const char *name)
{
	int ret = before(STEP_RMMOD);

	return after(STEP_RMMOD, ret ? ret : real_host->module_remove(host, name));
}

static int kexec_load(struct host *host, const char *kernel, const char *initrd,
		      const char *append)
{
	int ret = before(STEP_KEXEC_LOAD);

	return after(STEP_KEXEC_LOAD, ret ? ret : real_host->kexec_load(host, kernel, initrd,
									append));
}

static int kexec_unload(struct host *host)
{
	int ret = before(STEP_KEXEC_UNLOAD);

	return after(STEP_KEXEC_UNLOAD, ret ? ret : real_host->kexec_unload(host));
}

static int kexec_now(struct host *host)
{
	int ret = before(STEP_KEXEC);

	return after(STEP_KEXEC, ret ? ret : real_host->kexec(host));
}

/* --------------------------------------------------------------------- the host */

void matrix_make_with(const struct sim_options *options, const char *const *actions)
{
	const char *tmp = getenv("TMPDIR");
	struct sim_why why = { "" };
	struct sim *sim;

	snprintf(directory, sizeof(directory), "%s/matrix.XXXXXX", tmp ? tmp : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(template, sizeof(template), "%s/template", directory);
	snprintf(matrix_path, sizeof(matrix_path), "%s/machine", directory);
	ck_assert_msg(!sim_create(template, options, &device_sim_crypto, &why), "create: %s", why.text);
	ck_assert_msg(!sim_open(template, &device_sim_crypto, &sim, &why), "open: %s", why.text);
	for (; *actions; actions++)
		ck_assert_msg(!sim_act(sim, *actions, NULL, &why), "%s", why.text);
	sim_close(sim);
}

void matrix_make(void)
{
	static const char *const starts[] = {
		"start=snp:1@service", "start=snp:1@libvirt", "start=snp:1", "start=sev:1@service",
		NULL,
	};
	static const struct sim_options options = {
		.cpus = 4, .threads_per_core = 2, .cores_per_ccx = 1, .sockets = 1,
		.leaked_guests = 1, .vcpus = 1, .offline = "3",
	};

	matrix_make_with(&options, starts);
}

void matrix_remove(void)
{
	char path[300];

	snprintf(path, sizeof(path), "rm -rf '%s'", directory);
	ck_assert_int_eq(system(path), 0);
}

/* What is not there of the file stays so */
void matrix_fresh(void)
{
	int from = open(template, O_RDONLY | O_CLOEXEC);
	int to = open(matrix_path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	off_t at = 0, end;
	struct stat st;

	ck_assert_int_ge(from, 0);
	ck_assert_int_ge(to, 0);
	ck_assert_int_eq(fstat(from, &st), 0);
	ck_assert_int_eq(ftruncate(to, st.st_size), 0);
	while ((at = lseek(from, at, SEEK_DATA)) >= 0) {
		static char buf[1 << 20];

		end = lseek(from, at, SEEK_HOLE);
		while (at < end) {
			ssize_t n = pread(from, buf, end - at < (off_t)sizeof(buf) ?
					  (size_t)(end - at) : sizeof(buf), at);

			ck_assert_int_gt(n, 0);
			ck_assert_int_eq(pwrite(to, buf, (size_t)n, at), n);
			at += n;
		}
	}
	close(from);
	close(to);
}

void matrix_open(void)
{
	char device[300];

	snprintf(device, sizeof(device), "sim:%s", matrix_path);
	ck_assert_msg(!sevadm_open(&adm, device, SEVADM_WRITE | SEVADM_EXCLUSIVE), "%s",
		      adm->failure.message);
	ck_assert_int_eq(sevadm_survey(adm), 0);
	real_device = adm->dev->ops;
	device_ops = *real_device;
	device_ops.submit = submit;
	adm->dev->ops = &device_ops;
	real_host = adm->host->ops;
	host_ops = *real_host;
	host_ops.process_signal = process_signal;
	host_ops.write = write_file;
	host_ops.run = run_program;
	host_ops.module_remove = module_remove;
	host_ops.kexec_load = kexec_load;
	host_ops.kexec_unload = kexec_unload;
	host_ops.kexec = kexec_now;
	adm->host->ops = &host_ops;
}

void matrix_close(void)
{
	if (!adm)
		return;
	sevadm_run_free(&record);
	adm->dev->ops = real_device;
	adm->host->ops = real_host;
	sevadm_close(adm);
	adm = NULL;
}

void matrix_reopen(void)
{
	memset(&matrix, 0, sizeof(matrix));
	matrix.at = STEPS;
	matrix_open();
}

int matrix_teardown(enum sevadm_guests_mode mode)
{
	struct sevadm_teardown_options options = {
		.guests = mode, .stop_seconds = 30, .online_cpus = true, .wbinvd = { .jobs = 1 },
	};

	return sevadm_teardown(adm, &options, &record);
}

const struct sevadm_failure *matrix_failure(void)
{
	return sevadm_failure(adm);
}

void matrix_expect_whole(enum sevadm_guests_mode mode)
{
	struct sim_guest_info g;

	for (unsigned int i = 0; !sim_describe_guest(adm->sim, i, &g); i++) {
		if (g.leaked)
			continue;
		/* a VMM that stands still has lost its guest, one at work has it */
		ck_assert_msg(g.frozen == g.tombstone, "guest of %u: frozen %d, tombstone %d",
			      g.pid, g.frozen, g.tombstone);
		ck_assert_msg(!g.frozen || mode == SEVADM_GUESTS_DECOMMISSION, "%u stands still",
			      g.pid);
	}
}

void matrix_expect_down(void)
{
	struct sim_info info;

	ck_assert_int_eq(sim_describe(adm->sim, &info), 0);
	ck_assert_uint_eq(info.fw_sev_state, 0);
	ck_assert_uint_eq(info.fw_snp_state, 0);
	ck_assert_uint_eq(info.snp_guests + info.sev_guests, 0);
}

bool matrix_killed(int (*run)(int arg), int arg, unsigned int call, bool after)
{
	int status;
	pid_t pid;

	matrix_fresh();
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (!pid) {
		memset(&matrix, 0, sizeof(matrix));
		matrix.at = STEPS;
		matrix.kill_at = call;
		matrix.after = after;
		matrix_open();
		_exit(run(arg) ? 1 : 0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	if (WIFSIGNALED(status)) {
		ck_assert_int_eq(WTERMSIG(status), SIGKILL);
		return true;
	}
	ck_assert_msg(!WEXITSTATUS(status), "call %u: it failed without being killed", call);
	return false;
}
