#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A strict reader of the graphs that `sevadm teardown --plan` draws.

    graph.py dot|mermaid FILE PLAN.json

Every line has to be one that the language has, every node is said before an edge names
it, no label holds what would end it; then nodes and edges are those of the plan.
"""
import html
import json
import re
import sys


class Bad(Exception):
    pass


def unescape_dot(text):
    out, i = "", 0
    while i < len(text):
        if text[i] == "\\":
            i += 1
            if text[i] not in 'n"\\':
                raise Bad(f"escape \\{text[i]}")
            out += "\n" if text[i] == "n" else text[i]
        else:
            out += text[i]
        i += 1
    return out


def unescape_mermaid(text):
    if re.search(r'["`&]', text) or re.search(r"<(?!br/>)", text):
        raise Bad(f"not escaped: {text}")
    if re.search(r"#(?!(quot|lt|gt|amp|35|96);)", text):
        raise Bad(f"no such entity: {text}")
    text = text.replace("<br/>", "\n")
    return html.unescape(re.sub(r"#(\d+);", r"&#\1;", re.sub(r"#([a-z]+);", r"&\1;", text)))


STRING = r'"((?:[^"\\]|\\.)*)"'
FORMS = {
    "dot": {
        "head": [r"digraph plan {", rf"\tlabel={STRING};", r"\tlabelloc=t;", r"\tnode \[shape=box\];"],
        "node": rf"\ts(\d+) \[label={STRING}\];",
        "between": None,
        "edge": rf"\ts(\d+) -> s(\d+) \[label={STRING}(, style=dashed)?\];",
        "end": r"}",
        "unescape": unescape_dot,
    },
    "mermaid": {
        "head": [r"flowchart TD", r'\tsubgraph plan\["([^"]*)"\]'],
        "node": r'\ts(\d+)\["([^"]*)"\]',
        "between": r"\tend",
        "edge": r'\ts(\d+) (-->|-\.->)\|"([^"]*)"\| s(\d+)',
        "end": None,
        "unescape": unescape_mermaid,
    },
}


def read(kind, lines):
    form = FORMS[kind]
    unescape = form["unescape"]
    title, nodes, edges = None, {}, []
    for want in form["head"]:
        found = re.fullmatch(want, lines.pop(0))
        if not found:
            raise Bad(f"no head: {want}")
        if found.groups():
            title = unescape(found[1])
    while lines and (found := re.fullmatch(form["node"], lines[0])):
        if found[1] in nodes:
            raise Bad(f"node {found[1]} twice")
        nodes[found[1]] = unescape(found[2])
        lines.pop(0)
    if form["between"] and not re.fullmatch(form["between"], lines.pop(0)):
        raise Bad("the frame is not closed")
    while lines and (found := re.fullmatch(form["edge"], lines[0])):
        if kind == "dot":
            after, step, label, dashed = found[1], found[2], found[3], bool(found[4])
        else:
            after, step, label, dashed = found[1], found[4], found[3], found[2] == "-.->"
        if after not in nodes or step not in nodes:
            raise Bad(f"edge of no node: {lines[0]}")
        edges.append((int(after), int(step), unescape(label), dashed))
        lines.pop(0)
    if form["end"] and not re.fullmatch(form["end"], lines.pop(0)):
        raise Bad("no end")
    if lines:
        raise Bad(f"what is this: {lines[0]}")
    return title, nodes, edges


def compare(nodes, edges, plan):
    if [int(i) for i in nodes] != [step["step"] for step in plan["plan"]]:
        raise Bad("other nodes than the plan has")
    for step in plan["plan"]:
        label = nodes[str(step["step"])]
        name, why = label.split("\n", 1)
        if not name.startswith(f"{step['step']}  {step['command']}"):
            raise Bad(f"node {step['step']} is called {name}")
        if why.replace("\n", " ") != step["why"]:
            raise Bad(f"node {step['step']}: {why}")
        if "guest" in step and f"guest {step['guest']} " not in name:
            raise Bad(f"node {step['step']} names no guest")
    want = []
    for edge in plan["plan_edges"]:
        told = "no status tells"
        if "told_by" in edge:
            told = f"{edge['told_by']}: {edge['status_name']} (0x{edge['status']:04x})"
        want.append((edge["after"], edge["step"], f"{told}\n{edge['why']}", "told_by" not in edge))
    got = []
    for after, step, label, dashed in edges:
        told, why = label.split("\n", 1)
        got.append((after, step, told + "\n" + why.replace("\n", " "), dashed))
    if got != want:
        raise Bad("other edges than the plan has")


def main():
    kind, file, plan = sys.argv[1:]
    with open(file, encoding="ascii") as f:
        text = f.read()
    if not text.endswith("\n"):
        raise Bad("the last line has no end")
    title, nodes, edges = read(kind, text[:-1].split("\n"))
    with open(plan, encoding="utf-8") as f:
        compare(nodes, edges, json.load(f))
    print(title)


try:
    main()
except (Bad, IndexError) as bad:
    print(f"graph.py: {bad}", file=sys.stderr)
    sys.exit(1)
