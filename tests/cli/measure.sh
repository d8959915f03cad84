#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# measure, vmsa: launch digests of guests, calculated once more by lib/launch.py from the
# documents; what firmware tells of itself; pages of processors; and what is wrong with any.
# shellcheck disable=SC1091,SC2016,SC2034,SC2154 # sourced; conditions for ok
set -u
. "$(dirname "$0")/lib/tap.sh"
python=/usr/bin/python3
[ -x "$python" ] || {
	skip 'launch digests' 'there is no python3'
	done_testing
}
# launch WORDS... - what is expected
launch() {
	"$python" "$top_srcdir/tests/cli/lib/launch.py" "$@" || exit 99
}
cd "$work" || exit 99
launch image fw.bin
head -c 70000 /dev/urandom >kernel
head -c 5000 /dev/urandom >initrd
text='  console=ttyS0 loglevel=7 '

# same KIND OUR_OPTIONS -- THEIRS... - the digest is the same
same() {
	kind=$1 ours=$2
	shift 2
	want=$(launch "$kind" fw.bin "$@")
	# shellcheck disable=SC2086 # words
	run measure "$kind" --ovmf=fw.bin --json $ours
	ok "measure $kind $ours" 'code_is 0 && json ".launch.digest == \"$want\" and .measured[-1].digest == \"$want\""'
}
for vmm in qemu ec2 krun; do
	for vcpus in 1 2 5; do
		for legacy in '' --legacy-vm; do
			same snp "--vcpus=$vcpus --vcpu-type=EPYC-Milan --vmm=$vmm $legacy" \
				vcpus=$vcpus sig=0xa00f11 vmm=$vmm ${legacy:+legacy=1}
		done
	done
done
for mask in 0x1 0x21 0x201 0x8000000000000001; do
	same snp "--vcpu-type=epyc-genoa-v2 --guest-features=$mask" sig=0xa10f10 features=$mask
done
same snp '--vcpu-type=EPYC-v4' sig=0x800f12
same snp '--vcpu-type=EPYC-Rome' sig=0x830f10
same snp '--vcpu-type=EPYC-Turin' sig=0xb00f00
same snp '--vcpu-sig=0xb00f21' sig=0xb00f21
same snp '--vcpu-family=26 --vcpu-model=0x51 --vcpu-stepping=3' sig=0xb50f13
for kind in snp sev-es; do
	same $kind '--vcpu-sig=1 --kernel=kernel' sig=1 kernel=kernel
	same $kind '--vcpu-sig=1 --kernel=kernel --initrd=initrd' sig=1 kernel=kernel initrd=initrd
	same $kind '--vmm=ec2 --kernel=kernel --append=quiet' vmm=ec2 kernel=kernel append=quiet
done
for vcpus in 1 3; do
	for legacy in '' --legacy-vm; do
		same sev-es "--vcpus=$vcpus --vcpu-type=EPYC-Milan $legacy" vcpus=$vcpus sig=0xa00f11 \
			${legacy:+legacy=1}
	done
done
same sev-es '--vcpu-sig=1 --guest-features=0x20' sig=1 features=0x20
same sev ''
same sev '--kernel=kernel --initrd=initrd' kernel=kernel initrd=initrd

want=$(launch snp fw.bin sig=1 kernel=kernel append="$text")
run measure snp --ovmf=fw.bin --vcpu-sig=1 --kernel=kernel --append="$text"
ok 'blanks of the command line count' 'code_is 0 && quiet && printed "^Launch digest  *$want$"'
run measure snp --ovmf=fw.bin --vcpu-sig=1 --kernel=kernel --append="$text" --porcelain
ok 'porcelain' 'code_is 0 && printed "^launch.digest.$want$" && printed "^measured.kernel hashes.*0x810000.4096"'
run measure snp --ovmf=fw.bin --vcpu-sig=1 --guest-features=0x8000000000000001
ok 'names of features' 'code_is 0 && printed "SNPActive reserved:63"'
run measure snp --ovmf=fw.bin --vcpu-sig=1 --guest-features=0x20
ok 'features that no SNP guest begins with' 'code_is 0 && said "warning: without bit 0"'
run measure sev-es --ovmf=fw.bin --vcpu-sig=1 --guest-features=1
ok 'features that no SEV-ES guest begins with' 'code_is 0 && said "warning: with bit 0"'
launch image zero.bin reset=0
cp zero.bin fw.bin
same snp '--vcpus=2 --vcpu-sig=1' vcpus=2 sig=1
launch image fw.bin

