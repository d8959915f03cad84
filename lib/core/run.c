// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/core/context.h"

/* Arrays double at powers of two: their length tells when they are full */
static void *grow(void *array, size_t nr, size_t size)
{
	if (nr & (nr - 1))
		return array;
	return reallocarray(array, nr ? nr * 2 : 1, size);
}

int core_plan_add(struct sevadm *adm, struct sevadm_run *run, const struct sevadm_plan_step *step)
{
	struct sevadm_plan_step *plan = grow(run->plan, run->nr_plan, sizeof(*plan));

	if (!plan)
		return core_fail_errno(adm, ENOMEM, "plan");
	run->plan = plan;
	plan[run->nr_plan++] = *step;
	return 0;
}

int core_edge_add(struct sevadm *adm, struct sevadm_run *run, const struct sevadm_plan_edge *edge)
{
	struct sevadm_plan_edge *edges = grow(run->edges, run->nr_edges, sizeof(*edges));

	if (!edges)
		return core_fail_errno(adm, ENOMEM, "plan");
	run->edges = edges;
	edges[run->nr_edges++] = *edge;
	return 0;
}

static void tell_phase(struct sevadm *adm)
{
	if (adm->phase_observer && adm->phase.name)
		adm->phase_observer(adm->phase_arg, &adm->phase);
}

void core_phase_begin(struct sevadm *adm, const char *name, const char *unit, uint32_t total)
{
	adm->phase = (struct sevadm_phase){ .name = name, .unit = unit, .total = total };
	tell_phase(adm);
}

void core_phase_leave(struct sevadm *adm, const char *name)
{
	adm->phase = (struct sevadm_phase){ .name = name, .leaves = true };
	tell_phase(adm);
}

void core_phase_done(struct sevadm *adm, uint32_t done)
{
	/* more can come than were there when it was counted; and it does not go back */
	if (done > adm->phase.total)
		done = adm->phase.total;
	if (done > adm->phase.done)
		adm->phase.done = done;
	tell_phase(adm);
}

void core_phase_end(struct sevadm *adm, int ret)
{
	adm->phase.over = true;
	adm->phase.failed = ret;
	if (!ret)
		adm->phase.done = adm->phase.total;
	tell_phase(adm);
	adm->phase = (struct sevadm_phase){ 0 };
}

int core_check_cancel(struct sevadm *adm)
{
	tell_phase(adm);
	if (adm->observer && adm->observer(adm->observer_arg, NULL))
		adm->cancelled = true;
	if (adm->deadline && adm->host->ops->clock(adm->host) >= adm->deadline)
		return core_fail(adm, SEVADM_FAILED, ETIME,
				 "What was done stays done; run the same command again to go on "
				 "from here.", "the %u seconds of --timeout are over",
				 adm->deadline_seconds);
	if (!adm->cancelled)
		return 0;
	return core_fail(adm, SEVADM_FAILED, ECANCELED,
			 "What was done stays done; run the same command again to go on from here.",
			 "interrupted between two steps");
}

uint64_t core_until(const struct sevadm *adm, uint64_t deadline)
{
	return adm->deadline && adm->deadline < deadline ? adm->deadline : deadline;
}

int core_step_add(struct sevadm *adm, struct sevadm_run *run, const struct sevadm_step *step)
{
	struct sevadm_step *steps = grow(run->steps, run->nr_steps, sizeof(*steps));

	if (!steps)
		return core_fail_errno(adm, ENOMEM, "record of steps");
	run->steps = steps;
	steps[run->nr_steps++] = *step;
	journal_step(adm, step);
	if (adm->observer && adm->observer(adm->observer_arg, step))
		adm->cancelled = true;
	return 0;
}

/* One more text at the end of a list; NULL: no memory */
__attribute__((format(printf, 3, 0)))
static const char *add_text(char ***list, size_t *nr, const char *format, va_list ap)
{
	char **texts = grow(*list, *nr, sizeof(*texts));

	if (!texts)
		return NULL;
	*list = texts;
	return vasprintf(&texts[*nr], format, ap) < 0 ? NULL : texts[(*nr)++];
}

int core_warn(struct sevadm *adm, struct sevadm_run *run, const char *format, ...)
{
	const char *text;
	va_list ap;

	va_start(ap, format);
	text = add_text(&run->warnings, &run->nr_warnings, format, ap);
	va_end(ap);
	return text ? 0 : core_fail_errno(adm, ENOMEM, "warning");
}

const char *core_text(struct sevadm_run *run, const char *format, ...)
{
	const char *text;
	va_list ap;

	va_start(ap, format);
	text = add_text(&run->texts, &run->nr_texts, format, ap);
	va_end(ap);
	return text;
}

void core_message(struct sevadm_run *run, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(run->message, sizeof(run->message), format, ap);
	va_end(ap);
}

void sevadm_run_free(struct sevadm_run *run)
{
	free(run->plan);
	free(run->edges);
	free(run->steps);
	for (size_t i = 0; i < run->nr_warnings; i++)
		free(run->warnings[i]);
	free(run->warnings);
	for (size_t i = 0; i < run->nr_texts; i++)
		free(run->texts[i]);
	free(run->texts);
	*run = (struct sevadm_run){ 0 };
}

void sevadm_set_observer(struct sevadm *adm, int (*step)(void *arg, const struct sevadm_step *step),
			 void *arg)
{
	adm->observer = step;
	adm->observer_arg = arg;
}

void sevadm_set_phase_observer(struct sevadm *adm,
			       void (*phase)(void *arg, const struct sevadm_phase *phase),
			       void *arg)
{
	adm->phase_observer = phase;
	adm->phase_arg = arg;
}
