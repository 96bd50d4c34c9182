// What every process of the benchmark does: tell on one line when it is ready, end when standard input ends.

export function ready(told) {
  process.stdout.write(`${JSON.stringify(told)}\n`);
  process.stdin.resume();
  process.stdin.on("end", () => process.exit(0));
}

export const LOCAL = { host: "127.0.0.1", port: 0 };