# the end of the firmware, with the digest of the whole
tail -c 3000 fw.bin >end.bin
want=$(launch snp fw.bin sig=1 vcpus=2)
hash=$(launch image-digest fw.bin)
for form in "$hash" "$("$python" -c "import base64; print(base64.b64encode(bytes.fromhex('$hash')).decode())")"; do
	run measure snp --ovmf=end.bin --ovmf-hash="$form" --vcpu-sig=1 --vcpus=2
	ok 'the digest of the firmware' 'code_is 0 && printed "^Launch digest  *$want$"'
done
run measure snp --ovmf=end.bin --vcpu-sig=1
ok 'the end alone' 'code_is 1 && silent && one_sentence && said "end.bin: .*not whole pages"'

# ---- measure ovmf

run measure ovmf fw.bin --json
ok 'measure ovmf' 'code_is 0 && json "(.firmware | .snp_digest == \"$hash\" and .size == 12288 and
	.gpa == \"0xffffd000\" and .reset_eip == \"0x0180b004\" and .hashes_gpa == \"0x00810c00\" and
	.secret_size == 3072 and .metadata_offset == 9984 and
	.sha256 == \"$(sha256sum <fw.bin | cut -d" " -f1)\") and (.table | map(.name)) ==
	[\"SEV_ES_RESET\", \"SEV_SECRET\", \"SEV_HASH_TABLE\", \"SEV_METADATA\"] and
	(.sections | length) == 6 and .sections[4].name == \"KERNEL_HASHES\""'
run measure ovmf end.bin
ok 'an end has no digest' 'code_is 0 && ! printed "SNP digest" && printed "SVSM_CAA"'
launch image none.bin without=table
run measure ovmf none.bin
ok 'no table' 'code_is 2 && quiet && printed "^there is no table"'
for file in /dev/null kernel; do
	run measure ovmf $file
	ok "no firmware: $file" 'code_is 2 && printed "^there is no table"'
done

# ---- what firmware lacks

# lacks NAME WHY COMMAND OPTIONS... - of an image without that
lacks() {
	launch image bad.bin without="$1"
	name=$1 why=$2
	shift 2
	run measure "$@" --ovmf=bad.bin
	ok "$*: no $name" 'code_is 1 && silent && one_sentence && said "bad.bin: .*$why"'
}
lacks metadata 'no SNP guest can begin' snp --vcpu-sig=1
lacks reset 'second virtual processor' snp --vcpu-sig=1 --vcpus=2
lacks reset 'second virtual processor' sev-es --vcpu-sig=1 --vcpus=2
lacks hashes 'refuse -kernel' snp --vcpu-sig=1 --kernel=kernel
lacks hashes 'refuse -kernel' sev --kernel=kernel
lacks table 'refuse -kernel' sev --kernel=kernel
run measure sev --ovmf=bad.bin
ok 'a SEV guest begins without a table' 'code_is 0'
launch image bad.bin hashes=0,0
run measure snp --ovmf=bad.bin --vcpu-sig=1 --kernel=kernel
ok 'no address for hashes' 'code_is 1 && one_sentence && said "refuse -kernel"'
launch image bad.bin hashes=0x810f60,0x400
run measure snp --ovmf=bad.bin --vcpu-sig=1 --kernel=kernel
ok 'hashes over the end of a page' 'code_is 1 && one_sentence && said "end of a page"'
# broken FROM_END BYTES WHY
broken() {
	why=$3
	cp fw.bin bad.bin
	# shellcheck disable=SC2059 # bytes
	printf "$2" | dd of=bad.bin bs=1 seek=$((12288 - $1)) conv=notrunc 2>dd.log
	for words in 'measure ovmf bad.bin' 'measure snp --vcpu-sig=1 --ovmf=bad.bin' \
		'measure sev --ovmf=bad.bin' 'vmsa build --vcpu-sig=1 --ovmf=bad.bin page'; do
		# shellcheck disable=SC2086 # words
		run $words
		ok "$words: $why" 'code_is 2 && silent && one_sentence && said "bad.bin: .*$why" && [ ! -e page ]'
	done
}
broken 50 '\377\377' 'does not fit'
broken 68 '\3\0' 'size that cannot be'
broken $((0x900)) 'X' 'no SEV metadata where'
broken $((0x900 - 12)) '\377\377\377\377' 'after the end'

# ---- vmsa

for vmm in qemu ec2 krun; do
	for index in 0 2; do
		run vmsa build page --vmm=$vmm --vcpu-sig=7 --guest-features=0x41 --vcpu=$index --ovmf=fw.bin --json
		launch vmsa want vmm=$vmm sig=7 features=0x41 index=$index reset=0x180b004
		ok "vmsa build: $vmm, processor $index" 'code_is 0 && cmp page want && [ "$(stat -c %a page)" = 600 ] &&
			json ".vmsa.sev_features_names == \"SNPActive PreventHostIBS\""'
	done
done
run vmsa build page --vcpu-type=EPYC --legacy-vm
launch vmsa want sig=0x800f12 legacy=1
ok 'vmsa build: before KVM_SEV_INIT2' 'code_is 0 && cmp page want && printed "^  rdx  *0x310 *8 *0x800f12$"'
run vmsa build page --vmm=krun --vcpu=1
ok 'libkrun has no firmware for it' 'code_is 0 && printed "cs.base .*0x91000"'
run vmsa show page
ok 'vmsa show' 'code_is 0 && printed "cs.selector .*0x9100" && ! printed mxcsr.*0x0 && ! printed "^  rax"'
run vmsa show page --all --json
ok 'with those that are zero' 'code_is 0 && json "(.registers | map(select(.name == \"rax\" and .value == \"0x0\")) |
	length) == 1 and .others == []"'
