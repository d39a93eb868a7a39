// SPDX-License-Identifier: GPL-2.0-only

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Rates } from "../../control/api/schema/events.js";
import { hosts } from "../../lab/network.js";
import { ping, reachable } from "../../lab/traffic.js";
import { routerConfig, eventually, useLab } from "./lab.js";
import { Nuse, nuse } from "./nuse.js";
import type { Said } from "./nuse.js";

const config = `${routerConfig}
nat:
  masquerade:
    - { out: right }
`;
const lab = useLab("cli", routerConfig);
const dir = mkdtempSync(join(tmpdir(), "nuse-test-"));
afterAll(() => rmSync(dir, { recursive: true }));

const ask = (...args: readonly string[]): Promise<Said> => nuse(lab.nused.socket, ...args);

async function json<T>(...args: readonly string[]): Promise<T> {
  const { status, out, error } = await ask("--json", ...args);
  expect({ status, error }).toEqual({ status: 0, error: "" });
  return JSON.parse(out) as T;
}

/** Rows of a table that is a line a row. */
const lines = async (...args: readonly string[]): Promise<Record<string, unknown>[]> =>
  (await ask(...args, "--json")).out.trim().split("\n").filter(Boolean).map((line) => JSON.parse(line) as Record<string, unknown>);

/** A file with nused's own configuration, changed. */
function file(text: string): string {
  const path = join(dir, "wanted.yaml");
  writeFileSync(path, lab.nused.complete(text));
  return path;
}

describe("tables", () => {
  it("of interfaces count what went through", async () => {
    const count = async (): Promise<number> =>
      (await json<{ name: string; stats: { rxPackets: number } }[]>("interfaces")).find(({ name }) => name === "left")!.stats.rxPackets;
    const before = await count();
    await ping(lab.network.a, hosts.b.v4, 20);
    expect(await count()).toBeGreaterThanOrEqual(before + 20);
  });

  it("of routes have the static ones of both families, or those that are asked for", async () => {
    const all = await lines("routes");
    expect(all).toContainEqual({ to: "198.51.100.0/24", type: "unicast", via: hosts.b.v4, interface: "right", metric: 0, protocol: "static", table: 254 });
    expect(all).toContainEqual(expect.objectContaining({ to: "2001:db8:100::/48" }));
    expect((await lines("routes", "--protocol", "static", "--family", "4")).map(({ to }) => to)).toEqual(["198.51.100.0/24"]);
    expect((await lines("routes", "--to", "198.51.100.9")).map(({ to }) => to)).toEqual(["198.51.100.0/24"]);
    expect((await lines("routes", "--interface", "left")).every((row) => row["interface"] === "left")).toBe(true);
    expect((await lines("routes", "--table", "255")).map(({ type }) => type)).toContain("local");
  });

  it("of neighbours have the hosts that spoke", async () => {
    await ping(lab.network.a, hosts.b.v4, 2);
    expect(await json("neighbours")).toContainEqual(expect.objectContaining({ address: hosts.a.v4, interface: "left", mac: expect.stringMatching(/^(..:){5}..$/) as string }));
  });

  it("of drops have the reason and the place", async () => {
    lab.network.a.run("bash", "-c", `for i in 1 2 3; do echo lost > /dev/udp/${hosts.a.router4}/4078; done`);
    const drops = await eventually(() => json<{ reason: string; place: string; frames: number }[]>("drops"), (rows) => rows.some(({ reason }) => reason === "NO_SOCKET"));
    expect(drops).toContainEqual({ reason: "NO_SOCKET", place: "__udp4_lib_rcv", frames: expect.any(Number) as number });
  });

  it("of rules and queues are the kernel's own at first", async () => {
    expect((await json<{ priority: number }[]>("rules")).map(({ priority }) => priority)).toContain(32766);
    expect(await json("qos")).toContainEqual(expect.objectContaining({ interface: "left", object: "qdisc" }));
  });

  it("are for people without --json, and of one worker with --worker", async () => {
    expect((await ask("interfaces", "--worker", "0")).out).toMatch(/^INTERFACE +KIND +STATE.*\n(.*\n)*left +port +up/);
    const { status, error } = await ask("interfaces", "--worker", "7");
    expect({ status, error }).toEqual({ status: 2, error: "there is no worker 7\n  hint: workers: 0\n" });
  });

  it("end quietly when nobody reads on", () => {
    const text = execFileSync("bash", ["-c", `${process.execPath} build/js/control/cli/nuse.js routes | head -n 1; exit \${PIPESTATUS[0]}`], {
      encoding: "utf8", env: { ...process.env, NUSE_API: lab.nused.socket },
    });
    expect(text).toMatch(/^TO /);
  });
});

