# SPDX-License-Identifier: GPL-2.0
"""Frames by hand for fast_stack.py, and what is to become of each.

A case is one kind of frame, sent from either side.  Addresses go by the names of Way, so
that a case reads the same for both directions.
"""
import ipaddress
import struct

TCP, UDP, GRE = 6, 17, 47
HOPOPTS, ROUTING, FRAGMENT, NOTHING, DSTOPTS = 0, 43, 44, 59, 60


class Way:
    """From one side of the router to the other: "up" from the client, "down" to it.

    Addresses: src, dst; near, other: the router's own on this side and on that;
    absent: of nobody there; second: of dst's host, too; back: its next hop is src; asker
    1 to 3: of src's host, each of them not used before;
    broadcast, own broadcast: of the net there and here; anycast: of the routers there;
    link: of nobody on this link."""

    def __init__(self, name, mac, router_mac, run):
        self.name, self.up, self.mac, self.router_mac = name, name == "up", mac, router_mac
        here, there = (1, 2) if self.up else (2, 1)
        self.addresses = {}
        for version, net in (4, "10.66.%d.%s"), (6, "fd66:%d::%s"):
            self.addresses[version] = {
                "src": net % (here, 2), "dst": net % (there, 2), "near": net % (here, 1),
                "other": net % (there, 1), "absent": net % (there, 70 + run),
                "second": net % (there, 3), "back": net % (10 - here, 9),
                "broadcast": net % (there, 255), "own broadcast": net % (here, 255),
                "anycast": net % (there, ""), "link": "fe80::%d" % (70 + run),
                **{"asker %d" % i: net % (here, 80 + 2 * i + run) for i in (1, 2, 3)},
            }

    def address(self, version, name):
        return ipaddress.ip_address(self.addresses[version].get(name, name)).packed

    def ethernet(self, version, mac):
        return (mac or self.router_mac) + self.mac + (b"\x08\x00" if version == 4 else b"\x86\xdd")


