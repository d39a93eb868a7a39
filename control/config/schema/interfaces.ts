// SPDX-License-Identifier: GPL-2.0-only

import Type from "typebox";
import { InterfaceName } from "./common.js";
import { Link } from "./links.js";

export const Interfaces = Type.Record(InterfaceName, Link, {
  additionalProperties: false,
  description: "interfaces of the library kernel, by name",
});
