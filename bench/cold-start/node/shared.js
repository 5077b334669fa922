// What several functions need.
const { DynamoDBClient, GetItemCommand, PutItemCommand } = require("@aws-sdk/client-dynamodb");
const { createHash } = require("node:crypto");

const dynamodb = new DynamoDBClient({});
const text = (value) => ({ S: value });
const number = (value) => ({ N: String(value) });
const hash = (...parts) => createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, 26);

const get = async (table, key) => {
  const Key = Object.fromEntries(Object.entries(key).map(([name, value]) => [name, text(value)]));
  const { Item } = await dynamodb.send(new GetItemCommand({ TableName: process.env[table], Key, ConsistentRead: true }));
  return Item;
};
const put = (table, Item, condition = {}) =>
  dynamodb.send(new PutItemCommand({ TableName: process.env[table], Item, ...condition }));
const published = async (name) => JSON.parse((await get("RELEASES_TABLE", { hash: name })).doc.S);
const isNew = { ConditionExpression: "attribute_not_exists(contact)" };
const is = (version) => ({ ConditionExpression: "v = :v", ExpressionAttributeValues: { ":v": number(version) } });
const letters = (event) => event.Records.map((record) => JSON.parse(record.body));
const nothingFailed = { batchItemFailures: [] };

module.exports = { dynamodb, get, hash, is, isNew, letters, nothingFailed, number, published, put, text };
