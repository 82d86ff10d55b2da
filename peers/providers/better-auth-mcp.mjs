// Better Auth as an authorization server for MCP, in memory, beside its jwt plugin. Prints {"url"} when it listens.
// Environment: RESOURCE, the address of the MCP server that tokens are for.
import http from "node:http";
import { DatabaseSync } from "node:sqlite";
import { mcp } from "@better-auth/mcp";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { toNodeHandler } from "better-auth/node";
import { jwt } from "better-auth/plugins";

const server = http.createServer();
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const url = `http://127.0.0.1:${server.address().port}`;

const auth = betterAuth({
  baseURL: url,
  secret: "a secret of this test and of nothing else 0123456789",
  database: new DatabaseSync(":memory:"),
  emailAndPassword: { enabled: true },
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  plugins: [
    jwt(),
    mcp({
      loginPage: "/login",
      consentPage: "/consent",
      resource: process.env.RESOURCE,
      scopes: ["openid", "profile", "email", "offline_access", "notes:read", "notes:write"],
      allowDynamicClientRegistration: true,
      allowUnauthenticatedClientRegistration: true,
    }),
  ],
});
const { runMigrations } = await getMigrations(auth.options);
await runMigrations();

const handle = toNodeHandler(auth);
server.on("request", (request, response) => {
  // RFC 8414 puts the well-known name before the issuer's path; Better Auth leaves that to its host.
  const inserted = request.url.match(/^\/\.well-known\/(oauth-authorization-server|openid-configuration)\/api\/auth$/);
  if (inserted && !process.env.APPENDED_ONLY) request.url = `/api/auth/.well-known/${inserted[1]}`;
  return handle(request, response);
});
console.log(JSON.stringify({ url }));
