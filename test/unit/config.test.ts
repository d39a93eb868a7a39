// SPDX-License-Identifier: GPL-2.0-only

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readConfig } from "../../control/config/load.js";
import { formatError } from "../../control/errors.js";
import { formatPrefix } from "../../control/net/address.js";

const ports = 'ports:\n  wan0: { device: "raw:eth1" }\n';

/** What reading `text` complains of. */
function complaint(text: string, file = "nuse.yaml"): string {
  try {
    readConfig(text, file);
  } catch (error) {
    return formatError(error);
  }
  return "no complaint";
}

describe("a configuration file", () => {
  it("gives addresses, routes, sysctls and defaults", () => {
    const config = readConfig(
      `${ports}interfaces:\n  wan0: { addresses: [192.0.2.2/30, "2001:db8::2/64"], mtu: 9000 }\n` +
        "routes:\n  - { to: default, via: 192.0.2.1 }\nsysctl:\n  net.ipv4.ip_forward: 1\n",
      "nuse.yaml",
    );
    expect(config.interfaces[0]?.addresses.map(formatPrefix)).toEqual(["192.0.2.2/30", "2001:db8::2/64"]);
    expect(config.interfaces[0]).toMatchObject({ name: "wan0", up: true, mtu: 9000 });
    expect(config.routes.map(({ to }) => formatPrefix(to))).toEqual(["0.0.0.0/0"]);
    expect([...config.sysctls]).toEqual([["net/ipv4/ip_forward", "1"]]);
    expect(config.workers).toEqual({ cpus: [undefined], memory: 256 * 1024 * 1024, idle: "adaptive" });
    expect(config.api).toEqual({ listen: [{ kind: "unix", path: "/run/nuse/nused.sock" }], tokenFile: undefined, tls: undefined });
  });

  it.each(readdirSync("config").filter((name) => name.endsWith(".yaml") && name !== "wireguard.yaml"))("config/%s is valid", (name) => {
    const file = `config/${name}`;
    expect(readConfig(readFileSync(file, "utf8"), file).ports.length).toBeGreaterThan(1);
  });

  it("config/wireguard.yaml lacks nothing but its key", () => {
    const file = "config/wireguard.yaml";
    expect(complaint(readFileSync(file, "utf8"), file)).toMatch(/^config\/wireguard\.yaml:\d+:\d+: cannot read wg0\.key: [^\n]*$/);
  });

  it("keeps the dots of an interface name in a sysctl written with slashes", () => {
    const { sysctls } = readConfig(`${ports}sysctl:\n  net/ipv4/conf/wan0/forwarding: 0\n`, "nuse.yaml");
    expect([...sysctls.keys()]).toEqual(["net/ipv4/conf/wan0/forwarding"]);
  });
});

