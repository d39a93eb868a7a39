// SPDX-License-Identifier: GPL-2.0-only
// Steps as requests to the kernel.

import type { Kernel } from "../../kernel/kernel.js";
import { addVlan, deleteVlan } from "../../netlink/bridge.js";
import { operations } from "../../netlink/gen/rt_link.js";
import type { LinkAttrs } from "../../netlink/gen/rt_link.js";
import { changeLink, deleteLink, setMaster, setMtu, setUp } from "../../netlink/link.js";
import type { LinkName } from "../../netlink/link.js";
import { changing, flags } from "../../netlink/message.js";
import type { Request } from "../../netlink/message.js";
import { ownGroup } from "./describe.js";
import { encodeChange, encodeKind } from "./kinds.js";
import type { LinkStep } from "./step.js";

/** What a link had before the configuration first set it must be known before it is set. */
export function isOriginalKnown(kernel: Kernel, step: LinkStep): boolean {
  if (step.kind !== "mtu" && step.kind !== "mac") return true;
  return step.was !== undefined || kernel.linkOriginals.get(step.link)?.[step.kind] !== undefined;
}

export function linkRequests(kernel: Kernel, step: LinkStep): Request[] {
  if (step.kind === "create") return [create(kernel, step)];
  const link = { name: step.link, index: kernel.index(step.link) };
  switch (step.kind) {
    case "delete":
      kernel.linkOriginals.delete(link.name);
      return [deleteLink(link)];
    case "own":
      return [change(link, { group: ownGroup }, `take over ${link.name}`)];
    case "settings":
      return [change(link, { linkinfo: { kind: step.to.kind, data: encodeChange(step.to, (name) => kernel.index(name)) } }, step.words)];
    case "master":
      return masterRequests(kernel, link, step.master, step.enslaved);
    case "mtu":
      remember(kernel, step, "mtu");
      return [setMtu(link, step.mtu)];
    case "mac":
      remember(kernel, step, "mac");
      return [changeLink(link, { mac: step.mac }, `set the link-layer address of ${link.name}`)];
    case "description":
      return [changeLink(link, { alias: step.text }, `describe ${link.name}`)];
    case "vlan":
      return step.ranges.map((range) => (step.add ? addVlan : deleteVlan)(link, { ...range, self: step.self }));
    case "up":
      return [setUp(link, step.up)];
  }
}

const change = ({ index }: LinkName, attributes: LinkAttrs, what: string): Request =>
  changing(operations.newlink, 0, { ifiIndex: index }, attributes, what);

/** Indexes are ours to choose, so that links which stand on it can be made in the same go. */
function create(kernel: Kernel, { link: name, to, pair, words }: LinkStep & { kind: "create" }): Request {
  const lower = to.kind === "vlan" || to.kind === "macvlan" ? kernel.index(to.parent) : undefined;
  const index = kernel.reserveIndex(name);
  const peer = pair === undefined ? undefined : { header: { ifiIndex: kernel.reserveIndex(pair) }, ifname: pair, group: ownGroup };
  const data = peer ? { peer } : encodeKind(to, (other) => kernel.index(other));
  const attributes = { link: lower, ifname: name, group: ownGroup, linkinfo: { kind: to.kind, data } };
  return changing(operations.newlink, flags.create | flags.exclusive, { ifiIndex: index }, attributes, words);
}

/** A bond takes in only what is down, and sets it up itself. */
function masterRequests(kernel: Kernel, link: LinkName, master: string | undefined, enslaved: boolean): Request[] {
  const join = setMaster(link, master === undefined ? undefined : { name: master, index: kernel.index(master) });
  return enslaved ? [setUp(link, false), join] : [join];
}

/** The first value counts, until it is given back. */
function remember(kernel: Kernel, step: LinkStep & { kind: "mtu" | "mac" }, key: "mtu" | "mac"): void {
  const known = kernel.linkOriginals.get(step.link) ?? {};
  if (step.restored) kernel.linkOriginals.set(step.link, { ...known, [key]: undefined });
  else if (known[key] === undefined) kernel.linkOriginals.set(step.link, { ...known, [key]: step.was });
}
