#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# kexec on simulated hosts: it jumps when everything is down and nothing was left,
# and never otherwise.
# shellcheck disable=SC1091,SC2016,SC2034,SC2154 # sourced; conditions for ok
set -u
. "$(dirname "$0")/lib/tap.sh"

boots() { "$SEVADM" --json sim show "$sim" | jq .machine.boots; }
stays() { [ "$(boots)" = 1 ]; }
went() { [ "$(boots)" = 2 ]; }
down='SHUTDOWN=0 WBINVDx8 SNP_DF_FLUSH=0 SNP_SHUTDOWN_EX=0 PLATFORM_STATUS=0 SNP_PLATFORM_STATUS=0'

# ---- it goes

machine
act kexec-load >/dev/null
host kexec --yes --json
ok 'no guests: down, and away' 'code_is 0 && went && steps_are "$down systemctl kexec" &&
	json ".result.message | contains(\"systemd takes\")"'
machine --snp-guests=2 --sev-guests=1 --leaked-guests=1
act kexec-load >/dev/null
host kexec --guests=stop --yes --json
ok 'guests: ended first, leaked contexts decommissioned' 'code_is 0 && went && json ".warnings == []" &&
	steps_are "SIGTERM SIGTERM SIGTERM SNP_DECOMMISSION=0 $down systemctl kexec"'
machine
host kexec --yes --json --kernel=vmlinuz --initrd=initrd --append='root=/dev/sda1 quiet'
ok 'with an image of its own' 'code_is 0 && went && steps_are "KEXEC_FILE_LOAD $down systemctl kexec"'
machine
act kexec-load >/dev/null
host kexec --yes --json --now
ok '--now' 'code_is 0 && went && steps_are "$down KEXEC"'
machine
act kexec-load >/dev/null
host teardown
host kexec --yes --json
ok 'after a teardown' 'code_is 0 && went && steps_are "systemctl kexec"'

# ---- it asks

machine
act kexec-load >/dev/null
keep
host kexec
ok 'nobody to ask' 'code_is 64 && one_sentence && said "this kernel would end" && untouched'
host kexec --guests=stop
ok 'guests are the greater loss' 'code_is 64 && said "guests would be lost" && untouched'

# ---- it does not go

machine --snp-guests=1
act kexec-load >/dev/null
keep
host kexec --yes
ok 'a guest alive' 'code_is 2 && stays && unchanged && said "nothing was changed" && said "1200"'
host kexec --guests=decommission --yes
ok 'never with a guest decommissioned under its VMM' 'usage_error && unchanged'
machine
keep
host kexec --yes
ok 'no image' 'code_is 2 && unchanged && said "no kernel is loaded" && said "kernel=FILE"'
host kexec --yes --initrd=x
ok '--initrd alone' 'usage_error && unchanged'
act kexec-disable >/dev/null
host kexec --yes --kernel=x
ok 'an image that is refused, before anything was done' \
	'code_is 3 && stays && said "load x: the kernel refused (EPERM)" && printed "KEXEC_FILE_LOAD" &&
	! printed "SHUTDOWN"'

machine --offline=3
act kexec-load >/dev/null
keep
host kexec --yes
ok 'a CPU offline' 'code_is 2 && unchanged && said "CPU 3 is offline"'

for command in SHUTDOWN SNP_DF_FLUSH SNP_SHUTDOWN_EX PLATFORM_STATUS SNP_PLATFORM_STATUS; do
	machine --snp-guests=1
	act kexec-load >/dev/null
	case $command in
	# the first that ask of them are the check and the list of guests
	*PLATFORM_STATUS) act fail=$command:HWERROR_PLATFORM:9 >/dev/null ;;
	*) act fail=$command:HWERROR_PLATFORM >/dev/null ;;
	esac
	host kexec --guests=stop --yes
	case $command in
	*PLATFORM_STATUS) ok "$command fails: no jump" 'code_is 2 && stays && said "HWERROR_PLATFORM"' ;;
	*) ok "$command fails: no jump" 'code_is 6 && stays && said "$command: firmware refused: HWERROR_PLATFORM"' ;;
	esac
done
machine
act kexec-load timeout=SNP_SHUTDOWN_EX >/dev/null
host kexec --yes
ok 'a dead secure processor: no jump' 'code_is 1 && stays && said "reboot cold"'
host kexec --yes
ok 'nor when asked again' 'code_is 2 && stays && said "psp.alive"'

machine --snp-guests=1
act kexec-load >/dev/null
host -q teardown --guests=decommission --yes
keep
host kexec --yes
ok 'a VMM that still holds its guest: no jump' 'code_is 2 && stays && said "guest.tombstone"'
act kill=1200 >/dev/null
host kexec --yes
ok 'nor with the page that it leaked' 'code_is 2 && stays && said "pages.leaked"'
machine
act kexec-load iommu-fails >/dev/null
host kexec --yes
ok 'the IOMMU holds pages: no jump' 'stays && ! code_is 0 && said "IOMMU"'
host kexec --yes
ok 'nor when asked again' 'code_is 2 && stays && said "state.iommu"'

