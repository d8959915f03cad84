# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# What reports tell, changed through a real driver and the simulated one alike: config set and
# reset, a commit, wrapped VLEKs that the firmware refuses, and all of it with SNP down.
. "${HOST_TESTS:-/tests/host}/lib/steps.sh"

# issued - of the last run, what was more than a question
issued() {
	echo "$steps" | tr ' ' '\n' | grep -v 'PLATFORM_STATUS' | tr '\n' ' ' | sed 's/ $//'
}

run config diff
expect_code 0
tcb=$(value config.reported_tcb)
[ -n "$tcb" ] || fail "no TCB"

# one component less, the chip not named
snp=$(awk -F '\t' '$1 == "components" && $2 == "snp" { print $3 }' "$step_dir/out")
run config set --snp=$((snp - 1)) --mask-chip-id=on --yes
expect_code 0
[ "$(issued)" = SNP_CONFIG=0 ] || fail "issued: $(issued)"
lowered=$(value config_after.reported_tcb)
[ "$lowered" != "$tcb" ] || fail "nothing lowered"
expect_value config_now.reported_tcb "$lowered"
expect_value config_now.mask_chip_id yes
expect_value config_now.mask_chip_key no
run show config
expect_value config.differs yes
run config diff
expect_code 2
run config set --snp=$((snp + 1)) --yes
expect_code 2
expect_said "SNP $((snp + 1)) is above the current $snp"
[ -z "$(issued)" ] || fail "issued: $(issued)"

# a VLEK, of another TCB and of none of this chip's
stick() {
	head -c 16 /dev/zero
	head -c 384 /dev/zero | tr '\0' k
	stick_tcb=$1 stick_byte=0
	while [ $stick_byte -lt 8 ]; do
		# shellcheck disable=SC2059 # a byte
		printf "\\$(printf %03o $((stick_tcb >> 8 * stick_byte & 255)))"
		stick_byte=$((stick_byte + 1))
	done
	head -c 8 /dev/zero
	printf 'a tag, 16 bytes.'
}
stick "$((tcb))" >"$step_dir/other"
stick "$((lowered))" >"$step_dir/same"
run vlek verify "$step_dir/other"
expect_code 2
run vlek load "$step_dir/other"
expect_code 2
[ -z "$(issued)" ] || fail "issued: $(issued)"
run vlek load --force "$step_dir/other"
expect_code 6
[ "$(issued)" = SNP_VLEK_LOAD=33 ] || fail "issued: $(issued)"
expect_said BAD_SVN
run vlek verify "$step_dir/same"
expect_code 0
run vlek load "$step_dir/same"
expect_code 6
case $(issued) in
SNP_VLEK_LOAD=11) ;;
*) fail "issued: $(issued)" ;;
esac

# zeros, by which the firmware takes the current one, and the same by a commit
run config reset --yes
expect_code 0
expect_value config_now.mask_chip_id no
expect_value config_now.reported_tcb "$tcb"
run config set --snp=$((snp - 1)) --yes
expect_code 0
run commit --yes
expect_code 0
[ "$(issued)" = SNP_COMMIT=0 ] || fail "issued: $(issued)"
expect_value config_now.reported_tcb "$tcb"
expect_value config_now.differs no

# with SNP down
run teardown
expect_code 0
run config set --snp=$((snp - 1)) --yes
expect_code 4
[ -z "$(issued)" ] || fail "issued: $(issued)"
expect_said 'SNP is down, and Linux .* does not bring it up'
run vlek load "$step_dir/same"
expect_code 2
run vlek load --force "$step_dir/same"
expect_code 4
[ -z "$(issued)" ] || fail "issued: $(issued)"
run commit --yes
expect_code 0
no_kernel_warnings
