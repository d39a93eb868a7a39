// SPDX-License-Identifier: GPL-2.0-only
// Which routing table is meant.

import { closest } from "../closest.js";
import type { Path } from "../document.js";
import type { InterfaceConfig } from "../model.js";
import type { Refuse } from "./context.js";

export const mainTable = 254;

interface TableFile {
  readonly table?: number;
  readonly vrf?: string;
}

/** The table of a VRF. */
export const vrfTable = (interfaces: readonly InterfaceConfig[], name: string): number | undefined => {
  const link = interfaces.find((candidate) => candidate.name === name)?.link;
  return link?.kind === "vrf" ? link.table : undefined;
};

export function buildTable({ table, vrf }: TableFile, interfaces: readonly InterfaceConfig[], path: Path, refuse: Refuse): number {
  if (vrf === undefined) return table ?? mainTable;
  if (table !== undefined) refuse([...path, "table"], "table and vrf are both given", `${vrf} has its table already: leave table out`);
  return vrfTable(interfaces, vrf) ?? refuse([...path, "vrf"], `there is no VRF ${vrf}`, hintForVrf(vrf, interfaces)) ?? mainTable;
}

export function hintForVrf(name: string, interfaces: readonly InterfaceConfig[]): string {
  const known = interfaces.filter(({ link }) => link.kind === "vrf").map((vrf) => vrf.name);
  const near = closest(name, known);
  if (near !== undefined) return `did you mean ${near}?`;
  return known.length === 0 ? "a VRF is an interface of type vrf with a table" : `VRFs: ${known.join(", ")}`;
}
