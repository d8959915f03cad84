#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Who may include whom, who may touch a device, and that the library neither
# prints nor exits.  The rules are then broken one by one in a copy, to see that
# it is noticed.  TAP.
#   top_srcdir	of the sources
# shellcheck source=tests/rules/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/rules/lib.sh"

# FILES: what they may include of the tree: what else but libc.  The first row
# whose pattern fits counts, and a file that fits none is a fault.
cat >"$tmp/table" <<'EOF'
include/linux/sev-debug.h::linux/*
include/sevadm.h::
cmd/out/*:cmd/out/* lib/util/*:json-c/*
cmd/log_journal.c:cmd/log.h:systemd/sd-journal.h
cmd/edit_libedit.c:cmd/edit.h cmd/session.h lib/util/*:histedit.h
cmd/complete.c:cmd/cli.h cmd/complete.h sevadm.h:argp.h
cmd/complete_[tv]*.c:cmd/cli.h cmd/complete.h lib/util/*:argp.h
cmd/like.c:sevadm.h cmd/* lib/util/*:argp.h json-c/*
cmd/*:sevadm.h cmd/* lib/util/* config.h:argp.h
lib/util/*:lib/util/*:
lib/firmware/*:lib/firmware/* lib/util/* sevadm.h:
lib/attest/policy_json.c:lib/attest/* lib/util/* sevadm.h:json-c/*
lib/attest/*:lib/attest/* lib/crypto/* lib/util/* sevadm.h:
lib/kds/*:lib/kds/* lib/net/* lib/crypto/* lib/util/* sevadm.h:
lib/net/http_curl.c:lib/net/* lib/util/*:curl/*
lib/net/*:lib/net/* lib/util/*:
lib/crypto/*:lib/crypto/* lib/util/*:openssl/*
lib/device/sim_crypto.c:lib/device/sim_crypto.h lib/crypto/* sim/psp_fw.h:
lib/device/sim.c:lib/device/* lib/util/* sim/sim.h:linux/sev-debug.h
lib/device/fault_answer.c:lib/device/* lib/util/*:linux/*
lib/device/record.c:lib/device/* lib/recording/recording.h:
lib/device/replay.c:lib/device/* lib/recording/recording.h:
lib/device/device.c:lib/device/* lib/util/*:linux/sev-debug.h linux/sev-guest.h
lib/device/*:lib/device/* lib/util/*:linux/sev-debug.h
lib/recording/parse.c:lib/recording/* lib/util/*:json-c/*
lib/recording/*:sevadm.h lib/recording/* lib/util/*:linux/psp-sev.h linux/sev-debug.h linux/sev-guest.h
lib/host/sim.c:lib/host/* lib/util/* sim/sim.h:
lib/host/privilege.c:lib/host/* lib/util/*:sys/capability.h
lib/host/node.c:lib/host/* lib/util/*:linux/kvm.h
lib/host/program.c:lib/host/* lib/util/*:linux/kexec.h
lib/host/record.c:lib/host/* lib/recording/recording.h:
lib/host/replay.c:lib/host/* lib/recording/recording.h:
lib/host/*:lib/host/* lib/util/*:
lib/core/sevadm.c:lib/core/* lib/device/* lib/host/* lib/firmware/* lib/recording/* lib/util/* sevadm.h sim/sim.h:linux/*
lib/core/recording.c:lib/core/* lib/device/device.h lib/host/* lib/recording/* lib/util/* sevadm.h config.h:
lib/core/*:lib/core/* lib/device/device.h lib/host/* lib/firmware/* lib/util/* sevadm.h:linux/*
lib/platform/sim.c:sevadm.h lib/device/sim_crypto.h lib/util/* sim/sim.h:
lib/platform/noted.[ch]:sevadm.h lib/platform/noted.h lib/util/*:
lib/platform/*:sevadm.h lib/platform/* lib/core/* lib/firmware/* lib/device/device.h lib/host/* lib/util/*:
lib/check/*:sevadm.h lib/check/* lib/core/* lib/firmware/* lib/device/device.h lib/host/* lib/util/*:
lib/guest/*:sevadm.h lib/guest/* lib/core/* lib/firmware/* lib/device/device.h lib/host/* lib/util/*:linux/sev-guest.h
lib/doctor/*:sevadm.h lib/doctor/* lib/core/* lib/firmware/* lib/device/device.h lib/host/* lib/util/*:
lib/teardown/*:sevadm.h lib/teardown/* lib/core/* lib/firmware/* lib/device/device.h lib/host/* lib/util/*:
sim/psp_fw*:psp_fw*:
sim/*:sim*.h psp_fw*.h:linux/*
EOF

# Headers that are not libc's and so need leave; the rest of <...> is free
restricted='linux/* curl/* histedit.h openssl/* json-c/* systemd/* argp.h sys/capability.h check.h asm/* libkmod.h'

# fits NAME PATTERN...
fits() {
	fits_name=$1
	shift
	for pattern in "$@"; do
		# shellcheck disable=SC2254 # a pattern
		case $fits_name in
		$pattern) return 0 ;;
		esac
	done
	return 1
}

# row FILE - its row of the table, in $own and $other
row() {
	while IFS=: read -r files own other; do
		# shellcheck disable=SC2254
		case $1 in
		$files) return 0 ;;
		esac
	done <"$tmp/table"
	return 1
}

# sources TREE ROOM... - its files there, or those of $only
sources() {
	if [ -n "$only" ]; then
		printf '%s\n' "$only"
		return
	fi
	(
		cd "$1" || exit
		shift
		find "$@" -name '*.[ch]' | sort
	)
}
only=

# in_rooms FILE ROOM...
in_rooms() {
	in_file=$1
	shift
	for room in "$@"; do
		case $in_file in
		"$room"/*) return 0 ;;
		esac
	done
	return 1
}

# Every #include that the table does not allow
bad_includes() {
	sources "$1" include cmd lib sim >"$tmp/sources"
	set -f
	while read -r file; do
		if ! row "$file"; then
			echo "$file: no room in the table has it"
			continue
		fi
		sed -n 's/^[ 	]*#[ 	]*include[ 	]*//p' "$1/$file" >"$tmp/includes"
		while read -r include; do
			name=$(printf '%s\n' "$include" | sed 's/^[<"]\([^>"]*\)[>"].*/\1/')
			# shellcheck disable=SC2086 # patterns
			case $include in
			'"'*)
				fits "$name" $own || echo "$file includes \"$name\""
				;;
			'<'*)
				# of the tree all the same, by -I
				if [ -e "$1/$name" ] || [ -e "$1/include/$name" ] ||
					[ "$name" = config.h ]; then
					fits "$name" $own $other || echo "$file includes <$name>"
				elif fits "$name" $restricted; then
					fits "$name" $other || echo "$file includes <$name>"
				fi
				;;
			*)
				echo "$file: include of a macro"
				;;
			esac
		done <"$tmp/includes"
	done <"$tmp/sources"
	set +f
}

