// `node hive.js FOLDER`: @graphql-hive/gateway-runtime over the subgraphs of FOLDER/supergraph.sdl.
//
// Queries are planned in Rust and executed by what was made for that (@graphql-hive/router-runtime), the faster of its
// two ways; parsed documents, validations and plans are kept, as it does by itself.

import { setMaxListeners } from "node:events";

import { createGatewayRuntime } from "@graphql-hive/gateway-runtime";
import { unifiedGraphHandler } from "@graphql-hive/router-runtime";

import { ready, serve, supergraph } from "./process.js";

setMaxListeners(0); // requests under way all listen to one signal, of which Node would warn
const gateway = createGatewayRuntime({ supergraph: supergraph(), unifiedGraphHandler, logging: "error" });
ready({ port: await serve(gateway), headers: {} });
