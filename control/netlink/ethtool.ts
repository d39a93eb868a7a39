// SPDX-License-Identifier: GPL-2.0-only
// ethtool over generic netlink: rings, queues, features and the state of links.
// Values are the kernel's own.

import { operations } from "./gen/ethtool.js";
import type { Bitset, Channels, Features, Linkmodes, Pause, Rings } from "./gen/ethtool.js";
import { decodeGeneric, genericDump, genericRequest } from "./generic.js";
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

export const getLinkModes = (family: GenericFamily, link: LinkName): Request =>
  genericRequest(family, operations.linkmodesGet, { header: of(link) }, `read the modes of ${link.name}`);
export const setLinkModes = (family: GenericFamily, link: LinkName, modes: Linkmodes): Request =>
  genericRequest(family, operations.linkmodesSet, { header: of(link), ...modes }, `set the modes of ${link.name}`);
export const decodeLinkModes = (message: Message) => decodeGeneric(message, operations.linkmodesGet);

export const getRings = (family: GenericFamily, link: LinkName): Request =>
  genericRequest(family, operations.ringsGet, { header: of(link) }, `read the rings of ${link.name}`);
export const setRings = (family: GenericFamily, link: LinkName, rings: Rings): Request =>
  genericRequest(family, operations.ringsSet, { header: of(link), ...rings }, `set the rings of ${link.name}`);
export const decodeRings = (message: Message) => decodeGeneric(message, operations.ringsGet);

export const getChannels = (family: GenericFamily, link: LinkName): Request =>
  genericRequest(family, operations.channelsGet, { header: of(link) }, `read the queues of ${link.name}`);
export const setChannels = (family: GenericFamily, link: LinkName, channels: Channels): Request =>
  genericRequest(family, operations.channelsSet, { header: of(link), ...channels }, `set the queues of ${link.name}`);
export const decodeChannels = (message: Message) => decodeGeneric(message, operations.channelsGet);

export const getPause = (family: GenericFamily, link: LinkName): Request =>
  genericRequest(family, operations.pauseGet, { header: of(link) }, `read the flow control of ${link.name}`);
export const setPause = (family: GenericFamily, link: LinkName, pause: Pause): Request =>
  genericRequest(family, operations.pauseSet, { header: of(link), ...pause }, `set the flow control of ${link.name}`);
export const decodePause = (message: Message) => decodeGeneric(message, operations.pauseGet);

/** Of every link. */
export const getAllFeatures = (family: GenericFamily): Request =>
  genericDump(family, operations.featuresGet, {}, "list features");
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
