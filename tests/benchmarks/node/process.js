// What the processes of a federation have in common.

import { readFileSync } from "node:fs";
import { join } from "node:path";

// A free port of the loopback interface.
export const LOCAL = { host: "127.0.0.1", port: 0 };

// The schema of all subgraphs together, as `subgraphs.js` composed it in the folder that the command line names.
export const supergraph = () => readFileSync(join(process.argv[2], "supergraph.sdl"), "utf8");

// Tells on one line that requests are taken; ends the process when standard input ends.
export function ready(told) {
  process.stdout.write(`${JSON.stringify(told)}\n`);
  process.stdin.on("end", () => process.exit(0)).resume();
}
