// SPDX-License-Identifier: GPL-2.0-only
// Reloads under a stream of numbered datagrams of which every one is missed.

import { describe, expect, it } from "vitest";
import { hosts } from "../../lab/network.js";
import { streamDuring } from "../../lab/numbered.js";
import { reachable } from "../../lab/traffic.js";
import { routerConfig, eventually, useLab } from "./lab.js";

/** A rate at which a busy machine loses nothing by itself. */
const rate = 20_000;
const lab = useLab("stream");

describe("a stream through nused", () => {
  it("loses none of its datagrams in 20 reloads of other parts", async () => {
    expect(await reachable(lab.network.a, hosts.b.v4)).toBe(true);
    const unrelated = routerConfig
      .replace("10.77.1.1/24,", "10.77.1.1/24, 10.77.9.1/24,")
      .replace("\nsysctl:", "\n  - { to: 203.0.113.0/24, via: 10.77.2.9 }\n\nsysctl:")
      .replace("conf.all.forwarding: 1", "conf.all.forwarding: 1\n  net.ipv4.tcp_syn_retries: 4");
    const tally = await streamDuring(lab.network.a, lab.network.b, hosts.b.v4, rate, async () => {
      for (let reload = 0; reload < 20; reload++) {
        const before = lab.nused.log().length;
        lab.nused.configure(reload % 2 === 0 ? unrelated : routerConfig);
        lab.nused.child.kill("SIGHUP");
        const text = await eventually(async () => lab.nused.log().slice(before), (log) => /"steps"/.test(log));
        expect(text).toMatch(/configuration applied/);
      }
    });
    expect(tally.sent).toBeGreaterThan(1000);
    expect(tally).toEqual({ sent: tally.sent, received: tally.sent, lost: 0, duplicates: 0, late: 0 });
  });

  it("misses those that are lost: it is a test that can fail", async () => {
    const tally = await streamDuring(lab.network.a, lab.network.b, hosts.b.v4, rate, async () => {
      for (const up of [false, true]) {
        const before = lab.nused.log().length;
        lab.nused.configure(up ? routerConfig : routerConfig.replace("  right:\n    addresses", "  right:\n    up: false\n    addresses"));
        lab.nused.child.kill("SIGHUP");
        await eventually(async () => lab.nused.log().slice(before), (log) => /"steps"|reload failed/.test(log));
      }
      await reachable(lab.network.a, hosts.b.v4);
    });
    expect(tally.received).toBeLessThan(tally.sent);
  });
});
