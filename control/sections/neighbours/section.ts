// SPDX-License-Identifier: GPL-2.0-only
// Neighbours that are known for good, and those that the router answers for.
// RTPROT_STATIC marks those of the configuration.

import type { Config, NeighbourConfig } from "../../config/model.js";
import type { Kernel } from "../../kernel/kernel.js";
import { fromBytes } from "../../net/address.js";
import type { Family } from "../../net/address.js";
import { addressFamily, familyNumber } from "../../netlink/family.js";
import { ndmsg, neighbourAttrs, ntfFlags, nudState, operations } from "../../netlink/gen/rt_neigh.js";
import { formatMac, parseMac } from "../../netlink/mac.js";
import { changing, flags, listing, readAttributes, readHeader } from "../../netlink/message.js";
import type { Message, Request } from "../../netlink/message.js";
import { ownProtocol } from "../../netlink/route.js";
import type { Section, Step } from "../section.js";

interface NeighbourStep extends Step {
  readonly section: "neighbours";
  readonly add: boolean;
  readonly neighbour: NeighbourConfig;
}

export const neighbours: Section<"neighbours", NeighbourStep> = {
  name: "neighbours",

  async read(kernel) {
    const found: NeighbourConfig[] = [];
    for (const family of [4, 6] as const) {
      for (const proxy of [0, ntfFlags.proxy]) {
        found.push(...(await kernel.netlink.dump(list(family, proxy), (message) => decode(kernel, message))));
      }
    }
    return found;
  },

  plan({ neighbours: running }, config) {
    const wanted = possible(config);
    const present = new Map(running.map((neighbour) => [slot(neighbour), neighbour]));
    const kept = new Set(wanted.map(slot));
    return [
      ...running.filter((neighbour) => !kept.has(slot(neighbour))).map((neighbour) => step(neighbour, false)),
      ...wanted.filter((neighbour) => !isSame(present.get(slot(neighbour)), neighbour)).map((neighbour) => step(neighbour, true)),
    ];
  },

  requests: (kernel, one) => [request(kernel, one)],
  carryOut: (kernel, one) => kernel.netlink.request(request(kernel, one)),
  without: notOn,
  moved: notOn,
};

function notOn(state: readonly NeighbourConfig[], links: ReadonlySet<string>): readonly NeighbourConfig[] {
  return state.filter((neighbour) => !links.has(neighbour.interface));
}

/** An interface that is down has none. */
function possible({ neighbours: wanted, interfaces }: Config): NeighbourConfig[] {
  const down = new Set(interfaces.filter(({ up }) => !up).map(({ name }) => name));
  return wanted.filter((neighbour) => !down.has(neighbour.interface));
}

const list = (family: Family, proxy: number): Request =>
  listing(operations.getneigh, { ndmFamily: familyNumber(family), ndmFlags: proxy }, {}, `list IPv${family} neighbours`);

function decode(kernel: Kernel, message: Message): NeighbourConfig | undefined {
  if (message.type !== operations.getneigh.reply) return undefined;
  const header = readHeader(message, ndmsg);
  const { dst, lladdr, protocol } = readAttributes(message, ndmsg, neighbourAttrs);
  const name = kernel.name(header.ndmIfindex);
  if (protocol !== ownProtocol || !dst || name === undefined || !addressFamily(header.ndmFamily)) return undefined;
  const proxy = (header.ndmFlags & ntfFlags.proxy) !== 0;
  return { address: fromBytes(dst), interface: name, mac: proxy || !lladdr ? undefined : formatMac(lladdr) };
}

/** A proxy entry is made once, the other kind is written over. */
function request(kernel: Kernel, { add, neighbour: { address, interface: name, mac }, words }: NeighbourStep): Request {
  const head = {
    ndmFamily: familyNumber(address.family), ndmIfindex: kernel.index(name),
    ndmState: nudState.permanent, ndmFlags: mac === undefined ? ntfFlags.proxy : 0,
  };
  if (!add) return changing(operations.delneigh, 0, { ...head, ndmState: 0 }, { dst: address.bytes }, words);
  const lladdr = mac === undefined ? undefined : parseMac(mac);
  return changing(operations.newneigh, flags.create | flags.replace, head, { dst: address.bytes, lladdr, protocol: ownProtocol }, words);
}

function step(neighbour: NeighbourConfig, add: boolean): NeighbourStep {
  const { address, interface: name, mac } = neighbour;
  const what = mac === undefined ? `${address.text} on ${name}, to answer for` : `${address.text} on ${name} as ${mac}`;
  return { section: "neighbours", phase: add ? "neighbour" : "neighbour.delete", words: `${add ? "know" : "forget"} the neighbour ${what}`, add, neighbour };
}

const slot = ({ address, interface: name, mac }: NeighbourConfig): string => `${address.text} ${name} ${mac === undefined}`;

const isSame = (is: NeighbourConfig | undefined, wanted: NeighbourConfig): boolean => is !== undefined && is.mac === wanted.mac;
