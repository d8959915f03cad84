// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The file of a simulated host (sim/sim_file.c, sim/sim_check.c).  Such a file is large, so
 * the input says how one differs from a sound one, and what is done with it then:
 *
 *   which machine, what becomes of the checksum (SEAL_*), how many patches
 *   for each: region, offset in it (3 bytes), what (1 byte; see patch()), value
 *   steps (sim_use.c)
 *
 * A file is refused with a sentence, or it is a machine that can be worked with and stays one.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"
#include "lib/device/sim_crypto.h"
#include "sim/sim_internal.h"
#include "sim_use.h"

#define MACHINES	3
#define PATCHES		16

enum {
	SEAL_RIGHT,	/* the checksum is made right again, to see what is looked at besides */
	SEAL_NONE,	/* none is there, as in a file that is open */
	SEAL_WRONG,	/* it is that of the sound machine */
	SEAL_CUT,	/* no checksum, and the file is cut short */
	SEALS
};

/* A sound machine: @good as it is, @state of the file that is spoilt */
struct machine {
	struct sim_state *good, *state;
	char path[64];
	int fd;
};

static struct machine machines[MACHINES];

#define PART(member)	offsetof(struct sim_state, member), sizeof(((struct sim_state *)0)->member)

/* Small ones by themselves, for in the large ones most bytes mean the same */
static const struct {
	size_t at, size;
} regions[] = {
	{ PART(h) }, { PART(m) }, { offsetof(struct sim_state, m), 256 },
	{ PART(m.cpu[0]) }, { PART(m.cpu[1]) }, { PART(m.klog[0]) }, { PART(mem) },
	{ offsetof(struct sim_state, mem), 64 }, { PART(mem.slot_used) }, { PART(ccp) },
	{ PART(debug) }, { offsetof(struct sim_state, debug), 256 }, { PART(kvm) },
	{ offsetof(struct sim_state, kvm), 64 }, { PART(kvm.vm[0]) }, { PART(kvm.vm[1]) },
	{ PART(kvm.vm[2]) }, { PART(proc[0]) }, { PART(proc[1]) }, { PART(proc[2]) }, { PART(fw) },
	{ offsetof(struct sim_state, fw), 512 }, { PART(fw.asid[1]) }, { PART(fw.snp_guest[0]) },
	{ PART(fw.snp_guest[1]) }, { PART(fw.sev_guest[0]) }, { PART(page) }, { PART(rmp) },
	{ 0, offsetof(struct sim_state, content) }, { 0, sizeof(struct sim_state) },
};

static void tell(struct sim *sim, const char *action)
{
	struct sim_why why = { "" };
	int64_t result;

	must(!sim_act(sim, action, &result, &why));
}

/* One with guests of all kinds; one whose life was hard; one that is large and down */
static void live(struct sim *sim, int which)
{
	if (which == 1) {
		tell(sim, "kill=1200");
		tell(sim, "offline=3");
		tell(sim, "fail=SNP_DF_FLUSH:WBINVD_REQUIRED:3:0x1122334455667788");
		tell(sim, "start=snp-launching@libvirt");
	} else if (which == 2) {
		tell(sim, "unload");
	}
}

