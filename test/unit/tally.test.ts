// SPDX-License-Identifier: GPL-2.0-only

import { describe, expect, it } from "vitest";
// @ts-expect-error plain JavaScript: it runs before TypeScript is there
import * as tally from "../../scripts/lib/tally.mjs";

const { add, closingLine, fromJUnit, fromVitest } = tally as {
  add(a: Tally, b: Tally): Tally;
  closingLine(total: Tally): string;
  fromJUnit(xml: string): Tally;
  fromVitest(report: object): Tally;
};

interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

describe("the closing line of npm test", () => {
  it("sums CTest's and vitest's reports", () => {
    const ctest = fromJUnit(`<?xml version="1.0"?><testsuite name="x" tests="6">
      <testcase name="a" status="run"><system-out>&lt;testcase status="fail"&gt;</system-out></testcase>
      <testcase name="b" status="run"/>
      <testcase name="c" status="fail"><failure message="no"/></testcase>
      <testcase name="d" status="notrun"><skipped message="SKIP_RETURN_CODE=77"/></testcase>
      <testcase name="e" status="notrun"><skipped message="Unable to find executable"/></testcase>
      <testcase name="f" status="disabled"><system-out>Disabled</system-out></testcase>
    </testsuite>`);
    const vitest = fromVitest({
      numPassedTests: 4, numFailedTests: 1, numPendingTests: 1, numTodoTests: 0,
      testResults: [{ status: "failed", assertionResults: [] }, { status: "passed", assertionResults: [{}] }],
    });
    expect(ctest).toEqual({ passed: 2, failed: 2, skipped: 2 });
    expect(vitest).toEqual({ passed: 4, failed: 2, skipped: 1 });
    expect(closingLine(add(ctest, vitest))).toBe("6 passed, 4 failed, 3 skipped");
  });
});
