// SPDX-License-Identifier: GPL-2.0-only
// A revision as a file: its configuration, below a line of comment that says
// what it is. Number and state are in the file's name, so that a change of state
// is a rename, which needs no space on the disk.

import { createHash } from "node:crypto";

export const states = ["confirmed", "pending", "reverted"] as const;
export type RevisionState = (typeof states)[number];

export interface Revision {
  /** 1, 2, 3 ...; given to each configuration that was applied. 0: it could not be archived. */
  readonly number: number;
  readonly time: Date;
  /** Where it came from: "boot", "reload", "api", "rollback to 3". */
  readonly origin: string;
  readonly comment: string | undefined;
  /** pending: applied to be confirmed, and not yet. reverted: nor in time, or taken back. */
  readonly state: RevisionState;
  /** Of the text. */
  readonly sha256: string;
}

interface Header {
  readonly time: string;
  readonly origin: string;
  readonly comment?: string | undefined;
  readonly sha256: string;
}

const mark = "# nuse revision ";
const name = /^(\d{6,})\.(confirmed|pending|reverted)\.yaml$/;

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** "000012.confirmed.yaml" */
export const revisionName = ({ number, state }: Pick<Revision, "number" | "state">): string =>
  `${String(number).padStart(6, "0")}.${state}.yaml`;

/** The number and state in a file's name; undefined when it is not a revision's. */
export function parseRevisionName(file: string): Pick<Revision, "number" | "state"> | undefined {
  const [, number, state] = name.exec(file) ?? [];
  return number === undefined ? undefined : { number: Number(number), state: state as RevisionState };
}

export function encodeRevision({ time, origin, comment, sha256 }: Revision, text: string): Buffer {
  const header: Header = { time: time.toISOString(), origin, comment, sha256 };
  return Buffer.from(`${mark}${JSON.stringify(header)}\n${text}`);
}

export interface Decoded {
  readonly header: Omit<Revision, "number" | "state">;
  readonly text: string;
}

/** undefined: it is damaged. */
export function decodeRevision(bytes: Buffer): Decoded | undefined {
  const end = bytes.indexOf("\n");
  const first = bytes.subarray(0, Math.max(end, 0)).toString();
  const text = bytes.subarray(end + 1).toString();
  if (!first.startsWith(mark)) return undefined;
  try {
    const { time, origin, comment, sha256: sum } = JSON.parse(first.slice(mark.length)) as Header;
    if (sum !== sha256(text)) return undefined;
    return { header: { time: new Date(time), origin, comment, sha256: sum }, text };
  } catch {
    return undefined;
  }
}
