// Validates documents against a schema, with graphql-js.
//
//     node validate.mjs SCHEMA DOCUMENTS
//
// SCHEMA is a file in GraphQL's own language, or the answer to an introspection query; DOCUMENTS a JSON list of texts. Prints a
// JSON list of what is wrong, each after its document's number.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const require = createRequire(join(process.cwd(), "package.json"));
const { buildClientSchema, buildSchema, parse, validate } = require("graphql");

const [file, documents] = process.argv.slice(2).map((path) => readFileSync(path, "utf8"));
const answer = file.startsWith("{") ? JSON.parse(file) : undefined;
const schema = answer ? buildClientSchema(answer.data ?? answer) : buildSchema(file, { assumeValidSDL: true });
const wrong = JSON.parse(documents).flatMap((text, at) => {
  try {
    return validate(schema, parse(text)).map((error) => `${at}: ${error.message}`);
  } catch (error) {
    return [`${at}: ${error.message}`];
  }
});
console.log(JSON.stringify(wrong));
