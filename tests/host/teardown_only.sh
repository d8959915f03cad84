# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# One guest of several is named: its VMM, alone in its cgroup, is frozen with it, the
# guest decommissioned, and no other touched.  The rest then goes with a teardown of
# all, that one still frozen.
. "${HOST_TESTS:-/tests/host}/lib/steps.sh"

# state PID WORD - of its guest, in the list
state() {
	[ "$(sevadm --porcelain guests 2>/dev/null | awk -F '\t' -v pid="$1" \
		'$1 == "guests" && $8 == pid { print $5 }')" = "$2" ] || fail "guest of $1 is not $2"
}

a=$(guest_start_alone snp) || fail "no SNP guest in a cgroup of its own"
b=$(guest_start snp) || fail "no second SNP guest"
id=$(guest_id "$a")

run teardown --guests=decommission --yes --only=77
expect_code 1
expect_steps ""
expect_said "no guest with id 77"

run teardown --guests=decommission --yes --only="$id"
expect_code 5
expect_steps "FREEZE SNP_DECOMMISSION=0"
expect_said "1 guest that was not named is alive.*\[$b\]"
expect_said "VMM $a is frozen; end it with .*$a.*cgroup.kill"
state "$a" tombstone
state "$b" running
run status
expect_value snp.state INIT

run teardown --guests=decommission --yes --only="$id"
expect_code 5
expect_steps ""
expect_said "What was asked for is done"

# leaked contexts there are none, and one that is alive is not one
run teardown --leaked
expect_code 5
expect_steps ""

run teardown --guests=decommission --yes
expect_code 0
expect_steps "SIGSTOP SNP_DECOMMISSION=0 SHUTDOWN=0 WBINVDx4 SNP_DF_FLUSH=0 SNP_SHUTDOWN_EX=0 PLATFORM_STATUS=0 SNP_PLATFORM_STATUS=0"
expect_platforms UNINIT UNINIT

# what was done stands in the journal, which only root reads
journal=/run/sevadm/journal
[ "$HOST_KIND" = emulated ] || journal=$SIM.journal
[ "$(stat -c %a "$journal")" = 600 ] || fail "the journal's mode is $(stat -c %a "$journal")"
grep -q '"step":"FREEZE","process":'"$a," "$journal" || fail "$(cat "$journal")"
[ "$(grep -c '"event":"begin"' "$journal")" = "$(grep -c '"event":"end"' "$journal")" ] ||
	fail "a run in the journal has no end"

guest_end "$a"
guest_end "$b"
no_kernel_warnings
kvm_reload || fail "SNP does not come up again"
pid=$(guest_start snp) || fail "no guest after the reload"
guest_end "$pid"
no_kernel_warnings
