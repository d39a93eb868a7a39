// SPDX-License-Identifier: GPL-2.0-only
// Link-layer addresses as text.

import { NuseError } from "../errors.js";

/** "02:00:5e:10:00:01" */
export const formatMac = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(":");

export function parseMac(text: string): Uint8Array {
  if (!/^[0-9a-f]{1,2}(:[0-9a-f]{1,2}){5}$/i.test(text)) {
    throw new NuseError("kernel.protocol", `${JSON.stringify(text)} is no link-layer address`);
  }
  return Uint8Array.from(text.split(":"), (digits) => parseInt(digits, 16));
}