# The code of a file without comments and without what is in quotes
code_of() {
	awk '
	{
		line = ""
		n = length($0)
		for (i = 1; i <= n; i++) {
			two = substr($0, i, 2)
			c = substr($0, i, 1)
			if (comment) {
				if (two == "*/") { comment = 0; i++ }
			} else if (quote != "") {
				if (c == "\\") i++
				else if (c == quote) { quote = ""; line = line c }
			} else if (two == "/*") {
				comment = 1; i++; line = line " "
			} else if (two == "//") {
				break
			} else {
				if (c == "\"" || c == "\047") quote = c
				line = line c
			}
		}
		print line
	}' "$1"
}

# uses TREE WORDS ROOM... - FILE:LINE of code that has one of these words
uses() {
	tree=$1
	words=$2
	shift 2
	sources "$tree" "$@" | while read -r file; do
		in_rooms "$file" "$@" || continue
		code_of "$tree/$file" | grep -nwE "$words" | sed "s|^|$file:|"
	done
}

# Only the kernel back-end opens a device or calls ioctl(); host files are opened in lib/host.
# node.c tries nodes, and asks /dev/kvm what it offers; cpu.c reads registers.
# How large a terminal is only an ioctl() tells.
bad_devices() {
	uses "$1" 'ioctl *\(.*' cmd lib sim | grep -v -e '^lib/device/kernel\.c:' -e '^lib/host/node\.c:' \
		-e '^cmd/terminal\.c:.*ioctl(STDOUT_FILENO, TIOCGWINSZ, '
	uses "$1" '(open|openat|openat2|open64|creat|fopen|fopen64|freopen|fdopen) *\(.*' cmd lib |
		grep -v -e '^lib/device/kernel\.c:' -e '^lib/host/\(cpu\|journal\|kernel\|lock\|node\|program\)\.c:' \
			-e '^lib/util/file\.c:'
	# the kernel's log is no device that acts
	grep -n '"[^"]*/dev/' "$1/lib/host/kernel.c" | grep -v '"%s/dev/kmsg"' |
		sed 's|^|lib/host/kernel.c:|'
	uses "$1" 'syscall *\(.*' cmd lib | grep -v -w -e SYS_pidfd_open -e SYS_pidfd_send_signal \
		-e SYS_delete_module -e SYS_kexec_file_load
}

