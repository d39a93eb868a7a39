// SPDX-License-Identifier: GPL-2.0-only
// What is measured, and beside what.

import { tapBed, vethBed } from "./bed.js";
import type { Bed } from "./bed.js";
import { engine, hostKernel, testpmd } from "./router.js";
import type { Start } from "./router.js";

export interface Subject {
  readonly name: string;
  readonly bed: () => Bed;
  readonly start: Start;
}

export interface Group {
  /** The first is ours. */
  readonly subjects: readonly [Subject, ...Subject[]];
  /** Name of a reference, and the share of its rate that ours should reach. */
  readonly wanted: Readonly<Record<string, number>>;
}

const host: Subject = { name: "host kernel", bed: vethBed, start: hostKernel };

const veth = (name: string, start: Start): Subject => ({ name, bed: vethBed, start });
const tap = (name: string, start: Start): Subject => ({ name, bed: tapBed, start });

const afPacket = veth("testpmd af_packet", testpmd((device, index) =>
  `net_af_packet${index},iface=${device},qdisc_bypass=1,framecnt=2048`));
const afXdp = veth("testpmd af_xdp", testpmd((device, index) => `net_af_xdp${index},iface=${device}`));
const netTap = tap("testpmd tap", testpmd((device, index) => `net_tap${index},iface=${device}`));

export const groups: Readonly<Record<string, Group>> = {
  raw: {
    subjects: [veth("raw", engine((device) => `raw:${device}`)), afPacket, host],
    wanted: { [afPacket.name]: 0.9, [host.name]: 1 },
  },
  xdp: {
    subjects: [veth("xdp", engine((device) => `xdp:${device}`)), afXdp, host],
    wanted: { [afXdp.name]: 0.9, [host.name]: 1 },
  },
  tap: {
    subjects: [tap("tap", engine((device) => `tap:${device}`)), netTap, host],
    wanted: { [netTap.name]: 1, [host.name]: 1 },
  },
};
