# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# "sevadm kexec" loads a kernel, ends the VMMs, brings everything down and goes there;
# SNP comes up again behind it.  It does not go where a guest was lost from under its
# VMM, or with a VM that lives.
. "${HOST_TESTS:-/tests/host}/lib/steps.sh"

if [ "$SNP_GEN" = 2 ]; then
	run status
	expect_code 0
	expect_value snp.state INIT
	pid=$(guest_start snp) || fail "no SNP guest after kexec"
	guest_end "$pid"
	no_kernel_warnings
	exit 0
fi

a=$(guest_start snp) || fail "no SNP guest"
b=$(guest_start sev) || fail "no SEV guest"
if [ "$HOST_KIND" = emulated ]; then
	# a simulated host has no files of its own
	run kexec --dry-run --now --kernel=/nowhere/vmlinuz --guests=stop
	expect_code 1
	expect_said "load /nowhere/vmlinuz: .*ENOENT"
fi
run kexec --now --yes
expect_code 2
expect_said "nothing was changed"
expect_said "\[$a\]"
guest_alive "$a" || fail "the guest is gone"

run kexec --yes --guests=stop --no-exec
expect_code 2
expect_said "no kernel is loaded"
guest_alive "$b" || fail "the guest is gone"
kexec_jump --guests=stop:5
