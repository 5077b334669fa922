#!/usr/bin/env python3
"""Measures cold starts: each function against the same written for Node and Python, in one interleaved run.

What is timed: from before fork and exec until the response is read whole. Lambda's own part (making the sandbox, fetching the code,
a share of a core) is not in it; nor is the time that Node's and Python's real runtimes take beyond the few lines here.
"""
import argparse, base64, hashlib, hmac, json, os, shutil, statistics, subprocess, sys, tempfile, time, urllib.request, zipfile
from pathlib import Path

from stub import Aws, Runtime

HERE = Path(__file__).resolve().parent
SECRET = "whsec_" + base64.b64encode(b"cold-start-cold-start-cold-start").decode()
FUNCTIONS = ["intake", "resolve", "send", "advance", "wake", "feedback"]
QUEUES = {"EVENTS_QUEUE_URL": "events", "MOVES_QUEUE_URL": "moves", "ORDERS_QUEUE_URL": "orders",
          "MARKETING_QUEUE_URL": "orders-marketing", "REPORTS_QUEUE_URL": "reports", "DEAD_LETTERS_QUEUE_URL": "dead"}


def releases(waypost):
    """Publishes the small release on a laptop, and reads its table."""
    folder = tempfile.mkdtemp()
    release = HERE.parents[1] / "cli/src/bench/release"
    command = [waypost, "serve", "--port", "0", "--release", release]
    serve = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True)
    endpoint = next(line.split()[1] for line in serve.stdout if line.startswith("  aws "))
    headers = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "DynamoDB_20120810.Scan",
               "X-Amz-Date": "20200101T000000Z",
               "Authorization": "AWS4-HMAC-SHA256 Credential=local/20200101/eu-west-1/dynamodb/aws4_request, "
                                "SignedHeaders=host;x-amz-date, Signature=local"}
    request = urllib.request.Request(endpoint, b'{"TableName": "releases"}', headers)
    items = json.load(urllib.request.urlopen(request))["Items"]
    serve.terminate()
    serve.wait()
    shutil.rmtree(folder)
    return {(item["hash"]["S"],): item for item in items}


def post(kind):
    """A signed post, as an HTTP API passes it on."""
    body = json.dumps({"type": kind, "timestamp": "2026-11-20T10:00:00Z", "data": {"Person": {"FullName": "Sam de Vries"}},
                       "people": [{"id": "person-1", "email": "person-1@school.example", "full_name": "Anna Bakker"}]})
    at, name = str(int(time.time())), "cold-" + kind
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    mac = base64.b64encode(hmac.digest(key, f"{name}.{at}.{body}".encode(), "sha256")).decode()
    http = {"method": "POST", "path": "/v1/events", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "x"}
    return {"version": "2.0", "routeKey": "POST /v1/events", "rawPath": "/v1/events", "rawQueryString": "",
            "headers": {"content-type": "application/json", "webhook-id": name, "webhook-timestamp": at,
                        "webhook-signature": "v1," + mac},
            "requestContext": {"accountId": "123456789012", "apiId": "a", "domainName": "a.example", "domainPrefix": "a",
                               "http": http, "requestId": "r", "routeKey": "POST /v1/events", "stage": "$default",
                               "time": "26/Nov/2026:10:00:00 +0000", "timeEpoch": 1795687200000},
            "body": body, "isBase64Encoded": False}


def letters(*bodies):
    """A batch from a queue."""
    return {"Records": [{"messageId": f"m{at}", "receiptHandle": "r", "body": body, "attributes": {}, "messageAttributes": {},
                         "md5OfBody": hashlib.md5(body.encode()).hexdigest(), "eventSource": "aws:sqs",
                         "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:q", "awsRegion": "eu-west-1"}
                        for at, body in enumerate(bodies)]}


