// SPDX-License-Identifier: GPL-2.0-only
// The host's kernel, given the same routes by `ip -batch`.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Namespace } from "../../lab/namespace.js";
import { formatPrefix } from "../../control/net/address.js";
import type { Prefix } from "../../control/net/address.js";
import { gateways, ownPrefix } from "./routes.js";

export class HostTable {
  readonly #dir = mkdtempSync(join(tmpdir(), "nuse-bench-"));
  readonly #file = join(this.#dir, "routes");

  constructor(table: readonly Prefix[]) {
    const lines = table.map((prefix, index) =>
      `route add ${formatPrefix(prefix)} via ${gateways[index % gateways.length]!.text} proto static dev up0\n`);
    writeFileSync(this.#file, lines.join(""));
  }

  /** Seconds that `ip -batch` takes, in a namespace of its own. */
  async load(): Promise<number> {
    const namespace = new Namespace("bench", "routes");
    try {
      namespace.ip("link", "add", "up0", "type", "veth", "peer", "name", "up1");
      namespace.ip("link", "set", "up1", "up");
      namespace.ip("link", "set", "up0", "up");
      namespace.ip("address", "add", formatPrefix(ownPrefix), "dev", "up0");
      const before = performance.now();
      const child = spawn("ip", ["-n", namespace.name, "-batch", this.#file], { stdio: ["ignore", "ignore", "inherit"] });
      const status = await new Promise<number | null>((resolve) => child.once("exit", resolve));
      if (status !== 0) throw new Error(`ip -batch ended with ${status}`);
      return (performance.now() - before) / 1000;
    } finally {
      namespace.remove();
    }
  }

  remove(): void {
    rmSync(this.#dir, { recursive: true, force: true });
  }
}