# The library never prints, never exits, never reads argv
bad_manners() {
	uses "$1" '(v?f?printf|v?dprintf|puts|putchar|putc|fputs|fputc|fwrite|perror|psignal|v?syslog|stdout|stderr|stdin|exit|_exit|_Exit|quick_exit|abort|atexit|argv|argc|getopt|getopt_long|argp_parse|program_invocation_name|program_invocation_short_name|setlocale) *([^a-zA-Z].*|$)' lib |
		grep -v ':__attribute__((format('
	sources "$1" lib | while read -r file; do
		in_rooms "$file" lib || continue
		grep -nE '^[ 	]*#[ 	]*include[ 	]*<(err|error|syslog|getopt|assert)\.h>' "$1/$file" |
			sed "s|^|$file:|"
	done
}

# ---- the tree itself

count=$(sources "$top_srcdir" include cmd lib sim | wc -l)
ok 'there are sources to look at' test "$count" -gt 50
bad_includes "$top_srcdir" >"$tmp/bad"
result 'includes are as the table allows' <"$tmp/bad"
bad_devices "$top_srcdir" >"$tmp/bad"
result 'only the kernel back-end touches a device' <"$tmp/bad"
bad_manners "$top_srcdir" >"$tmp/bad"
result 'the library neither prints nor exits' <"$tmp/bad"

# Whoever presses TAB wants nothing done: what completes calls no function of the library
# but those that look names and notes up
bad_completion() {
	uses "$1" 'sevadm_[a-z_]* *\(.*' cmd | grep '^cmd/complete[_a-z]*\.c:' |
		sed -E 's/\bsevadm_(noted_get|noted_free|status_at|command_at|explain) *\(//g' |
		grep 'sevadm_[a-z_]* *('
	uses "$1" 'sevadm_[a-z_]* *\(.*' lib/platform | grep '^lib/platform/noted\.c:' |
		sed -E 's/\bsevadm_(noted_get|noted_free|sim_show|sim_info_free) *\(//g' |
		grep 'sevadm_[a-z_]* *('
}
bad_completion "$top_srcdir" >"$tmp/bad"
result 'completion asks no device' <"$tmp/bad"

# ---- the same, broken

mkdir "$tmp/copy"
(cd "$top_srcdir" && sources . include cmd lib sim | tar -cf - -T -) | tar -xf - -C "$tmp/copy"
chmod -R u+w "$tmp/copy"

