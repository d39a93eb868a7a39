// SPDX-License-Identifier: GPL-2.0-only
// What the configuration says of the firewall: checked, and compiled.

import { createHash } from "node:crypto";
import type { Refuse } from "../config/build/context.js";
import type { Path } from "../config/document.js";
import type { Place } from "../errors.js";
import { checkFirewall } from "./check/firewall.js";
import { checkNat } from "./check/nat.js";
import type { Context } from "./check/context.js";
import type { Block } from "./compile/lines.js";
import { compileTable, tableLines } from "./compile/table.js";
import type { Model } from "./model.js";
import { checkRaw } from "./raw.js";
import type { RawText } from "./raw.js";
import type { Firewall } from "./schema/firewall.js";
import type { Nat } from "./schema/nat.js";

export interface FirewallConfig {
  readonly model: Model;
  /** The table of the structured part; none when it is empty. */
  readonly blocks: readonly Block[];
  readonly raw: RawText | undefined;
  /** Digests of both parts, by which a kernel that has them is known. */
  readonly digests: { readonly own: string; readonly raw: string };
}

export const digest = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);

export interface FirewallFile {
  readonly firewall?: Firewall | undefined;
  readonly nat?: Nat | undefined;
}

export interface Surroundings {
  readonly refuse: Refuse;
  readonly place: (path: Path) => Place;
  readonly textPlace: (path: Path, line: number, column: number) => Place;
  readonly ports: readonly string[];
  /** All interfaces, ports among them. */
  readonly interfaces: ReadonlySet<string>;
}

/** The firewall that the file means; faults go to `refuse`. */
export function buildFirewall({ firewall = {}, nat = {} }: FirewallFile, around: Surroundings): FirewallConfig {
  const { refuse, place, textPlace, ports, interfaces } = around;
  const context: Context = {
    refuse, place, interfaces,
    zones: new Map(Object.entries(firewall.zones ?? {})),
    sets: new Map(Object.entries(firewall.sets ?? {})),
  };
  const rawPath = ["firewall", "nft"];
  const raw = firewall.nft === undefined
    ? undefined
    : checkRaw(firewall.nft, rawPath, (line, column) => textPlace(rawPath, line, column), refuse);
  return compile({ ...checkFirewall(firewall, context, ports), ...checkNat(nat, context), raw });
}

/** The same while some interfaces are not there: a flowtable's devices have to be. */
export function withoutDevices(config: FirewallConfig, absent: ReadonlySet<string>): FirewallConfig {
  const { flowtable } = config.model;
  if (!flowtable?.devices.some((name) => absent.has(name))) return config;
  const devices = flowtable.devices.filter((name) => !absent.has(name));
  return compile({ ...config.model, flowtable: devices.length === 0 ? undefined : { ...flowtable, devices } });
}

function compile(model: Model): FirewallConfig {
  const blocks = compileTable(model);
  const { raw } = model;
  return { model, blocks, raw, digests: { own: digest(text(blocks)), raw: digest(raw?.text ?? "") } };
}

const text = (blocks: readonly Block[]): string => tableLines(blocks).map((line) => line.text).join("\n");
