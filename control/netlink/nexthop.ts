// SPDX-License-Identifier: GPL-2.0-only
// rtnetlink: next-hop objects. Routes that name one all move when it changes.

import type { Address, Family } from "../net/address.js";
import { decodeEncap, encapValues } from "./encap.js";
import type { Encap } from "./encap.js";
import { familyNumber, readAddress } from "./family.js";
import { nexthopAttrs, nexthopGrpType, nhmsg, operations } from "./gen/rt_nexthop.js";
import type { NexthopAttrs } from "./gen/rt_nexthop.js";
import { rtnhFlags, rtProtocol } from "./gen/rt_route.js";
import { changing, flags, listing, readAttributes, readHeader } from "./message.js";
import type { Message, Request } from "./message.js";

export interface GroupMember {
  readonly id: number;
  /** 1 to 256 */
  readonly weight: number;
}

export interface Nexthop {
  readonly id: number;
  readonly via?: Address | undefined;
  readonly oif?: number | undefined;
  readonly encap?: Encap | undefined;
  readonly onLink?: boolean | undefined;
  readonly blackhole?: boolean | undefined;
  /** Several others, in place of a hop. */
  readonly group?: readonly GroupMember[] | undefined;
  /** Flows of a group keep their hop when others come and go. */
  readonly resilient?: { readonly buckets: number; readonly idleTimer?: number | undefined } | undefined;
  /** Of what has no gateway to tell it: a device or a blackhole. */
  readonly family?: Family | undefined;
  readonly protocol?: number | undefined;
}

export const getNexthops = (): Request => listing(operations.getnexthop, {}, {}, "list next hops");

export function decodeNexthop(message: Message): Nexthop | undefined {
  if (message.type !== operations.getnexthop.reply) return undefined;
  const header = readHeader(message, nhmsg);
  const values = readAttributes(message, nhmsg, nexthopAttrs);
  return {
    id: values.id ?? 0,
    via: values.gateway && readAddress(values.gateway),
    oif: values.oif,
    encap: values.encapType !== undefined && values.encap ? decodeEncap(values.encapType, values.encap) : undefined,
    onLink: (header.nhFlags & rtnhFlags.onlink) !== 0 || undefined,
    blackhole: values.blackhole,
    group: values.group?.map(({ id = 0, weight = 0 }) => ({ id, weight: weight + 1 })),
    resilient: values.groupType === nexthopGrpType.res
      ? { buckets: values.resGroup?.buckets ?? 0, idleTimer: values.resGroup?.idleTimer }
      : undefined,
    family: header.nhFamily === familyNumber(6) ? 6 : header.nhFamily === familyNumber(4) ? 4 : undefined,
    protocol: header.nhProtocol,
  };
}

function hopValues({ via, oif, encap, blackhole }: Nexthop): NexthopAttrs {
  const around = encap && encapValues(encap);
  return { blackhole: blackhole || undefined, gateway: via?.bytes, oif, encap: around?.message, encapType: around?.type };
}

function groupValues({ group, resilient }: Nexthop): NexthopAttrs {
  return {
    group: group?.map(({ id, weight }) => ({ id, weight: weight - 1 })),
    resGroup: resilient && { buckets: resilient.buckets, idleTimer: resilient.idleTimer },
    groupType: resilient && nexthopGrpType.res,
  };
}

function headerOf({ group, via, family = via?.family ?? 4, onLink, protocol = rtProtocol.static }: Nexthop) {
  return { nhFamily: group ? 0 : familyNumber(family), nhProtocol: protocol, nhFlags: onLink ? rtnhFlags.onlink : 0 };
}

/** Makes it, or changes the one with its id. */
export const setNexthop = (hop: Nexthop): Request =>
  changing(
    operations.newnexthop, flags.create | flags.replace, headerOf(hop),
    { id: hop.id, ...(hop.group ? groupValues(hop) : hopValues(hop)) }, `set next hop ${hop.id}`,
  );

/** With it go the routes that name it. */
export const deleteNexthop = (id: number): Request =>
  changing(operations.delnexthop, 0, {}, { id }, `delete next hop ${id}`);
