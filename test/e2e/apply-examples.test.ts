// SPDX-License-Identifier: GPL-2.0-only
// Each example of config/ on a real instance of its own.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { apply, preview } from "../../control/apply/apply.js";
import { readConfig } from "../../control/config/load.js";
import { bootInstance } from "./instance.js";

let dir = "";
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "nuse-test-"));
  writeFileSync(join(dir, "wg0.key"), "IAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHl8=\n");
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

it.each(readdirSync("config").filter((name) => name.endsWith(".yaml")))("config/%s is applied, and then nothing is left to do", async (name) => {
  const config = readConfig(readFileSync(join("config", name), "utf8"), join(dir, name));
  const instance = await bootInstance(config.ports.map((port) => port.name));
  try {
    expect((await apply([instance.kernel], config, undefined)).length).toBeGreaterThan(0);
    expect((await preview([instance.kernel], config)).map(({ words }) => words)).toEqual([]);
  } finally {
    await instance.stop();
  }
});
