// SPDX-License-Identifier: GPL-2.0-only
// VLANs of a bridge's ports: what changes, in ranges.

import type { VlanMembership } from "../../config/links.js";
import type { VlanRange } from "./step.js";

const same = (a: VlanMembership | undefined, b: VlanMembership): boolean =>
  a !== undefined && a.pvid === b.pvid && a.untagged === b.untagged;

export interface VlanChanges {
  readonly added: readonly VlanRange[];
  readonly removed: readonly VlanRange[];
}

/** One that only changes is added again: the kernel takes it as it is said last. */
export function vlanChanges(is: readonly VlanMembership[], wanted: readonly VlanMembership[]): VlanChanges {
  const present = new Map(is.map((vlan) => [vlan.id, vlan]));
  const kept = new Set(wanted.map(({ id }) => id));
  return {
    added: ranges(wanted.filter((vlan) => !same(present.get(vlan.id), vlan))),
    removed: ranges(is.filter(({ id }) => !kept.has(id)).map((vlan) => ({ ...vlan, pvid: false, untagged: false }))),
  };
}

/** Neighbours that are alike as one; a PVID stands alone. */
function ranges(vlans: readonly VlanMembership[]): VlanRange[] {
  const found: { from: number; to: number; pvid: boolean; untagged: boolean }[] = [];
  for (const { id, pvid, untagged } of vlans) {
    const last = found.at(-1);
    if (last && last.to === id - 1 && !pvid && !last.pvid && last.untagged === untagged) last.to = id;
    else found.push({ from: id, to: id, pvid, untagged });
  }
  return found;
}

export const describeRanges = (list: readonly VlanRange[]): string =>
  list
    .map(({ from, to, pvid, untagged }) => `${from === to ? from : `${from}-${to}`}${pvid ? " pvid" : ""}${untagged ? " untagged" : ""}`)
    .join(", ");
