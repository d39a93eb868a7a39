// SPDX-License-Identifier: GPL-2.0-only
// The schema as a file for editors: `npm run schema` writes config/nuse.schema.json.

import { writeFileSync } from "node:fs";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { ConfigFile } from "./schema/file.js";

export const schemaFile = "config/nuse.schema.json";

const head = {
  $schema: "http://json-schema.org/draft-07/schema#",
  $id: "urn:nuse:config",
  title: "The configuration of nused",
};

/** JSON Schema of a configuration file, as text. */
export const publishedSchema = (): string => `${JSON.stringify({ ...head, ...ConfigFile }, undefined, 2)}\n`;

if (argv[1] === fileURLToPath(import.meta.url)) writeFileSync(schemaFile, publishedSchema());
