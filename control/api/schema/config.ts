// SPDX-License-Identifier: GPL-2.0-only

import Type from "typebox";
import type { Applied as AppliedHere, Revision as RevisionHere } from "../../daemon/operations.js";
import type { Step as StepHere } from "../../sections/section.js";

export const Step = Type.Object({
  section: Type.String(),
  phase: Type.String(),
  words: Type.String({ examples: ["add 192.0.2.1/24 to wan0"] }),
  loss: Type.Optional(Type.String({ description: "why packets are lost while it is carried out; absent when none are" })),
});

export const Revision = Type.Object({
  number: Type.Integer(),
  time: Type.String({ format: "date-time" }),
  origin: Type.String(),
  comment: Type.Optional(Type.String()),
  state: Type.Enum(["confirmed", "pending", "reverted"]),
});

export const Applied = Type.Object({ revision: Revision, steps: Type.Array(Step), seconds: Type.Number() });

export const ConfigText = Type.Object(
  { text: Type.String({ description: "a configuration file's text, YAML" }) },
  { additionalProperties: false },
);

export const ApplyRequest = Type.Object(
  {
    ...ConfigText.properties,
    confirmSeconds: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 86400, description: "go back by itself after so many seconds, unless it is confirmed" }),
    ),
    comment: Type.Optional(Type.String({ maxLength: 200 })),
  },
  { additionalProperties: false },
);

export type Step = Type.Static<typeof Step>;
export type Revision = Type.Static<typeof Revision>;
export type Applied = Type.Static<typeof Applied>;

export const showStep = ({ section, phase, words, loss }: StepHere): Step => ({
  section, phase, words, ...(loss !== undefined && { loss }),
});

export const showRevision = ({ number, time, origin, comment, state }: RevisionHere): Revision => ({
  number, time: time.toISOString(), origin, state, ...(comment !== undefined && { comment }),
});

export const showApplied = ({ revision, steps, seconds }: AppliedHere): Applied => ({
  revision: showRevision(revision), steps: steps.map(showStep), seconds,
});
