#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Real output against a published schema.  Speaks TAP on standard output.

    schema.py SCHEMA SAMPLES [MEMBER...]

Each file in the directory SAMPLES is one object (its first line is what made it).  The
schema has to take it; and to refuse it once any of its objects, at whatever depth, has a
member that the schema does not know.  What the schema has and no sample ever had is
named, too: a schema that promises members which nobody emits is as wrong.  But for
each MEMBER: a.b.[].c.
"""
import copy
import json
import os
import re
import sys

from jsonschema import Draft202012Validator as Validator


def objects(value, path=()):
    """Every object in it, once for each place that it stands in"""
    if isinstance(value, dict):
        yield path
        for key, member in value.items():
            yield from objects(member, path + (key,))
    elif isinstance(value, list):
        for i, member in enumerate(value):
            yield from objects(member, path + (i,))


def place(path):
    return tuple("[]" if isinstance(part, int) else part for part in path)


def members(value, path=()):
    if isinstance(value, dict):
        for key, member in value.items():
            yield path + (key,)
            yield from members(member, path + (key,))
    elif isinstance(value, list):
        for member in value:
            yield from members(member, path + ("[]",))


def promised(schema, node, path=()):
    """Every member that the schema has"""
    while "$ref" in node:
        node = schema["$defs"][node["$ref"].rpartition("/")[2]]
    for part in node.get("anyOf", []) + node.get("allOf", []):
        if "$ref" in part:
            yield from promised(schema, part, path)
    for key, member in node.get("properties", {}).items():
        yield path + (key,)
        if isinstance(member, dict):
            yield from promised(schema, member, path + (key,))
    if "items" in node:
        yield from promised(schema, node["items"], path + ("[]",))


def unknown_is_refused(validator, value, seen):
    for path in objects(value):
        at = (value.get("command"), value.get("event"), place(path))
        if at in seen:
            continue
        seen.add(at)
        broken = copy.deepcopy(value)
        inner = broken
        for part in path:
            inner = inner[part]
        inner["unknown"] = 1
        if validator.is_valid(broken):
            return f"takes an unknown member of {'.'.join(map(str, path)) or 'the result'}"
    return None


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        schema = json.load(f)
    n = 1
    Validator.check_schema(schema)
    validator = Validator(schema)
    seen, had, bad = set(), set(), 0
    for name in sorted(os.listdir(sys.argv[2])):
        with open(os.path.join(sys.argv[2], name), encoding="utf-8") as f:
            what = f.readline().strip()
            text = f.read()
        try:
            value = json.loads(text)
            error = next(iter(validator.iter_errors(value)), None)
            if error:
                # the branch of this command says what is wrong, the others only that they differ
                inner = [e for e in error.context or [] if e.path and e.path[0] != "command"
                         or e.validator == "additionalProperties"] or [error]
                error = "; ".join(f"{'.'.join(map(str, e.path))}: {e.message[:300]}" for e in inner[:4])
            else:
                error = unknown_is_refused(validator, value, seen)
            had.update(members(value))
        except ValueError as no_json:
            error = str(no_json)
        if error:
            bad += 1
        print(f"{'not ok' if error else 'ok'} {n} - {what}")
        if error:
            print(f"# {error}")
        n += 1
    never = sorted(".".join(p) for p in set(promised(schema, schema)) - had)
    never = [member for member in never if member not in sys.argv[3:]]
    bad += bool(never)
    print(f"{'not ok' if never else 'ok'} {n} - each member of the schema was there in one of them")
    for member in never:
        print(f"# never: {member}")
    return 1 if bad else 0


sys.exit(main())
