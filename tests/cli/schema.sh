#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The published schemas against what every command really prints, on hosts of every
# kind, when it goes well and when it does not, and for dry runs.
# shellcheck disable=SC1091,SC2016,SC2034,SC2154 # sourced; conditions for ok
set -u
. "$(dirname "$0")/lib/tap.sh"
. "$(dirname "$0")/lib/hold.sh"
python=/usr/bin/python3
schemas=$top_srcdir/docs/schema
"$python" -c 'from jsonschema import Draft202012Validator' 2>/dev/null || {
	skip 'schemas' 'there is no python3-jsonschema 4'
	done_testing
}

mkdir "$work/results"
samples=0
# sample NAME - what the last run printed is one
sample() {
	samples=$((samples + 1))
	{ echo "$1 (exit $code)"; cat "$out"; } >"$work/results/$(printf %04d $samples)"
}
# on WHERE WORDS... - the program there, with --json
on() {
	where=$1
	shift
	host --json "$@"
	sample "$where: $*"
}

# every command that issues firmware commands, going well or not, in an order that meets both
everything() {
	for words in status show 'show tcb' 'show identifier' guests 'guests --status' 'monitor --once' 'wbinvd --dry-run' wbinvd 'wbinvd --cpus=5' \
		'wbinvd --cpus=99' 'wbinvd --broadcast' 'df-flush --dry-run' df-flush 'df-flush --legacy' \
		'shutdown --dry-run' 'shutdown --legacy --dry-run' 'shutdown --strict --dry-run' shutdown \
		'shutdown --legacy' 'shutdown --strict' 'init --dry-run' init 'decommission 99 --yes' \
		'decommission 1' 'decommission 1 --yes' 'decommission --all --dry-run' \
		'decommission --all --running --dry-run' 'decommission 1 --running --yes' status guests \
		'guests --status' 'teardown --dry-run' teardown 'teardown --guests=stop' \
		'teardown --guests=stop --dry-run' 'teardown --guests=decommission --plan=json' \
		'teardown --guests=decommission --yes' 'teardown --guests=stop --yes' teardown \
		'teardown --dry-run' status guests 'monitor --once -v' 'shutdown --live --yes' check 'check kexec' doctor 'doctor sev' \
		'check kdump' 'check --dry-run' 'doctor --dry-run' 'recover --dry-run' recover 'recover --reload' \
		'kexec' 'kexec --yes' 'kexec --guests=stop --dry-run --kernel=x' \
		'kexec --guests=stop --yes --kernel=x --no-exec' 'kexec --guests=stop --yes' \
		'teardown --leaked --online-cpus' 'wbinvd --rolling'; do
		# shellcheck disable=SC2086 # words
		on "$1" $words
	done
}
machine --snp-guests=2 --sev-guests=1 --sev-es-guests=1 --leaked-guests=1 --launching-guests=1
everything 'guests of every kind'
machine --snp-guests=1 --offline=5
everything 'a CPU offline'
machine
everything 'no guests'
machine --bios=snp-off,no-iommu --cmdline=iommu=pt
on 'no SNP' doctor
on 'no SNP' doctor snp
"$SEVADM" sim set "$sim" memlock=64 hugepages=3 msr=missing
on 'limits' doctor es
on 'limits' sim show "$sim"
machine --snp-guests=1 --no-patch
everything 'no patch'
machine --snp-guests=1
act access=none >"$work/acted"
everything 'no access'
sim_kept=$sim
sim=$work/none
everything 'no such host'
sim=$sim_kept

# scripts: as expected and not, what is refused, and one that is no script
machine --snp-guests=1
for line in 'shutdown --strict --live --yes' 'decommission 99 --yes' 'explain 1' 'status --nonsense' 'echo "' \
	'pick x guest sev'; do
	printf '%s\n' "$line" >"$work/script"
	on 'a script' run "$work/script"
	printf '%s\nexpect SUCCESS\n' "$line" >"$work/script"
	on 'a script that expects' run "$work/script"
	on 'a script that is shown' run --dry-run "$work/script"
done

# the same of this machine, which has no such device, or where nothing is changed
for words in status guests monitor doctor 'teardown --dry-run' 'explain 0x0f'; do
	# shellcheck disable=SC2086
	run --json $words
	sample "this machine: $words"
