# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# KVM's selftests, as the kernel's source has them: each ends as kvm_selftests.list
# says for this kernel, for the reason that it gives, and leaves the host as it was.
#   kvm_selftests [sev|all|NAME...]    all but the long ones if nothing is said
# Needs: selftests

here=${HOST_TESTS:-/tests/host}
tests=/usr/libexec/kvm-selftests
release=$(uname -r)
series=$(echo "$release" | sed 's/^\([0-9]*\.[0-9]*\).*/\1/')
limit=120
# a kernel that watches itself is ten times as slow
[ ! -e /sys/kernel/debug/kmemleak ] || limit=900

# what is to be run: "NAME|OUTCOME|TEXT", a TEXT for each test that does not pass
awk -F ' *[|] *' -v series="$series" -v which=" ${*:-quick} " '
	/^# name/ { for (i = 1; i <= NF; i++) if ($i == series) column = i }
	/^#/ || NF < 2 || !column || $column == "-" { next }
	which == " quick " && $4 == "long" { next }
	which == " sev " && $1 !~ /^sev_/ { next }
	which !~ /^ (quick|sev|all) $/ && !index(which, " " $1 " ") { next }
	{ print $1 "|" $column "|" $5 }' "$here/kvm_selftests.list" > /run/selftests
[ -s /run/selftests ] || fail "kvm_selftests.list has nothing for $release and '${*:-quick}'"

# two of them use POSIX semaphores
mkdir -p /dev/shm
mount -t tmpfs tmpfs /dev/shm

# outcome EXIT-STATUS - 4 is what the kernel's selftests mean by "skip"
outcome() {
	case $1 in
	0) echo pass ;;
	4) echo skip ;;
	124|137|143) echo hang ;;
	*) echo fail ;;
	esac
}

# guests_left - VMs that the test should have taken with it
guests_left() {
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		ls -d /sys/kernel/debug/kvm/*-* > /run/vms 2> /dev/null || return 1
		sleep 0.2
	done
	cat /run/vms
}

wrong=0 count=0
# report NAME MESSAGE... - it did not go as expected; the next is run all the same
report() {
	echo "NOT AS EXPECTED: $*"
	tail -n 15 /run/selftest.out
	wrong=$((wrong + 1))
}

while IFS='|' read -r name expected text; do
	[ -x "$tests/$name" ] || fail "there is no $tests/$name"
	count=$((count + 1))
	status=0
	# by its whole name: it opens its own file to load it into the guest
	timeout -k 5 "$limit" "$tests/$name" > /run/selftest.out 2>&1 < /dev/null || status=$?
	got=$(outcome "$status")
	echo "$name: $got"
	if [ "$got" != "$expected" ]; then
		report "$name: $got (exit status $status), where kvm_selftests.list has $expected"
	elif [ -n "$text" ] && [ "$got" != pass ] && ! grep -qF -e "$text" /run/selftest.out; then
		report "$name: $got, but not for this reason: $text"
	fi
	kernel_warnings || report "$name: the kernel complained"
	! guests_left || report "$name: its VM is still there"
done < /run/selftests
echo "$count selftests of KVM on $release, $wrong not as expected"
[ "$wrong" -eq 0 ] || fail "$wrong of $count"

# and the host is as good as before
for kind in snp sev-es sev; do
	pid=$(guest_start $kind) || fail "no $kind guest afterwards"
	guest_end "$pid"
done
kernel_warnings || fail "the kernel complained"
