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
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"
#include "lib/device/sim_crypto.h"
#include "sim_machine.h"
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

/* One with guests of all kinds; one whose life was hard; one that is large and down */
static void age(struct sim *sim)
{
	machine_act(sim, "kill=1200");
	machine_act(sim, "offline=3");
	machine_act(sim, "fail=SNP_DF_FLUSH:WBINVD_REQUIRED:3:0x1122334455667788");
	machine_act(sim, "start=snp-launching@libvirt");
}

static void go_down(struct sim *sim)
{
	machine_act(sim, "unload");
}

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

static void (*const lives[MACHINES])(struct sim *sim) = { NULL, age, go_down };

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

	machine_prepare(machine, &options[which], lives[which]);
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
		machine_fill(machine);
	else
		machine_restore(machine);
	return 0;
}
