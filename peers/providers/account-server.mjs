// An upstream with accounts: oidc-provider as its authorization server, and a small API that takes its tokens and nothing
// else. REDIRECTS is a JSON list of Bellhop's redirect URIs; TTL_S is how long access tokens live. Any login is good.
// Prints {"url"} when it listens.
import http from "node:http";
import * as jose from "jose";
import Provider from "oidc-provider";

const server = http.createServer();
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const url = `http://127.0.0.1:${server.address().port}`;
const { privateKey } = await jose.generateKeyPair("RS256", { extractable: true });
const key = { ...(await jose.exportJWK(privateKey)), alg: "RS256", use: "sig", kid: "1" };
const lifetime = Number(process.env.TTL_S ?? 600);

const provider = new Provider(url, {
  jwks: { keys: [key] },
  clients: [
    {
      client_id: "bellhop",
      client_secret: "bellhop-secret-at-the-upstream",
      grant_types: ["authorization_code", "refresh_token"],
      redirect_uris: JSON.parse(process.env.REDIRECTS),
      response_types: ["code"],
    },
  ],
  cookies: { keys: ["a key of this test"] },
  scopes: ["openid", "offline_access", "notes"],
  ttl: { AccessToken: lifetime, RefreshToken: 3600 },
  // A refresh token is good once; one that comes again ends the grant.
  rotateRefreshToken: true,
  issueRefreshToken: async () => true,
  findAccount: async (_, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
  features: { revocation: { enabled: true }, introspection: { enabled: false } },
});

const counts = { refreshes: 0, revocations: 0 };
provider.on("grant.success", (ctx) => {
  if (ctx.oidc.params.grant_type === "refresh_token") counts.refreshes += 1;
});
provider.on("access_token.destroyed", () => (counts.revocations += 1));
provider.on("refresh_token.destroyed", () => (counts.revocations += 1));

const notes = {};
const description = {
  openapi: "3.1.0",
  info: { title: "Notes", version: "1" },
  servers: [{ url }],
  security: [{ account: [] }],
  components: { securitySchemes: { account: { type: "http", scheme: "bearer" } } },
  paths: {
    "/whoami": { get: { operationId: "whoami", responses: { 200: { description: "Who the token is for" } } } },
    "/note": {
      post: {
        operationId: "writeNote",
        requestBody: {
          required: true,
          content: {
            "application/json": {
              schema: { type: "object", required: ["text"], properties: { text: { type: "string" } } },
            },
          },
        },
        responses: { 200: { description: "Written" } },
      },
    },
  },
};

const listen = provider.callback();
server.on("request", async (request, response) => {
  const answer = (status, body) => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
  };
  if (request.url === "/openapi.json") return answer(200, description);
  if (request.url === "/counts") return answer(200, counts);
  if (request.url === "/forget-grants") {
    // As when the user takes the consent back at the service itself.
    for (const user of Object.keys(notes)) for (const grant of notes[user].grants) await provider.Grant.adapter.destroy(grant);
    return answer(200, {});
  }
  if (request.url !== "/whoami" && request.url !== "/note") return listen(request, response);
  const bearer = (request.headers.authorization ?? "").replace(/^Bearer /, "");
  const token = await provider.AccessToken.find(bearer);
  const grant = token && (await provider.Grant.find(token.grantId));
  if (!token || !grant) return answer(401, { error: "invalid_token" });
  const user = (notes[token.accountId] ??= { texts: [], grants: new Set() });
  user.grants.add(token.grantId);
  if (request.method === "POST") {
    let body = "";
    for await (const chunk of request) body += chunk;
    user.texts.push(JSON.parse(body).text);
  }
  answer(200, { user: token.accountId, notes: user.texts });
});
console.log(JSON.stringify({ url }));
