// SPDX-License-Identifier: GPL-2.0-only

import { describe, expect, it } from "vitest";
import { hosts } from "../../lab/network.js";
import { get } from "../../lab/http.js";
import { iperf, ping, reachable } from "../../lab/traffic.js";
import { eventually, useLab } from "./lab.js";

const lab = useLab("forward");

describe("nused forwards", () => {
  it.each([["IPv4", hosts.b.v4], ["IPv6", hosts.b.v6]])("%s pings without losing one", async (_family, address) => {
    expect(await reachable(lab.network.a, address)).toBe(true);
    expect(await ping(lab.network.a, address, 40)).toMatchObject({ sent: 40, received: 40 });
  });

  it.each([["IPv4", hosts.b.v4], ["IPv6", hosts.b.v6]])("a TCP stream of iperf3 over %s", async (_family, address) => {
    const { bytes } = await iperf(lab.network.a, lab.network.b, address, 2);
    expect(bytes).toBeGreaterThan(1_000_000);
  });

  it("with one hop fewer to live", async () => {
    expect(lab.network.a.run("ping", "-n", "-c", "1", "-W", "2", hosts.b.v4)).toMatch(/ttl=63/);
  });

  it("nothing whose time to live has come", () => {
    expect(() => lab.network.a.run("ping", "-n", "-c", "1", "-W", "1", "-t", "1", hosts.b.v4)).toThrow();
  });

  it("and answers pings to its own addresses", async () => {
    expect((await ping(lab.network.a, hosts.a.router4, 5)).received).toBe(5);
    expect((await ping(lab.network.a, hosts.a.router6, 5)).received).toBe(5);
  });
});

describe("what it serves", () => {
  it("counts the frames that went through", async () => {
    const before = await lab.nused.metrics();
    await ping(lab.network.a, hosts.b.v4, 20);
    const after = await lab.nused.metrics();
    for (const metric of [
      'nuse_port_receive_frames_total{port="left"}',
      'nuse_port_transmit_frames_total{port="right"}',
      'nuse_network_receive_packets_total{device="left"}',
      'nuse_network_transmit_bytes_total{device="right"}',
      'nuse_worker_receive_frames_total{worker="0"}',
      'nuse_worker_transmit_frames_total{worker="0"}',
    ]) {
      expect(after.get(metric)! - before.get(metric)!, metric).toBeGreaterThanOrEqual(20);
    }
    expect(after.get('nuse_worker_turns_total{worker="0"}')).toBeGreaterThan(before.get('nuse_worker_turns_total{worker="0"}')!);
    expect(after.get("nuse_config_last_apply_success")).toBe(1);
  });

  it("counts bursts by size, and frames in them no more than there were", async () => {
    const metrics = await lab.nused.metrics();
    const bucket = (le: string): number => metrics.get(`nuse_worker_receive_burst_frames_bucket{worker="0",le="${le}"}`)!;
    const sizes = [[1, "1"], [2, "3"], [4, "7"], [8, "15"], [16, "31"], [32, "63"], [64, "+Inf"]] as const;
    const total = sizes.reduce((sum, [least, le], at) => sum + least * (bucket(le) - (at > 0 ? bucket(sizes[at - 1]![1]) : 0)), 0);
    expect(total).toBeGreaterThan(0);
    expect(total).toBeLessThanOrEqual(metrics.get('nuse_worker_receive_frames_total{worker="0"}')!);
  });

  it("says why and where frames were dropped", async () => {
    const drops = 'nuse_drops_total{reason="UDP_CSUM",place="__udp4_lib_rcv"}';
    const noSocket = drops.replace("UDP_CSUM", "NO_SOCKET");
    const before = (await lab.nused.metrics()).get(noSocket) ?? 0;
    lab.network.a.run("bash", "-c", `for i in 1 2 3; do echo lost > /dev/udp/${hosts.a.router4}/4077; done`);
    const after = await eventually(() => lab.nused.metrics(), (metrics) => (metrics.get(noSocket) ?? 0) >= before + 3);
    expect(after.get(noSocket)).toBe(before + 3);
    expect(after.has(drops)).toBe(false);
  });

  it("shows its interfaces and its health", async () => {
    const status = JSON.parse((await get(lab.nused.socket, "/status")).body) as { interfaces: { name: string; up: boolean }[] };
    expect(status.interfaces.filter(({ up }) => up).map(({ name }) => name)).toEqual(
      expect.arrayContaining(["lo", "left", "right"]),
    );
    expect(await get(lab.nused.socket, "/healthz")).toEqual({ status: 200, body: '{"healthy":true}' });
    expect((await get(lab.nused.socket, "/nothing")).status).toBe(404);
  });
});
