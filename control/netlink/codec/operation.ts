// SPDX-License-Identifier: GPL-2.0-only
// What an operation's messages look like.

import type { AttributeSet } from "./attributes.js";
import { struct } from "./plain.js";
import type { Struct } from "./plain.js";

export interface Operation<H extends object = object, A extends object = object> {
  /** Number of the request: a message type, or a command of generic netlink. */
  readonly request: number;
  /** Number of what the kernel answers or tells. */
  readonly reply: number;
  readonly header: Struct<H>;
  readonly attributes: AttributeSet<A>;
}

/** For operations whose attributes stand right behind netlink's own header. */
export const noHeader = struct<object>("none", []);
