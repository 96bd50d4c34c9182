// What the processes of a federation have in common.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { json } from "node:stream/consumers";

import { HeaderMap } from "@apollo/server";

// The schema of all subgraphs together, as `subgraphs.js` composed it in the folder that the command line names.
export const supergraph = () => readFileSync(join(process.argv[2], "supergraph.sdl"), "utf8");

// Serves at a free port of the loopback interface; returns the port. Connections stay open however long they rest:
// Node closes them after five seconds, and a gateway that asks in that moment would get an error for an answer.
export async function serve(listener) {
  const server = createServer({ keepAliveTimeout: 0 }, listener);
  await new Promise((listening) => server.listen({ host: "127.0.0.1", port: 0 }, listening));
  return server.address().port;
}

// The requests of an ApolloServer, by its interface for servers: less work than the standalone one of the package.
export function listenerOf(server) {
  return async (request, response) => {
    const headers = new HeaderMap(Object.entries(request.headers));
    const answer = await server.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method: request.method, headers, search: "", body: await json(request) },
      context: async () => ({}),
    });
    response.statusCode = answer.status ?? 200;
    response.setHeaders(answer.headers).end(answer.body.string);
  };
}

// Tells on one line that requests are taken; ends the process when standard input ends.
export function ready(told) {
  process.stdout.write(`${JSON.stringify(told)}\n`);
  process.stdin.on("end", () => process.exit(0)).resume();
}
