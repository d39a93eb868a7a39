// SPDX-License-Identifier: GPL-2.0-only
// What a route puts around the packets that take it.

import type { Address } from "../net/address.js";
import { readAddress } from "./family.js";
import { lwtunnelEncap, seg6Mode } from "./gen/rt_route.js";
import type { LwtunnelIpAttrs, LwtunnelMplsAttrs, LwtunnelMsg, LwtunnelSeg6Attrs, LwtunnelXfrmAttrs } from "./gen/rt_route.js";

export type Encap =
  | { readonly kind: "mpls"; readonly labels: readonly number[]; readonly ttl?: number | undefined }
  | {
    readonly kind: "ip" | "ip6";
    readonly id?: bigint | undefined;
    readonly source?: Address | undefined;
    readonly destination: Address;
    readonly ttl?: number | undefined;
  }
  | { readonly kind: "seg6"; readonly mode: keyof typeof seg6Mode; readonly segments: readonly Address[] }
  | { readonly kind: "xfrm"; readonly id: number; readonly lower?: number | undefined };

const bottomOfStack = 0x100;

/** A stack of MPLS labels (RFC 3032), the outermost first. */
export function labelStack(labels: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(4 * labels.length);
  labels.forEach((label, index) => {
    const bottom = index === labels.length - 1 ? bottomOfStack : 0;
    bytes.writeUInt32BE(((label << 12) | bottom) >>> 0, 4 * index);
  });
  return bytes;
}

export function labelsOf(stack: Uint8Array): number[] {
  const view = Buffer.from(stack.buffer, stack.byteOffset, stack.byteLength);
  return Array.from({ length: Math.floor(view.length / 4) }, (_, index) => view.readUInt32BE(4 * index) >>> 12);
}

const routingHeader = { fixed: 8, type: 4, segment: 16 } as const;

/** A segment routing header (RFC 8754), which holds the segments last first. */
function segmentHeader(segments: readonly Address[], inline: boolean): Uint8Array {
  const count = segments.length + (inline ? 1 : 0);
  const bytes = Buffer.alloc(routingHeader.fixed + routingHeader.segment * count);
  bytes[1] = (bytes.length >> 3) - 1;
  bytes[2] = routingHeader.type;
  bytes[3] = bytes[4] = count - 1;
  segments.forEach(({ bytes: segment }, index) => {
    bytes.set(segment, bytes.length - routingHeader.segment * (index + 1));
  });
  return bytes;
}

function segmentsOf(header: Uint8Array, inline: boolean): Address[] {
  const segments: Address[] = [];
  const first = routingHeader.fixed + (inline ? routingHeader.segment : 0);
  for (let at = header.length - routingHeader.segment; at >= first; at -= routingHeader.segment) {
    segments.push(readAddress(header.subarray(at, at + routingHeader.segment)));
  }
  return segments;
}

export interface EncapValues {
  readonly type: number;
  readonly message: LwtunnelMsg;
}

/** As RTA_ENCAP_TYPE and RTA_ENCAP, or NHA_ENCAP_TYPE and NHA_ENCAP. */
export function encapValues(encap: Encap): EncapValues {
  switch (encap.kind) {
    case "mpls":
      return { type: lwtunnelEncap.mpls, message: { dst: labelStack(encap.labels), ttl: encap.ttl } };
    case "ip":
    case "ip6": {
      const { kind, id, source, destination, ttl } = encap;
      const ends = { id, dst: destination.bytes, src: source?.bytes };
      return { type: lwtunnelEncap[kind], message: kind === "ip" ? { ...ends, ttl } : { ...ends, hoplimit: ttl } };
    }
    case "seg6":
      return {
        type: lwtunnelEncap.seg6,
        message: { srh: { mode: seg6Mode[encap.mode], srh: segmentHeader(encap.segments, encap.mode === "inline") } },
      };
    case "xfrm":
      return { type: lwtunnelEncap.xfrm, message: { ifId: encap.id, link: encap.lower } };
  }
}

/** Undefined for what cannot be said as an Encap. */
export function decodeEncap(type: number, message: LwtunnelMsg): Encap | undefined {
  switch (type) {
    case lwtunnelEncap.mpls: {
      const { dst, ttl } = message as LwtunnelMplsAttrs;
      return dst && { kind: "mpls", labels: labelsOf(dst), ttl: ttl || undefined };
    }
    case lwtunnelEncap.ip:
    case lwtunnelEncap.ip6: {
      const values = message as LwtunnelIpAttrs & { readonly hoplimit?: number };
      if (!values.dst) return undefined;
      return {
        kind: type === lwtunnelEncap.ip ? "ip" : "ip6",
        id: values.id || undefined,
        source: values.src && !isZero(values.src) ? readAddress(values.src) : undefined,
        destination: readAddress(values.dst),
        ttl: (values.ttl ?? values.hoplimit) || undefined,
      };
    }
    case lwtunnelEncap.seg6: {
      const { mode = 0, srh = new Uint8Array() } = (message as LwtunnelSeg6Attrs).srh ?? {};
      const name = (Object.keys(seg6Mode) as (keyof typeof seg6Mode)[]).find((key) => seg6Mode[key] === mode);
      return name && { kind: "seg6", mode: name, segments: segmentsOf(srh, name === "inline") };
    }
    case lwtunnelEncap.xfrm: {
      const { ifId = 0, link } = message as LwtunnelXfrmAttrs;
      return { kind: "xfrm", id: ifId, lower: link || undefined };
    }
  }
  return undefined;
}

const isZero = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);
