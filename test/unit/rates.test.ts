// SPDX-License-Identifier: GPL-2.0-only

import { expect, it } from "vitest";
import { parseMetrics } from "../../lab/http.js";
import { Rates } from "../../lab/rates.js";

it("rates come from two readings of the counters", () => {
  const reading = (frames: number) =>
    parseMetrics(`# HELP x y\nnuse_port_receive_frames_total{port="a"} ${frames}\nnuse_port_receive_bytes_total{port="a"} ${frames * 100}\n`);
  const rates = new Rates();
  expect(rates.line(reading(0), 0)).toBeUndefined();
  expect(rates.line(reading(5000), 2000)).toBe("2.50 kframe/s   2.00 Mbit/s   0 drops   5000 frames in all");
});
