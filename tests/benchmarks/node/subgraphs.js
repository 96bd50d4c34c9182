// `node subgraphs.js FOLDER`: one GraphQL server for each NAME.graphql in FOLDER, all in this process.
//
// They answer from FOLDER/records.ndjson, a line of JSON for each subject, held in memory: no source is asked. What
// gateways need to know of them all is composed into FOLDER/supergraph.sdl.

import { createReadStream, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";

import { composeServices } from "@apollo/composition";
import { ApolloServer } from "@apollo/server";
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
} from "@apollo/server/plugin/disabled";
import { buildSubgraphSchema } from "@apollo/subgraph";
import { parse } from "graphql";

import { listenerOf, ready, serve } from "./process.js";

const folder = process.argv[2];
const subjects = new Map();
for await (const line of createInterface({ input: createReadStream(join(folder, "records.ndjson")) })) {
  const subject = JSON.parse(line);
  subjects.set(subject.uscc, subject);
}

const Organization = { __resolveReference: ({ uscc }) => subjects.get(uscc) };
const Query = {
  subject: (_, { key }) => subjects.get(key),
  subjects: (_, { keys }) => keys.map((key) => subjects.get(key)),
};

const plugins = [ApolloServerPluginCacheControlDisabled(), ApolloServerPluginInlineTraceDisabled()];
const services = [];
for (const file of readdirSync(folder).filter((each) => each.endsWith(".graphql"))) {
  const typeDefs = parse(readFileSync(join(folder, file), "utf8"));
  const asksFirst = typeDefs.definitions.some((each) => each.name?.value === "Query");
  const resolvers = asksFirst ? { Organization, Query } : { Organization };
  const server = new ApolloServer({ schema: buildSubgraphSchema({ typeDefs, resolvers }), plugins });
  await server.start();
  const url = `http://127.0.0.1:${await serve(listenerOf(server))}/`;
  services.push({ name: basename(file, ".graphql"), url, typeDefs });
}
const { errors, supergraphSdl } = composeServices(services);
if (errors) throw new Error(errors.join("\n"));
writeFileSync(join(folder, "supergraph.sdl"), supergraphSdl);
ready({});
