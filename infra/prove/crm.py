"""A system on this machine that is told what happens, and takes it."""

import http.server
import threading

# As `told/hooks.yaml` has it.
PORT = 47123


class Crm:
    """Listens until the proof ends."""

    def __init__(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Taking)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()


class Taking(http.server.BaseHTTPRequestHandler):
    """Takes every post."""

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        """Says nothing."""
