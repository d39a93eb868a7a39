// SPDX-License-Identifier: GPL-2.0-only
// One family's tables as a TypeScript module.

import { camel, pascal, property } from "./names.mjs";
import { attributeType, memberType } from "./types.mjs";

const doc = (text) => (text ? `/** ${String(text).replace(/\s+/g, " ").replaceAll("*/", "* /").trim()} */\n` : "");
const inlineDoc = (text) => doc(text).replace(/^/, "  ").replace(/\n$/, "\n");

function emitEnum({ name, entries }) {
  const lines = entries.map((entry) => `  ${property(camel(entry.name))}: ${entry.value},`);
  return `export const ${camel(name)} = {\n${lines.join("\n")}\n} as const;\n`;
}

function emitStruct({ name, members }) {
  const types = members.map((member) => ({ name: camel(member.name), ...memberType(member), doc: member.doc }));
  const fields = types
    .filter(({ padding }) => !padding)
    .map((member) => `${member.doc ? inlineDoc(member.doc) : ""}  readonly ${property(member.name)}: ${member.ts};`);
  const rows = types.map((member) => `  [${JSON.stringify(member.padding ? "" : member.name)}, ${member.codec}],`);
  return `export interface ${pascal(name)} {\n${fields.join("\n")}\n}\n\n` +
    `export const ${camel(name)}: c.Struct<${pascal(name)}> = c.struct<${pascal(name)}>(${JSON.stringify(name)}, [\n${rows.join("\n")}\n]);\n`;
}

function emitSet(model, { name, attributes, doc: text }) {
  const types = attributes.map((attr) => ({ attr, ...attributeType(model, attr) }));
  const fields = types.map(({ attr, ts }) =>
    `${attr.doc ? inlineDoc(attr.doc) : ""}  readonly ${property(camel(attr.name))}?: ` +
    `${attr["multi-attr"] ? `readonly (${ts})[]` : ts} | undefined;`);
  const rows = types.map(({ attr, codec, nest, selected }) => {
    const traits = [nest && "c.nested", attr["multi-attr"] && "c.multi", selected && "c.selected"].filter(Boolean);
    const more = traits.length > 0 ? `, ${traits.join(" | ")}` : "";
    return `  ${property(camel(attr.name))}: [${attr.number}, ${codec}${more}],`;
  });
  return `${doc(text)}export interface ${pascal(name)} {\n${fields.join("\n")}\n}\n\n` +
    `export const ${camel(name)}: c.AttributeSet<${pascal(name)}> = new c.AttributeSet<${pascal(name)}>(${JSON.stringify(name)}, () => ({\n${rows.join("\n")}\n}));\n`;
}

function formatType({ "fixed-header": header, "attribute-set": set }) {
  if (header && set) return { codec: `c.headed(${camel(header)}, ${camel(set)})`, ts: `${pascal(set)} & { readonly header?: Partial<${pascal(header)}> }` };
  if (header) return { codec: camel(header), ts: `Partial<${pascal(header)}>` };
  if (set) return { codec: camel(set), ts: pascal(set) };
  return { codec: "c.binary", ts: "Uint8Array" };
}

function emitSubMessage(model, { name, formats }) {
  const types = formats.map((format) => ({ value: String(format.value), ...formatType(format) }));
  const fields = types.map(({ value, ts }) => `  readonly ${property(value)}: ${ts};`);
  const rows = types.map(({ value, codec }) => `  ${property(value)}: ${codec},`);
  return `/** What a value is, by the selecting attribute. */\nexport interface ${pascal(name)}Formats {\n${fields.join("\n")}\n}\n\n` +
    `export type ${pascal(name)} = ${pascal(name)}Formats[keyof ${pascal(name)}Formats] | Uint8Array;\n\n` +
    `export const ${camel(name)} = () => ({\n${rows.join("\n")}\n});\n`;
}

function emitOperations({ operations, sets }) {
  const rows = operations
    .filter((operation) => operation["attribute-set"])
    .map((operation) => {
      const set = operation["attribute-set"];
      const header = operation.header ? camel(operation.header) : "c.noHeader";
      if (!sets.some(({ name }) => name === set)) throw new Error(`no attribute set ${set}`);
      return `${operation.doc ? inlineDoc(operation.doc) : ""}  ${property(camel(operation.name))}: ` +
        `{ request: ${operation.request}, reply: ${operation.reply}, header: ${header}, attributes: ${camel(set)} },`;
    });
  return `export const operations = {\n${rows.join("\n")}\n};\n`;
}

const emitGroups = ({ groups, generic }) =>
  generic
    ? `export const groups = {\n${groups.map(({ name }) => `  ${property(camel(name))}: ${JSON.stringify(name)},`).join("\n")}\n} as const;\n`
    : `export const groups = {\n${groups.map(({ name, value }) => `  ${property(camel(name))}: ${value},`).join("\n")}\n} as const;\n`;

const emitFamily = ({ generic, name, version, protocol }) =>
  generic
    ? `export const family = { name: ${JSON.stringify(name)}, version: ${version} } as const;\n`
    : `/** The protocol of the socket. */\nexport const protocol = ${protocol};\n`;

const emitConstant = ({ name, value }) => `export const ${camel(name)} = ${JSON.stringify(value)};\n`;

/** Structs that contain others come after them. */
function inOrder(structs) {
  const placed = new Set();
  const ordered = [];
  const place = (definition) => {
    if (placed.has(definition.name)) return;
    placed.add(definition.name);
    for (const { struct } of definition.members) {
      const inner = structs.find(({ name }) => name === struct);
      if (inner) place(inner);
    }
    ordered.push(definition);
  };
  structs.forEach(place);
  return ordered;
}

/** The names are unique, or the module would not say what it means. */
function checkNames(model, names) {
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  if (twice.length > 0) throw new Error(`${model.file}: names used twice: ${twice.join(", ")}`);
}

export function emit(model) {
  const { definitions, sets, subMessages } = model;
  const ofType = (...types) => definitions.filter(({ type }) => types.includes(type));
  checkNames(model, [...definitions, ...sets, ...subMessages].map(({ name }) => camel(name)));
  const body = [
    emitFamily(model),
    ...ofType("const").map(emitConstant),
    ...ofType("enum", "flags").map(emitEnum),
    ...inOrder(ofType("struct")).map(emitStruct),
    ...sets.map((set) => emitSet(model, set)),
    ...subMessages.map((message) => emitSubMessage(model, message)),
    emitOperations(model),
    emitGroups(model),
  ].join("\n");
  const imports = Object.entries(model.imports).flatMap(([file, names]) => [
    `import { ${names.map(camel).join(", ")} } from "./${file}.js";`,
    `import type { ${names.map(pascal).join(", ")} } from "./${file}.js";`,
  ]);
  return [
    "// SPDX-License-Identifier: GPL-2.0-only",
    `// ${model.name}: made from the kernel's specification and control/netlink/overlay. Do not edit.`,
    "",
    'import * as c from "../codec/index.js";',
    ...imports,
    "",
    body,
  ].join("\n");
}
