#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Carry bytes by TCP, and know that they came.

carry.py              serve on port 5303
carry.py TO UP DOWN   send UP bytes there and get DOWN; exit status 1 unless all came
"""
import socket
import sys

PORT = 5303


def drain(conn):
    got = 0
    while data := conn.recv(65536):
        got += len(data)
    return got


def serve():
    listener = socket.create_server(("", PORT))
    while True:
        conn, _ = listener.accept()
        # Who goes away in the middle sees less than it asked for by itself.
        try:
            with conn:
                down = int.from_bytes(conn.recv(8, socket.MSG_WAITALL), "big")
                conn.sendall(drain(conn).to_bytes(8, "big") + bytes(down))
        except OSError as e:
            print(f"# carry: {e}", file=sys.stderr)


def carry(to, up, down):
    with socket.create_connection((to, PORT)) as conn:
        conn.sendall(down.to_bytes(8, "big") + bytes(up))
        conn.shutdown(socket.SHUT_WR)
        came = int.from_bytes(conn.recv(8, socket.MSG_WAITALL), "big")
        return came == up and drain(conn) == down


if len(sys.argv) == 1:
    serve()
sys.exit(not carry(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
