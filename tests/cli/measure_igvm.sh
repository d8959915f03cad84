#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# measure igvm: launch digests of guests in IGVM files that lib/igvm.py makes, calculated once more
# by it; what is in such files; their id blocks; and every way that a file can be wrong.
# shellcheck disable=SC1091,SC2016,SC2034,SC2086,SC2154 # sourced; conditions for ok; words
set -u
. "$(dirname "$0")/lib/tap.sh"
python=/usr/bin/python3
[ -x "$python" ] || {
	skip 'measure igvm' 'there is no python3'
	done_testing
}
cd "$work" || exit 99
igvm() {
	"$python" "$top_srcdir/tests/cli/lib/igvm.py" "$@" || exit 99
}
head -c 4096 /dev/urandom >page
head -c 100 /dev/urandom >short
head -c 2097152 /dev/urandom >large
pages='page:1:0x1000:page page:1:0x2000:short page:3:0x3000:0xbb page:1:0x4000 page:1:0x5000 page:2:0x6000:9'
special='page:1:0x10000:zero:0:1 page:1:0x11000:0x11:0:2 page:1:0x12000:zero:0:3 page:1:0x13000:0x13:2 page:1:0x14000:0x14:4'
areas='area:7:0x3000 area:8:0x1000 vps:7:16 insert:1:0x20000:7 memory:1:0x30000:0x10000 error:1:0x50000:0x1000'
vps='vp:1:0xfffffffff000:0:page vp:1:0xfffffffff000:1'
head='platform:1:2 platform:2:0 policy:1:0x30000'

# same NAME WORDS [MAKE_OPTIONS] [OUR_OPTIONS] [THEIRS]
same() {
	igvm make file.igvm ${3-} ${4:-$head} $2
	want=$(igvm digest ${6-} $2)
	run measure igvm file.igvm ${5-} --json
	ok "measure igvm: $1 ${3-} ${5-}" 'code_is 0 && quiet && json ".launch.digest == \"$want\" and .measured[-1].digest == \"$want\""'
}
for loader in format qemu; do
	for version in 1 2; do
		same 'pages of all kinds' "$pages $special" version=$version '' --loader=$loader loader=$loader
		same 'all of it' "$areas $pages $vps $special" "version=$version gap=16" '' --loader=$loader loader=$loader
	done
	same 'a large page' "page:1:0x200000:large:1 page:1:0x400000:zero:1 page:1:0x600000:zero:1:2" '' '' --loader=$loader loader=$loader
	same 'another platform' "$pages insert:1:0x0:7" '' 'platform:1:3 platform:2:2 area:7:0x1000' "--mask=2 --loader=$loader" "mask=2 loader=$loader"
done
same 'a header that may be left out' "$pages" '' 'platform:1:2 platform:2:0 raw:0x80000315:00112233'

igvm make file.igvm $head $areas $pages $special $vps
run measure igvm file.igvm --json
ok 'parts' 'json "(.measured | map(.type)) == [\"UNMEASURED\", \"NORMAL\", \"SECRETS\", \"CPUID\", \"UNMEASURED\", \"VMSA\", \"VMSA\"] and
	.measured[1].size == 20480 and .measured[0].what == \"parameters\" and .measured[0].size == 12288 and .measured[6].vcpu == 1 and
	.measured[6].gpa == \"0xfffffffff000\" and .launch.policy == \"0x30000\" and .launch.loader == \"format\" and .launch.mask == \"0x1\""'
run measure igvm file.igvm --verbose --json
ok 'page by page' 'json "(.measured | length) == 3 + 5 + 4 + 2 and all(.measured[]; .size == 4096) and ([.measured[].digest] | unique | length) == 14"'
run measure igvm file.igvm
ok 'as text' 'code_is 0 && quiet && printed "^Launch digest  *[0-9a-f]\{96\}$" && printed "^  page data  *NORMAL  *0x1000  *20480 "'

# the same guest as OVMF's
launch() { "$python" "$top_srcdir/tests/cli/lib/launch.py" "$@" || exit 99; }
launch image fw.bin
launch vmsa vmsa0 sig=0xa00f11 features=1
launch vmsa vmsa1 sig=0xa00f11 features=1 index=1 reset=0x180b004
split -b 4096 -d fw.bin fw.
same_guest="$head page:1:0xffffd000:fw.00 page:1:0xffffe000:fw.01 page:1:0xfffff000:fw.02 page:1:0x800000 page:1:0x801000 page:1:0x802000
	page:1:0x80d000:zero:0:1 page:1:0x80e000:zero:0:2 page:1:0x80f000 page:1:0x810000 page:1:0x811000 page:1:0x812000
	vp:1:0xfffffffff000:0:vmsa0 vp:1:0xfffffffff000:1:vmsa1"
igvm make ovmf.igvm $same_guest
run measure snp --ovmf=fw.bin --vcpus=2 --vcpu-type=EPYC-Milan --json
want=$(jq -r .launch.digest "$out")
run measure igvm ovmf.igvm --loader=qemu --json
ok 'what measure snp says of the same pages' 'code_is 0 && json ".launch.digest == \"$want\""'

