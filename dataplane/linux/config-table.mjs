// SPDX-License-Identifier: GPL-2.0-only
// node dataplane/linux/config-table.mjs TREE CONFIG [--write FILE | --check FILE]
//
// What is in the library kernel and what is not, as tables, from the kernel's source
// tree and a resolved .config. The tables go to standard output, or between the marks
// of FILE; --check fails if FILE says something else.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { absent } from "./config-table/absent.mjs";
import { readConfig, readKconfig } from "./config-table/kconfig.mjs";
import { readRegistered } from "./config-table/registered.mjs";
import { inScope, sections } from "./config-table/sections.mjs";

const usage = "usage: node config-table.mjs TREE CONFIG [--write FILE | --check FILE]";

const isSwitch = ({ type, choice }) => (type === "bool" || type === "tristate") && !choice;
const code = (text) => `\`${text}\``;
const cell = (text) => text.replaceAll("|", "\\|");

/** One table a section; options without a prompt, which others bring, under it. */
function tablesIn(options, config, registered) {
  const on = options.filter((option) => config.get(option.name) === "y");
  const taken = new Set();
  return sections.map(({ title, takes }) => {
    const here = on.filter((option) => !taken.has(option) && takes(option));
    for (const option of here) taken.add(option);
    const shown = here.filter(({ name, prompt }) => prompt || registered.has(name)).sort(byName);
    const brought = here.filter((option) => !shown.includes(option)).sort(byName);
    const rows = shown.map(({ name, prompt }) => {
      const names = (registered.get(name) ?? []).map(code).join(" ");
      return `| ${code(name)} | ${cell(prompt || "(comes with others)")} | ${cell(names)} |`;
    });
    return [
      `### ${title}\n`,
      "| option | in Linux's words | registers |\n| --- | --- | --- |",
      ...rows,
      ...(brought.length > 0 ? [`\nBrought along: ${brought.map(({ name }) => code(name)).join(", ")}.`] : []),
    ].join("\n");
  });
}

/** One row a reason. Throws if an option is off and no row says why. */
function tableOut(options, config) {
  const off = options.filter((option) => inScope(option) && option.prompt && config.get(option.name) !== "y");
  const reasons = new Map(absent.map((row) => [row, []]));
  const unexplained = [];
  for (const option of off) {
    const row = absent.find(({ takes }) => takes(option));
    if (row) reasons.get(row).push(option);
    else unexplained.push(option.name);
  }
  if (unexplained.length > 0) {
    throw new Error(`off, and config-table/absent.mjs does not say why: ${unexplained.sort().join(" ")}`);
  }
  const rows = [...reasons].filter(([, list]) => list.length > 0).map(([{ what, why, count }, list]) => {
    const listed = count ? `${list.length} options` : list.sort(byName).map(({ name }) => code(name)).join(" ");
    return `| ${what} | ${why} | ${listed} |`;
  });
  return ["| what | why not | options |\n| --- | --- | --- |", ...rows].join("\n");
}

const byName = (a, b) => (a.name < b.name ? -1 : 1);

function makeTables(tree, configPath) {
  if (!existsSync(join(tree, "arch/lib/Kconfig"))) throw new Error(`${tree} is no kernel source with arch/lib in it`);
  const options = [...readKconfig(tree, "Kconfig").values()].filter(isSwitch);
  const config = readConfig(configPath);
  const registered = new Map([...readRegistered(tree, config)].filter(([, names]) => names.length > 0));
  return { in: tablesIn(options, config, registered).join("\n\n"), out: tableOut(options, config) };
}

/** `text` with each table between its marks: <!-- begin in --> and <!-- end in -->. */
function insertTables(text, tables) {
  return Object.entries(tables).reduce((document, [mark, table]) => {
    const [begin, end] = [`<!-- begin ${mark} -->`, `<!-- end ${mark} -->`];
    const [from, to] = [document.indexOf(begin), document.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`no ${begin} ... ${end} in the document`);
    return `${document.slice(0, from + begin.length)}\n${table}\n${document.slice(to)}`;
  }, text);
}

function main() {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { write: { type: "string" }, check: { type: "string" } },
  });
  const [tree, config] = positionals;
  const path = values.write ?? values.check;
  if (positionals.length !== 2 || (values.write && values.check)) throw new Error(usage);

  const tables = makeTables(tree, config);
  if (!path) {
    console.log(`${tables.in}\n\n${tables.out}`);
    return;
  }
  const before = readFileSync(path, "utf8");
  const after = insertTables(before, tables);
  if (values.write) writeFileSync(path, after);
  else if (after !== before) {
    throw new Error(`${path} is not what this configuration gives: run config-table.mjs with --write`);
  }
}

try {
  main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
