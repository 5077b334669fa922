"""What several functions need."""
import hashlib, json, os

import boto3

dynamodb = boto3.client("dynamodb")


def text(value):
    return {"S": value}


def number(value):
    return {"N": str(value)}


def hash_of(*parts):
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:26]


def get(table, **key):
    key = {name: text(value) for name, value in key.items()}
    return dynamodb.get_item(TableName=os.environ[table], Key=key, ConsistentRead=True).get("Item")


def put(table, item, **condition):
    dynamodb.put_item(TableName=os.environ[table], Item=item, **condition)


def published(name):
    return json.loads(get("RELEASES_TABLE", hash=name)["doc"]["S"])


def is_version(version):
    return {"ConditionExpression": "v = :v", "ExpressionAttributeValues": {":v": number(version)}}


def letters(event):
    return [json.loads(record["body"]) for record in event["Records"]]


IS_NEW = {"ConditionExpression": "attribute_not_exists(contact)"}
NOTHING_FAILED = {"batchItemFailures": []}