# ---- id blocks in the file

run measure igvm file.igvm --json
digest=$(jq -r .launch.digest "$out")
"$SEVADM" id block --digest="$digest" --guest-svn=5 block >/dev/null || exit 99
"$SEVADM" id auth block auth --new-id-key=id.pem --new-author-key=author.pem >/dev/null || exit 99
igvm make id.igvm $head id:1:block:auth:1 $areas $pages $special $vps
run measure igvm id.igvm --json
ok 'its id block' 'code_is 0 && json ".launch.digest == \"$digest\" and .id_block.launch_digest == \"$digest\" and .id_block.guest_svn == 5 and
	.id_auth.signatures == \"good\" and .id_auth.author_key_enabled and .id_block.policy == \"0x30000\""'
run id digest author.pem --json
key=$(jq -r .key.digest "$out")
run measure igvm id.igvm --json
ok 'the key that vouches' 'json ".id_auth.author_key_digest == \"$key\""'
igvm make bad.igvm $head id:1:block:auth:1 $areas $pages $special
run measure igvm bad.igvm
ok 'for another guest' 'code_is 2 && quiet && printed "^the id block in the file is for another launch digest" && printed "^  Signatures  *good"'
igvm make bad.igvm platform:1:2 platform:2:0 policy:1:0xb0000 id:1:block:auth:0 $areas $pages $special $vps
run measure igvm bad.igvm
ok 'of another policy' 'code_is 2 && printed "^wrong signature: the id key did not sign this id block"'
igvm make bad.igvm $head id:1:block:auth:1 id:1:block:auth:1 $areas $pages $special $vps
run measure igvm bad.igvm
ok 'two of them' 'code_is 2 && printed "two id blocks"'
igvm make bad.igvm $head id:2:block:auth:1 $areas $pages $special $vps
run measure igvm bad.igvm --json
ok 'of another platform' 'code_is 0 && json "has(\"id_block\") | not"'

# ---- show

