// SPDX-License-Identifier: GPL-2.0-only
// The firewall and NAT as they are compiled: checked, names resolved.

import type { Place } from "../errors.js";
import type { Family } from "../net/address.js";
import type { AddressRange, Range } from "./ranges.js";
import type { RawText } from "./raw.js";

/** Ranges and names of sets; with `negated`, what it must not be. */
export interface Terms<R extends Range> {
  readonly negated: boolean;
  readonly ranges: readonly R[];
  readonly sets: readonly string[];
}

/** What of each family is meant; a family that is absent is not meant at all. */
export type AddressTerms = ReadonlyMap<Family, Terms<AddressRange>>;

/** Which packets: all that is given has to hold. */
export interface Match {
  readonly in?: readonly string[] | undefined;
  readonly out?: readonly string[] | undefined;
  /** The families that are possible; both, when nothing speaks against one. */
  readonly families: readonly Family[];
  readonly source?: AddressTerms | undefined;
  readonly destination?: AddressTerms | undefined;
  /** To an address of the router itself. */
  readonly local?: boolean | undefined;
  /** Of a connection whose destination was translated. */
  readonly translated?: boolean | undefined;
  readonly protocols?: readonly string[] | undefined;
  readonly sourcePorts?: Terms<Range> | undefined;
  readonly ports?: Terms<Range> | undefined;
  readonly icmp?: readonly string[] | undefined;
  readonly icmpv6?: readonly string[] | undefined;
  readonly states?: readonly string[] | undefined;
}

export interface Log {
  readonly prefix: string | undefined;
  readonly level: string | undefined;
  readonly limit: string;
}

export type Action = "accept" | "drop" | "reject";

export interface Rule {
  readonly place: Place;
  readonly match: Match;
  readonly limit: string | undefined;
  readonly log: Log | undefined;
  readonly counter: string | undefined;
  /** A dynamic set that is to remember the source address. */
  readonly learn: { readonly set: string; readonly family: Family } | undefined;
  readonly action: Action;
  readonly comment: string | undefined;
}

export type Hook = "input" | "forward" | "output";

export interface Chain {
  readonly hook: Hook;
  readonly place: Place;
  readonly policy: Action;
  readonly rules: readonly Rule[];
}

export interface NamedSet {
  readonly name: string;
  readonly place: Place;
  readonly type: "ipv4" | "ipv6" | "port";
  readonly elements: readonly string[];
  /** Some element is a range, so the kernel keeps intervals. */
  readonly interval: boolean;
  readonly dynamic: boolean;
  readonly timeout: string | undefined;
  readonly size: number | undefined;
}

/** Where to: an address or a range of them, and perhaps a port. */
export interface Target {
  readonly addresses: AddressRange;
  readonly port: number | undefined;
}

export interface SourceNat {
  readonly place: Place;
  readonly match: Match;
  /** undefined: the address of the interface that the packet leaves by. */
  readonly to: AddressRange | undefined;
  readonly comment: string | undefined;
}

export interface DestinationNat {
  readonly place: Place;
  readonly match: Match;
  readonly to: Target;
  readonly comment: string | undefined;
}

/** A destination that is translated, let through and, with `hairpin`, reached from inside too. */
export interface PortForward extends DestinationNat {
  readonly hairpin: readonly string[] | undefined;
}

export interface Model {
  readonly sets: readonly NamedSet[];
  readonly chains: readonly Chain[];
  readonly dropInvalid: boolean;
  readonly flowtable: { readonly place: Place; readonly devices: readonly string[] } | undefined;
  readonly sourceNat: readonly SourceNat[];
  readonly destinationNat: readonly DestinationNat[];
  readonly forwards: readonly PortForward[];
  readonly raw: RawText | undefined;
}
