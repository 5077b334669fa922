"""A newer version over a running one, with work in every queue and people who wait; and the end of a stack."""

import threading

import traffic
from cloud import eventually
from story import expect
from traffic import contact, person

READERS = ["Resolve", "Advance", "Send", "SendMarketing", "Feedback", "Call"]


class Upgrade:
    """Deploys another version while work lies about."""

    def __init__(self, stack, story, probes, say):
        self.stack, self.story, self.probes, self.say = stack, story, probes, say

    def leave_work(self):
        """Leaves a message in every queue, and somebody who waits."""
        for function in READERS:
            self.stack.switch(function, False)
        known = self.probes.know
        self.story.post("left-event", {"type": "GREET", "subject": "left", "data": {"Text": "left"}, "people": [
            person("left-event", fields={"class": "a"})]})
        waits, sends = self.probes.waits, self.probes.sends
        self.waiting = self.probes.store("pause", known("left-waiting"), "w", {"waiting": {"step": waits["pause"], "due": traffic.moment(3600)}})
        moved = self.probes.store("pause", known("left-move"), "m", {"waiting": {"step": waits["pause"], "due": traffic.moment(60)}})
        self.stack.send("Moves", traffic.move(moved, "left-move"))
        for queue, name in (("Orders", "left-order"), ("OrdersMarketing", "left-advert")):
            run = self.probes.store("once", known(name), name, {"sending": {"step": sends["once"], "since": traffic.moment()}})
            self.stack.send(queue, traffic.order(run, name, sends["once"]))
        doubt = self.probes.store("once", known("left-doubt"), "d", {"sending": {"step": sends["once"], "since": traffic.moment(120)}})
        self.probes.claimed(doubt, sends["once"], "left-doubt", 120)
        self.stack.send("Reports", traffic.report("Send", doubt, sends["once"], "left-doubt"))
        self.doubt = (contact("left-doubt"), traffic.send(doubt, sends["once"], "left-doubt"))
        told = {"hook": "nobody", "kind": "mail.sent", "at": traffic.moment()}
        self.stack.send("Calls", traffic.call(doubt, "left-doubt", sends["once"], told))
        held = self.stack.backlog()
        wanted = {"Calls", "Events", "Moves", "Orders", "OrdersMarketing", "Reports"}
        expect(set(held) == wanted, f"only {sorted(held)} of {sorted(wanted)} hold something")

    def update(self, key, **parameters):
        """Updates the stack while a source goes on posting."""
        before = self.hashes()
        posted = []

        def post():
            for number in range(POSTS_MEANWHILE):
                name = f"meanwhile-{number}"
                self.story.post(name, {"type": "GREET", "subject": name, "data": {"Text": name}, "people": [
                    person(name, fields={"class": "a"})]})
                posted.append(name)

        source = threading.Thread(target=post)
        source.start()
        changes = self.stack.deploy(key, **parameters)
        source.join()
        expect(len(posted) == POSTS_MEANWHILE, f"only {len(posted)} of {POSTS_MEANWHILE} posts were taken meanwhile")
        after = self.hashes()
        same = [name for name in after if before[name] == after[name]]
        expect(not same, f"still the old code: {same}")
        replaced = [one["ResourceChange"]["LogicalResourceId"] for one in changes if one["ResourceChange"].get("Replacement") == "True"]
        expect(not replaced, f"the update replaces {replaced}")
        return len(changes)

    def hashes(self):
        functions = [name for name, (kind, _) in self.stack.resources.items() if kind == "AWS::Lambda::Function"]
        read = self.stack.functions.get_function_configuration
        return {name: read(FunctionName=self.stack.physical(name))["CodeSha256"] for name in functions}

    def finish(self):
        """All that was left is done, once."""
        for function in READERS:
            self.stack.switch(function, True)
        self.stack.invoke("Wake", {"sweep": True})
        wanted = {
            "left-event": ["Greeting: left"], "left-waiting": ["Later"], "left-move": ["Later"], "left-order": ["Now"],
            "left-advert": ["Now"], "left-doubt": [],
            **{f"meanwhile-{number}": [f"Greeting: meanwhile-{number}"] for number in range(POSTS_MEANWHILE)}}

        def mailed():
            if self.stack.backlog():
                return None
            found = {name: self.story.mails_to(f"{name}@proof.example") for name in wanted}
            return found == wanted

        eventually("everybody is mailed once after the update", mailed)
        row = self.stack.dynamodb.get_item(
            TableName=self.stack.physical("Sends"), ConsistentRead=True,
            Key={"contact": {"S": self.doubt[0]}, "send": {"S": self.doubt[1]}})["Item"]
        expect(row["state"]["S"] == "accepted", f"the mail in doubt is {row['state']}")
        expect(not self.stack.dead(), f"dead letters: {self.stack.dead()}")

    def delete(self):
        """Deletes the stack; returns the tables that outlive it."""
        tables = {name: physical for name, (kind, physical) in self.stack.resources.items() if kind == "AWS::DynamoDB::Table"}
        before = {name: len(self.stack.items(name)) for name in tables}
        self.stack.cloudformation.delete_stack(StackName=self.stack.name)
        eventually("the stack is gone", lambda: not any(
            one["StackName"] == self.stack.name and one["StackStatus"] != "DELETE_COMPLETE"
            for one in self.stack.cloudformation.describe_stacks()["Stacks"]))
        after = {name: len(self.stack.items(name)) for name in tables}
        expect(before == after, f"the tables held {before} and hold {after}")
        left = self.stack.sqs.list_queues().get("QueueUrls", [])
        expect(not left, f"queues outlive the stack: {left}")
        return before


POSTS_MEANWHILE = 20