run measure igvm --show id.igvm --json
ok 'show' 'code_is 0 && quiet && json ".igvm.version == 1 and .igvm.unknown_headers == 0 and .igvm.headers == (.headers | map(.count) | add) and
	(.platforms | map([.mask, .name])) == [[\"0x1\", \"SEV_SNP\"], [\"0x2\", \"NATIVE\"]] and .platforms[0].policy == \"0x30000\" and
	(has(\"launch\") | not) and ([.headers[] | select(.name == \"SNP_ID_BLOCK\")] | length) == 1"'
run measure igvm --show file.igvm --json
few=$(jq '.headers | length' "$out")
run measure igvm --show --verbose file.igvm --json
ok 'one by one' 'json "(.headers | length) == .igvm.headers and .igvm.headers > $few and all(.headers[]; .count == 1) and
	([.headers[].data // empty] | unique) == [\"CPUID\", \"CPUID_XF\", \"NORMAL\", \"SECRETS\", \"SHARED\", \"UNMEASURED\", \"ZERO\"]"'
igvm make tdx.igvm platform:1:3 platform:4:77 page:1:0x0:1 raw:0x321:0001
run measure igvm --show tdx.igvm
ok 'a file for others' 'code_is 0 && printed "^  0x1  *3  *TDX" && printed "^  0x4  *77  *1 " && printed "0x321  *1$" && printed "^Headers that nobody knows  *1$"'
run measure igvm tdx.igvm
ok 'no SNP platform' 'code_is 2 && silent && one_sentence && said "none of its platforms is SNP"'
run measure igvm tdx.igvm --mask=1
ok 'that is not SNP' 'code_is 2 && silent && one_sentence && said "mask 0x1 is not SNP"'
run measure igvm file.igvm --mask=8
ok 'no such platform' 'code_is 2 && silent && one_sentence && said "no platform of mask 0x8"'
igvm make two.igvm platform:1:2 platform:2:2 page:3:0:1
run measure igvm two.igvm
ok 'two SNP platforms' 'code_is 2 && silent && one_sentence && said "2 platforms that are SNP" && said "^Say which with --mask"'

# ---- what is wrong

# wrong WHY [OPTIONS] WORDS - measured and, where it is broken, shown
wrong() {
	why=$1
	shift
	igvm make bad.igvm "$@"
	run measure igvm bad.igvm
	ok "wrong: $*" 'code_is 2 && silent && one_sentence && said "bad.igvm: .*$why"'
}
wrong 'one bit, and not 0x3' platform:3:2
wrong 'one bit, and not 0x0' platform:0:2
wrong 'two platforms have the mask 0x1' platform:1:2 platform:1:0
wrong 'two policies for the platform of mask 0x1' platform:1:2 policy:1:1 policy:1:2
wrong 'is for the mask 0x2, and platforms have 0x1' platform:1:2 page:2:0:1
wrong 'is for the mask 0x0' platform:1:2 page:0:0:1
wrong 'comes too late' platform:1:2 page:1:0:1 policy:1:1
wrong 'mask 0x1, and platforms have 0x0' policy:1:1 platform:1:2
wrong 'PAGE_DATA, has 25 bytes, and not 24' platform:1:2 raw:0x302:"$(printf %050d 0)"
wrong 'at the beginning of a page' platform:1:2 page:1:0x1001:1
wrong 'at the beginning of a page' platform:1:2 page:1:0x1000:zero:1
wrong 'flags that are not known' platform:1:2 page:1:0:1:8
wrong 'type of data that is not known' platform:1:2 page:1:0:1:0:4
wrong 'reserved bytes' platform:1:2 raw:0x302:"$(printf %016d 0)0100000000000000000000000000""0100"
wrong 'reserved bytes' platform:1:2 raw:0x101:"$(printf %016d 0)0100000001000000"
wrong 'data where headers are' platform:1:2 raw:0x302:"$(printf %016d 0)0100000010000000""0000000000000000"
wrong 'data beyond the end' platform:1:2 raw:0x302:"$(printf %016d 0)0100000080000000""0000000000000000" page:1:0:1
wrong 'not of whole pages, one to 1 GiB' platform:1:2 area:1:0
wrong 'not of whole pages, one to 1 GiB' platform:1:2 area:1:0x1001
wrong 'not of whole pages, one to 1 GiB' platform:1:2 area:1:0x40001000
wrong 'is not of whole pages' platform:1:2 area:1:0x1000 insert:1:0x1:1
wrong 'is not of whole pages' platform:1:2 memory:1:0:1
wrong 'another area of the same number' platform:1:2 area:1:0x1000 area:1:0x1000
wrong 'an area of parameters that is not there' platform:1:2 area:1:0x1000 insert:1:0:2
wrong 'into the guest once more' platform:1:2 area:1:0x1000 insert:1:0:1 insert:1:0:1
wrong 'may be left out by nobody' platform:1:2 raw:0x315:0011 page:1:0:1
wrong 'the digest depends on that' platform:1:2 raw:0x80000302:"$(printf %016d 0)0100000000000000""0000000000000000"
wrong 'architecture 1 with pages of 4096' version=2 arch=1 platform:1:2 page:1:0:1
wrong 'architecture 0 with pages of 65536' version=2 pagesize=65536 platform:1:2 page:1:0:1
wrong 'version 3, and only' version=3 platform:1:2
igvm make bad.igvm platform:1:2 area:1:0x40000000 area:2:0x40000000 page:1:0:1 insert:1:0:1 insert:1:0:2
run measure igvm bad.igvm
ok 'more than anybody waits for' 'code_is 1 && silent && one_sentence && said "more than 2 GiB would have to be measured"'
# broken OFFSET BYTES WHY [fix] - of a good file; its checksum is right again with "fix"
broken() {
	why=$3
	cp file.igvm bad.igvm
	# shellcheck disable=SC2059 # bytes
	printf "$2" | dd of=bad.igvm bs=1 seek="$1" conv=notrunc 2>dd.log
	[ -z "${4-}" ] || igvm fix bad.igvm
	for words in '' --show; do
		run measure igvm $words bad.igvm
		ok "broken at $1: $why $words" 'code_is 2 && silent && one_sentence && said "bad.igvm: .*$why"'
	done
}
broken 0 X 'no IGVM file'
broken 8 '\020' 'not within the file'
broken 8 '\031' 'not within the file'
broken 15 '\177' 'not within the file'
broken 16 X 'and says that it has'
broken 20 '\0\0\0\0' 'its checksum is'
broken 40 X 'its checksum is'
broken $((0x18 + 4)) '\377\377\377\377' 'goes on after their end' fix
broken $((0x18 + 4)) '\017' 'SUPPORTED_PLATFORM, has 15 bytes' fix
igvm make bad.igvm platform:1:2 raw:0x315:00
size=$(wc -c <bad.igvm)
printf x | dd of=bad.igvm bs=1 seek=$((size - 1)) conv=notrunc 2>dd.log
igvm fix bad.igvm
run measure igvm --show bad.igvm
ok 'broken: padding' 'code_is 2 && silent && one_sentence && said "followed by bytes that have to be zero"'
for size in 0 3 23; do
	head -c $size file.igvm >bad.igvm
	run measure igvm bad.igvm
	ok "no IGVM file: $size bytes" 'code_is 2 && silent && one_sentence && said "bad.igvm: no IGVM file"'
done
run measure igvm absent
ok 'no file' 'code_is 1 && silent && one_sentence && said "read absent: .*ENOENT"'
while read -r words; do
	run $words
	ok "sevadm $words" 'usage_error'
done <<'END'
measure igvm
measure igvm 1 2
measure igvm file.igvm --mask=0
measure igvm file.igvm --mask=3
measure igvm file.igvm --mask=x
measure igvm file.igvm --mask=0x100000000
measure igvm file.igvm --loader=kvm
measure igvm --show file.igvm --mask=1
measure igvm --show file.igvm --loader=qemu
END

done_testing
