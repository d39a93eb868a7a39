// SPDX-License-Identifier: GPL-2.0-only
// What the kernel says to a request: yes, or why not.

import { NuseError } from "../errors.js";
import { errnoName } from "../kernel/task.js";
import { AttributeSet } from "./codec/attributes.js";
import { string } from "./codec/plain.js";
import { u32 } from "./codec/scalars.js";
import { align } from "./codec/writer.js";
import { control, headerSize } from "./message.js";
import type { Message, Request } from "./message.js";

const capped = 0x100;
const hasExtendedAck = 0x200;

interface ExtendedAck {
  readonly message?: string;
  /** Of the attribute at fault, from the request's netlink header. */
  readonly offset?: number;
  /** Number of the attribute that is missing, and where the set begins that it is missing in. */
  readonly missing?: number;
  readonly missingNest?: number;
}

/** NLMSGERR_ATTR_* */
export const extendedAck = new AttributeSet<ExtendedAck>("extended-ack", () => ({
  message: [1, string],
  offset: [2, u32],
  missing: [5, u32],
  missingNest: [6, u32],
}));

export interface Verdict {
  /** 0, or a positive errno number. */
  readonly errno: number;
  /** The kernel's own words. */
  readonly text: string | undefined;
  /** The attribute at fault, as a path of names. */
  readonly attribute: string | undefined;
}

/** What an error, ack or done message says about `request`. */
export function decodeVerdict(message: Message, request?: Request): Verdict {
  const { payload } = message;
  if (payload.length < 4) return { errno: 0, text: undefined, attribute: undefined };
  const errno = -payload.readInt32LE(0);
  if (!(message.flags & hasExtendedAck)) return { errno, text: undefined, attribute: undefined };
  const ack = extendedAck.decode(payload, extendedAckOffset(message), payload.length);
  return { errno, text: ack.message, attribute: request && attributeAtFault(request, ack) };
}

/** The attributes stand behind the copy of the request, or of its header only. */
function extendedAckOffset({ payload, flags, type }: Message): number {
  if (type === control.done) return 4;
  const copied = (flags & capped) !== 0 || payload.length < 8 ? headerSize : align(payload.readUInt32LE(4));
  return Math.min(4 + copied, payload.length);
}

function attributeAtFault({ payload, operation }: Request, { offset, missing, missingNest }: ExtendedAck): string | undefined {
  if (!operation) return undefined;
  const { header, attributes } = operation;
  const locate = (at: number): string | undefined =>
    attributes.locate(payload, align(header.size), payload.length, at - headerSize);
  if (missing === undefined) return offset === undefined ? undefined : locate(offset);
  if (missingNest === undefined) return attributes.nameOf(missing);
  return `${locate(missingNest) ?? attributes.name}, which lacks attribute ${missing}`;
}

/** The error that says so. */
export function refusal({ what }: Request, { errno, text, attribute }: Verdict): NuseError {
  const words = [text, attribute && `attribute ${attribute}`].filter(Boolean).join("; ");
  const reason = words === "" ? errnoName(errno) : `${errnoName(errno)} (${words})`;
  return new NuseError("kernel.refused", `the kernel refuses to ${what}: ${reason}`, { errno });
}
