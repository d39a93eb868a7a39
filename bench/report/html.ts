// SPDX-License-Identifier: GPL-2.0-only
// One page with everything in it: charts as SVG, no script, nothing to fetch.

import { View, parse } from "vega";
import { compile } from "vega-lite";
import type { TopLevelSpec } from "vega-lite";
import { summarise } from "../ports/result.js";
import type { Figure, Report } from "./figures.js";
import { ours } from "./figures.js";
import { cell, worst } from "./markdown.js";

const escape = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** "forwarding/raw" of "forwarding/raw/64-bytes/1k-flows": a chart each. */
const chapter = ({ name, unit }: Figure): string => `${name.split("/").slice(0, 2).join("/")}, ${unit}`;
const label = ({ name }: Figure): string => name.split("/").slice(2).join(" ") || name;

function specification(title: string, figures: readonly Figure[]): TopLevelSpec {
  const values = figures.map((figure) => ({ label: label(figure), subject: figure.subject, ...summarise(figure.values) }));
  const y = { field: "label", type: "nominal", sort: null, title: null } as const;
  const yOffset = { field: "subject", sort: [ours] };
  return {
    data: { values },
    title,
    width: 640,
    height: { step: 14 },
    layer: [
      {
        mark: "bar",
        encoding: {
          y, yOffset, x: { field: "median", type: "quantitative", title: figures[0]!.unit },
          color: { field: "subject", type: "nominal", sort: [ours], title: null },
        },
      },
      {
        mark: { type: "rule", strokeWidth: 1.5 },
        encoding: { y, yOffset, x: { field: "least", type: "quantitative" }, x2: { field: "greatest" } },
      },
    ],
  };
}

async function chart(title: string, figures: readonly Figure[]): Promise<string> {
  const view = new View(parse(compile(specification(title, figures)).spec), { renderer: "none" });
  const svg = await view.toSVG();
  view.finalize();
  return svg;
}

const style = `body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}
table{border-collapse:collapse;font-size:13px}td,th{border-bottom:1px solid #ddd;padding:.2rem .6rem;text-align:left;vertical-align:top}
svg{max-width:100%;height:auto;margin:1rem 0}`;

function table(figures: readonly Figure[]): string {
  const rows = figures.map((figure) =>
    `<tr>${[figure.name, figure.subject, cell(figure), figure.doubt ?? ""].map((text) => `<td>${escape(text)}</td>`).join("")}</tr>`);
  return `<table><tr><th>figure</th><th>of</th><th>median (least-greatest)</th><th>doubt</th></tr>${rows.join("\n")}</table>`;
}

export async function html(report: Report): Promise<string> {
  const { run, figures } = report;
  const chapters = new Map<string, Figure[]>();
  for (const figure of figures) chapters.set(chapter(figure), [...(chapters.get(chapter(figure)) ?? []), figure]);
  const charts: string[] = [];
  for (const [title, some] of chapters) charts.push(await chart(title, some));
  const facts = { ...run.versions, commit: run.commit, "host kernel": run.kernel, processor: `${run.processors} x ${run.processor}` };
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>NUSE benchmarks, ${escape(run.time)}</title><style>${style}</style></head><body>
<h1>NUSE benchmarks</h1>
<p>${escape(run.time)}. ${Object.entries(facts).map(([name, value]) => escape(`${name} ${value}`)).join(", ")}.</p>
<p>Bars are medians over the rounds, lines go from the least to the greatest.</p>
<p>Furthest behind: ${escape(worst(report).join("; "))}.</p>
${charts.join("\n")}
<h2>All figures</h2>
${table(figures)}
</body></html>
`;
}
