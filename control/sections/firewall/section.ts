// SPDX-License-Identifier: GPL-2.0-only
// Filtering and translation of addresses. One change is one transaction: it
// takes effect as a whole, between two packets, or not at all.

import { markerLines } from "../../firewall/marker.js";
import { changeScript, plainScript } from "../../firewall/script.js";
import type { Parts, Script } from "../../firewall/script.js";
import type { FirewallConfig } from "../../firewall/config.js";
import { refused } from "../../firewall/nft.js";
import { differences } from "../../firewall/summary.js";
import type { Section, Step } from "../section.js";
import { listingDigests, readFirewall } from "./read.js";
import type { RunningFirewall } from "./state.js";

interface FirewallStep extends Step {
  readonly section: "firewall";
  readonly script: Script;
  /** "+ input: tcp dport 22 accept" */
  readonly changes: readonly string[];
}

/** Changes that a step's words name; the others are counted. */
const mostWords = 8;

export const firewall: Section<"firewall", FirewallStep> = {
  name: "firewall",

  read: ({ nft }) => readFirewall(nft),

  plan({ firewall: running }, { firewall: wanted }) {
    const parts = differentParts(running, wanted);
    return parts.own || parts.raw ? [replace(running, wanted, parts)] : [];
  },

  async check({ nft }, { firewall: running, links }, { firewall: wanted }) {
    const parts = differentParts(running, wanted);
    if (!parts.own && !parts.raw) return;
    const faults = await nft.complaints(scriptOf(running, wanted, parts), { dryRun: true });
    // An interface that is still to be made is missing for the kernel: it will be asked again.
    const awaited = [...devicesOf(wanted)].some((device) => !links.has(device));
    const real = awaited ? faults.filter(({ message }) => !/No such (file|device)/.test(message)) : faults;
    if (real.length > 0) throw refused(real);
  },

  async carryOut({ nft }, { script }) {
    await nft.apply(script);
    const running = await readFirewall(nft);
    if (!running.marker) return;
    const { own, raw, tables } = running.marker;
    const listing = listingDigests(running);
    await nft.apply(plainScript(markerLines({
      own: { ...own, listing: listing.own }, raw: { ...raw, listing: listing.raw }, tables,
    })));
  },
};

function differentParts(running: RunningFirewall, { blocks, raw, digests }: FirewallConfig): Parts {
  const { marker } = running;
  const listing = listingDigests(running);
  const same = (part: "own" | "raw"): boolean =>
    marker !== undefined && marker[part].text === digests[part] && marker[part].listing === listing[part];
  return {
    own: !same("own") && (marker !== undefined || blocks.length > 0 || running.own !== undefined),
    raw: !same("raw") && (marker !== undefined || raw !== undefined),
  };
}

const scriptOf = ({ own, raw }: RunningFirewall, wanted: FirewallConfig, parts: Parts): Script =>
  changeScript({ own: own?.blocks, rawTables: raw.map(({ name }) => name) }, wanted, parts);

const devicesOf = ({ blocks }: FirewallConfig): string[] =>
  blocks.flatMap(({ kind, head }) => (kind === "flowtable" ? head : [])).flatMap((line) => /^devices = \{ (.*) \}$/.exec(line)?.[1]?.replaceAll('"', "").split(", ") ?? []);

function replace(running: RunningFirewall, wanted: FirewallConfig, parts: Parts): FirewallStep {
  const changes = [
    ...(parts.own ? differences(running.own?.blocks ?? [], wanted.blocks) : []),
    ...(parts.raw ? rawChanges(running, wanted) : []),
  ];
  const named = changes.slice(0, mostWords).join("; ");
  const more = changes.length > mostWords ? `; and ${changes.length - mostWords} more` : "";
  const words = `${deed(running, wanted)}: ${named || "as configured"}${more}`;
  return { section: "firewall", phase: "firewall", words, script: scriptOf(running, wanted, parts), changes };
}

/** Connections are known from the first rules on that ask for their state. */
function deed(running: RunningFirewall, { blocks, raw }: FirewallConfig): string {
  if (!running.own && running.raw.length === 0) return "set up the firewall";
  if (blocks.length === 0 && !raw) return "remove the firewall";
  return "change the firewall, established connections go on";
}

function rawChanges({ raw: is }: RunningFirewall, { raw }: FirewallConfig): string[] {
  const should = raw?.tables ?? [];
  return [
    ...is.filter(({ name }) => !should.includes(name)).map(({ name }) => `- table ${name}`),
    ...should.map((name) => `${is.some((table) => table.name === name) ? "~" : "+"} table ${name}`),
  ];
}
