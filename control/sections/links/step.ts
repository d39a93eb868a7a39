// SPDX-License-Identifier: GPL-2.0-only

import type { LinkKind } from "../../config/links.js";
import type { Step } from "../section.js";

type Change =
  /** `pair`: the other end of a veth, made with it. */
  | { readonly kind: "create"; readonly to: LinkKind; readonly pair?: string }
  | { readonly kind: "delete" }
  | { readonly kind: "own" }
  | { readonly kind: "settings"; readonly to: LinkKind }
  | { readonly kind: "master"; readonly master: string | undefined; readonly enslaved: boolean }
  /** `was`: what the kernel gave it; undefined while that is not known. */
  | { readonly kind: "mtu"; readonly mtu: number; readonly was: number | undefined; readonly restored: boolean }
  | { readonly kind: "mac"; readonly mac: string; readonly was: string | undefined; readonly restored: boolean }
  | { readonly kind: "description"; readonly text: string }
  | { readonly kind: "vlan"; readonly add: boolean; readonly ranges: readonly VlanRange[]; readonly self: boolean }
  | { readonly kind: "up"; readonly up: boolean };

export interface VlanRange {
  readonly from: number;
  readonly to: number;
  readonly pvid: boolean;
  readonly untagged: boolean;
}

export type LinkStep = Step & { readonly section: "links"; readonly link: string } & Change;
