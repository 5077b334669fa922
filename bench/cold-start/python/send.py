"""Renders a mail, looks whether it may leave, claims it, hands it to SES, and lets its run end."""
import base64, hmac, json, os

import boto3
import chevron
from botocore.config import Config

from shared import IS_NEW, NOTHING_FAILED, dynamodb, get, hash_of, is_version, letters, number, published, put, text

ses = boto3.client("sesv2", config=Config(retries={"total_max_attempts": 1}))
parameter = boto3.client("ssm").get_parameter(Name=os.environ["ADDRESS_KEY_PARAMETER"], WithDecryption=True)
address_key = base64.b64decode(parameter["Parameter"]["Value"])


def tree(params):
    root = {}
    for path, value in params.items():
        *keys, last = path.split(".")
        node = root
        for key in keys:
            node = node.setdefault(key, {})
        node[last] = value["text"]
    return root


def content(data):
    return {"Data": data, "Charset": "UTF-8"}


def handler(batch):
    for message in letters(batch):
        for order in message["orders"]:
            contact, enrollment, step = order["contact"], order["enrollment"], order["step"]
            run = get("ENROLLMENTS_TABLE", contact=contact, enrollment=enrollment)
            doc = json.loads(run["doc"]["S"])
            plan = published(doc["plan"])
            person = json.loads(get("CONTACTS_TABLE", contact=contact, item="profile")["doc"]["S"])
            send = next(one["send"] for one in plan["steps"] if one["id"] == step)
            template = published(next(one["hash"] for one in plan["templates"] if one["name"] == send["template"]))
            scope = {"event": tree(doc["params"]), "recipient": person, "contact": person, "locale": plan["settings"]["locale"]}
            scope["subject"] = chevron.render(template["subject"], scope)
            scope["preheader"] = chevron.render(template.get("preheader") or "", scope)
            html, plain = chevron.render(template["html"], scope), chevron.render(template["text"], scope)
            address = hmac.digest(address_key, person["email"].encode(), "sha256").hex()
            if get("CONTACTS_TABLE", contact="address#" + address, item="suppression"):
                continue
            name = "snd_" + hash_of(enrollment, step, contact)
            claim = {"contact": text(contact), "send": text(name), "state": text("dispatching"), "enrollment": text(enrollment)}
            put("SENDS_TABLE", claim, **IS_NEW)
            sent = ses.send_email(
                FromEmailAddress=f"{send['from']['name']} <{send['from']['address']}>",
                Destination={"ToAddresses": [person["email"]]},
                Content={"Simple": {"Subject": content(scope["subject"]), "Body": {"Html": content(html), "Text": content(plain)}}},
                ConfigurationSetName=os.environ["CONFIGURATION_SET"],
                EmailTags=[{"Name": "wp-send", "Value": name}],
            )
            dynamodb.update_item(
                TableName=os.environ["SENDS_TABLE"],
                Key={"contact": text(contact), "send": text(name)},
                UpdateExpression="SET #state = :state, message_id = :id",
                ExpressionAttributeNames={"#state": "state"},
                ExpressionAttributeValues={":state": text("accepted"), ":id": text(sent["MessageId"])},
            )
            left = json.dumps({**doc, "phase": {"left": {"reason": "finished"}}})
            version = int(run["v"]["N"])
            item = {"contact": text(contact), "enrollment": text(enrollment), "v": number(version + 1), "doc": text(left)}
            put("ENROLLMENTS_TABLE", item, **is_version(version))
    return NOTHING_FAILED
