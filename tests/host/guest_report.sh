# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# In a guest
# Needs: chip
#
# Inside an SNP guest: its state, reports by each way, believed with what the chip's maker has
# and with what the host hands over, derived keys, and hosts and firmware that refuse.
. "${HOST_TESTS:-/tests/host}/lib/steps.sh"

guest_enter
dir=$step_dir/guest
mkdir "$dir"

# verified REPORT - it is believed, by the chip's certificates and by those of the host
verified() {
	for certificates in "$chip/ask.der $chip/vcek.der" "$dir/table"; do
		# shellcheck disable=SC2086 # words
		run report verify --root="$chip/ark.der" "$1" $certificates
		expect_code 0
	done
}

# same_data REPORT - it carries what is in $dir/data
same_data() {
	dd if="$1" bs=1 skip=80 count=64 2>/dev/null | cmp - "$dir/data" || fail "$1 carries other data"
}

run guest doctor
expect_code 0

# the certificates of the host are those of the chip; what was asked for is in the report
run report get --random --data-out="$dir/data" --certs="$dir/table" "$dir/first"
expect_code 0
cmp "$dir/table" "$chip/table" || fail "not the host's table of certificates"
same_data "$dir/first"
verified "$dir/first"
run report get --via=tsm --data-file="$dir/data" "$dir/tsm"
expect_code 0
expect_value report.via tsm
same_data "$dir/tsm"
verified "$dir/tsm"
run report get --vmpl=2 --data-file="$dir/data" "$dir/vmpl"
expect_code 0
expect_value report.vmpl 2
verified "$dir/vmpl"

# a bit of it, and it is not
head -c 79 "$dir/first" >"$dir/forged"
printf '\377' >>"$dir/forged"
tail -c +81 "$dir/first" >>"$dir/forged"
run report verify --root="$chip/ark.der" "$dir/forged" "$dir/table"
expect_code 2

# keys: the same of the same, none of anything else
run key derive "$dir/key"
expect_code 0
[ "$(wc -c <"$dir/key")" -eq 32 ] || fail "a key of $(wc -c <"$dir/key") bytes"
[ "$(stat -c %a "$dir/key")" = 600 ] || fail "a key for others' eyes"
run key derive "$dir/again"
expect_code 0
cmp "$dir/key" "$dir/again" || fail "the same request, another key"
run key derive --fields=measurement,guest_policy "$dir/other"
expect_code 0
! cmp -s "$dir/key" "$dir/other" || fail "another request, the same key"

# a host that is busy for a while
guest_vmm_answers busy 2
run report get --data-file="$dir/data" "$dir/late"
expect_code 0
same_data "$dir/late"

# the firmware refuses once: the driver gives its key up, and there is no way back
guest_firmware_answers 0x16
run report get --via=device --data-file="$dir/data" "$dir/none"
expect_code 6
expect_said 'INVALID_PARAM'
run report get --via=device --data-file="$dir/data" "$dir/none"
expect_code 1
expect_said 'the driver has no key'
[ ! -e "$dir/none" ] || fail "a file was written"
run guest doctor
expect_code 2
no_kernel_warnings
