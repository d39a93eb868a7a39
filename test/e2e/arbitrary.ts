// SPDX-License-Identifier: GPL-2.0-only
// Random configurations that make sense, as YAML (of which JSON is a part). A
// small world of names and numbers, so that two of them often disagree about one thing.

import fc from "fast-check";

type Interface = Record<string, unknown>;
type Interfaces = Record<string, Interface>;

export const ports = ["p0", "p1", "p2", "p3"] as const;

const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined, freq: 2 });
const some = <T>(values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);

/** Each interface has networks of its own: number `n`. */
const addresses = (n: number): fc.Arbitrary<string[]> =>
  fc.uniqueArray(some([`10.${n}.0.1/24`, `10.${n}.1.1/24`, `10.${n}.0.7/24`, `2001:db8:${n}::1/64`, `2001:db8:${n}::7/64`]), { maxLength: 3 });

/** 1280 and more, as IPv6 needs. */
const mtu = maybe(some([1280, 1400, 1500]));
const mac = (n: number): fc.Arbitrary<string | undefined> => maybe(some([`02:00:00:00:${n.toString(16).padStart(2, "0")}:01`, `02:00:00:00:${n.toString(16).padStart(2, "0")}:02`]));
const up = some([true, true, true, true, false]);

const common = (n: number) => ({ addresses: addresses(n), up, description: maybe(some(["uplink", "spare"])) });

const port = (n: number): fc.Arbitrary<Interface> => fc.record({ ...common(n), mtu, mac: mac(n) }) as fc.Arbitrary<Interface>;

const dummy = (n: number): fc.Arbitrary<Interface> =>
  fc.oneof(
    fc.record({ ...common(n), type: some(["dummy"]), mtu, mac: mac(n) }),
    fc.record({ type: some(["ifb"]), up }),
    fc.record({ ...common(n), type: some(["bridge"]), stp: fc.boolean(), ageing: some([60, 300]), "vlan-filtering": fc.boolean() }),
    fc.record({ ...common(n), type: some(["wireguard"]), "private-key": some(keys), "listen-port": some([40000 + n, 41000 + n]), peers }),
  ) as fc.Arbitrary<Interface>;

const keys = ["IAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHl8=", "KAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHl8="];
const peerKeys = ["xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=", "TrMvSoP4jYQlY6RIzBgbssQqY3vxI2Pi+y71lOWWXX0="];

const peers = fc.subarray(peerKeys).chain((chosen) =>
  fc.tuple(...chosen.map((key, index) => fc.record({
    "public-key": some([key]),
    endpoint: maybe(some(["192.0.2.9:51820", "[2001:db8::9]:51820"])),
    "allowed-ips": fc.subarray([`172.16.${index}.0/24`, `2001:db8:f${index}::/64`]),
    keepalive: some([0, 25]),
    "preshared-key": maybe(some(keys)),
  }))),
);

const tunnelEnds = (n: number) => ({ local: some([`10.0.0.${n}`]), remote: some([`198.51.100.${n}`, `203.0.113.${n}`]) });

const tunnel = (n: number): fc.Arbitrary<Interface> =>
  fc.oneof(
    fc.record({ ...common(n), ...tunnelEnds(n), type: some(["gre", "gretap"]), key: maybe(some([1, 2])), ttl: maybe(some([0, 64, 9])) }),
    fc.record({ ...common(n), ...tunnelEnds(n), type: some(["ipip", "sit"]), ttl: maybe(some([0, 9])) }),
    fc.record({ ...common(n), type: some(["ip6tnl", "ip6gre"]), local: some([`2001:db8::${n}`]), remote: some([`2001:db8:1::${n}`, `2001:db8:2::${n}`]) }),
    fc.record({ ...common(n), ...tunnelEnds(n), type: some(["vxlan"]), id: some([n, n + 100]), learning: fc.boolean() }),
  ) as fc.Arbitrary<Interface>;

