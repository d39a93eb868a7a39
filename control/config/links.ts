// SPDX-License-Identifier: GPL-2.0-only
// Kinds of links, complete: every setting that a kind has is there, so that what
// is and what is wanted can be compared setting by setting.

import type { Secret } from "./secret.js";
import type { Prefix } from "../net/address.js";

export type TunnelName = "gre" | "gretap" | "ip6gre" | "ipip" | "sit" | "ip6tnl";

export interface TunnelLink {
  readonly kind: TunnelName;
  readonly local: string | undefined;
  readonly remote: string | undefined;
  /** 0 copies that of the packet inside. */
  readonly ttl: number;
  readonly key: number | undefined;
  readonly parent: string | undefined;
}

export interface WireguardLink {
  readonly kind: "wireguard";
  readonly privateKey: Secret | undefined;
  /** undefined lets the kernel choose one. */
  readonly listenPort: number | undefined;
  readonly fwmark: number;
  readonly peers: readonly WireguardPeer[];
}

export interface WireguardPeer {
  readonly publicKey: string;
  readonly presharedKey: Secret | undefined;
  /** "192.0.2.1:51820", "[2001:db8::1]:51820"; undefined until the peer speaks. */
  readonly endpoint: string | undefined;
  readonly allowed: readonly Prefix[];
  /** Seconds; 0 for never. */
  readonly keepalive: number;
}

export type LinkKind =
  /** Of a port, or lo: not made by the configuration. */
  | { readonly kind: "port" }
  | { readonly kind: "dummy" | "ifb" }
  | { readonly kind: "vlan"; readonly parent: string; readonly id: number; readonly protocol: "802.1Q" | "802.1ad" }
  | { readonly kind: "bridge"; readonly vlanFiltering: boolean; readonly stp: boolean; readonly ageing: number }
  | {
      readonly kind: "bond";
      readonly mode: string;
      /** Milliseconds. */
      readonly miimon: number;
      /** undefined unless the mode is 802.3ad. */
      readonly lacpRate: "slow" | "fast" | undefined;
      readonly hashPolicy: string;
      readonly primary: string | undefined;
    }
  | { readonly kind: "vrf"; readonly table: number }
  | { readonly kind: "veth"; readonly peer: string }
  | { readonly kind: "macvlan"; readonly parent: string; readonly mode: string }
  | TunnelLink
  | {
      readonly kind: "vxlan";
      readonly id: number;
      readonly local: string | undefined;
      /** The one other end, or a multicast group. */
      readonly remote: string | undefined;
      readonly port: number;
      readonly parent: string | undefined;
      readonly ttl: number;
      readonly learning: boolean;
    }
  | WireguardLink;

export interface VlanMembership {
  readonly id: number;
  readonly pvid: boolean;
  readonly untagged: boolean;
}

/** The links that must be there before `link` can be made. */
export function needs(link: LinkKind): string[] {
  if (!("parent" in link) || link.parent === undefined) return [];
  return [link.parent];
}

/** What there can be only one of. */
export function identityOf(link: LinkKind): string | undefined {
  switch (link.kind) {
    case "vlan":
      return `VLAN ${link.id} (${link.protocol}) of ${link.parent}`;
    case "vrf":
      return `the VRF of table ${link.table}`;
    case "vxlan":
      return `VXLAN ${link.id} on port ${link.port}`;
    case "gre": case "gretap": case "ip6gre": case "ipip": case "sit": case "ip6tnl":
      return `the ${link.kind} tunnel from ${link.local} to ${link.remote}${link.key === undefined ? "" : ` with key ${link.key}`}`;
    default:
      return undefined;
  }
}

/** Kinds that carry packets, not Ethernet frames. */
const frameless = new Set(["vrf", "gre", "ip6gre", "ipip", "sit", "ip6tnl", "wireguard"]);

export const carriesFrames = ({ kind }: LinkKind): boolean => !frameless.has(kind);
