// SPDX-License-Identifier: GPL-2.0-only
// What is published about the configuration is what the schema says.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { publishedSchema, schemaFile } from "../../control/config/publish.js";
import { ConfigFile } from "../../control/config/schema/file.js";

/** Every key of every object in the schema, `type` aside, with the name of its section. */
function* keysOf(schema: unknown): Generator<string> {
  if (typeof schema !== "object" || schema === null) return;
  const { properties } = schema as { properties?: Record<string, unknown> };
  if (properties) yield* Object.keys(properties);
  for (const value of Object.values(schema)) yield* keysOf(value);
}

describe("docs/configuration.md", () => {
  const text = readFileSync("docs/configuration.md", "utf8");
  const documented = new Set([...text.matchAll(/^\| (`[^|]*`) \|/gm)].flatMap(([, cell = ""]) => [...cell.matchAll(/`([^`]+)`/g)].map(([, key]) => key)));

  it("has every key of the schema but those of sections with a page of their own, and no other", () => {
    const { firewall: _firewall, nat: _nat, qos: _qos, ...rest } = ConfigFile.properties;
    const keys = new Set([...Object.keys(ConfigFile.properties), ...keysOf(Object.values(rest))]);
    expect([...documented].sort()).toEqual([...keys].sort());
  });

  it("has a part for every type of interface", () => {
    const { enum: types } = (ConfigFile.properties.interfaces as unknown as { patternProperties: Record<string, { properties: { type: { enum: string[] } } }> })
      .patternProperties[Object.keys((ConfigFile.properties.interfaces as unknown as { patternProperties: object }).patternProperties)[0]!]!.properties.type;
    const headings = [...text.matchAll(/^### type: (.*)$/gm)].flatMap(([, list = ""]) => list.split(", "));
    expect(headings.sort()).toEqual([...types].sort());
  });
});

it.each([
  ["firewall", [ConfigFile.properties.firewall, ConfigFile.properties.nat]],
  ["qos", [ConfigFile.properties.qos]],
] as const)("docs/%s.md speaks of every key of its sections", (page, schemas) => {
  const text = readFileSync(`docs/${page}.md`, "utf8");
  const keys = [...new Set(keysOf(schemas))];
  expect(keys.filter((key) => !new RegExp(`(?<![\\w-])${key}(?![\\w-])`).test(text))).toEqual([]);
});

it("config/nuse.schema.json is what `npm run schema` writes", () => {
  expect(readFileSync(schemaFile, "utf8")).toBe(publishedSchema());
});

it("every property of the schema has a description, or its parts have", () => {
  const without: string[] = [];
  const visit = (schema: unknown, path: string): void => {
    if (typeof schema !== "object" || schema === null) return;
    for (const [key, value] of Object.entries((schema as { properties?: Record<string, object> }).properties ?? {})) {
      const one = value as { description?: string; const?: unknown; type?: unknown };
      if (one.description === undefined && one.const === undefined && one.type !== "object") without.push(`${path}.${key}`);
    }
    for (const [key, value] of Object.entries(schema)) visit(value, `${path}.${key}`);
  };
  visit(ConfigFile, "");
  expect(without).toEqual([]);
});
