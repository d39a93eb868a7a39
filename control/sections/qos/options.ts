// SPDX-License-Identifier: GPL-2.0-only
// From the configuration's words to the kernel's options, and to what the kernel
// shows of them afterwards.

import type { MatchConfig, QdiscConfig } from "../../config/build/qos.js";
import { ratespec, tokenBucket, transmitTicks } from "../../netlink/rate.js";
import type { Kind } from "../../netlink/tc.js";
import { mirred } from "../../netlink/tc.js";
import { tcActVerdict } from "../../netlink/gen/tc.js";

export const ethernetProtocol = { ipv4: 0x0800, ipv6: 0x86dd, all: 3 } as const;
const ipProtocols = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58, sctp: 132 } as const;
const cakeModes = { diffserv3: 0, diffserv4: 1, diffserv8: 2, besteffort: 3, precedence: 4 } as const;
/** pfifo_fast's: Linux's own priorities to bands. */
const priorityMap = [1, 2, 2, 2, 1, 2, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1];

/** codel keeps times in units of 1,024 ns, and rounds down twice. */
const codelTime = (microseconds: number | undefined): number | undefined =>
  microseconds === undefined ? undefined : Math.floor((Math.floor((microseconds * 1000) / 1024) * 1024) / 1000);

export interface Options {
  readonly kind: Kind;
  /** What the kernel shows, where it differs from what it was told. */
  readonly shown?: object | undefined;
}

export function qdiscOptions(qdisc: QdiscConfig): Options {
  switch (qdisc.kind) {
    case "htb":
      return { kind: { kind: "htb", options: { init: { version: 3, rate2quantum: 10, defcls: classMinor(qdisc.fallback) } } } };
    case "cake": {
      const { bandwidth = 0, diffserv = "diffserv3", nat, overhead } = qdisc;
      return { kind: { kind: "cake", options: { baseRate64: BigInt(bandwidth), diffservMode: cakeModes[diffserv], nat: nat ? 1 : 0, overhead } } };
    }
    case "fq_codel": {
      const { limit, target = 5000, interval = 100_000, ecn } = qdisc;
      const options = { limit: limit ?? 10_240, target, interval, ecn: ecn ? 1 : 0 };
      return { kind: { kind: "fq_codel", options }, shown: { ...options, target: codelTime(target), interval: codelTime(interval) } };
    }
    case "tbf": {
      // With the burst in bytes the kernel would round it in a way of its own.
      const { burst: _, ...options } = tokenBucket(qdisc.rate, qdisc.burst, qdisc.limit);
      return { kind: { kind: "tbf", options } };
    }
    case "prio":
      return {
        kind: { kind: "prio", options: { bands: qdisc.bands, priomap: Uint8Array.from(priorityMap, (band) => Math.min(band, qdisc.bands - 1)) } },
      };
    case "netem": {
      const { delay, jitter, limit, loss } = qdisc;
      return {
        kind: {
          kind: "netem",
          options: {
            header: { limit, loss: Math.round((loss / 100) * 0xffffffff) },
            latency64: BigInt(delay) * 1000n, jitter64: BigInt(jitter) * 1000n,
          },
        },
        shown: { header: { limit, loss: Math.round((loss / 100) * 0xffffffff), ...netemTicks(delay, jitter) } },
      };
    }
    case "fq":
      return { kind: { kind: "fq", options: { plimit: qdisc.limit ?? 10_000, flowMaxRate: Math.min(qdisc.maxRate ?? 0xffffffff, 0xffffffff) } } };
  }
}

/** The kernel shows netem's times in its ticks of 64 ns. */
const netemTicks = (delay: number, jitter: number) => ({ latency: Math.floor((delay * 1000) / 64), jitter: Math.floor((jitter * 1000) / 64) });

/** Minor number of the class at `index`: 10, 11, ... as tc writes them. */
export const classMinor = (index: number): number => 0x10 + index;

const mask = (length: number, bytes: number): Uint8Array =>
  Uint8Array.from({ length: bytes }, (_, at) => (0xff00 >>> Math.min(8, Math.max(0, length - 8 * at))) & 0xff);

/** Filters that send what matches to a class: for either family one, unless an address says which. */
export function matchFilters(match: MatchConfig, classid: number): { readonly protocol: number; readonly handle?: number; readonly kind: Kind }[] {
  if (match.mark !== undefined) {
    return [{ protocol: ethernetProtocol.all, handle: match.mark, kind: { kind: "fw", options: { classid } } }];
  }
  const said = (match.source ?? match.destination)?.address.family;
  const families = said ? [said] : match.protocol === "icmp" ? [4 as const] : match.protocol === "icmpv6" ? [6 as const] : [4 as const, 6 as const];
  return families.map((family) => ({
    protocol: family === 4 ? ethernetProtocol.ipv4 : ethernetProtocol.ipv6,
    kind: { kind: "flower", options: { classid, ...flowerKeys(match, family) } },
  }));
}

function flowerKeys({ source, destination, protocol, sourcePort, destinationPort, dscp }: MatchConfig, family: 4 | 6): object {
  const keys: Record<string, unknown> = { keyEthType: family === 4 ? ethernetProtocol.ipv4 : ethernetProtocol.ipv6 };
  for (const [side, prefix] of [["Src", source], ["Dst", destination]] as const) {
    if (!prefix) continue;
    keys[`keyIpv${family}${side}`] = prefix.address.bytes;
    keys[`keyIpv${family}${side}Mask`] = mask(prefix.length, prefix.address.bytes.length);
  }
  if (protocol) {
    keys["keyIpProto"] = ipProtocols[protocol];
    const name = protocol === "tcp" ? "Tcp" : protocol === "udp" ? "Udp" : "Sctp";
    if (sourcePort !== undefined) keys[`key${name}Src`] = sourcePort;
    if (destinationPort !== undefined) keys[`key${name}Dst`] = destinationPort;
  }
  if (dscp !== undefined) Object.assign(keys, { keyIpTos: dscp << 2, keyIpTosMask: 0xfc });
  return keys;
}

/** Everything goes on to `link`, which gives it back when it has waited. */
export function redirectOptions(link: { readonly index: number; readonly name: string }): Options {
  return { kind: { kind: "matchall", options: { act: [mirred("egressRedir", link)] } } };
}

/** The kernel asks for a table that it no longer looks at. */
const rateTable = new Uint8Array(1024);
const cellLog = 3;

/** Drops what comes faster, whatever it is. */
export function policeOptions(rate: number, burst: number): Options {
  const tbf = { action: tcActVerdict.shot, rate: ratespec(rate), burst: transmitTicks(burst, rate), mtu: 0xffffffff };
  return {
    kind: {
      kind: "matchall",
      options: { act: [{ kind: "police", options: { tbf: { ...tbf, rate: { ...tbf.rate, cellLog } }, rate: rateTable } }] },
    },
    shown: { act: [{ kind: "police", options: { tbf } }] },
  };
}
