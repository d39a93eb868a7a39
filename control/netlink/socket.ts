// SPDX-License-Identifier: GPL-2.0-only
// A netlink socket of the library kernel: requests with their verdicts, dumps.

import { NuseError } from "../errors.js";
import { message as messageFlags, netlink, socket } from "../kernel/syscalls.js";
import { errnoName } from "../kernel/task.js";
import type { Task } from "../kernel/task.js";
import { control, decodeMessages, decodeVerdict, encodeMessage, flags } from "./message.js";
import type { Message, Request, Verdict } from "./message.js";

const receiveSize = 65536;
const attempts = 5;

/** One conversation at a time: the callers queue here. */
export class NetlinkSocket {
  readonly #task: Task;
  readonly #fd: number;
  readonly #buffer = Buffer.alloc(receiveSize);
  #sequence = 0;
  #busy: Promise<unknown> = Promise.resolve();

  private constructor(task: Task, fd: number) {
    this.#task = task;
    this.#fd = fd;
  }

  static async open(task: Task, protocol: number = netlink.route): Promise<NetlinkSocket> {
    const fd = await task.call(
      "open a netlink socket", "socket", socket.netlink, socket.raw | socket.closeOnExec, protocol,
    );
    const one = Buffer.from([1, 0, 0, 0]);
    for (const option of [netlink.capAck, netlink.extendedAck]) {
      await task.call("set a netlink option", "setsockopt", fd, netlink.level, option, one, one.length);
    }
    return new NetlinkSocket(task, fd);
  }

  /** Send a request and wait for its acknowledgement; throws what the kernel says. */
  request(request: Request): Promise<void> {
    return this.#exclusively(async () => {
      for await (const _ of this.#converse(request)) {
        // requests that change something have no other answer
      }
    });
  }

  /** Everything a dump request lists, as `decode` reads it. */
  dump<T>(request: Request, decode: (message: Message) => T | undefined): Promise<T[]> {
    return this.#exclusively(async () => {
      for (let attempt = 0; attempt < attempts; attempt++) {
        const found: T[] = [];
        let interrupted = false;
        for await (const message of this.#converse(request)) {
          interrupted ||= (message.flags & flags.dumpInterrupted) !== 0;
          const value = decode(message);
          if (value !== undefined) found.push(value);
        }
        if (!interrupted) return found;
      }
      throw new NuseError("kernel.protocol", `${request.what}: the list changed while it was read, ${attempts} times`);
    });
  }

  async close(): Promise<void> {
    await this.#exclusively(() => this.#task.tryCall("close", this.#fd));
  }

  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#busy.then(work, work);
    this.#busy = mine.catch(() => undefined);
    return mine;
  }

  async *#converse(request: Request): AsyncGenerator<Message> {
    const sequence = ++this.#sequence;
    const bytes = encodeMessage({ ...request, sequence });
    await this.#task.call(request.what, "sendto", this.#fd, bytes, bytes.length, 0, null, 0);
    for (;;) {
      for (const message of decodeMessages(await this.#receive(request))) {
        if (message.sequence !== sequence || message.type === control.noop) continue;
        if (message.type === control.error || message.type === control.done) {
          refuse(request, decodeVerdict(message));
          return;
        }
        yield message;
      }
    }
  }

  /** One datagram, valid until the next; a netlink dump never exceeds 32 KiB. */
  async #receive(request: Request): Promise<Buffer> {
    const buffer = this.#buffer;
    const length = await this.#task.call(
      request.what, "recvfrom", this.#fd, buffer, buffer.length, messageFlags.truncated, null, null,
    );
    if (length > buffer.length) {
      throw new NuseError("kernel.protocol", `${request.what}: a netlink datagram of ${length} bytes`);
    }
    return buffer.subarray(0, length);
  }
}

function refuse({ what }: Request, { errno, text }: Verdict): void {
  if (errno === 0) return;
  const words = text === undefined ? "" : ` (${text})`;
  throw new NuseError("kernel.refused", `the kernel refuses to ${what}: ${errnoName(errno)}${words}`, { errno });
}
