// SPDX-License-Identifier: GPL-2.0-only
// nused as a test steers it: the daemon itself, asked over the channel to the
// parent what the API and signals would ask. It goes on when the parent leaves.

import { Daemon } from "../control/daemon/daemon.js";
import type { ConfigOperations } from "../control/daemon/operations.js";
import { exitStatus, formatError } from "../control/errors.js";

function fail(error: unknown): never {
  process.stderr.write(`${formatError(error)}\n`);
  process.exit(exitStatus(error));
}

interface Question {
  readonly id: number;
  readonly name: keyof ConfigOperations | "reload";
  readonly args: readonly unknown[];
}

const [, , , path] = process.argv;
const daemon = await Daemon.start(path!, fail).catch(fail);
const { configuration } = daemon;

/** To a caller who may be gone. */
const send = (answer: object): void => void (process.connected && process.send!(answer));

async function ask({ name, args }: Question): Promise<unknown> {
  if (name === "reload") return daemon.reload();
  return (configuration[name] as (...args: readonly unknown[]) => unknown)(...args);
}

process.on("message", (question: Question) => {
  ask(question).then(
    (answer) => send({ id: question.id, answer }),
    (error: unknown) => send({ id: question.id, error: formatError(error) }),
  );
});
process.on("SIGTERM", () => void daemon.stop().then(() => process.exit(0), fail));
send({ id: 0 });
