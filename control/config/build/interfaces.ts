// SPDX-License-Identifier: GPL-2.0-only

import { parseAddress, parsePrefix } from "../../net/address.js";
import type { Prefix } from "../../net/address.js";
import type { Path } from "../document.js";
import type { InterfaceConfig } from "../model.js";
import type { ConfigFile } from "../schema/file.js";
import type { Refuse } from "./context.js";

export function buildInterfaces({ ports, interfaces = {} }: ConfigFile, refuse: Refuse): InterfaceConfig[] {
  return Object.entries(interfaces).map(([name, { up = true, mtu, addresses = [] }]) => {
    if (!Object.hasOwn(ports, name) && name !== "lo") {
      refuse(["interfaces", name], `there is no port ${name}`, `ports: ${Object.keys(ports).join(", ")}`);
    }
    const parsed = addresses.map((text, index) => interfaceAddress(text, ["interfaces", name, "addresses", index], refuse));
    return { name, up, mtu, addresses: parsed.filter((prefix) => prefix !== undefined) };
  });
}

function interfaceAddress(text: string, path: Path, refuse: Refuse): Prefix | undefined {
  const prefix = parsePrefix(text);
  if (prefix) return prefix;
  const address = parseAddress(text);
  const hint = address
    ? `with its prefix length, for example ${text}/${address.family === 4 ? 24 : 64}`
    : "for example 192.0.2.1/24 or 2001:db8::1/64";
  return refuse(path, `${text} is not an address with a prefix length`, hint);
}
