// SPDX-License-Identifier: GPL-2.0-only
// What the kernel tells unasked: links, addresses, routes that come and go.

import { constants } from "node:os";
import { NuseError } from "../errors.js";
import { netlink, socket } from "../kernel/syscalls.js";
import type { Task } from "../kernel/task.js";
import { Channel, openSocket } from "./conversation.js";
import type { Decoder } from "./socket.js";

/** Needs a task of its own, for it waits in the kernel nearly always. */
export class NetlinkMonitor {
  readonly #channel: Channel;

  private constructor(channel: Channel) {
    this.#channel = channel;
  }

  /** From now on: nothing is lost between this and the first look at the messages. */
  static async open(task: Task, groups: readonly number[], protocol: number = netlink.route): Promise<NetlinkMonitor> {
    const fd = await openSocket(task, protocol);
    const address = Buffer.alloc(12);
    address.writeUInt16LE(socket.netlink);
    // A socket that has no address of its own counts as the kernel's, who is not told.
    await task.call("bind a netlink socket", "bind", fd, address, address.length);
    for (const group of groups) {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32LE(group);
      await task.call("join a netlink group", "setsockopt", fd, netlink.level, netlink.addMembership, bytes, bytes.length);
    }
    return new NetlinkMonitor(new Channel(task, fd, protocol));
  }

  /**
   * Each message that `decode` knows, without end: closing the task ends it.
   * Throws an overrun when too much happened; it can be asked to go on then.
   */
  async *messages<T>(decode: Decoder<T>): AsyncGenerator<T> {
    for (;;) {
      let messages;
      try {
        messages = await this.#channel.receive("watch the kernel");
      } catch (error) {
        if (isClosed(error)) return;
        throw error;
      }
      // Read out before anybody acts on it: the buffer is the next datagram's.
      const values = [...messages].map(decode).filter((value) => value !== undefined);
      yield* values as T[];
    }
  }
}

const isClosed = (error: unknown): boolean =>
  error instanceof NuseError && (error.errno === constants.errno.ECANCELED || error.errno === constants.errno.EINTR);
