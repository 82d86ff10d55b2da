// A GraphQL API with accounts: notes of two users, by graphql-yoga.
//
//     node server.mjs FOLDER PORT [trusting]
//
// Who calls is told by a bearer token (`key-of-alice-…`), or, where it is `trusting`, by the header X-User or not at all: then
// the argument ownerId says whose. What is written is kept in FOLDER and outlives the process. Beside /graphql: POST /notes
// sets a user's notes, GET /notes has all, GET /counts how often what was done, POST /introspection turns it on or off.
// Prints {"url": …} once it listens.
import { createRequire } from "node:module";
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

const require = createRequire(join(process.cwd(), "package.json"));
const { createSchema, createYoga } = require("graphql-yoga");
const { GraphQLError, GraphQLScalarType, NoSchemaIntrospectionCustomRule } = require("graphql");

const [folder, port, trusting] = process.argv.slice(2);
const KEYS = { "key-of-alice-0123456789": "alice", "key-of-bob-9876543210": "bob" };
const kept = join(folder, "notes.json");
const written = join(folder, "written.log");
let notes = existsSync(kept) ? JSON.parse(readFileSync(kept, "utf8")) : [];
let introspection = true;
const counts = { queries: 0, refused: 0 };

const keep = () => writeFileSync(kept, JSON.stringify(notes));
const fail = (message, code, more) => {
  throw new GraphQLError(message, { extensions: code ? { code, ...more } : more });
};
const signedIn = (context) => {
  if (!context.user) {
    counts.refused += 1;
    fail("You are not signed in", "UNAUTHENTICATED");
  }
  return context.user;
};
const own = (context, id) => {
  const found = notes.find((note) => note.id === id && note.owner === signedIn(context));
  return found ?? fail("Note not found", "NOT_FOUND");
};
const page = (all, { first = 3, after }) => {
  const start = after ? Number(Buffer.from(after, "base64").toString().slice(1)) + 1 : 0;
  const nodes = all.slice(start, start + Math.min(first, 50));
  const cursor = (at) => Buffer.from(`c${at}`).toString("base64");
  return {
    edges: nodes.map((node, at) => ({ node, cursor: cursor(start + at) })),
    totalCount: all.length,
    pageInfo: {
      hasNextPage: start + nodes.length < all.length,
      endCursor: nodes.length ? cursor(start + nodes.length - 1) : null,
    },
  };
};
let last = 0;
const add = (owner, { title, text = "", state = "OPEN", tags = [], id }) => {
  const made = { id: id ?? `${owner[0]}${Date.now().toString(36)}${(last++).toString(36)}`, title, text, state, tags, owner };
  notes.push(made);
  appendFileSync(written, `${JSON.stringify([owner, title])}\n`);
  keep();
  return made;
};

const typeDefs = /* GraphQL */ `
  "Notes of people who have accounts here."
  schema { query: Query mutation: Mutation subscription: Subscription }
  "A day and a time of day."
  scalar Moment @specifiedBy(url: "https://www.rfc-editor.org/rfc/rfc3339")
  scalar JSON
  "How far a note is."
  enum State { OPEN DONE "Not shown any more." PUT_AWAY }
  interface Node { "Unique." id: ID! }
  type User implements Node { id: ID! name: String! notes(first: Int, after: String): NoteConnection! secretCode: String friends: [User!]! }
  type Note implements Node {
    id: ID!
    "In a few words."
    title: String!
    text: String
    state: State!
    tags: [String!]!
    owner: User!
    "Fails for notes that are called broken."
    fragile: String
    size(unit: String!): Int
    old: String @deprecated(reason: "Use title.")
  }
  type Task implements Node { id: ID! title: Int! due: Moment owner: User! }
  union Item = Note | Task
  type PageInfo { hasNextPage: Boolean! endCursor: String }
  type NoteEdge { node: Note! cursor: String! }
  type NoteConnection { edges: [NoteEdge!]! pageInfo: PageInfo! totalCount: Int! }
  input NoteInput { title: String!, text: String = "", state: State = OPEN, tags: [String!], ownerId: ID }
  input NoteFilter { state: State, title: String, ownerId: ID, or: [NoteFilter!], not: NoteFilter }
  input Place { at: Spot, words: [[String!]!], level: Int! = 3 }
  input Spot { x: Float!, y: Float!, inner: Place }
  type NotePayload { note: Note problems: [String!]! }
  type Query {
    "Who is signed in."
    me: User!
    "One note of yours."
    note(id: ID!): Note!
    "Your notes, a page at a time."
    notes(state: State, search: String, first: Int = 3, after: String): NoteConnection!
    "Notes of a user, for callers that are trusted."
    notesOf(ownerId: ID!, limit: Int): [Note!]!
    find(where: NoteFilter): [Note!]!
    node(id: ID!): Node
    feed(first: Int): [Item!]!
    "Says back what it was given."
    echo(place: Place, at: Moment, any: JSON, state: State = DONE, fields: [String!]): JSON
    "Fails as it is told."
    failing(code: String, message: String = "That went wrong"): String
    "Answers after so many milliseconds."
    slow(ms: Int!): Int
    nothing: Note
  }
  type Mutation {
    createNote(input: NoteInput!): NotePayload!
    updateNote(id: ID!, title: String, text: String, state: State): NotePayload!
    "Gone for good."
    deleteNote(id: ID!): ID!
    note(title: String!): Note!
    failAfterwards(title: String!): String
  }
  type Subscription { "A number each second." ticks: Int! }
`;