describe("a broken configuration file is refused at file:line:column with a hint", () => {
  it.each([
    ["broken YAML", "ports: {\n", /^nuse\.yaml:2:1: /],
    ["a key given twice", `${ports}ports: {}\n`, /^nuse\.yaml:3:1: .*unique/],
    ["an empty file", "", /^nuse\.yaml:1:1: the file: null is not an object/],
    ["a list instead of a map", "- a\n", /^nuse\.yaml:1:1: the file: .* is not an object/],
    ["no ports at all", "routes: []\n", /^nuse\.yaml:1:1: the file lacks ports/],
    ["a mistyped key", `${ports}interfaces:\n  wan0: { adresses: [] }\n`, /^nuse\.yaml:4:11: unknown key adresses\n {2}hint: did you mean addresses\?/],
    ["a number where a text belongs", "ports:\n  wan0: { device: 7 }\n", /^nuse\.yaml:2:19: ports\.wan0\.device: 7 is not a string\n {2}hint: expected BACKEND:DEVICE, for example raw:eth1/],
    ["too many queues", 'ports:\n  wan0: { device: "raw:eth1", queues: 99 }\n', /^nuse\.yaml:2:39: ports\.wan0\.queues: 99 must be <= 16/],
    ["a port without a device", "ports:\n  wan0: {}\n", /^nuse\.yaml:2:9: ports\.wan0 lacks device\n {2}hint: device is BACKEND:DEVICE/],
    ["one device for two ports", `${ports}  lan0: { device: "raw:eth1" }\n`, /^nuse\.yaml:3:19: raw:eth1 is already port wan0/],
    ["an interface without a port", `${ports}interfaces:\n  lan0: {}\n`, /^nuse\.yaml:4:9: there is no port lan0\n {2}hint: an interface without a port has a type\. Did you mean wan0\?/],
    ["an address without a length", `${ports}interfaces:\n  wan0: { addresses: [192.0.2.1] }\n`, /^nuse\.yaml:4:23: 192\.0\.2\.1 is not .*\n {2}hint: .*192\.0\.2\.1\/24/],
    ["a route that leads nowhere", `${ports}routes:\n  - { to: default }\n`, /^nuse\.yaml:4:5: the route to default leads nowhere/],
    ["a gateway on no network", `${ports}routes:\n  - { to: default, via: 192.0.2.1 }\n`, /^nuse\.yaml:4:25: the next hop 192\.0\.2\.1 is on no configured network/],
    ["host bits in a prefix", `${ports}routes:\n  - { to: 10.0.0.1/8, interface: wan0 }\n`, /^nuse\.yaml:4:11: .*\n {2}hint: 10\.0\.0\.0\/8 would be right/],
    ["a next hop of the other family", `${ports}interfaces:\n  wan0: { addresses: ["2001:db8::1/64"] }\nroutes:\n  - { to: "2001:db8:1::/48", via: 192.0.2.1 }\n`, /^nuse\.yaml:6:35: .*not of the family/],
    ["an API open to the world", `${ports}api:\n  listen: tcp:0.0.0.0:80\n`, /^nuse\.yaml:4:11: the API does not listen on TCP without authentication/],
    ["a token that goes over a network unencrypted", `${ports}api:\n  listen: tcp:0.0.0.0:80\n  token-file: /t\n`, /^nuse\.yaml:4:11: a token would go to 0\.0\.0\.0 unencrypted/],
    ["NAT on several workers", `${ports}workers: { cpus: [1, 2] }\nnat: { masquerade: [{ out: wan0 }] }\n`, /^nuse\.yaml:3:18: firewall and nat follow connections, which 2 workers do not share\n {2}hint: one worker/],
    ["an impossible RAM size", `${ports}workers: { memory: 3M }\n`, /^nuse\.yaml:3:20: workers\.memory: 3M is not possible/],
    ["an idle policy nobody knows", `${ports}workers: { idle: dream }\n`, /^nuse\.yaml:3:18: workers\.idle: "dream" is not one of the choices/],
    ["a sysctl outside /proc/sys", `${ports}sysctl:\n  ../../etc/passwd: 1\n`, /^nuse\.yaml:4:3: unknown key/],
  ])("%s", (_name, text, expected) => {
    expect(complaint(text)).toMatch(expected);
  });

  it("every fault is listed, not only the first", () => {
    const text = complaint("ports:\n  wan0: { device: 7 }\n  lan0: { device: 8 }\n");
    expect(text.match(/is not a string/g)).toHaveLength(2);
  });

  it("aliases that multiply do not fill the memory", () => {
    const bomb = ["a: &a [x,x,x,x,x,x,x,x,x]"];
    for (let level = 1; level < 9; level++) {
      const [name, before] = [String.fromCharCode(97 + level), String.fromCharCode(96 + level)];
      bomb.push(`${name}: &${name} [${Array(9).fill(`*${before}`).join(",")}]`);
    }
    expect(complaint(bomb.join("\n"))).toMatch(/^nuse\.yaml:1:1: .*alias/i);
  });
});
