// SPDX-License-Identifier: GPL-2.0-only

import { timingSafeEqual } from "node:crypto";
import { inspect } from "node:util";

/** Bytes that no log, message or answer shows; whoever needs them says so. */
export class Secret {
  readonly #bytes: Buffer;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes);
  }

  static fromBase64(text: string): Secret {
    return new Secret(Buffer.from(text, "base64"));
  }

  /** With the bits that Curve25519 fixes in a private key, as the kernel keeps it. */
  clamped(): Secret {
    const key = Buffer.from(this.#bytes);
    key[0] = key[0]! & 248;
    key[31] = (key[31]! & 127) | 64;
    return new Secret(key);
  }

  reveal(): Uint8Array {
    return this.#bytes;
  }

  equals(other: Secret | undefined): boolean {
    return other !== undefined && other.#bytes.length === this.#bytes.length && timingSafeEqual(this.#bytes, other.#bytes);
  }

  toJSON(): string {
    return "(secret)";
  }

  toString(): string {
    return "(secret)";
  }

  [inspect.custom](): string {
    return "(secret)";
  }
}

export const sameSecret = (a: Secret | undefined, b: Secret | undefined): boolean => a === b || (a?.equals(b) ?? false);
