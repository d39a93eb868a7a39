// SPDX-License-Identifier: GPL-2.0-only
// Programs and stacks that die, and what must not happen then.

import { chmodSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { Program, peer, privateEnvironment, stack, useBed } from "./bed.js";
import { built } from "../../lab/forwarder.js";

const at = useBed();

const blocking: Readonly<Record<string, string>> = {
  accept: `s.accept()`,
  recv: `c = socket.create_connection(s.getsockname()); c.recv(1)`,
  send: `c = socket.create_connection(s.getsockname()); c.sendall(b"x" * 50_000_000)`,
  connect: `c = socket.socket(); c.connect(("${peer.v4.replace(/2$/, "77")}", 9))`,
  poll: `p = select.poll(); p.register(s); r, w = os.pipe(); p.register(r); p.modify(s, 1); p.modify(r, 1); p.poll()`,
  epoll: `p = select.epoll(); p.register(s, 1); r, w = os.pipe(); p.register(r, 1); p.poll()`,
};

/** A Python program that says "ready" and then waits for ever in one call. */
const waiter = (call: string): Program =>
  at.bed.program(
    "/usr/bin/python3", "-uc",
    `import os, select, socket\ns = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(); print("ready")\n${call}`,
  );

async function sockets(): Promise<string> {
  const { out } = await at.bed.run("cat", "/proc/net/sockstat");
  return /TCP: inuse (\d+)/.exec(out)?.[1] ?? out;
}

/** Wait until `what` is `wanted`; the test fails when that never comes. */
async function becomes<T>(what: () => T | Promise<T>, wanted: T): Promise<void> {
  for (let tries = 0; tries < 400; tries += 1) {
    if (JSON.stringify(await what()) === JSON.stringify(wanted)) return;
    await sleep(10);
  }
  expect(await what()).toEqual(wanted);
}

/** What the engine holds when programs before have gone. */
async function quiet(): Promise<{ descriptors: number; windows: number }> {
  await becomes(() => at.bed.held().windows, 0);
  return at.bed.held();
}

it.each(Object.entries(blocking))("nothing is left of a program killed in %s", async (_name, call) => {
  const before = await quiet();
  const program = waiter(call);
  await program.says("ready");
  await sleep(200);
  expect(at.bed.held().windows).toBe(before.windows + 1);
  program.child.kill("SIGKILL");
  await program.ended;
  await becomes(() => at.bed.held(), before);
  await becomes(sockets, "0");
});

it.each([1, 2, 3])("garbage in a window harms nobody else, seed %s", async (seed) => {
  const before = await quiet();
  chmodSync(at.bed.scratch, 0o755);
  chmodSync(at.bed.socket, 0o666);
  const hostile = new Program("/usr/bin/python3", ["test/posix/hostile.py", at.bed.socket, String(seed), "2"]);
  const pings = at.bed.run("ping", "-c", "10", "-i", "0.1", "-W", "1", stack.v4);
  const { out, error } = await hostile.ended;
  expect(Number(out), error).toBeGreaterThan(100);
  expect((await pings).out).toContain("10 received");
  await becomes(() => at.bed.held(), before);
  await becomes(sockets, "0");
});

it("a stopped program stops nobody else", async () => {
  const program = waiter(blocking.send!);
  await program.says("ready");
  program.child.kill("SIGSTOP");
  const { out } = await at.bed.run("ip", "-o", "address", "show", "dev", "eth0");
  expect(out).toContain(stack.v4);
  program.child.kill("SIGKILL");
  await program.ended;
});

it("calls end with ENETDOWN when the stack is killed, and new ones work when it is back", async () => {
  const programs = Object.keys(blocking).map((name) =>
    waiter(`try: ${blocking[name]!.replaceAll(/; /g, "\n   ").replace(/^/, "\n   ")}\nexcept OSError as e: print(e.errno)
while not os.path.exists("${at.bed.socket}.again"): select.select([], [], [], .01)
n = socket.socket(); n.bind(("${stack.v4}", 0)); print("again")`),
  );
  for (const program of programs) await program.says("ready");
  await sleep(300);
  await at.bed.engine.stop("SIGKILL");
  for (const program of programs) await program.says("100\n");
  await at.bed.start();
  await at.bed.run("touch", `${at.bed.socket}.again`);
  for (const program of programs) expect((await program.ended).out).toContain("again");
});

it("without a stack nothing is started", async () => {
  const { status, error } = await new Program(built("posix/nuse-run"), ["--stack", "/nonexistent", "true"]).ended;
  expect(status).toBe(125);
  expect(error).toContain("no stack at /nonexistent");
});

it("--private boots a stack for one program and takes it away again", async () => {
  await at.bed.engine.stop();
  const [first, ...prefix] = at.bed.home.prefix;
  const program = new Program(
    first,
    [...prefix, built("posix/nuse-run"), "--private", "--port", "raw:lan", "--addr", `${stack.v4}/24`, "ping", "-c", "3", "-i", "0.1", peer.v4],
    { env: privateEnvironment() },
  );
  const { status, out, error } = await program.ended;
  expect(status, error).toBe(0);
  expect(out).toMatch(/[123] received/);
});
