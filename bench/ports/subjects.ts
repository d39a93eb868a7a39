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
  /** Whose round trips and idling are of interest, too. */
  readonly timed: boolean;
}

/** What is measured one after the other, so that ratios are made of values of the same minutes. */
export interface Group {
  readonly name: string;
  /** The first is ours. */
  readonly subjects: readonly [Subject, ...Subject[]];
  /** Name of a reference, and the share of its rate that ours should reach. */
  readonly wanted: Readonly<Record<string, number>>;
}

const host: Subject = { name: "host kernel", bed: vethBed, start: hostKernel(false), timed: true };
const steeredHost: Subject = { name: "host kernel, steered", bed: vethBed, start: hostKernel(true), timed: false };

const ours = (name: string, bed: () => Bed): Subject =>
  ({ name, bed, start: engine((device) => `${name}:${device}`), timed: true });
const dpdk = (name: string, bed: () => Bed, vdev: (device: string, index: number) => string): Subject =>
  ({ name: `testpmd ${name}`, bed, start: testpmd(vdev), timed: false });

const afPacket = dpdk("af_packet", vethBed, (device, index) =>
  `net_af_packet${index},iface=${device},qdisc_bypass=1,framecnt=2048`);
const afXdp = dpdk("af_xdp", vethBed, (device, index) => `net_af_xdp${index},iface=${device}`);
const netTap = dpdk("tap", tapBed, (device, index) => `net_tap${index},iface=${device}`);

const group = (own: Subject, reference: Subject, share: number): Group => ({
  name: own.name,
  subjects: [own, reference, host, steeredHost],
  wanted: { [reference.name]: share, [host.name]: 1, [steeredHost.name]: 1 },
});

export const groups: Readonly<Record<string, Group>> = {
  raw: group(ours("raw", vethBed), afPacket, 0.9),
  xdp: group(ours("xdp", vethBed), afXdp, 0.9),
  tap: group(ours("tap", tapBed), netTap, 1),
};
