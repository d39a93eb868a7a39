// SPDX-License-Identifier: GPL-2.0-only

import type { Family } from "../net/address.js";

const inet = 2;
const inet6 = 10;

/** AF_INET or AF_INET6 */
export const familyNumber = (family: Family): number => (family === 4 ? inet : inet6);

export function addressFamily(number: number): Family | undefined {
  if (number === inet) return 4;
  return number === inet6 ? 6 : undefined;
}
