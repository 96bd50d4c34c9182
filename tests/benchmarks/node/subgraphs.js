// `node subgraphs.js FOLDER`: one GraphQL server for each NAME.graphql in FOLDER, all in this process.
//
// They answer from FOLDER/records.ndjson, a line of JSON for each subject, held in memory: no source is asked.

import { createReadStream, readFileSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";

import { ApolloServer } from "@apollo/server";
import { ApolloServerPluginCacheControlDisabled } from "@apollo/server/plugin/disabled";
import { ApolloServerPluginInlineTraceDisabled } from "@apollo/server/plugin/disabled";
import { startStandaloneServer } from "@apollo/server/standalone";
import { buildSubgraphSchema } from "@apollo/subgraph";
import { parse } from "graphql";

import { LOCAL, ready } from "./process.js";

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
const urls = {};
for (const file of readdirSync(folder).filter((each) => each.endsWith(".graphql"))) {
  const typeDefs = parse(readFileSync(join(folder, file), "utf8"));
  const asksFirst = typeDefs.definitions.some((each) => each.name?.value === "Query");
  const resolvers = asksFirst ? { Organization, Query } : { Organization };
  const server = new ApolloServer({ schema: buildSubgraphSchema({ typeDefs, resolvers }), plugins });
  urls[basename(file, ".graphql")] = (await startStandaloneServer(server, { listen: LOCAL })).url;
}
ready({ urls });
