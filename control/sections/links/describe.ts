// SPDX-License-Identifier: GPL-2.0-only
// A link of the kernel in the terms of a configuration.

import { ifinfoFlags } from "../../netlink/gen/rt_link.js";
import type { LinkDetails } from "../../netlink/link.js";
import { formatMac } from "../../netlink/mac.js";
import { decodeKind } from "./kinds.js";
import type { Originals, RunningLink } from "./state.js";

/**
 * IFLA_GROUP of the links that the configuration made ("nuse" in ASCII): the kernel
 * keeps it, so that they are known after the control plane has started anew, and
 * `ip link show group 1853190757` lists them.
 */
export const ownGroup = 0x6e757365;

export function describeLink({ header, attributes }: LinkDetails, name: (index: number) => string | undefined, originals: ReadonlyMap<string, Originals>): RunningLink {
  const { ifname = "", mtu = 0, address, ifalias = "", master, link, linkinfo, group } = attributes;
  return {
    index: header.ifiIndex,
    name: ifname,
    up: (header.ifiFlags & ifinfoFlags.up) !== 0,
    mtu,
    mac: address?.length === 6 ? formatMac(address) : undefined,
    description: ifalias,
    master: master ? name(master) : undefined,
    link: decodeKind({ kind: linkinfo?.kind, data: linkinfo?.data, lower: link ? name(link) : undefined }, name),
    owned: group === ownGroup,
    vlans: [],
    original: originals.get(ifname) ?? {},
  };
}
