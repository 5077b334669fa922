"""What comes in from outside: signed posts, and messages as the functions themselves would write them."""

import base64
import datetime
import hashlib
import hmac
import json
import time
import urllib.error
import urllib.request


def named(prefix, *parts):
    """Names a thing by what it is about, as `shared/journey` does."""
    told = b"".join(len(part.encode()).to_bytes(8, "big") + part.encode() for part in parts)
    return f"{prefix}_{base64.b32encode(hashlib.sha256(told).digest()).decode().lower()[:26]}"


def contact(source_id):
    return named("con", source_id)


def enrollment(journey, subject, person, event=""):
    return named("enr", journey, subject or "", contact(person), event)


def shard(run):
    """Which part of the index of those who wait a run stands in."""
    total = 0
    for byte in run.encode():
        total = (total * 31 + byte) % 256
    return total % 16


def send(run, step, recipient):
    return named("snd", run, step, contact(recipient))


def token(key, person, topic, send):
    """The token in the address of a page, as `shared/wire` seals it."""
    sealing = hmac.new(base64.b64decode(key.split()[0]), b"tokens of pages for recipients", hashlib.sha256).digest()
    address = hashlib.sha256(person.encode()).hexdigest()[:32]
    said = f"0.{contact(person)}.{address}.{topic}.{send}"
    return f"{said}.{hmac.new(sealing, said.encode(), hashlib.sha256).hexdigest()[:32]}"


def now_ms():
    return int(time.time() * 1000)


def moment(seconds_ago=0):
    at = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=seconds_ago)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def person(name, role="GUEST", **more):
    return {"id": name, "role": role, "email": f"{name}@proof.example", "full_name": f"Proof {name}", **more}


class Source:
    """A source system that knows the signing secret."""

    def __init__(self, stack, secret):
        self.url = stack.wiring()["events_url"]
        self.stack, self.secret = stack, base64.b64decode(secret.removeprefix("whsec_"))

    def post(self, event_id, event, key=None):
        """Posts an event; returns the status and what was answered."""
        body = json.dumps(event).encode()
        at = str(int(time.time()))
        digest = hmac.new(key or self.secret, f"{event_id}.{at}.".encode() + body, hashlib.sha256).digest()
        host, path = self.url.removeprefix("https://").removeprefix("http://").split("/", 1)
        # The API's own name is not known to every resolver; who is meant is said by the header.
        request = urllib.request.Request(
            f"{self.stack.cloud.endpoint}/{path}", data=body, method="POST", headers={
                "content-type": "application/json", "host": host, "webhook-id": event_id, "webhook-timestamp": at,
                "webhook-signature": "v1," + base64.b64encode(digest).decode()})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as refused:
            return refused.code, json.loads(refused.read() or b"null")


def events(release, event_id, ty, people=(), subject=None, params=None, unfilled=False):
    """What intake puts into its queue."""
    told = [{
        "id": one["id"], "roles": [one["role"]], "email": one["email"], "full_name": one["full_name"],
        **({} if unfilled else {"fields": {"class": {"text": "a"}}}), "bond": one.get("bond", "linked")} for one in people]
    event = {"id": event_id, "type": ty, "timestamp": moment(), "params": params or {}, "people": told}
    if subject:
        event["subject"] = subject
    return {"v": 1, "release": release, "events": [event]}


def order(run, person_id, step, recipient=None, decided=None):
    """What asks `send` for one mail."""
    told = {"enrollment": run, "contact": contact(person_id), "step": step, "decided": decided or moment()}
    if recipient:
        told["recipient"] = contact(recipient)
    return {"v": 1, "orders": [told]}


def move(run, person_id, accepted=None):
    """What asks `advance` to look at a run."""
    told = {"contact": contact(person_id), "enrollment": run}
    if accepted:
        told["accepted"] = accepted
    return {"v": 1, "moves": [told]}


def call(run, person_id, step, result=None):
    """What asks `call` for one post."""
    told = {"contact": contact(person_id), "enrollment": run, "step": step}
    if result:
        told["result"] = result
    return {"v": 1, "calls": [told]}


def alarm(metric):
    """What CloudWatch says when an alarm begins to ring."""
    return {"AlarmName": "proof", "NewStateValue": "ALARM", "OldStateValue": "OK", "StateChangeTime": moment().replace("Z", "+0000"),
            "Trigger": {"MetricName": metric, "Namespace": "AWS/SES"}}


def report(kind, run, step, recipient, seconds_ago=0):
    """What SES says about a mail."""
    tags = {"wp-send": [send(run, step, recipient)], "wp-recipient": [contact(recipient)], "wp-enrollment": [run]}
    at = moment(seconds_ago)
    return {"eventType": kind, kind.lower(): {"timestamp": at}, "mail": {
        "timestamp": at, "messageId": "proof", "source": "proof@mail.veerpont.example", "destination": ["x@proof.example"], "tags": tags}}
