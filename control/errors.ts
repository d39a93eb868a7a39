// SPDX-License-Identifier: GPL-2.0-only

/** Every way to fail, with the exit status of the program that reports it. */
export const codes = {
  "usage": 2,
  "config.unreadable": 3,
  "config.syntax": 3,
  "config.invalid": 3,
  "config.needs-restart": 3,
  "config.pending": 3,
  "config.unwritable": 3,
  "revision.unknown": 3,
  "revision.unreadable": 3,
  "apply.failed": 6,
  "engine.unavailable": 4,
  "engine.port": 4,
  "engine.boot": 4,
  "engine.died": 5,
  "daemon.running": 8,
  "kernel.call": 6,
  "kernel.refused": 6,
  "kernel.protocol": 6,
  "api.listen": 7,
  "api.request": 2,
  "api.missing": 2,
  "api.denied": 9,
  "api.unreachable": 9,
  "api.version": 9,
  "api.busy": 9,
  "api.failed": 9,
  "capture.filter": 2,
  "doctor.failed": 10,
  "program.missing": 127,
} as const;

export type ErrorCode = keyof typeof codes;

/** Where a fault is: a line of a file, a system call, a netlink request. */
export type Place =
  | { readonly file: string; readonly line: number; readonly column: number }
  | { readonly at: string };

export interface ErrorDetails {
  readonly place?: Place | undefined;
  /** What would be right, or what to do. */
  readonly hint?: string | undefined;
  /** The single faults, when there are several. */
  readonly faults?: readonly NuseError[];
  readonly cause?: unknown;
  /** Positive errno number, when the kernel gave one. */
  readonly errno?: number | undefined;
}

/** The one error type: a code for programs, a place and a hint for people. */
export class NuseError extends Error {
  readonly code: ErrorCode;
  readonly place: Place | undefined;
  readonly hint: string | undefined;
  readonly faults: readonly NuseError[];
  readonly errno: number | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.name = "NuseError";
    this.code = code;
    this.place = details.place;
    this.hint = details.hint;
    this.faults = details.faults ?? [];
    this.errno = details.errno;
  }
}

export function formatPlace(place: Place): string {
  return "file" in place ? `${place.file}:${place.line}:${place.column}` : place.at;
}

/** As a compiler prints its errors: one line a fault, its hint below. */
export function formatError(error: unknown): string {
  if (!(error instanceof NuseError)) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  if (error.faults.length > 0) return error.faults.map(formatError).join("\n");
  const place = error.place ? `${formatPlace(error.place)}: ` : "";
  const hint = error.hint ? `\n  hint: ${error.hint}` : "";
  return `${place}${error.message}${hint}`;
}

export function exitStatus(error: unknown): number {
  return error instanceof NuseError ? codes[error.code] : 1;
}

/** For what others throw, whose messages are sentences already: give it a code. */
export const rethrowAs = (code: ErrorCode) => (cause: unknown): never => {
  throw new NuseError(code, cause instanceof Error ? cause.message : String(cause), { cause });
};
