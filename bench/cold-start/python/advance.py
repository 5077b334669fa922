"""Moves on those whose wait is over, and orders their mails."""
import json, os
from datetime import datetime, timezone

import boto3

from shared import NOTHING_FAILED, get, is_version, letters, number, published, put, text

sqs = boto3.client("sqs")


def handler(batch):
    orders = []
    for message in letters(batch):
        for move in message["moves"]:
            contact, enrollment = move["contact"], move["enrollment"]
            run = get("ENROLLMENTS_TABLE", contact=contact, enrollment=enrollment)
            doc = json.loads(run["doc"]["S"])
            plan = published(doc["plan"])
            if not get("CONTACTS_TABLE", contact=contact, item="profile"):
                continue
            waiting = next(one for one in plan["steps"] if one["id"] == doc["phase"]["waiting"]["step"])
            step = plan["steps"][waiting["wait"]["next"]]["id"]
            version = int(run["v"]["N"])
            following = text(json.dumps({**doc, "phase": {"sending": {"step": step}}}))
            item = {"contact": text(contact), "enrollment": text(enrollment), "v": number(version + 1), "doc": following}
            put("ENROLLMENTS_TABLE", item, **is_version(version))
            decided = datetime.now(timezone.utc).isoformat()
            orders.append({"enrollment": enrollment, "contact": contact, "step": step, "decided": decided})
    sqs.send_message(QueueUrl=os.environ["ORDERS_QUEUE_URL"], MessageBody=json.dumps({"v": 1, "orders": orders}))
    return NOTHING_FAILED
