"""Verifies a post, holds it against the release, puts it into a queue."""
import base64, hmac, json, os

import boto3

from shared import get, published

sqs = boto3.client("sqs")
parameter = boto3.client("ssm").get_parameter(Name=os.environ["SIGNING_SECRETS_PARAMETER"], WithDecryption=True)
secret = base64.b64decode(parameter["Parameter"]["Value"].removeprefix("whsec_"))


def handler(event):
    headers, body = event["headers"], event["body"]
    name, at = headers["webhook-id"], headers["webhook-timestamp"]
    mac = base64.b64encode(hmac.digest(secret, f"{name}.{at}.{body}".encode(), "sha256")).decode()
    if not hmac.compare_digest("v1," + mac, headers["webhook-signature"]):
        return {"statusCode": 401, "body": ""}
    pointer = get("RELEASES_TABLE", hash="current")["release"]["S"]
    release = published(pointer)
    post = json.loads(body)
    for path in release["events"][post["type"]]["params"]:
        value = post["data"]
        for key in path.split("."):
            value = value.get(key)
            if value is None:
                return {"statusCode": 422, "body": ""}
    message = json.dumps({"v": 1, "release": pointer, "events": [{**post, "id": name}]})
    sqs.send_message(QueueUrl=os.environ["EVENTS_QUEUE_URL"], MessageBody=message)
    return {"statusCode": 202, "headers": {"content-type": "application/json"}, "body": json.dumps({"accepted": [name]})}
