// SPDX-License-Identifier: GPL-2.0-only
// WireGuard: keys, peers and the prefixes that are theirs. The device itself is
// a link of kind wireguard.

import type { Address, Prefix } from "../net/address.js";
import { addressFamily, familyNumber, readAddress } from "./family.js";
import { operations, wgdeviceFlags, wgpeerFlags } from "./gen/wireguard.js";
import type { Wgpeer } from "./gen/wireguard.js";
import { decodeGeneric, genericDump, genericRequest } from "./generic.js";
import type { GenericFamily } from "./generic.js";
import type { LinkName } from "./link.js";
import type { Message, Request } from "./message.js";

export { family } from "./gen/wireguard.js";

export interface Endpoint {
  readonly address: Address;
  readonly port: number;
}

export interface WireguardPeer {
  /** 32 bytes each. */
  readonly publicKey: Uint8Array;
  readonly presharedKey?: Uint8Array | undefined;
  readonly endpoint?: Endpoint | undefined;
  /** Seconds; 0 keeps nothing alive. */
  readonly keepalive?: number | undefined;
  readonly allowed: readonly Prefix[];
  /** Seconds since 1970; undefined when there was none. */
  readonly lastHandshake?: number | undefined;
  readonly received?: bigint | undefined;
  readonly sent?: bigint | undefined;
}

export interface WireguardDevice {
  readonly index?: number | undefined;
  readonly privateKey?: Uint8Array | undefined;
  readonly publicKey?: Uint8Array | undefined;
  readonly port?: number | undefined;
  readonly mark?: number | undefined;
  readonly peers: readonly WireguardPeer[];
}

/** struct sockaddr_in or sockaddr_in6 */
function socketAddress({ address, port }: Endpoint): Uint8Array {
  const bytes = Buffer.alloc(address.family === 4 ? 16 : 28);
  bytes.writeUInt16LE(familyNumber(address.family), 0);
  bytes.writeUInt16BE(port, 2);
  bytes.set(address.bytes, address.family === 4 ? 4 : 8);
  return bytes;
}

function decodeEndpoint(bytes: Uint8Array): Endpoint | undefined {
  const view = Buffer.from(bytes);
  const family = view.length >= 16 ? addressFamily(view.readUInt16LE(0)) : undefined;
  if (!family || (family === 6 && view.length < 24)) return undefined;
  const address = family === 4 ? view.subarray(4, 8) : view.subarray(8, 24);
  return { address: readAddress(address), port: view.readUInt16BE(2) };
}

export const getWireguard = (family: GenericFamily, { index, name }: LinkName): Request =>
  genericDump(family, operations.getDevice, { ifindex: index }, `read WireGuard device ${name}`);

/** One of several messages that a device with many peers comes in. */
export function decodeWireguard(message: Message): WireguardDevice | undefined {
  const values = decodeGeneric(message, operations.getDevice);
  return values && {
    index: values.ifindex,
    privateKey: values.privateKey,
    publicKey: values.publicKey,
    port: values.listenPort,
    mark: values.fwmark || undefined,
    peers: (values.peers ?? []).map(decodePeer),
  };
}

function decodePeer(peer: Wgpeer): WireguardPeer {
  const seconds = Number(peer.lastHandshakeTime?.tvSec ?? 0n);
  return {
    publicKey: peer.publicKey ?? new Uint8Array(),
    presharedKey: peer.presharedKey?.some((byte) => byte !== 0) ? peer.presharedKey : undefined,
    endpoint: peer.endpoint && decodeEndpoint(peer.endpoint),
    keepalive: peer.persistentKeepaliveInterval || undefined,
    allowed: (peer.allowedips ?? []).flatMap(({ ipaddr, cidrMask = 0 }) =>
      ipaddr ? [{ address: readAddress(ipaddr), length: cidrMask }] : []),
    lastHandshake: seconds || undefined,
    received: peer.rxBytes,
    sent: peer.txBytes,
  };
}

const encodePeer = ({ publicKey, presharedKey, endpoint, keepalive = 0, allowed }: WireguardPeer): Wgpeer => ({
  publicKey,
  flags: wgpeerFlags.replaceAllowedips,
  presharedKey,
  endpoint: endpoint && socketAddress(endpoint),
  persistentKeepaliveInterval: keepalive,
  allowedips: allowed.map(({ address, length }) => ({
    family: familyNumber(address.family), ipaddr: address.bytes, cidrMask: length,
  })),
});

/** Peers of a request, whose attribute of all of them has no more than 64 KiB. */
const peersAtOnce = 32;

/** Make the device be this and nothing else; a device of many peers takes several requests. */
export function setWireguard(family: GenericFamily, { index, name }: LinkName, device: WireguardDevice): Request[] {
  const what = `configure WireGuard device ${name}`;
  const { privateKey, port, mark = 0, peers } = device;
  const first = genericRequest(family, operations.setDevice, {
    ifindex: index,
    privateKey,
    listenPort: port,
    fwmark: mark,
    flags: wgdeviceFlags.replacePeers,
    peers: peers.slice(0, peersAtOnce).map(encodePeer),
  }, what);
  const rest: Request[] = [];
  for (let from = peersAtOnce; from < peers.length; from += peersAtOnce) {
    rest.push(genericRequest(family, operations.setDevice, {
      ifindex: index, peers: peers.slice(from, from + peersAtOnce).map(encodePeer),
    }, what));
  }
  return [first, ...rest];
}

/** Add or change one peer; the others stay. */
export const setPeer = (family: GenericFamily, { index, name }: LinkName, peer: WireguardPeer): Request =>
  genericRequest(family, operations.setDevice, { ifindex: index, peers: [encodePeer(peer)] }, `set a peer of ${name}`);

export const removePeer = (family: GenericFamily, { index, name }: LinkName, publicKey: Uint8Array): Request =>
  genericRequest(family, operations.setDevice, {
    ifindex: index, peers: [{ publicKey, flags: wgpeerFlags.removeMe }],
  }, `remove a peer of ${name}`);
