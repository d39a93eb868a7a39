// SPDX-License-Identifier: GPL-2.0-only

/** A failure with something the reader can do about it; printed without a stack. */
export class SetupError extends Error {
  constructor(message, hint) {
    super(message);
    this.name = "SetupError";
    this.hint = hint;
  }
}

/** Print a failure the way a person wants to read it. */
export function report(error) {
  if (!(error instanceof SetupError)) {
    console.error(error);
    return;
  }
  console.error(`\n${error.message}`);
  if (error.hint) console.error(`hint: ${error.hint}`);
}
