# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# What wbinvd_emulated.sh runs in the machine: three ways of WBINVD, in turns.  A line for
# each: which way, when it began and ended by the program's own log, the longest and the
# sum of what the driver measured, in ns.
#   wbinvd_body.sh ROUNDS
round=0
while [ $round -lt "$1" ]; do
	round=$((round + 1))
	for way in workers serial broadcast; do
		case $way in
		workers) set -- "$1" ;;
		serial) set -- "$1" --jobs=1 ;;
		broadcast) set -- "$1" --broadcast ;;
		esac
		rm -f /run/log
		sevadm -q --porcelain --log=/run/log wbinvd ${2+"$2"} >/run/steps || fail "$way"
		echo "bench $way $(sed 's/.*"time":"[^T]*T\([^Z]*\)Z".*/\1/' /run/log | tr '\n' ' ')" \
			"$(awk -F '\t' '$1 == "steps" { sum += $13; if ($13 > most) most = $13 }
				END { printf "%.0f %.0f", most, sum }' /run/steps)"
		set -- "$1"
	done
done
