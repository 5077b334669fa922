"""Every line of every role, taken away alone: each must be missed."""

import concurrent.futures
import dataclasses
import fnmatch
import json
import re
import threading
import time

import traffic
from cloud import Failed
from traffic import contact, enrollment, events, move, named, now_ms, order, person, report, send

# Rights that nothing here can miss, each with the reason; the template's own test holds them down.
NOT_PROVABLE = {}
# How long a right may take to be missed. Nothing waits this long where all is well.
MISSED_WITHIN_S = 10


@dataclasses.dataclass(frozen=True)
class Right:
    """One action on one resource that a role is allowed."""

    owner: str
    role: str
    policy: str
    action: str
    resource: str

    def __str__(self):
        return f"{self.owner}: {self.action} on {self.short()}"

    def short(self):
        return re.sub(r"^arn:aws:([a-z0-9-]+):[^:]*:[^:]*:", r"\1:", self.resource)

    def covers(self, decision):
        return (decision["role"] == self.role and fnmatch.fnmatchcase(decision["action"].lower(), self.action.lower())
                and fnmatch.fnmatchcase(decision["resource"], self.resource.replace("[", "[[]")))


def listed(value):
    return value if isinstance(value, list) else [value]


class Rights:
    """The roles of a stack."""

    def __init__(self, stack):
        self.stack = stack
        self.policies = {}
        self.rights = []
        for logical, (kind, role) in sorted(stack.resources.items()):
            if kind != "AWS::IAM::Role":
                continue
            attached = stack.iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
            if attached:
                raise Failed(f"{logical} has managed policies, whose lines nobody here chose: {attached}")
            for policy in stack.iam.list_role_policies(RoleName=role)["PolicyNames"]:
                document = stack.iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
                self.policies[role, policy] = document
                for statement in listed(document["Statement"]):
                    if statement["Effect"] != "Allow" or "NotAction" in statement or "NotResource" in statement:
                        raise Failed(f"{logical} says more than what is allowed: {statement}")
                    for action in listed(statement["Action"]):
                        for resource in listed(statement["Resource"]):
                            self.rights.append(Right(logical.removesuffix("Role"), role, policy, action, resource))

    def take(self, right):
        """Takes one right away, and leaves all others as they are."""
        kept = []
        for statement in listed(self.policies[right.role, right.policy]["Statement"]):
            for action in listed(statement["Action"]):
                for resource in listed(statement["Resource"]):
                    if (action, resource) != (right.action, right.resource):
                        kept.append({**statement, "Action": action, "Resource": resource})
        document = {"Version": "2012-10-17", "Statement": kept}
        self.stack.iam.put_role_policy(RoleName=right.role, PolicyName=right.policy, PolicyDocument=json.dumps(document))

    def give_back(self, right):
        document = self.policies[right.role, right.policy]
        self.stack.iam.put_role_policy(RoleName=right.role, PolicyName=right.policy, PolicyDocument=json.dumps(document))

    def wide(self):
        """The rights that name no resource, or a family of actions."""
        return [right for right in self.rights if right.resource == "*" or "*" in right.action]


