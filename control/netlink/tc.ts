// SPDX-License-Identifier: GPL-2.0-only
// rtnetlink: traffic control. Options are the kernel's own, by kind; what units
// they need is computed in rate.ts.

import { operations, tcAttrs, tcActVerdict, tcaMirredAction, tcmsg } from "./gen/tc.js";
import type { TcActAttrs, TcAttrs, TcOptionsMsgFormats, TcaStatsAttrs, TcOptionsMsg } from "./gen/tc.js";
import type { LinkName } from "./link.js";
import { changing, flags, listing, readAttributes, readHeader } from "./message.js";
import type { Message, Request } from "./message.js";

/** Parents that are no class. */
export const root = 0xffffffff;
export const ingressParent = 0xfffffff1;
/** Filters of clsact: at ingress and at egress. */
export const ingressFilters = 0xfffffff2;
export const egressFilters = 0xfffffff3;

/** "1:10" has the class's numbers in hexadecimal, as tc writes them. */
export function handle(text: string): number {
  const [major = "", minor = ""] = text.split(":");
  return ((parseInt(major, 16) << 16) | (minor === "" ? 0 : parseInt(minor, 16))) >>> 0;
}

export const formatHandle = (number: number): string => `${(number >>> 16).toString(16)}:${number & 0xffff ? (number & 0xffff).toString(16) : ""}`;

export interface TrafficObject {
  readonly index: number;
  readonly handle: number;
  readonly parent: number;
  /** Of a filter: its priority and the protocol (ETH_P_*) that it looks at. */
  readonly priority: number;
  readonly protocol: number;
  readonly kind: string;
  readonly options: TcOptionsMsg | undefined;
  readonly stats: TcaStatsAttrs | undefined;
  readonly chain: number | undefined;
}

const swap16 = (value: number): number => ((value & 0xff) << 8) | ((value >>> 8) & 0xff);

const decodeAs = (type: number) => (message: Message): TrafficObject | undefined => {
  if (message.type !== type) return undefined;
  const header = readHeader(message, tcmsg);
  const values = readAttributes(message, tcmsg, tcAttrs);
  return {
    index: header.ifindex,
    handle: header.handle,
    parent: header.parent,
    priority: header.info >>> 16,
    protocol: swap16(header.info & 0xffff),
    kind: values.kind ?? "",
    options: values.options,
    stats: values.stats2,
    chain: values.chain,
  };
};

export const decodeQdisc = decodeAs(operations.getqdisc.reply);
export const decodeClass = decodeAs(operations.gettclass.reply);
export const decodeFilter = decodeAs(operations.gettfilter.reply);

/** Of every link; the invisible ones too, which the kernel put there itself. */
export const getQdiscs = (): Request => listing(operations.getqdisc, {}, { dumpInvisible: true }, "list qdiscs");

export const getClasses = ({ index, name }: LinkName): Request =>
  listing(operations.gettclass, { ifindex: index }, {}, `list classes of ${name}`);

export const getFilters = ({ index, name }: LinkName, parent: number): Request =>
  listing(operations.gettfilter, { ifindex: index, parent }, {}, `list filters of ${name}`);

/** A kind with its options: typed by the kind. */
export type Kind = { [K in keyof TcOptionsMsgFormats]: { readonly kind: K; readonly options?: TcOptionsMsgFormats[K] | undefined } }[keyof TcOptionsMsgFormats];

export interface Where {
  readonly parent: number;
  /** 0 lets the kernel choose. */
  readonly handle?: number | undefined;
}

const values = ({ kind, options }: Kind): TcAttrs => ({ kind, options });
const place = ({ index }: LinkName, { parent, handle: own = 0 }: Where) => ({ ifindex: index, handle: own, parent });

/** Refused when there is one. */
export const addQdisc = (link: LinkName, where: Where, kind: Kind): Request =>
  changing(operations.newqdisc, flags.create | flags.exclusive, place(link, where), values(kind), `add qdisc ${kind.kind} to ${link.name}`);

export const replaceQdisc = (link: LinkName, where: Where, kind: Kind): Request =>
  changing(operations.newqdisc, flags.create | flags.replace, place(link, where), values(kind), `set qdisc ${kind.kind} of ${link.name}`);

/** With its classes and filters. */
export const deleteQdisc = (link: LinkName, where: Where): Request =>
  changing(operations.delqdisc, 0, place(link, where), {}, `delete qdisc of ${link.name}`);

export const addClass = (link: LinkName, where: Where, kind: Kind): Request =>
  changing(
    operations.newtclass, flags.create | flags.exclusive, place(link, where), values(kind),
    `add class ${formatHandle(where.handle ?? 0)} to ${link.name}`,
  );

export const changeClass = (link: LinkName, where: Where, kind: Kind): Request =>
  changing(operations.newtclass, 0, place(link, where), values(kind), `change class ${formatHandle(where.handle ?? 0)} of ${link.name}`);

export const deleteClass = (link: LinkName, where: Where): Request =>
  changing(operations.deltclass, 0, place(link, where), {}, `delete class ${formatHandle(where.handle ?? 0)} of ${link.name}`);

export interface FilterPlace extends Where {
  /** The lower is asked first. */
  readonly priority: number;
  /** ETH_P_*; 3 is any. */
  readonly protocol: number;
  readonly chain?: number | undefined;
}

const filterPlace = (link: LinkName, where: FilterPlace) => ({
  ...place(link, where), info: ((where.priority << 16) | swap16(where.protocol)) >>> 0,
});

export const addFilter = (link: LinkName, where: FilterPlace, kind: Kind): Request =>
  changing(
    operations.newtfilter, flags.create | flags.exclusive, filterPlace(link, where), { chain: where.chain, ...values(kind) },
    `add filter ${kind.kind} to ${link.name}`,
  );

export const deleteFilter = (link: LinkName, where: FilterPlace, kind?: string): Request =>
  changing(operations.deltfilter, 0, filterPlace(link, where), { chain: where.chain, kind }, `delete filter of ${link.name}`);

/** What becomes of a packet: `pipe` goes on to the next action. */
export const verdict = (name: keyof typeof tcActVerdict): TcActAttrs => ({
  kind: "gact", options: { parms: { action: tcActVerdict[name] } },
});

/** Sends the packet, or a copy of it, to another link. */
export const mirred = (action: keyof typeof tcaMirredAction, to: LinkName): TcActAttrs => ({
  kind: "mirred",
  options: {
    parms: {
      action: action.endsWith("Redir") ? tcActVerdict.stolen : tcActVerdict.pipe,
      eaction: tcaMirredAction[action],
      ifindex: to.index,
    },
  },
});
