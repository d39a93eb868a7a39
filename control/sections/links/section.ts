// SPDX-License-Identifier: GPL-2.0-only
// Interfaces: which there are, how they stand on each other, whether they are up.

import { NuseError } from "../../errors.js";
import type { Config } from "../../config/model.js";
import type { Kernel } from "../../kernel/kernel.js";
import { decodeBridgePort, getBridgePorts } from "../../netlink/bridge.js";
import { decodeLinkDetails, getLinks } from "../../netlink/link.js";
import type { LinkDetails } from "../../netlink/link.js";
import type { Section } from "../section.js";
import { describeLink } from "./describe.js";
import { planLinks } from "./plan.js";
import { isOriginalKnown, linkRequests } from "./requests.js";
import type { RunningLinks } from "./state.js";
import type { LinkStep } from "./step.js";

export const links: Section<"links", LinkStep> = {
  name: "links",

  async read(kernel, wanted) {
    const details = await kernel.netlink.dump(getLinks(), decodeLinkDetails);
    kernel.knowLinks(details.map(({ header, attributes }) => ({ index: header.ifiIndex, name: attributes.ifname ?? "" })));
    const vlans = details.some(isFilteringBridge) ? await readVlans(kernel) : new Map();
    const found: RunningLinks = new Map(details.map((one) => {
      const link = describeLink(one, (index) => kernel.name(index), kernel.linkOriginals);
      return [link.name, { ...link, vlans: vlans.get(link.index) ?? [] }];
    }));
    refuseAbsent(found, wanted);
    return found;
  },

  plan: ({ links: running }, wanted) => planLinks(running, wanted),

  requests(kernel, step) {
    return isOriginalKnown(kernel, step) ? linkRequests(kernel, step) : undefined;
  },

  /** The kernel made the link a moment ago: what it gave it is not known yet. */
  async carryOut(kernel, step) {
    const details = await kernel.netlink.dump(getLinks(), decodeLinkDetails);
    const all = details.map((one) => describeLink(one, (index) => kernel.name(index), kernel.linkOriginals));
    const is = all.find(({ name }) => name === step.link);
    const known = step.kind === "mtu" || step.kind === "mac" ? { ...step, was: is?.[step.kind] } as LinkStep : step;
    for (const request of linkRequests(kernel, known)) await kernel.netlink.request(request);
  },

  without: (state, gone) => new Map([...state].filter(([name]) => !gone.has(name))),
};

const isFilteringBridge = ({ attributes: { linkinfo } }: LinkDetails): boolean => linkinfo?.kind === "bridge";

const readVlans = async (kernel: Kernel) =>
  new Map((await kernel.netlink.dump(getBridgePorts(), decodeBridgePort)).map(({ index, vlans }) => [index, vlans]));

function refuseAbsent(found: RunningLinks, { interfaces }: Config): void {
  const absent = interfaces.filter(({ name, link }) => link.kind === "port" && !found.has(name)).map(({ name }) => name);
  if (absent.length > 0) throw new NuseError("kernel.refused", `the instance has no interface ${absent.join(", ")}`);
}