class Probes:
    """For each role the traffic that needs its rights, a piece for each way in which it touches AWS.

    It goes straight to the function, so that what another role lacks meanwhile does not matter.
    """

    def __init__(self, stack, source, release):
        self.stack, self.source, self.release = stack, source, release
        self.count, self.is_long = 0, False
        self.resolve_s = stack.functions.get_function_configuration(FunctionName=stack.physical("Resolve"))["Timeout"]

    def fresh(self, name):
        self.count += 1
        return f"{name}-{self.count}-{now_ms()}"

    def of(self, owner):
        """Returns the pieces of traffic of a role, most telling first."""
        pieces = {
            "Intake": [self.post_one, self.post_two, self.post_unknown],
            "Resolve": [self.resolve_greet, self.resolve_two, self.resolve_wait, self.resolve_advert, self.resolve_nobody,
                        self.resolve_again, self.resolve_overdue, self.resolve_fails, self.resolve_long, lambda: self.poison("Events")],
            "Advance": [self.changed, self.date_gone, lambda: self.advance("linger"), lambda: self.advance("advertise"), self.advance_to_mail,
                        self.advance_overdue, self.advance_fails, lambda: self.poison("Moves")],
            "Wake": [self.wake, self.sweep],
            "Send": [lambda: self.mail("Send", "Orders"), lambda: self.mail_capped("Orders"), lambda: self.mail_expired("Send", "Orders"),
                     lambda: self.mail_then_wait("Send", "Orders"),
                     lambda: self.mail_doubt("Orders", "pause", 5), lambda: self.mail_doubt("Orders", "pause", 1200),
                     lambda: self.mail_doubt("Orders", "advertise", 5),
                     lambda: self.mail_overdue("Send", "Orders"), lambda: self.mail_fails("Orders"), lambda: self.poison("Orders")],
            "SendMarketing": [lambda: self.mail("SendMarketing", "OrdersMarketing"), lambda: self.mail_capped("OrdersMarketing"),
                              lambda: self.mail_expired("SendMarketing", "OrdersMarketing"),
                              lambda: self.mail_then_wait("SendMarketing", "OrdersMarketing"),
                              lambda: self.mail_doubt("OrdersMarketing", "advertise", 5),
                              lambda: self.mail_doubt("OrdersMarketing", "pause", 1200),
                              lambda: self.mail_doubt("OrdersMarketing", "pause", 5),
                              lambda: self.mail_overdue("SendMarketing", "OrdersMarketing"),
                              lambda: self.mail_fails("OrdersMarketing"), lambda: self.poison("OrdersMarketing")],
            "Feedback": [self.reported, self.bounced, self.bounced_softly, self.report_fails, lambda: self.poison("Reports")],
            "Call": [lambda: self.call("tell"), lambda: self.call("tell-then-wait"), lambda: self.call("tell-and-advertise"),
                     lambda: self.call("silent"), self.call_overdue, self.call_fails, self.tell_sent, self.tell_colleague, lambda: self.poison("Calls")],
            "Preferences": [self.choose],
            "Schedule": [self.rings, self.rings_in_vain],
        }
        return pieces[owner]

    def alone(self, owner):
        """Returns the pieces of traffic of a role that the other roles' traffic would not survive."""
        return {"Feedback": [self.alarm]}.get(owner, [])

    # ---- what all need

    def start_afresh(self, owner, ahead_s=0):
        """A function that has just started knows nothing by heart; its clock may run ahead."""
        if owner in ("Schedule",):
            return
        # The other system is on this machine.
        private = {"PRIVATE_HOOKS": "allowed"} if owner == "Call" else {}
        self.stack.environment(owner, WAYPOST_CLOCK_OFFSET_SECONDS=str(ahead_s) if ahead_s else None, **private)
        if owner == "Resolve" and self.is_long:
            # What is left of a long letter would keep the next piece waiting.
            self.stack.sqs.purge_queue(QueueUrl=self.stack.physical("Events"))
            self.resolve_within(self.resolve_s)
            self.is_long = False

    def store(self, journey, name, event, phase, **more):
        """Stores a run in a state of our choice; returns its name."""
        run = enrollment(journey, name, name, event)
        doc = {"v": 1, "journey": journey, "plan": self.plan(journey), "subject": name, "event": event, "entered": traffic.moment(60),
               "params": {}, "notified": {}, "phase": phase, "path": [], "pending": [], **more}
        item = {"contact": {"S": contact(name)}, "enrollment": {"S": run}, "v": {"N": "1"}, "doc": {"S": json.dumps(doc)}}
        if "waiting" in phase:
            item["shard"], item["due"] = {"S": f"{traffic.shard(run):02}"}, {"S": phase["waiting"]["due"][:17] + "00Z"}
        self.stack.dynamodb.put_item(TableName=self.stack.physical("Enrollments"), Item=item)
        return run

    def claimed(self, run, step, recipient, seconds_ago, traveler=None, state="dispatching"):
        """Stores a claim on a mail whose claimer was never heard of again."""
        self.stack.dynamodb.put_item(TableName=self.stack.physical("Sends"), Item={
            "contact": {"S": contact(recipient)}, "send": {"S": send(run, step, recipient)}, "address": {"S": "x"},
            "attempt": {"N": "1"}, "claimed": {"N": str(now_ms() - seconds_ago * 1000)}, "enrollment": {"S": run},
            "state": {"S": state}, "step": {"S": step}, "traveler": {"S": contact(traveler or recipient)},
            "ttl": {"N": "4000000000"}})

    def know(self, name, **more):
        """Makes somebody a contact."""
        doc = {**more, "v": 1, "source_id": name, "email": f"{name}@proof.example", "full_name": f"Proof {name}",
               "fields": {"class": {"text": "a"}}, "as_of": traffic.moment(60)}
        self.stack.dynamodb.put_item(TableName=self.stack.physical("Contacts"), Item={
            "contact": {"S": contact(name)}, "item": {"S": "profile"}, "v": {"N": "1"}, "doc": {"S": json.dumps(doc)}})
        return name

    def plan(self, journey):
        return self.plans[journey]

    def learn_plans(self):
        """Reads which plan each journey has in force."""
        self.plans, self.waits, self.sends, self.calls = {}, {}, {}, {}
        for item in self.stack.items("Releases"):
            doc = json.loads(item.get("doc") or "{}")
            if "steps" not in doc:
                continue
            journey, steps = doc["journey"], doc["steps"]
            self.plans[journey] = item["hash"]
            self.waits[journey] = next((step["id"] for step in steps if "wait" in step), None)
            self.calls[journey] = next((step["id"] for step in steps if "call" in step), None)
            self.sends[journey] = next((step["id"] for step in steps if "send" in step and "to" not in step["send"]), None)

    def poison(self, queue):
        self.stack.send(queue, "poison")

    # ---- intake

    def post_one(self):
        name = self.know(self.fresh("known"))
        self.source.post(self.fresh("one"), {"type": "GREET", "data": {"Text": "x"}, "people": [person(name)]})

    def post_two(self):
        people = [person(self.know(self.fresh("known"))) for _ in range(2)]
        self.source.post(self.fresh("two"), {"type": "GREET", "data": {"Text": "x"}, "people": people})

    def post_unknown(self):
        self.source.post(self.fresh("what"), {"type": "WHAT"})

    # ---- resolve

    def event(self, ty, names, subject=None, params=None, event_id=None, roles=()):
        event_id = event_id or self.fresh("event")
        people = [person(name, role) for name, role in zip(names, [*roles, *["GUEST"] * len(names)])]
        self.stack.send("Events", events(self.release, event_id, ty, people, subject, params))
        return event_id

    def resolve_greet(self):
        self.event("GREET", [self.fresh("guest")], self.fresh("subject"), {"Text": {"text": "x"}})

    def resolve_two(self):
        self.event("GREET", [self.fresh("guest"), self.fresh("guest")], self.fresh("subject"), {"Text": {"text": "x"}})

    def resolve_wait(self):
        self.start_afresh("Resolve")
        self.event("LINGER", [self.fresh("guest")], self.fresh("subject"))

    def resolve_advert(self):
        self.event("ADVERTISE", [self.fresh("guest"), self.know("chair")], self.fresh("subject"), roles=["GUEST", "BOARD"])

    def resolve_nobody(self):
        self.event("LINGER", [])

    def resolve_again(self):
        name, subject = self.fresh("guest"), self.fresh("subject")
        self.event("ONCE", [name], subject)
        self.event("ONCE", [name], subject)

    def resolve_overdue(self):
        """An event that comes again when its run should have been woken already."""
        name = self.know(self.fresh("guest"))
        event_id = self.fresh("event")
        self.store("linger", name, event_id, {"waiting": {"step": self.waits["linger"], "due": traffic.moment(120)}})
        self.event("LINGER", [name], name, event_id=event_id)

    def resolve_fails(self):
        """A letter that fails and may succeed later: its release is not there."""
        letter = events("nothing", self.fresh("event"), "GREET", [person(self.fresh("guest"))])
        self.stack.send("Events", letter)

    def resolve_long(self):
        """A letter that takes longer than there is time: the rest of it becomes another."""
        self.resolve_within(6)
        self.is_long = True
        letter = events(self.release, self.fresh("event"), "NOBODY")
        each = []
        for _ in range(50):
            people = [person(self.fresh("guest")) for _ in range(20)]
            each += events(self.release, self.fresh("event"), "NOBODY", people)["events"]
        self.stack.send("Events", {**letter, "events": each})

    def resolve_within(self, seconds):
        self.stack.functions.update_function_configuration(FunctionName=self.stack.physical("Resolve"), Timeout=seconds)

    # ---- advance

    def advance(self, journey):
        name, event_id = self.know(self.fresh("guest")), self.fresh("event")
        run = self.store(journey, name, event_id, {"waiting": {"step": self.waits[journey], "due": traffic.moment(1)}})
        self.stack.send("Moves", move(run, name))

    def advance_to_mail(self):
        self.advance("pause")

    def advance_overdue(self):
        """A stale input about a run that should have been woken already."""
        name, event_id = self.know(self.fresh("guest")), self.fresh("event")
        run = self.store("linger", name, event_id, {"waiting": {"step": self.waits["linger"], "due": traffic.moment(120)}})
        self.stack.send("Moves", move(run, name, accepted="nothing"))

    def advance_fails(self):
        """A run that fails and may go on later: its plan is not there."""
        name = self.know(self.fresh("guest"))
        run = self.store("once", name, self.fresh("event"), {"sending": {"step": "x", "since": traffic.moment()}}, plan="nothing")
        self.stack.send("Moves", move(run, name, accepted="x"))

    def changed(self):
        """Somebody got a tag, and nobody has heard of it; the board, two people, is to hear of that."""
        name = self.fresh("guest")
        unheard = [{"id": named("chg", name), "at": traffic.moment(1), "tags": {"proof": False}}]
        self.know(name, tags=["proof"], unheard=unheard)
        for one in ("first-of-board", "second-of-board"):
            doc = {"v": 1, "roles": {"BOARD": {"holds": True, "since": "x", "as_of": traffic.moment(60)}}}
            self.know(one)
            self.stack.dynamodb.put_item(TableName=self.stack.physical("Contacts"), Item={
                "contact": {"S": "role#BOARD"}, "item": {"S": contact(one)}, "v": {"N": "1"}, "doc": {"S": json.dumps(doc)}})
        self.stack.send("Moves", {"v": 2, "moves": [{"contact": contact(name)}]})

    def date_gone(self):
        """A date of a journey that nobody has published."""
        name = self.know(self.fresh("guest"))
        date = named("dat", name)
        doc = {"v": 1, "journey": "gone", "due": traffic.moment(60)}
        self.stack.dynamodb.put_item(TableName=self.stack.physical("Enrollments"), Item={
            "contact": {"S": contact(name)}, "enrollment": {"S": date}, "v": {"N": "1"}, "doc": {"S": json.dumps(doc)}})
        self.stack.send("Moves", {"v": 2, "moves": [{"contact": contact(name), "date": date}]})

    # ---- wake

    def wake(self):
        name = self.know(self.fresh("guest"))
        self.store("linger", name, self.fresh("event"), {"waiting": {"step": self.waits["linger"], "due": traffic.moment(300)}})
        self.stack.invoke("Wake", {})

    def sweep(self):
        # As if the journey with a date had only just been published, and no statement had been made.
        for note in ("survey", "closing"):
            self.stack.dynamodb.delete_item(TableName=self.stack.physical("Exceptions"), Key={"id": {"S": note}})
        self.stack.invoke("Wake", {"sweep": True})

    # ---- preferences

    def choose(self):
        """Somebody unsubscribes on the page."""
        name = self.know(self.fresh("guest"))
        send = traffic.named("snd", name)
        token = traffic.token(self.stack.parameter("address-key"), name, "news", send)
        self.stack.invoke("Preferences", {
            "version": "2.0", "routeKey": "POST /u/{token}", "rawPath": f"/u/{token}", "rawQueryString": "", "isBase64Encoded": False,
            "headers": {"content-type": "application/x-www-form-urlencoded"}, "pathParameters": {"token": token},
            "body": "do=leave", "requestContext": {
                "accountId": "1", "apiId": "x", "domainName": "x", "requestId": "x", "stage": "$default", "time": "x", "timeEpoch": 0,
                "http": {"method": "POST", "path": f"/u/{token}", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "x"}}})

    # ---- send

    def mail_capped(self, queue):
        """Advertising to somebody who agreed to it."""
        agreed = {"news": {"at": traffic.moment(60), "how": "form", "text": "Yes"}}
        name = self.know(self.fresh("guest"), consent=agreed)
        step = self.sends["advertise"]
        run = self.store("advertise", name, self.fresh("event"), {"sending": {"step": step, "since": traffic.moment()}})
        self.stack.send(queue, order(run, name, step))

    def mail(self, owner, queue):
        name, event_id = self.know(self.fresh("guest")), self.fresh("event")
        run = self.store("once", name, event_id, {"sending": {"step": self.sends["once"], "since": traffic.moment()}})
        self.stack.send(queue, order(run, name, self.sends["once"]))

    def mail_expired(self, owner, queue):
        name, event_id = self.know(self.fresh("guest")), self.fresh("event")
        run = self.store("pause", name, event_id, {"sending": {"step": self.sends["pause"], "since": traffic.moment(3600)}})
        self.stack.send(queue, order(run, name, self.sends["pause"]))

    def mail_then_wait(self, owner, queue):
        name, event_id = self.know(self.fresh("guest")), self.fresh("event")
        run = self.store("pause", name, event_id, {"sending": {"step": self.sends["pause"], "since": traffic.moment()}})
        self.stack.send(queue, order(run, name, self.sends["pause"]))

    def mail_doubt(self, queue, journey, claimed_s):
        """A notification whose earlier attempt died in the middle, so long ago."""
        name, chair, event_id = self.know(self.fresh("guest")), self.know(self.fresh("chair")), self.fresh("event")
        run = self.store(journey, name, event_id, {"left": {"at": traffic.moment(), "reason": "finished"}}, notified={"tell": [contact(chair)]})
        self.claimed(run, "tell", chair, claimed_s, traveler=name)
        self.stack.send(queue, order(run, name, "tell", chair))

    def mail_overdue(self, owner, queue):
        """A stale order of a run that should have been woken already."""
        name, event_id = self.know(self.fresh("guest")), self.fresh("event")
        run = self.store("pause", name, event_id, {"waiting": {"step": self.waits["pause"], "due": traffic.moment(120)}})
        self.stack.send(queue, order(run, name, self.sends["pause"]))

    def mail_fails(self, queue):
        """A mail that fails and may be sent later: its plan is not there."""
        name = self.know(self.fresh("guest"))
        run = self.store("once", name, self.fresh("event"), {"sending": {"step": "x", "since": traffic.moment()}}, plan="nothing")
        self.stack.send(queue, order(run, name, "x"))

    # ---- feedback

    def reported(self):
        """A report of a mail whose claim is old and whose run still waits for it."""
        name, event_id = self.know(self.fresh("guest")), self.fresh("event")
        run = self.store("once", name, event_id, {"sending": {"step": self.sends["once"], "since": traffic.moment(120)}})
        self.claimed(run, self.sends["once"], name, 120)
        self.stack.send("Reports", report("Delivery", run, self.sends["once"], name))

    def bounced_softly(self):
        """A report that says that a mailbox is full."""
        self.bounced("Transient")

    def bounced(self, kind="Permanent"):
        """A report that says that an address does not exist."""
        name, event_id = self.know(self.fresh("guest")), self.fresh("event")
        run = self.store("once", name, event_id, {"left": {"at": traffic.moment(), "reason": "finished"}})
        self.claimed(run, self.sends["once"], name, 120, state="accepted")
        told = report("Bounce", run, self.sends["once"], name)
        told["bounce"].update(bounceType=kind, bounceSubType="General")
        self.stack.send("Reports", told)

    def alarm(self):
        """An alarm holds all marketing."""
        self.let_go_on()
        self.stack.send("Reports", traffic.alarm("Reputation.BounceRate"))

    def let_go_on(self):
        """Nothing is held any more."""
        self.stack.dynamodb.delete_item(TableName=self.stack.physical("Releases"), Key={"hash": {"S": "halts"}})

    def report_fails(self):
        """A report whose row cannot be read, for a moment: all that come with it fail too."""
        name = self.fresh("guest")
        run = enrollment("once", name, name, "x")
        self.claimed(run, "x", name, 120, state="nothing")
        row = {"contact": {"S": contact(name)}, "send": {"S": send(run, "x", name)}}
        mend = lambda: self.stack.dynamodb.delete_item(TableName=self.stack.physical("Sends"), Key=row)
        threading.Timer(5, mend).start()
        self.stack.send("Reports", report("Delivery", run, "x", name))

    # ---- call

    def call(self, journey):
        """A run that waits for the answer of another system."""
        name, event_id, step = self.know(self.fresh("guest")), self.fresh("event"), self.calls[journey]
        run = self.store(journey, name, event_id, {"calling": {"step": step, "since": traffic.moment()}})
        self.stack.send("Calls", traffic.call(run, name, step))

    def call_overdue(self):
        """A stale call about a run that should have been woken already."""
        name, event_id = self.know(self.fresh("guest")), self.fresh("event")
        waits = self.waits["tell-then-wait"]
        run = self.store("tell-then-wait", name, event_id, {"waiting": {"step": waits, "due": traffic.moment(120)}})
        self.stack.send("Calls", traffic.call(run, name, self.calls["tell-then-wait"]))

    def call_fails(self):
        """A call that fails and may be made later: its plan is not there."""
        name = self.know(self.fresh("guest"))
        run = self.store("tell", name, self.fresh("event"), {"calling": {"step": "x", "since": traffic.moment()}}, plan="nothing")
        self.stack.send("Calls", traffic.call(run, name, "x"))

    def tell_sent(self):
        """A result of a run."""
        name = self.know(self.fresh("guest"))
        run = self.store("once", name, self.fresh("event"), {"left": {"at": traffic.moment(), "reason": "finished"}})
        result = {"hook": "crm", "kind": "mail.sent", "at": traffic.moment()}
        self.stack.send("Calls", traffic.call(run, name, self.sends["once"], result))

    def tell_colleague(self):
        """A result about a mail to somebody else."""
        name, chair = self.know(self.fresh("guest")), self.know(self.fresh("chair"))
        run = self.store("once", name, self.fresh("event"), {"left": {"at": traffic.moment(), "reason": "finished"}})
        result = {"hook": "crm", "kind": "mail.sent", "at": traffic.moment(), "recipient": contact(chair)}
        self.stack.send("Calls", traffic.call(run, name, self.sends["once"], result))

    # ---- the scheduler

    def schedule(self, target):
        role = self.stack.iam.get_role(RoleName=self.stack.physical("ScheduleRole"))["Role"]["Arn"]
        self.stack.scheduler.create_schedule(
            Name=self.fresh("proof"), GroupName=self.stack.physical("ScheduleGroup"), ScheduleExpression="at(2020-01-01T00:00:00)",
            FlexibleTimeWindow={"Mode": "OFF"}, ActionAfterCompletion="DELETE",
            Target={"Arn": self.arn(target), "RoleArn": role, "Input": "{}", "DeadLetterConfig": {"Arn": self.dead_arn()}})

    def arn(self, function):
        return self.stack.functions.get_function_configuration(FunctionName=self.stack.physical(function))["FunctionArn"]

    def dead_arn(self):
        url = self.stack.physical("WakeDead")
        return self.stack.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

    def rings(self):
        self.schedule("Wake")

    def rings_in_vain(self):
        self.schedule("Intake")


