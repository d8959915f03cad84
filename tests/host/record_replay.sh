# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# What was recorded on this host is answered from the recording: every command's output
# comes again, byte for byte, but for the lines that say whose it is; and what is recorded
# of the replay tells the same.
. "${HOST_TESTS:-/tests/host}/lib/steps.sh"

# alike FILE FILE - but for who it is
alike() {
	for alike_file; do
		sed -e '/^\(# \)*Replayed recording /d; /^\(# \)*Simulated host /d' -e '/"simulated": /d; /"replay": /d' \
			-e '/^simulated	/d; /^replay	/d' "$alike_file" >"$alike_file.bare"
	done
	cmp "$1.bare" "$2.bare" || {
		diff "$1.bare" "$2.bare" | head -20
		fail "the output of the replay differs"
	}
}

n=0
# again WORDS... - recorded, replayed, recorded of the replay
again() {
	n=$((n + 1))
	echo "+ sevadm --record $*"
	code=0
	sevadm --record="$step_dir/$n.rec" -q "$@" >"$step_dir/$n.out" 2>"$step_dir/$n.err" || code=$?
	sed 's/^/  /' "$step_dir/$n.err"
	[ -s "$step_dir/$n.rec" ] || fail "nothing was recorded"
	replayed=0
	sevadm --device="replay:$step_dir/$n.rec" --record="$step_dir/$n.rec2" -q "$@" >"$step_dir/$n.out2" \
		2>"$step_dir/$n.err2" || replayed=$?
	[ "$replayed" -eq "$code" ] || {
		cat "$step_dir/$n.err2"
		fail "exit code $replayed, and $code when it was recorded"
	}
	alike "$step_dir/$n.out" "$step_dir/$n.out2"
	cmp "$step_dir/$n.err" "$step_dir/$n.err2" || fail "other complaints: $(cat "$step_dir/$n.err2")"
	"${SEVADM:-sevadm}" record diff --host "$step_dir/$n.rec" "$step_dir/$n.rec2" ||
		fail "the recording of the replay differs"
}

a=$(guest_start snp) || fail "no SNP guest"
b=$(guest_start sev) || fail "no SEV guest"
again status
again status --json
again guests --status --porcelain
again check kexec --json
again teardown --json
expect_code 5
again shutdown --strict --live --yes
expect_code 6
again teardown --guests=decommission --yes --json
expect_code 0
guest_end "$a"
guest_end "$b"
kvm_reload || fail "SNP does not come up again"

# one that fails half way, with CPUs brought online on the way
a=$(guest_start snp) || fail "no SNP guest"
cpu_offline 3
again teardown --guests=decommission --yes
expect_code 6
again teardown --guests=decommission --yes --online-cpus --rolling --porcelain
expect_code 0
cpu_online 3
guest_end "$a"
kvm_reload || fail "SNP does not come up again"

# VMMs that are ended: signals, and waiting for them; and a whole script
a=$(guest_start snp) || fail "no SNP guest"
again run "${HOST_TESTS:-/tests/host}/../../share/shutdown-with-sev-up.sevadm"
expect_code 0
guest_end "$a"
kvm_reload || fail "SNP does not come up again"
a=$(guest_start snp) || fail "no SNP guest"
again teardown --guests=stop:5 --yes --json
expect_code 0
! guest_alive "$a" || fail "the guest is still there"

# without the names it is the same story
"${SEVADM:-sevadm}" record anonymise "$step_dir/$n.rec" --output="$step_dir/anonymous" ||
	fail "it cannot be made anonymous"
name=$(awk -F '\t' '$1 == "guests" { print $9; exit }' "$step_dir/3.out")
grep -q "\"$name" "$step_dir/$n.rec" || fail "the VMM's name, $name, is not in the recording"
! grep -q "$name" "$step_dir/anonymous" || fail "the VMM's name, $name, is still in it"
sevadm --device="replay:$step_dir/anonymous" -q teardown --guests=stop:5 --yes --json >"$step_dir/out" \
	2>"$step_dir/err" || fail "it does not replay: $(cat "$step_dir/err")"
grep -q '"status_name": "SUCCESS"' "$step_dir/out" || fail "it tells something else"
# and another command is not what was recorded
code=0
sevadm --device="replay:$step_dir/anonymous" -q teardown --guests=decommission --yes >"$step_dir/out" \
	2>"$step_dir/err" || code=$?
expect_code 1
expect_said "the recording differs"
no_kernel_warnings
kvm_reload || fail "SNP does not come up again"
