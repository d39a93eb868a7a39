// SPDX-License-Identifier: GPL-2.0-only
// npm start: set-up, then the demonstration network.

import { spawn } from "node:child_process";
import { join } from "node:path";
import { report } from "./lib/errors.mjs";
import { checkout } from "./lib/paths.mjs";
import { setUp } from "./lib/setup.mjs";

/** Run the demonstration with our signals; its exit status becomes ours. */
function demonstrate() {
  const demo = spawn(process.execPath, [join(checkout, "build/js/lab/demo.js"), ...process.argv.slice(2)], {
    stdio: "inherit",
  });
  process.on("SIGINT", () => {}); // the terminal sends it to the demonstration too
  process.on("SIGTERM", () => demo.kill("SIGTERM"));
  demo.on("close", (code) => {
    process.exitCode = code ?? 1;
  });
}

try {
  await setUp();
  demonstrate();
} catch (error) {
  report(error);
  process.exitCode = 1;
}
