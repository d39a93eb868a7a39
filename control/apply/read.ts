// SPDX-License-Identifier: GPL-2.0-only
// Read the running state out of the library kernel.

import { constants } from "node:os";
import { NuseError } from "../errors.js";
import { readFile } from "../kernel/files.js";
import type { Task } from "../kernel/task.js";
import { decodeAddress, getAddresses } from "../netlink/address.js";
import { decodeLink, getLinks } from "../netlink/link.js";
import { decodeRoute, getRoutes, ownProtocol } from "../netlink/route.js";
import type { NetlinkSocket } from "../netlink/socket.js";
import type { Route, State } from "../plan/state.js";

const globalScope = 0;

export const sysctlPath = (name: string): string => `/proc/sys/${name}`;

/** The state, as far as the configuration speaks of it; of sysctls those in `names`. */
export async function readState(task: Task, netlink: NetlinkSocket, names: Iterable<string>): Promise<State> {
  const links = await netlink.dump(getLinks(), decodeLink);
  const addresses = await netlink.dump(getAddresses(), decodeAddress);
  const ofIndex = new Map(links.map((link) => [link.index, link.name]));

  const interfaces = links.map(({ index, name, up, mtu }) => ({
    index, name, up, mtu,
    addresses: addresses
      .filter((address) => address.index === index)
      .map(({ prefix, permanent, scope }) => ({ prefix, owned: permanent && scope === globalScope })),
  }));
  return {
    interfaces: new Map(interfaces.map((link) => [link.name, link])),
    routes: await readRoutes(netlink, ofIndex),
    sysctls: await readSysctls(task, names),
  };
}

async function readRoutes(netlink: NetlinkSocket, ofIndex: ReadonlyMap<number, string>): Promise<Route[]> {
  const routes = [
    ...(await netlink.dump(getRoutes(4), decodeRoute)),
    ...(await netlink.dump(getRoutes(6), decodeRoute)),
  ];
  return routes
    .filter(({ protocol }) => protocol === ownProtocol)
    .map(({ to, via, metric, oif }) => ({ to, via, metric, interface: ofIndex.get(oif) }));
}

/** A sysctl that is absent stays absent here, and is refused when it is set. */
async function readSysctls(task: Task, names: Iterable<string>): Promise<Map<string, string>> {
  const values = new Map<string, string>();
  for (const name of names) {
    try {
      values.set(name, (await readFile(task, sysctlPath(name))).trim());
    } catch (error) {
      const absent = error instanceof NuseError && isAbsence(error.errno);
      if (!absent) throw error;
    }
  }
  return values;
}

/** Not there, or there to be written only. */
const isAbsence = (errno: number | undefined): boolean =>
  errno === constants.errno.ENOENT || errno === constants.errno.EACCES;
