// SPDX-License-Identifier: GPL-2.0-only
// Kinds of links as the kernel has them, and which settings it can change.

import { bondModes, hashPolicies } from "../../config/schema/links.js";
import type { LinkKind, TunnelLink, TunnelName } from "../../config/links.js";
import { fromBytes, parseAddress } from "../../net/address.js";
import { macvlanMode } from "../../netlink/gen/rt_link.js";
import type {
  LinkinfoBondAttrs, LinkinfoBridgeAttrs, LinkinfoDataMsg, LinkinfoGreAttrs, LinkinfoIp6tnlAttrs, LinkinfoIptunAttrs,
  LinkinfoMacvlanAttrs, LinkinfoVlanAttrs, LinkinfoVrfAttrs, LinkinfoVxlanAttrs,
} from "../../netlink/gen/rt_link.js";

const vlanProtocol = { "802.1Q": 0x8100, "802.1ad": 0x88a8 } as const;
const lacpRates = ["slow", "fast"] as const;
/** The kernel counts in hundredths of a second. */
const ticks = 100;
/** GRE_KEY, in network order. */
const greKey = 0x2000;
/** IP6_TNL_F_IGN_ENCAP_LIMIT: no destination option in front of each packet. */
const noEncapLimit = 1;

const bytes = (text: string | undefined): Uint8Array | undefined => (text === undefined ? undefined : parseAddress(text)?.bytes);

/** Undefined for 0.0.0.0 and ::, which stand for none. */
const address = (from: Uint8Array | undefined): string | undefined => (from?.some((byte) => byte !== 0) ? fromBytes(from).text : undefined);

type Index = (name: string) => number;
type Name = (index: number) => string | undefined;
type Of<K> = Extract<LinkKind, { kind: K }>;

/** Settings that the kernel changes in a link that is there; for others it is made anew. */
export const changeable: Readonly<Record<string, readonly string[]>> = {
  bridge: ["vlanFiltering", "stp", "ageing"],
  bond: ["miimon", "hashPolicy", "primary"],
  gre: ["local", "remote", "ttl"],
  gretap: ["local", "remote", "ttl"],
  ip6gre: ["local", "remote", "ttl"],
  ipip: ["local", "remote", "ttl"],
  sit: ["local", "remote", "ttl"],
  ip6tnl: ["local", "remote", "ttl"],
  vxlan: ["learning"],
  wireguard: ["privateKey", "listenPort", "fwmark", "peers"],
};

export function encodeKind(link: LinkKind, index: Index): LinkinfoDataMsg | undefined {
  switch (link.kind) {
    case "vlan":
      return { protocol: vlanProtocol[link.protocol], id: link.id };
    case "bridge":
      return { ...encodeBridge(link), vlanDefaultPvid: 0 };
    case "bond":
      return {
        mode: bondModes.indexOf(link.mode as (typeof bondModes)[number]),
        ...encodeBond({ ...link, primary: undefined }, index),
        adLacpRate: link.lacpRate === undefined ? undefined : lacpRates.indexOf(link.lacpRate),
      };
    case "vrf":
      return { table: link.table };
    case "macvlan":
      return { mode: macvlanMode[link.mode as keyof typeof macvlanMode] };
    case "vxlan":
      return encodeVxlan(link, index);
    case "gre": case "gretap": case "ip6gre": case "ipip": case "sit": case "ip6tnl":
      return encodeTunnel(link, index);
    default:
      return undefined;
  }
}

/** The settings that can be changed. A tunnel's are all said: what is left out, it forgets. */
export function encodeChange(link: LinkKind, index: Index): LinkinfoDataMsg | undefined {
  if (link.kind === "bridge") return encodeBridge(link);
  if (link.kind === "bond") return encodeBond(link, index);
  if (link.kind === "vxlan") return { id: link.id, learning: Number(link.learning) };
  return encodeKind(link, index);
}

const encodeBridge = ({ vlanFiltering, stp, ageing }: Of<"bridge">): LinkinfoBridgeAttrs => ({
  ageingTime: ageing * ticks, stpState: Number(stp), vlanFiltering: Number(vlanFiltering),
});

const hasPrimary = (mode: string): boolean => ["active-backup", "balance-tlb", "balance-alb"].includes(mode);

const encodeBond = ({ mode, miimon, hashPolicy, primary }: Of<"bond">, index: Index): LinkinfoBondAttrs => ({
  miimon,
  xmitHashPolicy: hashPolicies.indexOf(hashPolicy as (typeof hashPolicies)[number]),
  primary: hasPrimary(mode) ? (primary === undefined ? 0 : index(primary)) : undefined,
});

