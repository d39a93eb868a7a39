// SPDX-License-Identifier: GPL-2.0-only
// What an option adds under the name a user types (fq_codel, hash:ip, rfc4106):
// makefiles say which sources an option compiles, and those register the names.

import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";

/** Structures that register something, and the member that holds its name. */
const registrations = {
  Qdisc_ops: "id",
  crypto_template: "name",
  ip_set_type: "name",
  ip_vs_scheduler: "name",
  net_proto_family: "family",
  nf_conntrack_helper: "name",
  nft_expr_type: "name",
  rtnl_link_ops: "kind",
  tc_action_ops: "kind",
  tcf_ematch_ops: "kind",
  tcf_proto_ops: "kind",
  tcp_congestion_ops: "name",
  tcp_ulp_ops: "name",
  xt_match: "name",
  xt_target: "name",
};
const structure = new RegExp(
  `\\bstruct\\s+(${Object.keys(registrations).join("|")})\\s+\\w+(?:\\s*\\[[^\\]]*\\])?[^=;(){}]*=\\s*\\{`,
  "g",
);

/** The same for what is registered in another way; the group is the name. */
const calls = [
  /\bnf_ct_helper_init\((?:[^,]+,){3}\s*([^,]+),/g,
  /\.(?:base\.)?cra_name\s*=\s*("[^"]+")/g,
  /\bBLAKE2B_ALG\(("[^"]+")/g,
];
const numbered =
  /\b(?:inet6?_add_protocol|xfrm[46]_protocol_register|lwtunnel_encap_add_ops)\([^,]+,\s*(?:IPPROTO|LWTUNNEL_ENCAP)_(\w+)\)/g;

/** Folders with their makefiles, and the option that brings obj-y of each. */
const roots = [
  ["net", "NET"],
  ["drivers/net", "NETDEVICES"],
  ["crypto", "CRYPTO"],
  ["arch/x86/crypto", undefined],
];

/** Map option -> names it registers in this configuration, sorted. */
export function readRegistered(tree, config) {
  const names = new Map();
  const scan = { tree, config, names };
  for (const [folder, option] of roots) scanFolder(scan, folder, option);
  return new Map([...names].map(([option, set]) => [option, [...set].sort()]));
}

function scanFolder(scan, folder, inherited) {
  const makefile = ["Makefile", "Kbuild"].map((name) => join(scan.tree, folder, name)).find(existsSync);
  if (!makefile) return;
  const lines = readFileSync(makefile, "utf8").replace(/\\\n/g, " ").split("\n");
  const rules = lines.flatMap((line) => {
    const match = /^\s*([\w-]+?)-(?:objs|(y|m|\$\(.*?CONFIG_(\w+).*?))\s*[:+]?=\s*(.*)$/.exec(line);
    return match ? [{ target: match[1], option: match[3], parts: match[4].split(/\s+/) }] : [];
  });

  const compile = (object, option, module) => {
    const composite = rules.filter((rule) => rule.target === object);
    for (const rule of composite) {
      for (const part of rule.parts.filter((name) => name.endsWith(".o") && name !== `${object}.o`)) {
        compile(part.slice(0, -2), rule.option ?? option, module);
      }
    }
    scanSource(scan, join(folder, `${object}.c`), option, module);
  };
  for (const rule of rules.filter(({ target }) => target === "obj")) {
    const option = rule.option ?? inherited;
    for (const part of rule.parts) {
      if (part.endsWith("/")) scanFolder(scan, join(folder, part), option);
      else if (part.endsWith(".o") && option) compile(part.slice(0, -2), option, part.slice(0, -2));
    }
  }
}

function scanSource({ tree, config, names }, file, option, module) {
  const path = join(tree, file);
  if (!existsSync(path)) return;
  // What arch/lib takes from arch/x86 is compiled there as for x86-64.
  const settings = file.startsWith("arch/x86/") ? new Map(config).set("X86_64", "y") : config;
  const text = configured(readFileSync(path, "utf8"), settings);
  const found = [...registeredBy(text)].map((value) => plainName(value, text, path, module));
  if (!names.has(option)) names.set(option, new Set());
  for (const name of found) if (name) names.get(option).add(name);
}

/** `text` without the parts that are for options which are off. */
function configured(text, config) {
  const stack = [];
  const kept = text.split("\n").filter((line) => {
    const [, word, rest = ""] = /^\s*#\s*(ifdef|ifndef|if|elif|else|endif)\b(.*)/.exec(line) ?? [];
    const option = /^\s*(?:IS_(?:ENABLED|BUILTIN)\(|defined\(|)CONFIG_(\w+)\)?\s*(?:\/\*.*)?$/.exec(rest)?.[1];
    const on = option && config.get(option) === "y";
    if (word === "ifdef" || word === "if") stack.push(option ? on : undefined);
    else if (word === "ifndef") stack.push(option ? !on : undefined);
    else if (word === "elif") stack[stack.length - 1] = undefined;
    else if (word === "else" && stack.at(-1) !== undefined) stack[stack.length - 1] = !stack.at(-1);
    else if (word === "endif") stack.pop();
    return !stack.includes(false);
  });
  return kept.join("\n");
}

function* registeredBy(text) {
  for (const match of text.matchAll(structure)) {
    const body = text.slice(match.index, endOfBody(text, match.index + match[0].length));
    const member = new RegExp(`\\.${registrations[match[1]]}\\s*=\\s*("[^"]*"|[^,}]+?)\\s*[,}]`, "g");
    for (const [, value] of body.matchAll(member)) yield value;
  }
  for (const call of calls) for (const [, value] of text.matchAll(call)) yield value.trim();
  for (const [, value] of text.matchAll(numbered)) yield `"${value.toLowerCase()}"`;
}

function endOfBody(text, from) {
  let depth = 1;
  let at = from;
  while (at < text.length && depth > 0) {
    if (text[at] === "{") depth += 1;
    if (text[at] === "}") depth -= 1;
    at += 1;
  }
  return at;
}

/** A string as it is; a constant without its prefix; a macro as its definition says. */
function plainName(value, text, path, module) {
  if (value.startsWith('"')) return value.slice(1, -1).replace(/^__/, "");
  if (value === "KBUILD_MODNAME") return module;
  if (/^[AP]F_\w+$/.test(value)) return value.replace(/^PF_/, "AF_");
  if (/^TCF_EM_\w+$/.test(value)) return value.slice("TCF_EM_".length).toLowerCase();
  if (!/^\w+$/.test(value)) return undefined;
  const define = new RegExp(`^#define\\s+${value}\\s+"([^"]+)"`, "m");
  const beside = readdirSync(dirname(path)).filter((name) => name.endsWith(".h"));
  for (const source of [text, ...beside.map((name) => readFileSync(join(dirname(path), name), "utf8"))]) {
    const match = define.exec(source);
    if (match) return match[1];
  }
  return undefined;
}