/** What may stand on `parents`, which are up. */
const stacked = (n: number, parents: readonly string[]): fc.Arbitrary<Interface> =>
  fc.oneof(
    fc.record({ ...common(n), type: some(["vlan"]), parent: some(parents), id: some([n, n + 10]), protocol: some(["802.1Q", "802.1ad"]) }),
    fc.record({ ...common(n), type: some(["macvlan"]), parent: some(parents), mode: some(["bridge", "private", "vepa"]) }),
  ) as fc.Arbitrary<Interface>;

const veth = (n: number): fc.Arbitrary<[Interface, Interface]> =>
  fc.tuple(
    fc.record({ ...common(n), type: some(["veth"]), peer: some([`v${n + 1}`]), mtu }),
    fc.record({ ...common(n + 1), type: some(["veth"]), peer: some([`v${n}`]), mtu }),
  ) as fc.Arbitrary<[Interface, Interface]>;

const vlanSets = [{}, { pvid: 10 }, { vlans: [10, "20-24"] }, { pvid: 1, vlans: [2], untagged: [1, 2] }];

/** How ports 2 and 3 are put together: not at all, or in a master of each kind. */
const union = fc.oneof(
  fc.constant({}),
  fc.record({ vrf: some([100, 200]), members: fc.subarray(["p2", "p3"]) }),
  fc.record({ bridge: fc.subarray(["p2", "p3"]), filtering: fc.boolean(), vlans: fc.tuple(some(vlanSets), some(vlanSets)) }),
  fc.record({ bond: fc.subarray(["p2", "p3"]), mode: some(["balance-rr", "active-backup", "802.3ad", "balance-xor"]), miimon: some([50, 100]) }),
) as fc.Arbitrary<Record<string, unknown>>;

function unite(interfaces: Interfaces, chosen: Record<string, unknown>): void {
  const bare = (name: string): void => {
    interfaces[name] = { up: true };
  };
  if (chosen["vrf"] !== undefined) {
    interfaces["u0"] = { type: "vrf", table: chosen["vrf"] };
    for (const name of chosen["members"] as string[]) interfaces[name] = { ...interfaces[name], vrf: "u0" };
  } else if (chosen["bridge"] !== undefined) {
    const members = (chosen["bridge"] as string[]).map((name, index) => ({ name, ...(chosen["vlans"] as object[])[index] }));
    members.forEach(({ name }) => bare(name));
    interfaces["u0"] = { type: "bridge", "vlan-filtering": chosen["filtering"], members };
  } else if (chosen["bond"] !== undefined) {
    (chosen["bond"] as string[]).forEach(bare);
    const [first] = chosen["bond"] as string[];
    const primary = chosen["mode"] === "active-backup" && first !== undefined ? { primary: first } : {};
    interfaces["u0"] = { type: "bond", mode: chosen["mode"], miimon: chosen["miimon"], members: chosen["bond"], ...primary };
  }
}

const interfaces: fc.Arbitrary<Interfaces> = fc
  .record({
    ports: fc.tuple(...ports.map((_, index) => port(index + 1))),
    plain: fc.array(dummy(0), { maxLength: 0 }).chain(() => fc.tuple(maybe(dummy(11)), maybe(dummy(12)))),
    tunnels: fc.tuple(maybe(tunnel(21)), maybe(tunnel(22))),
    stacked: fc.tuple(maybe(stacked(31, ["p0", "p1"])), maybe(stacked(32, ["p0", "p1"]))),
    veth: maybe(veth(41)),
    union,
  })
  .map((made) => {
    const all: Interfaces = {};
    ports.forEach((name, index) => (all[name] = made.ports[index]!));
    const add = (prefix: string, list: readonly (Interface | undefined)[]): void =>
      list.forEach((one, index) => one && (all[`${prefix}${index}`] = one));
    add("d", made.plain);
    add("t", made.tunnels);
    add("s", made.stacked);
    if (made.veth) [all["v41"], all["v42"]] = made.veth;
    unite(all, made.union);
    for (const name of ["p0", "p1"]) all[name] = { ...all[name], up: true };
    return all;
  });

