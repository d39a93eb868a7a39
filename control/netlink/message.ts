// SPDX-License-Identifier: GPL-2.0-only
// Netlink messages: the header around every request and answer.

import { NuseError } from "../errors.js";
import { align, Writer } from "./codec/writer.js";
import type { AttributeSet } from "./codec/attributes.js";
import type { Operation } from "./codec/operation.js";
import type { Struct } from "./codec/plain.js";

export const flags = {
  request: 0x1,
  multi: 0x2,
  ack: 0x4,
  dumpInterrupted: 0x10,
  /** Of a request that makes something. */
  replace: 0x100,
  exclusive: 0x200,
  dump: 0x300,
  create: 0x400,
  append: 0x800,
} as const;

/** Message types that belong to netlink itself. */
export const control = { noop: 1, error: 2, done: 3 } as const;

export const headerSize = 16;

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
  /** Names the attribute that the kernel finds fault with. */
  readonly operation?: Operation | undefined;
}

const scratch = new Writer();

/** The payload of a message: a struct, and attributes behind it. */
export function encodePayload<H extends object, A extends object>({ header, attributes }: Operation<H, A>, head: Partial<H>, values: A): Buffer {
  scratch.length = 0;
  header.encode(scratch, head as H);
  scratch.zeros(align(scratch.length) - scratch.length);
  attributes.encode(scratch, values);
  return scratch.take();
}

/** A request that changes something, which the kernel acknowledges. */
export const changing = <H extends object, A extends object>(
  operation: Operation<H, A>, more: number, head: Partial<H>, values: A, what: string,
): Request => ({
  type: operation.request,
  flags: flags.request | flags.ack | more,
  payload: encodePayload(operation, head, values),
  what, operation,
});

/** A request for a list. */
export const listing = <H extends object, A extends object>(
  operation: Operation<H, A>, head: Partial<H>, values: A, what: string,
): Request => ({
  type: operation.request,
  flags: flags.request | flags.dump,
  payload: encodePayload(operation, head, values),
  what, operation,
});

/** The struct at the payload's beginning; what is shorter than that is no message of the kind. */
export function readHeader<H extends object>({ payload }: Message, header: Struct<H>): H {
  if (payload.length < header.size) {
    throw new NuseError("kernel.protocol", `netlink: a ${header.name} of ${payload.length} bytes`);
  }
  return header.decode(payload, 0, header.size);
}

/** The attributes behind that struct. */
export const readAttributes = <A extends object>({ payload }: Message, header: Struct<object>, attributes: AttributeSet<A>): A =>
  attributes.decode(payload, align(header.size), payload.length);

/** Write a message behind what `out` has already. */
export function appendMessage(out: Writer, { type, payload }: Request, flags: number, sequence: number): void {
  const length = headerSize + payload.length;
  const at = out.reserve(headerSize);
  out.setU32(at, length);
  out.setU16(at + 4, type);
  out.setU16(at + 6, flags);
  out.setU32(at + 8, sequence);
  out.setU32(at + 12, 0);
  out.raw(payload);
  out.zeros(align(length) - length);
}

/** One request as the bytes to send. */
export function encodeMessage(request: Request, sequence: number): Buffer {
  scratch.length = 0;
  appendMessage(scratch, request, request.flags, sequence);
  return scratch.take();
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
