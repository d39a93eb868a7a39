// SPDX-License-Identifier: GPL-2.0-only
// Routes of a kernel, a part at a time.

import Type from "typebox";
import type { Route } from "../api/schema/tables.js";
import { NuseError } from "../errors.js";
import { contains, formatPrefix, parseAddress } from "../net/address.js";
import type { Address, Family } from "../net/address.js";
import { rtProtocol } from "../netlink/gen/rt_route.js";
import { decodeRoute, getRoutes, mainTable } from "../netlink/route.js";
import type { Route as KernelRoute, WeightedHop } from "../netlink/route.js";
import type { NetlinkSocket } from "../netlink/socket.js";
import { interfaceNames } from "./interfaces.js";

export const RouteFilter = Type.Object({
  family: Type.Optional(Type.Enum(["4", "6"])),
  table: Type.Optional(Type.Integer({ minimum: 1, maximum: 4294967295, description: "without it, 254: main" })),
  protocol: Type.Optional(Type.String({ maxLength: 20, examples: ["static"] })),
  interface: Type.Optional(Type.String({ maxLength: 15 })),
  to: Type.Optional(Type.String({ maxLength: 50, description: "only routes that lead there: an address" })),
});

export type RouteFilter = Type.Static<typeof RouteFilter>;

const protocolNames = new Map<number, string>(Object.entries(rtProtocol).map(([name, number]) => [number, name]));

/** Routes that the filter lets through, some hundreds at a time, in the kernel's order. */
export async function* readRoutes(socket: NetlinkSocket, filter: RouteFilter): AsyncGenerator<Route[]> {
  const to = filter.to === undefined ? undefined : parseAddress(filter.to);
  if (filter.to !== undefined && !to) throw new NuseError("api.request", `${filter.to} is not an address`);
  const names = await interfaceNames(socket);
  const wanted = (route: KernelRoute): boolean => passes(route, to, filter);
  for (const family of families(filter, to)) {
    for await (const part of socket.stream(getRoutes(family, filter.table), decodeRoute)) {
      const rows = part.filter(wanted).map((route) => showRoute(route, names));
      const kept = filter.interface === undefined ? rows : rows.filter((row) => leavesBy(row, filter.interface!));
      if (kept.length > 0) yield kept;
    }
  }
}

function families({ family }: RouteFilter, to: Address | undefined): readonly Family[] {
  const asked: readonly Family[] = family === undefined ? [4, 6] : [family === "4" ? 4 : 6];
  return to ? asked.filter((one) => one === to.family) : asked;
}

function passes(route: KernelRoute, to: Address | undefined, { table = mainTable, protocol }: RouteFilter): boolean {
  return route.table === table
    && (protocol === undefined || protocolName(route.protocol) === protocol || String(route.protocol) === protocol)
    && (to === undefined || contains(route.to, to));
}

const leavesBy = (row: Route, name: string): boolean =>
  row.interface === name || (row.nextHops ?? []).some((hop) => hop.interface === name);

const protocolName = (number = 0): string => protocolNames.get(number) ?? String(number);

export function showRoute({ to, type = "unicast", via, oif, metric = 0, protocol, table = mainTable, source, hops }: KernelRoute, names: ReadonlyMap<number, string>): Route {
  return {
    to: formatPrefix(to),
    type,
    ...(via && { via: via.text }),
    ...(oif && { interface: names.get(oif) ?? String(oif) }),
    metric,
    protocol: protocolName(protocol),
    table,
    ...(source && { source: source.text }),
    ...(hops && { nextHops: hops.map((hop) => showHop(hop, names)) }),
  };
}

const showHop = ({ via, oif, weight }: WeightedHop, names: ReadonlyMap<number, string>) => ({
  ...(via && { via: via.text }),
  ...(oif && { interface: names.get(oif) ?? String(oif) }),
  ...(weight !== undefined && { weight }),
});
