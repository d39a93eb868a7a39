// SPDX-License-Identifier: GPL-2.0-only
// A family's specification: the kernel's, with ours of the same name laid over it.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

const read = (path) => (existsSync(path) ? parse(readFileSync(path, "utf8")) : undefined);

/** By name (formats: by value): what is in both is merged, what is new comes last. */
function mergeLists(below = [], above = [], key, merge) {
  const merged = new Map(below.map((entry) => [entry[key], entry]));
  for (const entry of above) {
    const old = merged.get(entry[key]);
    merged.set(entry[key], old ? merge(old, entry) : entry);
  }
  return [...merged.values()];
}

const shallow = (old, ours) => ({ ...old, ...ours });

const mergeSet = (old, ours) => ({
  ...old, ...ours,
  attributes: mergeLists(old.attributes, ours.attributes, "name", shallow),
});

const mergeFormats = (old, ours) => ({
  ...old, ...ours,
  formats: mergeLists(old.formats, ours.formats, "value", shallow),
});

function mergeSpecs(below, above) {
  return {
    ...below, ...above,
    definitions: mergeLists(below.definitions, above.definitions, "name", shallow),
    "attribute-sets": mergeLists(below["attribute-sets"], above["attribute-sets"], "name", mergeSet),
    "sub-messages": mergeLists(below["sub-messages"], above["sub-messages"], "name", mergeFormats),
    operations: {
      ...below.operations, ...above.operations,
      list: mergeLists(below.operations?.list, above.operations?.list, "name", shallow),
    },
    "mcast-groups": {
      list: mergeLists(below["mcast-groups"]?.list, above["mcast-groups"]?.list, "name", shallow),
    },
  };
}

export function loadSpec(file, { specs, overlays }) {
  const ours = read(join(overlays, `${file}.yaml`)) ?? {};
  const theirs = read(join(specs, `${file}.yaml`)) ?? {};
  return mergeSpecs(theirs, ours);
}
