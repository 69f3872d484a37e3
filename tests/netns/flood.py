#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""flood.py ADDRESS SECONDS: as many datagrams as go, and fifty TCP connections a second
that are begun, for so long or until it is ended."""
import socket
import sys
import time

address, end = sys.argv[1], time.monotonic() + float(sys.argv[2])
family = socket.AF_INET6 if ":" in address else socket.AF_INET
udp = socket.socket(family, socket.SOCK_DGRAM)
udp.setblocking(False)
calls, due, datagram = [], 0, b"free lunch" * 120
while time.monotonic() < end:
    for i in range(64):
        try:
            udp.sendto(datagram, (address, 9999))
        except OSError:
            time.sleep(0.001)   # a full queue, or a refusal of the one before
    if time.monotonic() >= due:
        due = time.monotonic() + 0.02
        calls = calls[-49:] + [socket.socket(family, socket.SOCK_STREAM)]
        calls[-1].setblocking(False)
        calls[-1].connect_ex((address, 8000))
