// SPDX-License-Identifier: GPL-2.0-only
// Ports and workers that come, go and fail while the others forward.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { output } from "../../lab/command.js";
import { get } from "../../lab/http.js";
import { Namespace } from "../../lab/namespace.js";
import { addCable, createNetwork, hosts, setUpHost } from "../../lab/network.js";
import type { Network } from "../../lab/network.js";
import { Nused } from "../../lab/nused.js";
import { ping, reachable } from "../../lab/traffic.js";
import { routerConfig, eventually } from "./lab.js";

/** A third network, whose port some tests have and some have not. */
const third = { v4: "10.77.3.2", v6: "fd77:3::2", router4: "10.77.3.1", router6: "fd77:3::1" };
const withThird = routerConfig
  .replace('right: { device: "raw:right0" }', 'right: { device: "raw:right0" }\n  third: { device: "raw:third0" }')
  .replace("\nroutes:", '  third:\n    addresses: [10.77.3.1/24, "fd77:3::1/64"]\n\nroutes:\n  - { to: 203.0.113.0/24, via: 10.77.3.2 }');

let network: Network | undefined;
let host: Namespace | undefined;
let nused: Nused | undefined;
const the = () => ({ network: network!, host: host!, nused: nused! });
beforeAll(() => {
  network = createNetwork("test", "ports");
  host = new Namespace("test", "thirdports");
});
afterEach(async () => {
  await nused?.stop();
});
afterAll(() => {
  host?.remove();
  network?.remove();
});

async function start(config: string): Promise<void> {
  nused = new Nused(the().network.router, config);
  await nused.ready();
}

/** One that forwards. */
async function forwarding(config: string): Promise<void> {
  await start(config);
  expect(await reachable(the().network.a, hosts.b.v4)).toBe(true);
}

/** Of so many flows, each of several workers gets some. */
function sendFlows(): void {
  the().network.a.run("bash", "-c", `for i in $(seq 100); do echo x > /dev/udp/${hosts.a.router4}/$((3000 + i)); done`);
}

/** Frames that each worker has received. */
async function received(workers: number): Promise<number[]> {
  const metrics = await the().nused.metrics();
  return Array.from({ length: workers }, (_, worker) => metrics.get(`nuse_worker_receive_frames_total{worker="${worker}"}`) ?? 0);
}

interface Status {
  readonly ports: readonly { readonly name: string; readonly reason?: string }[];
  readonly workers: readonly { readonly worker: number; readonly restarts: number; readonly state: string }[];
  readonly drift: readonly string[];
}

const status = async (): Promise<Status> => JSON.parse((await get(the().nused.socket, "/status")).body) as Status;

/** Reload; what the log has about it. */
async function reload(config: string): Promise<string> {
  const before = the().nused.log().length;
  the().nused.configure(config);
  the().nused.child.kill("SIGHUP");
  return eventually(async () => the().nused.log().slice(before), (text) => /"steps":|reload failed/.test(text));
}

function plugThird(): void {
  addCable(the().host, the().network.router, "third0");
  setUpHost(the().host, third);
}

const unplugThird = (): string => the().network.router.ip("link", "delete", "third0");

describe("a port that is not there when nused starts", () => {
  it("is awaited and shown, the rest forwards, and its part is applied when it comes", async () => {
    await forwarding(withThird);
    const missing = (await status()).ports.find(({ name }) => name === "third");
    expect(missing?.reason).toMatch(/third0: there is no such device/);
    expect((await the().nused.metrics()).get('nuse_port_open{port="third"}')).toBe(0);
    expect((await status()).drift).toEqual([]);

    plugThird();
    await eventually(status, ({ ports }) => ports.every(({ reason }) => reason === undefined), 15);
    expect(await reachable(the().network.a, third.v4)).toBe(true);
    expect((await the().nused.metrics()).get('nuse_port_open{port="third"}')).toBe(1);
    expect(await reload(withThird)).toMatch(/nothing to change/);
    unplugThird();
  });
});

