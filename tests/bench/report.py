#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""report.py DIRECTORY: what the benchmarks said, as bench.json and bench.txt.

Each DIRECTORY/NAME.out is what one benchmark printed.  Of its lines,

    row TAB what TAB unit TAB goal TAB sample sample ...
    fact TAB what TAB value

are figures and what they were measured with, the others are notes.  A sample is
one round's ratio or difference.  A goal is "-", or "<=", ">=" and a number that the
median is held against, or with "max" before it the worst sample.
"""
import json
import os
import platform
import re
import statistics
import sys

GOAL = re.compile(r"^(max)?(<=|>=)(-?[0-9.]+)$")


def first_line(path, prefix="", default="unknown"):
    """The rest of the first line of a file that begins with prefix."""
    try:
        with open(path) as f:
            for line in f:
                if line.startswith(prefix):
                    return line[len(prefix):].lstrip(" \t:").strip()
    except OSError:
        pass
    return default


def caches():
    """Of the first CPU, the largest last: how large a table may be and stay fast."""
    top = "/sys/devices/system/cpu/cpu0/cache"
    found = []
    for index in sorted(os.listdir(top)) if os.path.isdir(top) else []:
        kind, level, size = (first_line(os.path.join(top, index, f))
                             for f in ("type", "level", "size"))
        if kind in ("Data", "Unified"):
            found.append(f"L{level} {size}")
    return found


def machine():
    weak = "/sys/devices/system/cpu/vulnerabilities"
    names = sorted(os.listdir(weak)) if os.path.isdir(weak) else []
    return {
        "kernel": platform.release(),
        "machine": platform.machine(),
        "cpu": first_line("/proc/cpuinfo", "model name"),
        "cpus": os.cpu_count(),
        "caches": caches(),
        "bpf_jit": first_line("/proc/sys/net/core/bpf_jit_enable"),
        "mitigations": [n for n in names
                        if first_line(os.path.join(weak, n)).startswith("Mitigation")],
    }


def judge(goal, samples):
    """True, False, or None where no goal was set."""
    match = GOAL.match(goal)
    if not match:
        return None
    worst, relation, bound = match.groups()
    figure = statistics.median(samples)
    if worst:
        figure = max(samples) if relation == "<=" else min(samples)
    return figure <= float(bound) if relation == "<=" else figure >= float(bound)


def read_row(fields):
    what, unit, goal, text = fields
    samples = [float(s) for s in text.split()]
    row = {"what": what, "unit": unit, "goal": None if goal == "-" else goal,
           "rounds": len(samples)}
    if samples:
        row.update(median=round(statistics.median(samples), 4), min=min(samples),
                   max=max(samples), met=judge(goal, samples))
    return row


def read(path):
    bench = {"facts": {}, "rows": [], "notes": []}
    with open(path) as f:
        for line in f:
            fields = line.rstrip("\n").split("\t")
            if fields[0] == "row" and len(fields) == 5:
                bench["rows"].append(read_row(fields[1:]))
            elif fields[0] == "fact" and len(fields) == 3:
                bench["facts"][fields[1]] = fields[2]
            elif line.strip():
                bench["notes"].append(line.rstrip())
    return bench


def number(x):
    return f"{x:.0f}" if abs(x) >= 1000 or x == int(x) else f"{x:.3g}"


def table(report, out):
    m = report["machine"]
    print(f"kernel {m['kernel']}, {m['cpu']}, {m['cpus']} CPUs, "
          f"{', '.join(m['caches']) or 'caches unknown'}, "
          f"mitigations: {' '.join(m['mitigations']) or 'none'}", file=out)
    for name, bench in report["benchmarks"].items():
        print(f"\n== {name}", file=out)
        for key, value in bench["facts"].items():
            print(f"   {key}: {value}", file=out)
        for r in bench["rows"]:
            if not r["rounds"]:
                print(f"{r['what']:<58} no samples", file=out)
                continue
            met = {True: "met", False: "NOT MET", None: ""}[r["met"]]
            spread = f"({number(r['min'])}..{number(r['max'])}, {r['rounds']})"
            print(f"{r['what']:<58} {number(r['median']):>7} {r['unit']:<7} {spread:<24} "
                  f"{r['goal'] or '':<9} {met}".rstrip(), file=out)
        for note in bench["notes"]:
            print(f"   {note}", file=out)


def main():
    where = sys.argv[1]
    report = {"machine": machine(), "benchmarks": {}}
    for name in sorted(os.listdir(where)):
        if name.endswith(".out"):
            report["benchmarks"][name[:-4]] = read(os.path.join(where, name))
    with open(os.path.join(where, "bench.json"), "w") as f:
        json.dump(report, f, indent=1)
        f.write("\n")
    with open(os.path.join(where, "bench.txt"), "w") as f:
        table(report, f)


main()
