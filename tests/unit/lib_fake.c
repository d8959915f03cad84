// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib_fake.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <linux/psp-sev.h>

#include "lib/firmware/command.h"

#define SEV_STATUS	1	/* numbers of /dev/sev */
#define SNP_STATUS	9

_Thread_local int fake_cpu = -1;

static struct fake *of_device(struct device *dev)
{
	return (struct fake *)((char *)dev - offsetof(struct fake, dev));
}

static struct fake *of_host(struct host *host)
{
	return (struct fake *)((char *)host - offsetof(struct fake, host));
}

static struct fake_vmm *vmm_of(struct fake *fake, pid_t pid)
{
	for (size_t i = 0; i < fake->nr_vmms; i++)
		if (fake->vmms[i].pid == pid)
			return &fake->vmms[i];
	return NULL;
}

/* ---------------------------------------------------------------- the device */

static uint32_t flags_of(unsigned long request, void *arg)
{
	switch (request) {
	case SEV_ISSUE_CMD:
		return ((struct sev_issue_cmd *)arg)->cmd;
	case SEV_DBG_DF_FLUSH:
	case SEV_DBG_SHUTDOWN:
	case SEV_DBG_INIT:
		return ((struct sev_dbg_cmd *)arg)->flags;
	default:
		return 0;
	}
}

static struct fake_reply *reply_of(struct fake *fake, unsigned long request, void *arg)
{
	uint32_t flags = flags_of(request, arg);

	for (size_t i = 0; i < fake->nr_replies; i++) {
		struct fake_reply *r = &fake->replies[i];

		if (r->request != request || !r->times)
			continue;
		if (request == SEV_ISSUE_CMD ? r->flags && r->flags != flags :
		    (flags & r->flags) != r->flags)
			continue;
		r->times--;
		return r;
	}
	return NULL;
}

static int issue(struct fake *fake, struct sev_issue_cmd *cmd, const struct fake_reply *reply)
{
	uint8_t *buf = (uint8_t *)(uintptr_t)cmd->data;

	if (reply) {
		cmd->error = reply->status;
		return reply->ret;
	}
	cmd->error = 0;
	/* other bytes are of no interest here */
	buf[2] = (uint8_t)(cmd->cmd == SNP_STATUS ? fake->snp_state : fake->sev_state);
	for (size_t i = 0; i < fake->nr_guests; i++) {
		const struct fake_guest *g = &fake->guests[i];

		if (!g->gone && !(g->g.flags & SEV_DBG_G_TOMBSTONE) &&
		    (g->g.kind == SEV_DBG_KIND_SNP) == (cmd->cmd == SNP_STATUS))
			buf[cmd->cmd == SNP_STATUS ? 12 : 8]++;
	}
	return 0;
}

static int list_guests(struct fake *fake, struct sev_dbg_guest_list *list)
{
	struct sev_dbg_guest *entries = (struct sev_dbg_guest *)(uintptr_t)list->entries;

	ck_assert_uint_eq(list->entry_size, sizeof(*entries));
	list->count = list->total = 0;
	for (size_t i = 0; i < fake->nr_guests; i++) {
		if (fake->guests[i].gone)
			continue;
		if (list->total++ < list->capacity)
			entries[list->count++] = fake->guests[i].g;
	}
	return 0;
}

static int decommission(struct fake *fake, struct sev_dbg_guest_cmd *cmd,
			const struct fake_reply *reply)
{
	if (reply) {
		cmd->result.cmd = reply->status == SEVADM_NO_FW_CALL ? 0 : FW_CMD_SNP_DECOMMISSION;
		cmd->result.err = reply->ret;
		cmd->result.status = reply->status;
		cmd->reason = reply->reason;
		return reply->ret;
	}
	for (size_t i = 0; i < fake->nr_guests; i++) {
		struct fake_guest *g = &fake->guests[i];

		if (g->g.id != cmd->id || g->gone)
			continue;
		if (g->g.flags & SEV_DBG_G_TOMBSTONE)
			return -EALREADY;
		g->g.flags |= SEV_DBG_G_TOMBSTONE;
		fake->info.nr_snp_tombstones++;
		cmd->result = (struct sev_dbg_result){
			.cmd = FW_CMD_SNP_DECOMMISSION, .count = 1, .duration_ns = 1000,
		};
		return 0;
	}
	return -ENOENT;
}

