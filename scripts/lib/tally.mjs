// SPDX-License-Identifier: GPL-2.0-only
// What a run of tests came to, from the reports that CTest and vitest write.

export const nothing = { passed: 0, failed: 0, skipped: 0 };

export function add(a, b) {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
  };
}

/** CTest's JUnit file. A program that is not there is no reason to skip its test. */
export function fromJUnit(xml) {
  const tally = { ...nothing };
  for (const [, head, body] of xml.matchAll(/<testcase\b([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g)) {
    const status = /\bstatus="(\w+)"/.exec(head)?.[1];
    const absent = /<skipped message="Unable to find/.test(body ?? "");
    if (status === "run") tally.passed += 1;
    else if (status === "fail" || absent) tally.failed += 1;
    else tally.skipped += 1;
  }
  return tally;
}

/** vitest's JSON report; a file that does not even load is a failure too. */
export function fromVitest(report) {
  const unloaded = report.testResults.filter(
    (file) => file.status === "failed" && file.assertionResults.length === 0,
  ).length;
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + unloaded,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** The closing line of npm test. */
export const closingLine = ({ passed, failed, skipped }) =>
  `${passed} passed, ${failed} failed, ${skipped} skipped`;
