// SPDX-License-Identifier: GPL-2.0-only
// Static routes.

import type { Config, HopConfig, RouteConfig, RouteType } from "../../config/model.js";
import type { Kernel } from "../../kernel/kernel.js";
import { formatPrefix } from "../../net/address.js";
import { decodeRoute, deleteRoute, getRoutes, mainTable, ownProtocol, replaceRoute } from "../../netlink/route.js";
import type { Route as KernelRoute, WeightedHop } from "../../netlink/route.js";
import type { Request } from "../../netlink/message.js";
import type { Section, Step } from "../section.js";
import type { Route } from "./state.js";

interface RouteStep extends Step {
  readonly section: "routes";
  readonly route: Route;
}

export const routes: Section<"routes", RouteStep> = {
  name: "routes",

  async read(kernel) {
    const found = [
      ...(await kernel.netlink.dump(getRoutes(4), decodeRoute)),
      ...(await kernel.netlink.dump(getRoutes(6), decodeRoute)),
    ];
    return found.filter(({ protocol }) => protocol === ownProtocol).map((route) => describeRoute(kernel, route));
  },

  plan({ routes: running }, config) {
    const wanted = possible(config);
    const slots = new Set(wanted.map(slot));
    const present = new Map(running.map((route) => [slot(route), route]));
    return [
      ...wanted.filter((route) => !isSame(present.get(slot(route)), route)).map(replace),
      ...running.filter((route) => !slots.has(slot(route))).map(remove),
    ];
  },

  requests: (kernel, step) => [request(kernel, step)],
  carryOut: (kernel, step) => kernel.netlink.request(request(kernel, step)),

  /** The kernel has deleted those that led there. */
  without: notThrough,
  moved: notThrough,
};

function notThrough(state: readonly Route[], links: ReadonlySet<string>): readonly Route[] {
  return state.filter(({ hops }) => !hops.some((hop) => links.has(hop.interface)));
}

/** The kernel has no routes through interfaces that are down, so they wait for them to be up. */
function possible({ routes: wanted, interfaces }: Config): Route[] {
  const down = new Set(interfaces.filter(({ up }) => !up).map(({ name }) => name));
  return wanted.flatMap((route) => {
    const hops = route.hops.filter((hop) => !down.has(hop.interface));
    if (hops.length === 0 && route.type === "unicast") return [];
    return [{ ...route, hops, metric: route.metric ?? defaultMetric(route) }];
  });
}

function describeRoute(kernel: Kernel, { to, type, hops, via, oif, onLink, metric = 0, table = mainTable, source, metrics }: KernelRoute): Route {
  const all: readonly WeightedHop[] = type === "unicast" ? (hops ?? [{ via, oif, onLink }]) : [];
  return {
    to, metric, table,
    type: type as RouteType,
    hops: all.map((hop) => ({
      via: hop.via, interface: kernel.name(hop.oif ?? 0) ?? "", weight: hop.weight ?? 1, onlink: hop.onLink ?? false,
    })),
    src: source,
    mtu: metrics?.rtaxMtu,
    advmss: metrics?.rtaxAdvmss,
  };
}

function request(kernel: Kernel, { phase, route }: RouteStep): Request {
  const { to, type, hops, metric, table, src, mtu, advmss } = route;
  const encoded = hops.map(({ via, interface: name, weight, onlink }) => ({ via, oif: kernel.index(name), weight, onLink: onlink }));
  const [only] = encoded;
  const metrics = mtu === undefined && advmss === undefined ? undefined : { rtaxMtu: mtu, rtaxAdvmss: advmss };
  const message: KernelRoute = {
    to, type, metric, table, metrics,
    protocol: ownProtocol,
    source: src,
    ...(encoded.length > 1 ? { hops: encoded } : only),
  };
  if (phase === "route.delete") return deleteRoute({ to, type, metric, table, protocol: ownProtocol });
  return replaceRoute(message);
}

const replace = (route: Route): RouteStep => ({
  section: "routes", phase: "route.replace", words: `route ${describe(route)}`, route,
});

const remove = (route: Route): RouteStep => ({
  section: "routes", phase: "route.delete", words: `delete the route ${describe(route)}`, route,
  loss: `nothing leads to ${formatPrefix(route.to)} but a less specific route`,
});

/** What the kernel gives a route that names no metric. */
const defaultMetric = (route: RouteConfig): number => (route.to.address.family === 4 ? 0 : 1024);

/** Two routes with the same slot cannot exist side by side. */
const slot = ({ to, metric, table }: Route): string => `${formatPrefix(to)} ${metric} ${table}`;

/** The kernel may list hops in another order. */
const hopKeys = (hops: readonly HopConfig[]): string =>
  hops.map(({ via, interface: name, weight, onlink }) => `${via?.text} ${name} ${hops.length > 1 ? weight : 1} ${onlink}`).sort().join(",");

const isSame = (is: Route | undefined, wanted: Route): boolean =>
  is !== undefined &&
  is.type === wanted.type &&
  is.src?.text === wanted.src?.text &&
  is.mtu === wanted.mtu &&
  is.advmss === wanted.advmss &&
  hopKeys(is.hops) === hopKeys(wanted.hops);

function describe({ to, type, hops, metric, table, src, mtu, advmss }: Route): string {
  const words = [...(type === "unicast" ? [] : [type]), formatPrefix(to), hops.map((hop) => describeHop(hop, hops.length)).join(" and ")];
  if (metric !== 0) words.push(`metric ${metric}`);
  if (table !== mainTable) words.push(`table ${table}`);
  if (src) words.push(`src ${src.text}`);
  if (mtu !== undefined) words.push(`mtu ${mtu}`);
  if (advmss !== undefined) words.push(`advmss ${advmss}`);
  return words.filter((word) => word !== "").join(" ");
}

function describeHop({ via, interface: name, weight, onlink }: HopConfig, count: number): string {
  const words = via ? [`via ${via.text} on ${name}`] : [`on ${name}`];
  if (count > 1) words.push(`weight ${weight}`);
  if (onlink) words.push("onlink");
  return words.join(" ");
}
