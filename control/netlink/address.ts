// SPDX-License-Identifier: GPL-2.0-only
// rtnetlink: addresses of interfaces.

import { bits, formatPrefix } from "../net/address.js";
import type { Address, Prefix } from "../net/address.js";
import { addressFamily, familyNumber, readAddress } from "./family.js";
import { addrAttrs, ifaddrmsg, ifaFlags, operations } from "./gen/rt_addr.js";
import { changing, flags, listing, readAttributes, readHeader } from "./message.js";
import type { Message, Request } from "./message.js";

export interface InterfaceAddress {
  readonly index: number;
  readonly prefix: Prefix;
  /** The other end's, on a point-to-point link. */
  readonly peer: Address | undefined;
  /** Not learned from the network. */
  readonly permanent: boolean;
  /** 0 is global, 253 link, 254 host. */
  readonly scope: number;
}

export const getAddresses = (): Request => listing(operations.getaddr, {}, {}, "list addresses");

const wanted = addrAttrs.pick("ifaAddress", "ifaLocal", "ifaFlags");

export function decodeAddress(message: Message): InterfaceAddress | undefined {
  if (message.type !== operations.getaddr.reply) return undefined;
  const header = readHeader(message, ifaddrmsg);
  const { ifaAddress, ifaLocal, ifaFlags: more } = readAttributes(message, ifaddrmsg, wanted);
  const bytes = ifaLocal ?? ifaAddress;
  const family = addressFamily(header.ifaFamily);
  if (!bytes || !family || bytes.length !== bits(family) / 8) return undefined;
  const address = readAddress(bytes);
  const other = ifaAddress?.length === bytes.length ? readAddress(ifaAddress) : address;
  return {
    index: header.ifaIndex,
    prefix: { address, length: header.ifaPrefixlen },
    peer: other.text === address.text ? undefined : other,
    permanent: ((more ?? header.ifaFlags) & ifaFlags.permanent) !== 0,
    scope: header.ifaScope,
  };
}

type LinkName = { readonly index: number; readonly name: string };

export interface AddressOptions {
  readonly peer?: Address | undefined;
  /** Begin to use an IPv6 address without asking whether somebody else has it. */
  readonly noDad?: boolean | undefined;
  readonly broadcast?: Address | undefined;
  readonly label?: string | undefined;
  readonly scope?: number | undefined;
}

function values(prefix: Prefix, { peer, broadcast, label }: AddressOptions) {
  return {
    ifaLocal: prefix.address.bytes,
    ifaAddress: (peer ?? prefix.address).bytes,
    ifaBroadcast: broadcast?.bytes,
    ifaLabel: label,
  };
}

const header = ({ index }: LinkName, { address, length }: Prefix, { scope = 0, noDad = false }: AddressOptions = {}) => ({
  ifaFamily: familyNumber(address.family),
  ifaPrefixlen: length,
  ifaFlags: noDad ? ifaFlags.nodad : 0,
  ifaScope: scope,
  ifaIndex: index,
});

export const addAddress = (link: LinkName, prefix: Prefix, options: AddressOptions = {}): Request =>
  changing(
    operations.newaddr, flags.create | flags.replace, header(link, prefix, options), values(prefix, options),
    `add address ${formatPrefix(prefix)} ${link.name}`,
  );

export const deleteAddress = (link: LinkName, prefix: Prefix, options: AddressOptions = {}): Request =>
  changing(
    operations.deladdr, 0, header(link, prefix), values(prefix, options),
    `delete address ${formatPrefix(prefix)} ${link.name}`,
  );
