#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# --device=sim-guest:ID:FILE: the machine seen from inside of a simulated guest; who is inside
# of it finds no host, and who names none is told so.
# shellcheck disable=SC1091,SC2016,SC2034,SC2154 # sourced; conditions for ok
set -u
. "$(dirname "$0")/lib/tap.sh"

inside() { # ID WORD... - in there
	id=$1
	shift
	run --device="sim-guest:$id:$sim" "$@"
}

machine --snp-guests=1 --sev-guests=1 --sev-es-guests=1 --launching-guests=1
for guest in 1:SEV-SNP:0x7 3:SEV:0x1 4:SEV-ES:0x3; do
	kind=${guest#*:}
	inside "${guest%%:*}" doctor
	ok "guest ${guest%%:*}: what it is the hardware tells" \
		'code_is 0 && printed "a guest of ${kind%:*}, by MSR C0010131 (${kind#*:})"'
done
inside 1 doctor --json
ok 'JSON says that it is simulated' 'code_is 0 && json ".simulated == true and .diagnosis.machine == \"guest\""'
run sim set "$sim" msr=missing
inside 1 doctor
ok 'without the register: by what its kernel shows' 'code_is 0 && printed "a guest of SEV-SNP, by what its kernel shows"'
run sim set "$sim" msr=loaded

inside 1 status
ok 'a guest has no /dev/sev' 'code_is 4 && said "open /dev/sev: No such file or directory"'
for command in guests 'teardown --yes' 'shutdown --yes' 'wbinvd --yes'; do
	# shellcheck disable=SC2086 # words
	inside 1 $command
	ok "nor does $command find a host in it" '[ "$code" -ne 0 ] && [ "$code" -lt 64 ]'
done
host guests
ok 'and nothing was done to the host' 'code_is 0 && printed "SNP  *2"'

inside 9 doctor
ok 'a guest that there is not' 'code_is 4 && said "there is no guest 9 on this machine"'
inside 2 doctor
ok 'one that is still being launched' 'code_is 5 && said "guest 2 is still being launched"'
for device in sim-guest: sim-guest:1 sim-guest:1: "sim-guest:0:$sim" "sim-guest:x:$sim" \
	"sim-guest:1x:$sim" "sim-guest:-1:$sim" "sim-guest:99999999999999999999:$sim" "sim-guest:$sim"; do
	run --device="$device" doctor
	ok "$device is no device" 'code_is 64 && said "there is no kind of device" && said "sim-guest:ID:FILE"'
done
run --device="sim-guest:1:$work/none" doctor
ok 'a file that there is not' 'code_is 4 && said "no such simulated machine"'
host guests --porcelain
pid=$(sed -n 's/^guests\t1\t//p' "$out" | tr '\t' '\n' | grep -m1 -x '1[0-9][0-9][0-9]')
run sim act "$sim" "kill=$pid"
inside 1 doctor
ok 'a guest that was ended' 'code_is 4 && said "there is no guest 1"'

# without the companion patch nobody numbers them: they are counted
machine --snp-guests=2 --no-patch
inside 2 doctor
ok 'a host without the patch: the second of its guests' 'code_is 0 && printed "a guest of SEV-SNP"'
inside 3 doctor
ok 'and there is no third' 'code_is 4'

# an owner's firmware: its metadata ask for a secrets page, and all is measured as `measure` says
python=/usr/bin/python3
if [ -x "$python" ] && cd "$work" && "$python" "$top_srcdir/tests/cli/lib/launch.py" image fw.bin; then
	machine
	run measure snp --ovmf=fw.bin --vcpus=1 --vcpu-sig=0xa00f11 --json
	ok 'what the owner expects' 'code_is 0'
	digest=$(jq -r .launch.digest "$out")
	run id block --digest="$digest" block
	run id auth --new-id-key=id.pem block auth
	run sim act "$sim" launch=snp:1,policy=0x30000,memory=fw.bin,id-block=block,id-auth=auth
	ok 'and what the firmware measured' 'code_is 0'
	inside 1 doctor
	ok 'such a guest can be entered' 'code_is 0 && printed "a guest of SEV-SNP"'
	run sim act "$sim" launch=snp:2,policy=0x30000,memory=fw.bin,id-block=block,id-auth=auth
	ok 'a vCPU more' 'code_is 1 && said "BAD_MEASUREMENT"'
else
	skip 'a launch with an image' 'there is no python3'
fi

done_testing