done

# what the firmware refuses, with and without an extended error
for fault in SNP_DF_FLUSH:HWERROR_PLATFORM:1:0x1234 SNP_DF_FLUSH:0x7e SNP_SHUTDOWN_EX:DFFLUSH_REQUIRED:2 \
	SHUTDOWN:HWERROR_UNSAFE SNP_DECOMMISSION:INVALID_GUEST SNP_PLATFORM_STATUS:INVALID_PAGE_STATE:9 \
	PLATFORM_STATUS:HWERROR_UNSAFE:9; do
	machine --snp-guests=1 --sev-guests=1
	act fail=$fault >"$work/acted"
	on "$fault" teardown --guests=decommission --yes
	on "$fault" status
	on "$fault" guests
	on "$fault" init
done
machine --snp-guests=1
act timeout=SHUTDOWN >"$work/acted"
everything 'a secure processor that is silent'
machine
act fail=SNP_LAUNCH_FINISH:SUCCESS start=snp start=snp >"$work/acted"
on 'firmware and list differ' guests --status
machine
act tracking-fails start=sev >"$work/acted"
on 'list incomplete' guests
on 'list incomplete' status
for option in --tio --ciphertext-hiding --kernel=7.3.4-sim --generation=turin; do
	machine $option --snp-guests=1
	on "$option" status
	on "$option" shutdown
done
machine
act iommu-fails >"$work/acted"
on 'the IOMMU keeps pages' teardown
on 'the IOMMU keeps pages' status
machine --snp-guests=1
act allow=0-3 >"$work/acted"
on 'CPUs out of reach' wbinvd
on 'the log of the kernel' explain --kernel-log

# each sample is one, also where something changed, or is gone
machine --snp-guests=1
"$SEVADM" --device="sim:$sim" --json monitor --count=16 --interval=0.1 </dev/null >"$work/live" 2>"$err" &
pid=$!
sleep 0.3
act start=snp offline=5 fail=SNP_DF_FLUSH:HWERROR_PLATFORM:1:0x1234 >"$work/acted"
run --device="sim:$sim" df-flush
mv "$sim" "$work/away"
sleep 0.4
mv "$work/away" "$sim"
code=0
wait "$pid" || code=$?
while read -r line; do
	printf '%s\n' "$line" >"$out"
	sample 'monitor'
done <"$work/live"
ok 'as many samples as there were to be' '[ "$(wc -l <"$work/live")" -eq 16 ] &&
	[ "$(jq -s "map(.result.exit) | unique" -c "$work/live")" = "[0,4]" ]'

# answers that are put in
machine --snp-guests=1
for words in status guests check 'decommission 1 --running --yes' wbinvd df-flush shutdown init recover \
	'teardown --guests=stop --yes' 'kexec --yes' 'explain --kernel-log'; do
	# shellcheck disable=SC2086 # words
	on 'a fault' $words --fault='*:errno=EIO' --fault=SNP_DF_FLUSH:status=1
done

# what reports tell, the firmware for good, a VLEK
machine
on 'a Genoa' firmware show
machine --generation=turin --no-patch
head -c 432 /dev/zero >"$work/zeros"
{ head -c 16 "$work/zeros"; printf '$PS1\1'; head -c 27 "$work/zeros"; printf '\1'; cat "$work/zeros"; } >"$work/image"
{ head -c 16 "$work/zeros"; printf '$PS1'; head -c 52 "$work/zeros"; printf '\1'; cat "$work/zeros"; } >"$work/packed"
{
	printf 'an iv, 12 by\0\0\0\0'
	head -c 384 /dev/zero | tr '\0' k
	printf '\1\1\1\4\0\0\0\121\0\0\0\0\0\0\0\0a tag, 16 bytes.'
} >"$work/stick"
for words in 'config show' 'config diff' 'config diff --snp=3' 'config set --snp=3 --dry-run' \
	'config set --snp=3 --mask-chip-id=on --yes' 'config set --snp=9 --yes' 'config set --snp=3' \
	'config set' 'config diff' 'config reset --yes' 'commit --dry-run' 'commit --yes' commit \
	"vlek show $work/stick" "vlek show --generation=milan $work/stick" "vlek show $work/create" \
	"vlek verify $work/stick" "vlek verify $work/zeros" "vlek load $work/stick" "vlek load $work/zeros" \
	"vlek load --dry-run $work/stick" "vlek load --fault=SNP_VLEK_LOAD:status=SUCCESS $work/stick" \
	'firmware show' "firmware show $work/stick" "firmware show $work/image" \
	"firmware show $work/packed" "firmware show $work/empty" \
	'config show --fault=SNP_PLATFORM_STATUS:errno=EINVAL'; do
	# shellcheck disable=SC2086 # words
	on 'a Turin' $words
