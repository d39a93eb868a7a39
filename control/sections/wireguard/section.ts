// SPDX-License-Identifier: GPL-2.0-only
// Keys and peers of WireGuard interfaces. Keys are compared, never shown.

import { constants } from "node:os";
import { formatEndpoint } from "../../config/build/wireguard.js";
import type { WireguardLink, WireguardPeer } from "../../config/links.js";
import { sameSecret, Secret } from "../../config/secret.js";
import { NuseError } from "../../errors.js";
import type { Kernel } from "../../kernel/kernel.js";
import { formatPrefix, parseAddress } from "../../net/address.js";
import type { Prefix } from "../../net/address.js";
import { findFamily, genericRequest } from "../../netlink/generic.js";
import { operations } from "../../netlink/gen/wireguard.js";
import { decodeWireguard, family, getWireguard, removePeer, setPeer } from "../../netlink/wireguard.js";
import type { Endpoint, WireguardPeer as KernelPeer } from "../../netlink/wireguard.js";
import type { Section, Step } from "../section.js";
import type { RunningWireguard } from "./state.js";

interface WireguardStep extends Step {
  readonly section: "wireguard";
  readonly link: string;
  /** What is sent; its keys are secrets. */
  readonly device: WireguardLink;
  /** Public keys of peers that are no longer there. */
  readonly gone: readonly string[];
}

export const wireguard: Section<"wireguard", WireguardStep> = {
  name: "wireguard",

  async read(kernel, { interfaces }) {
    const found = new Map<string, WireguardLink>();
    for (const { name, link } of interfaces) {
      if (link.kind !== "wireguard" || !kernel.hasLink(name)) continue;
      const device = await readDevice(kernel, name).catch(ofAnotherKind);
      if (device) found.set(name, device);
    }
    return found;
  },

  plan: ({ wireguard: running }, { interfaces }) =>
    interfaces.flatMap(({ name, link }) => (link.kind === "wireguard" ? planDevice(name, running.get(name), link) : [])),

  async carryOut(kernel, { link: name, device, gone, words }) {
    const socket = await kernel.generic();
    const wireguardFamily = await findFamily(socket, family);
    const link = { name, index: kernel.index(name) };
    const { privateKey, listenPort, fwmark, peers } = device;
    const values = { ifindex: link.index, privateKey: privateKey?.reveal(), listenPort, fwmark };
    const requests = [
      genericRequest(wireguardFamily, operations.setDevice, values, words),
      ...gone.map((key) => removePeer(wireguardFamily, link, Buffer.from(key, "base64"))),
      ...peers.map((peer) => setPeer(wireguardFamily, link, encodePeer(peer))),
    ];
    for (const request of requests) await socket.request(request);
  },

  without: (state, gone): RunningWireguard => new Map([...state].filter(([name]) => !gone.has(name))),
};

/** A link that has the name, and is to be replaced, is no WireGuard interface. */
function ofAnotherKind(error: unknown): undefined {
  if (!(error instanceof NuseError && error.errno === constants.errno.EOPNOTSUPP)) throw error;
}

async function readDevice(kernel: Kernel, name: string): Promise<WireguardLink> {
  const socket = await kernel.generic();
  const request = getWireguard(await findFamily(socket, family), { name, index: kernel.index(name) });
  const parts = await socket.dump(request, decodeWireguard);
  const peers = new Map<string, WireguardPeer>();
  for (const peer of parts.flatMap((part) => part.peers).map(decodePeer)) {
    const before = peers.get(peer.publicKey);
    // A peer with many prefixes goes on in the next message, which has only more of them.
    peers.set(peer.publicKey, before ? { ...before, allowed: [...before.allowed, ...peer.allowed] } : peer);
  }
  const [{ privateKey, port: listenPort, mark: fwmark = 0 } = {}] = parts;
  return { kind: "wireguard", privateKey: privateKey && new Secret(privateKey), listenPort, fwmark, peers: [...peers.values()] };
}

const decodePeer = ({ publicKey, presharedKey, endpoint, allowed, keepalive = 0 }: KernelPeer): WireguardPeer => ({
  publicKey: Buffer.from(publicKey).toString("base64"),
  presharedKey: presharedKey && new Secret(presharedKey),
  endpoint: endpoint && formatEndpoint(endpoint.address, endpoint.port),
  allowed, keepalive,
});

const noKey = new Uint8Array(32);

const encodePeer = ({ publicKey, presharedKey, endpoint, allowed, keepalive }: WireguardPeer): KernelPeer => ({
  publicKey: Buffer.from(publicKey, "base64"),
  presharedKey: presharedKey?.reveal() ?? noKey,
  endpoint: endpoint === undefined ? undefined : splitEndpoint(endpoint),
  allowed, keepalive,
});

function splitEndpoint(text: string): Endpoint {
  const colon = text.lastIndexOf(":");
  return { address: parseAddress(text.slice(0, colon).replace(/[[\]]/g, ""))!, port: Number(text.slice(colon + 1)) };
}

/** Peers that stay keep their sessions: only those that change are sent. */
function planDevice(name: string, is: WireguardLink | undefined, wanted: WireguardLink): WireguardStep[] {
  const present = new Map(is?.peers.map((peer) => [peer.publicKey, peer]));
  const kept = new Set(wanted.peers.map(({ publicKey }) => publicKey));
  const changed = wanted.peers.filter((peer) => !samePeer(present.get(peer.publicKey), peer));
  const gone = [...present.keys()].filter((key) => !kept.has(key));
  const keyChanged = !sameSecret(is?.privateKey, wanted.privateKey);
  const words = [
    ...(keyChanged ? ["its private key"] : []),
    ...(wanted.listenPort !== undefined && wanted.listenPort !== is?.listenPort ? [`port ${wanted.listenPort}`] : []),
    ...(wanted.fwmark !== (is?.fwmark ?? 0) ? [`fwmark ${wanted.fwmark}`] : []),
    ...changed.map((peer) => `peer ${describePeer(peer)}`),
    ...gone.map((key) => `no longer peer ${short(key)}`),
  ];
  if (words.length === 0) return [];
  const device = { ...wanted, privateKey: keyChanged ? wanted.privateKey : undefined, peers: changed };
  const loss = keyChanged && is ? `sessions of ${name} begin anew` : undefined;
  return [{ section: "wireguard", phase: "link.change", words: `set WireGuard ${name}: ${words.join(", ")}`, loss, link: name, device, gone }];
}

const short = (key: string): string => `${key.slice(0, 8)}...`;

const describePeer = ({ publicKey, endpoint, allowed }: WireguardPeer): string =>
  [short(publicKey), endpoint, allowed.length === 0 ? undefined : `for ${allowed.map(formatPrefix).join(" ")}`].filter(Boolean).join(" ");

const prefixes = (list: readonly Prefix[]): string => list.map(formatPrefix).sort().join(" ");

/** Without an endpoint, a peer may come from anywhere. */
const samePeer = (is: WireguardPeer | undefined, wanted: WireguardPeer): boolean =>
  is !== undefined &&
  (wanted.endpoint === undefined || is.endpoint === wanted.endpoint) &&
  is.keepalive === wanted.keepalive &&
  prefixes(is.allowed) === prefixes(wanted.allowed) &&
  sameSecret(is.presharedKey, wanted.presharedKey);
