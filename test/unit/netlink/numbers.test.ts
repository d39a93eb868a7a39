// SPDX-License-Identifier: GPL-2.0-only
// Every number, size and offset of the tables against the kernel's own headers,
// by a C program made of the tables that compiles only if all are right.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const { source } = JSON.parse(readFileSync("build/setup.json", "utf8")) as { source: string };

function assertions(): string {
  const specs = join(source, "Documentation/netlink/specs");
  const made = spawnSync(process.execPath, ["scripts/netlink/check.mjs", specs, "control/netlink/overlay"], {
    encoding: "utf8", maxBuffer: 1 << 26,
  });
  expect(made.stderr).toBe("");
  return made.stdout;
}

/** What the compiler finds wrong. */
function compile(program: string): string[] {
  const headers = join(source, "include/uapi");
  const { stderr } = spawnSync(
    "cc",
    ["-std=gnu11", "-fsyntax-only", "-fmax-errors=0", "-I", "test/unit/netlink/headers", "-isystem", headers, "-x", "c", "-"],
    { input: program, encoding: "utf8", maxBuffer: 1 << 26 },
  );
  return stderr.split("\n").filter((line) => line.includes("error:"));
}

describe("the tables", () => {
  it("have the numbers, sizes and offsets of the kernel's headers", () => {
    const program = assertions();
    expect(program.match(/_Static_assert/g)?.length).toBeGreaterThan(3000);
    expect(compile(program)).toEqual([]);
  });

  it("would not pass with a number or a size that is wrong", () => {
    const program = assertions();
    const wrong = program.replace("(IFLA_VXLAN_ID) == 1ull", "(IFLA_VXLAN_ID) == 2ull").replace("sizeof(struct rtmsg)) == 12ull", "sizeof(struct rtmsg)) == 16ull");
    const faults = compile(wrong);
    expect(faults).toHaveLength(2);
    expect(faults.join()).toMatch(/rt_link linkinfo-vxlan-attrs id.*rt_route rtmsg/);
  });
});
