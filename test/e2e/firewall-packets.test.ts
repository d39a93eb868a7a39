// SPDX-License-Identifier: GPL-2.0-only

import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { hosts } from "../../lab/network.js";
import { iperf, reachable } from "../../lab/traffic.js";
import { server, useFirewallNet } from "./firewall-net.js";

const net = useFirewallNet("fw");

beforeAll(async () => {
  for (const host of [net.inside, net.outside, net.server]) {
    expect(await reachable(host, host === net.outside ? hosts.b.router4 : host === net.inside ? hosts.a.router4 : server.router4)).toBe(true);
  }
});

describe("the forward chain", () => {
  const rules = (action: string): string => `
firewall:
  zones: { inner: [lan, dmz] }
  forward:
    rules:
      - { in: inner, out: wan, action: accept, counter: outward }
      - { in: wan, out: dmz, protocol: tcp, ports: 80, action: ${action} }
`;

  it("lets through what a rule accepts and its answers, and nothing else", async () => {
    await net.configure(rules("accept"));
    expect(net.pings(net.inside, hosts.b.v4)).toBe(true);
    expect(net.pings(net.inside, hosts.b.v6)).toBe(true);
    expect(net.pings(net.outside, hosts.a.v4)).toBe(false);
    expect(net.pings(net.outside, hosts.a.v6)).toBe(false);
    expect(net.fetch(net.outside, `http://${server.v4}/`)).toBe(`${hosts.b.v4} 80`);
    expect(net.fetch(net.outside, `http://${server.v4}:443/`)).toBe("");
  });

  it("drops without a word, and rejects at once with a reset", async () => {
    const status = (): number | undefined => {
      try {
        net.outside.run("curl", "-s", "--max-time", "2", `http://${server.v4}/`);
        return 0;
      } catch (error) {
        return (error as { status?: number }).status;
      }
    };
    await net.configure(rules("drop"));
    expect(status()).toBe(28); // curl: time is over
    await net.configure(rules("reject"));
    expect(status()).toBe(7); // curl: refused
  });
});

describe("the input chain", () => {
  it("opens what it names on the router, and neighbours still find it over IPv6", async () => {
    await net.configure(`
firewall:
  input: { rules: [{ in: lan, icmp: echo-request, icmpv6: echo-request, action: accept }] }
`);
    net.inside.ip("-6", "neigh", "flush", "all");
    expect(net.pings(net.inside, hosts.a.router4)).toBe(true);
    expect(net.pings(net.inside, hosts.a.router6)).toBe(true);
    expect(net.pings(net.outside, hosts.b.router4)).toBe(false);
  });

  it("learns who knocks at a closed door, and shuts him out", async () => {
    await net.configure(`
firewall:
  sets: { knockers: { type: ipv4, dynamic: true, timeout: 1h } }
  input:
    policy: accept
    rules:
      - { source: "@knockers", action: drop }
      - { family: ipv4, protocol: tcp, ports: 23, learn: knockers, log: { prefix: "a knock: " }, action: drop }
`);
    expect(net.pings(net.outside, hosts.b.router4)).toBe(true);
    expect(net.fetch(net.outside, `http://${hosts.b.router4}:23/`)).toBe("");
    expect(net.pings(net.outside, hosts.b.router4)).toBe(false);
    expect(net.pings(net.inside, hosts.a.router4)).toBe(true);
    expect(net.nused.log()).toMatch(new RegExp(`a knock: IN=wan .*SRC=${hosts.b.v4} .*DPT=23`));
  });
});

describe("translation of addresses", () => {
  it("masquerades what leaves, and nothing else", async () => {
    await net.configure("\nnat: { masquerade: [{ out: wan }] }\n");
    expect(net.fetch(net.inside, `http://${hosts.b.v4}/`)).toBe(`${hosts.b.router4} 80`);
    expect(net.fetch(net.inside, `http://[${hosts.b.v6}]/`)).toBe(`${hosts.b.router6} 80`);
    expect(net.fetch(net.inside, `http://${server.v4}/`)).toBe(`${hosts.a.v4} 80`);
  });

  it("gives a source the address that is named", async () => {
    await net.configure(`
nat: { snat: [{ out: wan, source: 10.77.1.0/24, to: ${hosts.b.router4} }, { out: dmz, source: "fd77:1::/64", to: "${server.router6}" }] }
`);
    expect(net.fetch(net.inside, `http://${hosts.b.v4}/`)).toBe(`${hosts.b.router4} 80`);
    expect(net.fetch(net.inside, `http://[${server.v6}]/`)).toBe(`${server.router6} 80`);
    expect(net.fetch(net.inside, `http://${server.v4}/`)).toBe(`${hosts.a.v4} 80`);
  });

  it("forwards ports to a server behind a closed firewall, which sees the real client", async () => {
    await net.configure(`
firewall: { forward: { rules: [] }, input: {} }
nat:
  forward:
    - { in: wan, ports: 8080, to: "${server.v4}:80" }
    - { in: wan, ports: 8443, to: "[${server.v6}]:443" }
`);
    expect(net.fetch(net.outside, `http://${hosts.b.router4}:8080/`)).toBe(`${hosts.b.v4} 80`);
    expect(net.fetch(net.outside, `http://[${hosts.b.router6}]:8443/`)).toBe(`${hosts.b.v6} 443`);
    expect(net.fetch(net.outside, `http://${server.v4}/`)).toBe("");
    expect(net.fetch(net.inside, `http://${hosts.b.router4}:8080/`)).toBe("");
  });

  it("with a hairpin reaches it from its own network by the outer address", async () => {
    await net.configure(`
nat: { forward: [{ in: wan, ports: 8080, to: "${hosts.a.v4}:80", hairpin: lan }] }
`);
    expect(net.fetch(net.outside, `http://${hosts.b.router4}:8080/`)).toBe(`${hosts.b.v4} 80`);
    expect(net.fetch(net.inside, `http://${hosts.b.router4}:8080/`)).toBe(`${hosts.a.router4} 80`);
  });

  it("sends an address elsewhere", async () => {
    await net.configure(`
nat: { dnat: [{ in: lan, destination: 203.0.113.1, to: ${server.v4} }] }
`);
    expect(net.fetch(net.inside, "http://203.0.113.1:443/")).toBe(`${hosts.a.v4} 443`);
  });
});

