// SPDX-License-Identifier: GPL-2.0-only
// The configuration as the rest of the program uses it: parsed and complete.

import type { Address, Prefix } from "../net/address.js";

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
  /** undefined leaves the MTU as it is. */
  readonly mtu: number | undefined;
  readonly addresses: readonly Prefix[];
}

export interface RouteConfig {
  readonly to: Prefix;
  readonly via: Address | undefined;
  readonly interface: string | undefined;
  readonly metric: number | undefined;
}

export type Listen =
  | { readonly kind: "unix"; readonly path: string }
  | { readonly kind: "tcp"; readonly host: string; readonly port: number };

export interface Config {
  readonly workers: WorkersConfig;
  readonly ports: readonly PortConfig[];
  readonly interfaces: readonly InterfaceConfig[];
  readonly routes: readonly RouteConfig[];
  /** Sysctl paths below /proc/sys, slashes between the parts. */
  readonly sysctls: ReadonlyMap<string, string>;
  readonly listen: Listen;
  readonly logLevel: string;
}
