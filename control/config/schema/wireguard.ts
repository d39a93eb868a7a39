// SPDX-License-Identifier: GPL-2.0-only
// `writeOnly` marks what no message may show.

import Type from "typebox";
import { strict } from "./common.js";

const key = { pattern: "^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$" };
const example = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

const secret = (description: string) =>
  Type.Optional(Type.String({ ...key, writeOnly: true, description: `${description}, 32 bytes in base64` }));

const file = (description: string) =>
  Type.Optional(Type.String({ minLength: 1, description: `a file with ${description}`, examples: ["/etc/nuse/wg0.key"] }));

const Peer = Type.Object(
  {
    "public-key": Type.String({ ...key, description: "the peer's public key, 32 bytes in base64", examples: [example] }),
    "preshared-key": secret("a key that both share"),
    "preshared-key-file": file("the preshared key"),
    endpoint: Type.Optional(Type.String({
      pattern: "^(\\[[0-9A-Fa-f:.]+\\]|[0-9.]+):[0-9]{1,5}$", description: "ADDRESS:PORT of the peer", examples: ["192.0.2.1:51820"],
    })),
    "allowed-ips": Type.Optional(Type.Array(Type.String({ description: "a prefix", examples: ["10.0.0.0/24"] }), {
      uniqueItems: true, description: "a list of the prefixes behind the peer", examples: ["[10.0.0.0/24]"],
    })),
    keepalive: Type.Optional(Type.Integer({ minimum: 0, maximum: 65535, description: "seconds between packets that keep the way open, 0 for none", examples: [25] })),
  },
  { ...strict, description: "a peer" },
);

export type PeerFile = Type.Static<typeof Peer>;

export const Wireguard = {
  "private-key": secret("this end's private key"),
  "private-key-file": file("the private key"),
  "listen-port": Type.Optional(Type.Integer({ minimum: 1, maximum: 65535, description: "a UDP port", examples: [51820] })),
  peers: Type.Optional(Type.Array(Peer, { description: "a list of peers" })),
};
