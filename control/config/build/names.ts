// SPDX-License-Identifier: GPL-2.0-only
// The interfaces that may be named, and in whose tables they are.

import { closest } from "../closest.js";
import type { Path } from "../document.js";
import type { InterfaceConfig } from "../model.js";
import type { Refuse } from "./context.js";
import { mainTable } from "./tables.js";

export class Links {
  readonly #names: ReadonlySet<string>;
  readonly #byName: ReadonlyMap<string, InterfaceConfig>;
  readonly #byTable = new Map<number, InterfaceConfig[]>();
  readonly #refuse: Refuse;

  /** A port has an interface even if the configuration says nothing of it. */
  constructor(interfaces: readonly InterfaceConfig[], ports: readonly string[], refuse: Refuse) {
    this.#names = new Set(["lo", ...ports, ...interfaces.map(({ name }) => name)]);
    this.#byName = new Map(interfaces.map((one) => [one.name, one]));
    this.#refuse = refuse;
    for (const one of interfaces) {
      const master = one.master === undefined ? undefined : this.#byName.get(one.master)?.link;
      const table = master?.kind === "vrf" ? master.table : mainTable;
      const others = this.#byTable.get(table);
      if (others) others.push(one);
      else this.#byTable.set(table, [one]);
    }
  }

  /** Is there one of that name? A fault at `path` if not. */
  known(path: Path, name: string): boolean {
    if (this.#names.has(name)) return true;
    const near = closest(name, [...this.#names]);
    this.#refuse(path, `there is no interface ${name}`, near === undefined ? `interfaces: ${[...this.#names].join(", ")}` : `did you mean ${near}?`);
    return false;
  }

  /** Those whose routes are in `table`, of main if it is no VRF's; the one of that name, if a name is given. */
  ofTable(table: number, name: string | undefined): readonly InterfaceConfig[] {
    if (name !== undefined) return [this.#byName.get(name)].filter((one) => one !== undefined);
    return this.#byTable.get(table) ?? this.#byTable.get(mainTable) ?? [];
  }
}
