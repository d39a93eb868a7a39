// SPDX-License-Identifier: GPL-2.0-only
// The commands in the documents of nuse and the API do what is said.

import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { background, end } from "../../lab/command.js";
import { hosts } from "../../lab/network.js";
import { routerConfig, useLab } from "./lab.js";

const lab = useLab("docs");
const dir = mkdtempSync(join(tmpdir(), "nuse-test-"));
let pings: ReturnType<typeof background>;
beforeAll(() => {
  mkdirSync(join(dir, "bin"));
  writeFileSync(join(dir, "bin/nuse"), `#!/bin/sh\nexec ${process.execPath} ${process.cwd()}/build/js/control/cli/nuse.js "$@"\n`);
  chmodSync(join(dir, "bin/nuse"), 0o755);
  writeFileSync(join(dir, "nuse.yaml"), lab.nused.complete(routerConfig.replace("10.77.1.1/24,", "10.77.1.1/24, 10.77.1.7/24,")));
  const [command, ...prefix] = lab.network.a.prefix;
  pings = background(command, ...prefix, "ping", "-i", "0.2", hosts.b.v4);
});
afterAll(async () => {
  await end(pings);
  rmSync(dir, { recursive: true });
});

/** Indented lines that begin with a command. */
const commands = (file: string): string[] =>
  readFileSync(file, "utf8").split("\n").filter((line) => /^ {4}(nuse|curl|tcpdump|timeout) /.test(line)).map((line) => line.trim());

describe.each(["docs/cli.md", "docs/api.md"])("%s", (file) => {
  it.each(commands(file))("%s", (command) => {
    const [run, ...prefix] = lab.network.router.prefix;
    const { status, stdout, stderr } = spawnSync(run, [...prefix, "bash", "-o", "pipefail", "-c", command], {
      cwd: dir, encoding: "utf8", timeout: 30_000, env: { ...process.env, NUSE_API: lab.nused.socket, PATH: `${join(dir, "bin")}:${process.env["PATH"] ?? ""}` },
    });
    expect({ status, stderr: status === 0 ? "" : stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout.length + stderr.length).toBeGreaterThan(0);
  });

  it("shows commands", () => expect(commands(file).length).toBeGreaterThan(8));
});
