// SPDX-License-Identifier: GPL-2.0-only
// ethtool over generic netlink: features and the state of links.

import { operations } from "./gen/ethtool.js";
import type { Bitset, Features } from "./gen/ethtool.js";
import { decodeGeneric, genericRequest } from "./generic.js";
import type { GenericFamily } from "./generic.js";
import type { LinkName } from "./link.js";
import type { Message, Request } from "./message.js";

export { family } from "./gen/ethtool.js";

/** ETHTOOL_FLAG_COMPACT_BITSETS: bits by number, in place of by name. */
const compactBitsets = 1;

const of = ({ name }: LinkName) => ({ devName: name });

export const getLinkState = (family: GenericFamily, link: LinkName): Request =>
  genericRequest(family, operations.linkstateGet, { header: of(link) }, `read the link of ${link.name}`);
export const decodeLinkState = (message: Message) => decodeGeneric(message, operations.linkstateGet);

export const getFeatures = (family: GenericFamily, link: LinkName): Request =>
  genericRequest(family, operations.featuresGet, { header: of(link) }, `read the features of ${link.name}`);
export const decodeFeatures = (message: Message): Features | undefined => decodeGeneric(message, operations.featuresGet);

/** Names of the bits that are set: a list without a mask has only those. */
export const bitNames = ({ nomask, bits }: Bitset): string[] =>
  (bits?.bit ?? []).flatMap(({ name, value }) => (name !== undefined && (nomask || value) ? [name] : []));

/** Switch features on and off, by ethtool's names such as tx-tcp-segmentation. */
export const setFeatures = (family: GenericFamily, link: LinkName, features: Readonly<Record<string, boolean>>): Request => {
  const bit = Object.entries(features).map(([name, on]) => ({ name, value: on ? (true as const) : undefined }));
  return genericRequest(
    family, operations.featuresSet, { header: { ...of(link), flags: compactBitsets }, wanted: { bits: { bit } } },
    `set the features of ${link.name}`,
  );
};
