// SPDX-License-Identifier: GPL-2.0-only

import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { NuseError } from "../errors.js";
import { buildConfig } from "./build/config.js";
import type { ReadFile } from "./build/context.js";
import { parseConfig } from "./document.js";
import type { Config } from "./model.js";
import { validate } from "./validate.js";

const largest = 16 * 1024 * 1024;

/** The configuration that `text` means; `file` is for messages. */
export function readConfig(text: string, file: string): Config {
  const document = parseConfig(text, file);
  return buildConfig(validate(document, file), document, file, readBeside(file));
}

/** Load a configuration file; throws a NuseError with every fault in it. */
export async function loadConfig(file: string): Promise<Config> {
  return readConfig(await readText(file), file);
}

/** What a configuration file has in it. */
export async function readText(file: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new NuseError("config.unreadable", `cannot read ${file}: ${reason}`, { cause });
  }
  if (bytes.length > largest) {
    throw new NuseError("config.unreadable", `${file} is larger than 16 MB`);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new NuseError("config.unreadable", `${file} is not UTF-8 text`, { cause });
  }
}

/** Files that a configuration names are sought beside it; they are small: keys. */
const readBeside = (file: string): ReadFile => (path) => {
  try {
    return { text: readFileSync(resolve(dirname(file), path), "utf8") };
  } catch (cause) {
    return { fault: cause instanceof Error ? cause.message : String(cause) };
  }
};
