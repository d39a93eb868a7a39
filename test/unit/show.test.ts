// SPDX-License-Identifier: GPL-2.0-only

import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { compileFilter } from "../../control/show/filter.js";
import { sumInterfaces } from "../../control/show/interfaces.js";
import { natRules } from "../../control/show/nat.js";
import { PcapngWriter } from "../../control/show/pcapng.js";
import { sumQueues } from "../../control/show/qos.js";
import { sumDrops } from "../../control/show/tables.js";

const ruleset = `table inet nuse { # handle 1
	counter all { # handle 2
		packets 1 bytes 2
	}

	chain forward { # handle 3
		type filter hook forward priority filter; policy accept;
		counter packets 9 bytes 9 accept # handle 4
	}

	chain source { # handle 5
		type nat hook postrouting priority srcnat; policy accept;
		oifname "wan0" counter packets 3 bytes 252 masquerade # handle 6
		ip saddr 10.0.0.0/8 snat to 192.0.2.1 # handle 7
	}
}
`;

it("NAT is the rules of the chains that translate", () => {
  expect(natRules(ruleset)).toEqual([
    { family: "inet", table: "nuse", chain: "source", hook: "postrouting", rule: 'oifname "wan0" masquerade', packets: 3, bytes: 252, handle: 6 },
    { family: "inet", table: "nuse", chain: "source", hook: "postrouting", rule: "ip saddr 10.0.0.0/8 snat to 192.0.2.1", handle: 7 },
  ]);
  expect(natRules("")).toEqual([]);
});

describe("a capture's filter", () => {
  it("becomes the program that tcpdump makes of it", async () => {
    const program = await compileFilter("icmp", 65535);
    expect(program.length % 8).toBe(0);
    expect(program.readUInt16LE(0)).toBe(0x28); // ldh [12]
    expect(program.readUInt32LE(4)).toBe(12);
    expect(program.readUInt16LE(program.length - 8)).toBe(0x06); // ret
  });

  it.each(["foo bar", "-w /tmp/x", "$(id)", "; rm", "icmp\0"])("that makes no sense is refused: %s", async (text) => {
    await expect(compileFilter(text, 100)).rejects.toMatchObject({ code: "capture.filter" });
  });
});

it("a capture is a file that tcpdump reads, with interfaces, times and cut packets", () => {
  const writer = new PcapngWriter(40);
  const origin = { worker: 1, name: (index: number) => `if${index}` };
  const frame = Buffer.concat([Buffer.alloc(12, 2), Buffer.from("0800450000540000400040010000", "hex"), Buffer.alloc(14, 1)]);
  const packet = { index: 7, hardware: 1, outgoing: false, time: 1_700_000_000_123_456_789n, length: 98, bytes: frame };
  const file = Buffer.concat([
    writer.begin(), writer.packets(origin, [packet, { ...packet, index: 8, outgoing: true }]), writer.statistics(origin, { received: 2, dropped: 0 }),
  ]);
  const text = execFileSync("tcpdump", ["-nn", "-e", "--nano", "-tt", "-r", "-"], { input: file, encoding: "utf8", stdio: ["pipe", "pipe", "ignore"] });
  expect(text.trim().split("\n")).toHaveLength(2);
  expect(text).toMatch(/^1700000000\.123456789 02:02:02:02:02:02 .*length 98: /);
});

describe("counters of several workers are added", () => {
  it("by interface", () => {
    const stats = { rxPackets: 1, txPackets: 0, rxBytes: 0, txBytes: 0, rxErrors: 0, txErrors: 0, rxDropped: 0, txDropped: 0 };
    const one = { index: 2, name: "wan0", kind: "port", up: true, carrier: true, mtu: 1500, addresses: [], stats };
    expect(sumInterfaces([[one], [{ ...one, index: 9 }]])).toEqual([{ ...one, stats: { ...stats, rxPackets: 2 } }]);
    expect(sumInterfaces([])).toEqual([]);
  });

  it("by queue", () => {
    const queue = {
      interface: "wan0", object: "qdisc" as const, kind: "htb", handle: "1:", parent: "root",
      packets: 5, bytes: 1, drops: 1, overlimits: 0, requeues: 0, backlogBytes: 0, backlogPackets: 0,
    };
    expect(sumQueues([[queue], [queue, { ...queue, handle: "2:" }]])).toEqual([{ ...queue, packets: 10, bytes: 2, drops: 2 }]);
  });

  it("by reason and function, most first", () => {
    const drop = (reason: string, place: string, frames: number) => ({ reason, place, frames });
    expect(sumDrops([drop("A", "f+0x1/0x2", 1), drop("B", "g", 5), drop("A", "f.isra.0+0x9/0xa", 2)])).toEqual([drop("B", "g", 5), drop("A", "f", 3)]);
  });
});
