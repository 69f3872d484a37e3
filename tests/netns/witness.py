#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""witness.py DEVICE SOURCE: count the IPv4 frames that come in at a device from an address.

For places where nothing is to arrive, under any load: what the namespace sends itself is
not looked at.  A TCP reset without data is not counted, for the box refuses in the name of
whoever was called.  Prints "ready", and when it is ended the bytes, and how many frames the
kernel could not hand over: not 0 makes the count worthless."""
import signal
import socket
import struct
import sys

SOL_PACKET, PACKET_STATISTICS, PACKET_IGNORE_OUTGOING = 263, 6, 23
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
s.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
s.setsockopt(socket.SOL_SOCKET, 33, 64 << 20)   # SO_RCVBUFFORCE
s.bind((sys.argv[1], 0x0003))
source, total, running = socket.inet_aton(sys.argv[2]), 0, True


def stop(*args):
    global running
    running = False


def counts(frame):
    if frame[12:14] != b"\x08\x00" or frame[26:30] != source:
        return False
    tcp = 14 + (frame[14] & 15) * 4
    size = int.from_bytes(frame[16:18], "big") - (tcp - 14)
    if frame[23] == 6 and len(frame) > tcp + 13 and frame[tcp + 13] & 4:
        return size > (frame[tcp + 12] >> 4) * 4
    return True


signal.signal(signal.SIGTERM, stop)
s.settimeout(0.1)
print("ready", flush=True)
while running:
    try:
        frame = s.recv(65536)
    except socket.timeout:
        continue
    if counts(frame):
        total += len(frame)
print(total, struct.unpack("II", s.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))[1])
