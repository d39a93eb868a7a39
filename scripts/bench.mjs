// SPDX-License-Identifier: GPL-2.0-only

import { join } from "node:path";
import { SetupError, report } from "./lib/errors.mjs";
import { checkout } from "./lib/paths.mjs";
import { interactive, output } from "./lib/run.mjs";
import { setUp } from "./lib/setup.mjs";

const usage = `usage: npm run bench [-- kernel|ports [OPTION...]]
  kernel   the library kernel in memory, beside the host's; --help shows options
  ports    each kind of port, beside DPDK's testpmd and the host's kernel; likewise
  Without a name, both, one after the other.`;

const suites = {
  kernel: ({ dataplane, liblinux }, args) => {
    const commit = output("git", ["-C", checkout, "describe", "--always", "--dirty"]).trim();
    const program = join(dataplane, "kernel/nuse-bench-kernel");
    return interactive(program, ["--library", liblinux, "--commit", commit, ...args]);
  },
  ports: (_, args) => interactive(process.execPath, [join(checkout, "build/js/bench/ports/main.js"), ...args], { cwd: checkout }),
};

function choose([name, ...args]) {
  if (name === undefined) return { names: Object.keys(suites), args };
  if (!Object.hasOwn(suites, name)) throw new SetupError(`no benchmark ${name}`, usage);
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
    for (const name of names) process.exitCode ||= suites[name](built, args);
  }
} catch (error) {
  report(error);
  process.exitCode = 1;
}
