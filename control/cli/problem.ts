// SPDX-License-Identifier: GPL-2.0-only

import type { Problem } from "../api/problem.js";
import { codes, NuseError } from "../errors.js";
import type { ErrorCode } from "../errors.js";

/** The error that a problem of the API tells of. */
export function fromProblem({ code, detail, place, hint, faults }: Problem): NuseError {
  const nested = faults?.map((fault) => fromProblem({ type: "", title: "", status: 0, code, ...fault }));
  return new NuseError(isCode(code) ? code : "api.failed", detail, {
    hint,
    ...(place !== undefined && { place: { at: place } }),
    ...(nested && { faults: nested }),
  });
}

const isCode = (code: string): code is ErrorCode => Object.hasOwn(codes, code);
