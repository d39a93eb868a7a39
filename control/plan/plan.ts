// SPDX-License-Identifier: GPL-2.0-only
// The difference between what is and what is wanted. Pure: it reads nothing
// and changes nothing.

import type { Config, InterfaceConfig, RouteConfig } from "../config/model.js";
import { formatPrefix } from "../net/address.js";
import type { Route, RunningInterface, State } from "./state.js";
import type { Step } from "./step.js";

/**
 * Steps that turn `running` into what `wanted` says, in an order in which each
 * finds what it needs: new things come before old ones go.
 */
export function plan(running: State, wanted: Config): Step[] {
  const links = [...wanted.interfaces, ...impliedInterfaces(wanted)].flatMap((link) => {
    const is = running.interfaces.get(link.name);
    return is ? [{ is, link }] : [];
  });
  const each = (steps: (is: RunningInterface, link: InterfaceConfig) => Step[]): Step[] =>
    links.flatMap(({ is, link }) => steps(is, link));

  return [
    ...planSysctls(running, wanted),
    ...each(planMtu),
    ...each((is, link) => (link.up && !is.up ? [{ kind: "up", interface: link.name, up: true }] : [])),
    ...each(planNewAddresses),
    ...planRoutes(running, wanted),
    ...each(planOldAddresses),
    ...each((is, link) => (!link.up && is.up ? [{ kind: "up", interface: link.name, up: false }] : [])),
  ];
}

/** The loopback interface is up without being asked. */
function impliedInterfaces({ interfaces }: Config): InterfaceConfig[] {
  if (interfaces.some(({ name }) => name === "lo")) return [];
  return [{ name: "lo", up: true, mtu: undefined, addresses: [] }];
}

function planSysctls(running: State, { sysctls }: Config): Step[] {
  return [...sysctls].flatMap(([name, value]): Step[] => {
    const was = running.sysctls.get(name);
    return was !== undefined && words(was) === words(value) ? [] : [{ kind: "sysctl", name, value, was }];
  });
}

const words = (text: string): string => text.trim().split(/\s+/).join(" ");

function planMtu(is: RunningInterface, { name, mtu }: InterfaceConfig): Step[] {
  return mtu === undefined || mtu === is.mtu ? [] : [{ kind: "mtu", interface: name, mtu, was: is.mtu }];
}

function planNewAddresses(is: RunningInterface, { name, addresses }: InterfaceConfig): Step[] {
  const present = new Set(is.addresses.map(({ prefix }) => formatPrefix(prefix)));
  return addresses
    .filter((prefix) => !present.has(formatPrefix(prefix)))
    .map((prefix) => ({ kind: "address.add", interface: name, prefix }));
}

function planOldAddresses(is: RunningInterface, { name, addresses }: InterfaceConfig): Step[] {
  const kept = new Set(addresses.map(formatPrefix));
  return is.addresses
    .filter(({ owned, prefix }) => owned && !kept.has(formatPrefix(prefix)))
    .map(({ prefix }) => ({ kind: "address.delete", interface: name, prefix }));
}

/** What the kernel gives a route that names no metric. */
const defaultMetric = (route: RouteConfig): number => (route.to.address.family === 4 ? 0 : 1024);

/** Two routes with the same slot cannot exist side by side. */
const slot = ({ to, metric }: Route): string => `${formatPrefix(to)} ${metric}`;

function planRoutes(running: State, wanted: Config): Step[] {
  const should = wanted.routes.map((route): Route => ({ ...route, metric: route.metric ?? defaultMetric(route) }));
  const slots = new Set(should.map(slot));
  const present = new Map(running.routes.map((route) => [slot(route), route]));
  const changed = should.filter((route) => !leadsTheSameWay(present.get(slot(route)), route));
  const gone = running.routes.filter((route) => !slots.has(slot(route)));
  return [
    ...changed.map((route): Step => ({ kind: "route.replace", route })),
    ...gone.map((route): Step => ({ kind: "route.delete", route })),
  ];
}

/** A wanted route that names no interface takes whichever the kernel found. */
function leadsTheSameWay(is: Route | undefined, wanted: Route): boolean {
  return (
    is !== undefined &&
    is.via?.text === wanted.via?.text &&
    (wanted.interface === undefined || is.interface === wanted.interface)
  );
}
