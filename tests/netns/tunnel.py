#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""tunnel.py CLIENT ADDRESS PORT SERVER SECONDS: a tunnel of datagrams between two network
namespaces, both ends of it: what is asked as fast as it goes is answered five times as large.

What may be had at once is had before the measurement begins: until a second brings little
more.  Prints how much that was, and then the bytes of frames a second, in both directions,
as far as they arrived."""
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


def pump(duration):
    """Return: bytes of frames that arrived, up and down."""
    end, total = time.monotonic() + duration, 0
    while time.monotonic() < end:
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
    return total


at_once = 0
for i in range(20):
    some = pump(1)
    at_once += some
    if some < 10000:
        break
print(at_once, pump(float(seconds)) // int(float(seconds)))
