// SPDX-License-Identifier: GPL-2.0-only
// Errors as RFC 9457 has them: application/problem+json, with what a NuseError knows.

import Type from "typebox";
import { codes, formatPlace, NuseError } from "../errors.js";
import type { ErrorCode } from "../errors.js";

const Fault = Type.Object({
  detail: Type.String(),
  place: Type.Optional(Type.String({ description: "file:line:column, a system call, a netlink request" })),
  hint: Type.Optional(Type.String({ description: "what would be right, or what to do" })),
});

export const Problem = Type.Object(
  {
    type: Type.String({ description: "urn:nuse:error:CODE" }),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String({ description: "the same as nuse's and nused's", examples: Object.keys(codes) }),
    ...Fault.properties,
    faults: Type.Optional(Type.Array(Fault)),
  },
  { description: "what went wrong (RFC 9457)" },
);

export type Problem = Type.Static<typeof Problem>;

export const problemType = "application/problem+json";

const statuses: Readonly<Record<ErrorCode, number>> = {
  "usage": 400,
  "config.unreadable": 422,
  "config.syntax": 422,
  "config.invalid": 422,
  "config.needs-restart": 409,
  "config.pending": 409,
  "config.unwritable": 507,
  "revision.unknown": 404,
  "revision.unreadable": 409,
  "apply.failed": 409,
  "engine.unavailable": 503,
  "engine.port": 409,
  "engine.boot": 503,
  "engine.died": 503,
  "daemon.running": 409,
  "kernel.call": 502,
  "kernel.refused": 409,
  "kernel.protocol": 502,
  "api.listen": 409,
  "api.request": 400,
  "api.missing": 404,
  "api.denied": 401,
  "api.unreachable": 502,
  "api.version": 400,
  "api.busy": 503,
  "api.failed": 500,
  "capture.filter": 400,
  "doctor.failed": 500,
  "program.missing": 404,
};

const titles: Readonly<Record<number, string>> = {
  400: "Bad request",
  401: "Not authenticated",
  404: "Not found",
  408: "Too slow",
  409: "Refused",
  413: "Too large",
  415: "Unsupported media type",
  422: "Not a valid configuration",
  429: "Too many requests",
  431: "Headers too large",
  500: "Internal error",
  502: "The kernel did not do as it should",
  503: "Not now",
  507: "No space for it",
};

export function toProblem(error: unknown): Problem {
  const known = error instanceof NuseError ? error : fromHttp(error);
  const status = httpStatus(error, known.code);
  return {
    type: `urn:nuse:error:${known.code}`,
    title: titles[status] ?? "Error",
    status,
    code: known.code,
    ...toFault(known),
    ...(known.faults.length > 0 && { faults: known.faults.map(toFault) }),
  };
}

const toFault = ({ message, place, hint }: NuseError): Type.Static<typeof Fault> => ({
  detail: message,
  ...(place && { place: formatPlace(place) }),
  ...(hint !== undefined && { hint }),
});

/** The HTTP server's own errors have a status below 500; anything else is ours, and its inside is not for the caller. */
function fromHttp(error: unknown): NuseError {
  const status = statusCode(error);
  if (!(error instanceof Error) || status === undefined) return new NuseError("api.failed", "nused failed at this; its log says how", { cause: error });
  if (status === 401) return new NuseError("api.denied", error.message);
  if (status === 404) return new NuseError("api.missing", error.message);
  if (status === 429 || status === 503) return new NuseError("api.busy", error.message);
  return new NuseError("api.request", error.message);
}

function statusCode(error: unknown): number | undefined {
  const status = error instanceof Error && "statusCode" in error ? Number(error.statusCode) : undefined;
  return status !== undefined && ((status >= 400 && status < 500) || status === 503) ? status : undefined;
}

const httpStatus = (error: unknown, code: ErrorCode): number =>
  (error instanceof NuseError ? statuses[code] : statusCode(error)) ?? 500;
