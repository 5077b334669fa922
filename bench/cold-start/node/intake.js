// Verifies a post, holds it against the release, puts it into a queue.
const { SQSClient, SendMessageCommand } = require("@aws-sdk/client-sqs");
const { SSMClient, GetParameterCommand } = require("@aws-sdk/client-ssm");
const { createHmac, timingSafeEqual } = require("node:crypto");
const { get, published } = require("./shared.js");

const sqs = new SQSClient({});
const parameter = new GetParameterCommand({ Name: process.env.SIGNING_SECRETS_PARAMETER, WithDecryption: true });
const secrets = new SSMClient({}).send(parameter);

exports.handler = async ({ headers, body }) => {
  const secret = (await secrets).Parameter.Value.replace("whsec_", "");
  const { "webhook-id": id, "webhook-timestamp": at, "webhook-signature": signature } = headers;
  const mac = createHmac("sha256", Buffer.from(secret, "base64")).update(`${id}.${at}.${body}`).digest("base64");
  if (!timingSafeEqual(Buffer.from(`v1,${mac}`), Buffer.from(signature))) {
    return { statusCode: 401, body: "" };
  }
  const pointer = (await get("RELEASES_TABLE", { hash: "current" })).release.S;
  const release = await published(pointer);
  const event = JSON.parse(body);
  const type = release.events[event.type];
  for (const path of Object.keys(type.params)) {
    if (path.split(".").reduce((value, key) => value?.[key], event.data) === undefined) {
      return { statusCode: 422, body: "" };
    }
  }
  const message = JSON.stringify({ v: 1, release: pointer, events: [{ ...event, id }] });
  await sqs.send(new SendMessageCommand({ QueueUrl: process.env.EVENTS_QUEUE_URL, MessageBody: message }));
  return { statusCode: 202, headers: { "content-type": "application/json" }, body: JSON.stringify({ accepted: [id] }) };
};