# a failure behind the loading of an image: with one loaded a reboot is a kexec, too
machine --snp-guests=1
act fail=SNP_DF_FLUSH:HWERROR_PLATFORM >/dev/null
host kexec --guests=stop --yes --kernel=x --json
ok 'its own image does not stay behind' 'code_is 6 && stays && json ".steps | any(.command ==
	\"KEXEC_FILE_UNLOAD\" and .errno == 0)"'
host --json check kexec
ok 'and is not loaded any more' 'json ".checks | any(.id == \"kexec.loaded\" and .verdict == \"FAIL\")"'
machine --snp-guests=1
act kexec-load fail=SNP_DF_FLUSH:HWERROR_PLATFORM >/dev/null
host kexec --guests=stop --yes
ok "of another's image it is said" 'code_is 6 && stays && said "kexec -u"'

# the proof after the teardown is refused: two commands of each are before it
for skip in 3 4 5 6; do
	machine
	act kexec-load >/dev/null
	host teardown
	act fail=PLATFORM_STATUS:HWERROR_PLATFORM:$skip >/dev/null
	host kexec --yes
	ok "a platform that does not say what it is, $skip times: no jump" '! code_is 0 && stays'
done

machine
act kexec-load start=plain >/dev/null
host kexec --yes --json
ok 'a VM without encryption is named before the jump' 'code_is 0 && went &&
	json ".warnings | any(contains(\"vm.plain\"))"'

# the kernel's log has lost its beginning: the journal tells
machine --snp-guests=60
act kexec-load >/dev/null
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do act offline=1,2,3 online=1,2,3 >/dev/null; done
host --json check kexec
ok 'a log that wrapped: the journal is asked' \
	'json ".checks | any(.id == \"pages.leaked\" and .verdict == \"PASS\" and (.reason | contains(\"journal\")))"'

# half up: a command that the driver had no need to issue is no failure
machine
act unload offline=3 load kexec-load >/dev/null
host kexec --online-cpus --yes --json
ok 'half up: brought down, and away' 'code_is 0 && went'

# ---- it stops before

machine --snp-guests=1
act kexec-load >/dev/null
host kexec --guests=stop --yes --no-exec --json
ok '--no-exec' 'code_is 0 && stays && steps_are "SIGTERM $down" && json ".result.message |
	contains(\"nothing stands in the way\")"'
host kexec --no-exec
ok '--no-exec without guests asks nothing' 'code_is 0 && stays'
machine --snp-guests=1
act kexec-load >/dev/null
keep
host kexec --guests=stop --dry-run --json --kernel=x
ok '--dry-run' 'code_is 0 && unchanged && steps_are "" && json "[.plan[].command] == [\"KEXEC_FILE_LOAD\",
	\"SIGTERM\", \"SHUTDOWN\", \"WBINVD\", \"SNP_DF_FLUSH\", \"SNP_SHUTDOWN_EX\", \"PLATFORM_STATUS\",
	\"SNP_PLATFORM_STATUS\", \"systemctl kexec\"]"'

machine --snp-guests=1
host kexec --dry-run --json
ok '--dry-run of what may not be done: the plan, and why not' 'code_is 2 && json "(.plan | length) > 3" &&
	said "guest 1"'
host kexec --now --no-exec --yes
ok '--now and --no-exec' 'usage_error'

# ---- kernels from 7.1 on: what they ask the firmware for helps nothing while KVM is loaded

for kernel in 7.2.13-sim 7.3.4-sim; do
	machine --kernel=$kernel --generation=turin --snp-guests=1
	act kexec-load fail=SNP_PAGE_RECLAIM:HWERROR_PLATFORM kill=1200 >/dev/null
	host kexec --yes
	ok "$kernel: a page that leaked forbids the jump" 'code_is 2 && said "pages.leaked" &&
		[ "$("$SEVADM" --json sim show "$sim" | jq .machine.boots)" = 1 ]'
	machine --kernel=$kernel --generation=turin --snp-guests=1
	act kexec-load >/dev/null
	host teardown --guests=decommission --yes
	ok "$kernel: decommissioned: said that no end of a VMM helps" \
		'code_is 0 && said "not kexec before a cold reboot"'
	host -q teardown --guests=stop --yes
	host kexec --yes
	ok "$kernel: nor after the VMM's end" 'code_is 2 && said "pages.leaked"'
	machine --kernel=$kernel --generation=turin --snp-guests=2
	act kexec-load >/dev/null
	host kexec --guests=stop --yes
	ok "$kernel: with every VM ended it arrives" 'code_is 0 &&
		[ "$("$SEVADM" --json sim show "$sim" | jq .machine.boots)" = 2 ]'
done

machine
act kexec-load >/dev/null
host kexec --kernel=x --no-exec --yes
ok 'an image that was loaded before is not lost without a word' \
	'code_is 0 && said "warning: the kernel that was loaded for kexec before is replaced by x"'

done_testing
