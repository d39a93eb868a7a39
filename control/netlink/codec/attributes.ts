// SPDX-License-Identifier: GPL-2.0-only
// Sets of attributes by table. The generated tables say what there is; each is
// compiled to look-ups by name and by number when it is first used.

import { malformed, within } from "./codec.js";
import type { Codec, Scope } from "./codec.js";
import { align } from "./writer.js";
import type { Writer } from "./writer.js";

const headerSize = 4;
const typeMask = 0x3fff;

/** What an entry may be besides its number and its codec. */
export const nested = 1;
/** The attribute stands there once a value. */
export const multi = 2;
/** Its format depends on other attributes, so it is read after them. */
export const selected = 4;

const nestedFlag = 0x8000;

export type Entry = readonly [number: number, codec: Codec<unknown>, traits?: number];
export type Table = Readonly<Record<string, Entry>>;

interface Compiled {
  readonly name: string;
  readonly number: number;
  readonly type: number;
  readonly codec: Codec<unknown>;
  readonly multi: boolean;
  readonly selected: boolean;
}

function compile([name, [number, codec, traits = 0]]: [string, Entry]): Compiled {
  return {
    name, number, codec,
    type: (traits & nested) !== 0 ? number | nestedFlag : number,
    multi: (traits & multi) !== 0,
    selected: (traits & selected) !== 0,
  };
}

/** Values of type T as attributes; those that the table does not know are passed over. */
export class AttributeSet<T extends object> implements Codec<T> {
  readonly name: string;
  readonly #make: () => Table;
  #names: Map<string, Compiled> | undefined;
  #numbers: (Compiled | undefined)[] = [];

  /** `make` is called when the set is first used: sets may contain each other. */
  constructor(name: string, make: () => Table) {
    this.name = name;
    this.#make = make;
  }

  /** The table, for those who look at it whole. */
  table(): Table {
    return this.#make();
  }

  /** The same set reading and writing only some attributes, for speed. */
  pick<K extends keyof T & string>(...names: K[]): AttributeSet<Pick<T, K>> {
    return new AttributeSet(this.name, () => {
      const table = this.#make();
      return Object.fromEntries(names.map((name) => [name, table[name]!]));
    });
  }

  #compiled(): Map<string, Compiled> {
    if (!this.#names) {
      const entries = Object.entries(this.#make()).map(compile);
      this.#names = new Map(entries.map((entry) => [entry.name, entry]));
      for (const entry of entries) this.#numbers[entry.number] = entry;
    }
    return this.#names;
  }

  /** In the order in which the values stand in the object. */
  encode(out: Writer, values: T, scope?: Scope): void {
    const names = this.#names ?? this.#compiled();
    const given = values as Record<string, unknown>;
    let inner: Scope | undefined;
    for (const name in given) {
      const value = given[name];
      if (value === undefined) continue;
      const entry = names.get(name);
      if (!entry) throw malformed(`${this.name} has no attribute ${name}`);
      inner ??= within(given, scope);
      if (entry.multi) {
        for (const single of value as readonly unknown[]) encodeOne(out, entry, single, inner);
      } else {
        encodeOne(out, entry, value, inner);
      }
    }
  }

  decode(bytes: Buffer, start: number, end: number, scope?: Scope): T {
    if (!this.#names) this.#compiled();
    const numbers = this.#numbers;
    const values: Record<string, unknown> = {};
    const inner = within(values, scope);
    let later: [Compiled, number, number][] | undefined;
    for (let at = start; at + headerSize <= end; ) {
      const length = bytes[at]! | (bytes[at + 1]! << 8);
      if (length < headerSize || at + length > end) throw malformed(`${this.name}: an attribute of impossible length ${length}`);
      const entry = numbers[(bytes[at + 2]! | (bytes[at + 3]! << 8)) & typeMask];
      if (entry) {
        if (entry.selected) (later ??= []).push([entry, at + headerSize, at + length]);
        else if (entry.multi) {
          const list = (values[entry.name] ??= []) as unknown[];
          list.push(entry.codec.decode(bytes, at + headerSize, at + length, inner));
        } else values[entry.name] = entry.codec.decode(bytes, at + headerSize, at + length, inner);
      }
      at += align(length);
    }
    for (const [entry, from, to] of later ?? []) values[entry.name] = entry.codec.decode(bytes, from, to, inner);
    return values as T;
  }

  locate(bytes: Buffer, start: number, end: number, offset: number, scope?: Scope): string | undefined {
    const names = this.#compiled();
    for (let at = start; at + headerSize <= end; ) {
      const length = Math.max(headerSize, bytes.readUInt16LE(at));
      if (offset < at + length) {
        const number = bytes.readUInt16LE(at + 2) & typeMask;
        const entry = this.#numbers[number];
        if (!entry) return `attribute ${number}`;
        if (offset < at + headerSize) return entry.name;
        const inner = within(this.#selectors(names, bytes, start, end), scope);
        const deeper = entry.codec.locate?.(bytes, at + headerSize, at + length, offset, inner);
        return deeper === undefined ? entry.name : `${entry.name}.${deeper}`;
      }
      at += align(length);
    }
    return undefined;
  }

  /** The name of attribute `number`. */
  nameOf(number: number): string | undefined {
    this.#compiled();
    return this.#numbers[number]?.name;
  }

  /** Enough of the values to choose formats by. */
  #selectors(names: Map<string, Compiled>, bytes: Buffer, start: number, end: number): Record<string, unknown> {
    const plain = [...names.values()].filter(({ codec }) => codec.locate === undefined);
    const set = new AttributeSet(this.name, () => Object.fromEntries(plain.map(({ name, number, codec }) => [name, [number, codec]])));
    return set.decode(bytes, start, end) as Record<string, unknown>;
  }
}

function encodeOne(out: Writer, entry: Compiled, value: unknown, scope: Scope): void {
  const at = out.open(entry.type);
  entry.codec.encode(out, value, scope);
  out.close(at);
}
