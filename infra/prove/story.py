"""What an installation does, from the first post to the last report, with IAM enforced."""

import json
import pathlib
import time

import traffic
from cloud import Failed, eventually
from traffic import contact, enrollment, person

def expect(holds, what):
    if not holds:
        raise Failed(what)


class Story:
    """The run, in steps; each tells what it has shown."""

    def __init__(self, stack, source, say):
        self.stack, self.source, self.say = stack, source, say
        self.cloud = stack.cloud

    def mails_to(self, address):
        return [mail["Subject"] for mail in self.cloud.mails() if mail["To"] == [address]]

    def settled(self):
        """Whether nothing is under way any more."""
        return not self.stack.backlog()

    def post(self, event_id, event):
        status, answer = self.source.post(event_id, event)
        expect(status == 202, f"{event_id} is answered with {status}: {answer}")

    def example(self, posts):
        """The nine posts of the example become their mails."""
        for file in sorted(pathlib.Path(posts).glob("*.json")):
            event = json.loads(file.read_text())
            event.pop("timestamp")
            before = len(self.cloud.mails())
            self.post(f"example-{file.stem}", event)
            # One after the other, as they happen: whom one names, the next may reach.
            eventually(f"the mails of {file.name}", lambda before=before: self.settled() and len(self.cloud.mails()) > before)
        mails = self.cloud.mails()
        rows = self.stack.items("Sends")
        expect(all(row["state"] == "accepted" for row in rows), f"a mail is not accepted: {rows}")
        expect(len(rows) == len(mails), f"{len(mails)} mails, {len(rows)} rows in the ledger")
        expect(not self.stack.dead(), f"dead letters: {self.stack.dead()}")
        left = [json.loads(row["doc"])["phase"] for row in self.stack.items("Enrollments")]
        expect(all("left" in phase for phase in left), f"a run is not at its end: {left}")
        self.say(f"nine signed posts of examples/sera became {len(mails)} mails, each once, each accepted in the ledger")

    def follows_release(self):
        """The functions take a new release up by themselves, within ten seconds."""
        began = time.time()
        taken = lambda: self.source.post("first", {"type": "GREET", "subject": "first", "data": {"Text": "first"}, "people": [
            person("first", fields={"class": "a"})]})[0] == 202
        eventually("the new release is followed", taken, 10)
        eventually("its mail", lambda: self.mails_to("first@proof.example"))
        self.say(f"another release was published, and followed after {time.time() - began:.1f} s without a deployment")

    def refusals(self):
        """A wrong signature is answered 401 and forgotten, a wrong event 422 and kept."""
        status, _ = self.source.post("forged", {"type": "GREET"}, key=b"another")
        expect(status == 401, f"a forged post is answered {status}")
        status, told = self.source.post("unknown", {"type": "GREAT", "data": {}})
        expect(status == 422 and "GREET" in json.dumps(told), f"an unknown event is answered {status}: {told}")
        kept = [row for row in self.stack.items("Exceptions") if row.get("event") in ("forged", "unknown")]
        expect([row["event"] for row in kept] == ["unknown"] and kept[0]["kind"] == "refused" and "GREAT" in kept[0]["body"],
               f"kept is {kept}")
        self.say("a forged post is refused with 401; an unknown event with 422, the nearest name, and kept")

    def waits(self):
        """Begins the waits: they ring while other things are shown."""
        for name in ("waiter", "sweeper"):
            self.post(f"pause-{name}", {"type": "PAUSE", "subject": name, "data": {}, "people": [
                person(name, fields={"class": "a"}), person("chair", "BOARD", standing=True, fields={"class": "a"})]})
        self.began = time.time()
        eventually("the first mails", lambda: self.settled() and all(self.mails_to(f"{one}@proof.example") for one in ("waiter", "sweeper")))
        schedules = [one["Name"] for one in self.stack.scheduler.list_schedules()["Schedules"] if one["Name"].startswith("wake-")]
        expect(schedules, "no alarm clock is set for those who wait")
        self.alarm_clocks = schedules

    def rang(self):
        """The waits end when their schedule rings."""
        eventually("the mail after the wait", lambda: "Later" in self.mails_to("waiter@proof.example"), 150)
        took = time.time() - self.began
        expect(took >= 60, f"a wait of a minute ended after {took:.0f} s")
        eventually("the rest", self.settled)
        left = [one["Name"] for one in self.stack.scheduler.list_schedules()["Schedules"] if one["Name"] in self.alarm_clocks]
        expect(not left, f"schedules are left: {left}")
        self.say(f"a wait of a minute ended by its schedule after {took:.0f} s, and the schedule is gone")

    def bounce(self):
        """SES's reports of a mail come by way of SNS and the queue, and settle what was in doubt."""
        self.post("bounces", {"type": "GREET", "subject": "bounces", "data": {"Text": "hello"}, "people": [
            {**person("bouncer", fields={"class": "a"}), "email": "bounce@simulator.amazonses.com"}]})
        eventually("the mail that bounces", lambda: self.settled() and self.mails_to("bounce@simulator.amazonses.com"))
        run = enrollment("greet", "bounces", "bouncer", "bounces")
        row = {"contact": {"S": contact("bouncer")}, "send": {"S": traffic.send(run, "greet", "bouncer")}}
        self.stack.dynamodb.update_item(
            TableName=self.stack.physical("Sends"), Key=row, UpdateExpression="SET #s = :s, claimed = :c REMOVE message_id",
            ExpressionAttributeNames={"#s": "state"},
            ExpressionAttributeValues={":s": {"S": "dispatching"}, ":c": {"N": str(traffic.now_ms() - 60_000)}})
        topic = self.stack.physical("MailEvents")
        report = traffic.report("Bounce", run, "greet", "bouncer")
        self.stack.sns.publish(TopicArn=topic, Message=json.dumps(report))

        def settled():
            item = self.stack.dynamodb.get_item(TableName=self.stack.physical("Sends"), Key=row, ConsistentRead=True)["Item"]
            return item["state"]["S"] == "accepted" and item

        eventually("the bounce is read", settled)
        self.say("a bounce went from SES's topic through the queue to the ledger, and settled a mail in doubt")

    def alarm(self):
        """An alarm of the account's bounces comes the same way, and all marketing is held until somebody lets it go on."""
        key = {"hash": {"S": "halts"}}
        releases = self.stack.physical("Releases")
        self.stack.sns.publish(TopicArn=self.stack.physical("MailEvents"), Message=json.dumps(traffic.alarm("Reputation.BounceRate")))

        def held():
            item = self.stack.dynamodb.get_item(TableName=releases, Key=key, ConsistentRead=True).get("Item")
            return item and "bounces" in json.loads(item["doc"]["S"])["marketing"]

        eventually("all marketing is held", held)
        self.stack.dynamodb.delete_item(TableName=releases, Key=key)
        self.say("an alarm went from the topic through the queue, and all marketing was held")

    def poison(self):
        """What cannot be read ends with its reason among the dead letters."""
        pairs = [("Events", "EventsDead"), ("Moves", "MovesDead"), ("Orders", "OrdersDead"),
                 ("OrdersMarketing", "OrdersMarketingDead"), ("Reports", "ReportsDead"), ("Calls", "CallsDead")]
        for queue, _ in pairs:
            self.stack.send(queue, f"poison for {queue}")
        reasons = {}
        for queue, dead in pairs:
            eventually(f"{dead} holds the poison", lambda dead=dead: self.stack.depth(dead)[""])
            [letter] = self.stack.letters(dead)
            expect(letter["Body"] == f"poison for {queue}", f"{dead} holds {letter['Body']}")
            reasons[dead] = letter.get("MessageAttributes", {}).get("reason", {}).get("StringValue", "")
            expect(reasons[dead], f"the letter in {dead} has no reason")
        self.say(f"poison in each of the six queues lay among its dead letters with a reason, such as \"{reasons['EventsDead']}\"")

    def swept(self):
        """Who was not rung for is found by the sweep, and nothing is left in the end."""
        answer, error = self.stack.invoke("Wake", {"sweep": True})
        expect(not error, f"the sweep fails: {answer}")
        expect("overdue" in answer, f"the sweep answers {answer}")
        expect(self.mails_to("sweeper@proof.example") == ["Now", "Later"], f"mails: {self.mails_to('sweeper@proof.example')}")
        expect(not self.stack.dead(), f"dead letters: {self.stack.dead()}")
        self.say("the sweep found nobody who was forgotten, and no queue holds anything")

    def all(self):
        self.refusals()
        self.waits()
        self.bounce()
        self.alarm()
        self.poison()
        self.rang()
        self.swept()
