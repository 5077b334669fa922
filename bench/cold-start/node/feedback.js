// SES's reports settle what is in doubt.
const { BatchGetItemCommand } = require("@aws-sdk/client-dynamodb");
const { dynamodb, letters, nothingFailed, text } = require("./shared.js");

exports.handler = async (batch) => {
  const reports = letters(batch).map(({ mail }) => mail.tags);
  const Keys = reports.map((tags) => ({ contact: text(tags["wp-recipient"][0]), send: text(tags["wp-send"][0]) }));
  const table = process.env.SENDS_TABLE;
  const wanted = { RequestItems: { [table]: { Keys, ConsistentRead: true } } };
  const { Responses } = await dynamodb.send(new BatchGetItemCommand(wanted));
  const doubtful = Responses[table].filter(({ state }) => state.S !== "accepted");
  if (doubtful.length > 0) throw new Error("a mail is in doubt: not part of this comparison");
  return nothingFailed;
};
