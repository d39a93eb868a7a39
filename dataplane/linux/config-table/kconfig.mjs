// SPDX-License-Identifier: GPL-2.0-only
// Reads Kconfig as far as a table needs it: which options there are, their prompts,
// and the file and the menus they stand in. What depends on what is left to Kconfig.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const types = /^(?:def_)?(bool|tristate|int|hex|string)\b\s*(.*)$/;
const quoted = /^(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')/;
const help = /^(?:help|---help---)$/;

/** Every option that `file` and what it sources define: Map name -> option. */
export function readKconfig(tree, file, options = new Map(), menus = []) {
  const path = join(tree, file);
  if (!existsSync(path)) return options;
  const open = [...menus];
  let choices = 0;
  let option;

  for (const line of statements(readFileSync(path, "utf8"))) {
    const [word, rest] = splitWord(line);
    if (word === "config" || word === "menuconfig") {
      option = define(options, rest, { file, menus: [...open], choice: choices > 0 });
      continue;
    }
    if (word === "source" || word === "osource") {
      readKconfig(tree, sourced(rest), options, open);
      option = undefined;
    } else if (word === "menu") {
      open.push(unquote(rest));
      option = undefined;
    } else if (word === "endmenu") {
      open.pop();
    } else if (word === "choice" || word === "endchoice") {
      choices += word === "choice" ? 1 : -1;
      option = undefined;
    } else if (option) {
      describe(option, word, rest, line);
    }
  }
  return options;
}

/** Lines that say something: continued ones joined, comments and help texts gone. */
function* statements(text) {
  let helpIndent;
  for (const raw of text.replace(/\\\n/g, " ").split("\n")) {
    const line = raw.trim();
    if (line === "") continue;
    const indent = raw.replace(/\t/g, "        ").search(/\S/);
    if (helpIndent === 0) helpIndent = indent;
    if (helpIndent !== undefined && indent >= helpIndent && indent > 0) continue;
    helpIndent = help.test(line) ? 0 : undefined;
    if (helpIndent === undefined && !line.startsWith("#")) yield line;
  }
}

function splitWord(line) {
  const at = line.search(/\s/);
  return at < 0 ? [line, ""] : [line.slice(0, at), line.slice(at).trim()];
}

function define(options, name, place) {
  if (!options.has(name)) options.set(name, { name, type: "bool", prompt: "", ...place });
  return options.get(name);
}

/** The first prompt counts: later definitions of an option add defaults only. */
function describe(option, word, rest, line) {
  const typed = types.exec(line);
  if (typed) option.type = typed[1];
  const prompt = word === "prompt" ? rest : word.startsWith("def_") ? "" : typed?.[2];
  if (prompt && quoted.test(prompt) && !option.prompt) option.prompt = unquote(prompt);
}

const sourced = (rest) => unquote(rest).replace(/\$\(?SRCARCH\)?/, "lib");

function unquote(text) {
  const match = quoted.exec(text);
  return match ? (match[1] ?? match[2]).replace(/\\(.)/g, "$1") : text;
}

/** The options a resolved .config turns on, and the values of the others. */
export function readConfig(path) {
  const values = new Map();
  for (const line of readFileSync(path, "utf8").split("\n")) {
    const match = /^CONFIG_(\w+)=(.*)$/.exec(line);
    if (match) values.set(match[1], match[2]);
  }
  return values;
}
