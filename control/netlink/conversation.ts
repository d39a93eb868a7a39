// SPDX-License-Identifier: GPL-2.0-only
// One request and all that the kernel answers to it.

import { NuseError } from "../errors.js";
import { message as messageFlags, netlink, socket } from "../kernel/syscalls.js";
import type { Task } from "../kernel/task.js";
import { Breath } from "./breath.js";
import { control, decodeMessages, encodeMessage, flags } from "./message.js";
import type { Message, Request } from "./message.js";
import { countRefusal } from "./refusals.js";
import { decodeVerdict, refusal } from "./verdict.js";
import type { Verdict } from "./verdict.js";

/** No datagram is longer: the kernel fills at most 32 KiB of a dump. */
const receiveSize = 65536;
/** Bytes of answers that can wait in the socket, so that none of a batch's is lost. */
const receiveBuffer = 4 << 20;

/** A socket that tells why it refuses, and dumps only what is asked for. */
export async function openSocket(task: Task, protocol: number): Promise<number> {
  const fd = await task.call(
    "open a netlink socket", "socket", socket.netlink, socket.raw | socket.closeOnExec, protocol,
  );
  const set = (level: number, option: number, value: number): Promise<number> => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32LE(value);
    return task.call("set a netlink option", "setsockopt", fd, level, option, bytes, bytes.length);
  };
  for (const option of [netlink.capAck, netlink.extendedAck, netlink.strictCheck]) await set(netlink.level, option, 1);
  await set(socket.level, socket.receiveBufferForce, receiveBuffer);
  return fd;
}

/** The socket of a task with the buffer that its datagrams are read into. */
export class Channel {
  readonly task: Task;
  readonly fd: number;
  readonly #protocol: number;
  readonly #buffer = Buffer.alloc(receiveSize);

  constructor(task: Task, fd: number, protocol: number) {
    this.task = task;
    this.fd = fd;
    this.#protocol = protocol;
  }

  async send(bytes: Buffer, what: string): Promise<void> {
    await this.task.call(what, "sendto", this.fd, bytes, bytes.length, 0, null, 0);
  }

  /** The messages of one datagram, valid until the next is read. */
  async receive(what: string): Promise<Iterable<Message>> {
    const buffer = this.#buffer;
    const length = await this.task.call(
      what, "recvfrom", this.fd, buffer, buffer.length, messageFlags.truncated, null, null,
    );
    if (length > buffer.length) throw new NuseError("kernel.protocol", `${what}: a netlink datagram of ${length} bytes`);
    return decodeMessages(buffer.subarray(0, length));
  }

  /** The error of a request that the kernel refused, which is counted. */
  refused(request: Request, verdict: Verdict): NuseError {
    countRefusal(this.#protocol, verdict.errno);
    return refusal(request, verdict);
  }
}

export class Conversation {
  readonly #channel: Channel;
  readonly #request: Request;
  readonly #sequence: number;
  readonly #breath = new Breath();
  #over = false;
  /** A list that changed while the kernel listed it. */
  interrupted = false;

  private constructor(channel: Channel, request: Request, sequence: number) {
    this.#channel = channel;
    this.#request = request;
    this.#sequence = sequence;
  }

  static async begin(channel: Channel, request: Request, sequence: number): Promise<Conversation> {
    await channel.send(encodeMessage(request, sequence), request.what);
    return new Conversation(channel, request, sequence);
  }

  /** The answers of one more datagram, each given to `see`; false when there are no more. Throws a refusal. */
  async next(see: (message: Message) => void): Promise<boolean> {
    if (this.#over) return false;
    await this.#breath.take();
    let fault: unknown;
    for (const message of await this.#channel.receive(this.#request.what)) {
      if (message.sequence !== this.#sequence || message.type === control.noop) continue;
      this.interrupted ||= (message.flags & flags.dumpInterrupted) !== 0;
      if (message.type === control.error || message.type === control.done) {
        this.#over = true;
        const verdict = decodeVerdict(message, this.#request);
        if (verdict.errno !== 0) throw this.#channel.refused(this.#request, verdict);
        break;
      }
      try {
        see(message);
      } catch (error) {
        fault ??= error; // not before the end of the answers is seen, if it is in this datagram
      }
    }
    if (fault !== undefined) throw fault;
    return true;
  }

  /** Hear the rest: a dump that is not read to its end bars the way to the next. */
  async drain(): Promise<void> {
    while (await this.next(() => undefined));
  }
}
