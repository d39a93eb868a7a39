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

it("a demonstration shows what goes through, and leaves nothing when it is stopped", async () => {
  const child = spawn(process.execPath, [demo], { stdio: ["ignore", "pipe", "inherit"] });
  const own = `nuse-demo-${child.pid}-`;
  let said = "";
  child.stdout.on("data", (text: Buffer) => (said += text.toString()));
  await eventually(async () => said, (text) => text.includes("Ctrl-C"), 40);
  expect(said).toMatch(/ping +10\.77\.2\.2 +\d+ of 20 answered/);
  expect(said).toMatch(/iperf3 +10\.77\.2\.2 +[\d.]+ Gbit\/s/);
  expect(said).toMatch(/NAT +203\.0\.113\.2 +sees 10\.77\.1\.2 as 203\.0\.113\.1/);
  expect(namespaces()).toContain(`${own}router`);
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