static int guest_status(struct fake *fake, struct sev_dbg_guest_status *request,
			const struct fake_reply *reply)
{
	ck_assert_uint_eq(request->size, sizeof(*request));
	ck_assert_uint_eq(request->flags | request->rsvd, 0);
	if (reply) {
		request->result.cmd = reply->status == SEVADM_NO_FW_CALL ? 0 :
				      FW_CMD_SNP_GUEST_STATUS;
		request->result.err = reply->ret;
		request->result.status = reply->status;
		request->result.fw_ext = reply->fw_ext;
		request->reason = reply->reason;
		return reply->ret;
	}
	for (size_t i = 0; i < fake->nr_guests; i++) {
		const struct fake_guest *g = &fake->guests[i];

		if (g->g.id != request->id || g->gone || g->g.flags & SEV_DBG_G_TOMBSTONE)
			continue;
		request->kind = g->g.kind;
		request->state = g->state;
		request->asid = g->asid;
		request->policy = g->policy;
		request->vcek_dis = g->vcek_dis;
		request->result = (struct sev_dbg_result){
			.cmd = g->g.kind == SEV_DBG_KIND_SNP ? FW_CMD_SNP_GUEST_STATUS :
			       FW_CMD_GUEST_STATUS,
			.count = 1, .duration_ns = 1000,
		};
		return 0;
	}
	return -ENOENT;
}

static uint16_t command_of(unsigned long request, uint32_t flags)
{
	bool legacy = flags & SEV_DBG_C_LEGACY;

	return request == SEV_DBG_DF_FLUSH ? legacy ? FW_CMD_DF_FLUSH : FW_CMD_SNP_DF_FLUSH :
	       request == SEV_DBG_SHUTDOWN ? legacy ? FW_CMD_SHUTDOWN : FW_CMD_SNP_SHUTDOWN_EX :
	       FW_CMD_SNP_INIT_EX;
}

static int command(struct fake *fake, unsigned long request, struct sev_dbg_cmd *cmd,
		   const struct fake_reply *reply)
{
	struct sev_dbg_result *trace = (struct sev_dbg_result *)(uintptr_t)cmd->trace;
	int ret = reply ? reply->ret : 0;

	cmd->trace_count = cmd->trace_total = 0;
	if (reply) {
		cmd->reason = reply->reason;
		cmd->result.status = reply->status;
		cmd->result.fw_ext = reply->fw_ext;
		if (reply->status == SEVADM_NO_FW_CALL)
			return ret;	/* nothing was issued */
	} else {
		cmd->result.status = 0;
		if (request == SEV_DBG_SHUTDOWN && cmd->flags & SEV_DBG_C_LEGACY)
			fake->sev_state = 0;
		else if (request == SEV_DBG_SHUTDOWN)
			fake->snp_state = 0;
		fake->info.fw_sev_state = fake->sev_state;
		fake->info.fw_snp_state = fake->snp_state;
	}
	cmd->result.cmd = command_of(request, cmd->flags);
	cmd->result.err = ret;
	cmd->result.count = 1;
	cmd->trace_total = 1;
	if (cmd->trace_capacity) {
		trace[0] = cmd->result;
		cmd->trace_count = 1;
	}
	return ret;
}

static int wbinvd(struct sev_dbg_wbinvd *request, const struct fake_reply *reply)
{
	if (reply)
		return reply->ret;
	if (fake_cpu < 0 || request->cpu != (uint32_t)fake_cpu) {
		request->cpu = fake_cpu < 0 ? 0 : (uint32_t)fake_cpu;
		return -EINVAL;
	}
	request->duration_ns = 1000 + request->cpu;
	return 0;
}

