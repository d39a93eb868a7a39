// SPDX-License-Identifier: GPL-2.0-only
// A packet socket of a kernel, read in batches.

import { constants } from "node:os";
import type { Task } from "../kernel/task.js";
import { MessageBatch } from "./batch.js";
import type { Packet } from "./batch.js";

export type { Packet } from "./batch.js";

/** Of packets, in the kernel, before it drops and counts them. */
const receiveBuffer = 8 * 1024 * 1024;

const packetFamily = 17;
const raw = 3;
const closeOnExec = 0o2000000;
const allProtocols = 3;

const socketLevel = { number: 1, attachFilter: 26, receiveTimeout: 20, receiveBufferForce: 33, timestamp: 35 } as const;
const packetLevel = { number: 263, statistics: 6, auxiliary: 8 } as const;
const waitForOne = 0x10000;

/** A receive comes back after so long, to see whether it is time to stop. */
const patience = 200;

export interface PacketSocketOptions {
  readonly worker: number;
  /** 0 is every interface. */
  readonly index: number;
  readonly snaplen: number;
  readonly filter: Buffer | undefined;
  /** Names of interfaces at the beginning. */
  readonly names: ReadonlyMap<number, string>;
}

export interface PacketStatistics {
  readonly received: number;
  readonly dropped: number;
}

export class PacketSocket {
  readonly worker: number;
  readonly #task: Task;
  readonly #fd: number;
  readonly #batch: MessageBatch;
  readonly #names: ReadonlyMap<number, string>;
  #stopped = false;

  private constructor(task: Task, fd: number, batch: MessageBatch, { worker, names }: PacketSocketOptions) {
    this.#task = task;
    this.#fd = fd;
    this.#batch = batch;
    this.#names = names;
    this.worker = worker;
  }

  /** The task is the socket's from now on; `addressOf` is the addon's. */
  static async open(task: Task, addressOf: (bytes: Uint8Array) => bigint, options: PacketSocketOptions): Promise<PacketSocket> {
    const { index, filter, snaplen } = options;
    // Of no protocol until it is set up: nothing gets in before the filter.
    const fd = await task.call("open a packet socket", "socket", packetFamily, raw | closeOnExec, 0);
    const set = (level: number, option: number, value: Buffer): Promise<number> =>
      task.call("set an option of a packet socket", "setsockopt", fd, level, option, value, value.length);
    await set(socketLevel.number, socketLevel.receiveBufferForce, u32(receiveBuffer / 2));
    await set(socketLevel.number, socketLevel.timestamp, u32(1));
    await set(socketLevel.number, socketLevel.receiveTimeout, timeval(patience));
    await set(packetLevel.number, packetLevel.auxiliary, u32(1));
    if (filter) {
      const program = Buffer.alloc(16);
      program.writeUInt16LE(filter.length / 8, 0);
      program.writeBigUInt64LE(addressOf(filter), 8);
      await set(socketLevel.number, socketLevel.attachFilter, program);
    }
    const address = Buffer.alloc(20);
    address.writeUInt16LE(packetFamily, 0);
    address.writeUInt16BE(allProtocols, 2);
    address.writeInt32LE(index, 4);
    await task.call("bind a packet socket", "bind", fd, address, address.length);
    return new PacketSocket(task, fd, new MessageBatch(snaplen, addressOf), options);
  }

  name(index: number): string {
    return this.#names.get(index) ?? `interface ${index}`;
  }

  /** Packets, valid until the next call, none when none came for a while; undefined once it was stopped. */
  async receive(): Promise<readonly Packet[] | undefined> {
    if (this.#stopped) return undefined;
    const batch = this.#batch;
    batch.prepare();
    const count = await this.#task.tryCall("recvmmsg", this.#fd, batch.messages, batch.size, waitForOne, null);
    if (count >= 0) return batch.read(count);
    return passing.has(-count) ? [] : undefined;
  }

  /** What was counted since the last call; undefined when the kernel is gone. */
  async statistics(): Promise<PacketStatistics | undefined> {
    const value = Buffer.alloc(8);
    const length = u32(value.length);
    const asked = this.#task.tryCall("getsockopt", this.#fd, packetLevel.number, packetLevel.statistics, value, length);
    if ((await asked) < 0) return undefined;
    return { received: value.readUInt32LE(0), dropped: value.readUInt32LE(4) };
  }

  /** receive() comes to its end. */
  stop(): void {
    this.#stopped = true;
  }

  close(): void {
    this.stop();
    this.#task.close();
  }
}

/** After these there may be packets again: nothing came, or an interface (there may be others) went down. */
const passing = new Set<number>([constants.errno.EAGAIN, constants.errno.ENETDOWN]);

function timeval(milliseconds: number): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeBigInt64LE(BigInt(milliseconds) * 1000n, 8);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

