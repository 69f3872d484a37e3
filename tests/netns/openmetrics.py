# SPDX-License-Identifier: GPL-2.0
# Reads /metrics from standard input with the parser of the Prometheus client library, and
# prints "FAMILY" or "SAMPLE LABELS VALUE" a line; fails on what is not OpenMetrics 1.0.
# No label may say who somebody is.
import re
import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families

LABELS = {"service", "direction", "token", "state", "port", "reason", "check", "version",
	  "kind"}
WHO = re.compile(r"0x[0-9a-f]{8}|([0-9a-f]{2}:){5}|[0-9A-HJKMNP-TV-Z]{16}", re.I)

for family in text_string_to_metric_families(sys.stdin.read()):
    print(family.name)
    assert family.documentation, family.name
    assert not family.unit or family.name.endswith("_" + family.unit), family.name
    for s in family.samples:
        assert set(s.labels) <= LABELS, s
        assert not any(WHO.search(v) for v in s.labels.values()), s
        print(s.name, ",".join(f"{k}={v}" for k, v in sorted(s.labels.items())) or "-", s.value)
