// Finds who is due, and asks for them to be moved on.
const { QueryCommand } = require("@aws-sdk/client-dynamodb");
const { SQSClient, SendMessageCommand } = require("@aws-sdk/client-sqs");
const { dynamodb, text } = require("./shared.js");

const sqs = new SQSClient({});

exports.handler = async () => {
  const offset = Number(process.env.WAYPOST_CLOCK_OFFSET_SECONDS ?? 0) * 1000;
  const until = new Date(Date.now() + offset).toISOString();
  let woken = 0;
  for (let shard = 0; shard < 16; shard++) {
    let ExclusiveStartKey;
    for (;;) {
      const { Items, LastEvaluatedKey } = await dynamodb.send(
        new QueryCommand({
          TableName: process.env.ENROLLMENTS_TABLE,
          IndexName: "due",
          KeyConditionExpression: "shard = :s AND due <= :d",
          ExpressionAttributeValues: { ":s": text(String(shard).padStart(2, "0")), ":d": text(until) },
          ExclusiveStartKey,
        }),
      );
      if (Items.length > 0) {
        const moves = Items.map(({ contact, enrollment }) => ({ contact: contact.S, enrollment: enrollment.S }));
        const MessageBody = JSON.stringify({ v: 1, moves });
        await sqs.send(new SendMessageCommand({ QueueUrl: process.env.MOVES_QUEUE_URL, MessageBody }));
        woken += moves.length;
      }
      ExclusiveStartKey = LastEvaluatedKey;
      if (!ExclusiveStartKey) break;
    }
  }
  return { woken };
};
