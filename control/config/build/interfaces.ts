// SPDX-License-Identifier: GPL-2.0-only

import type { InterfaceConfig } from "../model.js";
import type { ConfigFile } from "../schema/file.js";
import type { LinkFile } from "../schema/links.js";
import { buildInterfaceAddress } from "./addresses.js";
import type { ReadFile, Refuse } from "./context.js";
import { buildLink } from "./links.js";
import { buildMasters } from "./members.js";
import { buildVlans } from "./vlans.js";

export function buildInterfaces({ ports, interfaces = {} }: ConfigFile, refuse: Refuse, readFile: ReadFile): InterfaceConfig[] {
  const entries = withImplied(Object.entries(interfaces), Object.keys(ports));
  const masters = buildMasters(entries, [...Object.keys(ports), ...Object.keys(interfaces)], refuse);
  const filtering = new Set(entries.filter(([, link]) => isFiltering(link)).map(([name]) => name));
  return entries.map(([name, file]) => {
    const path = ["interfaces", name];
    const { up = true, mtu, mac, description = "", addresses = [] } = file;
    const joined = masters.get(name);
    const vlans = isFiltering(file) ? buildVlans(file, path, refuse)
      : joined !== undefined && filtering.has(joined.master) ? buildVlans(joined.vlans, joined.path, refuse) : [];
    return {
      name, up, mtu, description, vlans,
      mac: mac?.toLowerCase(),
      addresses: addresses.flatMap((text, index) => buildInterfaceAddress(text, [...path, "addresses", index], refuse) ?? []),
      link: buildLink(file, path, refuse, readFile),
      master: joined?.master,
    };
  });
}

const isFiltering = (file: LinkFile): file is LinkFile & { type: "bridge" } =>
  file.type === "bridge" && file["vlan-filtering"] === true;

/** A port that others stand on is up, without an entry of its own. */
function withImplied(entries: readonly (readonly [string, LinkFile])[], ports: readonly string[]): (readonly [string, LinkFile])[] {
  const named = new Set(entries.map(([name]) => name));
  const below = new Set(entries.flatMap(([, file]) => underlying(file)));
  return [...entries, ...ports.filter((port) => below.has(port) && !named.has(port)).map((port) => [port, {}] as const)];
}

function underlying(file: LinkFile): string[] {
  const members = file.type === "bridge" || file.type === "bond" ? (file.members ?? []) : [];
  const parent = "parent" in file && file.parent !== undefined ? [file.parent] : [];
  return [...members.map((member) => (typeof member === "string" ? member : member.name)), ...parent];
}
