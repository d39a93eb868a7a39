// SPDX-License-Identifier: GPL-2.0-only
// Netlink messages: the header around every request and answer.

import { NuseError } from "../errors.js";
import { align, decodeAttributes } from "./attributes.js";

export const flags = {
  request: 0x1,
  multi: 0x2,
  ack: 0x4,
  dumpInterrupted: 0x10,
  replace: 0x100,
  dump: 0x300,
  create: 0x400,
} as const;

/** Message types that belong to netlink itself. */
export const control = { noop: 1, error: 2, done: 3 } as const;

const headerSize = 16;
const capped = 0x100;
const hasExtendedAck = 0x200;

export interface Message {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  readonly payload: Buffer;
}

/** A request: what to send, and what to call it when the kernel refuses it. */
export interface Request {
  readonly type: number;
  readonly flags: number;
  readonly payload: Buffer;
  readonly what: string;
}

export function encodeMessage({ type, flags, sequence, payload }: Message): Buffer {
  const bytes = Buffer.alloc(headerSize + align(payload.length));
  bytes.writeUInt32LE(headerSize + payload.length, 0);
  bytes.writeUInt16LE(type, 4);
  bytes.writeUInt16LE(flags, 6);
  bytes.writeUInt32LE(sequence, 8);
  payload.copy(bytes, headerSize);
  return bytes;
}

/** The messages of one datagram. */
export function* decodeMessages(bytes: Buffer): Generator<Message> {
  for (let offset = 0; offset + headerSize <= bytes.length; ) {
    const length = bytes.readUInt32LE(offset);
    if (length < headerSize || offset + length > bytes.length) {
      throw new NuseError("kernel.protocol", `a netlink message of impossible length ${length}`);
    }
    yield {
      type: bytes.readUInt16LE(offset + 4),
      flags: bytes.readUInt16LE(offset + 6),
      sequence: bytes.readUInt32LE(offset + 8),
      payload: bytes.subarray(offset + headerSize, offset + length),
    };
    offset += align(length);
  }
}

export interface Verdict {
  /** 0, or a positive errno number. */
  readonly errno: number;
  /** The kernel's own words (extended ack). */
  readonly text: string | undefined;
}

const ackAttributes = { message: [1, "string"], offset: [2, "u32"] } as const;

/** What an error, ack or done message says. */
export function decodeVerdict(message: Message): Verdict {
  const { payload, type } = message;
  if (payload.length < 4) return { errno: 0, text: undefined };
  const errno = -payload.readInt32LE(0);
  if (!(message.flags & hasExtendedAck)) return { errno, text: undefined };
  const { message: text } = decodeAttributes(ackAttributes, payload.subarray(extendedAckOffset(message, type)));
  return { errno, text };
}

/** The attributes stand behind the copy of the request, or of its header only. */
function extendedAckOffset({ payload, flags }: Message, type: number): number {
  if (type === control.done) return 4;
  return (flags & capped) !== 0 ? 4 + headerSize : 4 + align(payload.readUInt32LE(4));
}
