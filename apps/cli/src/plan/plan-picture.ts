import type { PlanRequest } from './cluster-file.js';
import type { Placement } from './plan-reply.js';

const [LEFT, TOP, ROW, BAR, WIDTH] = [130, 70, 34, 11, 360];
const GAP = 60;
/** More nodes make no picture that anybody can read. */
const MOST_NODES = 100;
const LEGEND_COLUMN = 190;

type Resource = 'cores' | 'memoryMb';
type Load = readonly { readonly service: string; readonly replicas: number }[];

/**
 * An SVG of a plan: each node is a row, with its cores above its memory, as they are used now and as planned. Services
 * have the same colour everywhere; what is free is grey.
 */
export function planPicture({ nodes, services }: PlanRequest, placements: readonly Placement[]): string {
  const before = new Map<string, Map<string, number>>();
  for (const { name, places, replicas } of services)
    for (const place of places.slice(0, replicas)) {
      const counts = before.get(place) ?? new Map<string, number>();
      before.set(place, counts.set(name, (counts.get(name) ?? 0) + 1));
    }
  const after = Map.groupBy(placements, ({ node }) => node);
  const loadNow = (node: string): Load =>
    [...(before.get(node) ?? [])].map(([service, replicas]) => ({ service, replicas }));
  const shown = nodes.slice(0, MOST_NODES);
  const colours = new Map(services.map(({ name }, at) => [name, colour(at)]));
  const needs = new Map(services.map((service) => [service.name, service]));
  const bars = (node: (typeof nodes)[number], load: Load, x: number, y: number) =>
    (['cores', 'memoryMb'] as const)
      .map((resource, at) => bar(node, load, resource, { x, y: y + at * (BAR + 2), colours, needs }))
      .join('');
  const rows = shown.map((node, at) => {
    const y = TOP + at * ROW;
    return (
      `<text x="${LEFT - 8}" y="${y + 16}" text-anchor="end">${escape(node.name)}</text>` +
      bars(node, loadNow(node.name), LEFT, y) +
      bars(node, after.get(node.name) ?? [], LEFT + WIDTH + GAP, y)
    );
  });
  const width = LEFT + 2 * WIDTH + GAP + 20;
  const legendTop = TOP + shown.length * ROW + 20;
  const perRow = Math.floor((width - 20) / LEGEND_COLUMN);
  const legend = services.slice(0, MOST_NODES).map(({ name }, at) => {
    const [x, y] = [20 + (at % perRow) * LEGEND_COLUMN, legendTop + Math.floor(at / perRow) * 18];
    return (
      `<rect x="${x}" y="${y}" width="10" height="10" fill="${colours.get(name)!}"/>` +
      `<text x="${x + 15}" y="${y + 9}">${escape(name)}</text>`
    );
  });
  const height = legendTop + Math.ceil(legend.length / perRow) * 18 + 20;
  const more = nodes.length > shown.length ? `, the first ${shown.length} of ${nodes.length} nodes` : '';
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="11">` +
    `<rect width="100%" height="100%" fill="white"/>` +
    `<text x="20" y="24" font-size="14">Where replicas are: cores above, memory below${more}</text>` +
    `<text x="${LEFT}" y="${TOP - 14}">now</text><text x="${LEFT + WIDTH + GAP}" y="${TOP - 14}">as planned</text>` +
    `${rows.join('')}${legend.join('')}</svg>\n`
  );
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly colours: ReadonlyMap<string, string>;
  readonly needs: ReadonlyMap<string, PlanRequest['services'][number]>;
}

function bar(node: PlanRequest['nodes'][number], load: Load, resource: Resource, place: Place): string {
  const size = node[resource];
  const parts = [`<rect x="${place.x}" y="${place.y}" width="${WIDTH}" height="${BAR}" fill="#eceff1"/>`];
  let used = 0;
  for (const { service, replicas } of load) {
    const amount = replicas * place.needs.get(service)![resource];
    if (size === 0 || amount === 0) continue;
    const [from, to] = [(used / size) * WIDTH, ((used + amount) / size) * WIDTH];
    used += amount;
    parts.push(
      `<rect x="${(place.x + from).toFixed(1)}" y="${place.y}" width="${(to - from).toFixed(1)}" height="${BAR}" ` +
        `fill="${place.colours.get(service)!}" stroke="white" stroke-width="0.5">` +
        `<title>${escape(service)}: ${replicas} × ${place.needs.get(service)![resource]} ${resource}</title></rect>`,
    );
  }
  return parts.join('');
}

/** Neighbours in the list differ: the golden angle between their hues. */
const colour = (at: number) => `hsl(${Math.round((at * 137.5) % 360)},55%,${at % 2 === 0 ? 50 : 65}%)`;
const escape = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
