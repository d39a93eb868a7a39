// SPDX-License-Identifier: GPL-2.0-only

import { contains, defaultPrefix, formatPrefix, hasHostBits, network, parseAddress, parsePrefix } from "../../net/address.js";
import type { Address, Prefix } from "../../net/address.js";
import type { Path } from "../document.js";
import type { InterfaceConfig, RouteConfig } from "../model.js";
import type { ConfigFile } from "../schema/file.js";
import type { Refuse } from "./context.js";

export function buildRoutes({ routes = [], ports }: ConfigFile, interfaces: readonly InterfaceConfig[], refuse: Refuse): RouteConfig[] {
  const seen = new Set<string>();
  return routes.flatMap((route, index) => {
    const path = ["routes", index];
    const via = route.via === undefined ? undefined : parseAddress(route.via);
    if (route.via !== undefined && !via) {
      return refuse([...path, "via"], `${route.via} is not an address`) ?? [];
    }
    const to = destination(route.to, via, [...path, "to"], refuse);
    if (!to) return [];
    if (!via && route.interface === undefined) {
      refuse(path, `the route to ${route.to} leads nowhere`, "give it via, interface, or both");
    }
    if (via && via.family !== to.address.family) {
      refuse([...path, "via"], `the next hop ${via.text} is not of the family of ${formatPrefix(to)}`);
    }
    if (route.interface !== undefined && !Object.hasOwn(ports, route.interface)) {
      refuse([...path, "interface"], `there is no port ${route.interface}`, `ports: ${Object.keys(ports).join(", ")}`);
    }
    if (via && !reachable(via, route.interface, interfaces)) {
      refuse(
        [...path, "via"],
        `the next hop ${via.text} is on no configured network`,
        "it must be in the prefix of an interface's address",
      );
    }
    const key = `${formatPrefix(to)} metric ${route.metric ?? 0}`;
    if (seen.has(key)) refuse(path, `a second route to ${formatPrefix(to)} with the same metric`);
    seen.add(key);
    return [{ to, via, interface: route.interface, metric: route.metric }];
  });
}

function destination(text: string, via: Address | undefined, path: Path, refuse: Refuse): Prefix | undefined {
  if (text === "default") return defaultPrefix(via?.family ?? 4);
  const prefix = parsePrefix(text);
  if (!prefix) return refuse(path, `${text} is not a prefix`, "for example 198.51.100.0/24, 2001:db8::/32 or default");
  if (hasHostBits(prefix)) {
    return refuse(path, `${text} has bits set behind its prefix length`, `${formatPrefix(network(prefix))} would be right`);
  }
  return prefix;
}

/** Link-local next hops are on every link. */
function reachable(via: Address, name: string | undefined, interfaces: readonly InterfaceConfig[]): boolean {
  if (via.text.startsWith("fe80:")) return name !== undefined;
  return interfaces
    .filter((candidate) => name === undefined || candidate.name === name)
    .some(({ addresses }) => addresses.some((prefix) => contains(prefix, via)));
}
