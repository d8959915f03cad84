#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Metrics as JSON, by two readers that know better.

    metrics.py FILE

Read by the parsers of python3-prometheus-client, the strict one of OpenMetrics and that of
the older text format, which node_exporter reads; both have to find the same, and no type
that the latter's users do not know.  Prints {"name{label=value,...}": value}.
"""
import json
import sys

from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as older


def samples(parse, text):
    found = {}
    for family in parse(text):
        if family.type != "gauge":
            sys.exit(f"{family.name} is a {family.type}")
        if not family.documentation.endswith("."):
            sys.exit(f"{family.name} is not explained by a sentence")
        for sample in family.samples:
            labels = ",".join(f"{k}={v}" for k, v in sorted(sample.labels.items()))
            name = sample.name + (f"{{{labels}}}" if labels else "")
            if name in found:
                sys.exit(f"{name} twice")
            if not name.startswith("sevadm_"):
                sys.exit(f"{name} is not ours")
            found[name] = sample.value
    return found


with open(sys.argv[1], encoding="utf-8") as f:
    text = f.read()
first = samples(openmetrics, text)
if first != samples(older, text):
    sys.exit("the two formats differ")
json.dump(first, sys.stdout)
