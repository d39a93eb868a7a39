// SPDX-License-Identifier: GPL-2.0-only
// rtnetlink: ports of bridges, their VLANs and forwarding entries.

import type { Address } from "../net/address.js";
import { readAddress } from "./family.js";
import {
  bridgeFlags, bridgeLinkAttrs, bridgeVlanFlags, ifinfomsg, operations as links, rtextFilter,
} from "./gen/rt_link.js";
import type { LinkinfoBrportAttrs } from "./gen/rt_link.js";
import { ndmsg, neighbourAttrs, ntfFlags, nudState, operations as neighbours } from "./gen/rt_neigh.js";
import type { LinkName } from "./link.js";
import { formatMac, parseMac } from "./mac.js";
import { changing, flags, listing, readAttributes, readHeader } from "./message.js";
import type { Message, Request } from "./message.js";

/** AF_BRIDGE */
const family = 7;

export interface PortVlan {
  readonly id: number;
  /** The VLAN of frames that come in without a tag. */
  readonly pvid: boolean;
  /** Its frames leave without a tag. */
  readonly untagged: boolean;
}

export interface BridgePort {
  readonly index: number;
  readonly master: number | undefined;
  readonly settings: LinkinfoBrportAttrs;
  readonly vlans: readonly PortVlan[];
}

/** Every port, and the bridges themselves, with their VLANs one by one. */
export const getBridgePorts = (): Request =>
  listing(links.getbridgelink, { ifiFamily: family }, { extMask: rtextFilter.brvlan }, "list bridge ports");

export function decodeBridgePort(message: Message): BridgePort | undefined {
  if (message.type !== links.getbridgelink.reply) return undefined;
  const header = readHeader(message, ifinfomsg);
  if (header.ifiFamily !== family) return undefined;
  const { master, protinfo = {}, afSpec } = readAttributes(message, ifinfomsg, bridgeLinkAttrs);
  const vlans = (afSpec?.vlanInfo ?? []).map(({ vid = 0, flags: said = 0 }) => ({
    id: vid, pvid: (said & bridgeVlanFlags.pvid) !== 0, untagged: (said & bridgeVlanFlags.untagged) !== 0,
  }));
  return { index: header.ifiIndex, master, settings: protinfo, vlans };
}

export const setPort = ({ index, name }: LinkName, settings: LinkinfoBrportAttrs): Request =>
  changing(links.setbridgelink, 0, { ifiFamily: family, ifiIndex: index }, { protinfo: settings }, `set bridge port ${name}`);

export interface VlanRange {
  readonly from: number;
  /** The last, if there are several. */
  readonly to?: number | undefined;
  readonly pvid?: boolean | undefined;
  readonly untagged?: boolean | undefined;
  /** Of the bridge's own interface in place of a port's. */
  readonly self?: boolean | undefined;
}

function vlanValues({ from, to = from, pvid, untagged, self }: VlanRange) {
  const said = (pvid ? bridgeVlanFlags.pvid : 0) | (untagged ? bridgeVlanFlags.untagged : 0);
  const vlanInfo = to === from
    ? [{ flags: said, vid: from }]
    : [{ flags: said | bridgeVlanFlags.rangeBegin, vid: from }, { flags: said | bridgeVlanFlags.rangeEnd, vid: to }];
  return { afSpec: { flags: self ? bridgeFlags.self : undefined, vlanInfo } };
}

const vlanName = ({ from, to = from }: VlanRange): string => (to === from ? `VLAN ${from}` : `VLANs ${from}-${to}`);

export const addVlan = ({ index, name }: LinkName, range: VlanRange): Request =>
  changing(links.setbridgelink, 0, { ifiFamily: family, ifiIndex: index }, vlanValues(range), `add ${vlanName(range)} to ${name}`);

export const deleteVlan = ({ index, name }: LinkName, range: VlanRange): Request =>
  changing(links.delbridgelink, 0, { ifiFamily: family, ifiIndex: index }, vlanValues(range), `delete ${vlanName(range)} from ${name}`);

export interface ForwardingEntry {
  readonly index: number;
  readonly mac: string;
  readonly vlan?: number | undefined;
  readonly master?: number | undefined;
  /** The other end of the tunnel that it is behind (VXLAN). */
  readonly remote?: Address | undefined;
  readonly vni?: number | undefined;
  readonly permanent: boolean;
  /** Stays, but may be seen at another port. */
  readonly static: boolean;
}

export const getForwarding = (): Request => listing(neighbours.getneigh, { ndmFamily: family }, {}, "list forwarding entries");

export function decodeForwarding(message: Message): ForwardingEntry | undefined {
  if (message.type !== neighbours.getneigh.reply) return undefined;
  const header = readHeader(message, ndmsg);
  const values = readAttributes(message, ndmsg, neighbourAttrs);
  if (header.ndmFamily !== family || !values.lladdr) return undefined;
  return {
    index: header.ndmIfindex,
    mac: formatMac(values.lladdr),
    vlan: values.vlan,
    master: values.master,
    remote: values.dst && readAddress(values.dst),
    vni: values.vni,
    permanent: (header.ndmState & nudState.permanent) !== 0,
    static: (header.ndmState & nudState.noarp) !== 0,
  };
}

export interface NewEntry {
  readonly mac: string;
  readonly vlan?: number | undefined;
  /** A VXLAN's other end: the entry is the tunnel's then, not the bridge's. */
  readonly remote?: Address | undefined;
  readonly vni?: number | undefined;
}

const entryHeader = ({ index }: LinkName, { remote }: NewEntry, state: number) => ({
  ndmFamily: family, ndmIfindex: index, ndmState: state, ndmFlags: remote ? ntfFlags.self : ntfFlags.master,
});

const entryValues = ({ mac, vlan, remote, vni }: NewEntry) => ({ lladdr: parseMac(mac), dst: remote?.bytes, vlan, vni });

/** static, as `bridge fdb` calls it; a tunnel's is permanent. */
const entryState = ({ remote }: NewEntry): number => nudState.noarp | (remote ? nudState.permanent : nudState.reachable);

/** Stays until it is deleted. */
export const setForwarding = (link: LinkName, entry: NewEntry): Request =>
  changing(
    neighbours.newneigh, flags.create | flags.replace,
    entryHeader(link, entry, entryState(entry)), entryValues(entry),
    `set forwarding entry ${entry.mac} ${link.name}`,
  );

export const deleteForwarding = (link: LinkName, entry: NewEntry): Request =>
  changing(
    neighbours.delneigh, 0, entryHeader(link, entry, entryState(entry)), entryValues(entry),
    `delete forwarding entry ${entry.mac} ${link.name}`,
  );
