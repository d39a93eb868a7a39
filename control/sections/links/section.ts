// SPDX-License-Identifier: GPL-2.0-only
// Interfaces: whether they are up, and their MTU.

import type { InterfaceConfig } from "../../config/model.js";
import { NuseError } from "../../errors.js";
import { decodeLink, getLinks, setMtu, setUp } from "../../netlink/link.js";
import type { Section, Step } from "../section.js";
import type { RunningLink } from "./state.js";

type LinkStep = Step & { readonly section: "links"; readonly link: string } & (
    | { readonly kind: "mtu"; readonly mtu: number }
    | { readonly kind: "up"; readonly up: boolean }
  );

export const links: Section<"links", LinkStep> = {
  name: "links",

  async read(kernel, wanted) {
    const running = await kernel.netlink.dump(getLinks(), decodeLink);
    kernel.knowLinks(running);
    const found = new Map(running.map(({ index, name, up, mtu }) => [name, { index, name, up, mtu }]));
    refuseAbsent(found, wanted.interfaces);
    return found;
  },

  plan({ links: running }, { interfaces }) {
    return withLoopback(interfaces).flatMap((wanted) => {
      const is = running.get(wanted.name);
      return is ? [...planMtu(is, wanted), ...planUp(is, wanted)] : [];
    });
  },

  async carryOut(kernel, step) {
    const link = { name: step.link, index: kernel.index(step.link) };
    await kernel.netlink.request(step.kind === "mtu" ? setMtu(link, step.mtu) : setUp(link, step.up));
  },
};

function refuseAbsent(found: ReadonlyMap<string, RunningLink>, wanted: readonly InterfaceConfig[]): void {
  const absent = wanted.filter(({ name }) => !found.has(name)).map(({ name }) => name);
  if (absent.length > 0) throw new NuseError("kernel.refused", `the instance has no interface ${absent.join(", ")}`);
}

/** The loopback interface is up without being asked. */
function withLoopback(interfaces: readonly InterfaceConfig[]): readonly InterfaceConfig[] {
  if (interfaces.some(({ name }) => name === "lo")) return interfaces;
  return [...interfaces, { name: "lo", up: true, mtu: undefined, addresses: [] }];
}

function planMtu(is: RunningLink, { name, mtu }: InterfaceConfig): LinkStep[] {
  if (mtu === undefined || mtu === is.mtu) return [];
  const words = `set the MTU of ${name} to ${mtu} (was ${is.mtu})`;
  return [{ section: "links", phase: "link.change", words, kind: "mtu", link: name, mtu }];
}

function planUp(is: RunningLink, { name, up }: InterfaceConfig): LinkStep[] {
  if (up === is.up) return [];
  const loss = up ? undefined : `${name} forwards nothing more`;
  const words = `set ${name} ${up ? "up" : "down"}`;
  return [{ section: "links", phase: up ? "link.up" : "link.down", words, loss, kind: "up", link: name, up }];
}
