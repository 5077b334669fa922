"""The stack: deployed from the very template, looked at, changed, deleted."""

import collections
import io
import json
import os
import re
import secrets
import shutil
import subprocess
import zipfile

from cloud import REGION, ROOT, Failed, eventually

BUCKET = "prove-code"
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]


class Stack:
    """A deployed stack, and how the test reaches what is in it."""

    def __init__(self, cloud, name, template, waypost):
        self.cloud, self.name, self.template, self.waypost = cloud, name, template, waypost
        self.cloudformation = cloud.client("cloudformation")
        for service in ("dynamodb", "events", "iam", "logs", "s3", "scheduler", "sns", "sqs", "ssm"):
            setattr(self, service, cloud.client(service))
        self.functions, self.ses = cloud.client("lambda"), cloud.client("sesv2")
        self.parameters = {}

    def upload(self, program, comment):
        """Packs a bootstrap as Lambda wants it, and returns where it lies. The comment makes it another version."""
        program = self._stripped(program)
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            entry = zipfile.ZipInfo("bootstrap")
            entry.external_attr, entry.compress_type = 0o755 << 16, zipfile.ZIP_DEFLATED
            archive.writestr(entry, program.read_bytes())
            archive.comment = comment.encode()
        if not any(one["Name"] == BUCKET for one in self.s3.list_buckets()["Buckets"]):
            self.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        key = f"{comment}.zip"
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=packed.getvalue())
        return key

    def _stripped(self, program):
        """Leaves out what only a debugger reads, if there is the tool: every start reads the whole program."""
        stripped = self.cloud.folder / "bootstrap"
        if stripped.exists():
            return stripped
        tool = shutil.which("strip")
        if tool and subprocess.run([tool, "-o", stripped, program]).returncode == 0:
            return stripped
        return program

    def packaged(self, key):
        """The template as `sam package` leaves it: every CodeUri points to the uploaded code."""
        text, count = re.subn(r"(?m)^(\s*)CodeUri: .*$", rf"\1CodeUri: {{Bucket: {BUCKET}, Key: {key}}}", self.template.read_text())
        if count == 0:
            raise Failed("the template has no CodeUri")
        return text

    def _laid_down(self, key):
        """Lays the packaged template into the bucket: it is larger than a request may be."""
        name = f"{key}.yaml"
        self.s3.put_object(Bucket=BUCKET, Key=name, Body=self.packaged(key).encode())
        return f"https://s3.{REGION}.amazonaws.com/{BUCKET}/{name}"

    def deploy(self, key, **parameters):
        """Creates the stack, or updates it by way of a change set, as `sam deploy` does."""
        self.parameters.update(parameters)
        told = [{"ParameterKey": name, "ParameterValue": value} for name, value in self.parameters.items()]
        exists = any(one["StackName"] == self.name for one in self.cloudformation.describe_stacks()["Stacks"])
        self.cloudformation.create_change_set(
            StackName=self.name, ChangeSetName=f"change-{key.removesuffix('.zip')}", TemplateURL=self._laid_down(key),
            Capabilities=CAPABILITIES, Parameters=told, ChangeSetType="UPDATE" if exists else "CREATE")
        change = {"StackName": self.name, "ChangeSetName": f"change-{key.removesuffix('.zip')}"}

        def made():
            state = self.cloudformation.describe_change_set(**change)
            if state["Status"] == "FAILED":
                raise Failed(f"the change set fails: {state.get('StatusReason')}")
            return state if state["Status"] == "CREATE_COMPLETE" else None

        changes = eventually("the change set is made", made)["Changes"]
        self.cloudformation.execute_change_set(**change)
        self._settle("UPDATE_COMPLETE" if exists else "CREATE_COMPLETE")
        self.resources = {
            one["LogicalResourceId"]: (one["ResourceType"], one["PhysicalResourceId"])
            for page in self.cloudformation.get_paginator("list_stack_resources").paginate(StackName=self.name)
            for one in page["StackResourceSummaries"]}
        return changes

    def _settle(self, wanted):
        def settled():
            state = self.cloudformation.describe_stacks(StackName=self.name)["Stacks"][0]
            if state["StackStatus"] == wanted:
                return True
            if "FAILED" in state["StackStatus"] or "ROLLBACK" in state["StackStatus"]:
                events = self.cloudformation.describe_stack_events(StackName=self.name)["StackEvents"]
                why = [f"{one['LogicalResourceId']}: {one.get('ResourceStatusReason', '')}" for one in events if "FAILED" in one["ResourceStatus"]]
                raise Failed(f"{state['StackStatus']}: {state.get('StackStatusReason', '')}\n" + "\n".join(why))
            return False

        eventually(f"the stack is {wanted}", settled)

    def counts(self):
        return collections.Counter(kind for kind, _ in self.resources.values())

    def physical(self, logical):
        if logical not in self.resources:
            raise Failed(f"the template has no {logical}")
        return self.resources[logical][1]

    def outputs(self):
        state = self.cloudformation.describe_stacks(StackName=self.name)["Stacks"][0]
        return {one["OutputKey"]: one["OutputValue"] for one in state.get("Outputs", [])}

    def wiring(self):
        value = self.ssm.get_parameter(Name=f"/waypost/{self.name}/wiring")["Parameter"]["Value"]
        return json.loads(value)

    # ---- queues

    def send(self, queue, body):
        text = body if isinstance(body, str) else json.dumps(body)
        self.sqs.send_message(QueueUrl=self.physical(queue), MessageBody=text)

    def depth(self, queue):
        counts = self.sqs.get_queue_attributes(QueueUrl=self.physical(queue), AttributeNames=["All"])["Attributes"]
        return {name: int(counts[f"ApproximateNumberOfMessages{name}"]) for name in ("", "NotVisible", "Delayed")}

    def queues(self):
        return [logical for logical, (kind, _) in self.resources.items() if kind == "AWS::SQS::Queue"]

    def backlog(self):
        """What is left in each queue but those of dead letters."""
        depths = {queue: sum(self.depth(queue).values()) for queue in self.queues() if not queue.endswith("Dead")}
        return {queue: depth for queue, depth in depths.items() if depth}

    def dead(self):
        depths = {queue: sum(self.depth(queue).values()) for queue in self.queues() if queue.endswith("Dead")}
        return {queue: depth for queue, depth in depths.items() if depth}

    def purge(self):
        for queue in self.queues():
            self.sqs.purge_queue(QueueUrl=self.physical(queue))

    def letters(self, queue):
        """Takes the messages out of a queue."""
        url, taken = self.physical(queue), []
        while True:
            page = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]).get("Messages", [])
            if not page:
                return taken
            for one in page:
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])
            taken += page

    # ---- functions

    def parameter(self, name):
        return self.ssm.get_parameter(Name=f"/waypost/{self.name}/{name}", WithDecryption=True)["Parameter"]["Value"]

    def invoke(self, function, event):
        answer = self.functions.invoke(FunctionName=self.physical(function), Payload=json.dumps(event).encode())
        return answer["Payload"].read().decode(), answer.get("FunctionError")

    def environment(self, function, **changes):
        """Starts a function afresh, with other variables; `None` takes one away."""
        name = self.physical(function)
        variables = self.functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        variables.update({name: value for name, value in changes.items() if value is not None})
        for gone in [name for name, value in changes.items() if value is None]:
            variables.pop(gone, None)
        variables["PROVE_START"] = secrets.token_hex(4)
        self.functions.update_function_configuration(FunctionName=name, Environment={"Variables": variables})

    def mapping(self, function):
        found = self.functions.list_event_source_mappings(FunctionName=self.physical(function))["EventSourceMappings"]
        return found[0] if found else None

    def switch(self, function, on):
        """Lets a function read its queue, or not."""
        self.functions.update_event_source_mapping(UUID=self.mapping(function)["UUID"], Enabled=on)

    def lines(self, since_ms=0):
        """What the functions logged."""
        group = self.physical("Logs")
        pages = self.logs.get_paginator("filter_log_events").paginate(logGroupName=group, startTime=since_ms)
        return [event["message"] for page in pages for event in page["events"]]

    # ---- tables

    def items(self, table):
        pages = self.dynamodb.get_paginator("scan").paginate(TableName=self.physical(table), ConsistentRead=True)
        return [{name: next(iter(value.values())) for name, value in item.items()} for page in pages for item in page["Items"]]

    # ---- the command

    def command(self, *arguments, check=True, stdin=None):
        """Runs `waypost` against this cloud."""
        environment = {**ROOT, "AWS_ENDPOINT_URL": self.cloud.endpoint, "PATH": os.environ["PATH"], "HOME": str(self.cloud.folder)}
        done = subprocess.run([self.waypost, *arguments], env=environment, input=stdin, capture_output=True, text=True, timeout=120)
        if check and done.returncode != 0:
            raise Failed(f"waypost {' '.join(arguments)} ends with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done

    def publish(self, folder):
        """Puts a release in force."""
        self.command("publish", str(folder), "--stack", self.name, "--yes")
