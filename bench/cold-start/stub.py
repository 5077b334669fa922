"""What Lambda and AWS are to a function that starts: the Runtime API, and the services over TLS, both on 127.0.0.1.

The services keep tables in memory, take whatever is sent, and note every operation; nothing more than the functions need.
"""
import copy, hashlib, json, os, socket, ssl, subprocess, threading, time


def read_request(stream):
    """Reads one HTTP request: its first line, its headers, its body."""
    first = stream.readline()
    if not first:
        return None
    headers = {}
    while (line := stream.readline()) not in (b"\r\n", b"\n", b""):
        name, _, value = line.decode().partition(":")
        headers[name.strip().lower()] = value.strip()
    if "chunked" in headers.get("transfer-encoding", ""):
        body = b""
        while (size := int(stream.readline().split(b";")[0], 16)) > 0:
            body += stream.read(size)
            stream.readline()
        stream.readline()
    else:
        body = stream.read(int(headers.get("content-length", 0)))
    return first.decode().split(" ")[:2], headers, body


def answer(conn, status, body=b"", headers=()):
    lines = [f"HTTP/1.1 {status} x", f"Content-Length: {len(body)}", *headers]
    conn.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)


def listen(handle, context=None):
    """Serves each connection on a thread of its own; returns the port."""
    server = socket.socket()
    server.bind(("127.0.0.1", 0))
    server.listen(64)

    def serve(conn):
        try:
            conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if context:
                conn = context.wrap_socket(conn, server_side=True)
            stream = conn.makefile("rb")
            while request := read_request(stream):
                handle(conn, *request)
        except OSError:
            pass

    def accept():
        while True:
            threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return server.getsockname()[1]


class Runtime:
    """The Runtime API: hands out one event, and notes when the result is here."""

    def __init__(self):
        self.done = threading.Event()
        self.expect({})
        self.port = listen(self.handle)

    def expect(self, event):
        self.event, self.at, self.result, self.failed = json.dumps(event).encode(), None, b"", False
        self.done.clear()

    def handle(self, conn, line, headers, body):
        method, path = line
        if path.endswith("/invocation/next"):
            if self.at is not None:
                time.sleep(60)
                return
            answer(conn, 200, self.event, [
                "Content-Type: application/json",
                "Lambda-Runtime-Aws-Request-Id: 8476a536-e9f4-11e8-9739-2dfe598c3fcd",
                f"Lambda-Runtime-Deadline-Ms: {int(time.time() * 1000) + 60000}",
                "Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:eu-west-1:123456789012:function:f",
            ])
            return
        if path.endswith(("/response", "/error")):
            self.at, self.result, self.failed = time.perf_counter(), body, path.endswith("/error")
            self.done.set()
        answer(conn, 202)


class Aws:
    """The services."""

    KEYS = {"contacts": ("contact", "item"), "enrollments": ("contact", "enrollment"), "sends": ("contact", "send"),
            "events": ("id",), "releases": ("hash",)}

    def __init__(self, folder, parameters):
        self.parameters, self.lock = parameters, threading.Lock()
        self.tables = {name: {} for name in self.KEYS}
        self.forget()
        self.ca = os.path.join(folder, "ca.pem")
        self.port = listen(self.handle, self.tls(folder))

    def tls(self, folder):
        run = lambda *words: subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)
        with open(os.path.join(folder, "san"), "w") as file:
            file.write("subjectAltName=DNS:localhost")
        curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        run("req", "-x509", *curve, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=cold-start", "-days", "2")
        run("req", *curve, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost")
        run("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out",
            "server.pem", "-days", "2", "-extfile", "san")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(os.path.join(folder, "server.pem"), os.path.join(folder, "server.key"))
        return context

    def forget(self):
        self.calls, self.bodies, self.tags = [], [], []

    def snapshot(self):
        return copy.deepcopy(self.tables)

    def handle(self, conn, line, headers, body):
        method, path = line
        target = headers.get("x-amz-target", "")
        request = json.loads(body) if body else {}
        with self.lock:
            if target:
                operation = target.rsplit(".", 1)[1]
                status, reply = getattr(self, operation)(request)
            elif path.startswith("/v2/email/outbound-emails"):
                operation, status, reply = "SendEmail", *self.send_email(request)
            else:
                operation, status, reply = "CreateSchedule", 200, {"ScheduleArn": "arn:aws:scheduler:::schedule/x"}
            self.calls.append(operation)
        kind = "json" if not target else "x-amz-json-1.0" if "Dynamo" in target or "SQS" in target else "x-amz-json-1.1"
        answer(conn, status, json.dumps(reply).encode(), [f"Content-Type: application/{kind}", "x-amzn-RequestId: 1"])

    def key(self, table, item):
        return tuple(item[name]["S"] for name in self.KEYS[table])

    def GetItem(self, request):
        table = request["TableName"]
        item = self.tables[table].get(self.key(table, request["Key"]))
        return 200, {"Item": item} if item else {}

    def BatchGetItem(self, request):
        found = {}
        for table, wanted in request["RequestItems"].items():
            items = (self.tables[table].get(self.key(table, key)) for key in wanted["Keys"])
            found[table] = [item for item in items if item]
        return 200, {"Responses": found, "UnprocessedKeys": {}}

    def PutItem(self, request):
        table, item = request["TableName"], request["Item"]
        key = self.key(table, item)
        if "attribute_not_exists" in request.get("ConditionExpression", "") and key in self.tables[table]:
            return 400, {"__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"}
        self.tables[table][key] = item
        return 200, {}

    def UpdateItem(self, request):
        table = request["TableName"]
        item = self.tables[table][self.key(table, request["Key"])]
        self.tables[table][self.key(table, request["Key"])] = {**item, "state": request["ExpressionAttributeValues"][":state"]}
        return 200, {}

    def Query(self, request):
        values = request["ExpressionAttributeValues"]
        name, value = ("shard", values[":s"]) if "IndexName" in request else ("contact", values[":c"])
        items = [item for item in self.tables[request["TableName"]].values() if item.get(name) == value]
        if request.get("ExclusiveStartKey"):
            items = []
        reply = {"Items": items, "Count": len(items)}
        # A page may be the last and not say so; then everybody asks once more.
        if items and "IndexName" in request:
            reply["LastEvaluatedKey"] = {key: items[-1][key] for key in ("contact", "enrollment", "shard", "due")}
        return 200, reply

    def taken(self, entry):
        self.bodies.append((request_queue(entry), entry["MessageBody"]))
        return {"MessageId": "m", "MD5OfMessageBody": hashlib.md5(entry["MessageBody"].encode()).hexdigest()}

    def SendMessage(self, request):
        return 200, self.taken(request)

    def SendMessageBatch(self, request):
        entries = [{"Id": one["Id"], **self.taken({**one, "QueueUrl": request["QueueUrl"]})} for one in request["Entries"]]
        return 200, {"Successful": entries, "Failed": []}

    def GetQueueAttributes(self, request):
        return 200, {"Attributes": {name: "0" for name in request["AttributeNames"]}}

    def GetParameter(self, request):
        value = self.parameters[request["Name"]]
        return 200, {"Parameter": {"Name": request["Name"], "Type": "SecureString", "Value": value, "Version": 1}}

    def send_email(self, request):
        self.tags = request["EmailTags"]
        return 200, {"MessageId": "0100-cold-start"}


def request_queue(entry):
    return entry["QueueUrl"].rsplit("/", 1)[1]
