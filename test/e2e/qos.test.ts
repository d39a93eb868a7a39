// SPDX-License-Identifier: GPL-2.0-only

import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { background, end, output } from "../../lab/command.js";
import type { Namespace } from "../../lab/namespace.js";
import { hosts } from "../../lab/network.js";
import { reachable } from "../../lab/traffic.js";
import { routerConfig, eventually, useLab } from "./lab.js";

const lab = useLab("qos");

let times = 0;

/** The configuration with this traffic control, reloaded; the steps that it took. */
async function apply(qos: string): Promise<string[]> {
  const before = lab.nused.log().length;
  // A comment that differs: the same file would not be read again.
  lab.nused.configure(`${routerConfig}\n# ${times++}\n${qos === "" ? "" : `qos:\n${qos}`}`);
  lab.nused.child.kill("SIGHUP");
  const text = await eventually(async () => lab.nused.log().slice(before), (log) => /"steps":|reload failed/.test(log));
  const [, steps] = /"steps":(\[.*?\])[,}]/.exec(text) ?? [];
  if (steps === undefined) throw new Error(text);
  return JSON.parse(steps) as string[];
}

const kinds: readonly (readonly [string, string])[] = [
  ["fq_codel", "fq_codel: { limit: 1000, target: 7ms, interval: 120ms, ecn: false }"],
  ["cake", "cake: { bandwidth: 50mbit, diffserv: diffserv4, nat: true, overhead: 18 }"],
  ["tbf", "tbf: { rate: 30mbit, burst: 32k, limit: 256k }"],
  ["prio", "prio: { bands: 4 }"],
  ["netem", "netem: { delay: 5ms, jitter: 1ms, loss: 1.5, limit: 2000 }"],
  ["fq", "fq: { limit: 5000, max-rate: 100mbit }"],
  ["htb", "htb: { rate: 100mbit, default: rest, classes: { voice: { rate: 10mbit, priority: 1, match: [{ dscp: 46 }, { protocol: udp, destination-port: 5060 }, { source: 10.77.1.0/28 }, { mark: 7 }] }, rest: { rate: 50mbit, ceil: 90mbit, burst: 64k } } }"],
];

describe("traffic control", () => {
  it.each(kinds)("%s is set, read back, and not set again", async (kind, text) => {
    const steps = await apply(`  right: { egress: { ${text} } }`);
    expect(steps.join("\n")).toContain(kind);
    expect(await apply(`  right: { egress: { ${text} } }`)).toEqual([]);
  });

  it("of what comes is policed, beside what is there", async () => {
    const both = "  right: { egress: { fq: {} }, ingress: { police: { rate: 200mbit, burst: 128k } } }";
    expect((await apply(both)).join("\n")).toContain("the police of what comes");
    expect(await apply(both)).toEqual([]);
  });

  it("of what comes waits in an interface of its own, while packets go on", async () => {
    const shaped = "  left: { ingress: { shape: { cake: { bandwidth: 80mbit } } } }\n  right: { egress: { fq: {} }, ingress: { police: { rate: 200mbit, burst: 128k } } }";
    expect(await apply(shaped)).toEqual([
      "create ifb-left", "add clsact to left", "add the way over ifb-left to left", "add cake to ifb-left",
    ]);
    expect(await apply(shaped)).toEqual([]);
    expect(await reachable(lab.network.a, hosts.b.v4)).toBe(true);
    const sent = 'nuse_qdisc_packets_total{device="ifb-left",kind="cake",parent="root"}';
    expect((await eventually(() => lab.nused.metrics(), (metrics) => (metrics.get(sent) ?? 0) > 0)).get(sent)).toBeGreaterThan(0);
    await apply("  right: { egress: { fq: {} }, ingress: { police: { rate: 200mbit, burst: 128k } } }");
  });

  it("goes when the configuration no longer says it", async () => {
    expect((await apply("")).sort()).toEqual(["delete a filter of right", "delete clsact of right", "delete fq of right"].sort());
    expect(await apply("")).toEqual([]);
  });

  it("changes a class's rate in place, and nothing else", async () => {
    const shape = (rate: string): string => `  right: { egress: { htb: { rate: 100mbit, default: rest, classes: { rest: { rate: ${rate} } } } } }`;
    await apply(shape("40mbit"));
    expect(await apply(shape("60mbit"))).toEqual(["change class rest of right"]);
  });

  it("is shown by metrics", async () => {
    const root = 'nuse_qdisc_bytes_total{device="right",kind="htb",parent="root"}';
    const metrics = await eventually(() => lab.nused.metrics(), (found) => found.has(root));
    expect(metrics.has(root)).toBe(true);
    expect(metrics.has('nuse_qdisc_drops_total{device="right",kind="fq_codel",parent="1:10"}')).toBe(true);
  });
});

/** Bits a second of a stream to a port of `server`, for as long as another one runs. */
async function stream(from: Namespace, server: Namespace, port: number, seconds: number): Promise<number> {
  const [command, ...prefix] = server.prefix;
  const listener = background(command, ...prefix, "iperf3", "--server", "--one-off", "--port", String(port));
  try {
    await sleep(500);
    const text = await output(command, ...from.prefix.slice(1), "iperf3", "--json", "--time", String(seconds), "--port", String(port), "--client", hosts.b.v4);
    return (JSON.parse(text) as { end: { sum_received: { bits_per_second: number } } }).end.sum_received.bits_per_second;
  } finally {
    await end(listener);
  }
}

describe("classes of HTB", () => {
  it("share the link as they were promised", async () => {
    await apply(`  right:
    egress:
      htb:
        rate: 20mbit
        default: silver
        classes:
          gold: { rate: 15mbit, match: [{ protocol: tcp, destination-port: 5301 }] }
          silver: { rate: 5mbit }`);
    expect(await reachable(lab.network.a, hosts.b.v4)).toBe(true);
    const [gold, silver] = await Promise.all([5301, 5302].map((port) => stream(lab.network.a, lab.network.b, port, 5)));
    expect(gold! / silver!).toBeGreaterThan(2);
    expect(gold! / silver!).toBeLessThan(4.5);
    expect(gold! + silver!).toBeLessThan(22e6);
  });
});
