import type { Growth, Point } from "./growth";

const [width, height] = [960, 470];
const panel = { top: 118, bottom: 386, left: 74, gap: 74, width: 369 };
const ink = {
  text: "#1f2933",
  soft: "#667382",
  grid: "#e4e9ee",
  restic: "#8a97a6",
  script: "#0f766e",
  band: "#0f766e",
};
const font = "font-family=\"-apple-system, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif\"";

/** docs/images/night-cost.svg: the time of a night, with and without the scripts, on logarithmic axes. */
export function plot(growth: readonly Growth[]): string {
  const seconds = growth.flatMap(({ points }) => points.flatMap(({ script, restic }) => [script, restic]));
  const low = 10 ** Math.floor(Math.log10(Math.min(...seconds)));
  const high = 10 ** Math.ceil(Math.log10(Math.max(...seconds)));
  const y = (of: number) => panel.bottom - ((panel.bottom - panel.top) * Math.log10(of / low)) / Math.log10(high / low);
  const panels = growth.map((one, index) => drawn(one, panel.left + index * (panel.width + panel.gap), y, low, high));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ${font} role="img">
<title>What a night costs, by snapshots and by files</title>
<rect width="${width}" height="${height}" rx="10" fill="#ffffff"/>
${text(28, 40, "What a night costs", { size: 21, weight: 600 })}
${text(28, 64, "A backup that finds nothing new and removes nothing, beside the restic commands that it must run", { size: 14, fill: ink.soft })}
${legend()}
${panels.join("\n")}
${text(28, height - 22, "Written by npm run bench: repository and source in memory, busybox, a key of the usual cost. The numbers at the points are ratios.", { size: 12, fill: ink.soft })}
</svg>
`;
}

function legend(): string {
  return [
    dot(690, 35, ink.script),
    text(704, 40, "backup.sh", { size: 14, fill: ink.script, weight: 600 }),
    dot(800, 35, ink.restic),
    text(814, 40, "restic alone", { size: 14, fill: ink.soft }),
  ].join("\n");
}

function drawn({ of, points }: Growth, left: number, y: (of: number) => number, low: number, high: number): string {
  const sizes = points.map(({ size }) => size);
  const [first, last] = [Math.min(...sizes), Math.max(...sizes)];
  const x = (size: number) => left + 34 + ((panel.width - 68) * Math.log10(size / first)) / Math.log10(last / first);
  const line = (value: (point: Point) => number) =>
    points.map((point) => `${round(x(point.size))},${round(y(value(point)))}`);
  const [script, restic] = [line((point) => point.script), line((point) => point.restic)];
  return [
    text(left, panel.top - 18, `by number of ${of}`, { size: 15, weight: 600 }),
    ...powers(low, high).map((tick) => gridLine(left, y(tick), tick)),
    `<polygon points="${[...script, ...[...restic].reverse()].join(" ")}" fill="${ink.band}" opacity="0.14"/>`,
    `<polyline points="${restic.join(" ")}" fill="none" stroke="${ink.restic}" stroke-width="2"/>`,
    `<polyline points="${script.join(" ")}" fill="none" stroke="${ink.script}" stroke-width="2.5"/>`,
    ...points.map((point) => dot(x(point.size), y(point.restic), ink.restic)),
    ...points.map((point) => dot(x(point.size), y(point.script), ink.script)),
    ...points.map((point) =>
      text(x(point.size) + 12, y(point.script) - 13, `×${(point.script / point.restic).toFixed(2)}`, {
        size: 13,
        fill: ink.script,
        weight: 600,
        anchor: "end",
      }),
    ),
    ...points.map((point) =>
      text(x(point.size), panel.bottom + 24, point.size.toLocaleString("en"), {
        size: 13,
        fill: ink.soft,
        anchor: "middle",
      }),
    ),
  ].join("\n");
}

function gridLine(left: number, at: number, seconds: number): string {
  return `<line x1="${left}" x2="${left + panel.width}" y1="${round(at)}" y2="${round(at)}" stroke="${ink.grid}"/>
${text(left - 10, at + 4.5, `${seconds} s`, { size: 13, fill: ink.soft, anchor: "end" })}`;
}

function powers(low: number, high: number): number[] {
  const decades = Math.round(Math.log10(high / low));
  return Array.from({ length: decades + 1 }, (_, power) => Number((low * 10 ** power).toPrecision(1)));
}

function dot(x: number, y: number, fill: string): string {
  return `<circle cx="${round(x)}" cy="${round(y)}" r="4.5" fill="${fill}" stroke="#ffffff" stroke-width="1.5"/>`;
}

interface Style {
  readonly size: number;
  readonly fill?: string;
  readonly weight?: number;
  readonly anchor?: "middle" | "end";
}

function text(x: number, y: number, words: string, { size, fill = ink.text, weight, anchor }: Style): string {
  const options = [
    ...(weight === undefined ? [] : [`font-weight="${weight}"`]),
    ...(anchor === undefined ? [] : [`text-anchor="${anchor}"`]),
  ];
  return `<text x="${round(x)}" y="${round(y)}" font-size="${size}" fill="${fill}" ${options.join(" ")}>${words}</text>`;
}

function round(number: number): number {
  return Math.round(number * 10) / 10;
}
