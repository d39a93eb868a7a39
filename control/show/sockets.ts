// SPDX-License-Identifier: GPL-2.0-only
// Packet sockets in the kernels that a capture is of.

import type { Addon } from "../engine/addon.js";
import { NetlinkSocket } from "../netlink/socket.js";
import type { OpenSockets } from "./capture.js";
import { interfaceNames } from "./interfaces.js";
import { PacketSocket } from "./packets.js";
import type { Readers } from "./readers.js";

export const openSockets = (addon: Addon, readers: Readers): OpenSockets => async ({ interface: name, worker, snaplen }, filter) => {
  const sockets: PacketSocket[] = [];
  try {
    for (const one of readers.workers(worker)) {
      const socket = await open(one);
      if (socket) sockets.push(socket);
    }
    return sockets;
  } catch (error) {
    sockets.forEach((socket) => socket.close());
    throw error;
  }

  /** undefined: the kernel has no such interface. */
  async function open(one: number): Promise<PacketSocket | undefined> {
    const task = readers.open(one);
    try {
      const netlink = await NetlinkSocket.open(task);
      const names = await interfaceNames(netlink);
      await netlink.close();
      const [index] = name === undefined ? [0] : [...names].find(([, known]) => known === name) ?? [];
      if (index !== undefined) return await PacketSocket.open(task, (bytes) => addon.addressOf(bytes), { worker: one, index, snaplen, filter, names });
    } catch (error) {
      task.close();
      throw error;
    }
    task.close();
    return undefined;
  }
};
