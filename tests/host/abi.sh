# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# Bad input to /dev/sev-debug, with guests that would not survive if any of it
# went through.
. "${HOST_TESTS:-/tests/host}/lib/steps.sh"

[ "$HOST_KIND" = emulated ] || fail "it is about the real driver"

# logged TEXT - how often the kernel's log has a line with that, of the device's
logged() {
	dmesg | grep 'through /dev/sev-debug by' | grep -c "$1" || true
}

a=$(guest_start snp) || fail "no SNP guest"
b=$(guest_start snp --launch-only) || fail "no guest that is being launched"
c=$(guest_start sev) || fail "no SEV guest"

# both WHEN [ARG...] - malformed requests and those in order; what went wrong is
# all that is of interest
both() {
	when=$1
	shift
	for program in sevdbg-abi sevdbg-access; do
		echo "+ $program${*:+ $*}, $when"
		both_code=0
		$program "$@" >"$step_dir/said" || both_code=$?
		grep -v '^ok' "$step_dir/said" || true
		[ "$both_code" -eq 0 ] || fail "$when: exit code $both_code"
	done
}

both "without a tombstone"
both "without a tombstone" --compat
[ "$(logged .)" = 0 ] || fail "what was refused is in the log"

# once more, with a tombstone
run decommission "$(guest_id "$a")" --running --yes
expect_code 0
both "with a tombstone"
both "with a tombstone" --compat
[ "$(logged "SNP_DECOMMISSION of guest 1 of snpvm\[$a\] .* by sevadm\[")" = 1 ] ||
	fail "no DECOMMISSION in the log"
[ "$(logged .)" = 1 ] || fail "there is more in the log: $(dmesg | grep sev-debug)"

for pid in "$a" "$b" "$c"; do
	guest_alive "$pid" || fail "guest $pid is gone"
	guest_end "$pid"
done
no_kernel_warnings
