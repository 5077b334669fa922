"""The loop around a handler: lighter than Lambda's own."""
import http.client, importlib, json, os, sys

runtime = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
handler = importlib.import_module(sys.argv[1]).handler
BASE = "/2018-06-01/runtime/invocation"


def call(method, path, body=None):
    runtime.request(method, BASE + path, body)
    response = runtime.getresponse()
    return response.headers, response.read()


while True:
    headers, event = call("GET", "/next")
    name = headers["lambda-runtime-aws-request-id"]
    try:
        call("POST", f"/{name}/response", json.dumps(handler(json.loads(event))))
    except Exception as error:
        call("POST", f"/{name}/error", json.dumps({"errorMessage": repr(error)}))