class Proof:
    """Takes the rights of all roles away, one after another within a role, the roles beside each other."""

    def __init__(self, stack, rights, probes):
        self.stack, self.rights, self.probes = stack, rights, probes
        self.superfluous, self.missed, self.later = [], [], []

    def run(self):
        owners = sorted({right.owner for right in self.rights.rights})
        with concurrent.futures.ThreadPoolExecutor(len(owners)) as pool:
            for done in [pool.submit(self.role, owner) for owner in owners]:
                done.result()
        for right in self.later:
            self.probe(right, [*self.probes.alone(right.owner), *self.probes.of(right.owner)])

    def role(self, owner):
        pieces = self.probes.of(owner)
        # Which piece needs what is seen once, with all rights; each right is then probed with its own piece first.
        used = []
        for piece in pieces:
            self.probes.start_afresh(owner)
            used.append(self.used_by(owner, piece))
        for right in [right for right in self.rights.rights if right.owner == owner]:
            if str(right) in NOT_PROVABLE:
                continue
            fitting = [piece for piece, seen in zip(pieces, used) if any(right.covers(one) for one in seen)]
            if not fitting and self.probes.alone(owner):
                self.later.append(right)
                continue
            # On a slow machine a piece may have been looked away from too early: nothing is left untried.
            self.probe(right, fitting + [piece for piece in pieces if piece not in fitting])

    def used_by(self, owner, piece):
        """What a role was asked while a piece of traffic went through."""
        _, at = self.stack.cloud.decisions()
        mine = [right for right in self.rights.rights if right.owner == owner]
        piece()
        seen, quiet = [], time.monotonic()
        start = time.monotonic()
        while time.monotonic() - quiet < 1.5 and time.monotonic() - start < MISSED_WITHIN_S or not seen and time.monotonic() - start < 5:
            time.sleep(0.1)
            more, at = self.stack.cloud.decisions(at)
            more = [one for one in more if one["role"] == mine[0].role]
            if more:
                seen, quiet = seen + more, time.monotonic()
        return seen

    def probe(self, right, pieces):
        # Twice: a piece before may still have held the function up while this one was looked for.
        for piece in 2 * pieces:
            self.rights.take(right)
            self.probes.start_afresh(right.owner)
            _, at = self.stack.cloud.decisions()
            began = now_ms()
            piece()
            denied = self.denied(right, at)
            self.rights.give_back(right)
            if denied:
                self.missed.append((right, denied, began))
                return
        self.superfluous.append(right)

    def denied(self, right, at):
        end = time.monotonic() + MISSED_WITHIN_S
        while time.monotonic() < end:
            found, at = self.stack.cloud.decisions(at)
            for one in found:
                if not one["allowed"] and right.covers(one):
                    return one
            time.sleep(0.05)
        return None
