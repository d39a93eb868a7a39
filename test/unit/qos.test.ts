// SPDX-License-Identifier: GPL-2.0-only

import { describe, expect, it } from "vitest";
import { readConfig } from "../../control/config/load.js";
import { formatError } from "../../control/errors.js";
import { covers, wantedTraffic } from "../../control/sections/qos/objects.js";
import { qos } from "../../control/sections/qos/section.js";
import type { QosStep } from "../../control/sections/qos/section.js";
import type { RunningQos } from "../../control/sections/qos/state.js";
import type { RunningLink } from "../../control/sections/links/state.js";
import type { State } from "../../control/sections/state.js";
import type { TrafficObject } from "../../control/netlink/tc.js";

const file = (text: string): string => `ports: { wan0: { device: "raw:eth0" } }\nqos:\n  wan0: ${text}\n`;
const config = (text: string) => readConfig(file(text), "nuse.yaml");

/** What a kernel would show that was told all that `text` wants. */
function told(text: string): State {
  const running = new Map<string, RunningQos>();
  const index = 2;
  for (const [name, { qdiscs, classes, filters }] of wantedTraffic(config(text).qos, () => index)) {
    const object = ({ where, kind, shown }: (typeof qdiscs)[number]): TrafficObject => ({
      index, handle: where.handle ?? 0x800, parent: where.parent, priority: 0, protocol: 0, kind: kind.kind,
      options: (shown ?? kind.options) as TrafficObject["options"], stats: undefined, chain: undefined,
    });
    running.set(name, {
      qdiscs: qdiscs.map(object), classes: classes.map(object),
      filters: filters.map((filter) => ({ ...object(filter), priority: filter.where.priority, protocol: filter.where.protocol })),
    });
  }
  return {
    links: new Map(["wan0", ...running.keys()].map((name) => [name, link(name)])),
    addresses: new Map(), routes: [], rules: [], neighbours: [], wireguard: new Map(), sysctl: new Map(),
    firewall: { marker: undefined, own: undefined, raw: [] }, qos: running,
  };
}

const link = (name: string): RunningLink => ({
  index: 2, name, up: true, mtu: 1500, mac: undefined, description: "", master: undefined,
  link: { kind: "port" }, owned: false, vlans: [], original: {},
});

const plan = (from: string, to: string): QosStep[] => qos.plan(told(from), config(to));
const words = (from: string, to: string): string[] => plan(from, to).map((step) => step.words);

const htb = (classes: string, rest = "rest"): string => `{ egress: { htb: { rate: 100mbit, default: ${rest}, classes: { ${classes} } } } }`;
const two = htb("voice: { rate: 10mbit, match: [{ dscp: 46 }] }, rest: { rate: 50mbit }");

describe("a plan of traffic control", () => {
  it.each([
    ["htb", two],
    ["cake", "{ egress: { cake: { bandwidth: 5gbit, nat: true } } }"],
    ["police", "{ ingress: { police: { rate: 1mbit, burst: 16k } } }"],
    ["shaping of what comes", "{ ingress: { shape: { tbf: { rate: 1mbit, burst: 16k, limit: 32k } } } }"],
  ])("is empty when %s is what is wanted", (_name, text) => expect(words(text, text)).toEqual([]));

  it("changes a rate in place, without loss", () => {
    const steps = plan(two, two.replace("10mbit", "20mbit"));
    expect(steps.map((step) => [step.words, step.loss])).toEqual([["change class voice of wan0", undefined]]);
  });

  it("says what a root that is replaced takes along", () => {
    const steps = plan(two, "{ egress: { fq: {} } }");
    expect(steps.map((step) => [step.words, step.loss])).toEqual([["replace htb by fq on wan0", "what waits in it and in its classes"]]);
  });

  it("takes filters away before the class that they send to", () => {
    expect(words(two, htb("rest: { rate: 50mbit }"))).toEqual([
      "replace htb by htb on wan0", "add the class of all to wan0", "add class rest to wan0", "add fq_codel of class rest to wan0",
    ]);
    expect(words(htb("rest: { rate: 50mbit }, voice: { rate: 10mbit, match: [{ dscp: 46 }] }"), htb("rest: { rate: 50mbit }"))).toEqual([
      "delete a filter of wan0", "delete a filter of wan0", "delete class 11 of wan0",
    ]);
  });

  it("makes the interface for what comes, and takes it away", () => {
    const shaped = "{ ingress: { shape: { fq_codel: {} } }, egress: { fq: {} } }";
    expect(plan("{ egress: { fq: {} } }", shaped).map(({ phase, words: said }) => `${phase}: ${said}`)).toContain("link.create: create ifb-wan0");
    const gone = plan(shaped, "{ egress: { fq: {} } }").map(({ phase, words: said }) => `${phase}: ${said}`);
    expect(gone).toEqual(expect.arrayContaining(["qos: delete clsact of wan0", "link.delete: delete ifb-wan0"]));
  });
});

describe("what the kernel shows", () => {
  it.each([
    [{ a: 1, b: 2 }, { a: 1 }, true],
    [{ a: 1 }, { a: 2 }, false],
    [{ a: 1 }, { b: 1 }, false],
    [{ a: { b: Uint8Array.of(1, 2) } }, { a: { b: Uint8Array.of(1, 2) } }, true],
    [{ a: { b: Uint8Array.of(1, 2) } }, { a: { b: Uint8Array.of(1, 3) } }, false],
    [{ rate: 5n }, { rate: 6n }, false],
    [{ quantum: 7 }, { quantum: 0 }, true],
  ])("is compared with what was told, case %#", (is, wanted, expected) => expect(covers(is, wanted)).toBe(expected));
});

describe("traffic control that makes no sense is refused", () => {
  it.each([
    ["two of a kind", "{ egress: { fq: {}, prio: { bands: 3 } } }", /one of htb|egress/],
    ["an unknown default class", htb("a: { rate: 1mbit }", "b"), /there is no class b/],
    ["more than all", htb("rest: { rate: 1gbit }"), /promised more than all/],
    ["a ceil below the rate", htb("rest: { rate: 2mbit, ceil: 1mbit }"), /ceil is less than rate/],
    ["ports of no protocol", htb("rest: { rate: 2mbit, match: [{ destination-port: 53 }] }"), /ports need a protocol/],
    ["a prefix that is none", htb("rest: { rate: 2mbit, match: [{ source: here }] }"), /here is not a prefix/],
    ["families mixed", htb("rest: { rate: 2mbit, match: [{ source: 10.0.0.0/8, destination: 'fd00::/8' }] }"), /different families/],
    ["a mark with more", htb("rest: { rate: 2mbit, match: [{ mark: 3, dscp: 4 }] }"), /a mark cannot be/],
    ["a rate without unit", "{ egress: { tbf: { rate: 30, burst: 32k, limit: 1m } } }", /rate/],
  ])("%s", (_name, text, expected) => {
    let said = "";
    try {
      config(text);
    } catch (error) {
      said = formatError(error);
    }
    expect(said).toMatch(expected);
    expect(said).toMatch(/nuse\.yaml:\d+:\d+/);
  });

  it("on an interface that is not there", () => {
    expect(() => readConfig(file("{ egress: { fq: {} } }").replace("  wan0:", "  lan7:"), "nuse.yaml")).toThrow();
  });
});
