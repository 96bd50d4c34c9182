// `node apollo.js '{"NAME": URL, ...}'`: @apollo/gateway on @apollo/server over the subgraphs at those addresses.
//
// Their schemas are composed once, at start. Parsed documents and query plans are kept, as both packages do by themselves.

import { ApolloGateway, IntrospectAndCompose } from "@apollo/gateway";
import { ApolloServer } from "@apollo/server";
import { ApolloServerPluginCacheControlDisabled } from "@apollo/server/plugin/disabled";
import { startStandaloneServer } from "@apollo/server/standalone";

import { LOCAL, ready } from "./process.js";

const subgraphs = Object.entries(JSON.parse(process.argv[2])).map(([name, url]) => ({ name, url }));
const logger = { debug() {}, info() {}, warn: console.error, error: console.error };
const gateway = new ApolloGateway({ supergraphSdl: new IntrospectAndCompose({ subgraphs }), logger });
const server = new ApolloServer({ gateway, logger, plugins: [ApolloServerPluginCacheControlDisabled()] });
const { url } = await startStandaloneServer(server, { listen: LOCAL });
ready({ port: Number(new URL(url).port), headers: {} });
