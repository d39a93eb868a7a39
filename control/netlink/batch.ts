// SPDX-License-Identifier: GPL-2.0-only
// Many requests in few system calls: what makes a full routing table quick.

import type { NuseError } from "../errors.js";
import { Breath } from "./breath.js";
import { Writer } from "./codec/writer.js";
import type { Channel } from "./conversation.js";
import { appendMessage, control, flags } from "./message.js";
import type { Request } from "./message.js";
import { decodeVerdict } from "./verdict.js";

/**
 * Bytes that go to the kernel in one go. It works them off without looking at a
 * packet, so more would be quicker but for the packets.
 */
const loadSize = 16384;

/** Messages in one buffer, told apart by sequence numbers that follow each other. */
class Load {
  readonly out = new Writer(2 * loadSize);
  readonly requests: Request[] = [];
  first = 0;

  begin(first: number): void {
    this.first = first;
    this.out.length = 0;
    this.requests.length = 0;
  }

  /** Only refusals are answered, and the last message, whose answer means that all are done. */
  add(request: Request, last: boolean): void {
    const asked = last ? request.flags | flags.ack : request.flags & ~flags.ack;
    appendMessage(this.out, request, asked, (this.first + this.requests.length) >>> 0);
    this.requests.push(request);
  }
}

/** While the kernel works on one load, the next is filled. */
export class Batch {
  readonly #channel: Channel;
  readonly #refused: NuseError[] = [];
  #filling = new Load();
  #spare = new Load();
  #delivery: Promise<void> = Promise.resolve();
  /** The last number that was used. */
  sequence: number;

  constructor(channel: Channel, sequence: number) {
    this.#channel = channel;
    this.sequence = sequence;
  }

  async run(requests: Iterable<Request>): Promise<NuseError[]> {
    const breath = new Breath();
    this.#filling.begin(this.sequence + 1);
    let waiting: Request | undefined;
    try {
      for (const request of requests) {
        if (waiting) {
          const full = this.#filling.out.length + waiting.payload.length >= loadSize;
          this.#filling.add(waiting, full);
          if (full) await this.#flush(breath);
        }
        waiting = request;
      }
      if (waiting) {
        this.#filling.add(waiting, true);
        await this.#flush(breath);
      }
    } finally {
      await this.#delivery;
    }
    return this.#refused;
  }

  async #flush(breath: Breath): Promise<void> {
    await this.#delivery;
    const full = this.#filling;
    this.sequence = (this.sequence + full.requests.length) >>> 0;
    this.#filling = this.#spare;
    this.#spare = full;
    this.#filling.begin(this.sequence + 1);
    this.#delivery = this.#deliver(full);
    this.#delivery.catch(() => undefined); // whoever waits for it next sees it fail
    await breath.take();
  }

  async #deliver({ out, requests, first }: Load): Promise<void> {
    const what = requests.length === 1 ? requests[0]!.what : `${requests[0]!.what} and ${requests.length - 1} more`;
    await this.#channel.send(out.bytes.subarray(0, out.length), what);
    for (let over = false; !over; ) {
      for (const message of await this.#channel.receive(what)) {
        const index = (message.sequence - first) >>> 0;
        const request = requests[index];
        if (!request || message.type !== control.error) continue;
        const verdict = decodeVerdict(message, request);
        if (verdict.errno !== 0) this.#refused.push(this.#channel.refused(request, verdict));
        over ||= index === requests.length - 1;
      }
    }
  }
}
