// SPDX-License-Identifier: GPL-2.0-only
// What every codec is: it writes a value's bytes, and reads them back.

import { NuseError } from "../../errors.js";
import type { Writer } from "./writer.js";

/** The attributes around the ones being read or written, which choose between formats. */
export interface Scope {
  readonly values: Readonly<Record<string, unknown>>;
  readonly outer: Scope | undefined;
  readonly depth: number;
}

export interface Codec<T> {
  encode(out: Writer, value: T, scope?: Scope): void;
  /** From `bytes[start, end)`, copied: the buffer may be used again. */
  decode(bytes: Buffer, start: number, end: number, scope?: Scope): T;
  /** The attribute that stands at `offset`, as a path of names; for error messages. */
  locate?(bytes: Buffer, start: number, end: number, offset: number, scope?: Scope): string | undefined;
}

/** A codec of a known size, which can be a member of a struct. */
export interface Fixed<T> extends Codec<T> {
  readonly size: number;
  /** What a member that is left out is. */
  readonly zero: T;
}

/** Nests nest no deeper than this; a message that does is not the kernel's. */
const deepest = 32;

export function within(values: Readonly<Record<string, unknown>>, outer: Scope | undefined): Scope {
  const depth = (outer?.depth ?? 0) + 1;
  if (depth > deepest) throw malformed(`attributes nested more than ${deepest} deep`);
  return { values, outer, depth };
}

export const malformed = (what: string): NuseError => new NuseError("kernel.protocol", `netlink: ${what}`);
