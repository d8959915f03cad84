# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# TAB offers the ids of guests that root saw when it last listed them, in this boot, and
# asks nobody for them.  Of a simulated host they are read from its file.
. "${HOST_TESTS:-/tests/host}/lib/steps.sh"

note=/run/sevadm/guests

# offered ID... - these, with the words before them
offered() {
	wanted=$*
	got=$(sevadm complete -- decommission '' | cut -f1 | paste -sd ' ' -)
	[ "$got" = "$wanted" ] || fail "offered: '$got', not '$wanted'"
}

a=$(guest_start snp) || fail "no SNP guest"
b=$(guest_start snp) || fail "no second SNP guest"
c=$(guest_start sev) || fail "no SEV guest"
if [ "$HOST_KIND" = emulated ]; then
	rm -f "$note"
	offered
	[ ! -e "$note" ] || fail "TAB made a note"
fi
run guests
ids="$(guest_id "$a") $(guest_id "$b")"
offered "$ids"
got=$(sevadm complete -- teardown --only= | wc -l)
[ "$got" -eq 3 ] || fail "$got ids for --only"
sevadm complete -- decommission '' | grep -q "	SNP running, .*\[$a\]" || fail "no description"

if [ "$HOST_KIND" = emulated ]; then
	[ "$(stat -c %a "$note")" = 600 ] || fail "the note's mode is $(stat -c %a "$note")"
	# who looks again has it anew; who completes has what was seen
	guest_end "$a"
	offered "$ids"
	run check
	offered "$(guest_id "$b")"
	sed -i '1s/[0-9a-f]$/x/' "$note"
	offered
else
	guest_end "$a"
	offered "$(guest_id "$b")"
fi
guest_end "$b"
guest_end "$c"
run guests
offered
no_kernel_warnings
