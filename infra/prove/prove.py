"""Deploys the template to MiniStack with IAM enforced, and proves what it promises.

Ends with 0 where all is proven. Prints what it deployed, what it proved, and what cannot be proven here.
"""

import argparse
import os
import pathlib
import re
import shutil
import sys
import threading
import time
import traceback

from cloud import Cloud, Failed
from crm import Crm
from rights import NOT_PROVABLE, Probes, Proof, Rights
from stack import Stack
from story import Story, expect
from traffic import Source
from upgrade import Upgrade

MAIL_DOMAIN = "mail.veerpont.example"
LINKS = {"TrackingDomain": f"links.{MAIL_DOMAIN}", "TrackingCertificateArn": "arn:aws:acm:us-east-1:000000000000:certificate/0a1b"}


class Telling:
    """Prints lines, each with the time since the start."""

    def __init__(self):
        self.began = time.monotonic()

    def __call__(self, text):
        print(f"{time.monotonic() - self.began:6.1f} s  {text}", flush=True)


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    for name in ("template", "bootstrap", "waypost", "example", "folder"):
        arguments.add_argument(f"--{name}", type=pathlib.Path, required=True)
    given = arguments.parse_args()
    say = Telling()
    cloud = Cloud(given.folder)
    threading.Thread(target=end_with_parent, args=(cloud,), daemon=True).start()
    stack = None
    try:
        stack = Stack(cloud, "prove", given.template, given.waypost)
        prove(stack, given, say)
    except Exception as failure:
        print(failure if isinstance(failure, Failed) else traceback.format_exc(), file=sys.stderr)
        tell_more(cloud, stack)
        return 1
    finally:
        cloud.remove()
    return 0


def end_with_parent(cloud):
    """Cleans up when whoever started this is gone: then standard input ends."""
    while os.read(0, 1024):
        pass
    cloud.remove()
    os._exit(1)


def prove(stack, given, say):
    deploy(stack, given, say)
    secret = secrets(stack, say)
    domain(stack, say)
    source = Source(stack, secret)
    story = Story(stack, source, say)
    stack.publish(given.example)
    say("waypost publish put the release of examples/sera into force")
    story.example(given.example / "posts")
    stack.publish(pathlib.Path(__file__).with_name("release"))
    story.follows_release()
    story.all()
    rights(stack, source, say)
    upgrade(stack, story, given, say)


def deploy(stack, given, say):
    key = stack.upload(given.bootstrap, "v1")
    stack.deploy(key, MailDomain=MAIL_DOMAIN, Architecture="x86_64", Hooks="on")
    kinds = ", ".join(f"{count} {kind.removeprefix('AWS::')}" for kind, count in sorted(stack.counts().items()))
    say(f"deployed {sum(stack.counts().values())} resources: {kinds}")
    for gap in cloud_gaps():
        say(f"MiniStack was made to answer as AWS: {gap}")


def cloud_gaps():
    """The gaps between MiniStack and AWS that `as_aws.py` closes, as it names them."""
    text = pathlib.Path(__file__).with_name("as_aws.py").read_text()
    return re.findall(r'(?m)^@gap\("(.*)"\)$', text)


def secrets(stack, say):
    stack.command("secret", "--stack", stack.name)
    name = f"/waypost/{stack.name}/signing-secrets"
    parameter = stack.ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]
    expect(parameter["Type"] == "SecureString", f"{name} is a {parameter['Type']}")
    say("waypost secret made the secrets")
    return parameter["Value"].split()[0]


def domain(stack, say):
    # Nobody answers for DNS here: what the administrator has to enter is written down, and found missing.
    records = stack.cloud.folder / "records"
    records.mkdir()
    stack.command("domain", MAIL_DOMAIN, "--stack", stack.name, "--yes", "--out", str(records), "--resolver", "127.0.0.1", check=False)
    identity = stack.ses.get_email_identity(EmailIdentity=MAIL_DOMAIN)
    expect(identity["VerifiedForSendingStatus"], f"{MAIL_DOMAIN} is not verified")
    written = sorted(file.name for file in records.iterdir())
    expect(written, "waypost domain writes nothing for the domain's administrator")
    say(f"waypost domain made the identity {MAIL_DOMAIN} known to SES, and wrote {', '.join(written)}")


