// SPDX-License-Identifier: GPL-2.0-only
// Generic netlink: families by name, whose numbers the kernel gives out.

import { struct } from "./codec/plain.js";
import { u16, u8 } from "./codec/scalars.js";
import type { Operation } from "./codec/operation.js";
import * as nlctrl from "./gen/nlctrl.js";
import { changing, listing, readAttributes } from "./message.js";
import type { Message, Request } from "./message.js";
import type { NetlinkSocket } from "./socket.js";

export interface Genlmsghdr {
  readonly cmd: number;
  readonly version: number;
  readonly reserved: number;
}

export const genlmsghdr = struct<Genlmsghdr>("genlmsghdr", [["cmd", u8], ["version", u8], ["reserved", u16]]);

/** The family that tells of the others. */
const controller = { id: 16, version: nlctrl.family.version };

export interface GenericFamily {
  /** Type of its messages. */
  readonly id: number;
  readonly version: number;
  /** Multicast groups by name. */
  readonly groups: ReadonlyMap<string, number>;
}

type Numbered = Pick<GenericFamily, "id" | "version">;

const asMessage = <A extends object>({ id }: Numbered, { attributes }: Operation<object, A>): Operation<Genlmsghdr, A> => ({
  request: id, reply: id, header: genlmsghdr, attributes,
});

export const genericRequest = <A extends object>(
  family: Numbered, operation: Operation<object, A>, values: A, what: string,
): Request => changing(asMessage(family, operation), 0, { cmd: operation.request, version: family.version }, values, what);

export const genericDump = <A extends object>(
  family: Numbered, operation: Operation<object, A>, values: A, what: string,
): Request => listing(asMessage(family, operation), { cmd: operation.request, version: family.version }, values, what);

/** The attributes of the operation's reply; undefined for another command's. */
export function decodeGeneric<A extends object>(message: Message, { reply, attributes }: Operation<object, A>): A | undefined {
  return message.payload[0] === reply ? readAttributes(message, genlmsghdr, attributes) : undefined;
}

/** Ask the kernel for a family; refused with ENOENT when it has none of that name. */
export async function findFamily(socket: NetlinkSocket, { name, version }: { readonly name: string; readonly version: number }): Promise<GenericFamily> {
  const operation = nlctrl.operations.getfamily;
  const request = genericRequest(controller, operation, { familyName: name }, `find netlink family ${name}`);
  const [found] = await socket.ask(request, (message) => decodeGeneric(message, operation));
  const groups = (found?.mcastGroups ?? []).map(({ name: group = "", id = 0 }) => [group, id] as const);
  return { id: found?.familyId ?? 0, version, groups: new Map(groups) };
}
