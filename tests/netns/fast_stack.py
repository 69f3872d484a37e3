#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""fast_stack.py stack|fast up|down FILE ACCOUNT CLIENT ROUTER SERVER: frames by hand, both ways.

CLIENT, ROUTER and SERVER are namespaces.  "stack" keeps in FILE what the kernel alone does
with each frame of fast_frames.py; "fast" says of each what became of it and what was to,
NAME TAB GOT TAB WANT, and GOT says so where it is not, to the byte, what the stack did.

What the router's stack is handed is seen by a socket at its device: XDP comes before it.
Each frame is sent so often that one of them would be redirected if it could be: in each
second the first for a destination is not.  A ping the same way, which is never fast, says
when all that was sent before is through.
"""
import ctypes
import json
import os
import select
import socket
import struct
import subprocess
import sys
import time

from fast_frames import IPV4, IPV6, Way, checksum

SOL_PACKET, PACKET_IGNORE_OUTGOING, SO_RCVBUFFORCE = 263, 23, 33
PATIENCE = 10 * int(os.environ.get("PATIENCE", "1"))
COPIES = 6
PRICE_UP, PRICE_DOWN = 3, 2

mode, way_name, path, account, client, router, server = sys.argv[1:]


def enter(namespace):
    with open("/run/netns/" + namespace, encoding="ascii") as f:
        if ctypes.CDLL(None, use_errno=True).setns(f.fileno(), 0x40000000):
            raise OSError(ctypes.get_errno(), "setns")


def listen(namespace, device):
    enter(namespace)
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    s.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
    s.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20)
    s.bind((device, 0x0003))
    s.setblocking(False)
    return s


c0, p0 = listen(client, "c0"), listen(router, "p0")
s0, u0 = listen(server, "s0"), listen(router, "u0")
enter(router)


def charged():
    said = subprocess.run(["tsctl", "-d", "bpf", "-j", "account", "show", account],
                          check=True, stdout=subprocess.PIPE).stdout
    return int(json.loads(said)["charged_units"])


def mac(s):
    return s.getsockname()[4]


def ping(way, version, ident):
    """An echo request from src to dst, by hand."""
    echo = struct.pack("!BBHHH", 8 if version == 4 else 128, 0, 0, ident, 1) + b"p" * 32
    src, dst = way.address(version, "src"), way.address(version, "dst")
    if version == 4:
        head = struct.pack("!BBHHHBBH", 0x45, 0, 60, 1, 0, 64, 1, 0) + src + dst
        head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
        check = checksum(echo)
    else:
        head = struct.pack("!IHBB", 6 << 28, len(echo), 58, 64) + src + dst
        check = checksum(src + dst + struct.pack("!II", len(echo), 58) + echo)
    return way.ethernet(version, None) + head + echo[:2] + struct.pack("!H", check) + echo[4:]


def icmp(frame):
    """Type, code, and what is behind its checksum; None: it is not ICMP."""
    if frame[12:14] == b"\x08\x00" and frame[23] == 1:
        at = 14 + (frame[14] & 15) * 4
    elif frame[12:14] == b"\x86\xdd" and frame[20] == 58:
        at = 54
    else:
        return None
    return frame[at], frame[at + 1], frame[at + 4:]


def is_asked(frame, target):
    """Does it ask for that neighbour, by ARP or ND?"""
    m = icmp(frame)
    return (frame[12:14] == b"\x08\x06" and frame[38:42] == target or
            bool(m) and m[0] == 135 and m[2][4:20] == target)


class Sent:
    """One case, sent one way, and what was seen of it."""

    def __init__(self, number, way, version, case):
        self.near, self.into, self.far = (c0, p0, s0) if way.up else (s0, u0, c0)
        self.way, self.version, self.case, self.number = way, version, case, number
        self.seen = {s: [] for s in (c0, p0, s0, u0)}
        self.frame = case.build(way)
        self.lengths = [len(self.frame)] if case.leaves is None else case.leaves
        at = slice(26, 34) if version == 4 else slice(22, 54)
        self.addresses = self.frame[at]
        self.target = self.addresses[len(self.addresses) // 2:]
        self.ours = lambda f: f[12:14] == self.frame[12:14] and f[at] == self.addresses
        self.send()

    def send(self):
        for s in self.seen:
            self.drain(s)
            self.seen[s].clear()
        before = charged()
        for _ in range(COPIES):
            self.near.send(self.frame)
        self.wait(lambda: len(self.arrived(self.far)) >= COPIES * len(self.lengths))
        self.near.send(ping(self.way, self.version, self.number))
        if not self.wait(self.is_through):
            raise SystemExit("fast_stack.py: no answer to the ping after " + self.name())
        for s in self.seen:
            self.drain(s)
        whole = len(ping(self.way, self.version, 0))
        self.cost = charged() - before - whole * (PRICE_UP + PRICE_DOWN)
        self.cost -= PRICE_DOWN * self.redirects()

    def name(self):
        return "%s, IPv%d: %s" % (self.way.name, self.version, self.case.name)

    def drain(self, s):
        try:
            while True:
                self.seen[s].append(s.recv(65536))
        except BlockingIOError:
            pass

    def wait(self, done):
        end = time.monotonic() + PATIENCE
        while not done():
            left = end - time.monotonic()
            if left < 0:
                return False
            for s in select.select(list(self.seen), [], [], left)[0]:
                self.drain(s)
        return True

    def is_through(self):
        reply, ident = (0 if self.version == 4 else 129, 0), struct.pack("!HH", self.number, 1)
        said = [icmp(f) for f in self.seen[self.near]]
        return any(m and m[:2] == reply and m[2][:4] == ident for m in said)

    def arrived(self, s):
        return [f for f in self.seen[s] if self.ours(f) and not icmp(f)]

    def answers(self):
        """What ICMP says of our frames to who sent them.

        Redirects aside, of which the stack sends few."""
        said = [icmp(f) for f in self.seen[self.near] if self.addresses in f[34:]]
        return [m for m in said if m and m[0] not in (5, 137)]

    def quoted(self, message):
        """Without the checksum and source of an IPv4 header: of an asker, each has its own."""
        return message if self.version == 6 else message[:14] + message[20:]

    def redirects(self):
        """Bytes of those of IPv4 that the client was charged for: errors are free, and ND."""
        return sum(len(f) for f in self.seen[c0] if f[23:24] == b"\1" and f[34:35] == b"\5")

    def asked(self):
        return any(is_asked(f, self.target) for s in (c0, s0) for f in self.seen[s])

    def to_keep(self):
        """As JSON has it: what the stack does with it."""
        return {
            "arrive": [f.hex() for f in self.arrived(self.far)],
            "return": [f.hex() for f in self.arrived(self.near)],
            "answers": sorted({self.quoted(m[2]).hex() for m in self.answers()}),
            "asked": self.asked(),
            "cost": self.cost,
        }

    def got(self):
        case, arrived = self.case, self.arrived(self.far)
        handed = self.seen[self.into].count(self.frame)
        codes = sorted({m[:2] for m in self.answers()})
        return tell("some" if case.fast and handed < COPIES or case.fast is None else handed,
                    [len(f) for f in arrived], codes, len(self.arrived(self.near)),
                    self.asked(), self.cost)

    def want(self):
        case, lengths = self.case, self.lengths * COPIES
        back = COPIES if case.returns else 0
        if not self.way.up:
            cost = PRICE_DOWN * sum(lengths)
        elif case.refused or case.group:
            cost = 0
        else:
            cost = (PRICE_UP * COPIES + PRICE_DOWN * back) * len(self.frame)
        handed = 0 if case.refused and self.way.up else COPIES if case.fast is False else "some"
        return tell(handed, lengths, [case.answer] if case.answer else [], back, case.asked, cost)


def tell(handed, lengths, answers, back, asked, cost):
    said = "%s by the stack, %d arrive" % (handed, len(lengths))
    if lengths:
        said += " of " + "+".join(str(n) for n in sorted(set(lengths)))
    said += "".join(", ICMP says %d/%d" % a for a in answers)
    said += ", %d come back" % back if back else ""
    return said + (", asked for" if asked else "") + ", costs %d" % cost


def main():
    near, router_end = (c0, p0) if way_name == "up" else (s0, u0)
    way = Way(way_name, mac(near), mac(router_end), mode == "fast")
    kept = {}
    if mode == "fast":
        with open(path, encoding="ascii") as f:
            kept = json.load(f)
    cases = [(4, c) for c in IPV4] + [(6, c) for c in IPV6]
    for number, (version, case) in enumerate(cases, 1):
        if way.name not in case.ways:
            continue
        sent = Sent(number, way, version, case)
        now, name = sent.to_keep(), sent.name()
        if mode == "stack":
            kept[name] = now
            continue
        got = sent.got()
        for what, before in kept[name].items():
            if before != now[what]:
                got += ", %s unlike the stack: %s, not %s" % (what, now[what], before)
        print(name, got, sent.want(), sep="\t")
    if mode == "stack":
        with open(path, "w", encoding="ascii") as f:
            json.dump(kept, f)


main()
