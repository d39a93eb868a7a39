// SPDX-License-Identifier: GPL-2.0-only

import { decodeQdisc, formatHandle, getQdiscs, ingressParent, root } from "../../netlink/tc.js";
import type { TrafficObject } from "../../netlink/tc.js";
import type { Observed } from "../collector.js";

export interface QdiscReading {
  /** Of the interface. */
  readonly index: number;
  readonly kind: string;
  /** "root", "ingress" or the class it hangs on: "1:10". */
  readonly parent: string;
  readonly bytes: number;
  readonly packets: number;
  readonly drops: number;
  readonly requeues: number;
  readonly overlimits: number;
  readonly backlogBytes: number;
  readonly backlogPackets: number;
}

function parentName(parent: number): string {
  if (parent === root) return "root";
  return parent === ingressParent ? "ingress" : formatHandle(parent);
}

function reading({ index, kind, parent, stats }: TrafficObject): QdiscReading {
  const { basic, queue, pkt64 } = stats ?? {};
  return {
    index, kind, parent: parentName(parent),
    bytes: Number(basic?.bytes ?? 0),
    packets: Number(pkt64 ?? basic?.packets ?? 0),
    drops: queue?.drops ?? 0,
    requeues: queue?.requeues ?? 0,
    overlimits: queue?.overlimits ?? 0,
    backlogBytes: queue?.backlog ?? 0,
    backlogPackets: queue?.qlen ?? 0,
  };
}

export const readQdiscs = async ({ netlink }: Observed): Promise<QdiscReading[]> =>
  (await netlink.dump(getQdiscs(), decodeQdisc)).map(reading);
