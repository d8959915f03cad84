# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# VMMs that systemd manages, on a host that it runs: asked to end, or frozen, by way of
# their services.
#   services.sh [freeze]	decommissioned under frozen VMMs rather than stopped
# Needs: systemd
. "${HOST_TESTS:-/tests/host}/lib/steps.sh"

# service NAME KIND [OPTION...] - a guest in a service that starts it again when it dies
service() {
	service_name=$1 service_kind=$2
	shift 2
	systemd-run --quiet --unit="$service_name" -p Restart=always -p RestartSec=100ms "$@" \
		"$(command -v snpvm)" --type="$service_kind" --ready="/run/$service_name.ready" ||
		fail "no service $service_name"
	service_tries=0
	until [ -e "/run/$service_name.ready" ]; do
		service_tries=$((service_tries + 1))
		[ "$service_tries" -lt 400 ] || fail "no guest $service_name"
		sleep 0.05
	done
	rm "/run/$service_name.ready"
}

# is_over NAME - it has ended, and was not started again
is_over() {
	sleep 1
	! systemctl --quiet is-active "$1" || fail "$1 is active"
	[ ! -e "/run/$1.ready" ] || fail "$1 was started again"
}

service usual snp
service left snp -p KillMode=none
pid=$(guest_start sev) || fail "no SEV guest"
down="SHUTDOWN=0 WBINVDx4 SNP_DF_FLUSH=0 SNP_SHUTDOWN_EX=0 PLATFORM_STATUS=0 SNP_PLATFORM_STATUS=0"

if [ "${1-}" = freeze ]; then
	run teardown --guests=decommission --yes
	expect_code 0
	expect_steps "FREEZE FREEZE SIGSTOP SNP_DECOMMISSION=0 SNP_DECOMMISSION=0 $down"
	for name in usual left; do
		grep -q '^frozen 1$' "/sys/fs/cgroup/system.slice/$name.service/cgroup.events" ||
			fail "$name is not frozen"
	done
	expect_platforms UNINIT UNINIT
	# what is left of them hears what it is sent once it goes on
	run teardown --guests=stop:5 --yes
	expect_code 0
else
	run teardown --guests=stop:20 --yes
	expect_code 0
	expect_steps "systemctl stop systemctl stop SIGTERM SIGTERM $down"
fi
for name in usual left; do
	is_over "$name"
done
! guest_alive "$pid" || fail "guest $pid is still there"
expect_platforms UNINIT UNINIT
# contexts of guests that were decommissioned are lost with SNP
[ "${1-}" = freeze ] || expect_value driver.leaked_pages 0
no_kernel_warnings
