"""A MiniStack of our own: started, reached, and gone without a trace."""

import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import boto3
from botocore.config import Config

REGION = "eu-west-1"
# What IAM is told: `test` is the account's root in MiniStack, who may do everything.
ROOT = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION}
PATIENCE_S = 60


class Failed(Exception):
    """What was to be proven is not so."""


class Cloud:
    """MiniStack with IAM enforced, on a free port of this machine."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        # What one that was killed has left.
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.journal = self.folder / "journal.jsonl"
        self.journal.touch()
        self.log = self.folder / "ministack.log"
        self.process = None
        for _ in range(5):
            if self._start():
                return
        raise Failed(f"MiniStack does not start: {self.log.read_text()[-2000:]}")

    def _start(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.endpoint = f"http://127.0.0.1:{self.port}"
        environment = {
            **ROOT,
            "AUTH": "true", "AWS_ENDPOINT_URL": self.endpoint, "BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(self.port),
            "IOT_MTLS_ENABLED": "0", "MINISTACK_REGION": REGION, "PATH": os.environ["PATH"],
            "PROVE_JOURNAL": str(self.journal), "SFTP_ENABLED": "0", "STATE_DIR": str(self.folder / "state"),
            "TMPDIR": str(self.folder),
        }
        program = pathlib.Path(__file__).with_name("as_aws.py")
        # It ends with its standard input, and so with us, however we end.
        self.process = subprocess.Popen(
            [sys.executable, str(program)], env=environment, stdin=subprocess.PIPE,
            stdout=self.log.open("ab"), stderr=subprocess.STDOUT)
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end and self.process.poll() is None:
            try:
                urllib.request.urlopen(f"{self.endpoint}/_ministack/health", timeout=2).close()
                return True
            except (OSError, urllib.error.URLError):
                time.sleep(0.1)
        self.stop()
        return False

    def client(self, service):
        return boto3.client(
            service, endpoint_url=self.endpoint, region_name=REGION, aws_access_key_id="test",
            aws_secret_access_key="test", config=Config(retries={"max_attempts": 1}, max_pool_connections=32))

    def mails(self):
        """Every mail that SES took, oldest first."""
        with urllib.request.urlopen(f"{self.endpoint}/_ministack/ses/messages", timeout=10) as answer:
            told = json.load(answer)
        return [mail for mails in told["messages"].values() for mail in mails]

    def decisions(self, offset=0):
        """What roles were allowed and denied since `offset`, and where the next reading goes on."""
        with self.journal.open("rb") as journal:
            journal.seek(offset)
            text = journal.read()
        whole = text.rfind(b"\n") + 1
        return [json.loads(line) for line in text[:whole].splitlines()], offset + whole

    def stop(self):
        if self.process is None:
            return
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def remove(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def eventually(what, ask, longest=PATIENCE_S):
    """Asks until there is an answer."""
    end = time.monotonic() + longest
    while True:
        answer = ask()
        if answer:
            return answer
        if time.monotonic() > end:
            raise Failed(f"in vain for {longest} s: {what}")
        time.sleep(0.05)
