// SPDX-License-Identifier: GPL-2.0-only
// rtnetlink: routes, of any table and type.

import { defaultPrefix, formatPrefix } from "../net/address.js";
import type { Address, Family, Prefix } from "../net/address.js";
import { decodeEncap, encapValues } from "./encap.js";
import type { Encap } from "./encap.js";
import { addressFamily, familyNumber, readAddress } from "./family.js";
import { operations, routeAttrs, rtmFlags, rtmsg, rtmType, rtnhFlags, rtProtocol, rtScope, rtTable } from "./gen/rt_route.js";
import type { RouteAttrs, RtaMetrics, Rtmsg, Rtnexthop } from "./gen/rt_route.js";
import { changing, flags, listing, readAttributes, readHeader } from "./message.js";
import type { Message, Request } from "./message.js";

export const mainTable = rtTable.main;

/** RTPROT_STATIC: the routes that the configuration owns. */
export const ownProtocol = rtProtocol.static;

export type RouteType = keyof typeof rtmType;

export interface Hop {
  /** Of either family, whatever the route's is. */
  readonly via?: Address | undefined;
  /** Index of the outgoing interface; 0 lets the kernel find it. */
  readonly oif?: number | undefined;
  readonly encap?: Encap | undefined;
  /** `via` is on the link even if no prefix there says so. */
  readonly onLink?: boolean | undefined;
}

export interface WeightedHop extends Hop {
  /** 1 to 256 */
  readonly weight?: number | undefined;
}

export interface Route extends Hop {
  readonly to: Prefix;
  /** Several hops, in place of one. */
  readonly hops?: readonly WeightedHop[] | undefined;
  /** A next-hop object, in place of hops. */
  readonly nexthop?: number | undefined;
  /** 0 is the family's default. */
  readonly metric?: number | undefined;
  readonly protocol?: number | undefined;
  readonly table?: number | undefined;
  /** unicast, or what becomes of packets instead: blackhole, unreachable, prohibit, throw ... */
  readonly type?: RouteType | undefined;
  readonly scope?: number | undefined;
  /** Source address of packets that the router itself sends. */
  readonly source?: Address | undefined;
  readonly metrics?: RtaMetrics | undefined;
}

/** A unicast route of the main table over one hop. */
export interface KernelRoute {
  readonly to: Prefix;
  readonly via: Address | undefined;
  readonly oif: number;
  readonly metric: number;
  readonly protocol: number;
}

/** All routes, or those of one table. */
export const getRoutes = (family: Family, table?: number): Request =>
  listing(operations.getroute, { rtmFamily: familyNumber(family) }, { rtaTable: table }, `list IPv${family} routes`);

const typeNames = Object.keys(rtmType) as RouteType[];

const wanted = routeAttrs.pick(
  "rtaDst", "rtaOif", "rtaGateway", "rtaVia", "rtaPriority", "rtaPrefsrc", "rtaMetrics", "rtaMultipath",
  "rtaTable", "rtaEncapType", "rtaEncap", "rtaNhId",
);

/** Any route of IPv4 or IPv6 that is not a cached one. */
export function decodeRoute(message: Message): Route | undefined {
  if (message.type !== operations.getroute.reply) return undefined;
  const header = readHeader(message, rtmsg);
  const family = addressFamily(header.rtmFamily);
  if (!family || (header.rtmFlags & rtmFlags.cloned) !== 0) return undefined;
  const values = readAttributes(message, rtmsg, wanted);
  return {
    to: { address: values.rtaDst ? readAddress(values.rtaDst) : defaultPrefix(family).address, length: header.rtmDstLen },
    ...decodeHop(values, header.rtmFlags),
    hops: values.rtaMultipath?.map(decodeWeightedHop),
    nexthop: values.rtaNhId,
    metric: values.rtaPriority ?? 0,
    protocol: header.rtmProtocol,
    table: values.rtaTable ?? header.rtmTable,
    type: typeNames[header.rtmType] ?? "unspec",
    scope: header.rtmScope,
    source: values.rtaPrefsrc && readAddress(values.rtaPrefsrc),
    metrics: values.rtaMetrics,
  };
}

/** A unicast route of the main table; undefined for any other message. */
export function decodeMainRoute(message: Message): KernelRoute | undefined {
  const route = decodeRoute(message);
  if (!route || route.table !== mainTable || route.type !== "unicast") return undefined;
  return { to: route.to, via: route.via, oif: route.oif ?? 0, metric: route.metric ?? 0, protocol: route.protocol ?? 0 };
}

