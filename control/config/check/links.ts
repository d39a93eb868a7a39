// SPDX-License-Identifier: GPL-2.0-only
// Each link by itself, and beside those of its kind.

import { closest } from "../closest.js";
import { hintForVrf } from "../build/tables.js";
import type { Refuse } from "../build/context.js";
import { identityOf } from "../links.js";
import type { Config, InterfaceConfig } from "../model.js";

/** The kernel makes these itself, to catch what no tunnel wants. */
const reserved = ["lo", "gre0", "gretap0", "erspan0", "ip6gre0", "tunl0", "sit0", "ip6tnl0"];

/** The tables of the main routing domain. */
const ownTables = new Map([[253, "default"], [254, "main"], [255, "local"]]);

export function checkLinks(config: Config, refuse: Refuse): void {
  const ports = new Set(config.ports.map(({ name }) => name));
  const byName = new Map(config.interfaces.map((one) => [one.name, one]));
  const twins = new Map<string, string>();
  for (const one of config.interfaces) {
    checkName(one, ports, refuse);
    checkMaster(one, byName, config.interfaces, refuse);
    checkPeer(one, byName, refuse);
    if (one.link.kind === "vrf" && ownTables.has(one.link.table)) {
      refuse(["interfaces", one.name, "table"], `${one.link.table} is the table ${ownTables.get(one.link.table)}`, "a VRF has a table of its own, for example 100");
    }
    const identity = identityOf(one.link);
    const twin = identity === undefined ? undefined : twins.get(identity);
    if (twin !== undefined) refuse(["interfaces", one.name], `${one.name} is the same as ${twin}: ${identity}`);
    else if (identity !== undefined) twins.set(identity, one.name);
  }
  checkTables(config, refuse);
}

function checkName({ name, link }: InterfaceConfig, ports: ReadonlySet<string>, refuse: Refuse): void {
  const path = ["interfaces", name];
  if (link.kind === "port" && !ports.has(name) && name !== "lo") {
    const near = closest(name, [...ports]);
    const known = near === undefined ? `Ports: ${[...ports].join(", ")}.` : `Did you mean ${near}?`;
    refuse(path, `there is no port ${name}`, `an interface without a port has a type. ${known}`);
  }
  if (link.kind !== "port" && ports.has(name)) refuse(path, `${name} is a port`, "the interface of a port has no type: choose another name");
  if (link.kind !== "port" && reserved.includes(name)) refuse(path, `the kernel has a ${name} of its own`, "choose another name");
}

function checkMaster({ name, master, addresses }: InterfaceConfig, byName: ReadonlyMap<string, InterfaceConfig>, all: readonly InterfaceConfig[], refuse: Refuse): void {
  if (master === undefined) return;
  const link = byName.get(master)?.link;
  if (!link || (link.kind !== "bridge" && link.kind !== "bond" && link.kind !== "vrf")) {
    refuse(["interfaces", name, "vrf"], `there is no VRF ${master}`, hintForVrf(master, all));
  } else if (link.kind !== "vrf" && addresses.length > 0) {
    refuse(["interfaces", name, "addresses"], `${name} is in the ${link.kind} ${master}, where its own addresses do not answer`, `give them to ${master}`);
  }
}

function checkPeer({ name, link }: InterfaceConfig, byName: ReadonlyMap<string, InterfaceConfig>, refuse: Refuse): void {
  if (link.kind !== "veth") return;
  const other = byName.get(link.peer)?.link;
  if (other?.kind === "veth" && other.peer === name && link.peer !== name) return;
  refuse(["interfaces", name, "peer"], `${link.peer} is not the other end of ${name}`, `the interface ${link.peer} must be of type veth with peer: ${name}`);
}

/** A route of a VRF's table leaves by an interface of that VRF, or by one of none. */
function checkTables({ interfaces, routes }: Config, refuse: Refuse): void {
  const vrfs = new Map(interfaces.flatMap(({ name, link }) => (link.kind === "vrf" ? [[link.table, name] as const] : [])));
  const names = new Set(vrfs.values());
  const masters = new Map(interfaces.map(({ name, master }) => [name, master]));
  for (const [index, { table, hops }] of routes.entries()) {
    for (const { interface: name } of hops) {
      const master = masters.get(name);
      const vrf = vrfs.get(table);
      if (vrf === undefined || master === undefined || master === vrf || !names.has(master)) continue;
      refuse(["routes", index], `the route is in the table of ${vrf}, but ${name} is in ${master}`, "a next hop is in the route's VRF, or in none");
    }
  }
}