const user = (id) => ({ __typename: "User", id, name: id });
const resolvers = {
  JSON: new GraphQLScalarType({ name: "JSON" }),
  Moment: new GraphQLScalarType({
    name: "Moment",
    description: "A day and a time of day.",
    specifiedByURL: "https://www.rfc-editor.org/rfc/rfc3339",
  }),
  Node: { __resolveType: (it) => it.__typename ?? "Note" },
  Item: { __resolveType: (it) => it.__typename ?? "Note" },
  User: {
    notes: (it, args, context) => page(notes.filter((note) => note.owner === it.id && note.owner === signedIn(context)), args),
    secretCode: (it) => `code of ${it.id}`,
    friends: () => [user("alice"), user("bob")],
  },
  Note: {
    owner: (note) => user(note.owner),
    fragile: (note) => (note.title === "broken" ? fail("The fragile part broke", "INTERNAL_SERVER_ERROR") : "whole"),
  },
  Query: {
    me: (_, __, context) => user(signedIn(context)),
    note: (_, { id }, context) => own(context, id),
    notes: (_, args, context) => {
      const all = notes.filter((note) => note.owner === signedIn(context));
      const fits = (note) => (!args.state || note.state === args.state) && (!args.search || note.title.includes(args.search));
      return page(all.filter(fits), args);
    },
    notesOf: (_, { ownerId, limit }, context) => {
      if (!trusting && signedIn(context) !== ownerId) fail("Not yours", "FORBIDDEN");
      return notes.filter((note) => note.owner === ownerId).slice(0, limit ?? 50);
    },
    find: (_, { where }) => {
      const fits = (note, it) =>
        (!it.ownerId || note.owner === it.ownerId) && (!it.not || !fits(note, it.not)) && (!it.state || note.state === it.state);
      return trusting ? notes.filter((note) => fits(note, where ?? {}) || (where?.or ?? []).some((it) => fits(note, it))) : [];
    },
    node: (_, { id }, context) => notes.find((note) => note.id === id && note.owner === signedIn(context)) ?? null,
    feed: (_, __, context) => {
      const mine = notes.filter((note) => note.owner === signedIn(context)).slice(0, 2);
      return [...mine, { __typename: "Task", id: "task", title: 7, due: "2026-11-22T10:00:00Z", owner: user(context.user) }];
    },
    echo: (_, args) => args,
    failing: (_, { code, message }) => {
      if (code === "PLAIN") throw new Error("password=hunter2 at /srv/app/index.js");
      return fail(message, code || undefined);
    },
    slow: (_, { ms }) => new Promise((done) => setTimeout(() => done(ms), ms)),
    nothing: () => null,
  },
  Mutation: {
    createNote: (_, { input }, context) => {
      const owner = trusting ? (input.ownerId ?? fail("Whose?", "BAD_USER_INPUT")) : signedIn(context);
      if (input.title === "") return { note: null, problems: ["The title is empty"] };
      return { note: add(owner, input), problems: [] };
    },
    updateNote: (_, { id, ...changes }, context) => {
      const note = own(context, id);
      for (const [name, value] of Object.entries(changes)) if (value !== null && value !== undefined) note[name] = value;
      keep();
      return { note, problems: [] };
    },
    deleteNote: (_, { id }, context) => {
      const note = own(context, id);
      notes = notes.filter((it) => it !== note);
      keep();
      return id;
    },
    note: (_, { title }, context) => add(signedIn(context), { title }),
    failAfterwards: (_, { title }, context) => {
      add(signedIn(context), { title });
      throw new Error("the database went away at 10.0.0.7");
    },
  },
  Subscription: { ticks: { subscribe: async function* () { yield { ticks: 1 }; } } },
};

const yoga = createYoga({
  schema: createSchema({ typeDefs, resolvers }),
  logging: false,
  graphiql: false,
  context: ({ request }) => {
    const bearer = (request.headers.get("authorization") ?? "").replace(/^Bearer /, "");
    return { user: KEYS[bearer] ?? (trusting ? request.headers.get("x-user") : undefined) };
  },
  plugins: [
    { onValidate: ({ addValidationRule }) => { if (!introspection) addValidationRule(NoSchemaIntrospectionCustomRule); } },
    { onExecute: () => { counts.queries += 1; } },
  ],
});

const server = createServer(async (request, response) => {
  const path = request.url.split("?")[0];
  if (path === "/graphql") return yoga(request, response);
  let body = "";
  for await (const chunk of request) body += chunk;
  const answer = (it) => response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(it));
  if (path === "/notes" && request.method === "POST") {
    const given = JSON.parse(body);
    notes = notes.filter((note) => note.owner !== given.owner);
    for (const note of given.notes) notes.push({ text: "", state: "OPEN", tags: [], ...note, owner: given.owner });
    keep();
    return answer({});
  }
  if (path === "/notes") return answer(notes);
  if (path === "/written") return answer(existsSync(written) ? readFileSync(written, "utf8").trim().split("\n").map((line) => JSON.parse(line)) : []);
  if (path === "/counts") return answer(counts);
  if (path === "/introspection") return answer({ introspection: (introspection = JSON.parse(body)) });
  response.writeHead(404).end();
});
server.listen(Number(port), "127.0.0.1", () => console.log(JSON.stringify({ url: `http://127.0.0.1:${server.address().port}` })));