it("status says what runs", async () => {
  const { out } = await ask("status");
  expect(out).toMatch(/healthy/);
  expect(out).toMatch(/^left +raw:left0 +1 +open$/m);
  expect(await json("status")).toMatchObject({ pid: expect.any(Number) as number, health: { healthy: true }, drift: [] });
});

it("monitor shows the rates of what goes through", async () => {
  const monitor = new Nuse(lab.nused.socket, ["monitor", "--json", "--count", "3"]);
  await ping(lab.network.a, hosts.b.v4, 60);
  const { status, out } = await monitor.end();
  expect(status).toBe(0);
  const rates = out.trim().split("\n").map((line) => JSON.parse(line) as Rates & { event: string }).filter(({ event }) => event === "rates");
  expect(rates).toHaveLength(3);
  expect(Math.max(...rates.map(({ ports }) => ports.find(({ name }) => name === "left")!.rxFrames))).toBeGreaterThan(5);
  expect((await ask("monitor", "--count", "1")).out).toMatch(/^PORT +RX/m);
});

describe("capture", () => {
  const read = (path: string): string[] =>
    execFileSync("tcpdump", ["-nn", "-r", path], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim().split("\n").filter(Boolean);

  /** Capture while pings go from a to b, until the limit in `args` or, without one, a signal. */
  async function capture(args: readonly string[], signal?: NodeJS.Signals): Promise<Said> {
    const running = new Nuse(lab.nused.socket, ["capture", ...args]);
    await eventually(async () => running.said.error, (text) => text !== "");
    await ping(lab.network.a, hosts.b.v4, 10);
    if (signal) running.child.kill(signal);
    return running.end();
  }

  it("is read by tcpdump, and has what the filter lets through", async () => {
    const path = join(dir, "left.pcapng");
    expect(await capture(["-i", "left", "-c", "10", "-w", path, "icmp", "and", "src", hosts.a.v4])).toMatchObject({ status: 0, error: expect.stringMatching(/\n10 packets\n$/) as string });
    const packets = read(path);
    expect(packets).toHaveLength(10);
    const [time] = execFileSync("tcpdump", ["-nn", "-tt", "-r", path], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).split(" ");
    expect(new Date(Number(time) * 1000).toISOString().slice(0, 10)).toBe(new Date().toISOString().slice(0, 10));
    expect(packets.every((line) => line.includes(`${hosts.a.v4} > ${hosts.b.v4}: ICMP echo request`))).toBe(true);
  });

  it("of all interfaces has each packet twice, and ends in order by a signal", async () => {
    const path = join(dir, "all.pcapng");
    expect((await capture(["-w", path, "icmp[0] == 8"], "SIGINT")).status).toBe(0);
    expect(read(path)).toHaveLength(20);
  });

  it("goes to standard output, cut to the length that is asked for", async () => {
    const path = join(dir, "out.pcapng");
    const { out } = await capture(["-i", "right", "-c", "3", "-s", "60", "icmp"]);
    writeFileSync(path, Buffer.from(out, "latin1"));
    expect(read(path)).toHaveLength(3);
    expect(statSync(path).size).toBeLessThan(3 * 110 + 200);
  });

  it.each([
    ["a filter that makes no sense", ["icmp", "and"], /syntax error/], ["an interface that there is not", ["-i", "nosuch0"], /no interface nosuch0/],
  ])("refuses %s", async (_name, args, expected) => {
    const { status, error } = await ask("capture", "-w", join(dir, "none"), ...args);
    expect(status).toBe(2);
    expect(error).toMatch(expected);
  });

  it("is over in the kernel when the client has gone", async () => {
    const running = new Nuse(lab.nused.socket, ["capture", "-w", join(dir, "gone.pcapng")]);
    await eventually(async () => running.said.error, (text) => text !== "");
    running.child.kill("SIGKILL");
    await running.end();
    // Eight may run at one time: were those that are gone counted, the ninth would be refused.
    for (let turn = 0; turn < 9; turn++) {
      const next = new Nuse(lab.nused.socket, ["capture", "-w", join(dir, "gone.pcapng")]);
      await eventually(async () => next.said.error, (text) => text !== "");
      expect(next.said.error).toMatch(/^capturing/);
      next.child.kill("SIGKILL");
      await next.end();
    }
    expect((await ping(lab.network.a, hosts.b.v4, 5)).received).toBe(5);
  });
});

describe("config", () => {
  const more = routerConfig.replace("10.77.1.1/24,", "10.77.1.1/24, 10.77.1.7/24,");

  it("show gives the text in force, and schema what a file may say", async () => {
    expect((await ask("config", "show")).out).toBe(lab.nused.complete(routerConfig));
    expect(JSON.parse((await ask("config", "schema")).out)).toMatchObject({ type: "object", properties: { ports: {} } });
  });

  it("check finds faults in the file that it was given", async () => {
    expect(await ask("config", "check", file(routerConfig))).toMatchObject({ status: 0, out: `${file(routerConfig)} is valid\n` });
    const { status, error } = await ask("config", "check", file(routerConfig.replace("addresses:", "adresses:")));
    expect(status).toBe(3);
    expect(error).toMatch(new RegExp(`^${dir}/wanted\\.yaml:\\d+:\\d+: unknown key adresses\n {2}hint: did you mean addresses`));
  });

  it("diff says in words what would change, and loses packets", async () => {
    expect((await ask("config", "diff", file(routerConfig))).out).toBe("nothing would change\n");
    expect((await ask("config", "diff", file(more))).out).toBe("  add 10.77.1.7/24 to left\n");
    expect((await ask("config", "diff", file(routerConfig.replace(/  - \{ to: 198.*\n/, "")))).out).toMatch(/^ {2}delete the route 198\.51\.100\.0\/24.* {2}loses packets: /);
  });

  it("apply with --confirm goes back by itself", async () => {
    const { status, out } = await ask("config", "apply", file(more), "--confirm", "2", "--yes");
    expect(status).toBe(0);
    expect(out).toMatch(/is in force: 1 steps.*\nit is taken back in 2 s unless you say: nuse config confirm/);
    expect(await reachable(lab.network.a, "10.77.1.7")).toBe(true);
    const back = await eventually(() => json<{ number: number; state: string }[]>("config", "revisions"), ([newest]) => newest?.state === "reverted");
    expect(back[0]).toMatchObject({ state: "reverted" });
    expect((await ask("config", "diff", file(routerConfig))).out).toBe("nothing would change\n");
  });

  it("apply and confirm stay, and rollback goes back", async () => {
    expect((await ask("config", "apply", file(more), "--confirm", "60", "--comment", "one more")).status).toBe(0);
    expect((await ask("config", "confirm")).out).toMatch(/^revision \d+ stays\n$/);
    expect(await json("config", "revisions")).toContainEqual(expect.objectContaining({ state: "confirmed", comment: "one more" }));
    expect((await ask("config", "confirm")).status).toBe(3);
    const { status } = await ask("config", "rollback", "1");
    expect(status).toBe(0);
    expect((await ask("config", "diff", file(routerConfig))).out).toBe("nothing would change\n");
  });

  it("drift is empty, and a revision that there is not is an error", async () => {
    expect((await ask("config", "drift")).out).toBe("nobody changed anything\n");
    expect(await ask("config", "rollback", "999")).toMatchObject({ status: 3, error: expect.stringMatching(/999/) as string });
  });

  it("NAT and the firewall are shown when there are some, with tracked connections", async () => {
    expect(await ask("config", "apply", file(config))).toMatchObject({ status: 0 });
    await ping(lab.network.a, hosts.b.v4, 5);
    expect(await json("nat")).toContainEqual(expect.objectContaining({ hook: "postrouting", rule: expect.stringMatching(/masquerade/) as string }));
    expect((await ask("firewall")).out).toMatch(/chain .*\{ # handle/);
    expect(await lines("conntrack")).toContainEqual(expect.objectContaining({ protocol: "icmp", nat: ["source"] }));
    expect((await ask("conntrack")).out).toMatch(/^PROTOCOL/);
  });
});

it("log shows the last lines, the kernels' too, and follows", async () => {
  expect((await ask("log")).out).toMatch(/ info +.*ready/);
  expect((await ask("log", "--level", "debug", "--lines", "2000")).out).toMatch(/kernel 0: .*Linux version 6\.12/);
  const following = new Nuse(lab.nused.socket, ["log", "--follow", "--json"]);
  await eventually(async () => following.said.out, (text) => text !== "");
  lab.nused.child.kill("SIGHUP");
  const text = await eventually(async () => following.said.out, (out) => /nothing to change|applied/.test(out.split("\n").at(-2) ?? ""));
  following.child.kill();
  await following.end();
  for (const line of text.trim().split("\n")) expect(() => JSON.parse(line) as unknown).not.toThrow();
});

it("a user who may not use the socket is told so", async () => {
  const { status, error } = await new Nuse(lab.nused.socket, ["status"], ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]).end();
  expect(status).toBe(9);
  expect(error).toMatch(/cannot talk to nused.*\n {2}hint: be root, or a member of the group nuse/);
});
