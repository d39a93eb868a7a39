// SPDX-License-Identifier: GPL-2.0-only

import Type from "typebox";
import { InterfaceName, Metric, strict } from "./common.js";

const Route = Type.Object(
  {
    to: Type.String({ description: "a prefix, or default", examples: ["198.51.100.0/24"] }),
    via: Type.Optional(Type.String({ description: "the next hop's address" })),
    interface: Type.Optional(InterfaceName),
    metric: Type.Optional(Metric),
  },
  strict,
);

export const Routes = Type.Array(Route);
