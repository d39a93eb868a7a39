// SPDX-License-Identifier: GPL-2.0-only

import { describe, expect, it } from "vitest";
import { compare, regressions } from "../../bench/report/compare.js";
import { formatReport, parseReport, ratiosOf } from "../../bench/report/figures.js";
import type { Figure, Report } from "../../bench/report/figures.js";
import { html } from "../../bench/report/html.js";
import { markdown } from "../../bench/report/markdown.js";

const run = {
  kind: "run", time: "2026-01-02T03:04:05Z", commit: "abc1234", kernel: "6.1", processor: "x86", processors: 2,
  versions: { dpdk: "22.11" },
} as const;

const figure = (name: string, subject: string, values: number[], more: Partial<Figure> = {}): Figure => ({
  kind: "figure", name, subject, unit: "Mpps", better: "more", values, ...more,
});
const report = (...figures: Figure[]): Report => ({ run, figures });

const before = report(
  figure("forwarding/raw/64", "nuse", [2, 4, 3]), figure("forwarding/raw/64", "host kernel", [1, 2, 1.5]),
  figure("latency/raw", "nuse", [10, 11, 10.5], { unit: "us", better: "less" }),
);

describe("results of benchmarks", () => {
  it("come back from a file as they were written", () => {
    expect(parseReport(formatReport(before), "a.jsonl")).toEqual(before);
  });

  it.each([
    ["{", /^not a line of JSON/],
    ['{"kind":"figure","name":"a","values":[]}', /^neither a run nor a figure/],
    ["", /no line about the run/],
  ])("that are broken are refused: %s", (text, expected) => {
    expect(() => parseReport(text, "a.jsonl")).toThrow(expected);
  });

  it("have ratios made within a round, more than 1 being better", () => {
    const less = { unit: "us", better: "less" } as const;
    expect(ratiosOf(before.figures)).toEqual([{ name: "forwarding/raw/64", reference: "host kernel", values: [2, 2, 2] }]);
    expect(ratiosOf([figure("l", "nuse", [5], less), figure("l", "host kernel", [10], less)])[0]?.values).toEqual([2]);
  });
});

describe("a comparison of two runs", () => {
  it("does not take a slower machine for a slower router", () => {
    const after = report(figure("forwarding/raw/64", "nuse", [1, 2, 1.5]), figure("forwarding/raw/64", "host kernel", [0.5, 1, 0.75]));
    expect(compare(before, after)).toMatchObject([{ of: "nuse / host kernel", change: 0, verdict: "same" }]);
  });

  it("tells what moved beyond the noise, and which way is better", () => {
    const after = report(
      figure("forwarding/raw/64", "nuse", [1, 2, 1.5]), figure("forwarding/raw/64", "host kernel", [1, 2, 1.5]),
      figure("latency/raw", "nuse", [8, 8, 8], { unit: "us", better: "less" }),
    );
    const changes = compare(before, after);
    expect(changes.map(({ verdict }) => verdict)).toEqual(["worse", "better"]);
    expect(regressions(changes, []).map(({ name }) => name)).toEqual(["forwarding/raw/64"]);
    expect(regressions(changes, ["latency"])).toEqual([]);
    expect(regressions(changes, ["forwarding/raw"])).toHaveLength(1);
  });

  it("leaves what is within the spread of the rounds", () => {
    const after = report(figure("latency/raw", "nuse", [10.2, 11.2, 10.9], { unit: "us", better: "less" }));
    expect(compare(before, after)).toMatchObject([{ verdict: "same" }]);
  });
});

describe("a report", () => {
  it("names the figures, their ratios, their doubts and what is furthest behind", () => {
    const text = markdown(report(...before.figures, figure("forwarding/tap/64", "nuse", [1], { doubt: "the generator was the limit" }), figure("forwarding/tap/64", "testpmd", [4])));
    expect(text).toContain("| forwarding/raw/64 | 3.000 (2.000-4.000) Mpps | host kernel 1.500 (1.000-2.000) Mpps | 2.00 (2.00-2.00) |");
    expect(text).toContain("nuse: the generator was the limit");
    expect(text).toContain("Furthest behind: forwarding/tap/64: 0.25 of testpmd");
  });

  it("is one page that fetches nothing", async () => {
    const page = await html(report(...before.figures, figure("forwarding/<b>/64", "nuse", [1])));
    expect(page.match(/<svg/g)).toHaveLength(3);
    expect(page).not.toMatch(/<script|(?:src|href)="http|<b>/);
    expect(page).toContain("host kernel");
  });
});
