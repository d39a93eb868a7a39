// SPDX-License-Identifier: GPL-2.0-only
// A section is one subject of the configuration: how its state is read out of a
// kernel, which steps lead from there to what is wanted, how a step is carried out.

import type { Config } from "../config/model.js";
import type { Kernel } from "../kernel/kernel.js";
import type { Request } from "../netlink/message.js";
import type { State } from "./state.js";

/**
 * The order of a plan. New things come before old ones go, and what protects is
 * there before what it protects: a link comes up behind its firewall.
 */
export const phases = [
  "link.replace",
  "link.create",
  "link.change",
  "firewall",
  "sysctl",
  "link.up",
  "address.add",
  "neighbour",
  "nexthop",
  "route.replace",
  "rule.add",
  "qos",
  "rule.delete",
  "neighbour.delete",
  "route.delete",
  "address.delete",
  "link.down",
  "link.delete",
] as const;

export type Phase = (typeof phases)[number];

/** One change, as a value: to show, to test, to carry out. Sections add what they need. */
export interface Step {
  /** "engine": workers and ports, below all kernels. */
  readonly section: keyof State | "engine";
  readonly phase: Phase;
  /** "add 192.0.2.1/24 to wan0" */
  readonly words: string;
  /** Why packets are lost while it is carried out; absent when none are. */
  readonly loss?: string | undefined;
}

export interface Section<K extends keyof State = keyof State, S extends Step = Step> {
  readonly name: K;
  /** What is, as far as `wanted` and this section speak of it. */
  read(kernel: Kernel, wanted: Config): Promise<State[K]>;
  /** Pure. Steps of the same phase are carried out in this order. */
  plan(running: State, wanted: Config): S[];
  /** What the kernel has against `wanted`, thrown before anything is touched. */
  check?(kernel: Kernel, running: State, wanted: Config): Promise<void>;
  carryOut(kernel: Kernel, step: S): Promise<void>;
  /** The step as requests of rtnetlink, which go to the kernel many at once; undefined: carryOut does it. */
  requests?(kernel: Kernel, step: S): readonly Request[] | undefined;
  /** Pure. What is left of its state when links are gone, because they are made anew. */
  without?(state: State[K], gone: ReadonlySet<string>): State[K];
  /** Pure. What is left when links come up, or change their VRF or bond, for which the kernel sets them down and up. */
  moved?(state: State[K], links: ReadonlySet<string>): State[K];
}
