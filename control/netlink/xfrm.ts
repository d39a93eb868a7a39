// SPDX-License-Identifier: GPL-2.0-only
// xfrm: IPsec states and policies. Needs a socket of protocol netlink.xfrm.

import type { Address, Prefix } from "../net/address.js";
import { addressFamily, familyNumber, readAddress } from "./family.js";
import { operations, xfrmAttrs, xfrmMode, xfrmPolicyAction, xfrmPolicyDir, xfrmUserpolicyInfo, xfrmUsersaInfo } from "./gen/xfrm.js";
import type { XfrmAttrs, XfrmLifetimeCfg, XfrmSelector } from "./gen/xfrm.js";
import { changing, listing, readAttributes, readHeader } from "./message.js";
import type { Message, Request } from "./message.js";

export { protocol } from "./gen/xfrm.js";

/** IPPROTO_ESP and IPPROTO_AH */
const protocols = { esp: 50, ah: 51 } as const;

export type XfrmProtocol = keyof typeof protocols;
export type XfrmMode = keyof typeof xfrmMode;
export type Direction = keyof typeof xfrmPolicyDir;

export interface Algorithm {
  /** The kernel's name, such as rfc4106(gcm(aes)). */
  readonly name: string;
  readonly key: Uint8Array;
  /** Bits of the check value, of those that have one. */
  readonly checkBits?: number | undefined;
}

export interface State {
  readonly source: Address;
  readonly destination: Address;
  readonly spi: number;
  readonly protocol: XfrmProtocol;
  readonly mode: XfrmMode;
  readonly requestId: number;
  readonly aead?: Algorithm | undefined;
  readonly encryption?: Algorithm | undefined;
  readonly authentication?: Algorithm | undefined;
  /** Packets that may come out of order. */
  readonly replayWindow?: number | undefined;
  readonly interfaceId?: number | undefined;
}

export interface Template {
  readonly source: Address;
  readonly destination: Address;
  readonly protocol: XfrmProtocol;
  readonly mode: XfrmMode;
  readonly requestId: number;
}

export interface Policy {
  readonly direction: Direction;
  readonly source: Prefix;
  readonly destination: Prefix;
  readonly priority: number;
  readonly block?: boolean | undefined;
  readonly templates: readonly Template[];
  readonly interfaceId?: number | undefined;
}

const forever = 2n ** 64n - 1n;
const unlimited: Partial<XfrmLifetimeCfg> = {
  softByteLimit: forever, hardByteLimit: forever, softPacketLimit: forever, hardPacketLimit: forever,
};
const allAlgorithms = 0xffffffff;

const addressOf = (bytes: Uint8Array, family: number): Address => readAddress(addressFamily(family) === 6 ? bytes : bytes.subarray(0, 4));

const keyed = ({ name, key }: Algorithm) => ({ algName: name, algKeyLen: 8 * key.length, algKey: key });

function stateValues({ aead, encryption, authentication, interfaceId }: State): XfrmAttrs {
  return {
    algAead: aead && { ...keyed(aead), algIcvLen: aead.checkBits ?? 128 },
    algAuthTrunc: authentication?.checkBits === undefined ? undefined : { ...keyed(authentication), algTruncLen: authentication.checkBits },
    algAuth: authentication && authentication.checkBits === undefined ? keyed(authentication) : undefined,
    algCrypt: encryption && keyed(encryption),
    ifId: interfaceId,
  };
}

export const addState = (state: State): Request => {
  const { source, destination, spi, protocol, mode, requestId, replayWindow = 0 } = state;
  const family = familyNumber(destination.family);
  return changing(operations.newsa, 0, {
    sel: mode === "tunnel" ? {} : { family },
    id: { daddr: destination.bytes, spi, proto: protocols[protocol] },
    saddr: source.bytes,
    lft: unlimited,
    reqid: requestId,
    family,
    mode: xfrmMode[mode],
    replayWindow,
  }, stateValues(state), `add IPsec state ${spi.toString(16)} to ${destination.text}`);
};

export const deleteState = ({ source, destination, spi, protocol }: Pick<State, "source" | "destination" | "spi" | "protocol">): Request =>
  changing(
    operations.delsa, 0, { daddr: destination.bytes, spi, family: familyNumber(destination.family), proto: protocols[protocol] },
    { srcaddr: paddedAddress(source) }, `delete IPsec state ${spi.toString(16)} to ${destination.text}`,
  );

/** xfrm_address_t has 16 bytes, whatever is in it. */
function paddedAddress({ bytes }: Address): Uint8Array {
  const padded = new Uint8Array(16);
  padded.set(bytes);
  return padded;
}

export const getStates = (): Request => listing(operations.getsa, {}, {}, "list IPsec states");

