# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# A CPU that the kernel gives away (ACPI's eject) is still in its socket: online and
# present are the same, and yet the firmware waits for its WBINVD.  When it is back,
# teardown and SNP_INIT, which looks at the registers of every core, succeed.
# For emulator/run --tcg multi --ccx 2 --max-cpus 6: QEMU's TCG can take a CPU out only
# then, and give it back only if there is room for one more.
. "${HOST_TESTS:-/tests/host}/lib/steps.sh"
cpu=/sys/devices/system/cpu

# topology PATTERN - what the firmware takes the machine for
topology() {
	shape=$(machine_monitor qom-get psp topology | tr -d '"')
	echo "the firmware: $shape"
	# shellcheck disable=SC2254 # a pattern
	case $shape in
	$1) ;;
	*) fail "the firmware says '$shape', not '$1'" ;;
	esac
}

# present LIST - wait until the kernel says so
present() {
	tries=0
	until [ "$(cat $cpu/present)" = "$1" ]; do
		tries=$((tries + 1))
		[ "$tries" -lt 100 ] || fail "present: $(cat $cpu/present), not $1"
		sleep 0.2
	done
}

topology "sockets=1 smt=on ccx=0-1 ccx=2-3 absent"
a=$(guest_start snp) || fail "no SNP guest"
cpu_offline 3
echo 1 >$cpu/cpu3/firmware_node/eject
present 0-2
[ "$(cat $cpu/online)" = 0-2 ] || fail "online: $(cat $cpu/online)"
topology "sockets=1 smt=on ccx=0-1 ccx=2-3 absent=3"

run teardown --guests=stop --yes
expect_code 6
expect_said "WBINVD_REQUIRED (0x000e)"

# nothing of it can be had by reloading either
! kvm_reload || fail "SNP came up without CPU 3"

machine_monitor device_add EPYC-Milan-x86_64-cpu,socket-id=0,die-id=1,core-id=0,thread-id=1,id=again
present 0-3
topology "sockets=1 smt=on ccx=0-1 ccx=2-3 absent"
cpu_online 3
run teardown
expect_code 0
kvm_reload || fail "SNP does not come up with CPU 3 again"
a=$(guest_start snp) || fail "no SNP guest after that"
guest_end "$a"
run teardown
expect_code 0
expect_platforms UNINIT UNINIT
