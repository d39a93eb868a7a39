// SPDX-License-Identifier: GPL-2.0-only

import { fromBytes } from "../net/address.js";
import type { Address, Family } from "../net/address.js";
import { malformed } from "./codec/codec.js";

const inet = 2;
const inet6 = 10;

/** AF_INET or AF_INET6 */
export const familyNumber = (family: Family): number => (family === 4 ? inet : inet6);

export function addressFamily(number: number): Family | undefined {
  if (number === inet) return 4;
  return number === inet6 ? 6 : undefined;
}

/** An address of a message, whose family its length tells. */
export function readAddress(bytes: Uint8Array): Address {
  if (bytes.length !== 4 && bytes.length !== 16) throw malformed(`an address of ${bytes.length} bytes`);
  return fromBytes(bytes);
}