const nameOf = <K extends string>(table: Readonly<Record<K, number>>, number: number | undefined): K | undefined =>
  (Object.keys(table) as K[]).find((name) => table[name] === number);

const algorithm = (values: { algName?: string; algKey?: Uint8Array } | undefined, checkBits?: number): Algorithm | undefined =>
  values && { name: values.algName ?? "", key: values.algKey ?? new Uint8Array(), checkBits };

export function decodeState(message: Message): State | undefined {
  if (message.type !== operations.getsa.reply) return undefined;
  const info = readHeader(message, xfrmUsersaInfo);
  const protocol = nameOf(protocols, info.id.proto);
  if (!addressFamily(info.family) || !protocol) return undefined;
  const values = readAttributes(message, xfrmUsersaInfo, xfrmAttrs);
  return {
    source: addressOf(info.saddr, info.family),
    destination: addressOf(info.id.daddr ?? info.saddr, info.family),
    spi: info.id.spi ?? 0,
    protocol,
    mode: nameOf(xfrmMode, info.mode) ?? "transport",
    requestId: info.reqid,
    aead: algorithm(values.algAead, values.algAead?.algIcvLen),
    encryption: algorithm(values.algCrypt),
    authentication: algorithm(values.algAuthTrunc ?? values.algAuth, values.algAuthTrunc?.algTruncLen),
    replayWindow: info.replayWindow || undefined,
    interfaceId: values.ifId,
  };
}

const selector = ({ source, destination }: Pick<Policy, "source" | "destination">): Partial<XfrmSelector> => ({
  daddr: destination.address.bytes,
  saddr: source.address.bytes,
  family: familyNumber(destination.address.family),
  prefixlenD: destination.length,
  prefixlenS: source.length,
});

const template = ({ source, destination, protocol, mode, requestId }: Template) => ({
  id: { daddr: destination.bytes, proto: protocols[protocol] },
  family: familyNumber(destination.family),
  saddr: source.bytes,
  reqid: requestId,
  mode: xfrmMode[mode],
  aalgos: allAlgorithms,
  ealgos: allAlgorithms,
  calgos: allAlgorithms,
});

const policyName = ({ direction, source, destination }: Pick<Policy, "direction" | "source" | "destination">): string =>
  `IPsec policy ${direction} ${source.address.text}/${source.length} ${destination.address.text}/${destination.length}`;

/** Makes it, or changes the one of the same direction and prefixes. */
export const setPolicy = (policy: Policy): Request =>
  changing(operations.updpolicy, 0, {
    sel: selector(policy),
    lft: unlimited,
    priority: policy.priority,
    dir: xfrmPolicyDir[policy.direction],
    action: policy.block ? xfrmPolicyAction.block : xfrmPolicyAction.allow,
  }, {
    tmpl: policy.templates.length > 0 ? policy.templates.map(template) : undefined,
    ifId: policy.interfaceId,
  }, `set ${policyName(policy)}`);

export const deletePolicy = (policy: Pick<Policy, "direction" | "source" | "destination" | "interfaceId">): Request =>
  changing(
    operations.delpolicy, 0, { sel: selector(policy), dir: xfrmPolicyDir[policy.direction] }, { ifId: policy.interfaceId },
    `delete ${policyName(policy)}`,
  );

export const getPolicies = (): Request => listing(operations.getpolicy, {}, {}, "list IPsec policies");

export function decodePolicy(message: Message): Policy | undefined {
  if (message.type !== operations.getpolicy.reply) return undefined;
  const { sel, dir, action, priority } = readHeader(message, xfrmUserpolicyInfo);
  const direction = nameOf(xfrmPolicyDir, dir);
  if (!direction || !addressFamily(sel.family ?? 0) || !sel.saddr || !sel.daddr) return undefined;
  const { family = 0, saddr, daddr, prefixlenS = 0, prefixlenD = 0 } = sel;
  const { tmpl = [], ifId } = readAttributes(message, xfrmUserpolicyInfo, xfrmAttrs);
  return {
    direction,
    source: { address: addressOf(saddr, family), length: prefixlenS },
    destination: { address: addressOf(daddr, family), length: prefixlenD },
    priority,
    block: action === xfrmPolicyAction.block || undefined,
    templates: tmpl.flatMap((one) => {
      const protocol = nameOf(protocols, one.id?.proto);
      if (!protocol || !one.saddr || !one.id?.daddr) return [];
      return [{
        source: addressOf(one.saddr, one.family ?? 0),
        destination: addressOf(one.id.daddr, one.family ?? 0),
        protocol,
        mode: nameOf(xfrmMode, one.mode) ?? "transport",
        requestId: one.reqid ?? 0,
      }];
    }),
    interfaceId: ifId,
  };
}
