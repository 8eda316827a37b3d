// Stands before fake-gcs-server: gives tokens for what the service account has signed, as Google does,
// https://developers.google.com/identity/protocols/oauth2/service-account#httprest, and lets nobody in without one.
const { createPublicKey, randomBytes, verify } = require("node:crypto");
const { readFileSync } = require("node:fs");
const { createServer, request } = require("node:http");

const publicKey = createPublicKey(readFileSync("/etc/server/public.pem"));
const { ACCOUNT: account, AUDIENCE: audience } = process.env;
const tokens = new Set();

createServer(async (question, answer) => {
  if (question.url === "/token") {
    const reason = refusal(new URLSearchParams(await textOf(question)).get("assertion") ?? "");
    if (reason) {
      json(answer, 400, { error: "invalid_grant", error_description: reason });
    } else {
      json(answer, 200, { access_token: newToken(), token_type: "Bearer", expires_in: 3600 });
    }
  } else if (tokens.has(question.headers.authorization)) {
    passOn(question, answer);
  } else {
    const message = "Anonymous caller does not have storage.objects.get access to the Google Cloud Storage object.";
    json(answer, 401, { error: { code: 401, message, errors: [{ message, reason: "required" }] } });
  }
}).listen(8080);

/** Why an assertion is not good, in Google's words. */
function refusal(assertion) {
  const [header = "", claims = "", signature = ""] = assertion.split(".");
  const signed = Buffer.from(`${header}.${claims}`);
  if (!verify("RSA-SHA256", signed, publicKey, Buffer.from(signature, "base64url"))) {
    return "Invalid JWT Signature.";
  }
  const { iss, aud, exp } = JSON.parse(Buffer.from(claims, "base64url").toString());
  if (iss !== account) {
    return "Invalid grant: account not found";
  }
  return aud === audience && exp * 1000 > Date.now() ? undefined : "Invalid JWT: check its audience and its times.";
}

function newToken() {
  const token = randomBytes(20).toString("hex");
  tokens.add(`Bearer ${token}`);
  return token;
}

function passOn(question, answer) {
  const { method, url: path, headers } = question;
  const onward = request({ host: "127.0.0.1", port: 4443, method, path, headers }, (reply) => {
    answer.writeHead(reply.statusCode, reply.headers);
    reply.pipe(answer);
  });
  onward.on("error", () => answer.destroy());
  question.pipe(onward);
}

async function textOf(question) {
  const chunks = [];
  for await (const chunk of question) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function json(answer, status, body) {
  answer.writeHead(status, { "content-type": "application/json" });
  answer.end(JSON.stringify(body));
}
