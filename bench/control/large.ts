// SPDX-License-Identifier: GPL-2.0-only
// A configuration of a thousand lines, with something of every section.

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** Without its ports; the port that VLANs and bridges stand on is called lan0. */
export function largeConfig(): string {
  const vlans = range(200).map((n) => `  v${n}: { type: vlan, parent: lan0, id: ${n + 1}, addresses: [10.${n}.0.1/24, "2001:db8:${n}::1/64"] }`);
  const dummies = range(20).map((n) => `  d${n}: { type: dummy, addresses: [172.16.${n}.1/24], description: "sink ${n}" }`);
  const tunnels = range(20).map((n) => `  t${n}: { type: gre, local: 10.0.0.1, remote: 198.51.100.${n + 1}, key: ${n}, mtu: 1400, addresses: [172.17.${n}.1/30] }`);
  const vrfs = range(10).map((n) => `  vrf${n}: { type: vrf, table: ${1000 + n} }`);
  const four = range(400).map((n) => `  - { to: 100.${64 + (n >> 8)}.${n & 255}.0/24, via: 10.${n % 200}.0.2 }`);
  const ecmp = range(50).map((n) => `  - { to: 100.70.${n}.0/24, via: [{ via: 10.${n}.0.2, weight: 2 }, { via: 10.${n + 1}.0.2 }], mtu: 1400 }`);
  const six = range(150).map((n) => `  - { to: "2001:db8:f${n.toString(16).padStart(3, "0")}::/48", via: "2001:db8:${n}::2" }`);
  const rules = range(50).map((n) => `  - { priority: ${100 + n}, from: 10.${n}.0.0/24, table: ${1000 + (n % 10)} }`);
  const neighbours = range(70).map((n) => `  - { address: 10.${n}.0.2, interface: v${n}, mac: "02:00:00:00:00:${n.toString(16).padStart(2, "0")}" }`);
  const sysctls = range(23).map((n) => `  net/ipv4/conf/v${n}/rp_filter: 0`);
  return [
    "interfaces:", ...vlans, ...dummies, ...tunnels, ...vrfs,
    "routes:", ...four, ...ecmp, ...six, "rules:", ...rules, "neighbours:", ...neighbours, "sysctl:", ...sysctls, "",
  ].join("\n");
}
