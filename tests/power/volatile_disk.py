#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# A disk with a write cache that is lost when the power goes: an NBD server for
# one QEMU.
#
#	volatile_disk.py SOCKET IMAGE SEED
#
# What is written is held here until it is flushed.  Killing QEMU alone would
# lose nothing of that: the host's page cache outlives it.  When the connection
# breaks without a flush, each two sectors that were not flushed are on the disk or
# not, by the toss of a coin, as a real disk may have done in any order.  Two, for
# ext4 takes for granted that a block of its own, 1 kB here, is written whole: half of
# its superblock, or of its journal's, and no kernel mounts it any more.  Flash and
# disks of today write 4 kB whole.
import os
import random
import socket
import struct
import sys

SECTOR = 512
WHOLE = 2 * SECTOR
OPTION_MAGIC, REPLY_MAGIC = 0x49484156454F5054, 0x3E889045565A9
OPT_EXPORT_NAME, OPT_ABORT, OPT_INFO, OPT_GO = 1, 2, 6, 7
REP_ACK, REP_INFO, REP_UNSUPPORTED = 1, 3, 0x80000001
READ, WRITE, DISC, FLUSH, TRIM = 0, 1, 2, 3, 4
FLAG_FUA = 1
# Has flags, takes flushes, takes writes that are flushed at once.
EXPORT_FLAGS = 1 | 4 | 8
EINVAL = 22


class Gone(Exception):
    pass


def take(s, n):
    parts = []
    while n:
        part = s.recv(n)
        if not part:
            raise Gone
        parts.append(part)
        n -= len(part)
    return b"".join(parts)


def negotiate(s, size):
    s.sendall(b"NBDMAGIC" + struct.pack(">QH", OPTION_MAGIC, 1 | 2))
    no_zeroes = struct.unpack(">I", take(s, 4))[0] & 2
    while True:
        _, option, length = struct.unpack(">QII", take(s, 16))
        take(s, length)
        head = struct.pack(">QI", REPLY_MAGIC, option)
        if option == OPT_EXPORT_NAME:
            s.sendall(struct.pack(">QH", size, EXPORT_FLAGS))
            s.sendall(b"" if no_zeroes else bytes(124))
            return
        if option in (OPT_INFO, OPT_GO):
            s.sendall(head + struct.pack(">IIHQH", REP_INFO, 12, 0, size, EXPORT_FLAGS))
            s.sendall(head + struct.pack(">II", REP_ACK, 0))
            if option == OPT_GO:
                return
        elif option == OPT_ABORT:
            raise Gone
        else:
            s.sendall(head + struct.pack(">II", REP_UNSUPPORTED, 0))


class Disk:
    def __init__(self, path):
        self.fd = os.open(path, os.O_RDWR)
        self.size = os.fstat(self.fd).st_size
        self.cache = {}

    def read(self, at, n):
        data = bytearray(os.pread(self.fd, n, at))
        for i in range(0, n, SECTOR):
            held = self.cache.get(at + i)
            if held:
                data[i:i + SECTOR] = held
        return data

    def write(self, at, data):
        for i in range(0, len(data), SECTOR):
            self.cache[at + i] = data[i:i + SECTOR]

    def flush(self):
        for at, data in self.cache.items():
            os.pwrite(self.fd, data, at)
        self.cache.clear()

    def lose(self, coin):
        whole = {at // WHOLE: coin.random() < 0.5 for at in self.cache}
        kept = {at: data for at, data in self.cache.items() if whole[at // WHOLE]}
        counts = len(self.cache) - len(kept), len(kept)
        self.cache = kept
        self.flush()
        return counts


def serve(s, disk):
    while True:
        _, flags, kind, handle, at, n = struct.unpack(">IHHQQI", take(s, 28))
        err, answer = 0, b""
        if kind == DISC:
            raise Gone
        if kind in (READ, WRITE) and (at % SECTOR or n % SECTOR or at + n > disk.size):
            err = EINVAL
        if kind == WRITE:
            data = take(s, n)
            if not err:
                disk.write(at, data)
        elif kind == READ and not err:
            answer = disk.read(at, n)
        elif kind not in (READ, FLUSH, TRIM):
            err = EINVAL
        if kind == FLUSH or flags & FLAG_FUA:
            disk.flush()
        s.sendall(struct.pack(">IIQ", 0x67446698, err, handle) + answer)


def main():
    path, image, seed = sys.argv[1:]
    disk = Disk(image)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(1)
    s, _ = listener.accept()
    try:
        negotiate(s, disk.size)
        serve(s, disk)
    except (Gone, ConnectionError):
        pass
    print(*disk.lose(random.Random(int(seed))))


main()
