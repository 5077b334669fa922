"""An event becomes a contact and a run; its mail is ordered."""
import base64, hmac, json, os
from datetime import datetime, timezone

import boto3

from shared import IS_NEW, NOTHING_FAILED, get, hash_of, letters, number, published, put, text

sqs = boto3.client("sqs")
parameter = boto3.client("ssm").get_parameter(Name=os.environ["ADDRESS_KEY_PARAMETER"], WithDecryption=True)
address_key = base64.b64decode(parameter["Parameter"]["Value"])


def handler(batch):
    orders = []
    for message in letters(batch):
        release = published(message["release"])
        for event in message["events"]:
            for person in event["people"]:
                contact = "con_" + hash_of(person["id"])
                if not get("CONTACTS_TABLE", contact=contact, item="profile"):
                    address = hmac.digest(address_key, person["email"].encode(), "sha256").hex()
                    put("CONTACTS_TABLE", {"contact": text("address#" + address), "item": text(contact)})
                    item = {"contact": text(contact), "item": text("profile"), "doc": text(json.dumps(person)), "v": number(1)}
                    put("CONTACTS_TABLE", item, **IS_NEW)
                for journey in release["journeys"].values():
                    if not any(trigger["event"] == event["type"] for trigger in journey["triggers"]):
                        continue
                    plan = published(journey["plan"])
                    enrollment = "enr_" + hash_of(plan["journey"], contact, event["id"])
                    step = plan["steps"][0]["id"]
                    doc = {"journey": plan["journey"], "plan": journey["plan"], "params": event["params"],
                           "phase": {"sending": {"step": step}}}
                    run = {"contact": text(contact), "enrollment": text(enrollment), "v": number(1), "doc": text(json.dumps(doc))}
                    put("ENROLLMENTS_TABLE", run, **IS_NEW)
                    decided = datetime.now(timezone.utc).isoformat()
                    orders.append({"enrollment": enrollment, "contact": contact, "step": step, "decided": decided})
    sqs.send_message(QueueUrl=os.environ["ORDERS_QUEUE_URL"], MessageBody=json.dumps({"v": 1, "orders": orders}))
    return NOTHING_FAILED
