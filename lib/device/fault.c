// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Faults at the seam: for the nth request of a kind an answer is put in, and the
 * back-end behind it is not asked.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <linux/sev-debug.h>

#include "lib/device/device.h"
#include "lib/device/fault_answer.h"

/* What processes share that were forked from the one that opened the device */
struct shared {
	atomic_bool dead;		/* a command hung, and the driver gave it up */
	struct {
		atomic_ullong asked, used;
	} of[DEVICE_FAULTS];
};

struct fault_device {
	struct device dev;
	struct device *behind;
	void (*sleep)(void *arg, uint64_t ns);
	void *arg;
	uint64_t timeout_ns;
	struct device_fault faults[DEVICE_FAULTS];
	size_t nr;
	struct shared *shared;
	bool lent;			/* @shared is another device's */
	uint64_t *sev;			/* ids of SEV guests, as the last list had them */
	size_t nr_sev;
};

static struct fault_device *of(const struct device *dev)
{
	return (struct fault_device *)dev;
}

/*
 * Which command asks for the status of a guest depends on its kind, and only the list
 * tells that.  Guests are listed by one thread, before anything is asked about them.
 */
static void remember_guests(struct fault_device *fd, const struct sev_dbg_guest_list *list)
{
	const char *entry = (const char *)(uintptr_t)list->entries;
	uint64_t *sev = reallocarray(fd->sev, list->count + 1, sizeof(*sev));

	if (!sev)
		return;
	fd->sev = sev;
	fd->nr_sev = 0;
	for (uint32_t i = 0; i < list->count; i++, entry += list->entry_size) {
		const struct sev_dbg_guest *guest = (const struct sev_dbg_guest *)entry;

		if (guest->kind == SEV_DBG_KIND_SEV)
			sev[fd->nr_sev++] = guest->id;
	}
}

static void choose_command(const struct fault_device *fd, struct fault_call *call)
{
	if (call->request != SEV_DBG_GUEST_STATUS)
		return;
	for (size_t i = 0; i < fd->nr_sev; i++)
		if (fd->sev[i] == call->guest)
			call->commands[0] = call->commands[1];
	call->commands[1] = 0;
}

static bool is_about(const struct device_fault *fault, const struct fault_call *call)
{
	if (fault->has_cpu && (!call->has_cpu || call->cpu != fault->cpu))
		return false;
	if (fault->has_guest && (!call->has_guest || call->guest != fault->guest))
		return false;
	if (fault->command != DEVICE_ANY)
		return fault->command == call->commands[0] || fault->command == call->commands[1];
	if (fault->answer == DEVICE_VMM)
		return false;
	return call->firmware || (fault->answer != DEVICE_STATUS && fault->answer != DEVICE_HANGS);
}

/* The one that gives the answer, or NULL; @delay_ns: of all that happen now */
static const struct device_fault *choose(struct fault_device *fd, const struct fault_call *call,
					 uint64_t *delay_ns)
{
	const struct device_fault *chosen = NULL;

	*delay_ns = 0;
	for (size_t i = 0; i < fd->nr; i++) {
		const struct device_fault *f = &fd->faults[i];
		uint64_t n;

		if (!is_about(f, call))
			continue;
		n = atomic_fetch_add(&fd->shared->of[i].asked, 1) + 1;
		if (n < f->from || (f->times && n - f->from >= f->times))
			continue;
		if (f->answer != DEVICE_ANSWERS && chosen)
			continue;
		if (f->answer != DEVICE_ANSWERS)
			chosen = f;
		if (!f->recorded)
			*delay_ns += f->delay_ns;
		atomic_fetch_add(&fd->shared->of[i].used, 1);
	}
	return chosen;
}

