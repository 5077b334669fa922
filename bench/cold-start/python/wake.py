"""Finds who is due, and asks for them to be moved on."""
import json, os
from datetime import datetime, timedelta, timezone

import boto3

from shared import dynamodb, text

sqs = boto3.client("sqs")


def handler(_):
    offset = timedelta(seconds=int(os.environ.get("WAYPOST_CLOCK_OFFSET_SECONDS", "0")))
    until = (datetime.now(timezone.utc) + offset).isoformat()
    woken = 0
    for shard in range(16):
        start = {}
        while True:
            page = dynamodb.query(
                TableName=os.environ["ENROLLMENTS_TABLE"],
                IndexName="due",
                KeyConditionExpression="shard = :s AND due <= :d",
                ExpressionAttributeValues={":s": text(f"{shard:02}"), ":d": text(until)},
                **start,
            )
            if page["Items"]:
                moves = [{"contact": item["contact"]["S"], "enrollment": item["enrollment"]["S"]} for item in page["Items"]]
                body = json.dumps({"v": 1, "moves": moves})
                sqs.send_message(QueueUrl=os.environ["MOVES_QUEUE_URL"], MessageBody=body)
                woken += len(moves)
            if "LastEvaluatedKey" not in page:
                break
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
    return {"woken": woken}
