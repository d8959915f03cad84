# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# A guest of SEV from its owner's first word to the last: a session with this platform, the
# launch, what the firmware measured, a secret, a report; and every way in which one of
# them is not the right one.  Owner and firmware share no code.
. "${HOST_TESTS:-/tests/host}/lib/steps.sh"

dir=$step_dir/session
mkdir "$dir"
nonce=00112233445566778899aabbccddeeff

# session DIR [POLICY] - a new one with the platform's PDH as it is, keys apart
session() {
	mkdir "$1"
	sevadm cert export "$1/chain" >/dev/null || fail "no chain"
	sevadm session new --unverified --policy="${2:-nodbg,noks}" --format=sev-tool \
		--directory="$1" "$1/chain" >/dev/null 2>&1 || fail "no session"
	dd if="$1/tmp_tk.bin" of="$1/tek" bs=16 count=1 2>/dev/null
	dd if="$1/tmp_tk.bin" of="$1/tik" bs=16 skip=1 2>/dev/null
}

# launched DIR [WORD=VALUE...] - launch with the session in there
launched() {
	launched_dir=$1
	shift
	guest_launch sev policy=3 memory="$dir/memory" godh="$launched_dir/godh.cert" \
		session="$launched_dir/launch_blob.bin" measurement="$launched_dir/measurement" "$@"
}

i=0
while [ "$i" -lt 1024 ]; do
	echo "line $((10000 + i)) of firmware"
	i=$((i + 1))
done >"$dir/memory"
[ $(($(wc -c <"$dir/memory") % 16)) -eq 0 ] || fail "the memory is not of whole blocks"
run show platform
expect_code 0
api=$(value platform.api_major).$(value platform.api_minor).$(value platform.build)
session "$dir/a"

# every part of a session is looked at: its PDH, its policy, its owner, itself
for at in 0 15 16 47 48 63 64 95 96 127; do
	flipped "$dir/a/launch_blob.bin" "$at" "$dir/bad"
	refused 'LAUNCH_START.*0xb' launched "$dir/a" session="$dir/bad"
done
for at in 0 8 12 16 20 92; do
	flipped "$dir/a/godh.cert" "$at" "$dir/bad"
	refused 'LAUNCH_START.*0x6' launched "$dir/a" godh="$dir/bad"
done
refused 'LAUNCH_START.*0xb' launched "$dir/a" policy=1
refused 'LAUNCH_START.*0x7' launched "$dir/a" policy=0xff0003
session "$dir/b"
refused 'LAUNCH_START.*0xb' launched "$dir/a" godh="$dir/b/godh.cert"
cp "$dir/a/godh.cert" "$dir/bad"
echo >>"$dir/bad"
refused 'LAUNCH_START.*0x4' launched "$dir/a" godh="$dir/bad"
expect_platforms INIT INIT

# what was measured is what the owner expects, and nothing else
pid=$(launched "$dir/a") || fail "no guest"
measured() {
	run measurement verify --api="$api" --policy=nodbg,noks --tik="$dir/a/tik" \
		--firmware="$dir/memory" "$@"
}
measured "$dir/a/measurement"
expect_code 0
for at in 0 31 32 47; do
	flipped "$dir/a/measurement" "$at" "$dir/bad"
	measured "$dir/bad"
	expect_code 2
done
measured --policy=nodbg "$dir/a/measurement"
expect_code 2
measured --tik="$dir/b/tik" "$dir/a/measurement"
expect_code 2
flipped "$dir/memory" 5000 "$dir/bad"
measured --firmware="$dir/bad" "$dir/a/measurement"
expect_code 2

