"""SES's reports settle what is in doubt."""
import os

from shared import NOTHING_FAILED, dynamodb, letters, text


def handler(batch):
    reports = [message["mail"]["tags"] for message in letters(batch)]
    keys = [{"contact": text(tags["wp-recipient"][0]), "send": text(tags["wp-send"][0])} for tags in reports]
    table = os.environ["SENDS_TABLE"]
    found = dynamodb.batch_get_item(RequestItems={table: {"Keys": keys, "ConsistentRead": True}})
    if any(item["state"]["S"] != "accepted" for item in found["Responses"][table]):
        raise RuntimeError("a mail is in doubt: not part of this comparison")
    return NOTHING_FAILED
