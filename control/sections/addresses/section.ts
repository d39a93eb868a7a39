// SPDX-License-Identifier: GPL-2.0-only
// Addresses of interfaces.

import { formatPrefix } from "../../net/address.js";
import type { Prefix } from "../../net/address.js";
import { addAddress, decodeAddress, deleteAddress, getAddresses } from "../../netlink/address.js";
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
        ...is
          .filter(({ owned, prefix }) => owned && !kept.has(formatPrefix(prefix)))
          .map(({ prefix }) => remove(name, prefix)),
      ];
    });
  },

  async carryOut(kernel, { phase, link: name, prefix }) {
    const link = { name, index: kernel.index(name) };
    await kernel.netlink.request(phase === "address.add" ? addAddress(link, prefix) : deleteAddress(link, prefix));
  },
};