static int handle(struct fake *fake, unsigned long request, void *arg,
		  const struct fake_reply *reply)
{
	switch (request) {
	case SEV_ISSUE_CMD:
		return issue(fake, arg, reply);
	case SEV_DBG_DECOMMISSION:
		return decommission(fake, arg, reply);
	case SEV_DBG_GUEST_STATUS:
		return guest_status(fake, arg, reply);
	case SEV_DBG_WBINVD:
		return wbinvd(arg, reply);
	case SEV_DBG_DF_FLUSH:
	case SEV_DBG_SHUTDOWN:
	case SEV_DBG_INIT:
		return command(fake, request, arg, reply);
	}
	if (reply && reply->ret)
		return reply->ret;
	switch (request) {
	case SEV_DBG_GET_INFO:
		*(struct sev_dbg_info *)arg = fake->info;
		return 0;
	case SEV_DBG_GUEST_LIST:
		return list_guests(fake, arg);
	case SEV_DBG_WBINVD_ALL:
		((struct sev_dbg_wbinvd_all *)arg)->nr_cpus = 4;
		((struct sev_dbg_wbinvd_all *)arg)->duration_ns = 1000;
		return 0;
	default:
		return -ENOTTY;
	}
}

/* Was the calling thread pinned by another one? */
static void wake_up(struct fake *fake)
{
	pthread_mutex_lock(&fake->lock);
	for (size_t i = 0; i < fake->nr_pinned; i++)
		if (fake->pinned[i].tid == gettid())
			fake_cpu = fake->pinned[i].cpu;
	pthread_mutex_unlock(&fake->lock);
}

static int fake_submit(struct device *dev, unsigned long request, void *arg)
{
	struct fake *fake = of_device(dev);
	int ret;

	if (fake_cpu < 0)
		wake_up(fake);

	if (fake->on_submit)
		fake->on_submit(fake, request, arg);
	pthread_mutex_lock(&fake->lock);
	if (fake->nr_calls < FAKE_CALLS)
		fake->calls[fake->nr_calls] = request;
	fake->nr_calls++;
	ret = handle(fake, request, arg, reply_of(fake, request, arg));
	pthread_mutex_unlock(&fake->lock);
	return ret;
}

static void fake_no_close(struct device *dev)
{
	(void)dev;
}

static const struct device_ops device_ops = {
	.name = "fake", .submit = fake_submit, .close = fake_no_close,
};

/* ------------------------------------------------------------------ the host */

/* Two threads to a core, side by side; index2 is the L3 cache; all in one socket */
static int topology(const struct fake *fake, unsigned int cpu, const char *file, char *buf,
		    size_t size)
{
	if (!strcmp(file, "topology/core_id"))
		return snprintf(buf, size, "%u\n", cpu / 2);
	if (!strcmp(file, "topology/physical_package_id"))
		return snprintf(buf, size, "0\n");
	if (!strncmp(file, "cache/index", 11) && !strcmp(file + 12, "/level"))
		return snprintf(buf, size, "%d\n", file[11] - '0' + 1);
	if (!strcmp(file, "cache/index2/id"))
		return snprintf(buf, size, "%u\n", 100 - cpu / fake->cpus_per_ccx);
	return -ENOENT;
}

