// Moves on those whose wait is over, and orders their mails.
const { SQSClient, SendMessageCommand } = require("@aws-sdk/client-sqs");
const { get, is, letters, nothingFailed, number, published, put, text } = require("./shared.js");

const sqs = new SQSClient({});

exports.handler = async (batch) => {
  const orders = [];
  for (const { moves } of letters(batch)) {
    for (const { contact, enrollment } of moves) {
      const run = await get("ENROLLMENTS_TABLE", { contact, enrollment });
      const doc = JSON.parse(run.doc.S);
      const plan = await published(doc.plan);
      if (!(await get("CONTACTS_TABLE", { contact, item: "profile" }))) continue;
      const at = plan.steps.findIndex(({ id }) => id === doc.phase.waiting.step);
      const step = plan.steps[plan.steps[at].wait.next].id;
      const version = Number(run.v.N);
      const next = text(JSON.stringify({ ...doc, phase: { sending: { step } } }));
      const item = { contact: text(contact), enrollment: text(enrollment), v: number(version + 1), doc: next };
      await put("ENROLLMENTS_TABLE", item, is(version));
      orders.push({ enrollment, contact, step, decided: new Date().toISOString() });
    }
  }
  const MessageBody = JSON.stringify({ v: 1, orders });
  await sqs.send(new SendMessageCommand({ QueueUrl: process.env.ORDERS_QUEUE_URL, MessageBody }));
  return nothingFailed;
};
