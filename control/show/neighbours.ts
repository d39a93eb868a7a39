// SPDX-License-Identifier: GPL-2.0-only

import type { Neighbour } from "../api/schema/tables.js";
import { decodeNeighbour, getNeighbours } from "../netlink/neighbour.js";
import type { NetlinkSocket } from "../netlink/socket.js";
import { interfaceNames } from "./interfaces.js";

/** What needs no neighbour (multicast, loopback) is left out. */
export async function readNeighbours(socket: NetlinkSocket): Promise<Neighbour[]> {
  const names = await interfaceNames(socket);
  const found = [...(await socket.dump(getNeighbours(4), decodeNeighbour)), ...(await socket.dump(getNeighbours(6), decodeNeighbour))];
  return found
    .filter(({ state }) => state !== "noarp")
    .map(({ address, index, mac, state = "none" }) => ({
      address: address.text, interface: names.get(index) ?? String(index), state, ...(mac !== undefined && { mac }),
    }));
}
