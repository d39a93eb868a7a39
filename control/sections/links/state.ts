// SPDX-License-Identifier: GPL-2.0-only

import type { LinkKind, VlanMembership } from "../../config/links.js";

export interface RunningLink {
  readonly index: number;
  readonly name: string;
  readonly up: boolean;
  readonly mtu: number;
  readonly mac: string | undefined;
  readonly description: string;
  /** The bridge, bond or VRF that it is in. */
  readonly master: string | undefined;
  /** "port" for all kinds that the configuration does not make. */
  readonly link: LinkKind;
  /** Made by the configuration: in its group of links. */
  readonly owned: boolean;
  readonly vlans: readonly VlanMembership[];
  /** What it was before the configuration first set it. */
  readonly original: Originals;
}

export interface Originals {
  readonly mtu?: number | undefined;
  readonly mac?: string | undefined;
}

export type RunningLinks = ReadonlyMap<string, RunningLink>;
