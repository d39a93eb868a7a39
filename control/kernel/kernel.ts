// SPDX-License-Identifier: GPL-2.0-only
// One worker's kernel, as the sections that configure it see it.

import { NuseError } from "../errors.js";
import type { Nft } from "../firewall/nft.js";
import { NetlinkSocket } from "../netlink/socket.js";
import { netlink } from "./syscalls.js";
import type { Task } from "./task.js";

export class Kernel {
  readonly worker: number;
  readonly task: Task;
  readonly netlink: NetlinkSocket;
  readonly nft: Nft;
  #indexes: Map<string, number> = new Map();
  #names: Map<number, string> = new Map();
  #generic: Promise<NetlinkSocket> | undefined;
  /** What each sysctl was before the configuration first set it. */
  readonly originals = new Map<string, string>();
  /** What MTUs and link-layer addresses were before, by the name of the link. */
  readonly linkOriginals = new Map<string, { mtu?: number | undefined; mac?: string | undefined }>();

  constructor(worker: number, task: Task, netlink: NetlinkSocket, nft: Nft) {
    this.worker = worker;
    this.task = task;
    this.netlink = netlink;
    this.nft = nft;
  }

  /** Its interfaces, told by whoever has just read them. */
  knowLinks(links: readonly { readonly index: number; readonly name: string }[]): void {
    this.#indexes = new Map(links.map(({ index, name }) => [name, index]));
    this.#names = new Map(links.map(({ index, name }) => [index, name]));
  }

  /** Index of an interface, or an error of the user's. */
  index(name: string): number {
    const index = this.#indexes.get(name);
    if (index === undefined) throw new NuseError("kernel.refused", `the instance has no interface ${name}`);
    return index;
  }

  hasLink(name: string): boolean {
    return this.#indexes.has(name);
  }

  /** The index that a link which is about to be made will have. */
  reserveIndex(name: string): number {
    const index = Math.max(0, ...this.#names.keys()) + 1;
    this.#indexes.set(name, index);
    this.#names.set(index, name);
    return index;
  }

  /** The socket for families of generic netlink. */
  generic(): Promise<NetlinkSocket> {
    this.#generic ??= NetlinkSocket.open(this.task, netlink.generic);
    return this.#generic;
  }

  name(index: number): string | undefined {
    return this.#names.get(index);
  }
}