done
# stopped by a signal in the middle
machine --snp-guests=100
hold_up --default-signal=TERM decommission --all --running --yes
kill -TERM "$pid"
let_go
sample 'decommission (SIGTERM)'

# commands that open no host
for words in 'explain 15' 'explain 0x0f --command=SNP_SHUTDOWN_EX' 'explain WBINVD_REQUIRED' 'explain 0' \
	'explain 0x1e' 'explain 15 --command=GET_ID' 'explain --command=SNP_ACTIVATE' 'explain --command=X' \
	'explain 0x80000007' 'explain 0x80860001 --command=SNP_SHUTDOWN_EX' 'explain 0x100000000' 'explain 0xff' \
	'explain 20 --ext=0x1234' 'explain --ext=1' \
	'explain SEV API:1.55 build:25' 'explain no such line' \
	"explain --kernel-log=$work/none" 'explain --kernel-log=/' 'explain nonsense' 'explain 15 --command=X' 'explain 15 --dry-run' 'explain' \
	"sim create $work/new.sim" "sim create $work/new.sim" 'sim create /nowhere/x' \
	"sim show $work/new.sim" "sim show $work/none" 'sim show' "sim act $work/new.sim start=snp start=plain warnings" \
	"sim act $work/new.sim frobnicate" "sim act $work/new.sim offline=1 frobnicate" \
	"sim act $work/none reload" 'sim act' "sim set $work/new.sim kernel=6.13.1" "sim show $work/new.sim" \
	"sim set $work/new.sim frobnicate=1" "sim set $work/none access=ro" 'sim set' \
	"sim act $work/new.sim online=1 start=snp start=snp" "sim step $work/new.sim" \
	"sim step $work/new.sim -- teardown --guests=decommission" \
	"sim act $work/new.sim offline=3 fail=SNP_DF_FLUSH:1" "sim step $work/new.sim -n 2 -- teardown --guests=decommission" \
	"sim step $work/new.sim --all -- teardown --guests=decommission" \
	"sim step $work/new.sim --all -- teardown --guests=decommission" \
	"sim create --force $work/new.sim --snp-guests=1" "sim act $work/new.sim deaf=3" \
	"sim step $work/new.sim -n 2 -- teardown --guests=decommission" "sim step $work/new.sim -- status" "sim step $work/none" 'sim step'; do
	# shellcheck disable=SC2086
	run --json $words
	sample "$words"
done
mkdir "$work/certs"
"$(dirname "$SEVADM")/tests/unit/make_certs" "$work/certs" || exit 99
cat "$work"/certs/p??.cert >"$work/certs/two"
printf '\1\0\0\0\0\0\0\0\0\1' | cat - /dev/zero | head -c 2084 >"$work/certs/odd"
for words in 'show *.cert' 'show two odd' 'show none' 'show ../create' 'show' 'verify *.cert' \
	'verify --root=ark.cert *.cert' 'verify two' 'verify odd' 'verify' 'verify ../create' \
	'verify --root=pek.cert two'; do
	(cd "$work/certs" && eval "'$SEVADM' --json cert $words") >"$out" 2>"$err"
	code=$?
	sample "cert $words"
