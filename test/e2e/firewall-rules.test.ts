// SPDX-License-Identifier: GPL-2.0-only

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatError } from "../../control/errors.js";
import { blockKey } from "../../control/firewall/compile/lines.js";
import type { Block } from "../../control/firewall/compile/lines.js";
import { tableLines } from "../../control/firewall/compile/table.js";
import { parseListing } from "../../control/firewall/listing.js";
import { readCounters, readRules, readSets } from "../../control/firewall/read.js";
import { comparable } from "../../control/firewall/summary.js";
import { arbitraryFirewall } from "./firewall-arbitrary.js";
import { config, linesBefore, useBed } from "./firewall-bed.js";

const bed = useBed();

const fails = (text: string): Promise<string> => bed.apply(text).then(() => "", formatError);
const words = async (text: string): Promise<string[]> => (await bed.apply(text)).map((step) => step.words);

/** A table's lines, its blocks sorted: the kernel keeps them as they came. */
const inOrder = (blocks: readonly Block[]): string =>
  tableLines(blocks.toSorted((a, b) => (blockKey(a) < blockKey(b) ? -1 : 1))).map((line) => comparable(line.text)).join("\n");

const simple = `
firewall:
  sets: { s: { type: ipv4, elements: [192.0.2.1] }, d: { type: ipv4, dynamic: true, timeout: 1h } }
  forward: { rules: [{ source: "@s", counter: seen, action: accept }] }
`;