static ssize_t fake_read(struct host *host, const char *path, char *buf, size_t size)
{
	struct fake *fake = of_host(host);
	unsigned int cpu;
	int pid, tid, n;
	char file[64];
	ssize_t own = fake->on_read ? fake->on_read(fake, path, buf, size) : -ENOSYS;

	if (own != -ENOSYS)
		return own;
	if (!strcmp(path, "/sys/devices/system/cpu/present"))
		n = snprintf(buf, size, "%s\n", fake->present);
	else if (!strcmp(path, "/sys/devices/system/cpu/online"))
		n = snprintf(buf, size, "%s\n", fake->online);
	else if (!strcmp(path, "/proc/sys/kernel/osrelease"))
		n = snprintf(buf, size, "%s\n", fake->release);
	else if (fake->cpus_per_ccx &&
		 sscanf(path, "/sys/devices/system/cpu/cpu%u/%63s", &cpu, file) == 2)
		n = topology(fake, cpu, file, buf, size);
	else if (sscanf(path, "/proc/%d/task/%d/stat", &pid, &tid) == 2 && vmm_of(fake, pid))
		n = snprintf(buf, size, "%d (qemu) %c 1\n", tid,
			     vmm_of(fake, pid)->stopped ? 'T' : 'S');
	else
		return -ENOENT;
	return n < 0 ? n : n < (int)size ? n : (ssize_t)size - 1;
}

static int fake_write(struct host *host, const char *path, const char *text)
{
	struct fake *fake = of_host(host);

	return fake->on_write ? fake->on_write(fake, path, text) : -ENOENT;
}

/* A log in which nothing is said of SEV */
static int fake_kmsg(struct host *host, host_kmsg_fn fn, void *arg)
{
	(void)host;
	return fn(arg, 0, "Linux version");
}

static int fake_run(struct host *host, const char *const *words, uint64_t timeout_ns, char *said,
		    size_t size)
{
	struct fake *fake = of_host(host);
	int ret = fake->on_run ? fake->on_run(fake, words, said, size) : -ENOENT;

	if (ret == -ETIMEDOUT)
		fake->now_ns += timeout_ns;
	return ret;
}

static ssize_t fake_link(struct host *host, const char *path, char *buf, size_t size)
{
	(void)host;
	(void)path;
	(void)buf;
	(void)size;
	return -ENOENT;
}

static int fake_list(struct host *host, const char *path, host_list_fn fn, void *arg)
{
	struct fake *fake = of_host(host);
	struct fake_vmm *vmm;
	int pid;

	if (sscanf(path, "/proc/%d/task", &pid) != 1)
		return -ENOENT;
	vmm = vmm_of(fake, pid);
	if (!vmm || vmm->ended)
		return -ENOENT;
	return fn(arg, "1");
}

static int can_pin(struct fake *fake, unsigned int cpu)
{
	struct cpuset online;
	int ret = fake->on_pin ? fake->on_pin(fake, cpu) : 0;

	if (ret)
		return ret;
	return cpuset_parse(fake->online, &online) || !cpuset_has(&online, cpu) ? -EINVAL : 0;
}

static int fake_pin(struct host *host, unsigned int cpu)
{
	int ret = can_pin(of_host(host), cpu);

	if (!ret)
		fake_cpu = (int)cpu;
	return ret;
}

static int fake_pin_thread(struct host *host, pid_t tid, unsigned int cpu)
{
	struct fake *fake = of_host(host);
	int ret = can_pin(fake, cpu);

	if (ret)
		return ret;
	pthread_mutex_lock(&fake->lock);
	ck_assert_uint_lt(fake->nr_pinned, FAKE_THREADS);
	fake->pinned[fake->nr_pinned].tid = tid;
	fake->pinned[fake->nr_pinned++].cpu = (int)cpu;
	pthread_mutex_unlock(&fake->lock);
	return 0;
}

static int fake_process_open(struct host *host, pid_t pid)
{
	struct fake_vmm *vmm = vmm_of(of_host(host), pid);

	return vmm && !vmm->ended ? (int)pid : -ESRCH;
}

static void end(struct fake *fake, struct fake_vmm *vmm)
{
	vmm->ended = true;
	for (size_t i = 0; i < fake->nr_guests; i++)
		if (fake->guests[i].g.tgid == vmm->pid && !vmm->lingers)
			fake->guests[i].gone = true;
}