done
# keys WORDS... - there, on the simulated host
keys() {
	(cd "$work/certs" && "$SEVADM" --json --device="sim:$sim" "$@") >"$out" 2>"$err"
	code=$?
	sample "$*"
}
(cd "$work/certs" && "$SEVADM" oca new owner.cert owner.pem >/dev/null) || exit 99
machine
for words in 'owner show' 'cert export chain.own' 'cert export none/x' 'pek csr csr.own' 'pek csr --dry-run x' 'pek export --encoding=hex x' \
	'pdh export x' 'pdh gen --yes' 'pdh gen' 'pek gen --dry-run' 'pek gen --yes' 'owner external owner.cert owner.pem --yes' \
	'owner external owner.cert pek.cert --yes' 'pek import pek.cert oca.cert --yes' 'owner self --yes' 'reset --dry-run' 'reset --yes' \
	'owner show' 'pek csr x' 'owner show --init'; do
	# shellcheck disable=SC2086 # words
	keys $words
done
machine --sev-guests=1
keys reset --yes
(cd "$work/certs" && { head -c 1044 pek.cert && head -c 1040 /dev/zero; } >csr)
for words in 'cert convert *.cert chain' 'cert convert --dry-run --encoding=hex chain .' 'cert convert odd x' \
	'cert convert' 'oca new' 'oca new own.cert own.pem' 'oca new own.cert own.pem' 'csr sign' \
	'csr sign csr own.cert own.pem --encoding=base64 signed' 'csr sign signed own.cert own.pem x' 'csr sign x x x x'; do
	(cd "$work/certs" && eval "'$SEVADM' --json $words") >"$out" 2>"$err"
	code=$?
	sample "$words"
done
printf 0123456789abcdef >"$work/certs/key"
echo firmware >"$work/certs/fw"
{ head -c 60 "$work/certs/report.bin" && printf 'abcd' && tail -c 144 "$work/certs/report.bin"; } >"$work/certs/report.odd"
nonce=00112233445566778899aabbccddeeff
chain='pdh.cert pek.cert oca.cert cek.cert ask.cert'
guest='--api=1.55.25 --policy=nodbg --tik=key --firmware=fw'
packet="--tik=key --tek=key --measurement=$nonce$nonce$nonce"
for words in 'session new --policy=1' "session new --policy=1 --root=ark.cert $chain" "session new --policy=1 --root=ark.cert $chain" \
	'session new --policy=es --unverified --dry-run pdh.cert' 'session new --policy=1 pdh.cert' 'session new --policy=1 odd' \
	"measurement build $guest --nonce=$nonce" "measurement build $guest" "measurement build $guest --nonce=none" \
	"measurement verify $guest $nonce$nonce$nonce" "measurement verify $guest odd" \
	"secret package $packet --secret=736869e5-84f0-4973-92ec-06879ce3da0b:key header payload" 'secret package' \
	"secret show $packet header payload" "secret show $packet header fw" 'attestation show report.bin' \
	'attestation show report.odd' 'attestation show odd' "attestation verify --root=ark.cert report.bin $chain" \
	'attestation verify --unverified report.bin pek.cert' 'attestation verify report.bin pek.cert'; do
	(cd "$work/certs" && eval "'$SEVADM' --json $words") >"$out" 2>"$err"
	code=$?
	sample "$words"
done
# launches of guests
(cd "$work/certs" && "$python" "$top_srcdir/tests/cli/lib/launch.py" image fw.bin &&
	"$python" "$top_srcdir/tests/cli/lib/launch.py" image bad.bin without=table) || exit 99
