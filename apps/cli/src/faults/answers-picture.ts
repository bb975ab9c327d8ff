import type { Ledger, LiveCall, Outcome, Strike } from './ledger.js';

const COLOURS: Readonly<Record<Outcome, string>> = {
  whole: '#2e7d32',
  degraded: '#f9a825',
  refused: '#ef6c00',
  unreachable: '#6a1b9a',
  failed: '#c62828',
  silent: '#000000',
};
const OUTCOMES = Object.keys(COLOURS) as Outcome[];
const [LEFT, TOP, HEIGHT, ROW_MS, PX_PER_S] = [50, 60, 170, 120_000, 9];
const ROW_HEIGHT = HEIGHT + 90;
/** The longest wait that the picture shows; longer ones lie on its upper edge. */
const MOST_MS = 5_000;
const BAR_MS = 3_000;

/**
 * An SVG of every live call: when it was sent, how long it waited, what became of it, and from when to when each fault
 * was felt. Two minutes are a row.
 */
export function answersPicture(ledgers: readonly Ledger[]): string {
  const calls = ledgers.flatMap(({ calls }) => calls);
  const strikes = ledgers.flatMap(({ strikes }) => strikes);
  const from = Math.min(...calls.map(({ sentAtMs }) => sentAtMs));
  const to = Math.max(...calls.map(({ sentAtMs }) => sentAtMs));
  const rows = calls.length === 0 ? 0 : Math.floor((to - from) / ROW_MS) + 1;
  const parts = Array.from({ length: rows }, (_, at) => {
    const [start, end] = [from + at * ROW_MS, from + (at + 1) * ROW_MS];
    const felt = strikes.filter(({ brokenAtMs, wholeAtMs }) => brokenAtMs < end && wholeAtMs >= start);
    const own = calls.filter(({ sentAtMs }) => sentAtMs >= start && sentAtMs < end);
    const inside = [
      axes(start - from),
      ...felt.map((strike) => band(strike, start)),
      ...own.map((call) => dot(call, start)),
    ];
    return `<g transform="translate(${LEFT},${TOP + 30 + at * ROW_HEIGHT})">${inside.join('')}</g>`;
  });
  const [width, height] = [LEFT + (ROW_MS / 1_000) * PX_PER_S + 20, TOP + rows * ROW_HEIGHT + 20];
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" ` +
    `font-size="11"><rect width="100%" height="100%" fill="white"/>` +
    `<text x="${LEFT}" y="20" font-size="14">How long live callers waited, and when what was broken</text>` +
    `${legend()}${parts.join('')}</svg>\n`
  );
}

const xOf = (ms: number) => ((ms / 1_000) * PX_PER_S).toFixed(1);
const yOf = (ms: number) => (HEIGHT - (Math.min(ms, MOST_MS) / MOST_MS) * HEIGHT).toFixed(1);

function axes(startMs: number): string {
  const width = xOf(ROW_MS);
  const waits = Array.from({ length: MOST_MS / 1_000 + 1 }, (_, s) => {
    const isBar = s * 1_000 === BAR_MS;
    const stroke = isBar ? 'stroke="#c62828" stroke-dasharray="4"' : 'stroke="#e0e0e0"';
    const y = yOf(s * 1_000);
    return `<line x1="0" x2="${width}" y1="${y}" y2="${y}" ${stroke}/><text x="-28" y="${Number(y) + 4}">${s} s</text>`;
  });
  const times = Array.from({ length: ROW_MS / 10_000 + 1 }, (_, n) => {
    const at = (startMs + n * 10_000) / 1_000;
    return `<text x="${xOf(n * 10_000)}" y="${HEIGHT + 15}" text-anchor="middle">${at} s</text>`;
  });
  return [...waits, ...times].join('');
}

function band({ fault, brokenAtMs, wholeAtMs, mendedAtMs }: Strike, startMs: number): string {
  const within = (ms: number) => Math.min(Math.max(ms - startMs, 0), ROW_MS);
  const rect = (a: number, b: number, opacity: number) =>
    `<rect x="${xOf(within(a))}" width="${xOf(within(b) - within(a))}" y="0" height="${HEIGHT}" fill="#90a4ae" ` +
    `fill-opacity="${opacity}"/>`;
  const label =
    brokenAtMs < startMs
      ? ''
      : `<text transform="translate(${xOf(within(brokenAtMs))},-4) rotate(-25)" font-size="9">${escaped(fault)}</text>`;
  return `${rect(brokenAtMs, mendedAtMs, 0.3)}${rect(brokenAtMs, wholeAtMs, 0.25)}${label}`;
}

function dot({ sentAtMs, waitedMs, outcome, detail }: LiveCall, startMs: number): string {
  const title = `${(waitedMs / 1_000).toFixed(2)} s, ${detail}`;
  return (
    `<circle cx="${xOf(sentAtMs - startMs)}" cy="${yOf(waitedMs)}" r="2" fill="${COLOURS[outcome]}">` +
    `<title>${escaped(title)}</title></circle>`
  );
}

function legend(): string {
  const entries = OUTCOMES.map(
    (outcome, at) =>
      `<circle cx="${LEFT + at * 100}" cy="40" r="4" fill="${COLOURS[outcome]}"/>` +
      `<text x="${LEFT + 8 + at * 100}" y="44">${outcome}</text>`,
  );
  return entries.join('');
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
