# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# What the firmware says of itself, of a real driver and of the simulated one alike: the
# platforms as `status` has them, an id by GET_ID2 in its two calls, addresses made of it.
. "${HOST_TESTS:-/tests/host}/lib/steps.sh"

run status
build=$(value snp.build) tcb=$(value current_tcb.raw)
run show
expect_code 0
expect_value snp.build "$build"
expect_value snp.state INIT
expect_value snp.flags_reserved 0x0
expect_value snp.policy_reserved 0x0
expect_value platform.state INIT
name=$(value processor.generation)
case $name in
Milan|Genoa) ;;
*) fail "generation $name" ;;
esac
expect_value current_tcb.raw "$tcb"
expect_value current_tcb.layout_known yes
expect_value config.reported_tcb "$tcb"
expect_value guest_counts.snp 0
id=$(sevadm --porcelain show identifier | awk -F '\t' '$1 == "identifiers" && $2 == 0 { print $3 }')
[ "${#id}" -eq 128 ] || fail "an id of ${#id} digits: $id"
sevadm --porcelain show urls >"$step_dir/urls"
grep "^urls	vcek	0	https://kdsintf.amd.com/vcek/v1/$name/$id?blSPL=[0-9]*&teeSPL=[0-9]*&snpSPL=[0-9]*&ucodeSPL=[0-9]*$" \
	"$step_dir/urls" || fail "no such address: $(cat "$step_dir/urls")"

pid=$(guest_start snp) || fail "no guest"
run show guests
expect_code 0
expect_value guest_counts.snp 1
run show platform
expect_value platform.state INIT
guest_alive "$pid" || fail "the guest is gone"

# down, it tells of itself all the same
run teardown --guests=stop:5 --yes
expect_code 0
run show
expect_code 0
expect_value snp.state UNINIT
expect_value platform.state UNINIT
no_kernel_warnings
