// Devices of two users as node-wot serves them over HTTP, and a plain server beside it that does what node-wot does not:
// long actions, accounts, wrong answers, counting. The first line says where both listen.
import { appendFileSync } from "node:fs";
import { createServer } from "node:http";
import pkg from "@node-wot/core";
import http from "@node-wot/binding-http";

const { Servient } = pkg;
const { HttpServer } = http;
const port = Number(process.env.PORT ?? 0) || 20000 + Math.floor(Math.random() * 20000);
const plainPort = Number(process.env.PLAIN_PORT ?? 0) || port + 1;
const counts = { writes: 0, invokes: 0, cancels: 0 };
// What was done outlives the process, one line for each.
const done = (what, value) => {
  counts[what] += 1;
  if (process.env.STATE) appendFileSync(process.env.STATE, JSON.stringify([what, value ?? null]) + "\n");
};

const servient = new Servient();
servient.addServer(new HttpServer({ port, address: "127.0.0.1", baseUri: `http://127.0.0.1:${port}` }));
const wot = await servient.start();
for (const user of ["alice", "bob"]) {
  const thing = await wot.produce({
    title: `${user}-sensor`,
    id: `urn:dev:${user}-sensor`,
    description: `The sensor of ${user}.`,
    properties: {
      temperature: { type: "number", unit: "°C", readOnly: true, observable: true },
      target: { type: "number", minimum: 5, maximum: 30, unit: "°C", observable: true },
    },
    actions: { reset: {}, add: { input: { type: "integer", minimum: 0 }, output: { type: "integer" }, idempotent: true } },
    events: { overheated: { data: { type: "string" } } },
  });
  let temperature = 20, target = 21, sum = 0;
  thing.setPropertyReadHandler("temperature", async () => temperature);
  thing.setPropertyReadHandler("target", async () => target);
  thing.setPropertyWriteHandler("target", async (value) => {
    target = await value.value();
    done("writes", `${user} ${target}`);
    temperature += 1;
    thing.emitPropertyChange("target");
    thing.emitPropertyChange("temperature");
    if (target > 29) thing.emitEvent("overheated", `${user} is hot`);
  });
  thing.setActionHandler("reset", async () => { done("invokes", `${user} reset`); target = 21; return undefined; });
  thing.setActionHandler("add", async (input) => { const by = await input.value(); done("invokes", `${user} add ${by}`); sum += by; return sum; });
  await thing.expose();
}

const runs = new Map();
const base = `http://127.0.0.1:${plainPort}`;
const form = (path, more = {}) => [{ href: `${base}${path}`, ...more }];
const described = {
  "@context": "https://www.w3.org/2022/wot/td/v1.1",
  id: "urn:dev:plain",
  title: "A plain device",
  securityDefinitions: { nosec_sc: { scheme: "nosec" }, basic_sc: { scheme: "basic" }, key_sc: { scheme: "apikey", in: "header", name: "x-key" } },
  security: "nosec_sc",
  properties: {
    level: { type: "integer", minimum: 0, maximum: 10, forms: form("/level") },
    broken: { type: "integer", readOnly: true, forms: form("/broken") },
    word: { type: "number", readOnly: true, forms: form("/word", { contentType: "text/plain" }) },
    secret: { type: "string", readOnly: true, forms: form("/secret", { security: "basic_sc" }) },
    keyed: { type: "string", readOnly: true, forms: form("/keyed", { security: "key_sc" }) },
    ticks: { type: "integer", readOnly: true, observable: true, forms: form("/ticks", { op: "observeproperty", subprotocol: "sse" }) },
    zone: { type: "string", readOnly: true, uriVariables: { name: { type: "string", maxLength: 20 } }, forms: form("/zone/{name}{?unit}") },
  },
  actions: {
    bake: { input: { type: "integer" }, output: { type: "string" }, idempotent: true, forms: form("/bake") },
    burn: { forms: form("/burn") },
    vanish: { forms: form("/vanish") },
    accept: { forms: form("/accept") },
  },
};
createServer((request, response) => {
  const url = new URL(request.url, base);
  let body = "";
  request.on("data", (chunk) => (body += chunk));
  request.on("end", () => {
    const json = (status, value, headers = {}) => {
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(value === undefined ? "" : JSON.stringify(value));
    };
    const [, first, second] = url.pathname.split("/");
    const account = `Basic ${Buffer.from("device:s3cret-word").toString("base64")}`;
    if (url.pathname === "/td") return json(200, described);
    if (url.pathname === "/things") return json(200, [described, { id: "urn:dev:wrong" }, "nothing"]);
    if (url.pathname === "/counts") return json(200, counts);
    if (first === "level" && request.method === "GET") return json(200, counts.level ?? 3);
    if (first === "level") { done("writes", body); counts.level = JSON.parse(body); return json(204); }
    if (first === "broken") return json(200, "not a number");
    if (first === "word") { response.writeHead(200, { "content-type": "text/plain" }); return response.end("21.5"); }
    if (first === "secret") return request.headers.authorization === account ? json(200, "open") : json(401, { title: "no" });
    if (first === "keyed") return json(200, request.headers["x-key"] ?? "none");
    if (first === "ticks") {
      response.writeHead(200, { "content-type": "text/event-stream" });
      let tick = 0;
      const every = setInterval(() => response.write(`event: ticks\ndata: ${(tick += 1)}\n\n`), 100);
      return request.socket.on("close", () => clearInterval(every));
    }
    if (first === "zone") return json(200, url.pathname + url.search);
    if (first === "accept") { done("invokes", url.pathname); return json(202); }
    if (first === "vanish") { done("invokes", url.pathname); return request.socket.destroy(); }
    if ((first === "bake" || first === "burn") && request.method === "POST") {
      done("invokes", url.pathname);
      const number = runs.size + 1;
      runs.set(String(number), { asked: 0, input: body && JSON.parse(body), what: first });
      return json(201, { status: "pending", href: `/runs/${number}` }, { location: `/runs/${number}` });
    }
    if (first === "runs") {
      const run = runs.get(second);
      if (request.method === "DELETE") { done("cancels", url.pathname); return json(204); }
      run.asked += 1;
      if (run.what === "burn") return json(200, run.asked < 2 ? { status: "running", progress: 0.4 } : process.env.FOREVER ? { status: "running" } : { status: "failed", error: { title: "too hot" } });
      return json(200, run.asked < 3 ? { status: "running", progress: run.asked / 3 } : { status: "completed", output: `baked ${run.input}` });
    }
    json(404, { title: "nothing here" });
  });
}).listen(plainPort, "127.0.0.1", () => {
  console.log(JSON.stringify({ things: `http://127.0.0.1:${port}`, plain: base }));
});
