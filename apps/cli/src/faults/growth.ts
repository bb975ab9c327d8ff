/** What a process occupied at a moment. */
export interface Sample {
  readonly atMs: number;
  readonly memoryBytes: number;
  readonly openFiles: number;
}

/** How a process has grown since it was warm. */
export interface Growth {
  readonly process: string;
  readonly overMs: number;
  readonly memoryMb: number;
  /** The slope of the line through its samples (least squares), in megabytes an hour. */
  readonly memoryMbPerHour: number;
  /** The last quarter of its samples against the first, by their medians. */
  readonly openFilesMore: number;
}

/** Until then caches fill, and what a private system keeps for a time has not begun to leave. */
const WARM_UP_MS = 1_800_000;
const FEWEST_SAMPLES = 20;
const HOUR_MS = 3_600_000;

/** Samples of the processes of a system. A process that was restarted begins anew. */
export class GrowthRecord {
  private readonly samples = new Map<string, { pid: number; samples: Sample[] }>();

  add(process: string, pid: number, sample: Sample): void {
    const known = this.samples.get(process);
    if (known?.pid === pid) known.samples.push(sample);
    else this.samples.set(process, { pid, samples: [sample] });
  }

  /** The processes that have run for long enough to tell. */
  growths(): Growth[] {
    return [...this.samples].flatMap(([process, { samples }]) => growthOf(process, samples) ?? []);
  }
}

function growthOf(process: string, all: readonly Sample[]): Growth | undefined {
  const samples = all.filter(({ atMs }) => atMs >= all[0]!.atMs + WARM_UP_MS);
  if (samples.length < FEWEST_SAMPLES) return undefined;
  const quarter = Math.floor(samples.length / 4);
  const files = samples.map(({ openFiles }) => openFiles);
  return {
    process,
    overMs: samples.at(-1)!.atMs - samples[0]!.atMs,
    memoryMb: samples.at(-1)!.memoryBytes / 1e6,
    memoryMbPerHour: (slope(samples.map(({ atMs, memoryBytes }) => [atMs, memoryBytes])) * HOUR_MS) / 1e6,
    openFilesMore: median(files.slice(-quarter)) - median(files.slice(0, quarter)),
  };
}

function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (at: 0 | 1) => points.reduce((sum, point) => sum + point[at], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const square = points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
  return points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0) / square;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}
