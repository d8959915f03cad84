#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# measure explain: digests that lib/launch.py calculates of one guest are found from what is told
# of another; what cannot be found is said; and how many were tried.
# shellcheck disable=SC1091,SC2016,SC2034,SC2086,SC2154 # sourced; conditions for ok; words
set -u
. "$(dirname "$0")/lib/tap.sh"
python=/usr/bin/python3
[ -x "$python" ] || {
	skip 'measure explain' 'there is no python3'
	done_testing
}
cd "$work" || exit 99
launch() {
	"$python" "$top_srcdir/tests/cli/lib/launch.py" "$@" || exit 99
}
launch image fw.bin
head -c 70000 /dev/urandom >kernel
head -c 5000 /dev/urandom >initrd
: >empty

# found 'KIND THEIRS...' 'OURS...' FILTER - the digest of the one, told as the other
found() {
	want=$(launch ${1%% *} fw.bin ${1#* })
	filter=$3
	run measure explain "$want" --ovmf=fw.bin $2 --json
	ok "measure explain: $1, told $2" 'code_is 0 && quiet && json "(.found | $filter) and .search.tried > 0"'
}
same='(.differences | length) == 0'
found 'snp sig=0xa00f11 vcpus=2' '--vcpu-type=EPYC-Milan --vcpus=2' '.kind == "SNP" and .vmm == "qemu" and .vcpus == 2'
ok 'nothing is different' 'json "$same and .found == {kind: \"SNP\", vmm: \"qemu\", vcpus: 2, vcpu_signature: \"0x00a00f11\",
	vcpu_type: \"EPYC-Milan\", sev_features: \"0x1\", sev_features_names: \"SNPActive\", vmsa: \"KVM_SEV_INIT2\", kernel_hashes: false}"'
found 'snp sig=0xa00f11 vcpus=64' '--vcpu-type=EPYC-Milan' '.vcpus == 64'
ok 'that is different alone' 'json ".differences == [{what: \"vcpus\", told: \"1\", found: \"64\"}]"'
found 'snp sig=0xb00f00 vcpus=3 features=0x8221' '--vcpu-sig=1 --guest-features=0x8221' '.vcpu_type == "EPYC-Turin" and .sev_features == "0x8221"'
found 'snp sig=0x12345 vcpus=3' '--vcpu-sig=0x12345 --vmm=krun' '.vcpu_signature == "0x00012345" and (has("vcpu_type") | not)'
found 'snp sig=0xa10f10 features=0x1' '--guest-features=0x21' '.sev_features == "0x1"'
found 'snp sig=0xa10f10 legacy=1' '' '.vmsa == "KVM_SEV_INIT"'
found 'snp vmm=ec2 vcpus=2' '' '.vmm == "ec2" and .vcpus == 2 and (has("vmsa") | not) and (has("vcpu_signature") | not)'
found 'snp vmm=krun vcpus=3 legacy=1' '' '.vmm == "krun" and .vcpus == 3 and .vmsa == "KVM_SEV_INIT"'
found 'snp sig=1 kernel=kernel append=quiet' '--vcpu-sig=1 --kernel=kernel --append=quiet --initrd=initrd' '.initrd == false and .cmdline == "as it is"'
ok 'the initial RAM disk is not there' 'json ".differences == [{what: \"initrd\", told: \"true\", found: \"false\"}]"'
found 'snp sig=1 kernel=kernel initrd=initrd append=quiet' '--vcpu-sig=1 --kernel=kernel --append=quiet --initrd=initrd' '.initrd and .kernel_hashes'
ok 'nothing else is' 'json "$same"'
found 'snp sig=1' '--vcpu-sig=1 --kernel=kernel' '.kernel_hashes == false and (has("cmdline") | not)'
ok 'no hashes of a kernel' 'json ".differences == [{what: \"kernel_hashes\", told: \"true\", found: \"false\"}]"'
found 'snp sig=1 kernel=kernel vcpus=3' '--vcpu-sig=1 --kernel=kernel --append=quiet' '.cmdline == "empty"'
found 'sev-es sig=0x800f12 vcpus=3 features=0x20' '' '.kind == "SEV-ES" and .vcpus == 3 and .sev_features == "0x20"'
found 'sev-es sig=0x800f12 kernel=kernel legacy=1' '--kernel=kernel --initrd=empty' '.vmsa == "KVM_SEV_INIT" and .kernel_hashes'
found 'sev kernel=kernel' '--kernel=kernel --vcpus=3' '.kind == "SEV" and .kernel_hashes and (has("vcpus") | not)'
found 'sev x=x' '--kernel=kernel' '.kind == "SEV" and .kernel_hashes == false'
# command lines, by what is told of them
for append in ' quiet  ' 'quiet'; do
	want=$(launch snp fw.bin sig=1 kernel=kernel append=quiet)
	run measure explain "$want" --ovmf=fw.bin --kernel=kernel --append="$append" --vcpu-sig=1 --json
	ok "blanks: '$append'" 'code_is 0 && json ".found.cmdline == if \"$append\" == \"quiet\" then \"as it is\" else \"without blanks around it\" end"'
done
lf=$(printf 'quiet\nx')
want=$(launch snp fw.bin sig=1 kernel=kernel append="${lf%x}")
run measure explain "$want" --ovmf=fw.bin --kernel=kernel --append=quiet --vcpu-sig=1
ok 'a line feed' 'code_is 0 && quiet && printed "^  Command line  *with a line feed behind it$" && printed "^  cmdline  *as it is  *with a line feed"'
# without the NUL: the hash of what has it behind other text
want=$(launch snp fw.bin sig=1 kernel=kernel append=quiet nul=0)
run measure explain "$want" --ovmf=fw.bin --kernel=kernel --append=quiet --vcpu-sig=1 --json
ok 'no NUL' 'code_is 0 && json ".found.cmdline == \"without the NUL behind it\""'
run measure explain "$want" --ovmf=fw.bin --kernel=kernel --append=' quiet' --vcpu-sig=1 --json
ok 'no NUL and no blanks' 'code_is 0 && json ".found.cmdline == \"without blanks around it and the NUL behind it\""'

hash=$(launch image-digest fw.bin)
run measure explain "$hash" --ovmf=fw.bin --json
ok 'the firmware alone' 'code_is 0 && json ".found == {kind: \"SNP\"} and .search.tried == 1" && json ".result.message | test(\"firmware alone\")"'
want=$(launch snp fw.bin vcpus=0)
run measure explain "$want" --ovmf=fw.bin
ok 'before the first VMSA' 'code_is 0 && printed "^the digest is from before the first VMSA"'
want=$(launch snp fw.bin sig=0xa00f11 vcpus=5)
tail -c 3000 fw.bin >end.bin
run measure explain "$(printf %s "$want" | sed 's/../\\x&/g' | xargs -0 printf %b | base64 -w0)" --ovmf=end.bin --ovmf-hash="$hash" --json
ok 'the end of the firmware, in base64' 'code_is 0 && json ".found.vcpus == 5"'
run measure explain "$want" --ovmf=fw.bin --max-vcpus=4
ok 'too few' 'code_is 2 && quiet && printed "^none of [0-9]* guests has this digest" && printed "more than 4 processors"'
few=$(sed -n 's/^Digests compared *//p' "$out")
run measure explain "$want" --ovmf=fw.bin --max-vcpus=5
ok 'as many' 'code_is 0'
want=$(openssl rand -hex 48)
run measure explain "$want" --ovmf=fw.bin --kernel=kernel --max-vcpus=4 --json
ok 'none' 'code_is 2 && quiet && json "has(\"found\") == false and .result.exit == 2 and .search.kernels == 4 and
	.search.tried > 3 * $few and .search.max_vcpus == 4" && json ".result.message | test(\"kernel or initial RAM disk\")"'
want=$(launch snp fw.bin sig=0xa00f11 vcpus=130)
run measure explain "$want" --ovmf=fw.bin --vcpus=70 --json
ok 'twice as many as were told' 'code_is 0 && json ".search.max_vcpus == 140 and .found.vcpus == 130"'

# ---- what firmware lacks
want=$(openssl rand -hex 48)
launch image bad.bin without=metadata
run measure explain "$want" --ovmf=bad.bin
ok 'no metadata' 'code_is 1 && silent && one_sentence && said "bad.bin: .*no SNP guest can begin"'
run measure explain "$want" --ovmf=end.bin
ok 'the end alone' 'code_is 1 && silent && one_sentence && said "not whole pages"'
launch image bad.bin without=hashes
run measure explain "$want" --ovmf=bad.bin --kernel=kernel --max-vcpus=2 --json
ok 'no place for hashes' 'code_is 2 && json ".search.kernels == 1"'
launch image bad.bin without=reset
run measure explain "$want" --ovmf=bad.bin --max-vcpus=9 --json
ok 'one processor only' 'code_is 2 && json ".search.tried < 9 * 400 * 10"'
run measure explain "$want" --ovmf=absent
ok 'no file' 'code_is 1 && silent && one_sentence && said ENOENT'
while read -r words; do
	run $words
	ok "sevadm $words" 'usage_error'
done <<END
measure explain
measure explain $want
measure explain --ovmf=fw.bin
measure explain ${want}00 --ovmf=fw.bin
measure explain ${want%??} --ovmf=fw.bin
measure explain x$want --ovmf=fw.bin
measure explain $want $want --ovmf=fw.bin
measure explain $want --ovmf=fw.bin --max-vcpus=0
measure explain $want --ovmf=fw.bin --max-vcpus=4097
measure explain $want --ovmf=fw.bin --max-vcpus=2 --vcpus=3
measure explain $want --ovmf=fw.bin --append=x
END

done_testing
