// SPDX-License-Identifier: GPL-2.0-only

import { join } from "node:path";
import { SetupError, report } from "./lib/errors.mjs";
import { checkout } from "./lib/paths.mjs";
import { interactive, output } from "./lib/run.mjs";
import { setUp } from "./lib/setup.mjs";

<<<<<<< HEAD
const about = {
  kernel: "the library kernel in memory, beside the host's",
  ports: "each kind of port, beside DPDK's testpmd and the host's kernel",
  posix: "programs on the stack, beside the host's kernel",
  netlink: "netlink messages and large tables of routes, beside iproute2",
  control: "configurations of a thousand lines: planned, applied",
  metrics: "what a scrape of the metrics takes, and what it costs forwarding",
  life: "nused: its start, changes under traffic, memory over many changes",
=======
const usage = `usage: npm run bench [-- kernel|ports|netlink [OPTION...]]
  kernel   the library kernel in memory, beside the host's; --help shows options
  ports    each kind of port, beside DPDK's testpmd and the host's kernel; likewise
  netlink  a routing table through the netlink codecs, beside ip -batch; likewise
  Without a name, all, one after the other.`;

const compiled = (name, args) =>
  interactive(process.execPath, [join(checkout, `build/js/bench/${name}/main.js`), ...args], { cwd: checkout });

const suites = {
  kernel: ({ dataplane, liblinux }, args) => {
    const commit = output("git", ["-C", checkout, "describe", "--always", "--dirty"]).trim();
    const program = join(dataplane, "kernel/nuse-bench-kernel");
    return interactive(program, ["--library", liblinux, "--commit", commit, ...args]);
  },
  ports: (_, args) => compiled("ports", args),
  netlink: (_, args) => compiled("netlink", args),
>>>>>>> w-netlink
};

const usage = `usage: npm run bench [-- NAME [OPTION...]]
${Object.entries(about).map(([name, text]) => `  ${name.padEnd(9)}${text}`).join("\n")}
  Without a name, all, one after the other. NAME --help shows a benchmark's options.`;

function run(name, { dataplane, liblinux }, args) {
  if (name !== "kernel") {
    return interactive(process.execPath, [join(checkout, `build/js/bench/${name}/main.js`), ...args], { cwd: checkout });
  }
  const commit = output("git", ["-C", checkout, "describe", "--always", "--dirty"]).trim();
  const program = join(dataplane, "kernel/nuse-bench-kernel");
  return interactive(program, ["--library", liblinux, "--commit", commit, ...args]);
}

function choose([name, ...args]) {
  if (name === undefined) return { names: Object.keys(about), args };
  if (!Object.hasOwn(about, name)) throw new SetupError(`no benchmark ${name}`, usage);
  return { names: [name], args };
}

try {
  if (["-h", "--help"].includes(process.argv[2])) {
    console.log(usage);
  } else {
    const { names, args } = choose(process.argv.slice(2));
    const built = await setUp();
    process.on("SIGINT", () => {}); // the terminal sends it to the program too, whose end we wait for
    process.on("SIGTERM", () => {});
    for (const name of names) process.exitCode ||= run(name, built, args);
  }
} catch (error) {
  report(error);
  process.exitCode = 1;
}
