# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# While teardown waits for a VMM that ignores SIGTERM, it holds CAP_SYS_ADMIN
# and CAP_KILL and nothing else; then the VMM is killed.
. "${HOST_TESTS:-/tests/host}/lib/steps.sh"

a=$(guest_start snp --stubborn) || fail "no stubborn SNP guest"

# the simulated host has its own clock: nothing to look at in between
if [ "$HOST_KIND" = emulated ]; then
	"$SEVADM" -q --porcelain teardown --guests=stop:4 --yes >"$step_dir/out" 2>"$step_dir/err" &
	pid=$!
	sleep 2
	cat /proc/$pid/status >"$step_dir/status" || fail "teardown did not wait"
	wait $pid || fail "teardown: exit code $?"
	steps=$(summary)
	# bit 5 CAP_KILL, bit 21 CAP_SYS_ADMIN
	for set in CapEff CapPrm CapBnd; do
		grep -q "^$set:.*0000000000200020$" "$step_dir/status" ||
			fail "$(grep "^$set" "$step_dir/status")"
	done
	grep -q '^CapInh:.*0000000000000000$' "$step_dir/status" || fail "inheritable capabilities"
	grep -q '^NoNewPrivs:.*1$' "$step_dir/status" || fail "new privileges can be had"
else
	run teardown --guests=stop:4 --yes
	expect_code 0
fi
expect_steps "SIGTERM SIGKILL SHUTDOWN=0 WBINVDx4 SNP_DF_FLUSH=0 SNP_SHUTDOWN_EX=0 PLATFORM_STATUS=0 SNP_PLATFORM_STATUS=0"
! guest_alive "$a" || fail "the stubborn VMM is still there"
no_kernel_warnings
