// Serves operations of OpenAPI documents and checks every request against them, with express-openapi-validator: unknown,
// missing, empty, wrongly typed and wrongly encoded values are refused.
//
//     node server.mjs OUT NUMBER DOCUMENT…
//
// Of each document NUMBER operations are served, those first that have something that the others have not. What is
// served is written to OUT as 0.json, 1.json, … and is at URL/0, URL/1, …; the operations are called op0, op1, … there.
// Prints {"url": …, "documents": […]} once it listens. Every accepted request is answered with what was read from it.
import { createRequire } from "node:module";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

const require = createRequire(join(process.cwd(), "package.json"));
const express = require("express");
const cookies = require("cookie-parser");
const validator = require("express-openapi-validator");

const METHODS = ["get", "put", "post", "delete", "patch", "head", "options"];
const [out, number, ...sources] = process.argv.slice(2);

/** Follows one reference within a document. */
function follow(document, node) {
  for (let steps = 0; node && typeof node.$ref === "string" && steps < 16; steps++) {
    if (!node.$ref.startsWith("#/")) return undefined;
    node = node.$ref
      .slice(2)
      .split("/")
      .reduce((at, step) => follow(document, at)?.[decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~")], document);
  }
  return node;
}

/** What an operation has that is worth a try: styles, places, types, bodies. */
function features(document, item, operation) {
  const found = new Set();
  for (const written of [...(item.parameters ?? []), ...(operation.parameters ?? [])]) {
    const parameter = follow(document, written) ?? {};
    const schema = follow(document, parameter.schema) ?? {};
    const items = follow(document, schema.items) ?? {};
    found.add(["parameter", parameter.in, parameter.style, parameter.explode, parameter.allowReserved, schema.type, items.type].join());
    if (parameter.content) found.add(`content ${parameter.in}`);
    if (schema.format) found.add(`format ${parameter.in} ${schema.format}`);
    if (schema.enum) found.add(`enum ${parameter.in}`);
  }
  for (const [type, media] of Object.entries(follow(document, operation.requestBody)?.content ?? {})) {
    found.add(`body ${type}`);
    for (const [name, part] of Object.entries(media.encoding ?? {}).slice(0, 4)) {
      found.add(`encoding ${type} ${part.style} ${part.explode} ${part.contentType} ${name.length > 40}`);
    }
    const schema = follow(document, media.schema) ?? {};
    for (const key of Object.keys(schema)) found.add(`schema ${key}`);
    for (const property of Object.values(schema.properties ?? {})) {
      const { type, format } = follow(document, property) ?? {};
      found.add(`property ${type} ${format}`);
    }
  }
  return found;
}

/** Those operations first that bring something new, then evenly through the document. */
function choose(document) {
  const all = [];
  for (const [path, item] of Object.entries(document.paths)) {
    if (/[?#]/.test(path)) continue;
    for (const method of METHODS) {
      if (item[method]) all.push({ path, method, features: features(document, item, item[method]) });
    }
  }
  const chosen = [];
  const seen = new Set();
  for (const one of all) {
    const fresh = [...one.features].filter((feature) => !seen.has(feature));
    if (fresh.length === 0 || chosen.length >= number * 0.75) continue;
    fresh.forEach((feature) => seen.add(feature));
    chosen.push(one);
  }
  const rest = all.filter((one) => !chosen.includes(one));
  const missing = Math.min(number - chosen.length, rest.length);
  for (let at = 0; at < missing; at++) chosen.push(rest[Math.floor((at * rest.length) / missing)]);
  return chosen;
}

/** All that a node refers to, as far as it goes. */
function referred(document, node, kept) {
  if (Array.isArray(node)) return node.forEach((one) => referred(document, one, kept));
  if (node === null || typeof node !== "object") return;
  if (typeof node.$ref === "string" && node.$ref.startsWith("#/components/")) {
    const [kind, name] = node.$ref.slice("#/components/".length).split("/").map((step) => decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~"));
    const target = document.components?.[kind]?.[name];
    if (target !== undefined && kept[kind]?.[name] === undefined) {
      (kept[kind] ??= {})[name] = target;
      referred(document, target, kept);
    }
  }
  for (const one of Object.values(node)) referred(document, one, kept);
}

/** References into other operations lead to components of their own, so that the others can go. */
function detach(document) {
  const components = (document.components ??= {});
  const moved = new Map();
  const visit = (node) => {
    if (node === null || typeof node !== "object") return;
    if (typeof node.$ref === "string" && node.$ref.startsWith("#/paths/")) {
      if (!moved.has(node.$ref)) {
        const target = follow(document, node);
        const kind = target?.in ? "parameters" : target?.content ? "responses" : "schemas";
        moved.set(node.$ref, `#/components/${kind}/Moved${moved.size}`);
        (components[kind] ??= {})[`Moved${moved.size - 1}`] = target;
      }
      node.$ref = moved.get(node.$ref);
    }
    Object.values(node).forEach(visit);
  };
  visit(document);
}

/**
 * What the checker needs otherwise: no samples (it takes an `id` in them for a schema's), no defaults (it fills them in,
 * and then finds that some do not fit), no `nullable` without a type, `explode` said where it is not `form`'s.
 */
function mended(node, isMap = false) {
  if (Array.isArray(node)) return node.map((one) => mended(one));
  if (node === null || typeof node !== "object") return node;
  const dropped = isMap ? [] : ["example", "examples", "default", ...(node.type === undefined ? ["nullable"] : [])];
  const kept = Object.entries(node).filter(([key]) => !dropped.includes(key));
  const copy = Object.fromEntries(kept.map(([key, one]) => [key, key === "enum" ? one : mended(one, !isMap && key === "properties")]));
  if (typeof node.in === "string" && typeof node.style === "string") copy.explode ??= node.style === "form";
  return copy;
}

/** The document with its chosen operations alone, served here, open to all. */
function cut(document, url) {
  detach(document);
  const paths = {};
  let at = 0;
  for (const { path, method } of choose(document)) {
    const { parameters } = document.paths[path];
    paths[path] ??= parameters ? { parameters } : {};
    const { security, servers, callbacks, responses, ...operation } = document.paths[path][method];
    paths[path][method] = { ...operation, operationId: `op${at++}`, responses: { 200: { description: "What was read." } } };
  }
  const components = {};
  referred(document, paths, components);
  return { openapi: document.openapi, info: { title: document.info.title, version: "1" }, servers: [{ url }], paths, components };
}

/** What was read from the request, by operation. */
function answer(request, response) {
  const { query, headers, cookies, body } = request;
  const files = (request.files ?? []).map((file) => file.buffer.toString());
  const operation = request.openapi?.schema?.operationId;
  response.json({ operation, query, path: request.openapi?.pathParams, headers, cookies, body, files });
}

function kind(request) {
  const type = request.headers["content-type"];
  if (type === undefined) return "none";
  return /^(multipart|application\/x-www-form-urlencoded)/.test(type) ? "form" : "json";
}

function bodiless(document) {
  const copy = structuredClone(document);
  for (const item of Object.values(copy.paths)) {
    for (const method of METHODS) {
      const operation = item[method];
      if (operation?.requestBody && !follow(copy, operation.requestBody).required) delete operation.requestBody;
    }
  }
  return copy;
}

function check(document, at, coerceTypes) {
  // A component called `id` is taken for a schema's `id`.
  const text = JSON.stringify(mended(document)).replaceAll(/"#\/components\/(\w+)\/id"/g, '"#/components/$1/id_"');
  const apiSpec = { ...JSON.parse(text), servers: [{ url: `/${at}` }] };
  for (const named of Object.values(apiSpec.components ?? {})) {
    if ("id" in named) (named.id_ = named.id), delete named.id;
  }
  const validateRequests = { coerceTypes, allowUnknownQueryParameters: false };
  const off = { validateApiSpec: false, validateSecurity: false, validateResponses: false };
  const router = express.Router();
  router.use(validator.middleware({ apiSpec, ...off, validateRequests, $refParser: { mode: "bundle" } }));
  return router;
}

const application = express();
application.set("query parser", "extended");
const server = createServer(application);
server.listen(0, "127.0.0.1", () => {
  const url = `http://127.0.0.1:${server.address().port}`;
  const documents = sources.map((source, at) => {
    const document = cut(JSON.parse(readFileSync(source, "utf8")), `${url}/${at}`);
    writeFileSync(join(out, `${at}.json`), JSON.stringify(document));
    const one = express.Router();
    const limit = "10mb";
    one.use(cookies());
    one.use(express.json({ limit, strict: false, type: (request) => /[/+]json/.test(request.headers["content-type"] ?? "") }));
    one.use(express.urlencoded({ limit, extended: true }));
    one.use(express.text({ limit, type: (request) => /^(text\/|application\/.*(xml|yaml|graphql|sql))/.test(request.headers["content-type"] ?? "") }));
    one.use((request, response, next) => {
      if (kind(request) === "form" || request.body !== undefined) return next();
      express.raw({ limit, type: () => true })(request, response, (error) => {
        if (Buffer.isBuffer(request.body)) request.body = request.body.toString();
        next(error);
      });
    });
    // Text of forms has no types: it is read by the schema. JSON has. And this checker wants a body wherever there may
    // be one: without one, those that need none are taken away.
    const checks = { form: check(document, at, "array"), json: check(document, at, false), none: check(bodiless(document), at, false) };
    one.use((request, response, next) => checks[kind(request)](request, response, next));
    one.use(answer);
    application.use((request, response, next) => (request.url.startsWith(`/${at}/`) ? one(request, response, next) : next()));
    const operations = Object.entries(document.paths).flatMap(([path, item]) =>
      METHODS.filter((method) => item[method]).map((method) => ({ name: item[method].operationId, shown: `${method.toUpperCase()} ${path}` })),
    );
    return { source, file: join(out, `${at}.json`), url: `${url}/${at}`, operations };
  });
  application.use((error, request, response, next) => {
    response.status(error.status ?? 500).json({ error: error.message, errors: error.errors ?? error.stack });
  });
  console.log(JSON.stringify({ url, documents }));
});
// Ends with whoever started it.
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
