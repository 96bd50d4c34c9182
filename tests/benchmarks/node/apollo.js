// `node apollo.js FOLDER`: @apollo/gateway on @apollo/server over the subgraphs of FOLDER/supergraph.sdl.
//
// Parsed documents and query plans are kept, as both packages do by themselves.

import { ApolloGateway } from "@apollo/gateway";
import { ApolloServer } from "@apollo/server";
import { ApolloServerPluginCacheControlDisabled } from "@apollo/server/plugin/disabled";

import { listenerOf, ready, serve, supergraph } from "./process.js";

const logger = { debug() {}, info() {}, warn: console.error, error: console.error };
const gateway = new ApolloGateway({ supergraphSdl: supergraph(), logger });
const server = new ApolloServer({ gateway, logger, plugins: [ApolloServerPluginCacheControlDisabled()] });
await server.start();
ready({ port: await serve(listenerOf(server)), headers: {} });