describe("while packets flow, a reload", () => {
  const pings = async (count: number) => ping(the().network.a, hosts.b.v4, count);

  it("opens a port, changes its device and closes it, and loses none of the others'", async () => {
    plugThird();
    await forwarding(routerConfig);
    const others = pings(100);
    expect(await reload(withThird)).toMatch(/open port third \(raw:third0\)/);
    expect(await reachable(the().network.a, third.v4)).toBe(true);
    expect(await reload(withThird.replace("raw:third0", "xdp:third0"))).toMatch(/close port third \(raw:third0\).*open port third \(xdp:third0\)/);
    expect(await reachable(the().network.a, third.v4)).toBe(true);
    expect(await reload(routerConfig)).toMatch(/close port third \(xdp:third0\)/);
    expect((await ping(the().network.a, third.v4, 3)).received).toBe(0);
    expect(await others).toMatchObject({ sent: 100, received: 100 });
    unplugThird();
  });

  it("that names a device that is not there changes nothing", async () => {
    await forwarding(routerConfig);
    const others = pings(40);
    expect(await reload(withThird)).toMatch(/reload failed.*third0: there is no such device/);
    expect(await others).toMatchObject({ received: 40 });
    expect((await status()).ports.map(({ name }) => name)).toEqual(["left", "right"]);
    expect(await reload(routerConfig)).toMatch(/nothing to change/);
  });

  it("starts a second worker, which forwards too, and stops it again", async () => {
    await forwarding(routerConfig);
    expect(await reload(routerConfig.replace("cpus: [1]", "cpus: [1, 0]"))).toMatch(/start a worker on processor 0/);
    expect((await status()).workers).toMatchObject([{ worker: 0, state: "running" }, { worker: 1, state: "running" }]);
    const before = await received(2);
    sendFlows();
    const after = await eventually(() => received(2), (found) => found.every((frames, worker) => frames > before[worker]!));
    expect(after[1]).toBeGreaterThan(before[1]!);
    expect(await reload(routerConfig)).toMatch(/stop the worker on processor 0/);
    expect((await status()).workers).toHaveLength(1);
    expect(await reachable(the().network.a, hosts.b.v4)).toBe(true);
  });
});

describe("several workers", () => {
  it("boot, are configured alike, and share the flows", async () => {
    await start(routerConfig.replace("cpus: [1]", "cpus: [0, 1]"));
    expect((await status()).workers.map(({ state }) => state)).toEqual(["running", "running"]);
    expect((await status()).drift).toEqual([]);
    sendFlows();
    const frames = await eventually(() => received(2), (found) => found.every((count) => count > 5));
    for (const count of frames) expect(count).toBeGreaterThan(5);
  });
});

describe("a worker whose kernel dies", () => {
  /** Let a worker's thread jump to where there is no code, by a debugger. */
  async function kill(worker: number): Promise<void> {
    const tasks = `/proc/${the().nused.child.pid}/task`;
    const thread = readdirSync(tasks).find((id) => readFileSync(join(tasks, id, "comm"), "utf8").trim().endsWith(`-${worker}`));
    await output("gdb", "-batch", "-nx", "-p", thread!, "-ex", "set var $pc = 0", "-ex", "detach");
  }

  it("is told of with its log, and replaced; with others, they go on", async () => {
    await start(routerConfig.replace("cpus: [1]", "cpus: [1, 0]"));
    await kill(1);
    const { workers } = await eventually(status, ({ workers: found }) => found.some(({ restarts, state }) => restarts === 1 && state === "running"), 15);
    expect(workers.map(({ state, restarts }) => ({ state, restarts }))).toEqual([{ state: "running", restarts: 0 }, { state: "running", restarts: 1 }]);
    expect(the().nused.log()).toMatch(/"reason":"[^"]+","kernel":\[.*has died/);
    expect((await status()).drift).toEqual([]);
    const before = await received(2);
    sendFlows();
    const after = await eventually(() => received(2), (found) => found.every((count, index) => count > before[index]!));
    after.forEach((count, index) => expect(count).toBeGreaterThan(before[index]!));
    expect((await the().nused.metrics()).get('nuse_worker_restarts_total{worker="1"}')).toBe(1);
  }, 180_000);

  it("is replaced when it is the only one, and too often is the end", async () => {
    await forwarding(routerConfig);
    for (let time = 1; time <= 5; time++) {
      await kill(0);
      await eventually(status, ({ workers }) => workers[0]?.restarts === time, 15);
      expect(await reachable(the().network.a, hosts.b.v4)).toBe(true);
    }
    await kill(0);
    expect(await eventually(async () => the().nused.child.exitCode, (code) => code !== null, 15)).toBe(5);
    expect(the().nused.log()).toMatch(/has died.*\n.*which is enough/s);
  }, 180_000);
});