def report(tags):
    """SES's word that it took a mail."""
    return json.dumps({"eventType": "Send", "send": {}, "mail": {
        "timestamp": "2026-11-26T10:00:00.000Z", "messageId": "0100-cold-start", "source": "bench@mail.waypost.example",
        "sendingAccountId": "123456789012", "destination": ["person-1@school.example"], "headersTruncated": False,
        "headers": [], "tags": {tag["Name"]: [tag["Value"]] for tag in tags}}})


class Bench:
    def __init__(self, args):
        self.folder, self.args = tempfile.mkdtemp(), args
        self.runtime = Runtime()
        parameters = {"/waypost/cold/signing-secrets": SECRET,
                      "/waypost/cold/address-key": base64.b64encode(b"a" * 32).decode()}
        self.aws = Aws(self.folder, parameters)
        self.aws.tables["releases"] = releases(args.waypost)
        bundle = Path(self.folder, "bundle.pem")
        bundle.write_text(Path(self.aws.ca).read_text() + Path(args.roots).read_text())
        queue = lambda name: f"https://localhost:{self.aws.port}/123456789012/{name}"
        self.env = {
            "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/nonexistent", "LANG": "C.UTF-8",
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self.runtime.port}", "AWS_LAMBDA_FUNCTION_NAME": "f",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256", "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "AKID",
            "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "token", "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ENDPOINT_URL": f"https://localhost:{self.aws.port}", "SSL_CERT_FILE": str(bundle),
            "NODE_EXTRA_CA_CERTS": self.aws.ca, "AWS_CA_BUNDLE": str(bundle),
            "ADDRESS_KEY_PARAMETER": "/waypost/cold/address-key", "CONFIGURATION_SET": "waypost", "STACK": "cold",
            "SIGNING_SECRETS_PARAMETER": "/waypost/cold/signing-secrets", "LANE": "transactional",
            "SCHEDULE_GROUP": "waypost", "SCHEDULE_ROLE_ARN": "arn:aws:iam::123456789012:role/schedule",
            "WAKE_DEAD_LETTERS_ARN": "arn:aws:sqs:eu-west-1:123456789012:wake-dead",
            "WAKE_FUNCTION_ARN": "arn:aws:lambda:eu-west-1:123456789012:function:wake", "MAIL_DOMAIN": "mail.waypost.example",
            **{f"{name.upper()}_TABLE": name for name in Aws.KEYS}, **{name: queue(value) for name, value in QUEUES.items()}}
        python, node = Path(self.folder, "python"), Path(self.folder, "node")
        shutil.copytree(HERE / "python", python, ignore=shutil.ignore_patterns("__pycache__"))
        subprocess.run([args.python, "-m", "compileall", "-q", python], check=True)
        shutil.copytree(HERE / "node" / "build", node)
        self.commands = {"Rust": lambda name: [args.bootstrap],
                         "Node": lambda name: ["node", str(node / "runtime.js"), str(node / f"{name}.js")],
                         "Python": lambda name: [args.python, str(python / "runtime.py"), name]}

    def start(self, language, step):
        """Starts one process, gives it one event, waits for its answer, ends it."""
        name, event, tables, env = step
        self.aws.tables = {table: dict(items) for table, items in tables.items()}
        self.aws.forget()
        self.runtime.expect(event)
        output = subprocess.PIPE if self.args.verbose else subprocess.DEVNULL
        began = time.perf_counter()
        process = subprocess.Popen(self.commands[language](name), env={**self.env, **env, "_HANDLER": name},
                                   cwd=self.folder, stdout=output, stderr=output, close_fds=False)
        answered = self.runtime.done.wait(60)
        took = (self.runtime.at - began) * 1000 if answered else None
        status = Path(f"/proc/{process.pid}/status").read_text() if answered else ""
        process.kill()
        _, _, used = os.wait4(process.pid, 0)
        process.returncode = -9
        result = self.runtime.result.decode()
        if not answered or self.runtime.failed or '"itemIdentifier"' in result or '"statusCode":4' in result.replace(" ", ""):
            said = process.stderr.read().decode()[-3000:] + process.stdout.read().decode()[-3000:] if self.args.verbose else "see --verbose"
            sys.exit(f"{language} {name} failed: {result} {said}")
        peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024
        return took, (used.ru_utime + used.ru_stime) * 1000, peak

    def steps(self):
        """Runs our own functions one after the other, so that each is measured with what the one before leaves."""
        later = {"WAYPOST_CLOCK_OFFSET_SECONDS": "172800"}
        steps = {}

        def go(name, event, env={}):
            step = (name, event, self.aws.snapshot(), env)
            self.start("Rust", step)
            return step, list(self.aws.bodies)

        fresh = self.aws.snapshot()
        steps["intake"], bodies = go("intake", post("BENCH_MAIL"))
        steps["resolve"], bodies = go("resolve", letters(bodies[0][1]))
        steps["send"], _ = go("send", letters(bodies[0][1]))
        sent = report(self.aws.tags)
        steps["feedback"], _ = go("feedback", letters(sent))
        self.aws.tables = fresh
        _, bodies = go("intake", post("BENCH_WAIT"))
        go("resolve", letters(bodies[0][1]))
        steps["wake"], bodies = go("wake", {}, later)
        steps["advance"], _ = go("advance", letters(bodies[0][1]), later)
        return steps

    def run(self):
        steps = self.steps()
        expected = {}
        results = {(name, language): [] for name in FUNCTIONS for language in self.commands}
        for round_ in range(self.args.rounds + 1):
            steps["intake"] = ("intake", post("BENCH_MAIL"), *steps["intake"][2:])
            for name in FUNCTIONS:
                for language in self.commands:
                    result = self.start(language, steps[name])
                    calls = sorted(self.aws.calls)
                    if expected.setdefault(name, calls) != calls:
                        sys.exit(f"{language} {name} does {calls}, not {expected[name]}")
                    # The first round only warms the page cache.
                    if round_ > 0:
                        results[name, language].append(result)
        self.show(expected, results)

    def show(self, expected, results):
        print(f"{self.args.rounds} rounds, load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores\n")
        print("| function | AWS calls | | ms, median | p90 | CPU ms | peak RSS MiB | × time | × CPU | × RSS |")
        print("|---|---|---|---|---|---|---|---|---|---|")
        for name in FUNCTIONS:
            rust = [statistics.median(column) for column in zip(*results[name, "Rust"])]
            for language in self.commands:
                took, cpu, peak = zip(*results[name, language])
                medians = [statistics.median(column) for column in (took, cpu, peak)]
                times = " | ".join(f"{median / ours:.1f}" for median, ours in zip(medians, rust))
                p90 = sorted(took)[int(len(took) * 0.9) - 1]
                calls = len(expected[name]) if language == "Rust" else ""
                label = name if language == "Rust" else ""
                print(f"| {label} | {calls} | {language} | {medians[0]:.1f} | {p90:.1f} | {medians[1]:.1f} "
                      f"| {medians[2]:.1f} | {times} |")
        self.sizes()

    def sizes(self):
        def zipped(*files):
            path = Path(self.folder, "size.zip")
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                for file in files:
                    archive.write(file)
            return path.stat().st_size / 2**20

        bootstrap = Path(self.args.bootstrap)
        print(f"\nbootstrap: {bootstrap.stat().st_size / 2**20:.2f} MiB, zipped {zipped(bootstrap):.2f} MiB (all functions)")
        for name in FUNCTIONS:
            bundle = HERE / "node" / "build" / f"{name}.js"
            print(f"Node {name}: {bundle.stat().st_size / 2**20:.2f} MiB, zipped {zipped(bundle):.2f} MiB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bootstrap", required=True, help="the program that `sam build` or `cargo lambda build` made")
    parser.add_argument("--waypost", required=True, help="the command, which compiles the release")
    parser.add_argument("--python", default=sys.executable, help="a Python with boto3 and chevron")
    parser.add_argument("--roots", default="/etc/ssl/certs/ca-certificates.crt", help="root certificates, as a sandbox has them")
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--verbose", action="store_true", help="show what a function that fails has written")
    Bench(parser.parse_args()).run()
