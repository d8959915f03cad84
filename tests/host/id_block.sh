# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# An SNP guest that its owner vouches for: an id block of what will be launched, signed with
# the id key, which an author's key signed in turn; and a launch that it is not for.
. "${HOST_TESTS:-/tests/host}/lib/steps.sh"

dir=$step_dir/id
mkdir "$dir"

i=0
while [ "$i" -lt 1024 ]; do
	echo "line $((10000 + i)) of a guest's firmware, 64 bytes of it; and not much."
	i=$((i + 1))
done | head -c 65536 >"$dir/memory"

# block OPTION... - an id block, and authentication of it
block() {
	sevadm id block "$@" "$dir/block" >/dev/null || fail "no id block"
	sevadm id auth --id-key="$dir/id.pem" --author-key="$dir/author.pem" "$dir/block" \
		"$dir/auth" >/dev/null || fail "no authentication"
}

# launched [WORD=VALUE...] - a guest without vCPUs, so that only its memory is measured
launched() {
	guest_launch snp:0 policy=0x30000 memory="$dir/memory" id-block="$dir/block" \
		id-auth="$dir/auth" author-key=yes "$@"
}

# with_flipped WORD FILE OFFSET STATUS - and that is why it is refused
with_flipped() {
	flipped "$2" "$3" "$dir/bad"
	refused "SNP_LAUNCH_FINISH.*$4" launched "$1=$dir/bad"
}

run measure ovmf "$dir/memory"
digest=$(value firmware.snp_digest)
[ "${#digest}" -eq 96 ] || fail "no digest: '$digest'"
sevadm id block --digest="$digest" "$dir/block" >/dev/null || fail "no id block"
sevadm id auth --new-id-key="$dir/id.pem" --new-author-key="$dir/author.pem" "$dir/block" \
	"$dir/auth" >/dev/null || fail "no authentication"

# as it should be, by both keys or by one; what is not asked for is not looked at
pid=$(launched) || fail "not launched"
guest_end "$pid"
pid=$(launched author-key=no) || fail "not launched without the author"
guest_end "$pid"
flipped "$dir/auth" 1664 "$dir/bad"
pid=$(launched id-auth="$dir/bad" author-key=no) || fail "the author's signature was looked at"
guest_end "$pid"

# another guest, another policy; blocks that are not known; signatures of others
block --digest="$digest" --family-id=00112233445566778899aabbccddeeff --guest-svn=7
echo >>"$dir/memory"
dd if=/dev/zero bs=4095 count=1 >>"$dir/memory" 2>/dev/null
refused 'SNP_LAUNCH_FINISH.*0xb' launched
head -c 65536 "$dir/memory" >"$dir/whole" && mv "$dir/whole" "$dir/memory"
pid=$(launched) || fail "not launched with ids"
guest_end "$pid"
refused 'SNP_LAUNCH_FINISH.*0x7' launched policy=0xb0000
with_flipped id-block "$dir/block" 0 0xb
with_flipped id-block "$dir/block" 88 0x7
with_flipped id-block "$dir/block" 80 0x16
with_flipped id-block "$dir/block" 48 0xa
with_flipped id-block "$dir/block" 84 0xa
for at in 0 4 576 2176; do
	with_flipped id-auth "$dir/auth" "$at" 0x16
done
for at in 64 136 580 652 1603 1664 1736 2180; do
	with_flipped id-auth "$dir/auth" "$at" 0xa
done
block --digest="$digest" --policy=0xb0000
refused 'SNP_LAUNCH_FINISH.*0x7' launched
pid=$(launched policy=0xb0000) || fail "not launched with the other policy"
guest_end "$pid"

# without the VCEK, which the firmware remembers
block --digest="$digest"
pid=$(launched vcek=no host-data=$(printf 'ab%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 \
	17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32)) || fail "not launched without VCEK"
guest_alive "$pid" || fail "it is gone"
guest_end "$pid"
expect_platforms INIT INIT
no_kernel_warnings