for words in 'measure snp --ovmf=fw.bin --vcpu-type=EPYC --kernel=fw.bin --vcpus=2' \
	'measure snp --ovmf=fw.bin --vcpu-type=EPYC --legacy-vm' 'measure snp --ovmf=fw.bin --vmm=ec2' \
	'measure sev-es --ovmf=fw.bin --vmm=krun --vcpus=2 --guest-features=0x20' 'measure snp' \
	'measure sev --ovmf=fw.bin --kernel=fw.bin' 'measure snp --ovmf=bad.bin --vmm=ec2' 'measure ovmf fw.bin' \
	'measure ovmf bad.bin' 'measure ovmf none' 'measure ovmf' 'vmsa build --vcpu-sig=1 page' 'vmsa show page' \
	'vmsa show fw.bin' 'vmsa show' 'vmsa build page' 'vmsa update page --set=rip=1' 'vmsa update page' \
	'vmsa update fw.bin --set=rip=1' "measure explain $(openssl rand -hex 48) --ovmf=fw.bin --max-vcpus=1" 'measure explain' \
	"measure explain $("$python" "$top_srcdir/tests/cli/lib/launch.py" image-digest "$work/certs/fw.bin") --ovmf=fw.bin" \
	"measure explain $(head -c 48 /dev/zero | base64 -w0) --ovmf=bad.bin" \
	"measure explain $("$python" "$top_srcdir/tests/cli/lib/launch.py" snp "$work/certs/fw.bin" sig=0x800f12) --ovmf=fw.bin --vcpus=2 --kernel=fw.bin" \
	"measure explain $("$python" "$top_srcdir/tests/cli/lib/launch.py" sev-es "$work/certs/fw.bin" kernel="$work/certs/fw.bin" sig=0x800f12) --ovmf=fw.bin --vcpu-sig=1 --kernel=fw.bin"; do
	# shellcheck disable=SC2086 # words
	(cd "$work/certs" && "$SEVADM" --json $words) >"$out" 2>"$err"
	code=$?
	sample "$words"
done
# id blocks
digest=$(head -c 48 "$work/certs/fw.bin" | base64 -w0)
for words in "id block --digest=$digest block" 'id block' 'id auth block auth --new-id-key=id.pem --new-author-key=author.pem' \
	'id auth block auth2 --id-key=id.pem' 'id auth block auth --new-id-key=id.pem' 'id auth' 'id show block auth' 'id show block auth2' \
	'id show auth' 'id show fw.bin' 'id show' 'id digest id.pem' 'id digest block' 'id digest'; do
	# shellcheck disable=SC2086 # words
	(cd "$work/certs" && "$SEVADM" --json $words) >"$out" 2>"$err"
	code=$?
	sample "$words"
done
# IGVM files
(cd "$work/certs" && "$SEVADM" id block --digest="$digest" block >/dev/null &&
	"$python" "$top_srcdir/tests/cli/lib/igvm.py" make odd.igvm platform:1:2 platform:2:77 platform:4:3 policy:1:0x30000 \
		id:1:block:auth:1 page:1:0x1000:1 page:1:0x2000:2 page:1:0x3000 page:1:0x4000:zero:0:1 page:1:0x5000:zero:0:2 \
		page:1:0x6000:zero:0:3 page:1:0x7000:7:2 page:1:0x8000:8:4 area:1:0x2000 vps:1:0 insert:1:0x9000:1 vp:1:0xfffffffff000:0 \
		memory:1:0:0x1000 raw:0x80000315:00 &&
	"$python" "$top_srcdir/tests/cli/lib/igvm.py" make own.igvm platform:1:2 page:1:0:1) || exit 99
printf '\1' | dd of="$work/certs/odd.igvm" bs=1 seek=$((0x18 + 24 + 8 + 9)) conv=notrunc 2>"$work/dd.log"
"$python" "$top_srcdir/tests/cli/lib/igvm.py" fix "$work/certs/odd.igvm"
for words in 'measure igvm own.igvm' 'measure igvm own.igvm --loader=qemu --verbose' 'measure igvm odd.igvm' 'measure igvm --show odd.igvm' \
	'measure igvm --show -v odd.igvm' 'measure igvm fw.bin' 'measure igvm' 'measure igvm none' 'measure igvm own.igvm --mask=2'; do
	# shellcheck disable=SC2086 # words
	(cd "$work/certs" && "$SEVADM" --json $words) >"$out" 2>"$err"
	code=$?
	sample "$words"
done
head -c 4096 "$work/certs/fw.bin" >"$work/page"
run --json vmsa show "$work/page"
sample 'vmsa show, any page'
head -c 24 /dev/zero >"$work/empty"
for words in "show $work/empty" "lint $work/empty" 'show /dev/null' lint "lint $work/create"; do
	# shellcheck disable=SC2086 # words
	run --json certs $words
	sample "certs $words"
