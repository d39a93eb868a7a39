// SPDX-License-Identifier: GPL-2.0-only
// The control plane: the configuration's life, what kernels refused, and how the
// scrape itself went.

import type { Family, Labels, Sample } from "../family.js";
import type { Reading } from "../reading.js";

const one = (value: number | undefined, labels: Labels = {}): Sample[] => (value === undefined ? [] : [{ labels, value }]);
const gauge = (name: string, help: string, value: (reading: Reading) => number | undefined): Family<Reading> => ({
  name, help, kind: "gauge", labels: [], samples: (reading) => one(value(reading)),
});

const configuration: readonly Family<Reading>[] = [
  gauge("config_revision", "Number of the revision in force; 0 if it could not be archived.", ({ life }) => life.revision()),
  gauge("config_fallback", "Whether a revision is in force because the configuration file cannot be used.", ({ life }) => (life.fallback() ? 1 : 0)),
  gauge(
    "config_confirm_deadline_timestamp_seconds", "When the revision in force is reverted unless it is confirmed; 0 if it need not be.",
    ({ life }) => (life.confirmUntil()?.getTime() ?? 0) / 1000,
  ),
  gauge(
    "config_drift_steps", "Steps that would bring the kernels back to the configuration in force, as looked for last: now and then.",
    ({ drift }) => drift,
  ),
  gauge("config_last_apply_success", "Whether the last application succeeded.", ({ applications: { last } }) => last && (last.success ? 1 : 0)),
  gauge("config_last_apply_duration_seconds", "How long the last application took.", ({ applications: { last } }) => last?.seconds),
  gauge("config_last_apply_timestamp_seconds", "When the last application ended.", ({ applications: { last } }) => last && last.time / 1000),
  {
    name: "config_applications_total", help: "Applications of the configuration.", kind: "counter", labels: ["result"],
    samples: ({ applications: { successes, failures } }) => [
      ...one(successes, { result: "success" }), ...one(failures, { result: "failure" }),
    ],
  },
];

const machinery: readonly Family<Reading>[] = [
  {
    name: "worker_restarts_total", help: "Starts of a kernel in the place of one that had died.", kind: "counter", labels: ["worker"],
    samples: ({ life }) => life.restarts().map(([worker, value]) => ({ labels: { worker: String(worker) }, value })),
  },
  {
    name: "port_open", help: "Whether the port's device is open.", kind: "gauge", labels: ["port"],
    samples: ({ life }) => life.ports().map(([port, open]) => ({ labels: { port }, value: open ? 1 : 0 })),
  },
  {
    name: "netlink_errors_total", help: "Requests that a kernel refused.", kind: "counter", labels: ["family", "errno"],
    samples: ({ refusals }) => refusals.map(({ family, errno, times }) => ({ labels: { family, errno }, value: times })),
  },
];

const scrape: readonly Family<Reading>[] = [
  {
    name: "scrape_collector_success", help: "Whether every kernel answered this part of the scrape.", kind: "gauge", labels: ["collector"],
    samples: ({ collectors }) => collectors.map(([collector, success]) => ({ labels: { collector }, value: success ? 1 : 0 })),
  },
  {
    name: "scrape_collector_duration_seconds", help: "How long this part of the scrape took.", kind: "gauge", labels: ["collector"],
    samples: ({ collectors }) => collectors.map(([collector, , seconds]) => ({ labels: { collector }, value: seconds })),
  },
];

export const controlFamilies: readonly Family<Reading>[] = [...configuration, ...machinery, ...scrape];
