// SPDX-License-Identifier: GPL-2.0-only
// rtnetlink: links (network interfaces). What kinds there are, kinds.ts says.

import { ifinfoFlags, ifinfomsg, linkAttrs, operations } from "./gen/rt_link.js";
import type { Ifinfomsg, LinkAttrs, RtnlLinkStats64 } from "./gen/rt_link.js";
import type { LinkKind } from "./kinds.js";
import { formatMac, parseMac } from "./mac.js";
import { changing, flags, listing, readAttributes, readHeader } from "./message.js";
import type { Message, Request } from "./message.js";

const statNames = [
  "rxPackets", "txPackets", "rxBytes", "txBytes", "rxErrors", "txErrors", "rxDropped", "txDropped",
] as const;

export type LinkStats = Readonly<Record<(typeof statNames)[number], number>>;

export interface Link {
  readonly index: number;
  readonly name: string;
  readonly up: boolean;
  readonly carrier: boolean;
  readonly mtu: number;
  /** Kind of a link that was made, such as vlan; undefined for others. */
  readonly kind: string | undefined;
  /** Index of the bridge, bond or VRF that it is a port of. */
  readonly master: number | undefined;
  /** Link-layer address, of links that have one. */
  readonly mac: string | undefined;
  readonly stats: LinkStats;
}

export const getLinks = (): Request => listing(operations.getlink, {}, {}, "list interfaces");

const wanted = linkAttrs.pick("ifname", "mtu", "carrier", "stats64", "master", "address", "linkinfo");

export function decodeLink(message: Message): Link | undefined {
  if (message.type !== operations.getlink.reply) return undefined;
  const header = readHeader(message, ifinfomsg);
  const values = readAttributes(message, ifinfomsg, wanted);
  return {
    index: header.ifiIndex,
    name: values.ifname ?? "",
    up: (header.ifiFlags & ifinfoFlags.up) !== 0,
    carrier: values.carrier === 1,
    mtu: values.mtu ?? 0,
    kind: values.linkinfo?.kind,
    master: values.master,
    mac: values.address?.length === 6 ? formatMac(values.address) : undefined,
    stats: decodeStats(values.stats64 ?? {}),
  };
}

const decodeStats = (stats: Partial<RtnlLinkStats64>): LinkStats =>
  Object.fromEntries(statNames.map((name) => [name, Number(stats[name] ?? 0n)])) as LinkStats;

export interface LinkDetails {
  readonly header: Ifinfomsg;
  readonly attributes: LinkAttrs;
}

/** All that the kernel says about a link. */
export function decodeLinkDetails(message: Message): LinkDetails | undefined {
  if (message.type !== operations.getlink.reply) return undefined;
  return { header: readHeader(message, ifinfomsg), attributes: readAttributes(message, ifinfomsg, linkAttrs) };
}

export type LinkName = { readonly index: number; readonly name: string };

export interface LinkSettings {
  readonly mtu?: number | undefined;
  readonly mac?: string | undefined;
  readonly txQueueLength?: number | undefined;
  /** Index of the bridge, bond or VRF that it becomes a port of; 0 takes it out. */
  readonly master?: number | undefined;
  readonly alias?: string | undefined;
  readonly up?: boolean | undefined;
}

const settingsHeader = ({ up }: LinkSettings): Partial<Ifinfomsg> =>
  up === undefined ? {} : { ifiFlags: up ? ifinfoFlags.up : 0, ifiChange: ifinfoFlags.up };

const settingsValues = ({ mtu, mac, txQueueLength, master, alias }: LinkSettings): LinkAttrs => ({
  txqlen: txQueueLength,
  address: mac === undefined ? undefined : parseMac(mac),
  mtu,
  master,
  ifalias: alias,
});

/** Make a link of a kind (see kinds.ts); `lower` is the index of the link that it stands on. */
export const createLink = (name: string, kind: LinkKind, settings: LinkSettings & { readonly lower?: number | undefined } = {}): Request =>
  changing(
    operations.newlink, flags.create | flags.exclusive, settingsHeader(settings),
    { ...settingsValues(settings), link: settings.lower, ifname: name, linkinfo: kind }, `create ${kind.kind} ${name}`,
  );

export const changeLink = ({ index, name }: LinkName, settings: LinkSettings, what = `change ${name}`): Request =>
  changing(operations.newlink, 0, { ifiIndex: index, ...settingsHeader(settings) }, settingsValues(settings), what);

export const renameLink = ({ index, name }: LinkName, to: string): Request =>
  changing(operations.newlink, 0, { ifiIndex: index }, { ifname: to }, `rename ${name} to ${to}`);

export const deleteLink = ({ index, name }: LinkName): Request =>
  changing(operations.dellink, 0, { ifiIndex: index }, {}, `delete ${name}`);

export const setUp = (link: LinkName, up: boolean): Request =>
  changeLink(link, { up }, `set ${link.name} ${up ? "up" : "down"}`);

export const setMtu = (link: LinkName, mtu: number): Request =>
  changeLink(link, { mtu }, `set ${link.name} MTU ${mtu}`);

export const setMaster = (link: LinkName, master: LinkName | undefined): Request =>
  changeLink(link, { master: master?.index ?? 0 }, master ? `put ${link.name} into ${master.name}` : `take ${link.name} out`);
