// SPDX-License-Identifier: GPL-2.0-only

import { withoutDevices } from "../firewall/config.js";
import { needs } from "./links.js";
import type { LinkKind } from "./links.js";
import type { Config } from "./model.js";

/**
 * What of a configuration can be applied while some ports are not there: without
 * their interfaces, what stands on those, and the routes and neighbours through
 * either. `ports` stays whole.
 */
export function withoutPorts(config: Config, absent: ReadonlySet<string>): Config {
  if (absent.size === 0) return config;
  const gone = standingOn(config, absent);
  const interfaces = config.interfaces
    .filter(({ name }) => !gone.has(name))
    .map((one) => ({ ...one, link: withoutPrimary(one.link, gone) }));
  const routes = config.routes
    .map((route) => ({ ...route, hops: route.hops.filter((hop) => !gone.has(hop.interface)) }))
    .filter(({ type, hops }) => type !== "unicast" || hops.length > 0);
  return {
    ...config, interfaces, routes,
    firewall: withoutDevices(config.firewall, gone),
    qos: config.qos.filter((one) => !gone.has(one.interface)),
    neighbours: config.neighbours.filter((neighbour) => !gone.has(neighbour.interface)),
    sysctls: new Map([...config.sysctls].filter(([path]) => !path.split("/").some((part) => gone.has(part)))),
  };
}

/** Those, and whatever cannot be made without them; a bridge can be without its members. */
function standingOn({ interfaces }: Config, absent: ReadonlySet<string>): Set<string> {
  const gone = new Set(absent);
  for (let before = -1; before !== gone.size; ) {
    before = gone.size;
    for (const { name, link } of interfaces) if (needs(link).some((below) => gone.has(below))) gone.add(name);
  }
  return gone;
}

const withoutPrimary = (link: LinkKind, gone: ReadonlySet<string>): LinkKind =>
  link.kind === "bond" && link.primary !== undefined && gone.has(link.primary) ? { ...link, primary: undefined } : link;
