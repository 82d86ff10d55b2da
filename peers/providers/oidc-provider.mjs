// oidc-provider with one resource for each algorithm that RESOURCES names, as JSON: {"https://api/": "RS256", …}; tokens
// for one that says "opaque" are so, and `bellhop` may ask about them. Any login is good, and any client may register.
// Prints {"url"} when it listens.
import http from "node:http";
import * as jose from "jose";
import Provider, { errors } from "oidc-provider";

const server = http.createServer();
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const url = `http://127.0.0.1:${server.address().port}`;
const resources = JSON.parse(process.env.RESOURCES);

async function key(alg) {
  const { privateKey } = await jose.generateKeyPair(alg, { extractable: true });
  return { ...(await jose.exportJWK(privateKey)), alg, use: "sig", kid: `${alg}-1` };
}

const provider = new Provider(url, {
  jwks: { keys: await Promise.all(["RS256", "PS256", "ES256", "EdDSA", "Ed25519"].map(key)) },
  clients: [
    {
      client_id: "app",
      token_endpoint_auth_method: "none",
      application_type: "native",
      grant_types: ["authorization_code", "refresh_token"],
      redirect_uris: ["http://127.0.0.1/callback"],
      response_types: ["code"],
    },
    {
      client_id: "machine",
      client_secret: "machine-secret",
      grant_types: ["client_credentials"],
      redirect_uris: [],
      response_types: [],
      scope: "tools:read",
    },
    // Bellhop itself, finding out who opens a link.
    ...(process.env.SIGN_IN_REDIRECT
      ? [
          {
            client_id: "bellhop-sign-in",
            client_secret: "sign-in-secret",
            grant_types: ["authorization_code"],
            redirect_uris: [process.env.SIGN_IN_REDIRECT],
            response_types: ["code"],
          },
        ]
      : []),
    {
      client_id: "bellhop",
      client_secret: "bellhop-secret",
      grant_types: [],
      redirect_uris: [],
      response_types: [],
    },
  ],
  cookies: { keys: ["a key of this test"] },
  scopes: ["openid", "offline_access", "tools:read", "notes:read", "notes:write"],
  ttl: { AccessToken: 600, ClientCredentials: 600 },
  findAccount: async (_, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
  features: {
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    revocation: { enabled: true },
    registration: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: async () => undefined,
      useGrantedResource: async () => true,
      getResourceServerInfo: async (_, resource) => {
        const alg = resources[resource];
        if (!alg) throw new errors.InvalidTarget();
        return {
          scope: "tools:read notes:read notes:write",
          audience: resource,
          accessTokenTTL: 600,
          ...(alg === "opaque" ? { accessTokenFormat: "opaque" } : { accessTokenFormat: "jwt", jwt: { sign: { alg } } }),
        };
      },
    },
  },
});

provider.on("grant.error", (_, error) => console.error("grant.error", error.message, error.error_detail));
provider.on("authorization.error", (_, error) => console.error("authorization.error", error.message, error.error_detail));

server.on("request", provider.callback());
console.log(JSON.stringify({ url }));
