// Better Auth with its jwt plugin, in memory. Prints {"url"} when it listens.
// Environment: ALG (EdDSA when unset), ROTATE_S (a new key every so many seconds; never when unset), BASE_PATH (of its
// API, /api/auth when unset).
import http from "node:http";
import { DatabaseSync } from "node:sqlite";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { toNodeHandler } from "better-auth/node";
import { jwt } from "better-auth/plugins";

const server = http.createServer();
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const url = `http://127.0.0.1:${server.address().port}`;

const jwks = {};
if (process.env.ALG) jwks.keyPairConfig = { alg: process.env.ALG };
if (process.env.ROTATE_S) Object.assign(jwks, { rotationInterval: Number(process.env.ROTATE_S), gracePeriod: 1 });

const auth = betterAuth({
  baseURL: url + (process.env.BASE_PATH ?? ""),
  secret: "a secret of this test and of nothing else 0123456789",
  database: new DatabaseSync(":memory:"),
  emailAndPassword: { enabled: true },
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  plugins: [jwt({ jwks })],
});
const { runMigrations } = await getMigrations(auth.options);
await runMigrations();

server.on("request", toNodeHandler(auth));
console.log(JSON.stringify({ url }));
