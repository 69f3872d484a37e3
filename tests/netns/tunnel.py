#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""tunnel.py CLIENT ADDRESS PORT SERVER SECONDS: a tunnel of datagrams between two network
namespaces, both ends of it: what is asked as fast as it goes is answered five times as large.

Prints the bytes of frames that arrived from the first datagram on, in both directions
together, and how many milliseconds they took."""
import ctypes
import os
import select
import socket
import sys
import time

HEADERS = 14 + 20 + 8
libc = ctypes.CDLL(None, use_errno=True)


def udp_in(namespace):
    """A socket stays in the namespace that it was made in."""
    fd = os.open("/run/netns/" + namespace, os.O_RDONLY)
    if libc.setns(fd, 0x40000000):
        raise OSError(ctypes.get_errno(), "setns")
    os.close(fd)
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.setblocking(False)
    return s


client_ns, address, port, server_ns, seconds = sys.argv[1:]
client, server = udp_in(client_ns), udp_in(server_ns)
server.bind((address, int(port)))
client.connect((address, int(port)))


start, total = time.monotonic(), 0
while time.monotonic() < start + float(seconds):
    try:
        client.send(b"q" * 200)
    except OSError:
        time.sleep(0.001)
    for s in select.select([client, server], [], [], 0)[0]:
        try:
            data, peer = s.recvfrom(4096)
        except OSError:
            continue
        total += len(data) + HEADERS
        if s is server:
            try:
                server.sendto(b"a" * 1000, peer)
            except OSError:
                pass
print(total, int((time.monotonic() - start) * 1000))
