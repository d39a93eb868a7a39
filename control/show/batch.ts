// SPDX-License-Identifier: GPL-2.0-only
// The memory of recvmmsg(2): an array of struct mmsghdr, and behind each message
// room for a packet, for where it came from and for what the kernel says of it.

const messages = 32;
const headerSize = 64;
const addressSize = 24;
const controlSize = 96;
/** A tag that the kernel took out of the frame goes in again. */
const tagSize = 4;
const addressesEnd = 12;

const timestampMessage = { level: 1, type: 35 } as const;
const auxiliaryMessage = { level: 263, type: 8 } as const;
const tagIsThere = 0x10;
const tagProtocolIsThere = 0x40;
const vlanProtocol = 0x8100;
const outgoing = 4;

export interface Packet {
  readonly index: number;
  /** ARPHRD_* of the interface. */
  readonly hardware: number;
  readonly outgoing: boolean;
  /** Nanoseconds since 1970. */
  readonly time: bigint;
  /** Before it was cut to the length to keep. */
  readonly length: number;
  readonly bytes: Buffer;
}

export class MessageBatch {
  readonly size = messages;
  /** The array, as the system call's argument. */
  readonly messages = Buffer.alloc(messages * headerSize);
  readonly #snaplen: number;
  readonly #packets: readonly Buffer[];
  readonly #vectors = Buffer.alloc(messages * 16);
  readonly #addresses = Buffer.alloc(messages * addressSize);
  readonly #controls = Buffer.alloc(messages * controlSize);
  readonly #controlsAt: bigint;

  constructor(snaplen: number, addressOf: (bytes: Uint8Array) => bigint) {
    this.#snaplen = snaplen;
    // The first bytes stay free: the addresses move there when a tag goes in behind them.
    this.#packets = Array.from({ length: messages }, () => Buffer.alloc(tagSize + snaplen));
    this.#controlsAt = addressOf(this.#controls);
    const vectorsAt = addressOf(this.#vectors);
    const addressesAt = addressOf(this.#addresses);
    for (const [index, packet] of this.#packets.entries()) {
      this.#vectors.writeBigUInt64LE(addressOf(packet) + BigInt(tagSize), index * 16);
      this.#vectors.writeBigUInt64LE(BigInt(snaplen), index * 16 + 8);
      const header = index * headerSize;
      this.messages.writeBigUInt64LE(addressesAt + BigInt(index * addressSize), header);
      this.messages.writeBigUInt64LE(vectorsAt + BigInt(index * 16), header + 16);
      this.messages.writeBigUInt64LE(1n, header + 24);
      this.messages.writeBigUInt64LE(this.#controlsAt + BigInt(index * controlSize), header + 32);
    }
  }

  /** Before each call: the kernel writes over the lengths. */
  prepare(): void {
    for (let header = 0; header < this.messages.length; header += headerSize) {
      this.messages.writeUInt32LE(addressSize, header + 8);
      this.messages.writeBigUInt64LE(BigInt(controlSize), header + 40);
    }
  }

  /** The packets of a call that gave `count` messages, valid until the next call. */
  read(count: number): Packet[] {
    return Array.from({ length: count }, (_, index) => this.#read(index));
  }

  #read(index: number): Packet {
    const header = index * headerSize;
    const address = index * addressSize;
    const kept = Math.min(this.messages.readUInt32LE(header + 56), this.#snaplen);
    const { time, length, tag } = this.#control(index, Number(this.messages.readBigUInt64LE(header + 40)), kept);
    const bytes = tag === undefined || kept < addressesEnd
      ? this.#packets[index]!.subarray(tagSize, tagSize + kept)
      : putTag(this.#packets[index]!.subarray(0, tagSize + kept), tag);
    return {
      index: this.#addresses.readInt32LE(address + 4),
      hardware: this.#addresses.readUInt16LE(address + 8),
      outgoing: this.#addresses.readUInt8(address + 10) === outgoing,
      time,
      length: Math.max(length, kept) + bytes.length - kept,
      bytes: bytes.subarray(0, this.#snaplen),
    };
  }

  /** What the control messages say: struct timespec, struct tpacket_auxdata. */
  #control(index: number, size: number, kept: number): { time: bigint; length: number; tag: Tag | undefined } {
    const bytes = this.#controls.subarray(index * controlSize, index * controlSize + size);
    let time = 0n;
    let length = kept;
    let tag: Tag | undefined;
    for (let at = 0; at + 16 <= bytes.length; ) {
      const end = at + Number(bytes.readBigUInt64LE(at));
      const [level, type, content] = [bytes.readInt32LE(at + 8), bytes.readInt32LE(at + 12), bytes.subarray(at + 16, end)];
      if (level === timestampMessage.level && type === timestampMessage.type) {
        time = content.readBigInt64LE(0) * 1_000_000_000n + content.readBigInt64LE(8);
      } else if (level === auxiliaryMessage.level && type === auxiliaryMessage.type) {
        length = content.readUInt32LE(4);
        tag = readTag(content);
      }
      if (end <= at + 16) break;
      at = (end + 7) & ~7;
    }
    return { time, length, tag };
  }
}

interface Tag {
  readonly protocol: number;
  readonly control: number;
}

function readTag(auxiliary: Buffer): Tag | undefined {
  const status = auxiliary.readUInt32LE(0);
  if (!(status & tagIsThere)) return undefined;
  return { control: auxiliary.readUInt16LE(16), protocol: status & tagProtocolIsThere ? auxiliary.readUInt16LE(18) : vlanProtocol };
}

/** `room` is a frame with free bytes before it. */
function putTag(room: Buffer, { protocol, control }: Tag): Buffer {
  room.copyWithin(0, tagSize, tagSize + addressesEnd);
  room.writeUInt16BE(protocol, addressesEnd);
  room.writeUInt16BE(control, addressesEnd + 2);
  return room;
}
