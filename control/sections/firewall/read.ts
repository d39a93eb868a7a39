// SPDX-License-Identifier: GPL-2.0-only

import { digest } from "../../firewall/config.js";
import { ownTable } from "../../firewall/compile/table.js";
import { parseListing } from "../../firewall/listing.js";
import type { ListedTable } from "../../firewall/listing.js";
import { markerTable, readMarker } from "../../firewall/marker.js";
import type { Nft } from "../../firewall/nft.js";
import type { RunningFirewall } from "./state.js";

export async function readFirewall(nft: Nft): Promise<RunningFirewall> {
  const present = (await nft.output("list tables")).split("\n").map((line) => line.replace(/^table /, ""));
  // One listing a run: this nft remembers one table's name only.
  const list = async (tables: readonly string[]): Promise<ListedTable[]> => {
    const listed: ListedTable[] = [];
    for (const table of tables.filter((name) => present.includes(name))) {
      listed.push(...parseListing(await nft.output(`list table ${table}`, { stateless: true })));
    }
    return listed;
  };
  const [markerListing] = await list([markerTable]);
  const marker = markerListing && readMarker(markerListing);
  const [own] = await list([ownTable]);
  return { marker, own, raw: await list(marker?.tables ?? []) };
}

/** Digests that change when somebody changes a table. */
export const listingDigests = ({ own, raw }: RunningFirewall): { readonly own: string; readonly raw: string } => ({
  own: digest(own?.canonical ?? ""),
  raw: digest(raw.map(({ canonical }) => canonical).join("\n")),
});
