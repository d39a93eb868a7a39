// SPDX-License-Identifier: GPL-2.0-only

import { readFile } from "node:fs/promises";
import { NuseError } from "../errors.js";
import { buildConfig } from "./build/config.js";
import { parseConfig } from "./document.js";
import type { Config } from "./model.js";
import { validate } from "./validate.js";

const largest = 16 * 1024 * 1024;

/** The configuration that `text` means; `file` is for messages. */
export function readConfig(text: string, file: string): Config {
  const document = parseConfig(text, file);
  return buildConfig(validate(document, file), document, file);
}

/** Load a configuration file; throws a NuseError with every fault in it. */
export async function loadConfig(file: string): Promise<Config> {
  return readConfig(await readText(file), file);
}

async function readText(file: string): Promise<string> {
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
