# SPDX-License-Identifier: GPL-2.0
# upstream.py LOG: the internet: a page, a probe, a big file that comes slowly, as
# /big/BYTES/BYTES-PER-SECOND.  Lines of LOG for each request: its path, and at its end the
# bytes of the answer that were handed to TCP.
import http.server
import socketserver
import sys
import time

PIECE_BYTES = 60000


class Upstream(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, kind, length):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(length))
        self.send_header("Cache-Control", "no-store")
        if kind == "application/octet-stream":
            self.send_header("Content-Disposition", "attachment; filename=big")
        self.end_headers()

    def big(self, left, rate_bytes_s):
        self.answer(200, "application/octet-stream", left)
        begun, sent = time.monotonic(), 0
        while left:
            piece = min(left, PIECE_BYTES)
            # Each piece says where it is, so that none can be lost or come twice.
            self.wfile.write(sent.to_bytes(8, "big").ljust(piece, b"."))
            sent, left = sent + piece, left - piece
            time.sleep(max(0, begun + sent / rate_bytes_s - time.monotonic()))
        return sent

    def do_GET(self):
        path, sent = self.path, 0
        with open(sys.argv[1], "a") as log:
            print("begin", path, file=log)
        if path.startswith("/big/"):
            sent = self.big(*map(int, path[5:].split("/")))
        elif path == "/generate_204":
            self.answer(204, "text/plain", 0)
        else:
            page = b"<!doctype html><title>Shop</title><h1>The page that was wanted</h1><a href=/big/30000000/6000000>big</a>"
            self.answer(200, "text/html", len(page))
            self.wfile.write(page)
            sent = len(page)
        with open(sys.argv[1], "a") as log:
            print("end", path, sent, file=log)

    def log_message(self, *args):
        pass


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True


Server(("10.66.2.2", 80), Upstream).serve_forever()
