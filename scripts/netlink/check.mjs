// SPDX-License-Identifier: GPL-2.0-only
// usage: node check.mjs SPECS OVERLAYS
// Prints a C program that compiles only if every number of the tables, every
// size and offset is what the kernel's own headers say.

import { families } from "./families.mjs";
import { loadSpec } from "./load.mjs";
import { modelOf } from "./model.mjs";

const upper = (name) => name.toUpperCase().replaceAll("-", "_");
const lower = (name) => name.toLowerCase().replaceAll("-", "_");
const sizes = { u8: 1, s8: 1, u16: 2, s16: 2, u32: 4, s32: 4, u64: 8, s64: 8 };

const equal = (c, number, what) => `_Static_assert((unsigned long long)(${c}) == ${BigInt.asUintN(64, BigInt(number))}ull, ${JSON.stringify(what)});`;

/** What a set, an enum or an operation begins with in C. Generic families follow a rule. */
const prefixOf = (model, thing, rule) =>
  thing["name-prefix"] ?? (model.generic ? `${model.name}-${rule}${thing.name}-`.replaceAll("_", "-") : undefined);

function attributes(model, set) {
  if (set["subset-of"] || set["c-name"] === "none") return [];
  const prefix = prefixOf(model, set, "a-") ?? "";
  return set.attributes.map((attr) =>
    equal(attr["c-name"] ?? upper(prefix + attr.name), attr.number, `${model.file} ${set.name} ${attr.name}`));
}

function enumeration(model, definition) {
  if (definition["c-name"] === "none") return [];
  const prefix = prefixOf(model, definition, "") ?? "";
  return definition.entries.map(({ name, value, "c-name": c }) =>
    equal(c ?? definition["c-names"]?.[name] ?? upper(prefix + name), value, `${model.file} ${definition.name} ${name}`));
}

const memberSize = (model, { type, len, struct }) =>
  struct ? structSize(model, struct) : (len ?? sizes[type] ?? 0);

function structSize(model, name) {
  const { members } = model.definitions.find((definition) => definition.name === name);
  return members.reduce((sum, member) => sum + memberSize(model, member), 0);
}

function structure(model, { name, members, "c-name": c = lower(name), "c-names": names = {}, "c-prefix": prefix = "" }) {
  if (c === "none") return [];
  const lines = [];
  let offset = 0;
  for (const member of members) {
    const size = memberSize(model, member);
    if (member.type !== "pad") {
      const what = `${model.file} ${name} ${member.name}`;
      const field = names[member.name] ?? prefix + member.name.replaceAll("-", "_");
      lines.push(equal(`offsetof(struct ${c}, ${field})`, offset, what));
      if (size > 0) lines.push(equal(`sizeof(((struct ${c} *)0)->${field})`, size, what));
    }
    offset += size;
  }
  return [...lines, equal(`sizeof(struct ${c})`, offset, `${model.file} ${name}`)];
}

function operation(model, { name, request, reply, do: act, dump, "c-name": c, "c-reply": toldBy }, prefix) {
  const what = `${model.file} ${name}`;
  const own = c ?? upper(prefix + name);
  const lines = act || dump || model.generic ? [equal(own, request || reply, what)] : [];
  const answer = toldBy ?? { ethtool: `${own}_REPLY` }[model.file] ?? own.replace("RTM_GET", "RTM_NEW");
  if (request && reply && reply !== request) lines.push(equal(answer, reply, `${what} reply`));
  return lines;
}

function operations(model) {
  return model.operations.flatMap((one) => operation(model, one, model.operationPrefix));
}

const group = (model) => ({ name, value }) =>
  model.generic ? [] : [equal(upper(name), value, `${model.file} group ${name}`)];

const headers = new Set();
const asserts = [];
for (const file of families) {
  const [specs, overlays] = process.argv.slice(2);
  const model = modelOf(file, loadSpec(file, { specs, overlays }));
  for (const header of model.headers) headers.add(header);
  const ofType = (...types) => model.definitions.filter(({ type }) => types.includes(type));
  asserts.push(
    ...model.sets.flatMap((set) => attributes(model, set)),
    ...ofType("enum", "flags").flatMap((definition) => enumeration(model, definition)),
    ...ofType("struct").flatMap((definition) => structure(model, definition)),
    ...operations(model),
    ...model.groups.flatMap(group(model)),
  );
}
console.log([
  "#include <netinet/in.h>",
  "#include <stddef.h>",
  ...[...headers].map((header) => `#include <${header}>`),
  ...asserts,
  "",
].join("\n"));
