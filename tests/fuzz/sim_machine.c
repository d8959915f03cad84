// SPDX-License-Identifier: GPL-2.0-or-later
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"
#include "lib/device/sim_crypto.h"
#include "sim_machine.h"

void machine_act(struct sim *sim, const char *action)
{
	struct sim_why why = { "" };
	int64_t result;

	must(!sim_act(sim, action, &result, &why));
}

static void make(struct machine *machine, const struct sim_options *options,
		 void (*live)(struct sim *sim))
{
	const char *tmp = getenv("TMPDIR");
	char dir[128], path[160];
	struct sim_why why = { "" };
	struct sim *sim;
	int fd;

	snprintf(dir, sizeof(dir), "%s/fuzz-sim.XXXXXX", tmp && strlen(tmp) < 100 ? tmp : "/tmp");
	must(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/machine", dir);
	must(!sim_create(path, options, &device_sim_crypto, &why));
	must(!sim_open(path, &device_sim_crypto, &sim, &why));
	if (live)
		live(sim);
	sim_close(sim);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	must(fd >= 0 && !unlink(path) && !rmdir(dir));
	machine->good = mmap(NULL, sizeof(*machine->good), PROT_READ, MAP_PRIVATE, fd, 0);
	must(machine->good != MAP_FAILED && machine->good->h.checksum_valid);
	close(fd);
}

void machine_fill(struct machine *machine)
{
	const uint8_t *good = (const uint8_t *)machine->good;
	uint8_t *state = (uint8_t *)machine->state;

	must(!ftruncate(machine->fd, 0) && !ftruncate(machine->fd, sizeof(struct sim_state)));
	for (size_t at = 0; at < sizeof(struct sim_state); at += SIM_PAGE) {
		size_t left = sizeof(struct sim_state) - at, n = left < SIM_PAGE ? left : SIM_PAGE;

		if (good[at] || memcmp(good + at, good + at + 1, n - 1))
			memcpy(state + at, good + at, n);
	}
}

void machine_prepare(struct machine *machine, const struct sim_options *options,
		     void (*live)(struct sim *sim))
{
	if (machine->good)
		return;
	make(machine, options, live);
	machine->fd = memfd_create("machine", MFD_CLOEXEC);
	must(machine->fd >= 0 && !ftruncate(machine->fd, sizeof(struct sim_state)));
	snprintf(machine->path, sizeof(machine->path), "/proc/self/fd/%d", machine->fd);
	machine->state = mmap(NULL, sizeof(*machine->state), PROT_READ | PROT_WRITE, MAP_SHARED,
			      machine->fd, 0);
	must(machine->state != MAP_FAILED);
	machine_fill(machine);
}

/* What was not touched is not written, for that takes long */
void machine_restore(struct machine *machine)
{
	const uint8_t *good = (const uint8_t *)machine->good;
	uint8_t *state = (uint8_t *)machine->state;

	for (size_t at = 0; at < offsetof(struct sim_state, content); at += SIM_PAGE) {
		size_t left = offsetof(struct sim_state, content) - at;
		size_t n = left < SIM_PAGE ? left : SIM_PAGE;

		if (memcmp(state + at, good + at, n))
			memcpy(state + at, good + at, n);
	}
	for (size_t i = 0; i < SIM_SLOTS; i++)
		if (machine->good->mem.slot_used[i])
			memcpy(machine->state->content[i], machine->good->content[i], SIM_PAGE);
}
