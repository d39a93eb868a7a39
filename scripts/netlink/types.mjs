// SPDX-License-Identifier: GPL-2.0-only
// The codec and the TypeScript type of an attribute or a struct's member.

import { camel, pascal } from "./names.mjs";

const scalars = new Set(["u8", "s8", "u16", "s16", "u32", "s32", "u64", "s64", "uint", "sint"]);
const sizes = { u8: 1, u16: 2, u32: 4, u64: 8 };
const longs = new Set(["u64", "s64", "uint", "sint"]);

const isAddress = ({ "display-hint": hint }) => /^ipv[46]/.test(hint ?? "");

function scalar({ type, "byte-order": order }) {
  const codec = order === "big-endian" && !["u8", "s8"].includes(type) ? `c.${type}be` : `c.${type}`;
  return { codec, ts: longs.has(type) ? "bigint" : "number" };
}

/** A member of a struct: of fixed size, but for bytes that end it. */
export function memberType(member) {
  const { type, len, struct } = member;
  if (type === "pad") return { codec: `c.bytes(${len})`, padding: true };
  if (type === "binary" && struct) return { codec: camel(struct), ts: `Partial<${pascal(struct)}>` };
  if (type === "binary") return { codec: len ? `c.bytes(${len})` : "c.rest", ts: "Uint8Array" };
  if (type === "string") return { codec: `c.chars(${len})`, ts: "string" };
  if (isAddress(member)) return { codec: `c.bytes(${sizes[type]})`, ts: "Uint8Array" };
  if (scalars.has(type)) return scalar(member);
  throw new Error(`${member.name}: a struct's member of type ${type}`);
}

function nest(model, attr) {
  const set = attr["nested-attributes"];
  const header = attr["fixed-header"];
  if (!header) return { codec: camel(set), ts: pascal(set) };
  return {
    codec: `c.headed(${camel(header)}, ${camel(set)})`,
    ts: `${pascal(set)} & { readonly header?: Partial<${pascal(header)}> }`,
  };
}

function binaryType({ struct, array, "sub-type": sub }) {
  if (struct && array) return { codec: `c.array(${camel(struct)})`, ts: `readonly Partial<${pascal(struct)}>[]` };
  if (struct) return { codec: camel(struct), ts: `Partial<${pascal(struct)}>` };
  if (sub) return { codec: `c.array(c.${sub})`, ts: "readonly number[]" };
  return { codec: "c.binary", ts: "Uint8Array" };
}

/** Arrays of nests are numbered from 1 (actions of tc), other arrays from 0. */
function indexedType(model, attr) {
  const sub = attr["sub-type"];
  const inner = attributeType(model, { ...attr, type: sub, "sub-type": undefined });
  const type = sub === "nest" && flagged(model, attr) ? "0x8000" : "0";
  return { codec: `c.indexed(${inner.codec}, ${attr.first ?? (sub === "nest" ? 1 : 0)}, ${type})`, ts: `readonly (${inner.ts})[]`, nest: true };
}

/** rtnetlink is older than the flag for nests, and iproute2 mostly leaves it out there. */
const flagged = (model, attr) => attr.flagged ?? model.generic;

export function attributeType(model, attr) {
  const { type } = attr;
  if (scalars.has(type)) return isAddress(attr) ? { codec: "c.binary", ts: "Uint8Array" } : scalar(attr);
  switch (type) {
    case "string":
      return { codec: attr.unterminated ? "c.unterminated" : "c.string", ts: "string" };
    case "flag":
      return { codec: "c.flag", ts: "true" };
    case "bitfield32":
      return { codec: "c.bitfield32", ts: "c.Bitfield32" };
    case "binary":
      return binaryType(attr);
    case "nest":
      return { ...nest(model, attr), nest: flagged(model, attr) };
    case "nest-type-value":
      return { codec: "c.binary", ts: "Uint8Array" };
    case "indexed-array":
      return { ...indexedType(model, attr), nest: flagged(model, attr) };
    case "records":
      return {
        codec: `c.records(${camel(attr.struct)}, ${camel(attr["nested-attributes"])})`,
        ts: `readonly (${pascal(attr["nested-attributes"])} & { readonly header?: Partial<${pascal(attr.struct)}> })[]`,
      };
    case "sub-message":
      return {
        codec: `c.subMessage(${JSON.stringify(camel(attr.selector))}, ${camel(attr["sub-message"])})`,
        ts: pascal(attr["sub-message"]),
        nest: attr.flagged,
        selected: true,
      };
  }
  throw new Error(`${model.file}: attribute ${attr.name} of type ${type}`);
}