function encodeVxlan({ id, local, remote, parent, port, ttl, learning }: Of<"vxlan">, index: Index): LinkinfoVxlanAttrs {
  const ends = { local: bytes(local), group: bytes(remote) };
  const six = (ends.local ?? ends.group)?.length === 16;
  return {
    id,
    ...(six ? { local6: ends.local, group6: ends.group } : ends),
    link: parent === undefined ? undefined : index(parent),
    ttl, learning: Number(learning), port,
  };
}

function encodeTunnel({ kind, local, remote, ttl, key, parent }: TunnelLink, index: Index): LinkinfoDataMsg {
  const common = { link: parent === undefined ? undefined : index(parent), local: bytes(local), remote: bytes(remote), ttl };
  if (kind === "ipip" || kind === "sit") return common satisfies LinkinfoIptunAttrs;
  if (kind === "ip6tnl") return { ...common, flags: noEncapLimit } satisfies LinkinfoIp6tnlAttrs;
  const keyed = key === undefined ? 0 : greKey;
  return {
    ...common, ikey: key ?? 0, okey: key ?? 0, iflags: keyed, oflags: keyed,
    flags: kind === "ip6gre" ? noEncapLimit : undefined,
  } satisfies LinkinfoGreAttrs;
}

interface Seen {
  readonly kind: string | undefined;
  readonly data: unknown;
  /** The name of the link below, or of a veth's other end. */
  readonly lower: string | undefined;
}

/** Complete as a configuration's are; "port" for what the configuration does not make. */
export function decodeKind({ kind, data = {}, lower = "" }: Seen, name: Name): LinkKind {
  switch (kind) {
    case "dummy":
    case "ifb":
      return { kind };
    case "wireguard":
      return { kind, privateKey: undefined, listenPort: undefined, fwmark: 0, peers: [] };
    case "veth":
      return { kind, peer: lower };
    case "vlan": {
      const { id = 0, protocol } = data as LinkinfoVlanAttrs;
      return { kind, parent: lower, id, protocol: protocol === vlanProtocol["802.1ad"] ? "802.1ad" : "802.1Q" };
    }
    case "bridge": {
      const { vlanFiltering, stpState, ageingTime = 0 } = data as LinkinfoBridgeAttrs;
      return { kind, vlanFiltering: vlanFiltering === 1, stp: (stpState ?? 0) > 0, ageing: Math.round(ageingTime / ticks) };
    }
    case "bond":
      return decodeBond(data as LinkinfoBondAttrs, name);
    case "vrf":
      return { kind, table: (data as LinkinfoVrfAttrs).table ?? 0 };
    case "macvlan": {
      const { mode } = data as LinkinfoMacvlanAttrs;
      return { kind, parent: lower, mode: Object.entries(macvlanMode).find(([, number]) => number === mode)?.[0] ?? "" };
    }
    case "vxlan":
      return decodeVxlan(data as LinkinfoVxlanAttrs, name);
    case "gre": case "gretap": case "ip6gre": case "ipip": case "sit": case "ip6tnl":
      return decodeTunnel(kind, data as LinkinfoGreAttrs, name);
    default:
      return { kind: "port" };
  }
}

function decodeBond({ mode: number = 0, miimon = 0, adLacpRate = 0, xmitHashPolicy = 0, primary }: LinkinfoBondAttrs, name: Name): LinkKind {
  const mode = bondModes[number] ?? "balance-rr";
  return {
    kind: "bond", mode, miimon,
    lacpRate: mode === "802.3ad" ? lacpRates[adLacpRate] : undefined,
    hashPolicy: hashPolicies[xmitHashPolicy] ?? "layer2",
    primary: primary ? name(primary) : undefined,
  };
}

const decodeVxlan = ({ id = 0, local, local6, group, group6, port = 0, link, ttl = 0, learning }: LinkinfoVxlanAttrs, name: Name): LinkKind => ({
  kind: "vxlan", id, port, ttl,
  local: address(local ?? local6),
  remote: address(group ?? group6),
  parent: link ? name(link) : undefined,
  learning: learning === 1,
});

const decodeTunnel = (kind: TunnelName, { local, remote, ttl = 0, iflags = 0, ikey = 0, link }: LinkinfoGreAttrs, name: Name): TunnelLink => ({
  kind, ttl,
  local: address(local),
  remote: address(remote),
  key: (iflags & greKey) !== 0 ? ikey : undefined,
  parent: link ? name(link) : undefined,
});
