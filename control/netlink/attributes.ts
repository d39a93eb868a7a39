// SPDX-License-Identifier: GPL-2.0-only
// Netlink attributes by table: a set names each attribute, its number and its
// type, and the types of what is read and written follow from the set.

export type AttributeType =
  | "u8"
  | "u16"
  | "u32"
  | "u64"
  | "string"
  | "binary"
  | "flag"
  | AttributeSet;

export interface AttributeSet {
  readonly [name: string]: readonly [number: number, type: AttributeType];
}

export type AttributeValue<T extends AttributeType> = T extends "u8" | "u16" | "u32"
  ? number
  : T extends "u64"
    ? bigint
    : T extends "string"
      ? string
      : T extends "binary"
        ? Uint8Array
        : T extends "flag"
          ? true
          : T extends AttributeSet
            ? Attributes<T>
            : never;

export type Attributes<S extends AttributeSet> = {
  readonly [Name in keyof S]?: AttributeValue<S[Name][1]> | undefined;
};

const headerSize = 4;
const nested = 0x8000;
const typeMask = 0x3fff;

export const align = (length: number): number => (length + 3) & ~3;

/** The attributes of `values`, in the order in which they stand there. */
export function encodeAttributes<S extends AttributeSet>(set: S, values: Attributes<S>): Buffer {
  const parts: Buffer[] = [];
  for (const [name, value] of Object.entries(values)) {
    const entry = set[name];
    if (value === undefined || entry === undefined) continue;
    const [number, type] = entry;
    const payload = encodeValue(type, value);
    const header = Buffer.alloc(headerSize);
    header.writeUInt16LE(headerSize + payload.length, 0);
    header.writeUInt16LE(typeof type === "object" ? number | nested : number, 2);
    parts.push(header, payload, Buffer.alloc(align(payload.length) - payload.length));
  }
  return Buffer.concat(parts);
}

function encodeValue(type: AttributeType, value: unknown): Buffer {
  if (typeof type === "object") return encodeAttributes(type, value as Attributes<AttributeSet>);
  switch (type) {
    case "u8":
      return Buffer.from([Number(value)]);
    case "u16": {
      const bytes = Buffer.alloc(2);
      bytes.writeUInt16LE(Number(value));
      return bytes;
    }
    case "u32": {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32LE(Number(value));
      return bytes;
    }
    case "u64": {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64LE(value as bigint);
      return bytes;
    }
    case "string":
      return Buffer.from(`${String(value)}\0`);
    case "binary":
      return Buffer.from(value as Uint8Array);
    case "flag":
      return Buffer.alloc(0);
  }
}

/** The attributes in `bytes` that `set` knows; the others are passed over. */
export function decodeAttributes<S extends AttributeSet>(set: S, bytes: Buffer): Attributes<S> {
  const names = namesOf(set);
  const values: Record<string, unknown> = {};
  for (let offset = 0; offset + headerSize <= bytes.length; ) {
    const length = bytes.readUInt16LE(offset);
    if (length < headerSize || offset + length > bytes.length) break;
    const name = names.get(bytes.readUInt16LE(offset + 2) & typeMask);
    if (name !== undefined) {
      values[name] = decodeValue(set[name]![1], bytes.subarray(offset + headerSize, offset + length));
    }
    offset += align(length);
  }
  return values as Attributes<S>;
}

function decodeValue(type: AttributeType, payload: Buffer): unknown {
  if (typeof type === "object") return decodeAttributes(type, payload);
  switch (type) {
    case "u8":
      return payload.readUInt8();
    case "u16":
      return payload.readUInt16LE();
    case "u32":
      return payload.readUInt32LE();
    case "u64":
      return payload.readBigUInt64LE();
    case "string":
      return payload.subarray(0, payload.indexOf(0) < 0 ? payload.length : payload.indexOf(0)).toString();
    case "binary":
      return Uint8Array.from(payload);
    case "flag":
      return true;
  }
}

const nameTables = new WeakMap<AttributeSet, Map<number, string>>();

function namesOf(set: AttributeSet): Map<number, string> {
  let names = nameTables.get(set);
  if (!names) {
    names = new Map(Object.entries(set).map(([name, [number]]) => [number, name]));
    nameTables.set(set, names);
  }
  return names;
}
