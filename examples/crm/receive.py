#!/usr/bin/env python3
"""A CRM that hears from Waypost what became of its people. Needs nothing but Python.

SECRET=whsec_... python3 receive.py [PORT]        `waypost secret --hook crm` shows the secret.
"""

import base64
import hashlib
import hmac
import http.server
import json
import os
import sys
import threading
import time


class Crm:
    """What a CRM would keep in its database."""

    def __init__(self):
        self.heard = set()
        self.attributes = {}
        self.opted_out = {}
        self.bounced = set()

    def hear(self, post_id, post):
        """Takes a post in; a repeat changes nothing."""
        if post_id in self.heard:
            return f"{post['type']}: heard before"
        self.heard.add(post_id)
        kind, at, data = post["type"], post["timestamp"], post["data"]
        contact = data["contact"]
        if kind in ("contact.opted_out", "contact.opted_in"):
            # A topic that was not heard of before becomes an attribute, with what people read about it as its label.
            self.attributes[data["topic"]] = data.get("about", data["topic"])
            known, _ = self.opted_out.get((contact, data["topic"]), ("", None))
            # Posts may overtake one another: the newest holds.
            if at > known:
                self.opted_out[contact, data["topic"]] = (at, kind == "contact.opted_out")
        if kind == "mail.bounced" and data["bounce"] == "hard":
            self.bounced.add(contact)
        details = [str(data[key]) for key in ("journey", "mail", "reason", "topic", "bounce", "link", "with") if key in data]
        return f"{kind}: {contact} {' '.join(details)}".rstrip()


def is_genuine(secret, headers, body):
    """Checks the signature (https://www.standardwebhooks.com), and that the post is not an old one."""
    at, post_id = headers.get("webhook-timestamp", ""), headers.get("webhook-id", "")
    if not at.isdigit() or abs(time.time() - int(at)) > 300:
        return False
    digest = hmac.new(secret, f"{post_id}.{at}.".encode() + body, hashlib.sha256).digest()
    expected = "v1," + base64.b64encode(digest).decode()
    signatures = headers.get("webhook-signature", "").split(" ")
    return any(hmac.compare_digest(expected, signature) for signature in signatures)


def serve(port, secret):
    """Listens until it is stopped."""
    crm, one_at_a_time = Crm(), threading.Lock()

    class Handler(http.server.BaseHTTPRequestHandler):
        """Answers 204 to what is taken, and 401 to what is not Waypost's."""

        def do_POST(self):
            body = self.rfile.read(min(int(self.headers["content-length"] or 0), 256 * 1024))
            genuine = is_genuine(secret, self.headers, body)
            if genuine:
                with one_at_a_time:
                    print(crm.hear(self.headers["webhook-id"], json.loads(body)), flush=True)
            self.send_response(204 if genuine else 401)
            self.end_headers()

        def log_message(self, *_):
            """Says nothing: what is heard is said above."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
    print(f"listening on port {server.server_address[1]}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    if not os.environ.get("SECRET", "").startswith("whsec_"):
        sys.exit("SECRET is not set: `waypost secret --hook crm` shows it")
    serve(int(sys.argv[1]) if len(sys.argv) > 1 else 8025, base64.b64decode(os.environ["SECRET"].removeprefix("whsec_")))
