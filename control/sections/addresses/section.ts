// SPDX-License-Identifier: GPL-2.0-only
// Addresses of interfaces.

import { formatPrefix } from "../../net/address.js";
import type { Prefix } from "../../net/address.js";
import { addAddress, decodeAddress, deleteAddress, getAddresses } from "../../netlink/address.js";
import type { Kernel } from "../../kernel/kernel.js";
import type { Section, Step } from "../section.js";
import type { RunningAddress } from "./state.js";

interface AddressStep extends Step {
  readonly section: "addresses";
  readonly link: string;
  readonly prefix: Prefix;
}

const globalScope = 0;

const add = (link: string, prefix: Prefix): AddressStep => ({
  section: "addresses", phase: "address.add", words: `add ${formatPrefix(prefix)} to ${link}`, link, prefix,
});

const remove = (link: string, prefix: Prefix): AddressStep => ({
  section: "addresses", phase: "address.delete", words: `delete ${formatPrefix(prefix)} from ${link}`, link, prefix,
  loss: `${formatPrefix(prefix)} on ${link} no longer answers`,
});

function request(kernel: Kernel, { phase, link: name, prefix }: AddressStep) {
  const link = { name, index: kernel.index(name) };
  return phase === "address.add" ? addAddress(link, prefix) : deleteAddress(link, prefix);
}

export const addresses: Section<"addresses", AddressStep> = {
  name: "addresses",

  async read(kernel) {
    const found = new Map<string, RunningAddress[]>();
    for (const { index, prefix, permanent, scope } of await kernel.netlink.dump(getAddresses(), decodeAddress)) {
      const name = kernel.name(index);
      if (name === undefined) continue;
      const address = { prefix, owned: permanent && scope === globalScope };
      const others = found.get(name);
      if (others) others.push(address);
      else found.set(name, [address]);
    }
    return found;
  },

  plan({ addresses: running }, { interfaces }) {
    return interfaces.flatMap(({ name, addresses: wanted }) => {
      const is = running.get(name) ?? [];
      const present = new Set(is.map(({ prefix }) => formatPrefix(prefix)));
      const kept = new Set(wanted.map(formatPrefix));
      return [
        ...wanted.filter((prefix) => !present.has(formatPrefix(prefix))).map((prefix) => add(name, prefix)),
        // The first of a network takes those behind it along, so they go first.
        ...is
          .filter(({ owned, prefix }) => owned && !kept.has(formatPrefix(prefix)))
          .reverse()
          .map(({ prefix }) => remove(name, prefix)),
      ];
    });
  },

  requests: (kernel, step) => [request(kernel, step)],
  carryOut: (kernel, step) => kernel.netlink.request(request(kernel, step)),
  moved: (state, links) =>
    new Map([...state].map(([name, list]) => [name, links.has(name) ? list.filter(({ prefix }) => prefix.address.family === 4) : list])),
  without: (state, gone) => new Map([...state].filter(([name]) => !gone.has(name))),
};