# noticed NAME RULE FILE - it says so, once, and of that file
noticed() {
	only=$3
	"$2" "$tmp/copy" >"$tmp/complaints"
	only=
	if [ "$(wc -l <"$tmp/complaints")" -ne 1 ] || ! grep -q "^$3[: ]" "$tmp/complaints"; then
		echo 'not noticed, or more than that:'
		cat "$tmp/complaints"
	fi >"$tmp/bad"
	result "$1" <"$tmp/bad"
}

# planted RULE FILE TEXT - appended to a copy of that file
planted() {
	cp "$tmp/copy/$2" "$tmp/saved"
	printf '%s\n' "$3" >>"$tmp/copy/$2"
	noticed "$1 notices in $2: $3" "$1" "$2"
	cp "$tmp/saved" "$tmp/copy/$2"
}

while IFS='|' read -r file text; do
	planted bad_includes "$file" "$text"
done <<'EOF'
cmd/status.c|#include "lib/firmware/status.h"
cmd/status.c|#include "lib/device/device.h"
cmd/status.c|#include "lib/core/context.h"
cmd/status.c|#include <linux/sev-debug.h>
cmd/status.c|#include <json-c/json.h>
cmd/status.c|#include <openssl/evp.h>
cmd/status.c|#include "sim/sim.h"
cmd/log.c|#include <systemd/sd-journal.h>
cmd/log_journal.c|#include "cmd/cli.h"
cmd/like_plan.c|#include <json-c/json.h>
cmd/out/out.c|#include "sevadm.h"
cmd/out/out.c|#include <sevadm.h>
cmd/out/out.c|#include "cmd/cli.h"
lib/util/text.c|#include "sevadm.h"
lib/util/text.c|#include <linux/types.h>
lib/util/text.c|#include "lib/host/host.h"
lib/firmware/decode.c|#include "lib/device/device.h"
lib/firmware/decode.c|#include <linux/sev-debug.h>
lib/firmware/decode.c|#include "lib/core/context.h"
lib/device/kernel.c|#include "lib/firmware/status.h"
lib/device/kernel.c|#include "sim/sim.h"
lib/device/fault.c|#include <linux/psp-sev.h>
lib/device/fault.c|#include "lib/host/host.h"
lib/device/fault_answer.c|#include "lib/firmware/command.h"
lib/device/kernel.c|#include "sevadm.h"
lib/device/sim.c|#include "sim/sim_internal.h"
lib/device/sim.c|#include "lib/crypto/digest.h"
lib/device/sim_crypto.c|#include <openssl/evp.h>
lib/device/sim_crypto.c|#include "sim/sim.h"
lib/device/sim_crypto.c|#include "lib/device/device.h"
lib/crypto/digest.c|#include "sim/psp_fw.h"
lib/crypto/digest.c|#include "sevadm.h"
lib/core/request.c|#include "lib/crypto/digest.h"
lib/core/request.c|#include "lib/device/sim_crypto.h"
lib/attest/chain.c|#include <openssl/evp.h>
lib/attest/policy.c|#include <json-c/json.h>
lib/attest/cert.c|#include "lib/core/context.h"
lib/kds/get.c|#include <curl/curl.h>
lib/kds/get.c|#include "lib/core/context.h"
lib/net/http_none.c|#include <curl/curl.h>
lib/net/http_curl.c|#include "sevadm.h"
cmd/certs_fetch.c|#include <curl/curl.h>
cmd/certs_fetch.c|#include "lib/net/http.h"
lib/host/vms.c|#include <sys/capability.h>
lib/host/vms.c|#include "lib/device/device.h"
lib/host/kernel.c|#include "sim/sim.h"
lib/core/request.c|#include "sim/sim.h"
lib/core/request.c|#include "lib/teardown/teardown.h"
lib/core/request.c|  #  include	"cmd/cli.h"
lib/check/check.c|#include "lib/teardown/teardown.h"
lib/check/check.c|#include "sim/sim.h"
lib/teardown/wbinvd.c|#include "sim/sim.h"
lib/teardown/wbinvd.c|#include "lib/device/sim_crypto.h"
lib/teardown/wbinvd.c|#include <linux/sev-debug.h>
lib/teardown/wbinvd.c|#include "cmd/cli.h"
lib/platform/status.c|#include "sim/sim.h"
lib/platform/status.c|#include "lib/teardown/teardown.h"
lib/platform/sim.c|#include "lib/core/context.h"
lib/platform/keys.c|#include <linux/sev-guest.h>
sim/sim_cpu.c|#include "lib/util/cpuset.h"
sim/sim_cpu.c|#include "sevadm.h"
sim/sim_cpu.c|#include <openssl/evp.h>
sim/sim_cpu.c|#include "../lib/util/cpuset.h"
sim/psp_fw.c|#include "sim.h"
sim/psp_fw.c|#include <linux/psp-sev.h>
sim/psp_fw.c|#include <openssl/sha.h>
sim/psp_fw.c|#include "sim_internal.h"
include/sevadm.h|#include <linux/sev-debug.h>
lib/util/text.c|#include SOMETHING
EOF
while IFS='|' read -r file text; do
	planted bad_includes "$file" "$text"
