#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""guard.py [record [RUNS]]: measured figures against recorded.txt, as TAP; or record.

A measurement prints rows as the benchmarks do (tests/bench/report.py); a figure is
the median of its row.  recorded.txt has a line for each figure:

    what TAB unit TAB recorded TAB margin TAB least TAB greatest TAB runs

The margin is in percent: with + the figure may be so much higher, with - so much
lower.  The sign says which way is worse; better is never an error.  Recording keeps
the margins and all lines that begin with "#" but the one with what it was recorded on.
"""
import os
import platform
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
RECORDED = os.path.join(HERE, "recorded.txt")
O = os.environ["O"]
MACHINE = "# Recorded on "
# A machine that does something else at the same time only ever makes a figure worse.
TRIES = 3
RUNS = 20
# A new figure's margin: so many times what it was seen to vary, and some percent.
TIMES, LEAST_PERCENT = 3, 10


def forward():
    return (["../bench/forward.sh", "100"],
            {"FORWARD_WAYS": "noop-tc tc noop-xdp xdp", "FORWARD_SIZES": "64",
             "FORWARD_DOWN_SIZES": "",
             "FORWARD_ROUNDS": "7", "FORWARD_MS": "60"})


# Name, what makes its command and environment, and of which rows; None: of all.
MEASUREMENTS = [
    ("meter", lambda: ([f"{O}/test/meter_bench", "guard"], {}), None),
    ("pay", lambda: ([f"{O}/test/pay_guard", "."], {}), None),
    ("billing", lambda: ([f"{O}/test/billing_bench", "1000"], {}),
     ["memory of the daemon's billing, a session"]),
    ("forward", forward, ["64 bytes, 100 clients: tc / noop-tc",
                          "64 bytes, 100 clients: xdp / noop-xdp"]),
]


def measure(make, wanted):
    """Return: {what: (unit, figure)}, and why there is none."""
    command, more = make()
    command[0] = os.path.normpath(os.path.join(HERE, command[0]))
    figures = {}
    os.makedirs(f"{O}/guard", exist_ok=True)
    with tempfile.TemporaryDirectory(dir=f"{O}/guard") as where:
        ran = subprocess.run(command, env={**os.environ, **more}, cwd=where, text=True,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    for line in ran.stdout.splitlines():
        fields = line.split("\t")
        if fields[0] == "row" and len(fields) == 5 and fields[4].split() and \
           (wanted is None or fields[1] in wanted):
            figures[fields[1]] = (fields[2], statistics.median(map(float, fields[4].split())))
    if ran.returncode or not figures:
        return {}, f"{command[0]} ended with {ran.returncode}: {ran.stderr.strip()[-300:]}"
    return figures, None


def read_recorded():
    """Return: [comment lines], {what: [recorded, margin]} with numbers."""
    comments, recorded = [], {}
    if os.path.exists(RECORDED):
        with open(RECORDED) as f:
            for line in f:
                fields = line.rstrip("\n").split("\t")
                if line.startswith("#") or not line.strip():
                    comments.append(line)
                elif len(fields) == 7:
                    recorded[fields[0]] = (float(fields[2]), float(fields[3]))
                else:
                    sys.exit(f"guard: {RECORDED}: not a line of seven fields: {line}")
    return comments, recorded


def limit(recorded, margin):
    return recorded * (1 + margin / 100)


def is_worse(figure, recorded, margin):
    bound = limit(recorded, margin)
    return figure > bound if margin >= 0 else figure < bound


def better(margin, a, b):
    return min(a, b) if margin >= 0 else max(a, b)


def measure_again(make, wanted, recorded):
    """The best of up to TRIES measurements, while there is a figure that is too bad."""
    best, why = {}, None
    for _ in range(TRIES):
        figures, why = measure(make, wanted)
        for what, (unit, figure) in figures.items():
            margin = recorded.get(what, (0, 0))[1]
            best[what] = (unit, better(margin, figure, best[what][1]) if what in best
                          else figure)
        if not why and not any(what in recorded and is_worse(figure, *recorded[what])
                               for what, (_, figure) in best.items()):
            break
    return best, why


def compare():
    """Return: 0 when no figure is worse than its margin allows."""
    _, recorded = read_recorded()
    tests = []
    left = dict(recorded)

    def say(good, name, *notes):
        tests.append(good)
        print(f"{'ok' if good else 'not ok'} {len(tests)} - {name}")
        for note in notes:
            print(f"# {note}", flush=True)

    for name, make, wanted in MEASUREMENTS:
        figures, why = measure_again(make, wanted, recorded)
        if why:
            say(False, f"{name}: measured", why)
        for what, (unit, figure) in figures.items():
            left.pop(what, None)
            if what not in recorded:
                say(False, what, f"measured {figure:.6g} {unit}, and not recorded: "
                    "make bench-record")
                continue
            was, margin = recorded[what]
            note = (f"measured {figure:.6g} {unit}; recorded {was:g}, margin {margin:+g} %, "
                    f"so {'at most' if margin >= 0 else 'at least'} {limit(was, margin):.6g}")
            if is_worse(figure, was, margin):
                say(False, what, note, f"the best of {TRIES} tries. If that is the price of "
                    "something wanted, record anew: make bench-record")
            else:
                say(True, what, note)
    for what in left:
        say(False, what, "recorded, and not measured any more: make bench-record")
    print(f"1..{len(tests)}")
    return 0 if all(tests) else 1


def machine():
    cpu = "unknown"
    with open("/proc/cpuinfo") as f:
        for line in f:
            if line.startswith("model name"):
                cpu = line.split(":", 1)[1].strip()
                break
    clang = subprocess.run([os.environ.get("CLANG", "clang"), "--version"], text=True,
                           stdout=subprocess.PIPE, check=False).stdout.split("\n")[0]
    return f"{MACHINE}Linux {platform.release()}, {cpu}, {os.cpu_count()} CPUs, {clang}\n"


def line_of(what, unit, samples, margin):
    """A line of recorded.txt."""
    median = statistics.median(samples)
    spread = 100 * (max(samples) - min(samples)) / median
    if margin is None:
        margin = max(LEAST_PERCENT, round(TIMES * spread))
    elif spread > abs(margin):
        print(f"guard: {what}: varied by {spread:.0f} %, its margin is {margin:+g} %; a "
              "machine at rest, or a wider margin", file=sys.stderr)
    return (f"{what}\t{unit}\t{median:.6g}\t{margin:+g}\t{min(samples):.6g}\t"
            f"{max(samples):.6g}\t{len(samples)}\n")


def record(runs):
    """Writes recorded.txt; the old one stays when something cannot be measured."""
    comments, recorded = read_recorded()
    samples, units = {}, {}
    for run in range(runs):
        for name, make, wanted in MEASUREMENTS:
            figures, why = measure(make, wanted)
            if why:
                sys.exit(f"guard: {name}: {why}")
            for what, (unit, figure) in figures.items():
                samples.setdefault(what, []).append(figure)
                units[what] = unit
        print(f"guard: run {run + 1} of {runs}", file=sys.stderr)
    with open(RECORDED + ".new", "w") as f:
        f.writelines(c for c in comments if not c.startswith(MACHINE))
        f.write(machine())
        for what, seen in samples.items():
            f.write(line_of(what, units[what], seen, recorded.get(what, (0, None))[1]))
    os.replace(RECORDED + ".new", RECORDED)


if len(sys.argv) > 1 and sys.argv[1] == "record":
    record(int(sys.argv[2]) if len(sys.argv) > 2 else RUNS)
else:
    sys.exit(compare())
