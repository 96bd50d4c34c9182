// `node hive.js FOLDER`: @graphql-hive/gateway-runtime over the subgraphs of FOLDER/supergraph.sdl.
//
// Queries are planned in Rust and executed by what was made for that (@graphql-hive/router-runtime), the faster of its
// two ways; parsed documents, validations and plans are kept, as it does by itself.

import { createServer } from "node:http";

import { createGatewayRuntime } from "@graphql-hive/gateway-runtime";
import { unifiedGraphHandler } from "@graphql-hive/router-runtime";

import { LOCAL, ready, supergraph } from "./process.js";

const gateway = createGatewayRuntime({ supergraph: supergraph(), unifiedGraphHandler, logging: "error" });
const server = createServer(gateway);
server.listen(LOCAL, () => ready({ port: server.address().port, headers: {} }));