static int fake_process_signal(struct host *host, int handle_, int sig)
{
	struct fake *fake = of_host(host);
	struct fake_vmm *vmm = vmm_of(fake, handle_);

	if (!vmm || vmm->ended)
		return -ESRCH;
	if (sig == SIGSTOP)
		vmm->stopped = !vmm->unstoppable;
	else if (sig == SIGCONT)
		vmm->stopped = false;
	else if ((sig == SIGTERM && !vmm->stubborn && !vmm->immortal) ||
		 (sig == SIGKILL && !vmm->immortal))
		end(fake, vmm);
	return 0;
}

static int fake_process_wait(struct host *host, int handle_, uint64_t timeout_ns)
{
	struct fake *fake = of_host(host);
	const struct fake_vmm *vmm = vmm_of(fake, handle_);

	if (!vmm || vmm->ended)
		return 1;
	if (timeout_ns && fake->interrupted) {
		fake->interrupted--;
		fake->asked |= fake->ask_when_interrupted;
		fake->now_ns += timeout_ns / 10;
		return -EINTR;
	}
	fake->now_ns += timeout_ns;
	return 0;
}

static void fake_process_close(struct host *host, int handle_)
{
	(void)host;
	(void)handle_;
}

static uint64_t fake_clock(struct host *host)
{
	return of_host(host)->now_ns;
}

static void fake_sleep(struct host *host, uint64_t ns)
{
	of_host(host)->now_ns += ns;
}

static void fake_host_close(struct host *host)
{
	(void)host;
}

static const struct host_ops host_ops = {
	.name = "fake",
	.read = fake_read,
	.write = fake_write,
	.kmsg = fake_kmsg,
	.run = fake_run,
	.link = fake_link,
	.list = fake_list,
	.pin = fake_pin,
	.process_open = fake_process_open,
	.process_signal = fake_process_signal,
	.process_wait = fake_process_wait,
	.process_close = fake_process_close,
	.clock = fake_clock,
	.sleep = fake_sleep,
	.close = fake_host_close,
};

/* ------------------------------------------------------------------ the test */

static int observe(void *arg, const struct sevadm_step *step)
{
	struct fake *fake = arg;

	(void)step;
	return fake->asked ||
	       (fake->cancel_after && fake->run.nr_steps >= fake->cancel_after);
}

void fake_open(struct fake *fake)
{
	*fake = (struct fake){
		.dev = { .ops = &device_ops, .simulated = true },
		.host = { .ops = &host_ops },
		.present = "0-3", .online = "0-3", .release = "6.12.48",
		.info = {
			.size = sizeof(struct sev_dbg_info), .abi_version = 1,
			.state = SEV_DBG_S_SNP_INIT | SEV_DBG_S_SNP_HOST,
			.features = SEV_DBG_F_GUEST_STATUS | SEV_DBG_F_FW_EXT,
			.fw_snp_state = 1, .fw_sev_state = 2,
		},
		.sev_state = 2, .snp_state = 1,
		.now_ns = 1000000000000,
		.lock = PTHREAD_MUTEX_INITIALIZER,
	};
	fake->adm.dev = &fake->dev;
	fake->adm.host = &fake->host;
	fake->adm.lock = -1;
	fake->adm.flags = SEVADM_WRITE;
	fake->adm.surveyed = true;
	sevadm_set_observer(&fake->adm, observe, fake);
}

void fake_pin_threads(struct fake *fake)
{
	static struct host_ops ops;

	ops = host_ops;
	ops.pin_thread = fake_pin_thread;
	fake->host.ops = &ops;
}

void fake_close(struct fake *fake)
{
	sevadm_run_free(&fake->run);
	host_vms_free(&fake->host, &fake->adm.vms);
}

static struct sev_dbg_guest *add_guest(struct fake *fake, enum sevadm_guest_kind kind)
{
	struct fake_guest *g = &fake->guests[fake->nr_guests++];

