// SPDX-License-Identifier: GPL-2.0-only
// One worker's kernel, as the sections that configure it see it.

import { NuseError } from "../errors.js";
import type { NetlinkSocket } from "../netlink/socket.js";
import type { Task } from "./task.js";

export class Kernel {
  readonly worker: number;
  readonly task: Task;
  readonly netlink: NetlinkSocket;
  #indexes: ReadonlyMap<string, number> = new Map();
  #names: ReadonlyMap<number, string> = new Map();
  /** What each sysctl was before the configuration first set it. */
  readonly originals = new Map<string, string>();

  constructor(worker: number, task: Task, netlink: NetlinkSocket) {
    this.worker = worker;
    this.task = task;
    this.netlink = netlink;
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

  name(index: number): string | undefined {
    return this.#names.get(index);
  }
}
