# SPDX-License-Identifier: GPL-2.0-or-later
# What is wrong with a log of the emulated PSP (psp.json, read with --slurp): a list of
# sentences, empty if nothing.  Page states as AMD 56860 has them for each command.

def commands: map(select(.event == "command"));

# commands of 55766 that write their buffer, of those that Linux issues here
def writes: ["PLATFORM_STATUS", "GET_ID", "GUEST_STATUS", "LAUNCH_START", "LAUNCH_MEASURE"];

# "before after" of a page that a successful command named
def allowed($name):
	{
		"SNP_GCTX_CREATE gctx_paddr": ["Firmware Context"],
		"SNP_DECOMMISSION gctx_paddr": ["Context Firmware"],
		"SNP_LAUNCH_UPDATE page_paddr": ["Pre-Guest Guest-Valid"],
		"SNP_PAGE_RECLAIM page_paddr": ["Firmware Reclaim", "Metadata Reclaim",
			"Reclaim Reclaim", "Pre-Guest Guest-Invalid", "Pre-Swap Guest-Valid",
			"Hypervisor Hypervisor", "Guest-Valid Guest-Valid",
			"Guest-Invalid Guest-Invalid"]
	}[$name + " " + .field]
	// {
		"gctx_paddr": ["Context Context"],
		"status_paddr": ["Firmware Firmware", "Default Default"],
		"tmr_paddr": ["Firmware Firmware", "Default Default"]
	}[.field];

def page_wrong($c):
	if .before == null or .after == null then empty
	elif .field == "buffer" then
		if ($c.name | IN(writes[])) and $c.status == 0 and $c.snp_state == "INIT" then
			select("\(.before) \(.after)" != "Firmware Reclaim" and .before != "Default")
		else select(.before != .after) end
	elif $c.status != 0 and $c.fault == null then select(.before != .after)
	elif $c.fault != null or $c.snp_state != "INIT" then empty
	else
		allowed($c.name) as $ok | "\(.before) \(.after)" as $change |
		select($ok and ($change | IN($ok[]) | not))
	end;

[
	(commands[] | . as $c | .pages[] | page_wrong($c) |
		"\($c.name) #\($c.number): \(.field) went from \(.before) to \(.after)"),
	(commands[] | select(.duration_ns < 50000) | "\(.name) #\(.number) took no time"),
	(commands[] | select(.name == null or .status == null) | "#\(.number): no name or status"),
	([range(1; length) as $i | select(.[$i].time_ns < .[$i - 1].time_ns)] |
		select(length > 0) | "time went backwards"),
	(reduce .[] as $l ({n: 0, bad: []};
		if $l.event == "reset" then .n = 0
		elif $l.number != .n + 1 then .bad += ["#\($l.number) after #\(.n)"] | .n = $l.number
		else .n += 1 end) | .bad[]),
	# what the body did, and nothing else
	(if (commands | map(select(.fault) | "\(.name) \(.status) \(.fault)")) == [
		"SNP_DF_FLUSH 19 status=0x13",
		"SNP_DF_FLUSH 0 delay-ms=300",
		"SNP_DF_FLUSH 3 status=0x3,execute"
	] then empty else "faults: \(commands | map(select(.fault)))" end),
	(commands | map(select(.fault == "delay-ms=300")) |
		select(length != 1 or .[0].duration_ns < 300000000) | "the late one was not late"),
	(commands | map(select(.name == "SNP_SHUTDOWN_EX" and .status_name ==
		"INVALID_PLATFORM_STATE")) | select(length != 1) | "no refused SNP_SHUTDOWN_EX"),
	(commands | map(.name) | unique |
		["DEACTIVATE", "DECOMMISSION", "INIT", "LAUNCH_FINISH", "LAUNCH_MEASURE",
		"SHUTDOWN", "SNP_ACTIVATE", "SNP_DECOMMISSION", "SNP_GCTX_CREATE",
		"SNP_INIT_EX", "SNP_LAUNCH_FINISH", "SNP_LAUNCH_START", "SNP_LAUNCH_UPDATE",
		"SNP_PAGE_RECLAIM", "SNP_SHUTDOWN_EX"] - . | .[] | "no \(.) at all")
]