static int answer(struct fault_device *fd, const struct device_fault *f,
		  const struct fault_call *call, uint64_t delay_ns)
{
	uint32_t command = f->command == DEVICE_ANY ? call->commands[0] : f->command;

	switch (f->answer) {
	case DEVICE_VMM:
		return fault_answer_vmm(call, f->status);
	case DEVICE_STATUS:
		return fault_answer_status(call, command, f->status, f->ext, delay_ns);
	case DEVICE_HANGS:
		fd->sleep(fd->arg, fd->timeout_ns);
		fd->shared->dead = true;
		return fault_answer_timeout(call, command, delay_ns + fd->timeout_ns);
	default:
		return fault_answer_errno(call, f->err, f->reason);
	}
}

static int fault_submit(struct device *dev, unsigned long request, void *arg)
{
	struct fault_device *fd = of(dev);
	const struct device_fault *fault;
	struct fault_call call;
	uint64_t delay_ns;
	int ret, node = device_node_of(request);

	if (node < 0 || dev->node_err[node] || !fault_call_of(request, arg, &call))
		return device_submit(fd->behind, request, arg);
	choose_command(fd, &call);
	if (fd->shared->dead && call.firmware)
		return fault_answer_errno(&call, EBUSY, SEV_DBG_R_PSP_DEAD);
	fault = choose(fd, &call, &delay_ns);
	if (delay_ns)
		fd->sleep(fd->arg, delay_ns);
	if (fault && !fault->recorded)
		return answer(fd, fault, &call, delay_ns);
	ret = device_submit(fd->behind, request, arg);
	fault_prolong(&call, delay_ns);
	if (!ret && request == SEV_DBG_GUEST_LIST)
		remember_guests(fd, arg);
	if (!ret && request == SEV_DBG_GET_INFO && fd->shared->dead)
		fault_info_dead(arg);
	return ret;
}

static void fault_close(struct device *dev)
{
	struct fault_device *fd = of(dev);

	fd->behind->ops->close(fd->behind);
	if (!fd->lent)
		munmap(fd->shared, sizeof(*fd->shared));
	free(fd->sev);
	free(fd);
}

static const struct device_ops fault_ops = {
	.name = "fault",
	.submit = fault_submit,
	.close = fault_close,
};

static void put_before(struct fault_device *fd, struct device **dev,
		       void (*sleep)(void *arg, uint64_t ns), void *arg)
{
	fd->dev = **dev;
	fd->dev.ops = &fault_ops;
	fd->behind = *dev;
	fd->sleep = sleep;
	fd->arg = arg;
	*dev = &fd->dev;
}

int device_fault_open(struct device **dev, void (*sleep)(void *arg, uint64_t ns), void *arg,
		      uint64_t timeout_ns)
{
	struct fault_device *fd = calloc(1, sizeof(*fd));

	if (!fd)
		return -ENOMEM;
	fd->shared = mmap(NULL, sizeof(*fd->shared), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (fd->shared == MAP_FAILED) {
		free(fd);
		return -ENOMEM;
	}
	fd->timeout_ns = timeout_ns;
	put_before(fd, dev, sleep, arg);
	return 0;
}

int device_fault_share(struct device **dev, const struct device *other,
		       void (*sleep)(void *arg, uint64_t ns), void *arg)
{
	const struct fault_device *lender = of(other);
	struct fault_device *fd = calloc(1, sizeof(*fd));

	if (!fd)
		return -ENOMEM;
	*fd = *lender;
	fd->lent = true;
	fd->sev = NULL;
	fd->nr_sev = 0;
	put_before(fd, dev, sleep, arg);
	return 0;
}

int device_fault_add(struct device *dev, const struct device_fault *fault)
{
	struct fault_device *fd = of(dev);

	if (fd->nr == DEVICE_FAULTS)
		return -ENOSPC;
	/* a child that was forked earlier may have had one of this number, too */
	fd->shared->of[fd->nr].asked = 0;
	fd->shared->of[fd->nr].used = 0;
	fd->faults[fd->nr++] = *fault;
	return 0;
}

void device_fault_uses(const struct device *dev, size_t i, uint64_t *asked, uint64_t *used)
{
	const struct shared *shared = of(dev)->shared;

	*asked = shared->of[i].asked;
	*used = shared->of[i].used;
}
