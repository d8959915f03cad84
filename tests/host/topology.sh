# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# What the kernel, CPUID and the firmware take the machine for is the same, and the
# firmware wants a WBINVD of each thread, in whatever complex of whatever socket.
#   topology.sh SOCKETS CCX-THREADS SMT	the shape that emulator/run was told to make,
#	SMT on or off
. "${HOST_TESTS:-/tests/host}/lib/steps.sh"
cpu=/sys/devices/system/cpu

# expand LIST - 0-2,5 one a line
expand() {
	echo "$1" | tr , '\n' | while IFS=- read -r first last; do
		[ -z "$first" ] || seq "$first" "${last:-$first}"
	done
}

# each CPU: number, package, core's first CPU, first CPU of those with its cache
seen_by_kernel() {
	for n in $(expand "$(cat $cpu/online)"); do
		[ "$(cat $cpu/cpu"$n"/cache/index3/level)" = 3 ] || fail "index3 is not level 3"
		echo "$n $(cat $cpu/cpu"$n"/topology/physical_package_id)" \
			"$(expand "$(cat $cpu/cpu"$n"/topology/thread_siblings_list)" | head -n 1)" \
			"$(expand "$(cat $cpu/cpu"$n"/cache/index3/shared_cpu_list)" | head -n 1)"
	done
}

# the same from CPUID: the first CPU that has a number has it for all
seen_by_cpuid() {
	cpu-topology >"$step_dir/cpuid" || fail "CPUID contradicts itself"
	awk '{
		if (!($4 in package)) package[$4] = packages++
		if (!($3 in core)) core[$3] = $1
		if (!($5 in cache)) cache[$5] = $1
		print $1, package[$4], core[$3], cache[$5]
	}' "$step_dir/cpuid"
}

shape=$(machine_monitor qom-get psp topology | tr -d '"')
echo "the firmware: $shape"
[ "$(cat $cpu/online)" = "$(cat $cpu/present)" ] || fail "CPUs are offline"
seen_by_kernel >"$step_dir/kernel"
seen_by_cpuid >"$step_dir/by-cpuid"
cmp "$step_dir/kernel" "$step_dir/by-cpuid" || {
	diff "$step_dir/kernel" "$step_dir/by-cpuid"
	fail "the kernel and CPUID disagree"
}

# the firmware's complexes: each word ccx=LIST, in the same form
for word in $shape; do
	case $word in
	ccx=*) expand "${word#ccx=}" | awk 'NR == 1 { first = $1 } { print $1, first }' ;;
	absent*) [ "$word" = absent ] || fail "the firmware misses CPUs: $word" ;;
	esac
done | sort -n >"$step_dir/firmware"
awk '{ print $1, $4 }' "$step_dir/kernel" | sort -n >"$step_dir/kernel-ccx"
cmp "$step_dir/firmware" "$step_dir/kernel-ccx" || fail "the kernel and the firmware disagree"

# and it is the shape that was asked for
cpus=$(wc -l <"$step_dir/kernel")
[ "$(awk '{ print $2 }' "$step_dir/kernel" | sort -u | wc -l)" -eq "$1" ] || fail "not $1 sockets"
[ "$(awk '{ print $4 }' "$step_dir/kernel" | sort -u | wc -l)" -eq $((cpus / $2)) ] ||
	fail "not $((cpus / $2)) core complexes"
cores=$(awk '{ print $3 }' "$step_dir/kernel" | sort -u | wc -l)
case $3 in
on) [ "$cores" -eq $((cpus / 2)) ] && [ "$(cat $cpu/smt/active)" = 1 ] ;;
off) [ "$cores" -eq "$cpus" ] && [ "$(cat $cpu/smt/active)" = 0 ] ;;
esac || fail "$cores cores, SMT $(cat $cpu/smt/control)"
case $shape in
"sockets=$1 smt=$3 "*) ;;
*) fail "the firmware thinks otherwise" ;;
esac

# one thread of the first complex, the last of the last one: each alone is missed
last=$((cpus - 1))
a=$(guest_start snp) || fail "no SNP guest"
b=$(guest_start snp) || fail "no second SNP guest"
missing=$(($2 - 1))
for guest in "$a" "$b"; do
	run decommission "$(guest_id "$guest")" --running --yes
	expect_code 0
	others=$(expand "0-$last" | grep -vx "$missing" | tr '\n' , | sed 's/,$//')
	run wbinvd --cpus="$others"
	expect_code 0
	expect_steps "WBINVDx$last"
	run df-flush
	expect_code 6
	expect_steps "SNP_DF_FLUSH=14"
	run wbinvd --cpus="$missing"
	expect_code 0
	run df-flush
	expect_code 0
	missing=$last
done
guest_end "$a"
guest_end "$b"

# an offline thread is the one that is named
a=$(guest_start snp) || fail "no SNP guest after that"
cpu_offline "$last"
run teardown --guests=decommission --yes
expect_code 6
expect_said "WBINVD_REQUIRED (0x000e)"
expect_said "CPU $last"
cpu_online "$last"
run teardown --guests=decommission --yes
expect_code 0
expect_platforms UNINIT UNINIT
guest_end "$a"
no_kernel_warnings
kvm_reload || fail "SNP does not come up again"
