// SPDX-License-Identifier: GPL-2.0-only

import { formatPrefix, parseAddress } from "../../net/address.js";
import type { Path } from "../document.js";
import type { WireguardLink, WireguardPeer } from "../links.js";
import type { LinkFile } from "../schema/links.js";
import type { PeerFile } from "../schema/wireguard.js";
import { Secret } from "../secret.js";
import { buildPrefix } from "./addresses.js";
import type { ReadFile, Refuse } from "./context.js";

export function buildWireguard(file: Extract<LinkFile, { type: "wireguard" }>, path: Path, refuse: Refuse, readFile: ReadFile): WireguardLink {
  const privateKey = buildKey(file, "private-key", path, refuse, readFile)?.clamped();
  const given = file["private-key"] ?? file["private-key-file"];
  if (given === undefined) refuse(path, "a WireGuard interface lacks its private key", "private-key, or private-key-file; `wg genkey` makes one");
  const peers = (file.peers ?? []).map((peer, index) => buildPeer(peer, [...path, "peers", index], refuse, readFile));
  checkPeers(peers, path, refuse);
  return { kind: "wireguard", privateKey, listenPort: file["listen-port"], fwmark: file.fwmark ?? 0, peers };
}

function buildPeer(peer: PeerFile, path: Path, refuse: Refuse, readFile: ReadFile): WireguardPeer {
  const allowed = (peer["allowed-ips"] ?? []).flatMap((text, index) => buildPrefix(text, [...path, "allowed-ips", index], refuse) ?? []);
  return {
    publicKey: peer["public-key"],
    presharedKey: buildKey(peer, "preshared-key", path, refuse, readFile),
    endpoint: peer.endpoint === undefined ? undefined : buildEndpoint(peer.endpoint, [...path, "endpoint"], refuse),
    allowed,
    keepalive: peer.keepalive ?? 0,
  };
}

/** In its canonical form, as the kernel's is read. */
function buildEndpoint(text: string, path: Path, refuse: Refuse): string | undefined {
  const [, host = "", port = ""] = /^\[?([^\]]*?)\]?:(\d+)$/.exec(text) ?? [];
  const address = parseAddress(host);
  if (!address || Number(port) < 1 || Number(port) > 65535) {
    return refuse(path, `${text} is not an address with a port`, "for example 192.0.2.1:51820 or [2001:db8::1]:51820");
  }
  return formatEndpoint(address, Number(port));
}

export const formatEndpoint = ({ family, text }: { readonly family: number; readonly text: string }, port: number): string =>
  family === 4 ? `${text}:${port}` : `[${text}]:${port}`;

type Keys = { readonly [K in "private-key" | "preshared-key" | "private-key-file" | "preshared-key-file"]?: string };

function buildKey(keys: Keys, name: "private-key" | "preshared-key", path: Path, refuse: Refuse, readFile: ReadFile): Secret | undefined {
  const inline = keys[name];
  const file = keys[`${name}-file`];
  if (inline !== undefined && file !== undefined) {
    return refuse([...path, name], `${name} and ${name}-file are both given`, "leave one of them out");
  }
  if (inline !== undefined) return Secret.fromBase64(inline);
  if (file === undefined) return undefined;
  const found = readFile(file);
  if ("fault" in found) return refuse([...path, `${name}-file`], `cannot read ${file}: ${found.fault}`);
  const key = found.text.trim();
  if (!/^[A-Za-z0-9+/]{43}=$/.test(key)) return refuse([...path, `${name}-file`], `${file} has no key in it`, "a key is 32 bytes in base64");
  return Secret.fromBase64(key);
}

/** A prefix leads to one peer: the kernel would silently take it from the others. */
function checkPeers(peers: readonly WireguardPeer[], path: Path, refuse: Refuse): void {
  const keys = new Set<string>();
  const prefixes = new Set<string>();
  for (const [index, { publicKey, allowed }] of peers.entries()) {
    if (keys.has(publicKey)) refuse([...path, "peers", index, "public-key"], "another peer has this public key");
    keys.add(publicKey);
    for (const [at, prefix] of allowed.map(formatPrefix).entries()) {
      if (prefixes.has(prefix)) refuse([...path, "peers", index, "allowed-ips", at], `${prefix} is another peer's already`);
      prefixes.add(prefix);
    }
  }
}
