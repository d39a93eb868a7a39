// SPDX-License-Identifier: GPL-2.0-only
// A netlink socket of the library kernel: requests with their verdicts, batches
// of them, dumps.

import { NuseError } from "../errors.js";
import { netlink } from "../kernel/syscalls.js";
import type { Task } from "../kernel/task.js";
import { Batch } from "./batch.js";
import { Channel, Conversation, openSocket } from "./conversation.js";
import type { Message, Request } from "./message.js";

const attempts = 5;

export type Decoder<T> = (message: Message) => T | undefined;

/** One conversation at a time: the callers queue here. */
export class NetlinkSocket {
  readonly #channel: Channel;
  #sequence = 0;
  #busy: Promise<unknown> = Promise.resolve();

  private constructor(channel: Channel) {
    this.#channel = channel;
  }

  static async open(task: Task, protocol: number = netlink.route): Promise<NetlinkSocket> {
    return new NetlinkSocket(new Channel(task, await openSocket(task, protocol), protocol));
  }

  /** Send a request and wait for its acknowledgement; throws what the kernel says. */
  async request(request: Request): Promise<void> {
    await this.ask(request, () => undefined);
  }

  /** Send a request; what the kernel answers besides its verdict. */
  ask<T>(request: Request, decode: Decoder<T>): Promise<T[]> {
    return this.#exclusively(async () => (await this.#list(request, decode)).found);
  }

  /**
   * Send many requests, as many in one system call as make sense; the refusals,
   * in order. Those behind a refused one are carried out all the same.
   */
  batch(requests: Iterable<Request>): Promise<NuseError[]> {
    return this.#exclusively(async () => {
      const batch = new Batch(this.#channel, this.#sequence);
      try {
        return await batch.run(requests);
      } finally {
        this.#sequence = batch.sequence;
      }
    });
  }

  /** Everything a dump request lists, as `decode` reads it. */
  async dump<T>(request: Request, decode: Decoder<T>): Promise<T[]> {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const { found, interrupted } = await this.#exclusively(() => this.#list(request, decode));
      if (!interrupted) return found;
    }
    throw changed(request, ` ${attempts} times`);
  }

  /**
   * The same piece by piece, for lists that are too long to hold: the values of
   * a datagram at a time. Throws at the end when the list changed meanwhile.
   * Nothing else goes through this socket until the last piece is taken.
   */
  async *stream<T>(request: Request, decode: Decoder<T>): AsyncGenerator<T[]> {
    const release = await this.#acquire();
    try {
      const talk = await this.#begin(request);
      try {
        for (let more = true; more; ) {
          const piece: T[] = [];
          more = await talk.next(collect(piece, decode));
          if (piece.length > 0) yield piece;
        }
      } finally {
        await talk.drain();
      }
      if (talk.interrupted) throw changed(request, "");
    } finally {
      release();
    }
  }

  async close(): Promise<void> {
    await this.#exclusively(() => this.#channel.task.tryCall("close", this.#channel.fd));
  }

  #begin(request: Request): Promise<Conversation> {
    this.#sequence = (this.#sequence + 1) >>> 0;
    return Conversation.begin(this.#channel, request, this.#sequence);
  }

  async #list<T>(request: Request, decode: Decoder<T>): Promise<{ found: T[]; interrupted: boolean }> {
    const talk = await this.#begin(request);
    const found: T[] = [];
    try {
      while (await talk.next(collect(found, decode)));
    } finally {
      await talk.drain();
    }
    return { found, interrupted: talk.interrupted };
  }

  async #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const release = await this.#acquire();
    try {
      return await work();
    } finally {
      release();
    }
  }

  /** Wait until the socket is ours; what this gives must be called when it no longer is. */
  async #acquire(): Promise<() => void> {
    const before = this.#busy;
    let release = (): void => undefined;
    this.#busy = new Promise<void>((resolve) => {
      release = resolve;
    });
    await before;
    return release;
  }
}

const collect = <T>(into: T[], decode: Decoder<T>) => (message: Message): void => {
  const value = decode(message);
  if (value !== undefined) into.push(value);
};

const changed = ({ what }: Request, times: string): NuseError =>
  new NuseError("kernel.protocol", `${what}: the list changed while it was read${times}`, { hint: "read it again" });
