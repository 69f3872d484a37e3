#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""A Photon node's Multicast DNS, in little; it shares no code with tsd.

  mdns_peer.py ask INTERFACE-ADDRESS [SOURCE-PORT]	asks until it is answered (3 s);
	prints the records of the first answer, one a line, and how it came
  mdns_peer.py be INTERFACE-ADDRESS ADDRESS PORT	answers as the original does:
	to who asked, id 0, all in the answer section; until it is killed
  mdns_peer.py shout INTERFACE-ADDRESS ADDRESS PORT	one answer to all, unasked
  mdns_peer.py hear INTERFACE-ADDRESS SECONDS SOURCE	counts the questions of one
  mdns_peer.py junk INTERFACE-ADDRESS COUNT	hostile packets
"""
import os
import select
import socket
import struct
import sys
import time

GROUP, PORT = "224.0.0.251", 5353
A, PTR, TXT, SRV = 1, 12, 16, 33


def group_socket(address, port=PORT):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("0.0.0.0", port))
    via = socket.inet_aton(address)
    if port == PORT:
        s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                     socket.inet_aton(GROUP) + via)
    s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, via)
    s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 255)
    s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)
    return s


def name(text):
    return b"".join(bytes([len(x)]) + x.encode() for x in text.split(".")) + b"\0"


def read_name(packet, at):
    labels, end = [], None
    while True:
        n = packet[at]
        if n >= 0xc0:
            end = end or at + 2
            at = (n & 0x3f) << 8 | packet[at + 1]
            continue
        at += 1
        if not n:
            return ".".join(labels), end or at
        labels.append(packet[at:at + n].decode())
        at += n


def read_data(packet, kind, at, n):
    if kind == PTR:
        return read_name(packet, at)[0]
    if kind == SRV:
        return "%d %s" % (struct.unpack_from(">H", packet, at + 4)[0],
                          read_name(packet, at + 6)[0])
    if kind == A:
        return socket.inet_ntoa(packet[at:at + n])
    strings, end = [], at + n
    while at < end:
        strings.append('"%s"' % packet[at + 1:at + 1 + packet[at]].decode())
        at += 1 + packet[at]
    return " ".join(strings)


def records(packet):
    ident, flags, questions, answers, authority, additional = struct.unpack_from(">6H", packet)
    at, found = 12, []
    for _ in range(questions):
        at = read_name(packet, at)[1] + 4
    for i in range(answers + authority + additional):
        owner, at = read_name(packet, at)
        kind, group, ttl, n = struct.unpack_from(">HHIH", packet, at)
        at += 10
        section = "answer" if i < answers else "other"
        found.append((section, owner, {A: "A", PTR: "PTR", TXT: "TXT", SRV: "SRV"}.get(kind, kind),
                      group, ttl, read_data(packet, kind, at, n)))
        at += n
    assert at == len(packet), "bytes behind the last record"
    return ident, flags, questions, found


def query(ident=0x4242):
    return struct.pack(">6H", ident, 0, 1, 0, 0, 0) + name("_photon.local") + struct.pack(">HH", PTR, 1)


def answer(address, place, port):
    def rr(owner, kind, data):
        return name(owner) + struct.pack(">HHIH", kind, 1, 120, len(data)) + data
    instance = address + "._photon.local"
    return struct.pack(">6H", 0, 0x8400, 0, 4, 0, 0) + \
        rr("_photon.local", PTR, name(instance)) + \
        rr(instance, SRV, struct.pack(">HHH", 10, 1, port) + name("phone")) + \
        rr("phone", A, socket.inet_aton(place)) + \
        rr(instance, TXT, bytes([len(address)]) + address.encode())


def ask(address, source="0"):
    s = group_socket(address, int(source))
    end = time.monotonic() + 3
    while time.monotonic() < end:
        s.sendto(query(), (GROUP, PORT))
        if not select.select([s], [], [], 1)[0]:
            continue
        packet, peer = s.recvfrom(9000)
        ident, flags, questions, found = records(packet)
        if not flags & 0x8000:
            continue
        print("from %s:%d id %#x flags %#x questions %d" % (*peer, ident, flags, questions))
        for r in found:
            print(*r)
        return
    sys.exit("nobody answered")


def be(address, who, port):
    s = group_socket(address)
    while True:
        packet, peer = s.recvfrom(9000)
        if not packet[2] & 0x80 and b"\7_photon\5local\0" in packet:
            s.sendto(answer(who, address, int(port)), peer)


def shout(address, who, port):
    group_socket(address).sendto(answer(who, address, int(port)), (GROUP, PORT))


def hear(address, seconds, source):
    s, n, end = group_socket(address), 0, time.monotonic() + float(seconds)
    while select.select([s], [], [], max(0, end - time.monotonic()))[0]:
        packet, peer = s.recvfrom(9000)
        n += peer[0] == source and not packet[2] & 0x80 and packet[12:] == query()[12:]
    print(n)


def junk(address, count):
    s = group_socket(address)
    whole = answer("0x" + "0" * 40, address, 1)
    for i in range(int(count)):
        cut = whole[:i % len(whole)]
        for packet in (cut, b"", os.urandom(40), whole[:6] + b"\xff\xff" * 3 + whole[12:],
                       whole[:12] + b"\xc0\x0c" + whole[14:]):
            s.sendto(packet, (GROUP, PORT))


globals()[sys.argv[1]](*sys.argv[2:])
