// SPDX-License-Identifier: GPL-2.0-only

import { describe, expect, it } from "vitest";
import { importNuseConf } from "../../control/config/import/convert.js";
import { readConfig } from "../../control/config/load.js";
import { formatPrefix } from "../../control/net/address.js";

const whole = `# the uplink
interface eth0
	address 192.0.2.10
	netmask 255.255.255.0
	macaddr 00:01:01:01:01:02
	viftype RAW

interface tap0
	address 198.51.100.1   # towards the lab
	netmask 255.255.255.128
	viftype TAP

# the way out
route
	network 0.0.0.0
	netmask 0.0.0.0
	gateway 192.0.2.1
route
	network 203.0.113.0
	netmask 255.255.255.0
	gateway 198.51.100.2
`;

const losses = (text: string): string[] => importNuseConf(text).losses.map(({ line, message }) => `${line}: ${message}`);

describe("2015's nuse.conf", () => {
  it("becomes ports, interfaces and routes, with its comments", () => {
    const { yaml, losses: lost } = importNuseConf(whole);
    expect(lost).toEqual([]);
    expect(yaml).toBe(`ports:
  eth0: { device: "raw:eth0" }
  tap0: { device: "tap:tap0" }

interfaces:
  # the uplink
  eth0: { addresses: [192.0.2.10/24], mac: "00:01:01:01:01:02" }
  # towards the lab
  tap0: { addresses: [198.51.100.1/25] }

routes:
  # the way out
  - { to: default, via: 192.0.2.1 }
  - { to: 203.0.113.0/24, via: 198.51.100.2 }
`);
    expect(readConfig(yaml, "nuse.yaml").routes.map(({ to }) => formatPrefix(to))).toEqual(["0.0.0.0/0", "203.0.113.0/24"]);
  });

  it("may be written in capitals, with = and ; and without indentation", () => {
    expect(importNuseConf("INTERFACE eth0\nAddress = 10.0.0.1;\nNETMASK = 255.0.0.0;\n").yaml).toContain("eth0: { addresses: [10.0.0.1/8] }");
  });

  it.each([
    ["a key that is not known", "interface eth0\n mtu 1500\n", "2: mtu is not known in a block interface"],
    ["a key without a value", "interface eth0\n address\n", "2: address has no value"],
    ["a key given twice", "interface eth0\n viftype RAW\n viftype TAP\n", "3: viftype is given twice; the first one counts"],
    ["a kind of interface that is no more", "interface eth0\n viftype PIPE\n", "2: viftype PIPE has no counterpart; raw is taken for eth0"],
    ["a DPDK port, whose device has another name now", "interface dpdk0\n viftype DPDK\n", "1: dpdk0 is a DPDK port: put the PCI address of its device in the place of its name"],
    ["an address that is none", "interface eth0\n address 1.2.3\n", "2: 1.2.3 is not an IPv4 address"],
    ["an address without a netmask", "interface eth0\n address 10.0.0.1\n", "2: 10.0.0.1 has no netmask; /32 is taken"],
    ["a netmask with holes", "interface eth0\n address 10.0.0.1\n netmask 255.0.255.0\n", "3: 255.0.255.0 is not a netmask, so 10.0.0.1 is left out"],
    ["a link-layer address that is none", "interface eth0\n macaddr 00:01\n", "2: 00:01 is not a link-layer address"],
    ["a route without a gateway", "route\n network 10.0.0.0\n", "1: a route without gateway"],
    ["bits behind a netmask", "route\n network 10.0.0.1\n netmask 255.0.0.0\n gateway 10.0.0.2\n", "2: 10.0.0.1 has bits set behind its netmask; 10.0.0.0/8 is taken"],
    ["a line in no block", "address 10.0.0.1\n", "1: address 10.0.0.1 is in no block"],
    ["an interface without a name", "interface\n", "1: an interface without a name"],
    ["words too many", "interface eth0\n viftype RAW please\n", "2: please behind viftype RAW is left out"],
  ])("says with its line that it cannot convert %s", (_name, text, expected) => {
    expect(losses(text)).toEqual([expected]);
  });
});
