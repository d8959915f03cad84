# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# `systemctl kexec` on a host that systemd runs, with sevadm-teardown.service enabled:
# guests end with their units, SNP is torn down and that proven, and only then the jump.
# If it fails there is no jump, and the machine resets.
#   kexec_systemd.sh [sevadm|FAULT]	`sevadm kexec` rather than systemctl; or a fault of
#					the PSP, with which the teardown fails
# Needs: systemd
. "${HOST_TESTS:-/tests/host}/lib/steps.sh"

case ${1-} in
'' | sevadm) by=${1-} fault='' ;;
*) by='' fault=$1 ;;
esac

if [ "$SNP_GEN" = 2 ]; then
	[ -z "$fault" ] || fail "the teardown failed and this is the next kernel"
	run status
	expect_code 0
	expect_value snp.state INIT
	pid=$(guest_start snp) || fail "no SNP guest after kexec"
	guest_end "$pid"
	no_kernel_warnings
	exit 0
fi

unit=/etc/systemd/system/sevadm-teardown.service
sed 's|@sbindir@|/usr/bin|' /units/sevadm-teardown.service.in >$unit
systemctl daemon-reload
[ "$(systemctl is-enabled sevadm-teardown.service)" = disabled ] || fail "it is not off by default"
! systemctl start sevadm-teardown.service 2>"$step_dir/err" || fail "it can be started by hand"
grep -q 'may be requested by dependency only' "$step_dir/err" || fail "$(cat "$step_dir/err")"
systemctl enable sevadm-teardown.service || fail "it cannot be enabled"

# comes NAME - wait until that guest is there
comes() {
	vm_tries=0
	until [ -e "/run/$1.ready" ]; do
		vm_tries=$((vm_tries + 1))
		[ "$vm_tries" -lt 400 ] || fail "no guest $1"
		sleep 0.05
	done
}

# two in scopes, as machined makes them
for kind in snp sev; do
	systemd-run --quiet --scope --slice=machine.slice --unit=vm-$kind \
		snpvm --type=$kind --ready=/run/vm-$kind.ready >/run/vm-$kind.log 2>&1 &
	comes vm-$kind
done
# one that the end of its unit does not end, beside something else; and a process of
# another user that stays as well
systemd-run --quiet --unit=left-over -p KillMode=none \
	sh -c 'sleep 1000 & exec snpvm --type=snp --ready=/run/left-over.ready' ||
	fail "no service left-over"
comes left-over
# one of which systemd forgets the process as well, alone in its service
systemd-run --quiet --unit=alone -p KillMode=none \
	"$(command -v snpvm)" --type=snp --ready=/run/alone.ready || fail "no service alone"
comes alone
systemd-run --quiet --unit=other-user -p KillMode=none -p User=nobody \
	/bin/busybox sleep 1000 || fail "no service other-user"
# a mount that goes while the host goes down
mkdir -p /srv/data
mount -t tmpfs data /srv/data || fail "no mount"
run guests
expect_code 0

kexec_load
case $fault in
'') ;;
*hang*) psp_timeout 3 && psp_fault "$fault" ;;
*) psp_fault "$fault" ;;
esac
[ "$by" = sevadm ] || log_has console 'Stopped .*vm-snp.scope'
log_has console 'Unmounted .*srv-data.mount'
# systemd shortens names to the width of the console
log_has console 'Starting .*sevadm-t'
# systemd still knows the service, and answers, while it shuts down
[ "$by$fault" != "" ] || log_has console 'sevadm.*systemctl stop .*alone.service: exit status 0'
# SEV goes down when no guest is left of either kind
log_has psp ' SHUTDOWN.0x2.: SUCCESS.*sev UNINIT/0 snp INIT/0'
if [ -z "$fault" ]; then
	log_has console 'Finished .*sevadm-t'
	log_has console 'nothing stands in the way of a kexec'
	log_has console 'systemd-shutdown.*Rebooting with kexec'
	# asked by sevadm, and by nobody else before the next kernel brings SNP up
	log_has psp 'SNP_PLATFORM_STATUS.*sev UNINIT/0 snp UNINIT/0'
else
	log_has console 'sevadm: kexec: .*(firmware refused|did not answer in time)'
	log_has console 'Failed to start .*sevadm-t'
	log_has console 'Dependency failed for .*kexec.target'
	machine_dies 'reboot: Restarting system'
fi
if [ "$by" = sevadm ]; then
	# which tears down first, and leaves the proof to the unit; it is told to end by
	# the very systemd that it asked
	log_has console 'systemd takes this host to the next kernel'
	sevadm -q kexec --yes --guests=stop >/dev/console 2>&1
else
	systemctl kexec
fi
sleep 600
