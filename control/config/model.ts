// SPDX-License-Identifier: GPL-2.0-only
// The configuration as the rest of the program uses it: parsed and complete.

import type { FirewallConfig } from "../firewall/config.js";
import type { Address, Family, Prefix } from "../net/address.js";
import type { QosConfig } from "./build/qos.js";
import type { LinkKind, VlanMembership } from "./links.js";

export type IdlePolicy = "poll" | "adaptive" | "interrupt";

export interface WorkersConfig {
  /** A worker each: the processor it runs on; undefined lets the host choose. */
  readonly cpus: readonly (number | undefined)[];
  /** RAM of each one's instance, bytes. */
  readonly memory: number;
  readonly idle: IdlePolicy;
}

export interface PortConfig {
  readonly name: string;
  /** BACKEND:DEVICE, as the engine takes it. */
  readonly device: string;
  /** Of each worker. */
  readonly queues: number;
}

export interface InterfaceConfig {
  readonly name: string;
  readonly up: boolean;
  /** undefined leaves the MTU as the kernel made it. */
  readonly mtu: number | undefined;
  /** undefined leaves the address as the kernel made it. */
  readonly mac: string | undefined;
  /** Its alias; "" for none. */
  readonly description: string;
  readonly addresses: readonly Prefix[];
  readonly link: LinkKind;
  /** The bridge, bond or VRF that it is in. */
  readonly master: string | undefined;
  /** Its VLANs in a bridge that looks at them, or a bridge's own; sorted. */
  readonly vlans: readonly VlanMembership[];
}

export interface RouteConfig {
  readonly to: Prefix;
  readonly type: RouteType;
  /** Empty unless it is unicast. */
  readonly hops: readonly HopConfig[];
  readonly metric: number | undefined;
  readonly table: number;
  readonly src: Address | undefined;
  readonly mtu: number | undefined;
  readonly advmss: number | undefined;
}

export type RouteType = "unicast" | "blackhole" | "unreachable" | "prohibit";

export interface HopConfig {
  readonly via: Address | undefined;
  readonly interface: string;
  readonly weight: number;
  readonly onlink: boolean;
}

export interface RuleConfig {
  readonly family: Family;
  readonly priority: number;
  readonly from: Prefix | undefined;
  readonly to: Prefix | undefined;
  readonly iif: string | undefined;
  readonly oif: string | undefined;
  readonly mark: { readonly value: number; readonly mask: number } | undefined;
  readonly action: "lookup" | "blackhole" | "unreachable" | "prohibit";
  /** undefined unless it is a lookup. */
  readonly table: number | undefined;
}

export interface NeighbourConfig {
  readonly address: Address;
  readonly interface: string;
  /** undefined for one that the router answers for. */
  readonly mac: string | undefined;
}

export type Listen =
  | { readonly kind: "unix"; readonly path: string }
  | { readonly kind: "tcp"; readonly host: string; readonly port: number };

/** A unix socket is guarded by its mode; what listens on TCP asks for a token, a certificate, or both. */
export interface ApiConfig {
  readonly listen: readonly Listen[];
  /** A token a line. */
  readonly tokenFile: string | undefined;
  readonly tls: TlsConfig | undefined;
}

/** Paths of PEM files. */
export interface TlsConfig {
  readonly cert: string;
  readonly key: string;
  /** Who has no certificate of this authority is not let in. */
  readonly clientCa: string | undefined;
}

export interface Config {
  readonly workers: WorkersConfig;
  readonly ports: readonly PortConfig[];
  readonly interfaces: readonly InterfaceConfig[];
  readonly routes: readonly RouteConfig[];
  readonly firewall: FirewallConfig;
  readonly rules: readonly RuleConfig[];
  readonly neighbours: readonly NeighbourConfig[];
  /** Sysctl paths below /proc/sys, slashes between the parts. */
  readonly sysctls: ReadonlyMap<string, string>;
  readonly api: ApiConfig;
  readonly qos: readonly QosConfig[];
  /** Unix socket where programs of other processes come onto the stack of the first worker; undefined for none. */
  readonly programs: string | undefined;
  /** Directory of what must outlive nused; undefined leaves it to the service manager. */
  readonly state: string | undefined;
  readonly logLevel: string;
}
