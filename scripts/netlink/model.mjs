// SPDX-License-Identifier: GPL-2.0-only
// What a specification leaves to be worked out: numbers, and what names mean.

const flagsValue = (index) => (index === 31 ? 2 ** 31 : 1 << index);

/** Entries of an enum or of flags, with their values. */
function numberEntries({ type, entries, "value-start": start = 0 }) {
  let next = start;
  return entries.map((entry) => {
    const { name, value } = typeof entry === "string" ? { name: entry } : entry;
    const index = value ?? next;
    next = index + 1;
    return { name: String(name), value: type === "flags" ? flagsValue(index) : index };
  });
}

/** Attributes with their numbers; those of a subset have the number and the type of the whole set's. */
function numberAttributes(set, setNamed) {
  if (set["subset-of"]) {
    const whole = new Map(numberAttributes(setNamed(set["subset-of"]), setNamed).map((attr) => [attr.name, attr]));
    return set.attributes.map((attr) => {
      const original = whole.get(attr.name);
      if (!original) throw new Error(`${set["subset-of"]} has no attribute ${attr.name}`);
      return { ...original, ...attr };
    });
  }
  let next = 1;
  return set.attributes.map((attr) => {
    const number = attr.value ?? next;
    next = number + 1;
    return { ...attr, number };
  });
}

/** One number for request, reply and notification, counted from 1. */
function unifiedOperations(list) {
  let next = 1;
  return list.map((operation) => {
    const number = operation.value ?? next;
    next = number + 1;
    return { ...operation, request: number, reply: number };
  });
}

/** Requests and replies each have numbers of their own. */
function directionalOperations(list) {
  let nextRequest = 1;
  let nextReply = 1;
  return list.map((operation) => {
    const mode = operation.do ?? operation.dump;
    if (!mode) {
      const reply = operation.value ?? nextReply;
      nextReply = reply + 1;
      return { ...operation, request: 0, reply };
    }
    const request = mode.request?.value ?? nextRequest;
    const reply = mode.reply?.value ?? nextReply;
    nextRequest = request + 1;
    nextReply = mode.reply ? reply + 1 : reply;
    return { ...operation, request, reply: mode.reply ? reply : 0 };
  });
}

/** With values, or with the padding that C puts behind. */
function completed(definition) {
  if (["enum", "flags"].includes(definition.type)) return { ...definition, entries: numberEntries(definition) };
  const tail = definition["tail-pad"];
  if (!tail) return definition;
  return { ...definition, members: [...definition.members, { name: "tail-pad", type: "pad", len: tail }] };
}

/** A set of the name of an enum gets another, wherever it is spoken of. */
function distinctNames(spec) {
  const taken = new Set(spec.definitions.map(({ name }) => name));
  const rename = (name) => (taken.has(name) ? `${name}-attrs` : name);
  const refer = (entry, ...keys) => ({
    ...entry,
    ...Object.fromEntries(keys.filter((key) => entry[key]).map((key) => [key, rename(entry[key])])),
  });
  return {
    ...spec,
    "attribute-sets": spec["attribute-sets"].map((set) => ({
      ...refer(set, "name", "subset-of"),
      attributes: set.attributes.map((attr) => refer(attr, "nested-attributes")),
    })),
    operations: {
      ...spec.operations,
      list: spec.operations.list.map((operation) => refer(operation, "attribute-set")),
    },
  };
}

/** The specification with all that numbered and looked up. */
export function modelOf(file, merged) {
  const spec = distinctNames(merged);
  const sets = new Map(spec["attribute-sets"].map((set) => [set.name, set]));
  const setNamed = (name) => {
    const set = sets.get(name);
    if (!set) throw new Error(`${file}: no attribute set ${name}`);
    return set;
  };
  const { operations } = spec;
  const number = operations["enum-model"] === "directional" ? directionalOperations : unifiedOperations;
  return {
    file,
    name: spec.name,
    doc: String(spec.doc ?? "").trim(),
    generic: spec.protocol !== "netlink-raw",
    protocol: spec.protonum,
    version: spec.version ?? 1,
    /** Of ours: the kernel's headers that the numbers are in, and what is taken from other families. */
    headers: spec.headers ?? [],
    imports: spec.imports ?? {},
    definitions: spec.definitions.map(completed),
    sets: [...sets.values()].map((set) => ({
      ...set,
      attributes: numberAttributes(set, setNamed).filter(({ type }) => type !== "unused" && type !== "pad"),
    })),
    subMessages: spec["sub-messages"],
    operations: number(operations.list).map((operation) => ({
      ...operation,
      header: operation["fixed-header"] ?? operations["fixed-header"],
    })),
    operationPrefix: operations["name-prefix"] ?? (spec.protocol === "netlink-raw" ? "rtm-" : `${spec.name}-cmd-`),
    groups: spec["mcast-groups"].list,
  };
}
