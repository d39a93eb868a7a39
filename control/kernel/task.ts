// SPDX-License-Identifier: GPL-2.0-only
// A task of the library kernel that makes system calls for the control plane.

import { constants } from "node:os";
import type { CallArgument, NativeClient } from "../engine/addon.js";
import { NuseError } from "../errors.js";
import { nr } from "./syscalls.js";

const errnoNames = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]));

/** "EPERM", or the number if it has no name. */
export const errnoName = (errno: number): string => errnoNames.get(errno) ?? `errno ${errno}`;

/** Zero-terminated, as the kernel wants its paths. */
export const cString = (text: string): Buffer => Buffer.from(`${text}\0`);

export class Task {
  readonly #client: NativeClient;

  constructor(client: NativeClient) {
    this.#client = client;
  }

  /** A system call; its result, or a negative errno number. */
  tryCall(name: keyof typeof nr, ...args: CallArgument[]): Promise<number> {
    return this.#client.call(nr[name], ...args);
  }

  /** A system call that must succeed; `what` is for the error. */
  async call(what: string, name: keyof typeof nr, ...args: CallArgument[]): Promise<number> {
    const result = await this.tryCall(name, ...args);
    if (result < 0) {
      throw new NuseError("kernel.call", `${what}: ${errnoName(-result)}`, {
        place: { at: `${name}()` },
        errno: -result,
      });
    }
    return result;
  }

  close(): void {
    this.#client.close();
  }
}