def rights(stack, source, say):
    crm = Crm()
    stack.publish(told(stack))
    release = next(item["release"] for item in stack.items("Releases") if item["hash"] == "current")
    found = Rights(stack)
    probes = Probes(stack, source, release)
    probes.learn_plans()
    proof = Proof(stack, found, probes)
    proof.run()
    roles = len({right.role for right in found.rights})
    say(f"{len(proof.missed)} of {len(found.rights)} rights of {roles} roles were taken away, one at a time, and each was missed")
    for right in found.wide():
        say(f"has no resource of its own: {right}")
    for name, reason in sorted(NOT_PROVABLE.items()):
        say(f"not provable here: {name}: {reason}")
    expect(not proof.superfluous, "nothing fails without these, so they are too much: " + "; ".join(map(str, proof.superfluous)))
    # What failed meanwhile lies in the queues; nobody is told of it any more.
    stack.purge()
    for owner in {right.owner for right in found.rights} - {"Schedule"}:
        probes.start_afresh(owner)
    probes.let_go_on()
    crm.close()
    stack.publish(pathlib.Path(__file__).with_name("release"))


def told(stack):
    """The release of the proof, and systems that are told what happens in it."""
    here, folder = pathlib.Path(__file__), stack.cloud.folder / "told"
    shutil.copytree(here.with_name("release"), folder)
    shutil.copytree(here.with_name("told") / "journeys", folder / "journeys", dirs_exist_ok=True)
    project, hooks = folder / "waypost.yaml", here.with_name("told") / "hooks.yaml"
    project.write_text(project.read_text() + hooks.read_text())
    return folder


def upgrade(stack, story, given, say):
    release = next(item["release"] for item in stack.items("Releases") if item["hash"] == "current")
    probes = Probes(stack, story.source, release)
    probes.learn_plans()
    upgrade = Upgrade(stack, story, probes, say)
    upgrade.leave_work()
    changes = upgrade.update(stack.upload(given.bootstrap, "v2"), Concurrency="3", LogRetentionDays="14", **LINKS)
    links(stack, say)
    upgrade.finish()
    say(f"an update of {changes} resources over the running stack, with work in all six queues, somebody who waited and a "
        "source that went on posting: everybody was mailed, once")
    kept = upgrade.delete()
    rows = ", ".join(f"{name} {count}" for name, count in sorted(kept.items()))
    say(f"the stack is deleted, and its tables stand with all their items: {rows}")


def links(stack, say):
    """Measured links lead through a domain of one's own, and the command knows what it has to be a CNAME of."""
    wiring, name = stack.wiring(), LINKS["TrackingDomain"]
    target = stack.outputs()["TrackingDomainTarget"]
    led = {"domain": name, "target": target, "https": True}
    expect(wiring.get("tracking") == led and target.endswith(".cloudfront.net"), f"the wiring says {wiring.get('tracking')}, and {target}")
    options = stack.ses.get_configuration_set(ConfigurationSetName=wiring["configuration_set"])["TrackingOptions"]
    expect(options == {"CustomRedirectDomain": name, "HttpsPolicy": "REQUIRE"}, f"SES leads measured links as {options}")
    said = stack.command("doctor", "--stack", stack.name, "--resolver", "127.0.0.1", "--json", check=False)
    expect(f'"{name}"' in said.stdout, "waypost doctor does not look at where links lead")
    say(f"an update gave measured links a domain of their own, {name}, which has to be a CNAME of {target}")


def tell_more(cloud, stack):
    """Shows what helps to understand a failure."""
    try:
        if stack is not None and hasattr(stack, "resources"):
            print(f"queues: {stack.backlog()}, dead letters: {stack.dead()}", file=sys.stderr)
            lines = [line for line in stack.lines() if "RequestId" not in line]
            print("\n".join(lines[-20:]), file=sys.stderr)
        denied = [one for one in cloud.decisions()[0] if not one["allowed"]]
        print(f"denied: {denied[-5:]}", file=sys.stderr)
        print("\n".join(cloud.log.read_text(errors="replace").splitlines()[-15:]), file=sys.stderr)
    except Exception as failure:
        print(f"more cannot be told: {failure}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