def checksum(data):
    total = sum(struct.unpack("!%dH" % ((len(data) + 1) // 2), data + b"\0" * (len(data) % 2)))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def udp(size, pseudo=b""):
    """pseudo: addresses of IPv6, where UDP has a checksum"""
    head, body = struct.pack("!HHH", 9, 9, 8 + size), b"x" * size
    check = checksum(pseudo + struct.pack("!II", 8 + size, UDP) + head + b"\0\0" + body)
    return head + struct.pack("!H", check if pseudo else 0) + body


def v4(src="src", dst="dst", mac=None, ttl=64, protocol=UDP, options=b"", fragment=0, tos=0,
       wanted=None, longer=0, cut=None, damage=0, size=100, trailer=b"", version=4, words=0):
    """wanted: such a checksum, by its identification; longer: than it is, by its total
    length; cut: to so many bytes of IP; damage: to the checksum; words: of the header, as
    it says"""
    def build(way):
        body = udp(size)
        head = struct.pack("!BBHHHBBH", version << 4 | (words or 5 + len(options) // 4), tos,
                           20 + len(options) + len(body) + longer, 0, fragment, ttl,
                           protocol, 0)
        head += way.address(4, src) + way.address(4, dst) + options
        if wanted is not None:
            ident = (checksum(head) - wanted) % 0xffff
            head = head[:4] + struct.pack("!H", ident) + head[6:]
        head = head[:10] + struct.pack("!H", checksum(head) ^ damage) + head[12:]
        return way.ethernet(4, mac) + (head + body)[:cut] + trailer
    return build


def v6(src="src", dst="dst", mac=None, hops=64, protocol=UDP, extension=b"", label=0,
       longer=0, cut=None, size=100, trailer=b"", version=6):
    """extension: without its first byte, which says that UDP follows; protocol: of it"""
    def build(way):
        addresses = way.address(6, src) + way.address(6, dst)
        body = (bytes([UDP]) + extension if extension else b"") + udp(size, addresses)
        head = struct.pack("!IHBB", version << 28 | label, len(body) + longer, protocol, hops)
        head += addresses
        return way.ethernet(6, mac) + (head + body)[:cut] + trailer
    return build


class Case:
    """What is to become of one frame.

    leaves: lengths of what arrives at the other side, [] for nothing; None: as it came
    answer: type and code of what ICMP says to the sender, redirects aside
    fast: it is not for the stack; None: whoever comes first
    asked: the stack looks for the neighbour
    returns: it leaves by where it came from
    group: nobody is charged
    refused: the meter does not let it in"""

    def __init__(self, name, build, leaves=None, answer=None, fast=False, ways=("up", "down"),
                 asked=False, returns=False, group=False, refused=False):
        self.name, self.build, self.leaves, self.answer = name, build, leaves, answer
        self.fast, self.ways, self.asked, self.returns = fast, ways, asked, returns
        self.group, self.refused = group, refused


def dies(name, build, answer=None, **more):
    return Case(name, build, [], answer, **more)


UP = ("up",)
# Of the device that it leaves by; without the header of IPv4 it is a multiple of 8.
MTU = 1300
TO_GROUP4, TO_GROUP6, TO_ALL = b"\1\0\x5e\0\0\xfb", b"\x33\x33\0\0\0\xfb", b"\xff" * 6
OF_ANOTHER = b"\2\0\0\0\0\x77"
PAD = b"\0\1\4\0\0\0\0"

IPV4 = [
    Case("plain", v4(), fast=True),
    Case("of a class of service", v4(tos=0xb8), fast=True),
    Case("a checksum that wraps", v4(wanted=0xfeff), fast=True),
    Case("not to be fragmented", v4(fragment=0x4000), fast=True),
    Case("TCP", v4(protocol=TCP), fast=True),
    dies("TTL 1", v4(ttl=1), (11, 0)),
    dies("TTL 0", v4(ttl=0), (11, 0)),
    Case("options", v4(options=b"\1\1\1\1")),
    dies("a source route", v4(options=b"\x83\7\4\x0a\x42\2\2\0")),
    Case("a first fragment", v4(fragment=0x2000)),
    Case("a later fragment", v4(fragment=5)),
    Case("the reserved flag", v4(fragment=0x8000)),
    Case("neither TCP nor UDP", v4(protocol=GRE)),
    dies("a wrong header checksum", v4(damage=1)),
    Case("a trailer", v4(trailer=b"\0" * 18), [142]),
    dies("shorter than it says", v4(longer=1)),
    dies("a length less than its header's", v4(longer=-109)),
    Case("ports cut off", v4(longer=-106, cut=22)),
    Case("nothing behind its header", v4(longer=-108, cut=20)),
    dies("a header cut off", v4(cut=16), refused=True),
    dies("a header of four words", v4(words=4), refused=True),
    dies("a header of more than all", v4(words=15, size=8)),
    dies("of another version", v4(version=6), refused=True),
    dies("from 0.0.0.0", v4(src="0.0.0.0")),
    Case("from 0.1.2.3", v4(src="0.1.2.3")),
    dies("from 127.0.0.1", v4(src="127.0.0.1")),
    dies("from 127.9.9.9", v4(src="127.9.9.9")),
    dies("from 224.0.0.1", v4(src="224.0.0.1")),
    dies("from 255.255.255.255", v4(src="255.255.255.255")),
    Case("from 240.0.0.1", v4(src="240.0.0.1")),
    dies("from the box", v4(src="near")),
    dies("from the box's other side", v4(src="other")),
    dies("to 0.0.0.0", v4(dst="0.0.0.0")),
    Case("to 0.1.2.3", v4(dst="0.1.2.3"), ways=UP),
    dies("to 127.1.2.3", v4(dst="127.1.2.3")),
    dies("to 224.0.0.251 at the router's MAC", v4(dst="224.0.0.251")),
    dies("to 239.1.2.3 at the router's MAC", v4(dst="239.1.2.3")),
    dies("to 255.255.255.255 at the router's MAC", v4(dst="255.255.255.255")),
    dies("to the broadcast address there", v4(dst="broadcast")),
    dies("to the broadcast address here", v4(dst="own broadcast")),
    Case("to 240.1.2.3", v4(dst="240.1.2.3"), ways=UP),
    dies("to the box", v4(dst="near"), (3, 3)),
    dies("to the box's other side", v4(dst="other"), (3, 3)),
    dies("to all stations", v4(mac=TO_ALL), group=True),
    dies("to a group's MAC", v4(mac=TO_GROUP4), group=True),
    dies("to another station's MAC", v4(mac=OF_ANOTHER)),
    dies("to 224.0.0.251 at its MAC", v4(dst="224.0.0.251", mac=TO_GROUP4), group=True),
    dies("to 255.255.255.255 at its MAC", v4(dst="255.255.255.255", mac=TO_ALL), group=True),
    dies("the broadcast address there, to all stations", v4(dst="broadcast", mac=TO_ALL),
         group=True),
    Case("as much as the MTU", v4(size=MTU - 28), fast=True),
    dies("a byte more than the MTU, not to be fragmented", v4(fragment=0x4000, size=MTU - 27),
         (3, 4)),
    Case("a byte more than the MTU", v4(size=MTU - 27), [14 + MTU, 14 + 20 + 1]),
    dies("blackhole", v4(dst="10.9.1.1")),
    # To one sender the stack says so five times, and then each second.
    dies("unreachable", v4(src="asker 1", dst="10.9.2.1"), (3, 1)),
    dies("prohibit", v4(src="asker 2", dst="10.9.3.1"), (3, 13)),
    dies("no route", v4(src="asker 3", dst="10.9.4.1"), (3, 0)),
    dies("nobody there", v4(dst="absent"), asked=True),
    Case("a neighbour to be asked for", v4(dst="second"), fast=None, asked=True),
    dies("back where it came from", v4(dst="back"), returns=True),
]

IPV6 = [
    Case("plain", v6(), fast=True),
    Case("TCP", v6(protocol=TCP), fast=True),
    Case("a flow label and a class", v6(label=0x0b812345), fast=True),
    dies("hop limit 1", v6(hops=1), (3, 0)),
    dies("hop limit 0", v6(hops=0), (3, 0)),
    Case("hop-by-hop", v6(protocol=HOPOPTS, extension=PAD)),
    dies("hop-by-hop that must be known", v6(protocol=HOPOPTS, extension=b"\0\xbe\4\0\0\0\0"),
         (4, 2)),
    Case("a routing header", v6(protocol=ROUTING, extension=b"\0\4\0\0\0\0\0")),
    Case("destination options", v6(protocol=DSTOPTS, extension=PAD)),
    Case("a first fragment", v6(protocol=FRAGMENT, extension=b"\0\0\1\0\0\0\1")),
    Case("a later fragment", v6(protocol=FRAGMENT, extension=b"\0\0\x28\0\0\0\1")),
    Case("an atomic fragment", v6(protocol=FRAGMENT, extension=b"\0\0\0\0\0\0\1")),
    Case("neither TCP nor UDP", v6(protocol=GRE)),
    Case("no next header", v6(protocol=NOTHING)),
    Case("a trailer", v6(trailer=b"\0" * 6), [162]),
    dies("shorter than it says", v6(longer=1)),
    Case("ports cut off", v6(longer=-106, cut=42)),
    Case("nothing behind its header", v6(longer=-108, cut=40)),
    Case("a length of nothing", v6(longer=-108), [54]),
    dies("a header cut off", v6(cut=36), refused=True),
    dies("of another version", v6(version=4), refused=True),
    dies("from ::", v6(src="::")),
    dies("from ::1", v6(src="::1")),
    dies("from ff02::1", v6(src="ff02::1")),
    dies("from ff0e::1", v6(src="ff0e::1")),
    dies("from a link-local address", v6(src="link")),
    Case("from an IPv4-mapped address", v6(src="::ffff:10.66.1.2")),
    Case("from the box", v6(src="near")),
    Case("from the box's other side", v6(src="other")),
    Case("to ::", v6(dst="::"), ways=UP),
    dies("to ::1", v6(dst="::1")),
    dies("to a link-local address", v6(dst="link")),
    dies("to ff02::fb at the router's MAC", v6(dst="ff02::fb")),
    dies("to ff0e::fb at the router's MAC", v6(dst="ff0e::fb")),
    Case("to an IPv4-mapped address", v6(dst="::ffff:10.66.2.2"), ways=UP),
    Case("to 64:ff9b::1", v6(dst="64:ff9b::1"), ways=UP),
    dies("to the box", v6(dst="near"), (1, 4)),
    dies("to the box's other side", v6(dst="other"), (1, 4)),
    dies("to the routers there", v6(dst="anycast"), (1, 4)),
    dies("to all stations", v6(mac=TO_ALL), group=True),
    dies("to a group's MAC", v6(mac=TO_GROUP6), group=True),
    dies("to another station's MAC", v6(mac=OF_ANOTHER)),
    dies("to ff02::fb at its MAC", v6(dst="ff02::fb", mac=TO_GROUP6), group=True),
    dies("to ff0e::fb at its MAC", v6(dst="ff0e::fb", mac=TO_GROUP6), group=True),
    Case("as much as the MTU", v6(size=MTU - 48), fast=True),
    dies("a byte more than the MTU", v6(size=MTU - 47), (2, 0)),
    dies("blackhole", v6(dst="fd09:1::1")),
    dies("unreachable", v6(dst="fd09:2::1"), (1, 0)),
    dies("prohibit", v6(dst="fd09:3::1"), (1, 1)),
    dies("nobody there", v6(dst="absent"), asked=True),
    Case("a neighbour to be asked for", v6(dst="second"), fast=None, asked=True),
    dies("back where it came from", v6(dst="back"), returns=True),
]
