# SPDX-License-Identifier: GPL-2.0-or-later
#
# fish completion for sevadm(8).  What a word can become is told by `sevadm complete`.

function __sevadm_complete
	set -l typed (commandline -opc)
	set -l current (string unescape -- (commandline -ct))
	set -l program $typed[1]

	set -e typed[1]
	command $program complete -- $typed "$current" 2>/dev/null </dev/null | while read -l line
		if not string match -q \t'*' -- $line
			printf '%s\n' $line
			continue
		end
		# files, behind what stands before them in the same word
		set -l before (string sub -s 2 -- $line)
		set -l name (string sub -s (math 1 + (string length -- "$before")) -- "$current")
		for file in (__fish_complete_path "$name")
			printf '%s%s\n' "$before" $file
		end
	end
end

complete -c sevadm -f -a '(__sevadm_complete)'
