// SPDX-License-Identifier: GPL-2.0-only

import { contains, defaultPrefix, formatPrefix, parseAddress } from "../../net/address.js";
import type { Address, Prefix } from "../../net/address.js";
import type { Path } from "../document.js";
import type { HopConfig, InterfaceConfig, RouteConfig } from "../model.js";
import type { ConfigFile } from "../schema/file.js";
import type { HopFile, RouteFile } from "../schema/routes.js";
import { buildAddress, buildPrefix } from "./addresses.js";
import type { Refuse } from "./context.js";
import { Links } from "./names.js";
import { buildTable } from "./tables.js";

export function buildRoutes({ routes = [] }: ConfigFile, interfaces: readonly InterfaceConfig[], links: Links, refuse: Refuse): RouteConfig[] {
  const seen = new Set<string>();
  return routes.flatMap((route, index) => {
    const path = ["routes", index];
    const to = destination(route, [...path, "to"], refuse);
    if (!to) return [];
    const table = buildTable(route, interfaces, path, refuse);
    const { family } = to.address;
    const built: RouteConfig = {
      to, table,
      type: route.type ?? "unicast",
      hops: buildHops(route, to, { path, table, links, refuse }),
      metric: route.metric,
      src: route.src === undefined ? undefined : buildAddress(route.src, [...path, "src"], refuse, family),
      mtu: route.mtu,
      advmss: route.advmss,
    };
    const key = `${formatPrefix(to)} metric ${route.metric ?? 0} table ${table}`;
    if (seen.has(key)) refuse(path, `a second route to ${formatPrefix(to)} with the same metric`, "several next hops are a list: via: [{ via: ... }, { via: ... }]");
    seen.add(key);
    return [built];
  });
}

function destination({ to, via, src }: RouteFile, path: Path, refuse: Refuse): Prefix | undefined {
  if (to !== "default") return buildPrefix(to, path, refuse);
  const hint = typeof via === "string" ? via : (via?.find((hop) => hop.via !== undefined)?.via ?? src);
  return defaultPrefix((hint === undefined ? undefined : parseAddress(hint)?.family) ?? 4);
}

interface Context {
  readonly path: Path;
  readonly table: number;
  readonly links: Links;
  readonly refuse: Refuse;
}

function buildHops(route: RouteFile, to: Prefix, context: Context): HopConfig[] {
  const { path, refuse } = context;
  if (route.type !== undefined && route.type !== "unicast") {
    if (route.via !== undefined || route.interface !== undefined) refuse(path, `a ${route.type} route leads nowhere`, "leave via and interface out");
    return [];
  }
  if (!Array.isArray(route.via)) {
    if (route.via === undefined && route.interface === undefined) {
      refuse(path, `the route to ${route.to} leads nowhere`, "give it via, interface, or both");
      return [];
    }
    return buildHop(route as HopFile, to, path, context);
  }
  if (route.interface !== undefined) refuse([...path, "interface"], "each of several next hops has an interface of its own");
  return route.via.flatMap((hop, index) => buildHop(hop, to, [...path, "via", index], context));
}

function buildHop(hop: HopFile, to: Prefix, path: Path, { table, links, refuse }: Context): HopConfig[] {
  const { weight = 1, onlink = false } = hop;
  const viaPath = [...path, "via"];
  const via = hop.via === undefined ? undefined : buildAddress(hop.via, viaPath, refuse);
  if (hop.via !== undefined && !via) return [];
  if (hop.via === undefined && hop.interface === undefined) {
    return refuse(path, "the next hop leads nowhere", "give it via, interface, or both") ?? [];
  }
  if (via?.family === 4 && to.address.family === 6) {
    return refuse(viaPath, `the next hop ${via.text} is not of the family of ${formatPrefix(to)}`, "IPv4 may go via IPv6, not the other way round") ?? [];
  }
  if (hop.interface !== undefined && !links.known([...path, "interface"], hop.interface)) return [];
  if (onlink && (!via || hop.interface === undefined)) {
    return refuse([...path, "onlink"], "a next hop that is on the link by decree lacks via or interface", "give it both") ?? [];
  }
  const name = via && !onlink ? wayTo(via, hop.interface, table, links) : hop.interface;
  if (name !== undefined) return [{ via, interface: name, weight, onlink }];
  return refuse(viaPath, `the next hop ${via!.text} is on no configured network`, offLinkHint(via!, hop.interface)) ?? [];
}

const offLinkHint = ({ text }: Address, name: string | undefined): string =>
  text.startsWith("fe80:") && name === undefined
    ? "a link-local next hop needs its interface"
    : "it must be in the prefix of an interface's address, or interface and onlink: true be given";

/** The interface behind which `via` is; link-local ones are on every link. */
function wayTo(via: Address, name: string | undefined, table: number, links: Links): string | undefined {
  if (via.text.startsWith("fe80:")) return name;
  return links
    .ofTable(table, name)
    .find(({ addresses }) => addresses.some((prefix) => contains(prefix, via)))?.name;
}
