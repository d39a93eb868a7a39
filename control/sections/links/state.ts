// SPDX-License-Identifier: GPL-2.0-only

export interface RunningLink {
  readonly index: number;
  readonly name: string;
  readonly up: boolean;
  readonly mtu: number;
}

export type RunningLinks = ReadonlyMap<string, RunningLink>;
