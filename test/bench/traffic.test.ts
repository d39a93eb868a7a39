// SPDX-License-Identifier: GPL-2.0-only
// The generator and sink of the benchmarks, with the host's kernel as the router.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Namespace } from "../../lab/namespace.js";

const { dataplane } = JSON.parse(readFileSync("build/setup.json", "utf8")) as { dataplane: string };
const program = join(dataplane, "traffic/nuse-bench-traffic");

interface Trial {
  readonly sent: number;
  readonly good: number;
  readonly bad_ttl: number;
  readonly bad_checksum: number;
  readonly bad_payload: number;
  readonly reordered: number;
  readonly repeated: number;
  readonly loss: number;
  readonly no_drop_rate?: number;
  readonly latency_ns: { readonly p50: number; readonly max: number; readonly counts: readonly (readonly [number, number])[] };
}

// out - r1, r2 - in: the namespace routes from r1 to r2
let router: Namespace;
const mac = "02:00:00:00:01:01";

beforeAll(() => {
  router = new Namespace("test", "traffic");
  for (const [outer, inner, address] of [["out", "r1", mac], ["in", "r2", "02:00:00:00:01:02"]] as const) {
    router.ip("link", "add", outer, "type", "veth", "peer", "name", inner);
    router.ip("link", "set", inner, "address", address);
    for (const device of [outer, inner]) {
      router.run("sysctl", "-qw", `net.ipv6.conf.${device}.disable_ipv6=1`);
      router.ip("link", "set", device, "up");
    }
  }
  router.ip("address", "add", "198.18.0.2/24", "dev", "r1");
  router.ip("address", "add", "198.19.255.254/16", "dev", "r2");
  for (let flow = 1; flow <= 16; flow++) {
    router.ip("neigh", "add", `198.19.0.${flow}`, "lladdr", "02:00:00:00:02:02", "dev", "r2", "nud", "permanent");
  }
  router.run("sysctl", "-qw", "net.ipv4.ip_forward=1");
});
afterAll(() => router.remove());

function run(...args: string[]): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const [command, ...rest] = [...router.prefix, program, ...args];
  return spawnSync(command!, rest, { encoding: "utf8" });
}

function trial(...args: string[]): Trial {
  const { status, stdout, stderr } = run("--mac", mac, "--seconds", "0.2", "--out", "packet:out", ...args);
  expect(stderr).toBe("");
  expect(status).toBe(0);
  return JSON.parse(stdout) as Trial;
}

const forward = (...args: string[]): Trial => trial("--in", "packet:in", "--flows", "16", ...args);

describe("the traffic generator", () => {
  it.each(["64", "1518", "imix"])("gets every frame of %s bytes back from a router, once, in order and unharmed", (size) => {
    const result = forward("--size", size, "--rate", "20000");
    expect(result.sent).toBeGreaterThan(1000);
    expect(result).toMatchObject({
      good: result.sent, loss: 0, bad_ttl: 0, bad_checksum: 0, bad_payload: 0, reordered: 0, repeated: 0,
    });
    expect(result.latency_ns.counts.reduce((sum, [, count]) => sum + count, 0)).toBe(result.good);
  });

  it("counts what the router dropped", () => {
    router.run("nft", "add table ip t; add chain ip t c { type filter hook forward priority 0; }; add rule ip t c ip daddr 198.19.0.3 drop");
    const { sent, good, loss } = forward("--rate", "20000");
    router.run("nft", "delete table ip t");
    expect(sent - good).toBeGreaterThanOrEqual(Math.floor(sent / 16));
    expect(loss).toBeCloseTo(1 / 16, 2);
  });

  it.each([
    ["a TTL that is not one less", "ip ttl set 60", "bad_ttl"],
    ["a payload that is not what was sent", "@th,208,16 set 4711", "bad_checksum"],
  ] as const)("sees %s", (_name, change, verdict) => {
    router.run("nft", `add table ip t; add chain ip t c { type filter hook postrouting priority 0; }; add rule ip t c ${change}`);
    const result = forward("--rate", "20000", "--size", "128");
    router.run("nft", "delete table ip t");
    expect(result.good).toBeLessThan(result.sent);
    expect(result[verdict]).toBeGreaterThan(0);
  });

  it("has one frame in flight when it measures round trips", () => {
    const result = forward("--round-trip");
    expect(result.good).toBe(result.sent);
    expect(result.latency_ns.p50).toBeGreaterThan(0);
    expect(result.latency_ns.max).toBeGreaterThanOrEqual(result.latency_ns.p50);
  });

  it("finds the rate without loss below what a policer lets through", () => {
    router.run("nft", "add table ip t; add chain ip t c { type filter hook forward priority 0; }; add rule ip t c limit rate over 20000/second burst 100 packets drop");
    const { no_drop_rate = 0 } = forward("--no-drop");
    router.run("nft", "delete table ip t");
    expect(no_drop_rate).toBeGreaterThan(5000);
    expect(no_drop_rate).toBeLessThan(25000);
  });

  it("sends IPv6 with tags, back through a device of its own", () => {
    const result = run(
      "--out", "dpdk:net_ring0", "--mac", mac, "--bridged", "--seconds", "0.1",
      "--source", "2001:db8::1", "--to", "2001:db8:1::1", "--flows", "1000", "--size", "84", "--vlan", "7",
    );
    const { sent, good } = JSON.parse(result.stdout.slice(result.stdout.indexOf("{"))) as Trial;
    expect(good).toBe(sent);
  });

  it.each([
    [["--out", "packet:nowhere", "--mac", mac], 4, /packet:nowhere: No such device/],
    [["--out", "veth0", "--mac", mac], 4, /veth0: a port is packet:DEVICE or dpdk:DEVICE/],
    [["--mac", mac], 2, /--out is missing/],
    [["--out", "packet:out"], 2, /--mac is missing/],
    [["--out", "packet:out", "--mac", "1:2"], 2, /1:2 is not a MAC address/],
    [["--out", "packet:out", "--mac", mac, "--size", "63"], 2, /--size: 63 is not a number from 64/],
    [["--out", "packet:out", "--mac", mac, "--to", "2001:db8::1"], 2, /two families/],
  ] as const)("refuses %j", (args, status, expected) => {
    const result = run(...args);
    expect(result.stderr).toMatch(expected);
    expect(result.status).toBe(status);
  });
});
