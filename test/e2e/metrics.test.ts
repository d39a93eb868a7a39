// SPDX-License-Identifier: GPL-2.0-only
// What metrics say, beside what was done.

import { describe, expect, it } from "vitest";
import { hosts } from "../../lab/network.js";
import { ping, reachable } from "../../lab/traffic.js";
import { routerConfig, eventually, useLab } from "./lab.js";

const lab = useLab("metrics");

describe("metrics of what kernels keep", () => {
  it("count routes by protocol and family, without the local table", async () => {
    const key = (family: string, protocol: string): string => `nuse_routes{worker="0",family="${family}",protocol="${protocol}"}`;
    const metrics = await eventually(() => lab.nused.metrics(), (found) => found.has(key("ipv6", "static")));
    expect(metrics.get(key("ipv4", "static"))).toBe(1);
    expect(metrics.get(key("ipv4", "kernel"))).toBe(2);
    expect(metrics.get(key("ipv6", "static"))).toBe(1);
  });

  it("count neighbours by state", async () => {
    expect(await reachable(lab.network.a, hosts.b.v4)).toBe(true);
    const of = (metrics: ReadonlyMap<string, number>): number =>
      [...metrics].filter(([name]) => name.startsWith('nuse_neighbours{device="right"')).reduce((sum, [, value]) => sum + value, 0);
    expect(of(await eventually(() => lab.nused.metrics(), (metrics) => of(metrics) > 0))).toBeGreaterThan(0);
  });

  it("count in the queue what leaves the interface", async () => {
    const sent = 'nuse_qdisc_packets_total{device="right",kind="pfifo_fast",parent="root"}';
    const before = (await lab.nused.metrics()).get(sent)!;
    await ping(lab.network.a, hosts.b.v4, 20);
    const after = await eventually(() => lab.nused.metrics(), (metrics) => metrics.get(sent)! >= before + 20);
    expect(after.get(sent)).toBeGreaterThanOrEqual(before + 20);
  });

  it("tell of the instance's memory and of its table of connections", async () => {
    const metrics = await lab.nused.metrics();
    const [size, available] = ["size", "available"].map((what) => metrics.get(`nuse_kernel_memory_${what}_bytes{worker="0"}`)!);
    expect(size).toBeGreaterThan(200 << 20);
    expect(available).toBeLessThan(size!);
    expect(metrics.get('nuse_conntrack_entries_limit{worker="0"}')).toBeGreaterThan(0);
  });
});

describe("metrics of the configuration", () => {
  it("count a change that was refused by the kernel, and say with which error", async () => {
    const before = lab.nused.log().length;
    // A bucket for less than one tick of the rate.
    lab.nused.configure(`${routerConfig}\nqos: { left: { egress: { tbf: { rate: 1gbit, burst: "1", limit: 1k } } } }`);
    lab.nused.child.kill("SIGHUP");
    await eventually(async () => lab.nused.log().slice(before), (text) => /reload failed|configuration applied/.test(text));
    const metrics = await lab.nused.metrics();
    expect(metrics.get('nuse_netlink_errors_total{family="route",errno="EINVAL"}')).toBe(1);
    expect(metrics.get('nuse_config_applications_total{result="failure"}')).toBe(1);
    expect(metrics.get("nuse_config_last_apply_success")).toBe(0);
  });
});