describe("any firewall that makes sense", () => {
  it("is taken by nft and the kernel, is listed as it was compiled, and is applied once", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryFirewall, async (text) => {
        await bed.apply(text);
        const [listed] = parseListing(await bed.list("inet nuse"));
        expect(inOrder(listed!.blocks)).toBe(inOrder(config(text).firewall.blocks));
        expect(await bed.apply(text)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});

describe("applying", () => {
  it("the same again sends nothing, and taking it away leaves nothing", async () => {
    await bed.apply(simple);
    expect(await bed.apply(simple)).toEqual([]);
    expect(await words("")).toEqual([expect.stringMatching(/^remove the firewall: - counter seen/)]);
    expect(await bed.list()).toBe("");
    expect(await bed.apply("")).toEqual([]);
  });

  it("keeps counts, and what sets have learned", async () => {
    await bed.apply(simple);
    await bed.kernel.nft.output("add element inet nuse d { 198.51.100.9 timeout 2h }");
    await bed.apply(simple.replace("192.0.2.1", "192.0.2.2").replace("accept", "drop"));
    const learned = (await readSets(bed.kernel.nft)).find(({ name }) => name === "d");
    expect(learned?.elements).toEqual([{ value: "198.51.100.9", timeout: 7200, expires: expect.any(Number) as number }]);
    expect(await readCounters(bed.kernel.nft)).toEqual([{ table: "inet nuse", name: "seen", packets: 0, bytes: 0 }]);
  });

  it("leaves tables of others alone", async () => {
    const foreign = "table ip theirs {\n\tchain c {\n\t\ttcp dport 22 accept\n\t}\n}";
    await bed.kernel.nft.output(foreign);
    await bed.apply(simple);
    await bed.apply("");
    expect((await bed.list()).trim()).toBe(foreign);
    await bed.kernel.nft.output("delete table ip theirs");
  });

  it("undoes what somebody changed in its tables, and says what", async () => {
    await bed.apply(simple);
    await bed.kernel.nft.output("insert rule inet nuse forward tcp dport 23 accept");
    await bed.kernel.nft.output("delete element inet nuse s { 192.0.2.1 }");
    await bed.kernel.nft.output("add chain inet nuse theirs");
    const before = await words(simple);
    expect(before).toEqual([expect.stringContaining("- forward: tcp dport 23 accept")]);
    expect(before[0]).toMatch(/~ set s: 1 element more/);
    expect(before[0]).toMatch(/- chain theirs/);
    expect(await bed.apply(simple)).toEqual([]);
    await bed.kernel.nft.output("delete table inet nuse");
    expect(await words(simple)).toHaveLength(1);
  });

  it("a set of 10,000 elements, again without sending them, and without one of them", async () => {
    const elements = Array.from({ length: 10_000 }, (_, index) => `10.${index >> 8}.${index & 255}.1`);
    const text = (some: readonly string[], action: string): string =>
      `firewall: { sets: { many: { type: ipv4, elements: [${some.join(", ")}] } }, forward: { rules: [{ source: "@many", action: ${action} }] } }`;
    await bed.apply(text(elements, "drop"));
    expect((await readSets(bed.kernel.nft)).find(({ name }) => name === "many")?.elements).toHaveLength(10_000);
    expect(await bed.apply(text(elements, "drop"))).toEqual([]);
    const changed = config(text(elements, "accept"));
    expect(await words(text(elements, "accept"))).toEqual([expect.stringMatching(/- forward: ip saddr @many drop/)]);
    expect(changed.firewall.blocks.find(({ name }) => name === "many")!.elements).toHaveLength(10_000);
    expect(await words(text(elements.slice(1), "accept"))).toEqual([expect.stringContaining("~ set many: 1 element less")]);
    expect((await readSets(bed.kernel.nft)).find(({ name }) => name === "many")?.elements).toHaveLength(9_999);
  });
});

describe("text in nft's language", () => {
  const raw = (...lines: string[]): string => `firewall:\n  forward: { rules: [{ counter: seen, action: drop }] }\n  nft: |\n${lines.map((line) => `    ${line}\n`).join("")}`;
  const good = raw("table ip mine {", "  chain c {", "    tcp dport 22 counter accept", "  }", "}");

  it("is replaced as a whole, and gone with the text", async () => {
    await bed.apply(good);
    expect(await bed.apply(good)).toEqual([]);
    expect(await words(good.replace("22", "23"))).toEqual([expect.stringContaining("~ table ip mine")]);
    expect(await bed.list("ip mine")).toContain("tcp dport 23 counter accept");
    expect(await words(raw("table ip6 other { }"))).toEqual([expect.stringMatching(/- table ip mine; \+ table ip6 other/)]);
    expect(await bed.list()).not.toContain("ip mine");
  });

  it.each([
    ["a word that is wrong", ["table ip mine {", "  chain c {", "    tcp dprt 22 accept", "  }", "}"], 3, 9, /syntax error/],
    ["a chain that is missing", ["table ip mine {", "  chain c {", "    jump nowhere", "  }", "}"], 3, 10, /No such file or directory/],
    ["a brace too few", ["table ip mine {", "  chain c {", "  }"], 3, 0, /unexpected end of file/],
  ])("with %s is refused at its place, and everything stays as it was", async (_what, lines, line, column, message) => {
    await bed.apply(good);
    const before = await bed.list();
    const error = await fails(raw("define a = 1", ...lines).replace("action: drop", "action: accept"));
    const at = linesBefore + 4 + line;
    expect(error).toMatch(new RegExp(`nuse\\.yaml:${at}:${column === 0 ? "" : column + 4}`));
    expect(error).toMatch(message);
    expect(await bed.list()).toBe(before);
  });

  it("cannot read files", async () => {
    expect(await fails(raw("table ip mine {", '  include "/etc/hosts"', "}"))).toMatch(/nuse\.yaml:\d+:\d+: nft: File not found/);
  });
});

describe("docs/firewall.md", () => {
  const examples = readFileSync("docs/firewall.md", "utf8")
    .split(/\n(?=\S)|\n\n(?=    \S)/)
    .map((part) => part.replace(/^ {4}/gm, ""))
    .filter((part) => /^(firewall|nat):/.test(part));

  it.each(examples.map((example) => [example.split("\n", 2).join(" "), example]))("has an example that works: %s", async (_head, example) => {
    expect(await bed.apply(`${example}\n`)).not.toEqual([]);
    expect(await bed.apply(`${example}\n`)).toEqual([]);
  });

  it("has several", () => expect(examples.length).toBeGreaterThanOrEqual(5));
});

describe("what a kernel refuses", () => {
  it("is told at the rule that it is about, before anything is touched", async () => {
    await bed.apply(simple);
    const before = await bed.list();
    const error = await fails(`${simple}sysctl: { net.ipv4.ip_forward: 1 }\n`.replace("counter: seen", "counter: drop"));
    expect(error).toMatch(new RegExp(`nuse\\.yaml:${linesBefore + 4}:\\d+: nft: syntax error, unexpected drop`));
    expect(error.match(/nuse\.yaml/g)).toHaveLength(1);
    expect(await bed.list()).toBe(before);
  });
});

describe("what can be read", () => {
  it("are rules with their handles and counts", async () => {
    await bed.apply("firewall:\n  nft: |\n    table ip mine {\n      chain c {\n        tcp dport 22 counter accept\n      }\n    }\n");
    expect(await readRules(bed.kernel.nft)).toEqual([{
      table: "ip mine", chain: "c", handle: expect.any(Number) as number,
      text: "tcp dport 22 counter packets 0 bytes 0 accept", counted: { packets: 0, bytes: 0 },
    }]);
  });
});
