// SPDX-License-Identifier: GPL-2.0-only
// What both kernels are given.

import { parseAddress, parsePrefix } from "../../control/net/address.js";

export const ownPrefix = parsePrefix("192.0.2.254/24")!;
export const gateways = Array.from({ length: 16 }, (_, index) => parseAddress(`192.0.2.${index + 1}`)!);
