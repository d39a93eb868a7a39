// SPDX-License-Identifier: GPL-2.0-only
// The VLANs of a bridge's port, or of the bridge's own interface.

import type { Path } from "../document.js";
import type { VlanMembership } from "../links.js";
import type { Refuse } from "./context.js";

export interface VlansFile {
  readonly vlans?: readonly (number | string)[];
  readonly untagged?: readonly (number | string)[];
  readonly pvid?: number;
}

/** Without a word about VLANs, all frames are in VLAN 1 and untagged. */
export function buildVlans({ vlans, untagged, pvid }: VlansFile, path: Path, refuse: Refuse): VlanMembership[] {
  if (vlans === undefined && untagged === undefined && pvid === undefined) return [{ id: 1, pvid: true, untagged: true }];
  const plain = new Set(untagged === undefined ? (pvid === undefined ? [] : [pvid]) : expand(untagged, [...path, "untagged"], refuse));
  const all = new Set([...expand(vlans ?? [], [...path, "vlans"], refuse), ...plain, ...(pvid === undefined ? [] : [pvid])]);
  return [...all].sort((a, b) => a - b).map((id) => ({ id, pvid: id === pvid, untagged: plain.has(id) }));
}

function expand(list: readonly (number | string)[], path: Path, refuse: Refuse): number[] {
  return list.flatMap((entry, index) => {
    if (typeof entry === "number") return [entry];
    const [from = 0, to = 0] = entry.split("-").map(Number);
    if (from < 1 || to > 4094 || from > to) {
      return refuse([...path, index], `${entry} is not a range of VLANs`, "for example 20-29; VLANs are 1 to 4094") ?? [];
    }
    return Array.from({ length: to - from + 1 }, (_, offset) => from + offset);
  });
}