done
{
	printf '\300\264\6\244\250\3\111\122\227\103\77\266\1\114\320\256\100\0\0\0\4\0\0\0'
	printf 'an unknown GUID.\377\377\377\377\377\377\377\377'
	head -c 40 /dev/zero
} >"$work/table"
for words in show lint; do
	run --json certs $words "$work/table"
	sample "certs $words table"
done
mkdir "$work/chip"
pki=$(dirname "$SEVADM")/tests/pki/make_pki
"$pki" all "$work/chip" product=turin || exit 99
"$pki" vcek csp=odd >"$work/odd.vcek"
"$pki" vlek hwid=0102030405060708 >"$work/odd.vlek"
for words in 'verify .' 'verify ../odd.*' 'verify --root=ark.der .' 'verify --root=ask.der .' 'verify --crl=require cert_chain' \
	"verify --root=ark.der --hwid=0102030405060708 vcek.der" 'import cert_chain vcek.der ../t' 'show ../t' \
	'import vlek_chain vlek.der crl ../t' 'show ../t' 'export ../t ../t.d' 'export --pem ../t ../t.d' 'export ark.der ../t.d' export \
	'import ark.der ../odd.vcek ../t' 'import . ../t' import 'verify none' 'verify' 'verify /dev/null'; do
	(cd "$work/chip" && eval "'$SEVADM' --json certs $words") >"$out" 2>"$err"
	code=$?
	sample "certs $words"
done
report=$(dirname "$SEVADM")/tests/pki/make_report
for words in '' 'product=turin version=5 vmpl=0xffffffff policy=0xf000000000000000' 'version=2 hwid=masked mask-key=1 platform=0' \
	'product=turin signing=vlek set=0x208:01 current=0x0001000000000000' 'version=2' 'version=2 product=turin flip=0x50'; do
	# shellcheck disable=SC2086 # words
	"$report" $words >"$work/report" || exit 99
	for last in 'show ../report' 'verify ../report .' 'verify --root=ark.der --crl=require ../report .' \
		'verify --root=ark.der --accept=masked-key,host-report ../report .'; do
		# shellcheck disable=SC2086 # words
		(cd "$work/chip" && "$SEVADM" --json report $last) >"$out" 2>"$err"
		code=$?
		sample "report $last: $words"
	done
	for last in ../report none; do
		(cd "$work/chip" && echo "$last" | "$SEVADM" report verify --batch=- --root=ark.der .) >"$out" 2>"$err"
		code=$?
		sample "report --batch $last: $words"
	done
done
for words in show 'show --generation=turin none' 'show /dev/null' verify 'verify /dev/null none' 'verify /dev/null /dev/null'; do
	# shellcheck disable=SC2086 # words
	run --json report $words
	sample "report $words"
done
# fetched before, as far as the cache tells; asking the network has a test of its own
mirror=https://mirror.example
mkdir -m 700 "$work/cache"
for name in cert_chain crl; do
	{ echo "sevadm cache 1 $mirror/vcek/v1/Turin/$name"; cat "$work/chip/$name"; } \
		>"$work/cache/$(printf %s "$mirror/vcek/v1/Turin/$name" | sha256sum | cut -d' ' -f1)"
done
machine --generation=turin
for words in 'certs url' 'certs url vcek --socket=7' 'certs url --generation=milan' 'certs url --generation=milan vcek' \
	'certs fetch --dry-run x' 'certs fetch --no-cache' \
	"certs fetch --offline --cache=$work/cache --base-url=$mirror --root=$work/chip/ark.der ca crl $work/fetched" \
	"certs fetch --offline --cache=$work/cache --base-url=$mirror ca crl $work/fetched" \
	"certs fetch --offline --cache=$work/cache --base-url=$mirror --root=$work/chip/ark.der $work/fetched"; do
	# shellcheck disable=SC2086 # words
	on 'certificates of AMD' $words
done
# inside a guest
machine --snp-guests=1 --sev-guests=1
(cd "$work/chip" && "$SEVADM" certs import cert_chain vcek.der ../table.ok) >"$work/acted" || exit 99
"$SEVADM" sim act "$sim" guest-certs="$work/table.ok" >"$work/acted" || exit 99
for words in 'guest doctor' "report get --random --certs=$work/t.new --certs-dir=$work/t.dir $work/r" \
	"report get --random --vmpl=0 --key=vlek $work/r" 'report get --random' "report get $work/r" \
	"key derive --guest-svn=0 --tcb-version=0 $work/k" "key derive --root=vmrk $work/k" 'key derive' \
	"key derive --guest-svn=9 $work/k9"; do
	# shellcheck disable=SC2086 # words
	run --json --device="sim-guest:1:$sim" $words
	sample "inside: $words"