	ck_assert_uint_le(fake->nr_guests, FAKE_GUESTS);
	g->g = (struct sev_dbg_guest){
		.id = fake->nr_guests,
		.kind = kind == SEVADM_GUEST_SNP ? SEV_DBG_KIND_SNP : SEV_DBG_KIND_SEV,
		.flags = SEV_DBG_G_LAUNCHED | SEV_DBG_G_ACTIVE | SEV_DBG_G_RUNNING,
		.asid = (uint32_t)fake->nr_guests,
		.policy = kind == SEVADM_GUEST_SEV_ES ? 4 : 0,
		.tgid = (int32_t)(100 + fake->nr_guests),
		.created_boot_ns = fake->now_ns - 1000,
		.comm = "qemu",
	};
	g->state = kind == SEVADM_GUEST_SNP ? 2 : 3;
	g->asid = g->g.asid;
	g->policy = g->g.policy;
	return &g->g;
}

struct fake_vmm *fake_vm(struct fake *fake, enum sevadm_guest_kind kind)
{
	const struct sev_dbg_guest *g = add_guest(fake, kind);
	struct fake_vmm *vmm = &fake->vmms[fake->nr_vmms++];
	struct host_vms *vms = &fake->adm.vms;

	ck_assert_uint_le(fake->nr_vmms, FAKE_VMMS);
	vmm->pid = g->tgid;
	vms->list = reallocarray(vms->list, vms->nr + 1, sizeof(*vms->list));
	ck_assert_ptr_nonnull(vms->list);
	vms->list[vms->nr++] = (struct host_vm){
		.pid = vmm->pid, .handle = vmm->pid, .start_ns = 1, .comm = "qemu",
		.vms = 1, .vcpus = 2, .sev = true,
	};
	return vmm;
}

void fake_leak(struct fake *fake)
{
	add_guest(fake, SEVADM_GUEST_SNP)->tgid = 9999;
}

void fake_answer(struct fake *fake, struct fake_reply reply)
{
	ck_assert_uint_lt(fake->nr_replies, FAKE_REPLIES);
	fake->replies[fake->nr_replies++] = reply;
}

size_t fake_count(struct fake *fake, unsigned long request)
{
	size_t n = 0;

	for (size_t i = 0; i < fake->nr_calls && i < FAKE_CALLS; i++)
		n += fake->calls[i] == request;
	return n;
}

const char *fake_steps(const struct fake *fake)
{
	static char line[4096];
	size_t used = 0;

	line[0] = '\0';
	for (size_t i = 0; i < fake->run.nr_steps; i++) {
		const struct sevadm_step *s = &fake->run.steps[i];
		size_t same = 1;

		while (s->has_cpu && !s->err && i + 1 < fake->run.nr_steps &&
		       !strcmp(s->command, fake->run.steps[i + 1].command) &&
		       fake->run.steps[i + 1].has_cpu && !fake->run.steps[i + 1].err) {
			same++;
			i++;
		}
		used += (size_t)snprintf(line + used, sizeof(line) - used, "%s%s", used ? " " : "",
					 s->command);
		if (s->has_cpu && !s->err)
			used += (size_t)snprintf(line + used, sizeof(line) - used, "x%zu", same);
		else if (s->err && (!s->has_status || !s->status || s->status == SEVADM_NO_FW_CALL))
			used += (size_t)snprintf(line + used, sizeof(line) - used, "!%s",
						 strerrorname_np(s->err));
		else if (s->has_status)
			used += (size_t)snprintf(line + used, sizeof(line) - used, "=%d",
						 (int)s->status);
		ck_assert_uint_lt(used, sizeof(line));
	}
	return line;
}

void fake_expect(const struct fake *fake, enum sevadm_class class, const char *said)
{
	const struct sevadm_failure *f = sevadm_failure(&fake->adm);

	ck_assert_msg(f->kind == class, "class %d, not %d: %s", f->kind, class, f->message);
	ck_assert_msg(strstr(f->message, said) || strstr(f->remedy, said),
		      "nothing was said of '%s': %s. %s", said, f->message, f->remedy);
}
