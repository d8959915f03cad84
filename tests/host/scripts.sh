# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# Every script of share/: what it claims is so on this host.
. "${HOST_TESTS:-/tests/host}/lib/steps.sh"

scripts=${HOST_TESTS:-/tests/host}/../../share

# proves NAME - the script of that name, on a host as it wants it
proves() {
	a=$(guest_start snp) || fail "no SNP guest"
	b=$(guest_start snp) || fail "no second SNP guest"
	[ "$1" != offline-cpu ] || cpu_offline 3
	echo "+ $1"
	code=0
	sevadm run "$scripts/$1.sevadm" >"$step_dir/tap" 2>&1 || code=$?
	sed 's/^/  /' "$step_dir/tap"
	expect_code 0
	# as many points as the script has lines that are commands, or more: repeats
	wanted=$(grep -cE '^ *(shutdown|wbinvd|df-flush|decommission|teardown)' "$scripts/$1.sevadm")
	[ "$wanted" -ge 6 ] || fail "$1 has $wanted commands"
	[ "$(grep -c '^ok ' "$step_dir/tap")" -ge "$wanted" ] || fail "not all of $1 was carried out"
	! grep '^not ok' "$step_dir/tap" || fail "the script is wrong about this host"
	[ "$1" != offline-cpu ] || cpu_online 3
	expect_platforms UNINIT UNINIT
	guest_end "$a"
	guest_end "$b"
	kvm_reload || fail "SNP does not come up again after $1"
}

done=0
for script in "$scripts"/*.sevadm; do
	name=${script##*/}
	proves "${name%.sevadm}"
	done=$((done + 1))
done
[ "$done" -ge 5 ] || fail "there are $done scripts"

# the same by hand: a shell keeps the devices open, and is not taken for somebody else's
a=$(guest_start snp) || fail "no SNP guest"
printf '%s\n' 'check teardown --porcelain' 'pick g guest snp' 'echo guest $g' 'decommission $g --running --yes' \
	'expect SUCCESS' 'df-flush' 'expect WBINVD_REQUIRED' 'run '"$scripts/shutdown-with-sev-up.sevadm" \
	'teardown --yes' 'expect snp UNINIT' |
	sevadm shell >"$step_dir/out" 2>"$step_dir/err" || fail "the shell ends with $?"
sed 's/^/  /' "$step_dir/err"
[ "$(grep -c '^as expected: ' "$step_dir/err")" -eq 3 ] || fail "not all was as expected"
grep -q '^checks	' "$step_dir/out" || fail "check has not checked"
! grep 'device.openers' "$step_dir/out" || fail "the shell is taken for somebody else"
grep -q '^guest [0-9]' "$step_dir/out" || fail "no guest was picked"
grep -q '^# there is no such guest' "$step_dir/out" || fail "the script in the shell found something"
guest_end "$a"
kvm_reload || fail "SNP does not come up again"

# a host that is not as a script wants it: it says so, and nothing was done
code=0
sevadm run "$scripts/wbinvd-before-decommission.sevadm" >"$step_dir/tap" 2>&1 || code=$?
expect_code 2
grep -q '^# there is no such guest' "$step_dir/tap" || fail "the script does not say what it misses"
expect_platforms INIT INIT
no_kernel_warnings
