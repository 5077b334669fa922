// An event becomes a contact and a run; its mail is ordered.
const { SQSClient, SendMessageCommand } = require("@aws-sdk/client-sqs");
const { SSMClient, GetParameterCommand } = require("@aws-sdk/client-ssm");
const { createHmac } = require("node:crypto");
const { get, hash, isNew, letters, nothingFailed, number, published, put, text } = require("./shared.js");

const sqs = new SQSClient({});
const parameter = new GetParameterCommand({ Name: process.env.ADDRESS_KEY_PARAMETER, WithDecryption: true });
const addressKey = new SSMClient({}).send(parameter);

exports.handler = async (batch) => {
  const key = Buffer.from((await addressKey).Parameter.Value, "base64");
  const orders = [];
  for (const { release: name, events } of letters(batch)) {
    const release = await published(name);
    for (const event of events) {
      for (const person of event.people) {
        const contact = `con_${hash(person.id)}`;
        if (!(await get("CONTACTS_TABLE", { contact, item: "profile" }))) {
          const address = createHmac("sha256", key).update(person.email).digest("hex");
          await put("CONTACTS_TABLE", { contact: text(`address#${address}`), item: text(contact) });
          const doc = text(JSON.stringify(person));
          await put("CONTACTS_TABLE", { contact: text(contact), item: text("profile"), doc, v: number(1) }, isNew);
        }
        for (const journey of Object.values(release.journeys)) {
          if (!journey.triggers.some((trigger) => trigger.event === event.type)) continue;
          const plan = await published(journey.plan);
          const enrollment = `enr_${hash(plan.journey, contact, event.id)}`;
          const step = plan.steps[0].id;
          const doc = { journey: plan.journey, plan: journey.plan, params: event.params, phase: { sending: { step } } };
          const run = { contact: text(contact), enrollment: text(enrollment), v: number(1), doc: text(JSON.stringify(doc)) };
          await put("ENROLLMENTS_TABLE", run, isNew);
          orders.push({ enrollment, contact, step, decided: new Date().toISOString() });
        }
      }
    }
  }
  const MessageBody = JSON.stringify({ v: 1, orders });
  await sqs.send(new SendMessageCommand({ QueueUrl: process.env.ORDERS_QUEUE_URL, MessageBody }));
  return nothingFailed;
};