const prefixes = ["172.20.0.0/16", "172.21.0.0/16", "default", "198.18.0.0/15"];
const prefixes6 = ["2001:db8:a000::/36", "2001:db8:b000::/36", "default"];

/** Routes through interfaces of the main domain that have an address to go by. */
function routes(all: Interfaces): fc.Arbitrary<unknown[]> {
  const usable = Object.entries(all).filter(([, { vrf }]) => vrf === undefined);
  const vias = (want: (address: string) => boolean): string[] =>
    usable.flatMap(([, { addresses: list = [] }]) => (list as string[]).filter(want).map((text) => text.replace(/(\.|::)\d+\/\d+$/, "$199")));
  const route = (list: readonly string[], to: readonly string[]) => {
    const plain = fc.record({ to: some(to.filter((prefix) => prefix !== "default")), type: some(["blackhole", "unreachable", "prohibit"]), metric: maybe(some([5])) });
    if (list.length === 0) return plain as fc.Arbitrary<object>;
    const extra = { mtu: maybe(some([1300, 1400])), advmss: maybe(some([1200])), metric: maybe(some([5, 10])), table: maybe(some([77, 300])) };
    return fc.oneof(
      plain,
      fc.record({ to: some(to), via: some(list), ...extra }),
      fc.record({ to: some(to), via: fc.uniqueArray(fc.record({ via: some(list), weight: some([1, 2]) }), { minLength: 1, maxLength: 3, selector: ({ via }) => via }), ...extra }),
    ) as fc.Arbitrary<object>;
  };
  const slot = (one: object): string => JSON.stringify(["to", "metric", "table"].map((key) => (one as Record<string, unknown>)[key]));
  const four = route(vias((text) => text.includes(".")), prefixes);
  const six = route(vias((text) => text.includes(":")), prefixes6);
  return fc.tuple(
    fc.uniqueArray(four, { maxLength: 4, selector: slot }),
    fc.uniqueArray(six, { maxLength: 3, selector: slot }),
  ).map(([a, b]) => [...a, ...b]);
}

const rules = fc.uniqueArray(
  fc.record({
    priority: some([100, 101, 102]),
    from: maybe(some(["10.0.0.0/8", "172.16.0.0/12"])),
    iif: maybe(some(["p0", "absent0"])),
    fwmark: maybe(some([1, 2])),
    table: some([77, 300]),
  }),
  { maxLength: 2, selector: ({ priority }) => priority },
);

const neighbours = fc.uniqueArray(
  fc.oneof(
    fc.record({ address: some(["10.1.0.50", "2001:db8:1::50"]), interface: some(["p0"]), mac: some(["02:aa:00:00:00:01", "02:aa:00:00:00:02"]) }),
    fc.record({ address: some(["10.1.0.60", "2001:db8:1::60"]), interface: some(["p0"]), proxy: some([true]) }),
  ),
  { maxLength: 3, selector: ({ address }) => address },
);

const sysctl = fc.record({
  "net.ipv4.ip_forward": maybe(some([0, 1])),
  "net.ipv6.conf.all.forwarding": maybe(some([0, 1])),
  "net.ipv4.conf.p0.rp_filter": maybe(some([0, 1, 2])),
  "net.ipv4.tcp_rmem": maybe(some(["4096 131072 6291456", "4096 65536 4194304"])),
});

/** The text of a configuration without its ports. */
export const configuration: fc.Arbitrary<string> = interfaces
  .chain((all) => fc.record({ interfaces: fc.constant(all), routes: routes(all), rules, neighbours, sysctl }))
  .map((content) => Object.entries(content).map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`).join(""));
