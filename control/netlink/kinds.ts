// SPDX-License-Identifier: GPL-2.0-only
// Kinds of links that can be made, each with what it takes.

import type { Address } from "../net/address.js";
import { macvlanMode, vlanProtocols } from "./gen/rt_link.js";
import type { LinkinfoBondAttrs, LinkinfoBridgeAttrs, LinkinfoDataMsg, LinkinfoGreAttrs } from "./gen/rt_link.js";

export interface LinkKind {
  readonly kind: string;
  readonly data?: LinkinfoDataMsg | undefined;
}

export const dummy = (): LinkKind => ({ kind: "dummy" });
export const ifb = (): LinkKind => ({ kind: "ifb" });
export const wireguard = (): LinkKind => ({ kind: "wireguard" });

/** Both ends at once: `peer` is the other one's name. */
export const veth = (peer: string): LinkKind => ({ kind: "veth", data: { peer: { ifname: peer } } });

/** Nothing to set is nothing to send. */
const optional = <T extends object>(settings: T): T | undefined => (Object.keys(settings).length > 0 ? settings : undefined);

/** Its values are the kernel's own: bond_mode and so on. */
export const bond = (settings: LinkinfoBondAttrs): LinkKind => ({ kind: "bond", data: optional(settings) });

/** Times are in hundredths of a second. */
export const bridge = (settings: LinkinfoBridgeAttrs = {}): LinkKind => ({ kind: "bridge", data: optional(settings) });

/** Routes in and out of its ports are those of `table`. */
export const vrf = (table: number): LinkKind => ({ kind: "vrf", data: { table } });

export const vlan = (id: number, protocol: keyof typeof vlanProtocols = "8021q"): LinkKind => ({
  kind: "vlan",
  data: { protocol: protocol === "8021q" ? undefined : vlanProtocols[protocol], id },
});

export const macvlan = (mode: keyof typeof macvlanMode): LinkKind => ({
  kind: "macvlan", data: { mode: macvlanMode[mode] },
});

export interface Vxlan {
  readonly id: number;
  readonly local?: Address | undefined;
  /** The one other end, or a multicast group. */
  readonly remote?: Address | undefined;
  readonly lower?: number | undefined;
  readonly port?: number | undefined;
  readonly ttl?: number | undefined;
  readonly learning?: boolean | undefined;
}

const ofFamily = (address: Address | undefined, family: 4 | 6): Uint8Array | undefined =>
  address?.family === family ? address.bytes : undefined;

/** With the port that IANA gave it, which is not the kernel's default. */
export const vxlan = ({ id, local, remote, lower, port = 4789, ttl, learning = true }: Vxlan): LinkKind => ({
  kind: "vxlan",
  data: {
    link: lower,
    id,
    local: ofFamily(local, 4),
    local6: ofFamily(local, 6),
    group: ofFamily(remote, 4),
    group6: ofFamily(remote, 6),
    ttl,
    learning: Number(learning),
    port,
  },
});

export const geneve = (id: number, remote: Address, port = 6081): LinkKind => ({
  kind: "geneve",
  data: { id, remote: ofFamily(remote, 4), remote6: ofFamily(remote, 6), label: 0, ttl: 0, tos: 0, port },
});

export interface Tunnel {
  readonly local?: Address | undefined;
  readonly remote: Address;
  /** Index of the link that its packets leave by. */
  readonly lower?: number | undefined;
  /** 0 copies that of the packet inside. */
  readonly ttl?: number | undefined;
  readonly tos?: number | undefined;
}

export interface Gre extends Tunnel {
  /** Carries Ethernet frames instead of packets. */
  readonly tap?: boolean | undefined;
  readonly key?: number | undefined;
}

/** GRE_KEY */
const greKey = 0x2000;
/** How deep in tunnels an IPv6 packet may be (RFC 2473). */
const encapLimit = 4;
/** TUNNEL_ENCAP_FLAG_CSUM6: UDP around IPv6 has a checksum. */
const checksum6 = 2;

/** No UDP around the tunnel; IPv6 says how it would be. */
const noUdp = (remote: Address) => ({
  encapType: 0, encapFlags: remote.family === 4 ? 0 : checksum6, encapSport: 0, encapDport: 0,
});

function greData({ local, remote, lower, ttl = 64, tos = 0, key }: Gre): LinkinfoGreAttrs {
  const keyed = key === undefined ? 0 : greKey;
  const ends = { ikey: key ?? 0, okey: key ?? 0, iflags: keyed, oflags: keyed, local: local?.bytes, remote: remote.bytes, link: lower };
  return remote.family === 4
    ? { ...ends, pmtudisc: 1, tos, ttl, fwmark: 0, ...noUdp(remote) }
    : { ...ends, ttl, encapLimit, flowinfo: tos << 20, flags: 0, fwmark: 0, erspanVer: 1, ...noUdp(remote) };
}

/** GRE over the family of its addresses. */
export const gre = (tunnel: Gre): LinkKind => {
  const name = tunnel.remote.family === 4 ? "gre" : "ip6gre";
  return { kind: tunnel.tap ? `${name}tap` : name, data: greData(tunnel) };
};

/** Packets in packets: IPv4 in IPv4, IPv6 in IPv4, any of both in IPv6. */
export const tunnel = (kind: "ipip" | "sit" | "ip6tnl", { local, remote, lower = 0, ttl = 64, tos = 0 }: Tunnel): LinkKind => {
  const ends = { proto: 0, local: local?.bytes, remote: remote.bytes };
  if (kind === "ip6tnl") {
    return { kind, data: { ...ends, ttl, encapLimit, flowinfo: tos << 20, flags: 0, link: lower, fwmark: 0, ...noUdp(remote) } };
  }
  const flags = kind === "sit" ? 0 : undefined;
  return { kind, data: { ...ends, pmtudisc: 1, tos, ttl, link: lower, fwmark: 0, ...noUdp(remote), flags } };
};

/** Packets that the IPsec states with the same id encrypt. */
export const xfrm = (id: number, lower?: number): LinkKind => ({ kind: "xfrm", data: { ifId: id, link: lower } });

export const vti = ({ local, remote, key = 0 }: Gre): LinkKind => ({
  kind: remote.family === 4 ? "vti" : "vti6",
  data: { ikey: key, okey: key, local: local?.bytes, remote: remote.bytes, fwmark: 0 },
});
