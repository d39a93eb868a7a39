// SPDX-License-Identifier: GPL-2.0-only

import { beforeAll, describe, expect, it } from "vitest";
import { netlink } from "../../../control/kernel/syscalls.js";
import { fromBytes, parseAddress, parsePrefix } from "../../../control/net/address.js";
import { addAddress } from "../../../control/netlink/address.js";
import { groups } from "../../../control/netlink/gen/rt_link.js";
import { findFamily } from "../../../control/netlink/generic.js";
import * as kinds from "../../../control/netlink/kinds.js";
import { createLink, decodeLink, deleteLink } from "../../../control/netlink/link.js";
import type { Link } from "../../../control/netlink/link.js";
import { NetlinkMonitor } from "../../../control/netlink/monitor.js";
import { addRoute, decodeMainRoute, deleteRoute, getRoutes, replaceRoute } from "../../../control/netlink/route.js";
import type { KernelRoute, Route } from "../../../control/netlink/route.js";
import { NetlinkSocket } from "../../../control/netlink/socket.js";
import { useKernel } from "./instance.js";

const kernel = useKernel(512 << 20);
const gateway = parseAddress("192.0.2.1")!;
const many = 50_000;

let uplink: Link;
beforeAll(async () => {
  await kernel.route.request(createLink("uplink", kinds.dummy(), { up: true }));
  uplink = await kernel.link("uplink");
  await kernel.route.request(addAddress(uplink, parsePrefix("192.0.2.2/24")!));
});

/** 11.0.0.0/24 and those behind it. */
function prefix(index: number): Route["to"] {
  return { address: fromBytes([11 + (index >> 16), (index >> 8) & 0xff, index & 0xff, 0]), length: 24 };
}

function* routes(count: number, make: (route: Route) => ReturnType<typeof addRoute>) {
  for (let index = 0; index < count; index++) yield make({ to: prefix(index), via: gateway, oif: uplink.index });
}

const isOurs = ({ via }: KernelRoute): boolean => via?.text === gateway.text;

describe("a refusal", () => {
  it("has the kernel's words and the name of the attribute", async () => {
    await expect(kernel.route.request(createLink("v", kinds.vxlan({ id: 2 ** 24 }))))
      .rejects.toThrow(/create vxlan v: ERANGE \(VXLAN ID must be lower than 16777216; attribute linkinfo\.data\.id\)/);
    await expect(kernel.route.request(addRoute({ to: prefix(0), via: parseAddress("203.0.113.1") })))
      .rejects.toThrow(/add route 11\.0\.0\.0\/24: ENETUNREACH \(Nexthop has invalid gateway\)/);
  });

  it("of a family that is not there is ENOENT", async () => {
    const generic = await NetlinkSocket.open(kernel.openTask(), netlink.generic);
    await expect(findFamily(generic, { name: "nothing", version: 1 })).rejects.toThrow(/find netlink family nothing: ENOENT/);
  });
});

describe("a batch", () => {
  it("is carried out but for what is refused, and says what that was", async () => {
    const unreachable = parseAddress("203.0.113.1");
    const requests = [0, 1, 2, 3].map((index) =>
      addRoute({ to: prefix(index), via: index % 2 ? unreachable : gateway, oif: uplink.index }));
    const refused = await kernel.route.batch(requests);
    expect(refused.map(({ message }) => message)).toEqual([
      expect.stringMatching(/add route 11\.0\.1\.0\/24: ENETUNREACH/), expect.stringMatching(/add route 11\.0\.3\.0\/24: ENETUNREACH/),
    ]);
    const found = (await kernel.route.dump(getRoutes(4), decodeMainRoute)).filter(isOurs);
    expect(found.map(({ to }) => to.address.text)).toEqual(["11.0.0.0", "11.0.2.0"]);
    expect(await kernel.route.batch([0, 2].map((index) => deleteRoute({ to: prefix(index) })))).toEqual([]);
    expect(await kernel.route.batch([])).toEqual([]);
  });

  it("of refusals only loses none of them", async () => {
    const count = 3000;
    const refused = await kernel.route.batch(routes(count, ({ to }) => addRoute({ to, via: parseAddress("203.0.113.1") })));
    expect(refused).toHaveLength(count);
    expect(refused[count - 1]!.message).toContain("11.11.183.0/24");
  });

  it("leaves the socket in order for what comes next, also when its source fails", async () => {
    function* failing() {
      yield replaceRoute({ to: prefix(0), via: gateway, oif: uplink.index });
      throw new Error("no more");
    }
    await expect(kernel.route.batch(failing())).rejects.toThrow("no more");
    await kernel.route.request(replaceRoute({ to: prefix(0), via: gateway, oif: uplink.index }));
    await kernel.route.request(deleteRoute({ to: prefix(0) }));
  });
});

describe("a full table", () => {
  it("goes in, is streamed in pieces between which others have the event loop, and goes", async () => {
    expect(await kernel.route.batch(routes(many, addRoute))).toEqual([]);

    let turns = 0;
    let streaming = true;
    const turn = (): void => {
      turns++;
      if (streaming) setImmediate(turn);
    };
    setImmediate(turn);

    const pieces: number[] = [];
    const seen = new Set<string>();
    for await (const piece of kernel.route.stream(getRoutes(4), decodeMainRoute)) {
      const ours = piece.filter(isOurs);
      for (const { to } of ours) seen.add(to.address.text);
      pieces.push(ours.length);
    }
    streaming = false;
    expect(seen.size).toBe(many);
    expect(Math.max(...pieces)).toBeLessThan(1000);
    expect(pieces.length).toBeGreaterThan(50);
    expect(turns).toBeGreaterThan(10);

    expect(await kernel.route.batch(routes(many, deleteRoute))).toEqual([]);
    expect((await kernel.route.dump(getRoutes(4), decodeMainRoute)).filter(isOurs)).toEqual([]);
  });

  it("whose reader fails leaves the socket in order", async () => {
    const fail = () => {
      throw new Error("unreadable");
    };
    await expect(kernel.route.dump(getRoutes(4), fail)).rejects.toThrow("unreadable");
    expect((await kernel.route.dump(getRoutes(4), decodeMainRoute)).length).toBeGreaterThan(0);
  });

  it("may be left half read", async () => {
    expect(await kernel.route.batch(routes(5000, addRoute))).toEqual([]);
    for await (const piece of kernel.route.stream(getRoutes(4), decodeMainRoute)) {
      expect(piece.length).toBeGreaterThan(0);
      break;
    }
    expect((await kernel.route.dump(getRoutes(4), decodeMainRoute)).filter(isOurs)).toHaveLength(5000);
    expect(await kernel.route.batch(routes(5000, deleteRoute))).toEqual([]);
  });
});

describe("a monitor", () => {
  it("tells of links that come and go, and ends with its task", async () => {
    const task = kernel.openTask();
    const monitor = await NetlinkMonitor.open(task, [groups.rtnlgrpLink]);
    const names: string[] = [];
    const watching = (async () => {
      for await (const { name } of monitor.messages(decodeLink)) {
        names.push(name);
        if (name === "second") task.close();
      }
    })();
    await kernel.route.request(createLink("first", kinds.dummy()));
    await kernel.route.request(deleteLink(await kernel.link("first")));
    await kernel.route.request(createLink("second", kinds.dummy()));
    await watching;
    expect(names).toEqual(expect.arrayContaining(["first", "second"]));
  });
});
