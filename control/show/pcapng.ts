// SPDX-License-Identifier: GPL-2.0-only
// The pcapng format: a section, an interface block for each interface of each
// worker when its first packet comes, packets, statistics at the end.

import { hostname } from "node:os";
import type { Packet } from "./batch.js";
import type { PacketStatistics } from "./packets.js";

const block = { section: 0x0a0d0d0a, interface: 1, statistics: 5, packet: 6 } as const;
const byteOrder = 0x1a2b3c4d;
const linkType = { ethernet: 1, raw: 101 } as const;
const hardware = { ethernet: 1, loopback: 772 } as const;
const nanoseconds = 9;

/** Whose packets these are. */
export interface PacketOrigin {
  readonly worker: number;
  name(index: number): string;
}

const pad = (length: number): number => (length + 3) & ~3;

function option(code: number, value: Buffer): Buffer {
  const bytes = Buffer.alloc(4 + pad(value.length));
  bytes.writeUInt16LE(code, 0);
  bytes.writeUInt16LE(value.length, 2);
  value.copy(bytes, 4);
  return bytes;
}

const endOfOptions = Buffer.alloc(4);

function wrap(type: number, ...parts: readonly Buffer[]): Buffer {
  const length = 12 + parts.reduce((sum, part) => sum + part.length, 0);
  const head = Buffer.alloc(8);
  head.writeUInt32LE(type, 0);
  head.writeUInt32LE(length, 4);
  return Buffer.concat([head, ...parts, head.subarray(4)]);
}

function u64(value: number | bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

/** The two halves of a time, the upper first. */
function timestamp(bytes: Buffer, offset: number, time: bigint): void {
  bytes.writeUInt32LE(Number(time >> 32n), offset);
  bytes.writeUInt32LE(Number(time & 0xffffffffn), offset + 4);
}

export class PcapngWriter {
  readonly #snaplen: number;
  readonly #interfaces = new Map<string, number>();

  constructor(snaplen: number) {
    this.#snaplen = snaplen;
  }

  begin(): Buffer {
    const head = Buffer.alloc(16);
    head.writeUInt32LE(byteOrder, 0);
    head.writeUInt16LE(1, 4);
    head.writeBigInt64LE(-1n, 8);
    return wrap(block.section, head, option(4, Buffer.from("nused")), option(2, Buffer.from(hostname())), endOfOptions);
  }

  packets(origin: PacketOrigin, packets: readonly Packet[]): Buffer {
    return Buffer.concat(packets.flatMap((packet) => this.#packet(origin, packet)));
  }

  /** What a worker's socket has counted, at its first interface; nothing when it had no packet. */
  statistics({ worker }: PacketOrigin, found: PacketStatistics | undefined): Buffer {
    const key = [...this.#interfaces.keys()].find((name) => name.startsWith(`${worker} `));
    if (key === undefined || !found) return Buffer.alloc(0);
    const head = Buffer.alloc(12);
    head.writeUInt32LE(this.#interfaces.get(key)!, 0);
    timestamp(head, 4, BigInt(Date.now()) * 1_000_000n);
    return wrap(block.statistics, head, option(4, u64(found.received)), option(5, u64(found.dropped)), endOfOptions);
  }

  #packet(origin: PacketOrigin, packet: Packet): Buffer[] {
    const { outgoing, time, length, bytes } = packet;
    const key = `${origin.worker} ${packet.index}`;
    const before: Buffer[] = [];
    let number = this.#interfaces.get(key);
    if (number === undefined) {
      number = this.#interfaces.size;
      this.#interfaces.set(key, number);
      before.push(this.#interface(origin, packet));
    }
    const head = Buffer.alloc(20);
    head.writeUInt32LE(number, 0);
    timestamp(head, 4, time);
    head.writeUInt32LE(bytes.length, 12);
    head.writeUInt32LE(length, 16);
    const padding = Buffer.alloc(pad(bytes.length) - bytes.length);
    return [...before, wrap(block.packet, head, bytes, padding, option(2, Buffer.from([outgoing ? 2 : 1, 0, 0, 0])), endOfOptions)];
  }

  #interface(origin: PacketOrigin, { index, hardware: type }: Packet): Buffer {
    const ethernet = type === hardware.ethernet || type === hardware.loopback;
    const head = Buffer.alloc(8);
    head.writeUInt16LE(ethernet ? linkType.ethernet : linkType.raw, 0);
    head.writeUInt32LE(this.#snaplen, 4);
    return wrap(
      block.interface, head,
      option(2, Buffer.from(origin.name(index))), option(3, Buffer.from(`worker ${origin.worker}`)), option(9, Buffer.from([nanoseconds])), endOfOptions,
    );
  }
}
