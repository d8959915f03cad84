# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# check tells who and what stands in the way of a teardown, and that nothing does.
. "${HOST_TESTS:-/tests/host}/lib/steps.sh"

# verdict ID VERDICT - the last report has it, once at least
verdict() {
	awk -F '\t' -v id="$1" -v verdict="$2" \
		'$1 == "checks" && $3 == id && $2 == verdict { found = 1 } END { exit !found }' \
		"$step_dir/out" || fail "$1 is not $2: $(grep "	$1	" "$step_dir/out")"
}

# failed ID... - exactly these checks failed
failed() {
	found=$(awk -F '\t' '$1 == "checks" && $2 == "FAIL" { print $3 }' "$step_dir/out" |
		sort -u | paste -sd ' ' -)
	[ "$found" = "$*" ] || fail "failed: '$found', not '$*'"
}

# reason ID PATTERN
reason() {
	awk -F '\t' -v id="$1" '$1 == "checks" && $3 == id { print $4 }' "$step_dir/out" |
		grep -e "$2" || fail "$1 does not say '$2'"
}

run check
expect_code 0
failed
for id in device.sev device.sev-debug module.ccp module.kvm_amd psp.alive firmware.version \
	sev.state snp.state guests guests.charged vms.held cpus.online cpus.reach pages.leaked; do
	verdict "$id" PASS
done

a=$(guest_start snp) || fail "no SNP guest"
b=$(guest_start sev) || fail "no SEV guest"
c=$(guest_start snp --launch-only) || fail "no SNP guest at its launch"
run check
expect_code 2
failed guest
for pid in "$a" "$b" "$c"; do
	reason guest "\[$pid\] is alive"
done
reason guest "SNP, ASID [0-9]*, [0-9]* vCPUs*)"
reason guests.listed "same guests: 1 SEV, 2 SNP"
reason guests.charged "same guests: 3"
reason vms.held "each of KVM's 3 VMs"
for pid in "$a" "$b" "$c"; do
	guest_end "$pid"
done

cpu_offline 3
run check
expect_code 2
failed cpus.online
reason cpus.online "CPU 3 is offline"
cpu_online 3
run check kexec
expect_code 2
failed kexec.loaded

run teardown
expect_code 0
run check
expect_code 0
failed
reason snp.state "UNINIT"
reason state.init-locked "locked out"
no_kernel_warnings