describe("text in nft's own language", () => {
  it("stands beside the structured part", async () => {
    await net.configure(`
firewall:
  forward: { policy: accept }
  nft: |
    table ip mine {
      chain c {
        type filter hook forward priority 10; policy accept;
        tcp dport 443 drop
      }
    }
`);
    expect(net.fetch(net.inside, `http://${server.v4}/`)).toBe(`${hosts.a.v4} 80`);
    expect(net.fetch(net.inside, `http://${server.v4}:443/`)).toBe("");
  });

  it("with a fault is reported at its line of the file, and nothing changes", async () => {
    const log = await net.configure(`
firewall:
  forward: { policy: drop }
  nft: |
    table ip mine {
      chain c {
        tcp dport 99999 drop
      }
    }
`);
    expect(log).toMatch(/nuse\.yaml:17:19: nft: Service out of range/);
    expect(net.fetch(net.inside, `http://${server.v4}/`)).toBe(`${hosts.a.v4} 80`);
    expect(net.fetch(net.inside, `http://${server.v4}:443/`)).toBe("");
  });
});

describe("a change of the rules", () => {
  it("loses no packet of a connection", async () => {
    const rules = (more: string): string => `\nfirewall: { forward: { rules: [{ in: lan, icmp: echo-request, action: accept }${more}] } }\nnat: { masquerade: [{ out: wan }] }\n`;
    await net.configure(rules(""));
    const [command, ...prefix] = net.inside.prefix;
    const ping = spawn(command, [...prefix, "ping", "-n", "-q", "-i", "0.002", "-c", "1000", hosts.b.v4], { stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    ping.stdout.on("data", (text: Buffer) => (output += text.toString()));
    const ended = once(ping, "exit");
    for (let change = 0; change < 5; change++) {
      expect(await net.configure(rules(`, { in: wan, protocol: tcp, ports: ${1000 + change}, action: accept }`))).toMatch(/change the firewall/);
    }
    await ended;
    expect(output).toMatch(/1000 packets transmitted, 1000 received, 0% packet loss/);
  });

});

/** What the kernel tells a scrape may be a second old. */
async function newMetrics(): Promise<ReadonlyMap<string, number>> {
  await sleep(1100);
  return net.nused.metrics();
}

describe("counters", () => {
  const counted = async (counter: string): Promise<number> => {
    const metrics = await newMetrics();
    return metrics.get(`nuse_firewall_counter_packets_total{table="inet nuse",name="${counter}"}`) ?? -1;
  };
  const rules = (more: string): string => `
firewall:
  forward:
    policy: accept
    rules: [{ in: lan, icmp: echo-request, counter: pings, action: accept }${more}]
`;

  it("count what their rules match, and go on through a change", async () => {
    await net.configure(rules(""));
    const before = await counted("pings");
    for (let round = 0; round < 5; round++) expect(net.pings(net.inside, hosts.b.v4)).toBe(true);
    // The first packet of each ping; the others belong to an established connection.
    expect(await counted("pings")).toBe(before + 5);
    await net.configure(rules(", { protocol: tcp, ports: 99, counter: others, action: drop }"));
    expect(await counted("pings")).toBe(before + 5);
    expect(await counted("others")).toBe(0);
  });
});

describe("a flowtable", () => {
  // Behind the forward chain that offloads, each packet that still comes this way counts.
  const watch = `
  nft: |
    table inet watch {
      counter forwarded { }
      chain c {
        type filter hook forward priority 20; policy accept;
        meta l4proto tcp counter name forwarded
      }
    }
`;
  const passed = async (): Promise<{ readonly chain: number; readonly frames: number }> => {
    const metrics = await newMetrics();
    const chain = metrics.get('nuse_firewall_counter_packets_total{table="inet watch",name="forwarded"}')!;
    return { chain, frames: metrics.get('nuse_port_receive_frames_total{port="lan"}')! };
  };

  it.each([["IPv4", hosts.b.v4], ["IPv6", hosts.b.v6]])("takes a stream over %s past the forward chain", async (_family, address) => {
    const share = async (firewall: string): Promise<number> => {
      await net.configure(`\nfirewall:\n  forward: { policy: accept }\n${firewall}${watch}`);
      const before = await passed();
      await iperf(net.inside, net.outside, address, 1);
      const after = await passed();
      return (after.chain - before.chain) / (after.frames - before.frames);
    };
    expect(await share("")).toBeGreaterThan(0.9);
    expect(await share("  flowtable: true")).toBeLessThan(0.1);
  });
});

describe("the host", () => {
  it("has nothing of it in its own netfilter", () => {
    expect(net.router.run("nft", "list", "ruleset")).toBe("");
  });
});