printf 'x' | dd of=page bs=1 seek=4000 conv=notrunc 2>dd.log
run vmsa show page
ok 'a byte that nobody knows' 'code_is 0 && printed "^  0xfa0 *0x78$"'
for size in 0 4095 4097; do
	head -c $size /dev/zero >short
	run vmsa show short
	ok "no VMSA: $size bytes" 'code_is 2 && silent && one_sentence && said "short: no VMSA: it has $size bytes"'
done
launch image bad.bin without=reset
run vmsa build none --vcpu=1 --vcpu-sig=1 --ovmf=bad.bin
ok 'where it begins is not known' 'code_is 1 && silent && one_sentence && [ ! -e none ]'
run vmsa build none/page --vcpu-sig=1
ok 'a directory that is not there' 'code_is 1 && silent && one_sentence && said "write none/page: .*ENOENT"'

# ---- vmsa update

run vmsa build page --vcpu-sig=1 --guest-features=0x1
printf 'x' | dd of=page bs=1 seek=4000 conv=notrunc 2>dd.log
cp page old
run vmsa update page --vcpu-type=EPYC-Milan --guest-features=0x21 --set=rax=7 --set=cs.attrib=0x9a --json
ok 'vmsa update' 'code_is 0 && quiet && json ".changes == [{name: \"cs.attrib\", before: \"0x9b\", after: \"0x9a\"},
	{name: \"rax\", before: \"0x0\", after: \"0x7\"}, {name: \"rdx\", before: \"0x1\", after: \"0xa00f11\"},
	{name: \"sev_features\", before: \"0x1\", after: \"0x21\"}]" && [ "$(cmp -l old page | wc -l)" = 6 ] && [ "$(stat -c %a page)" = 600 ]'
cp old page
run vmsa update page --set=rdx=2 --vcpu-sig=3
ok 'what is said by itself counts' 'code_is 0 && printed "^  rdx  *0x1  *0x2$"'
run vmsa build first --vcpu-sig=7
run vmsa update first --ovmf=fw.bin
run vmsa build second --vcpu=1 --ovmf=fw.bin --vcpu-sig=7
ok 'another processor' 'code_is 0 && cmp first second'
sum=$(sha256sum <page)
run vmsa update page --set=rip=1 --dry-run
ok 'a dry run' 'code_is 0 && printed "^  rip  *0xfff0  *0x1$" && printed "^Nothing was changed" && [ "$(sha256sum <page)" = "$sum" ]'
run vmsa update page --ovmf=bad.bin
ok 'firmware that does not say where' 'code_is 1 && silent && one_sentence && said "does not say where" && [ "$(sha256sum <page)" = "$sum" ]'
run vmsa update short --set=rip=1
ok 'no VMSA to update' 'code_is 2 && silent && one_sentence && said "short: no VMSA: it has 4097 bytes" && [ "$(wc -c <short)" = 4097 ]'
run vmsa update absent --set=rip=1
ok 'nothing to update' 'code_is 1 && silent && one_sentence && said "read absent: .*ENOENT" && [ ! -e absent ]'

# ---- files, and the command line

for option in --ovmf --kernel --initrd; do
	run measure snp --vcpu-sig=1 --ovmf=fw.bin --kernel=kernel $option=absent
	ok "$option: no file" 'code_is 1 && silent && one_sentence && said "read absent: .*ENOENT"'
	run measure snp --vcpu-sig=1 --ovmf=fw.bin --kernel=kernel $option=/
	ok "$option: a directory" 'code_is 1 && silent && one_sentence && said EISDIR'
done
run vmsa show absent
ok 'vmsa show: no file' 'code_is 1 && silent && one_sentence && said "read absent: .*ENOENT"'
run measure ovmf absent
ok 'measure ovmf: no file' 'code_is 1 && silent && one_sentence && said "read absent: .*ENOENT"'
cp fw.bin "$(printf 'a\033b')"
head -c 2 /dev/zero >>"$(printf 'a\033b')"
run measure snp --vcpu-sig=1 --ovmf="$(printf 'a\033b')"
ok 'a name that would write on the terminal' 'code_is 1 && said "a.x1bb: "'
while read -r words; do
	# shellcheck disable=SC2086 # words
	run $words
	ok "sevadm $words" 'usage_error && [ ! -e none ]'
done <<'END'
measure snp
measure snp --vcpu-sig=1
measure snp --ovmf=fw.bin
measure snp --ovmf=fw.bin x --vcpu-sig=1
measure snp --ovmf=fw.bin --vcpu-type=EPYC-Napoli
measure snp --ovmf=fw.bin --vcpu-type=EPYC --vcpu-sig=1
measure snp --ovmf=fw.bin --vcpu-sig=0x100000000
measure snp --ovmf=fw.bin --vcpu-family=25 --vcpu-model=1
measure snp --ovmf=fw.bin --vcpu-sig=1 --vcpu-family=25 --vcpu-model=1 --vcpu-stepping=1
measure snp --ovmf=fw.bin --vcpu-family=0x10f --vcpu-model=1 --vcpu-stepping=1
measure snp --ovmf=fw.bin --vcpu-family=25 --vcpu-model=256 --vcpu-stepping=1
measure snp --ovmf=fw.bin --vcpu-family=25 --vcpu-model=1 --vcpu-stepping=16
measure snp --ovmf=fw.bin --vcpu-sig=1 --vcpus=0
measure snp --ovmf=fw.bin --vcpu-sig=1 --vcpus=4097
measure snp --ovmf=fw.bin --vcpu-sig=1 --vcpus=x
measure snp --ovmf=fw.bin --vcpu-sig=1 --vmm=xen
measure snp --ovmf=fw.bin --vcpu-sig=1 --guest-features=-1
measure snp --ovmf=fw.bin --vcpu-sig=1 --ovmf-hash=00
measure snp --ovmf=fw.bin --vcpu-sig=1 --initrd=initrd
measure snp --ovmf=fw.bin --vcpu-sig=1 --append=x
measure sev --ovmf=fw.bin --vcpus=1
measure sev --ovmf=fw.bin --initrd=initrd
measure sev-es --ovmf=fw.bin --ovmf-hash=00
measure ovmf
measure ovmf 1 2
measure
vmsa build --vcpu-sig=1
vmsa build none
vmsa build none --vcpu-sig=1 --vcpu=1
vmsa build none none2 --vcpu-sig=1
vmsa build none --vcpu-sig=1 --vcpu=4096
vmsa show
vmsa show 1 2
vmsa update
vmsa update page
vmsa update page none --set=rip=1
vmsa update page --set=rip
vmsa update page --set=rip=
vmsa update page --set=rip=x
vmsa update page --set=r16=1
vmsa update page --set=cs.selector=0x10000
vmsa update page --vcpu-type=EPYC --vcpu-sig=1
vmsa update page --vcpu-family=25
END

done_testing
