# SPDX-License-Identifier: GPL-2.0
# sniff.py BOX FILE: between wallet and box, at the client itself, where nothing that it hears
# is the box's fault.  Lets all pass but what is posted, which it keeps in FILE and answers 503.
import http.server, sys, urllib.request
class Sniffer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        answer = urllib.request.urlopen(sys.argv[1] + self.path)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(answer.read())
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        open(sys.argv[2], "wb").write(body)
        self.send_response(503)
        self.end_headers()
    def log_message(self, *a):
        pass
server = http.server.HTTPServer(("127.0.0.1", 2050), Sniffer)
print("ready", flush=True)
server.serve_forever()
