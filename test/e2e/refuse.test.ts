// SPDX-License-Identifier: GPL-2.0-only

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createNetwork } from "../../lab/network.js";
import type { Network } from "../../lab/network.js";

let dir = "";
let network: Network | undefined;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "nuse-test-"));
  network = createNetwork("test", "refuse");
});
afterAll(() => {
  network?.remove();
  rmSync(dir, { recursive: true, force: true });
});

/** Run nused to its end in the router's namespace. */
function nused(args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const [command, ...prefix] = network!.router.prefix;
  const { status, stdout, stderr } = spawnSync(
    command, [...prefix, process.execPath, "build/js/control/cli/nused.js", ...args],
    { encoding: "utf8", timeout: 20_000, env: { ...process.env, STATE_DIRECTORY: join(dir, "state"), ...environment } },
  );
  return { status, stdout, stderr };
}

function file(text: string): string {
  const path = join(dir, "nuse.yaml");
  writeFileSync(path, `${text}\napi: { listen: "unix:${join(dir, "nused.sock")}" }\n`);
  return path;
}

const good = 'ports:\n  left: { device: "raw:left0" }\n';

describe("nused --check", () => {
  it("says that a good file is good", () => {
    const path = file(good);
    expect(nused(["--config", path, "--check"])).toEqual({
      status: 0, stdout: `${path} is valid: 1 ports, 0 interfaces, 0 routes\n`, stderr: "",
    });
  });

  it("says where a bad file is bad", () => {
    const path = file("ports:\n  left: { devise: 7 }\n");
    const { status, stderr } = nused(["--config", path, "--check"]);
    expect(status).toBe(3);
    expect(stderr).toContain(`${path}:2:11: unknown key devise\n  hint: did you mean device?`);
  });

  it("says that there is no file", () => {
    expect(nused(["--config", "/nowhere.yaml", "--check"])).toMatchObject({
      status: 3, stderr: expect.stringMatching(/cannot read \/nowhere\.yaml/) as string,
    });
  });
});

describe("nused refuses in a sentence and starts nothing", () => {
  it("an option that there is not", () => {
    expect(nused(["--frobnicate"])).toMatchObject({ status: 2, stderr: expect.stringMatching(/unknown option/) as string });
  });

  it.each([
    ["a backend that is not there", 'ports:\n  left: { device: "pigeon:left0" }\n', /pigeon:left0: no such kind of port/],
    ["a sysctl that is not there", `${good}sysctl: { net.ipv4.no_such_thing: 1 }\n`, /no_such_thing.*ENOENT/],
    ["a processor that is not there", `${good}workers: { cpus: [1023] }\n`, /1023/],
  ])("%s", (_name, text, expected) => {
    const { status, stderr } = nused(["--config", file(text)]);
    expect(stderr).toMatch(expected);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(status).toBeGreaterThan(2);
  });

  it("a library kernel that is not one", () => {
    const { status, stderr } = nused(["--config", file(good)], { NUSE_LIBLINUX: "/bin/true" });
    expect(stderr).toMatch(/\/bin\/true/);
    expect(status).toBe(4);
  });
});
