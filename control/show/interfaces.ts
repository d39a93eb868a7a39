// SPDX-License-Identifier: GPL-2.0-only

import type { Interface, InterfaceStats } from "../api/schema/tables.js";
import { formatPrefix } from "../net/address.js";
import { decodeAddress, getAddresses } from "../netlink/address.js";
import { decodeLink, getLinks } from "../netlink/link.js";
import type { NetlinkSocket } from "../netlink/socket.js";

/** Names of the kernel's interfaces, by index. */
export async function interfaceNames(socket: NetlinkSocket): Promise<Map<number, string>> {
  return new Map((await socket.dump(getLinks(), decodeLink)).map(({ index, name }) => [index, name]));
}

/** Interfaces with their addresses; those of `ports` are ports. */
export async function readInterfaces(socket: NetlinkSocket, ports: ReadonlySet<string>): Promise<Interface[]> {
  const links = await socket.dump(getLinks(), decodeLink);
  const names = new Map(links.map(({ index, name }) => [index, name]));
  const addresses = new Map<number, string[]>();
  for (const { index, prefix } of await socket.dump(getAddresses(), decodeAddress)) {
    addresses.set(index, [...(addresses.get(index) ?? []), formatPrefix(prefix)]);
  }
  return links.map(({ index, name, kind, up, carrier, mtu, mac, master, stats }) => ({
    index, name, up, carrier, mtu, stats,
    kind: kind ?? (ports.has(name) ? "port" : name === "lo" ? "loopback" : "other"),
    ...(mac !== undefined && { mac }),
    ...(master !== undefined && { master: names.get(master) ?? String(master) }),
    addresses: addresses.get(index) ?? [],
  }));
}

/** The first kernel's interfaces, with what the others counted added. */
export function sumInterfaces([first = [], ...others]: readonly (readonly Interface[])[]): Interface[] {
  return first.map((one) => {
    const siblings = others.flatMap((list) => list.find(({ name }) => name === one.name) ?? []);
    return { ...one, stats: siblings.reduce((sum, { stats }) => add(sum, stats), one.stats) };
  });
}

function add(a: InterfaceStats, b: InterfaceStats): InterfaceStats {
  const names = Object.keys(a) as (keyof InterfaceStats)[];
  return Object.fromEntries(names.map((name) => [name, a[name] + b[name]])) as InterfaceStats;
}