static void make(struct machine *machine, int which)
{
	static const struct sim_options options[MACHINES] = {
		{ .cpus = 4, .threads_per_core = 2, .cores_per_ccx = 1, .sockets = 1, .snp_guests = 1,
		  .sev_guests = 1, .sev_es_guests = 1, .launching_guests = 1, .leaked_guests = 1,
		  .vcpus = 2 },
		{ .cpus = 4, .threads_per_core = 1, .cores_per_ccx = 2, .sockets = 1, .snp_guests = 2,
		  .leaked_guests = 1, .vcpus = 1, .units = "service", .kernel = "7.3.4-sim",
		  .generation = "turin", .ciphertext_hiding = true },
		{ .cpus = 64, .threads_per_core = 2, .cores_per_ccx = 8, .sockets = 2, .vcpus = 1,
		  .generation = "milan" },
	};
	const char *tmp = getenv("TMPDIR");
	char dir[128], path[160];
	struct sim_why why = { "" };
	struct sim *sim;
	int fd;

	snprintf(dir, sizeof(dir), "%s/fuzz-sim.XXXXXX", tmp && strlen(tmp) < 100 ? tmp : "/tmp");
	must(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/machine", dir);
	must(!sim_create(path, &options[which], &device_sim_crypto, &why));
	must(!sim_open(path, &device_sim_crypto, &sim, &why));
	live(sim, which);
	sim_close(sim);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	must(fd >= 0 && !unlink(path) && !rmdir(dir));
	machine->good = mmap(NULL, sizeof(*machine->good), PROT_READ, MAP_PRIVATE, fd, 0);
	must(machine->good != MAP_FAILED && machine->good->h.checksum_valid);
	close(fd);
}

/* From nothing: holes stay holes */
static void fill(struct machine *machine)
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

static void prepare(struct machine *machine, int which)
{
	if (machine->good)
		return;
	make(machine, which);
	machine->fd = memfd_create("machine", MFD_CLOEXEC);
	must(machine->fd >= 0 && !ftruncate(machine->fd, sizeof(struct sim_state)));
	snprintf(machine->path, sizeof(machine->path), "/proc/self/fd/%d", machine->fd);
	machine->state = mmap(NULL, sizeof(*machine->state), PROT_READ | PROT_WRITE, MAP_SHARED,
			      machine->fd, 0);
	must(machine->state != MAP_FAILED);
	fill(machine);
}

/* As it was: what was not touched is not written.  Content that no page has does not matter */
static void restore(struct machine *machine)
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

static void patch(struct sim_state *state, struct feed *feed)
{
	static const uint8_t widths[] = { 1, 2, 4, 8 };
	size_t region = feed_byte(feed) % (sizeof(regions) / sizeof(regions[0]));
	size_t at = feed_number(feed, 3) % regions[region].size;
	uint8_t how = feed_byte(feed);
	size_t width = widths[how & 3];
	uint8_t *p = (uint8_t *)state + regions[region].at + at;

	if (width > regions[region].size - at)
		width = 1;
	for (size_t i = 0; i < width; i++) {
		uint8_t byte = how & 4 ? i < (how >> 4 & 3) ? 0 : 0xff : feed_byte(feed);

		p[i] = how & 8 ? p[i] ^ byte : byte;
	}
}

/* Is what the checksum covers still the same? */
static bool covered_same(const struct machine *machine)
{
	const struct sim_state *a = machine->good, *b = machine->state;

	if (memcmp(&a->m, &b->m, offsetof(struct sim_state, content) - offsetof(struct sim_state, m)))
		return false;
	for (size_t i = 0; i < SIM_SLOTS; i++)
		if (a->mem.slot_used[i] && memcmp(a->content[i], b->content[i], SIM_PAGE))
			return false;
	return true;
}

static bool is_sentence(const struct sim_why *why)
{
	return why->text[0] && memchr(why->text, 0, sizeof(why->text));
}

static void work_with(struct machine *machine, struct sim *sim, struct feed *feed)
{
	struct sim_why why = { "" };
	struct sim *again = NULL;
	int ret;

	sim_use(sim, feed);
	sim_close(sim);
	/* whatever came of it, it is still sound */
	ret = sim_open(machine->path, &device_sim_crypto, &again, &why);
	if (ret && !machine->state->h.dead)
		fprintf(stderr, "%s\n", why.text);
	must(ret == (machine->state->h.dead ? -EHOSTDOWN : 0));
	must(!ret || is_sentence(&why));
	sim_close(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct feed feed = { data, data + size };
	int which = feed_byte(&feed) % MACHINES, seal = feed_byte(&feed) % SEALS;
	struct machine *machine = &machines[which];
	struct sim_why why = { "" };
	struct sim *sim = NULL;
	bool spoilt;
	int ret;

	prepare(machine, which);
	for (int i = feed_byte(&feed) % PATCHES; i; i--)
		patch(machine->state, &feed);
	if (seal == SEAL_RIGHT)
		machine->state->h.checksum = sim_checksum(machine->state);
	machine->state->h.checksum_valid = seal == SEAL_RIGHT || seal == SEAL_WRONG;
	spoilt = seal == SEAL_CUT || (seal == SEAL_WRONG && !covered_same(machine));
	if (seal == SEAL_CUT)
		must(!ftruncate(machine->fd, feed_number(&feed, 3) % sizeof(struct sim_state)));
	ret = sim_open(machine->path, &device_sim_crypto, &sim, &why);
	must(!ret == !!sim && (ret ? is_sentence(&why) : !spoilt));
	if (!ret)
		work_with(machine, sim, &feed);
	if (seal == SEAL_CUT)
		fill(machine);
	else
		restore(machine);
	return 0;
}
