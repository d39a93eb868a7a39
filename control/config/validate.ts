// SPDX-License-Identifier: GPL-2.0-only
// The schema's verdict on a file, in words.

import { Ajv } from "ajv";
import type { ErrorObject } from "ajv";
import { NuseError } from "../errors.js";
import { closest } from "./closest.js";
import type { ConfigDocument, Path } from "./document.js";
import { ConfigFile } from "./schema/file.js";

const check = new Ajv({ allErrors: true, verbose: true, strict: false }).compile<ConfigFile>(ConfigFile);

/** The file's content if the schema allows it; throws with every fault. */
export function validate(document: ConfigDocument, file: string): ConfigFile {
  const { content } = document;
  if (check(content)) return content;
  const faults = (check.errors ?? []).filter(isCause).map((error) => explain(error, document));
  throw new NuseError("config.invalid", `${file} is not a valid configuration`, { faults });
}

/** Union members, names and conditions fail together with the whole: one fault is enough. */
const isCause = ({ schemaPath, keyword }: ErrorObject): boolean =>
  !/\/anyOf\/\d+\//.test(schemaPath) && keyword !== "propertyNames" && keyword !== "if";

function explain(error: ErrorObject, document: ConfigDocument): NuseError {
  const path = pathOf(error.instancePath);
  const { description, examples } = annotations(error.parentSchema);
  const example = examples[0] === undefined ? "" : `, for example ${examples[0]}`;
  const wanted = description === undefined ? undefined : `expected ${description}${example}`;
  const name = path.length === 0 ? "the file" : path.join(".");

  switch (error.keyword) {
    case "additionalProperties": {
      const key = String(error.params["additionalProperty"]);
      return new NuseError("config.invalid", `unknown key ${key}`, {
        place: document.keyPlace([...path, key]),
        hint: hintForKey(key, error.parentSchema),
      });
    }
    case "required":
      return new NuseError("config.invalid", `${name} lacks ${String(error.params["missingProperty"])}`, {
        place: document.valuePlace(path),
        hint: hintForMissing(String(error.params["missingProperty"]), error.parentSchema),
      });
    case "minProperties":
      return new NuseError("config.invalid", `${name} is empty`, { place: document.valuePlace(path) });
    default:
      return new NuseError("config.invalid", `${name}: ${show(error)} ${complaint(error)}`, {
        place: document.valuePlace(path),
        hint: hintForChoice(error) ?? wanted,
      });
  }
}

function complaint({ keyword, message, params }: ErrorObject): string {
  switch (keyword) {
    case "type":
      return `is not ${[params["type"] as string | string[]].flat().map(article).join(" or ")}`;
    case "pattern":
    case "anyOf":
      return "is not of the right form";
    case "enum":
      return "is not one of the choices";
    case "uniqueItems":
      return "has an element twice";
    default:
      return message ?? "is not allowed";
  }
}

const article = (type: string): string => `${/^[aeiou]/.test(type) ? "an" : "a"} ${type}`;

/** A value in few words; secrets in none. */
function show({ data, parentSchema }: ErrorObject): string {
  if (isRecord(parentSchema) && parentSchema["writeOnly"] === true) return "what is there";
  const text = JSON.stringify(data, (key, value: unknown) => (isSecret(key) ? "..." : value)) ?? "nothing";
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

const isSecret = (key: string): boolean => /^(private|preshared)-key$/.test(key);

/** JSON pointer to path. */
const pathOf = (pointer: string): Path =>
  pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));

interface Annotations {
  readonly description: string | undefined;
  readonly examples: readonly string[];
}

function annotations(schema: unknown): Annotations {
  const record = isRecord(schema) ? schema : {};
  const { description, examples } = record;
  return {
    description: typeof description === "string" ? description : undefined,
    examples: Array.isArray(examples) ? examples.map(String) : [],
  };
}

function hintForChoice({ keyword, data, params }: ErrorObject): string | undefined {
  if (keyword !== "enum" || typeof data !== "string") return undefined;
  const near = closest(data, (params["allowedValues"] as unknown[]).map(String));
  return near === undefined ? undefined : `did you mean ${near}?`;
}

function hintForMissing(key: string, schema: unknown): string | undefined {
  const properties = isRecord(schema) ? schema["properties"] : undefined;
  const { description, examples } = annotations(isRecord(properties) ? properties[key] : undefined);
  if (description === undefined) return undefined;
  return examples[0] === undefined ? `${key} is ${description}` : `${key} is ${description}, for example ${examples[0]}`;
}

function hintForKey(key: string, schema: unknown): string | undefined {
  if (!isRecord(schema)) return undefined;
  const properties = schema["properties"];
  if (!isRecord(properties)) {
    const names = schema["patternProperties"];
    return isRecord(names) ? `names have the form ${Object.keys(names)[0]}` : undefined;
  }
  const known = Object.keys(properties);
  const near = closest(key, known);
  return near === undefined ? `known here: ${known.join(", ")}` : `did you mean ${near}?`;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;
