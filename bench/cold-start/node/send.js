// Renders a mail, looks whether it may leave, claims it, hands it to SES, and lets its run end.
const { UpdateItemCommand } = require("@aws-sdk/client-dynamodb");
const { SESv2Client, SendEmailCommand } = require("@aws-sdk/client-sesv2");
const { SSMClient, GetParameterCommand } = require("@aws-sdk/client-ssm");
const { createHmac } = require("node:crypto");
const Handlebars = require("handlebars/dist/cjs/handlebars.js");
const { dynamodb, get, hash, is, letters, nothingFailed, number, published, put, text } = require("./shared.js");

const ses = new SESv2Client({ maxAttempts: 1 });
const parameter = new GetParameterCommand({ Name: process.env.ADDRESS_KEY_PARAMETER, WithDecryption: true });
const addressKey = new SSMClient({}).send(parameter);

const tree = (params) => {
  const root = {};
  for (const [path, value] of Object.entries(params)) {
    const keys = path.split(".");
    const last = keys.pop();
    keys.reduce((node, key) => (node[key] ??= {}), root)[last] = value.text;
  }
  return root;
};

exports.handler = async (batch) => {
  const key = Buffer.from((await addressKey).Parameter.Value, "base64");
  for (const { orders } of letters(batch)) {
    for (const { enrollment, contact, step } of orders) {
      const run = await get("ENROLLMENTS_TABLE", { contact, enrollment });
      const doc = JSON.parse(run.doc.S);
      const plan = await published(doc.plan);
      const person = JSON.parse((await get("CONTACTS_TABLE", { contact, item: "profile" })).doc.S);
      const { send } = plan.steps.find(({ id }) => id === step);
      const template = await published(plan.templates.find(({ name }) => name === send.template).hash);
      const scope = { event: tree(doc.params), recipient: person, contact: person, locale: plan.settings.locale };
      const render = (source, options) => Handlebars.compile(source, options)(scope);
      scope.subject = render(template.subject, { noEscape: true });
      scope.preheader = render(template.preheader ?? "", { noEscape: true });
      const [html, plain] = [render(template.html), render(template.text, { noEscape: true })];
      const address = createHmac("sha256", key).update(person.email).digest("hex");
      if (await get("CONTACTS_TABLE", { contact: `address#${address}`, item: "suppression" })) continue;
      const name = `snd_${hash(enrollment, step, contact)}`;
      const claim = { contact: text(contact), send: text(name), state: text("dispatching"), enrollment: text(enrollment) };
      await put("SENDS_TABLE", claim, { ConditionExpression: "attribute_not_exists(contact)" });
      const content = (Data) => ({ Data, Charset: "UTF-8" });
      const { MessageId } = await ses.send(
        new SendEmailCommand({
          FromEmailAddress: `${send.from.name} <${send.from.address}>`,
          Destination: { ToAddresses: [person.email] },
          Content: { Simple: { Subject: content(scope.subject), Body: { Html: content(html), Text: content(plain) } } },
          ConfigurationSetName: process.env.CONFIGURATION_SET,
          EmailTags: [{ Name: "wp-send", Value: name }],
        }),
      );
      await dynamodb.send(
        new UpdateItemCommand({
          TableName: process.env.SENDS_TABLE,
          Key: { contact: text(contact), send: text(name) },
          UpdateExpression: "SET #state = :state, message_id = :id",
          ExpressionAttributeNames: { "#state": "state" },
          ExpressionAttributeValues: { ":state": text("accepted"), ":id": text(MessageId) },
        }),
      );
      const left = text(JSON.stringify({ ...doc, phase: { left: { reason: "finished" } } }));
      const version = Number(run.v.N);
      const next = { contact: text(contact), enrollment: text(enrollment), v: number(version + 1), doc: left };
      await put("ENROLLMENTS_TABLE", next, is(version));
    }
  }
  return nothingFailed;
};
