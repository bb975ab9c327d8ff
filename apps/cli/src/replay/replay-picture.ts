import type { ReplayReply } from './replay-reply.js';

const [LEFT, TOP, WIDTH, HEIGHT, GAP] = [60, 50, 900, 220, 60];
type Point = ReplayReply['result']['curve'][number];

const LINES = [
  { what: 'replicas', colour: '#1565c0', of: ({ running }: Point) => running },
  { what: 'busy', colour: '#2e7d32', of: ({ busy }: Point) => busy },
  { what: 'waiting requests', colour: '#c62828', of: ({ queued }: Point) => queued },
];

/** An SVG of a replay: replicas, busy ones and waiting requests over time, of the policy above and of the threshold below. */
export function replayPicture({ result, threshold }: ReplayReply): string {
  const both = [result, threshold];
  const end = Math.max(1, ...both.flatMap(({ curve }) => curve.map(({ at }) => at)));
  // Long queues leave the picture: the replicas are what it is about.
  const most = Math.max(1, ...both.flatMap(({ curve }) => curve.map(({ running }) => running)));
  const panels = both.map(({ policy, curve }, at) =>
    panel(policy, curve, { end, most, top: TOP + at * (HEIGHT + GAP) }),
  );
  const legend = LINES.map(
    ({ what, colour }, at) => `<text x="${LEFT + at * 140}" y="24" fill="${colour}">${what}</text>`,
  );
  const height = TOP + 2 * (HEIGHT + GAP);
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${LEFT + WIDTH + 20}" height="${height}" font-family="sans-serif" font-size="11">` +
    `<rect width="100%" height="100%" fill="white"/>${legend.join('')}${panels.join('')}</svg>\n`
  );
}

interface Scale {
  readonly end: number;
  readonly most: number;
  readonly top: number;
}

function panel(policy: string, curve: readonly Point[], { end, most, top }: Scale): string {
  const x = (at: number) => (LEFT + (at / end) * WIDTH).toFixed(1);
  const y = (value: number) => (top + HEIGHT - (Math.min(value, most) / most) * HEIGHT).toFixed(1);
  const lines = LINES.map(({ colour, of }) => {
    const points = curve.map((point) => `${x(point.at)},${y(of(point))}`).join(' ');
    return `<polyline points="${points}" fill="none" stroke="${colour}"/>`;
  });
  return (
    `<text x="${LEFT}" y="${top - 8}" font-weight="bold">${policy}</text>` +
    `<rect x="${LEFT}" y="${top}" width="${WIDTH}" height="${HEIGHT}" fill="none" stroke="#b0bec5"/>` +
    `<text x="${LEFT - 6}" y="${top + 10}" text-anchor="end">${most}</text>` +
    `<text x="${LEFT - 6}" y="${top + HEIGHT}" text-anchor="end">0</text>` +
    `<text x="${LEFT + WIDTH}" y="${top + HEIGHT + 16}" text-anchor="end">${Math.round(end)} s</text>${lines.join('')}`
  );
}
