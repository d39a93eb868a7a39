// SPDX-License-Identifier: GPL-2.0-only

import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it } from "vitest";
import { run } from "../../lab/command.js";
import { removeLeftovers } from "../../lab/namespace.js";
import { eventually } from "./lab.js";

const demo = "build/js/lab/demo.js";
const namespaces = (): string => run("ip", "netns", "list");

it("namespaces and processes of a demonstration that was killed are removed by the next run", async () => {
  const child = spawn(process.execPath, [demo], { stdio: "ignore" });
  const own = `nuse-demo-${child.pid}-`;
  const router = `${own}router`;
  const inside = (): string => (namespaces().includes(router) ? run("ip", "netns", "pids", router) : "");
  expect(await eventually(async () => inside(), (text) => text !== "")).not.toBe("");
  const [nused] = inside().trim().split("\n");

  child.kill("SIGKILL");
  await once(child, "exit");
  expect(namespaces()).toContain(own);
  expect(removeLeftovers()).toContain(router);
  expect(namespaces()).not.toContain(own);
  expect(await eventually(async () => alive(Number(nused)), (lives) => !lives)).toBe(false);
});

it("a demonstration that is stopped leaves nothing", async () => {
  const child = spawn(process.execPath, [demo], { stdio: "ignore" });
  const own = `nuse-demo-${child.pid}-`;
  await eventually(async () => namespaces(), (text) => text.includes(`${own}router`));
  child.kill("SIGTERM");
  await once(child, "exit");
  expect(namespaces()).not.toContain(own);
});

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
