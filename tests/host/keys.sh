# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# A platform's keys through the driver: an owner step by step and at once, its own again, a
# reset; guests that forbid it; SEV that is down.  Every signature is looked at.
. "${HOST_TESTS:-/tests/host}/lib/steps.sh"

dir=$step_dir/keys
mkdir "$dir"

# key NAME - its SHA-256, as the firmware has it now
key() {
	sevadm --porcelain owner show | awk -F '\t' -v key="keys.$1_sha256" '$1 == key { print $2 }'
}

# owned WHOSE - and the keys signed each other
owned() {
	run owner show
	expect_code 0
	expect_value keys.owner "$1"
	[ "$(grep -c '^links	.*	PASS' "$step_dir/out")" -eq 4 ] || fail "not all links hold: $(cat "$step_dir/out")"
}

owned self
pek=$(key pek) pdh=$(key pdh) cek=$(key cek)
[ "${#pek}" -eq 64 ] || fail "no PEK: '$pek'"

# step by step
sevadm oca new "$dir/oca.cert" "$dir/oca.pem" || fail "no OCA"
run pek csr "$dir/csr"
expect_code 0
sevadm csr sign "$dir/csr" "$dir/oca.cert" "$dir/oca.pem" "$dir/signed" || fail "not signed"
run pek import --yes "$dir/signed" "$dir/oca.cert"
expect_code 0
owned external
[ "$(key pek)" = "$pek" ] || fail "another PEK"
run pek import --yes "$dir/signed" "$dir/oca.cert"
expect_code 2
run cert export "$dir/chain"
expect_code 0
[ "$(wc -c <"$dir/chain")" -eq 8336 ] || fail "a chain of $(wc -c <"$dir/chain") bytes"
run cert verify "$dir/chain"
[ "$(grep -c '^links	.*	PASS' "$step_dir/out")" -eq 5 ] || fail "elsewhere it does not hold"

# its own again, and at once
run owner self --yes
expect_code 0
owned self
[ "$(key pek)" != "$pek" ] || fail "the same PEK"
run pek import --yes "$dir/signed" "$dir/oca.cert"
expect_code 2
run owner external --yes "$dir/oca.cert" "$dir/oca.pem"
expect_code 0
owned external

# a new PDH, with a guest too; nothing else with one
pdh=$(key pdh)
pid=$(guest_start sev) || fail "no guest"
for words in reset 'pek gen' 'owner self'; do
	# shellcheck disable=SC2086 # words
	run $words --yes
	expect_code 5
	expect_said 'SEV has guests'
done
guest_alive "$pid" || fail "the guest is gone"
run pdh gen --yes
expect_code 0
[ "$(key pdh)" != "$pdh" ] || fail "the same PDH"
owned external
guest_end "$pid"

# as it left the factory: SEV is down, and what wants it up is not issued
run reset --yes
expect_code 0
expect_platforms UNINIT INIT
for words in 'pek gen --yes' "pek csr $dir/none" "cert export $dir/none"; do
	# shellcheck disable=SC2086 # words
	run $words
	expect_code 4
	expect_said 'SEV is down'
done
[ ! -e "$dir/none" ] || fail "a file was written"
expect_platforms UNINIT INIT
pid=$(guest_start sev) || fail "no guest after the reset"
guest_end "$pid"
owned self
[ "$(key cek)" = "$cek" ] || fail "another CEK"
no_kernel_warnings