done <<'EOF'
cmd/complete.c|#include "cmd/log.h"
cmd/complete_types.c|#include "cmd/out/out.h"
lib/platform/noted.c|#include "lib/core/context.h"
lib/platform/noted.c|#include "lib/device/device.h"
EOF
while IFS='|' read -r file text; do
	planted bad_completion "$file" "$text"
done <<'EOF'
cmd/complete.c|static int f(void) { return sevadm_open(NULL, "kernel", 0); }
cmd/complete_types.c|static int f(void) { return sevadm_guests_get(NULL, NULL, NULL); }
cmd/complete_words.c|static int f(void) { return sevadm_survey (NULL); }
lib/platform/noted.c|static int f(void) { return sevadm_open(NULL, "kernel", 0); }
EOF
echo '#include <errno.h>' >"$tmp/copy/lib/new.c"
noticed 'bad_includes notices a file in no room' bad_includes lib/new.c
rm "$tmp/copy/lib/new.c"

while IFS='|' read -r file text; do
	planted bad_devices "$file" "$text"
done <<'EOF'
lib/core/request.c|static int f(void) { return ioctl(3, 0, 0); }
lib/host/kernel.c|static int f(void) { return ioctl (3, 0, 0); }
lib/device/sim.c|static int f(void) { return open("/dev/sev", 0); }
lib/teardown/wbinvd.c|static void *f(void) { return fopen("/dev/sev", "r"); }
cmd/status.c|static int f(void) { return open("/dev/sev", 0); }
cmd/log_file.c|static int f(void) { return open("/dev/sev", 0); }
lib/host/kernel.c|static const char *f(void) { return "/dev/sev"; }
sim/sim_cpu.c|static int f(void) { return ioctl(3, 0, 0); }
lib/core/request.c|static long f(void) { return syscall(SYS_openat, 0, 0, 0); }
EOF
while IFS='|' read -r file text; do
	planted bad_manners "$file" "$text"
done <<'EOF'
lib/core/request.c|static void f(void) { printf("x"); }
lib/core/request.c|static void f(void) { fprintf(stderr, "x"); }
lib/host/vms.c|static void f(void) { puts("x"); }
lib/host/vms.c|static void f(void) { exit(1); }
lib/util/text.c|static void f(void) { abort(); }
lib/util/text.c|static void f(char **argv) { (void)0; }
lib/util/text.c|static void f(void) { perror ("x"); }
lib/util/text.c|static void *f(void) { return stdout; }
lib/firmware/decode.c|#include <err.h>
EOF
printf '/* printf(3), ioctl() and exit() */ // exit(1)\nstatic const char *f(void) { return "exit(1) \\" printf("; }\n' \
	>>"$tmp/copy/lib/util/text.c"
only=lib/util/text.c
{ bad_manners "$tmp/copy"; bad_devices "$tmp/copy"; bad_includes "$tmp/copy"; } >"$tmp/bad"
result 'comments and strings are not code' <"$tmp/bad"

finish
