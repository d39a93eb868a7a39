// SPDX-License-Identifier: GPL-2.0-only
// nuse.conf to YAML: lenient in reading, strict in saying what is lost.

import { formatPrefix, network, parseAddress } from "../../net/address.js";
import type { Address } from "../../net/address.js";
import { parseNuseConf } from "./nuse-conf.js";
import type { Block, Line } from "./nuse-conf.js";

export interface Loss {
  readonly line: number;
  readonly message: string;
}

export interface Imported {
  readonly yaml: string;
  /** What could not be converted, or not without a guess. */
  readonly losses: readonly Loss[];
}

type Lose = (line: Line, message: string) => undefined;

/** By viftype: the backend of a port on the device of the interface's name. */
const backends: Readonly<Record<string, string>> = { raw: "raw", dpdk: "dpdk", netmap: "netmap", tap: "tap" };

interface Values {
  get(key: string): { readonly line: Line; readonly value: string } | undefined;
}

export function importNuseConf(text: string): Imported {
  const losses: Loss[] = [];
  const lose: Lose = (line, message) => {
    losses.push({ line: line.number, message });
    return undefined;
  };
  const { blocks, stray, trailing } = parseNuseConf(text);
  for (const line of stray) lose(line, `${line.words.join(" ")} is in no block`);
  const interfaces = blocks.filter(({ kind }) => kind === "interface").flatMap((block) => convertInterface(block, lose) ?? []);
  const routes = blocks.filter(({ kind }) => kind === "route").flatMap((block) => convertRoute(block, lose) ?? []);
  const parts = [
    section("ports", interfaces.map(({ port }) => port)),
    section("interfaces", interfaces.map((one) => one.text)),
    section("routes", routes),
    trailing.map((comment) => `# ${comment}\n`).join(""),
  ];
  return { yaml: parts.filter((part) => part !== "").join("\n"), losses: losses.sort((a, b) => a.line - b.line) };
}

const section = (name: string, entries: readonly string[]): string => (entries.length === 0 ? "" : `${name}:\n${entries.join("")}`);

const commented = (comments: readonly string[], text: string): string =>
  `${comments.map((comment) => `  # ${comment}\n`).join("")}  ${text}\n`;

/** Those of a block by key; what is said twice or is not known is lost. */
function valuesOf(block: Block, known: readonly string[], lose: Lose): Values {
  const found = new Map<string, { line: Line; value: string }>();
  for (const line of block.settings) {
    const [word = "", value, ...more] = line.words;
    const key = word.toLowerCase();
    if (!known.includes(key)) lose(line, `${word} is not known in a block ${block.kind}`);
    else if (value === undefined) lose(line, `${key} has no value`);
    else if (found.has(key)) lose(line, `${key} is given twice; the first one counts`);
    else {
      if (more.length > 0) lose(line, `${more.join(" ")} behind ${key} ${value} is left out`);
      found.set(key, { line, value });
    }
  }
  return { get: (key) => found.get(key) };
}

function convertInterface(block: Block, lose: Lose): { readonly port: string; readonly text: string } | undefined {
  const { name, head, comments } = block;
  if (!/^[^\s/:]{1,15}$/.test(name)) return lose(head, `${name === "" ? "an interface without a name" : `${name} is no name of an interface`}`);
  const values = valuesOf(block, ["address", "netmask", "macaddr", "viftype"], lose);
  const keys = [convertAddress(values, lose), convertMac(values, lose)].filter((key) => key !== undefined);
  const port = `${quoted(name)}: { device: "${convertDevice(name, head, values, lose)}" }`;
  return { port: `  ${port}\n`, text: commented(comments, `${quoted(name)}: ${keys.length === 0 ? "{}" : `{ ${keys.join(", ")} }`}`) };
}

/** YAML takes some names for something else. */
const quoted = (name: string): string => (/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(name) && !/^(null|true|false|yes|no|on|off)$/i.test(name) ? name : JSON.stringify(name));

function convertDevice(name: string, head: Line, values: Values, lose: Lose): string {
  const type = values.get("viftype");
  if (!type) return `raw:${name}`;
  const backend = backends[type.value.toLowerCase()];
  if (backend === undefined) lose(type.line, `viftype ${type.value} has no counterpart; raw is taken for ${name}`);
  if (backend === "dpdk") lose(head, `${name} is a DPDK port: put the PCI address of its device in the place of its name`);
  return `${backend ?? "raw"}:${name}`;
}

function convertAddress(values: Values, lose: Lose): string | undefined {
  const address = values.get("address");
  const mask = values.get("netmask");
  if (!address) return mask && lose(mask.line, "a netmask without an address");
  const parsed = parseAddress(address.value);
  if (!parsed || parsed.family !== 4) return lose(address.line, `${address.value} is not an IPv4 address`);
  const length = mask ? maskLength(mask.value) : undefined;
  if (!mask) lose(address.line, `${address.value} has no netmask; /32 is taken`);
  if (mask && length === undefined) return lose(mask.line, `${mask.value} is not a netmask, so ${address.value} is left out`);
  return `addresses: [${parsed.text}/${length ?? 32}]`;
}

function convertMac(values: Values, lose: Lose): string | undefined {
  const mac = values.get("macaddr");
  if (!mac) return undefined;
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(mac.value)) return lose(mac.line, `${mac.value} is not a link-layer address`);
  return `mac: "${mac.value.toLowerCase()}"`;
}

function convertRoute(block: Block, lose: Lose): string | undefined {
  const values = valuesOf(block, ["network", "netmask", "gateway"], lose);
  const [to, mask, via] = ["network", "netmask", "gateway"].map((key) => values.get(key));
  if (!to || !via) return lose(block.head, `a route without ${to ? "gateway" : "network"}`);
  const [address, gateway] = [parseAddress(to.value), parseAddress(via.value)];
  if (!address || address.family !== 4) return lose(to.line, `${to.value} is not an IPv4 network`);
  if (!gateway || gateway.family !== 4) return lose(via.line, `${via.value} is not an IPv4 address`);
  const length = mask ? maskLength(mask.value) : to.value === "0.0.0.0" ? 0 : 32;
  if (length === undefined) return lose(mask!.line, `${mask!.value} is not a netmask, so the route is left out`);
  return commented(block.comments, `- { to: ${destination(address, length, to.line, lose)}, via: ${gateway.text} }`);
}

function destination(address: Address, length: number, line: Line, lose: Lose): string {
  const prefix = network({ address, length });
  if (prefix.address.text !== address.text) lose(line, `${address.text} has bits set behind its netmask; ${formatPrefix(prefix)} is taken`);
  return length === 0 ? "default" : formatPrefix(prefix);
}

/** 255.255.255.0 or 24; undefined when the ones do not stand together. */
function maskLength(text: string): number | undefined {
  if (/^\d{1,2}$/.test(text)) return Number(text) <= 32 ? Number(text) : undefined;
  const mask = parseAddress(text);
  if (mask?.family !== 4) return undefined;
  const digits = [...mask.bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return /^1*0*$/.test(digits) ? digits.lastIndexOf("1") + 1 : undefined;
}
