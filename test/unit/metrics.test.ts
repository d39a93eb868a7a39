// SPDX-License-Identifier: GPL-2.0-only

import { Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import { registerBursts } from "../../control/metrics/bursts.js";
import { functionOf, registerDrops } from "../../control/metrics/drops.js";

const worker = { worker: "0" };

describe("the metric of drops", () => {
  it.each([
    ["ip_rcv_core+0x12/0x345", "ip_rcv_core"],
    ["ip_rcv_finish_core.isra.0+0x1/0x2", "ip_rcv_finish_core"],
    ["other", "other"],
  ])("calls %s by its function", (place, name) => expect(functionOf(place)).toBe(name));

  it("sums the places of one function, each scrape anew", async () => {
    const registry = new Registry();
    const drops = [
      { reason: "NO_SOCKET", place: "__udp4_lib_rcv+0x1/0x9", frames: 2 },
      { reason: "NO_SOCKET", place: "__udp4_lib_rcv+0x5/0x9", frames: 3 },
      { reason: "IP_CSUM", place: "ip_rcv_core+0x5/0x9", frames: 1 },
    ];
    registerDrops(registry, () => [[worker, drops]]);
    for (let scrape = 0; scrape < 2; scrape += 1) {
      const text = await registry.metrics();
      expect(text).toContain('nuse_worker_drops_total{worker="0",reason="NO_SOCKET",place="__udp4_lib_rcv"} 5');
      expect(text).toContain('nuse_worker_drops_total{worker="0",reason="IP_CSUM",place="ip_rcv_core"} 1');
    }
  });
});

describe("the metric of bursts", () => {
  it("says in a label how many frames they had", async () => {
    const registry = new Registry();
    const counters = { names: ["rx_bursts_1", "rx_bursts_32", "tx_bursts_64"], values: BigUint64Array.of(7n, 8n, 9n) };
    registerBursts(registry, () => [[worker, counters]]);
    const text = await registry.metrics();
    expect(text).toContain('nuse_worker_receive_bursts_total{worker="0",size="1"} 7');
    expect(text).toContain('nuse_worker_receive_bursts_total{worker="0",size="32-63"} 8');
    expect(text).toContain('nuse_worker_transmit_bursts_total{worker="0",size="64"} 9');
  });
});
