// SPDX-License-Identifier: GPL-2.0-only
// Static routes.

import type { RouteConfig } from "../../config/model.js";
import { formatPrefix } from "../../net/address.js";
import { decodeRoute, deleteRoute, getRoutes, ownProtocol, replaceRoute } from "../../netlink/route.js";
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
    return found
      .filter(({ protocol }) => protocol === ownProtocol)
      .map(({ to, via, metric, oif }) => ({ to, via, metric, interface: kernel.name(oif) }));
  },

  plan({ routes: running }, { routes: wanted }) {
    const should = wanted.map((route): Route => ({ ...route, metric: route.metric ?? defaultMetric(route) }));
    const slots = new Set(should.map(slot));
    const present = new Map(running.map((route) => [slot(route), route]));
    return [
      ...should.filter((route) => !leadsTheSameWay(present.get(slot(route)), route)).map(replace),
      ...running.filter((route) => !slots.has(slot(route))).map(remove),
    ];
  },

  async carryOut(kernel, { phase, route: { interface: name, ...route } }) {
    const wanted = { ...route, protocol: ownProtocol, oif: name === undefined ? 0 : kernel.index(name) };
    await kernel.netlink.request(phase === "route.delete" ? deleteRoute(wanted) : replaceRoute(wanted));
  },
};

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
const slot = ({ to, metric }: Route): string => `${formatPrefix(to)} ${metric}`;

/** A wanted route that names no interface takes whichever the kernel found. */
function leadsTheSameWay(is: Route | undefined, wanted: Route): boolean {
  return (
    is !== undefined &&
    is.via?.text === wanted.via?.text &&
    (wanted.interface === undefined || is.interface === wanted.interface)
  );
}

function describe({ to, via, interface: name, metric }: Route): string {
  const words = [formatPrefix(to)];
  if (via) words.push("via", via.text);
  if (name !== undefined) words.push("on", name);
  if (metric !== 0) words.push("metric", String(metric));
  return words.join(" ");
}