# package DIR [MEASUREMENT] - the secret, with the keys in there
package() {
	sevadm secret package --raw="$dir/secret" --tek="$1/tek" --tik="$1/tik" \
		--measurement="${2:-$dir/a/measurement}" "$dir/header" "$dir/payload" >/dev/null ||
		fail "not packed"
}
printf 'the key of the disk: 0123456789a' >"$dir/secret"
[ "$(wc -c <"$dir/secret")" -eq 32 ] || fail "$(wc -c <"$dir/secret") bytes"
package "$dir/b"
refused '0xb' guest_secret "$pid" "$dir/header" "$dir/payload" "$dir/into"
flipped "$dir/a/measurement" 3 "$dir/bad"
package "$dir/a" "$dir/bad"
refused '0xb' guest_secret "$pid" "$dir/header" "$dir/payload" "$dir/into"
package "$dir/a"
for at in 0 4 19 20 51; do
	flipped "$dir/header" "$at" "$dir/bad"
	refused '0xb' guest_secret "$pid" "$dir/bad" "$dir/payload" "$dir/into"
done
flipped "$dir/payload" 31 "$dir/bad"
refused '0xb' guest_secret "$pid" "$dir/header" "$dir/bad" "$dir/into"
[ ! -e "$dir/into" ] || fail "something was injected"
guest_secret "$pid" "$dir/header" "$dir/payload" "$dir/into" || fail "the secret is refused"
cmp "$dir/secret" "$dir/into" || fail "the guest has something else"

# attested REPORT [OPTION...] - is it one of this guest, for this nonce?
attested() {
	attested_report=$1
	shift
	run attestation verify --unverified --nonce="$nonce" --policy=nodbg,noks "$@" \
		"$attested_report" "$dir/a/chain"
}
guest_attest "$pid" "$nonce" "$dir/report" || fail "no report"
run attestation show "$dir/report"
expect_code 0
digest=$(value report.digest)
[ "$(sha256sum <"$dir/memory" | cut -d ' ' -f 1)" = "$digest" ] || fail "digest $digest"
attested "$dir/report" --digest="$digest"
expect_code 0
for at in 16 48 64 136; do
	flipped "$dir/report" "$at" "$dir/bad"
	attested "$dir/bad"
	expect_code 2
done
attested "$dir/report" --nonce=ffeeddccbbaa99887766554433221100
expect_code 2

# the same of SEV-ES, of which a vCPU's registers are measured too
session "$dir/es" nodbg,es
es=$(guest_launch sev-es:1 policy=5 memory="$dir/memory" godh="$dir/es/godh.cert" \
	session="$dir/es/launch_blob.bin" measurement="$dir/es/measurement") || fail "no SEV-ES guest"
sevadm vmsa build --vcpu-sig=0xa00f11 --guest-features=0 "$dir/vmsa" >/dev/null || fail "no VMSA"
run measurement verify --api="$api" --policy=nodbg,es --tik="$dir/es/tik" \
	--firmware="$dir/memory" --vmsa="$dir/vmsa" --num-cpus=1 "$dir/es/measurement"
expect_code 0
sevadm vmsa build --vcpu-sig=0xa00f12 --guest-features=0 "$dir/other" >/dev/null || fail "no VMSA"
run measurement verify --api="$api" --policy=nodbg,es --tik="$dir/es/tik" \
	--firmware="$dir/memory" --vmsa="$dir/other" --num-cpus=1 "$dir/es/measurement"
expect_code 2
guest_end "$es"

# while it runs there is no more to be injected, and a report all the same
guest_finish "$pid" || fail "it does not run"
package "$dir/a"
refused '0x2' guest_secret "$pid" "$dir/header" "$dir/payload" "$dir/into"
refused '0x2' guest_finish "$pid"
guest_attest "$pid" "$nonce" "$dir/report" || fail "no report of a guest that runs"
attested "$dir/report" --digest="$digest"
expect_code 0

# a session of the PDH before is none any more; without one a guest is measured with a key
# that its owner does not have
guest_end "$pid"
run pdh gen --yes
expect_code 0
refused 'LAUNCH_START.*0xb' launched "$dir/a"
session "$dir/c"
pid=$(launched "$dir/c") || fail "no guest with the new PDH"
guest_end "$pid"
pid=$(guest_launch sev policy=3 memory="$dir/memory" measurement="$dir/a/measurement") ||
	fail "no guest without a session"
measured "$dir/a/measurement"
expect_code 2
guest_end "$pid"
no_kernel_warnings