function decodeHop({ rtaGateway, rtaVia, rtaOif, rtaEncapType, rtaEncap }: RouteAttrs, hopFlags: number): Hop {
  const via = rtaGateway ?? (rtaVia?.rtviaAddr?.length ? rtaVia.rtviaAddr : undefined);
  return {
    via: via && readAddress(via),
    oif: rtaOif,
    encap: rtaEncapType !== undefined && rtaEncap ? decodeEncap(rtaEncapType, rtaEncap) : undefined,
    onLink: (hopFlags & rtnhFlags.onlink) !== 0 || undefined,
  };
}

function decodeWeightedHop({ header = {}, ...values }: RouteAttrs & { readonly header?: Partial<Rtnexthop> }): WeightedHop {
  return { ...decodeHop(values, header.rtnhFlags ?? 0), oif: header.rtnhIfindex, weight: (header.rtnhHops ?? 0) + 1 };
}

/** A gateway of another family than the route's goes by another name. */
function gateway(via: Address | undefined, family: Family): RouteAttrs {
  if (!via) return {};
  if (via.family === family) return { rtaGateway: via.bytes };
  return { rtaVia: { rtviaFamily: familyNumber(via.family), rtviaAddr: via.bytes } };
}

function encapsulation(encap: Encap | undefined): RouteAttrs {
  if (!encap) return {};
  const { type, message } = encapValues(encap);
  return { rtaEncap: message, rtaEncapType: type };
}

const encodeWeightedHop = (family: Family) => ({ via, oif, weight = 1, encap, onLink }: WeightedHop) => ({
  header: { rtnhFlags: onLink ? rtnhFlags.onlink : 0, rtnhHops: weight - 1, rtnhIfindex: oif ?? 0 },
  ...gateway(via, family),
  ...encapsulation(encap),
});

const hasTable = (table: number): boolean => table < 256;

function header(route: Route, type: number, scope: number): Partial<Rtmsg> {
  const { to, table = mainTable, protocol, onLink } = route;
  return {
    rtmFamily: familyNumber(to.address.family),
    rtmDstLen: to.length,
    rtmTable: hasTable(table) ? table : rtTable.unspec,
    rtmProtocol: protocol || ownProtocol,
    rtmScope: scope,
    rtmType: type,
    rtmFlags: onLink ? rtnhFlags.onlink : 0,
  };
}

function values(route: Route): RouteAttrs {
  const { to, via, oif, metric, table = mainTable, source, metrics, hops, nexthop, encap } = route;
  const { family } = to.address;
  return {
    rtaDst: to.length > 0 ? to.address.bytes : undefined,
    ...encapsulation(encap),
    ...gateway(via, family),
    rtaNhId: nexthop,
    rtaPrefsrc: source?.bytes,
    rtaPriority: metric || undefined,
    rtaTable: hasTable(table) ? undefined : table,
    rtaOif: oif || undefined,
    rtaMetrics: metrics,
    rtaMultipath: hops?.map(encodeWeightedHop(family)),
  };
}

/** IPv4 tells routes with a gateway from those on the link. */
function scopeOf({ to, via, hops, nexthop, type = "unicast", scope }: Route): number {
  if (scope !== undefined) return scope;
  if (to.address.family === 6 || type !== "unicast") return rtScope.universe;
  return via || hops || nexthop !== undefined ? rtScope.universe : rtScope.link;
}

const make = (route: Route, more: number, what: string): Request =>
  changing(
    operations.newroute, flags.create | more, header(route, rtmType[route.type ?? "unicast"], scopeOf(route)),
    values(route), `${what} route ${formatPrefix(route.to)}`,
  );

/** Refused when there is one. */
export const addRoute = (route: Route): Request => make(route, flags.exclusive, "add");

export const replaceRoute = (route: Route): Request => make(route, flags.replace, "replace");

/** One more IPv6 route to the same place is one more hop. */
export const appendRoute = (route: Route): Request => make(route, flags.append, "append");

/** A unicast route need not say so. */
const typeToDelete = ({ type = "unicast" }: Route): number => (type === "unicast" ? rtmType.unspec : rtmType[type]);

export const deleteRoute = (route: Route): Request =>
  changing(
    operations.delroute, 0, header(route, typeToDelete(route), route.to.address.family === 4 ? rtScope.nowhere : rtScope.universe),
    values(route), `delete route ${formatPrefix(route.to)}`,
  );
