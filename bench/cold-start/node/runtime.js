// The loop around a handler: lighter than Lambda's own.
const http = require("node:http");

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const agent = new http.Agent({ keepAlive: true });
const call = (method, path, body) =>
  new Promise((resolve, reject) => {
    const headers = body ? { "content-length": Buffer.byteLength(body) } : {};
    const request = http.request({ host, port, method, path, agent, headers }, (response) => {
      let text = "";
      response.on("data", (chunk) => (text += chunk));
      response.on("end", () => resolve([response.headers, text]));
    });
    request.on("error", reject).end(body);
  });

(async () => {
  const { handler } = require(process.argv[2]);
  const base = "/2018-06-01/runtime/invocation";
  for (;;) {
    const [headers, text] = await call("GET", `${base}/next`);
    const id = headers["lambda-runtime-aws-request-id"];
    try {
      await call("POST", `${base}/${id}/response`, JSON.stringify(await handler(JSON.parse(text))));
    } catch (error) {
      await call("POST", `${base}/${id}/error`, JSON.stringify({ errorMessage: String(error.stack) }));
    }
  }
})();
