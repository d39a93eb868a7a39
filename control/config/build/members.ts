// SPDX-License-Identifier: GPL-2.0-only
// Who is in which bridge, bond or VRF: members are named by their master, the
// interfaces of a VRF name theirs.

import { closest } from "../closest.js";
import type { Path } from "../document.js";
import type { LinkFile } from "../schema/links.js";
import type { Refuse } from "./context.js";
import type { VlansFile } from "./vlans.js";

export interface Membership {
  readonly master: string;
  /** Where it says so. */
  readonly path: Path;
  readonly vlans: VlansFile;
}

type Entry = readonly [name: string, file: LinkFile];

function* memberships([name, file]: Entry): Generator<readonly [member: string, Membership]> {
  if (file.vrf !== undefined) yield [name, { master: file.vrf, path: ["interfaces", name, "vrf"], vlans: {} }];
  if (file.type !== "bridge" && file.type !== "bond") return;
  for (const [index, member] of (file.members ?? []).entries()) {
    const path = ["interfaces", name, "members", index];
    yield typeof member === "string"
      ? [member, { master: name, path, vlans: {} }]
      : [member.name, { master: name, path, vlans: member }];
  }
}

export function buildMasters(entries: readonly Entry[], known: readonly string[], refuse: Refuse): Map<string, Membership> {
  const masters = new Map<string, Membership>();
  for (const [member, membership] of entries.flatMap((entry) => [...memberships(entry)])) {
    if (!known.includes(member)) refuse(membership.path, `there is no interface ${member}`, hint(member, known));
    const other = masters.get(member);
    if (other) {
      refuse(membership.path, `${member} is in ${other.master} already`, "an interface is in one bridge, bond or VRF at most");
    } else masters.set(member, membership);
  }
  return masters;
}

function hint(name: string, known: readonly string[]): string {
  const near = closest(name, known);
  return near === undefined ? `interfaces: ${known.join(", ")}` : `did you mean ${near}?`;
}
