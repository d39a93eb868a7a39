// SPDX-License-Identifier: GPL-2.0-only
// Real packets through every backend, compared with what was sent.

import { describe, expect, it } from "vitest";
import { Capture } from "../../lab/capture.js";
import { eventually } from "../../lab/eventually.js";
import { iperf, ping } from "../../lab/traffic.js";
import { backends } from "./backends.js";
import { routerMac, useBed, vlan } from "./bed.js";
import type { Bed, Host } from "./bed.js";
import { isTaggedIpv4, readPacket } from "./packet.js";
import { sizesUpTo } from "./sizes.js";
import { withTaggedHost } from "./trunk.js";

const families = [["IPv4", "v4"], ["IPv6", "v6"]] as const;
const directions = [["left to right", "left", "right"], ["right to left", "right", "left"]] as const;
const fileSize = 20_000_000;

/** Send datagrams to an echo and compare what comes back: what went wrong. */
async function exchange(from: Host, to: Host, address: string, sizes: readonly number[]): Promise<string[]> {
  const port = await to.agent.ask("echo", { address });
  return from.agent.ask("datagrams", { address, port, sizes });
}

const setMtu = ({ left, right }: Bed, mtu: number): void =>
  [left, right].forEach(({ namespace }) => namespace.ip("link", "set", "eth0", "mtu", String(mtu)));

const macOf = ({ namespace }: Host): string => namespace.run("cat", "/sys/class/net/eth0/address").trim();

/** Large enough for `mtu` with the headers of either family and of ICMP. */
const echoed = (mtu: number, family: "v4" | "v6"): string => String(mtu - (family === "v4" ? 28 : 48));

describe.each(backends)("through $name", (backend) => {
  const bed = useBed(backend);
  const fragmented = families.filter(([, family]) => family === "v6" || backend.fragments4 !== false);

  it.each(families)("%s pings come back, all of them", async (_name, family) => {
    const { left, right } = bed;
    left.namespace.run("ping", "-n", "-c", "1", "-W", "3", right[family]);
    expect(await ping(left.namespace, right[family], 10)).toMatchObject({ sent: 10, received: 10 });
  });

  it.each(fragmented)("%s datagrams of all sizes arrive as they were, in fragments where they must", async (_name, family) => {
    setMtu(bed, 1500);
    const { left, right } = bed;
    expect(await exchange(left, right, right[family], sizesUpTo(9000))).toEqual([]);
    expect(await exchange(right, left, left[family], sizesUpTo(9000))).toEqual([]);
    setMtu(bed, backend.mtu);
  });

  it.each(families)("%s datagrams fill frames of the largest size", async (_name, family) => {
    const { left, right } = bed;
    expect(await exchange(left, right, right[family], sizesUpTo(backend.mtu - 28))).toEqual([]);
    left.namespace.run("ping", "-n", "-c", "2", "-i", "0.01", "-W", "3", "-M", "do", "-s", echoed(backend.mtu, family), right[family]);
  });

  it.each(fragmented)("%s packets of 20000 bytes come back from fragments", (_name, family) => {
    const { left, right } = bed;
    const said = left.namespace.run("ping", "-n", "-c", "5", "-i", "0.01", "-W", "3", "-s", "20000", right[family]);
    expect(said).toContain("5 received");
  });

  it.each(directions)("a file crosses by TCP from %s, unchanged", async (_name, from, to) => {
    for (const [, family] of families) {
      const address = bed[to][family];
      const port = await bed[to].agent.ask("sink", { address });
      const sent = await bed[from].agent.ask("stream", { address, port, bytes: fileSize });
      expect(await bed[to].agent.ask("sunk", {})).toBe(sent);
    }
  });

  it.each(directions)("iperf3 fills the way from %s", async (_name, from, to) => {
    const { bytes } = await iperf(bed[from].namespace, bed[to].namespace, bed[to].v4, 1);
    expect(bytes).toBeGreaterThan(1_000_000);
  });

  it("nothing crosses whose last hop it is", () => {
    const { left, right } = bed;
    expect(() => left.namespace.run("ping", "-n", "-c", "1", "-W", "0.2", "-t", String(bed.hops), right.v4)).toThrow();
    left.namespace.run("ping", "-n", "-c", "1", "-W", "3", "-t", String(bed.hops + 1), right.v4);
  });

  it("counts what it forwards, and drops nothing", async () => {
    const before = await bed.engines[0]!.counters();
    expect(await exchange(bed.left, bed.right, bed.right.v4, Array<number>(100).fill(500))).toEqual([]);
    const grownIn = (after: typeof before, counter: string): number => after.get("left")!.get(counter)! - before.get("left")!.get(counter)!;
    // A frame has arrived before the worker has counted that it sent it.
    const after = await eventually(() => bed.engines[0]!.counters(), (now) => grownIn(now, "tx_frames") >= 100);
    const grown = (counter: string): number => grownIn(after, counter);
    for (const counter of ["rx_frames", "tx_frames"]) expect(grown(counter), counter).toBeGreaterThanOrEqual(100);
    for (const counter of ["rx_bytes", "tx_bytes"]) expect(grown(counter), counter).toBeGreaterThanOrEqual(100 * 542);
    for (const counter of ["rx_bad", "tx_dropped"]) expect(grown(counter), counter).toBe(0);
  });

  it("tagged frames of a VLAN come in and go out", async () => {
    const { left, right } = bed;
    await withTaggedHost(bed, backend.mtu, async (tagged) => {
      const sizes = sizesUpTo(backend.mtu - 28);
      for (const [, family] of families) expect(await exchange(tagged, right, right[family], sizes)).toEqual([]);
      const capture = await Capture.begin(left.namespace, "eth0");
      expect(await exchange(tagged, right, right.v4, [100])).toEqual([]);
      const [back] = (await capture.frames(1, isTaggedIpv4)).map(readPacket);
      expect(back).toMatchObject({ vlan: vlan.id, from: routerMac.left });
    });
  });

  it.each(families)("an %s packet changes its MAC addresses and hops, and nothing else", async (_name, family) => {
    const { left, right } = bed;
    left.namespace.run("ethtool", "-K", "eth0", "tx", "off"); // with all checksums in the packets
    const port = await right.agent.ask("echo", { address: right[family] });
    const captures = [
      await Capture.begin(left.namespace, "eth0", `udp dst port ${port}`),
      await Capture.begin(right.namespace, "eth0", `udp dst port ${port}`),
    ];
    const sizes = [22, 100, 1000, 1440];
    expect(await left.agent.ask("datagrams", { address: right[family], port, sizes })).toEqual([]);
    const [sent, got] = await Promise.all(
      captures.map(async (capture) => (await capture.frames(sizes.length)).map(readPacket)),
    );
    expect(sent).toHaveLength(sizes.length);
    for (const packet of sent!) expect(packet).toMatchObject({ from: macOf(left), to: routerMac.left });
    expect(got).toEqual(
      sent!.map((packet) => ({ ...packet, from: routerMac.right, to: macOf(right), hops: packet.hops - bed.hops })),
    );
  });

  it("ends with status 0 when it is told to", async () => {
    for (const engine of bed.engines) expect(await engine.stop()).toBe(0);
    for (const engine of bed.engines) expect(engine.said.error).not.toContain("nuse-engine:");
  });
});