done
run --json --device="sim-guest:2:$sim" guest doctor
sample 'guest doctor in one of SEV'
on 'guest doctor on a host' guest doctor
on 'report get on a host' report get --random "$work/r9"
run --json explain -- -1
sample 'explain -1'
run --json explain 'SEV-SNP firmware shutdown failed, rc -5, error 0xf'
sample 'explain a line'
machine --snp-guests=1 --sev-guests=1 --leaked-guests=1
run --json sim show "$sim"
sample 'sim show of guests'
host --json guests
cp "$out" "$work/guests.json"
run --json sim create "$work/like.sim" --like="$work/guests.json"
sample 'sim create --like'

# recordings: of what went well, what is asked of them, and what they are not
machine --snp-guests=1
on 'recorded' --record="$work/recording" teardown --guests=stop --yes
on 'recorded once more' --record="$work/recording" status
for words in 'teardown --guests=stop --yes' status; do
	# shellcheck disable=SC2086
	run --json --device="replay:$work/recording" $words
	sample "replayed: $words"
done
# what a host with modules has besides, and an event that was refused
sed -i 's/"ccp":""/"ccp":"0123"/; s/"kvm_amd":""/"kvm_amd":"4567"/' "$work/recording"
on 'recorded with a fault' --record="$work/refused" df-flush --fault=SNP_DF_FLUSH:errno=EIO
for words in "record show $work/refused" "record show $work/recording" "record show --host $work/recording" 'record show /' \
	"record diff $work/recording $work/recording" "record diff $work/recording $work/none" \
	"record anonymise $work/recording --output=$work/other" "record show $work/other" \
	"record anonymise $work/recording --output=$work/other" 'record diff x'; do
	# shellcheck disable=SC2086
	run --json $words
	sample "$words"
done

# mistakes in the command line
for words in '' frobnicate sim 'status --frobnicate' 'teardown --jobs=x' 'teardown --ye' 'wbinvd --cpus=x' \
	'decommission' 'status --porcelain' 'status surplus'; do
	# shellcheck disable=SC2086
	run --json $words
	sample "usage: '$words'"
done

# no command hangs on a simulated host
"$python" "$top_srcdir/tests/cli/lib/schema.py" "$schemas/result.json" "$work/results" \
	running running.command running.command_id running.pid running.duration_ns >"$work/tap"
bad=$?
cat "$work/tap"
tap_n=$(grep -cE '^(not )?ok ' "$work/tap")
[ "$bad" -eq 0 ] || tap_bad=1
ok 'there were many' '[ "$tap_n" -gt 200 ]'

# ---- the judge itself: what it has to refuse

# refuses NAME JQ-FILTER - the last result changed so
refuses() {
	rm -rf "$work/one"
	mkdir "$work/one"
	{ echo changed; jq "$2" "$out"; } >"$work/one/1"
	ok "refused: $1" '! "$python" "$top_srcdir/tests/cli/lib/schema.py" "$schemas/result.json" \
		"$work/one" >"$work/said" && grep -q "^not ok 1 - changed" "$work/said"'
}
machine --snp-guests=1
host --json teardown --guests=stop --yes
refuses 'a number for a string' '.result.message = 1'
refuses 'no result' 'del(.result)'
refuses 'another exit code' '.result.exit = 7'
refuses 'done, and yet a failure' '.result.exit = 1'
refuses 'a step without its errno' 'del(.steps[0].errno)'
refuses 'a status without its name' 'del(.steps[] | select(.status) | .status_name)'
refuses 'another command' '.command = "frobnicate"'
refuses 'another schema' '.schema = 2'
refuses 'a member of another command' '.guests = []'
refuses 'a new member of a step' '.steps[3].colour = "red"'
refuses 'a new member of the result' '.colour = "red"'

done_testing
