# SPDX-License-Identifier: GPL-2.0
# Names every metric that a Grafana dashboard asks for and that is not in the list of
# families on standard input, as openmetrics.py prints it; says nothing if all are there.
# Also what is there and on no panel, for what nobody looks at is no use.
import json
import re
import sys

families = {line.split()[0] for line in sys.stdin if len(line.split()) == 1}
with open(sys.argv[1], encoding="utf-8") as f:
    board = json.load(f)
queries = [t["expr"] for p in board["panels"] for t in p["targets"]]
queries += [v["definition"] for v in board["templating"]["list"] if "definition" in v]
asked = {re.sub(r"_(total|sum|count|info)$", "", name)
	 for q in queries for name in re.findall(r"(?:tokenswitch|process)_\w+", q)}
assert len({p["id"] for p in board["panels"]}) == len(board["panels"])
for name in sorted(asked - families):
    print("not there:", name)
for name in sorted(families - asked):
    print("not shown:", name)
