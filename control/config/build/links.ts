// SPDX-License-Identifier: GPL-2.0-only
// What kind of link an interface is, with every setting of the kind.

import type { Path } from "../document.js";
import type { LinkKind, TunnelLink } from "../links.js";
import type { LinkFile } from "../schema/links.js";
import { buildAddress } from "./addresses.js";
import type { ReadFile, Refuse } from "./context.js";
import { buildWireguard } from "./wireguard.js";

/** The port that IANA gave VXLAN, which is not the kernel's default. */
const vxlanPort = 4789;
const defaultTtl = 64;

export function buildLink(file: LinkFile, path: Path, refuse: Refuse, readFile: ReadFile): LinkKind {
  switch (file.type) {
    case undefined:
      return { kind: "port" };
    case "dummy":
    case "ifb":
      return { kind: file.type };
    case "vlan":
      return { kind: "vlan", parent: file.parent, id: file.id, protocol: file.protocol ?? "802.1Q" };
    case "bridge":
      return { kind: "bridge", vlanFiltering: file["vlan-filtering"] ?? false, stp: file.stp ?? false, ageing: file.ageing ?? 300 };
    case "bond":
      return buildBond(file, path, refuse);
    case "vrf":
      return { kind: "vrf", table: file.table };
    case "veth":
      return { kind: "veth", peer: file.peer };
    case "macvlan":
      return { kind: "macvlan", parent: file.parent, mode: file.mode ?? "bridge" };
    case "vxlan":
      return buildVxlan(file, path, refuse);
    case "wireguard":
      return buildWireguard(file, path, refuse, readFile);
    default:
      return buildTunnel(file, path, refuse);
  }
}

type FileOf<K> = Extract<LinkFile, { type: K }>;

function buildBond(file: FileOf<"bond">, path: Path, refuse: Refuse): LinkKind {
  const mode = file.mode ?? "balance-rr";
  const lacp = mode === "802.3ad";
  if (!lacp && file["lacp-rate"] !== undefined) {
    refuse([...path, "lacp-rate"], `LACP is not spoken in mode ${mode}`, "mode: 802.3ad speaks it");
  }
  if (file.miimon === 0 && ["802.3ad", "balance-tlb", "balance-alb"].includes(mode)) {
    refuse([...path, "miimon"], `mode ${mode} must look at its members' carrier`, "for example miimon: 100");
  }
  if (file.primary !== undefined) checkPrimary(file, file.primary, mode, path, refuse);
  return {
    kind: "bond", mode,
    miimon: file.miimon ?? 100,
    lacpRate: lacp ? (file["lacp-rate"] ?? "slow") : undefined,
    hashPolicy: file["hash-policy"] ?? "layer2",
    primary: file.primary,
  };
}

function checkPrimary({ members = [] }: FileOf<"bond">, primary: string, mode: string, path: Path, refuse: Refuse): void {
  if (!["active-backup", "balance-tlb", "balance-alb"].includes(mode)) {
    refuse([...path, "primary"], `mode ${mode} has no primary member`, "mode: active-backup has one");
  }
  if (!members.includes(primary)) {
    refuse([...path, "primary"], `${primary} is not a member`, `members: ${members.join(", ")}`);
  }
}

function buildVxlan(file: FileOf<"vxlan">, path: Path, refuse: Refuse): LinkKind {
  if (file.remote !== undefined && file.group !== undefined) {
    refuse([...path, "group"], "a VXLAN has either a remote or a group", "leave one of them out");
  }
  const far = file.remote ?? file.group;
  const remote = far === undefined ? undefined : buildAddress(far, [...path, file.remote === undefined ? "group" : "remote"], refuse);
  const local = file.local === undefined ? undefined : buildAddress(file.local, [...path, "local"], refuse, remote?.family);
  if (file.group !== undefined && remote && !isMulticast(remote.bytes)) {
    refuse([...path, "group"], `${file.group} is not a multicast address`, "for example 239.1.1.1; one other end is its remote");
  }
  if (file.group !== undefined && file.parent === undefined) {
    refuse(path, "a VXLAN with a multicast group lacks parent", "the interface that the group is joined on");
  }
  return {
    kind: "vxlan", id: file.id, local: local?.text, remote: remote?.text,
    port: file.port ?? vxlanPort, parent: file.parent, ttl: file.ttl ?? defaultTtl, learning: file.learning ?? true,
  };
}

const isMulticast = (bytes: Uint8Array): boolean => (bytes.length === 4 ? (bytes[0]! & 0xf0) === 0xe0 : bytes[0] === 0xff);

function buildTunnel(file: FileOf<TunnelLink["kind"]>, path: Path, refuse: Refuse): LinkKind {
  const family = file.type.includes("6gre") || file.type === "ip6tnl" ? 6 : 4;
  const end = (name: "local" | "remote"): string | undefined => {
    const text = file[name];
    if (text !== undefined) return buildAddress(text, [...path, name], refuse, family)?.text;
    return refuse(path, `a tunnel of type ${file.type} lacks ${name}`, `${name} is the address of ${name === "local" ? "this" : "the other"} end`);
  };
  return {
    kind: file.type, local: end("local"), remote: end("remote"), ttl: file.ttl ?? defaultTtl,
    key: "key" in file ? file.key : undefined, parent: file.parent,
  };
}
