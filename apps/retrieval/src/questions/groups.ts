import { setImmediate as turn } from 'node:timers/promises';

/** A question that was asked. */
export interface Asked {
  readonly text: string;
  /** In Unix milliseconds. */
  readonly atMs: number;
  /** About unit length; absent if it cannot be compared by meaning. */
  readonly vector?: Float32Array | undefined;
}

/** Questions that are taken as one. */
export interface QuestionGroup {
  /** One of their wordings. */
  readonly question: string;
  readonly count: number;
  readonly lastAskedAtMs: number;
  /** All its wordings, each once. */
  readonly wordings: readonly string[];
}

/**
 * A question belongs to a group if it is on average this similar (cosine) to those of the group. For MiniLM;
 * `node test/bench/questions.bench.ts` shows what other values do.
 */
const SAME_MEANING = 0.55;
/** Wordings that are compared, the commonest and then the newest: about a second and a half where none are alike. */
const MAX_WORDINGS = 2_000;
/** Comparisons between two turns of the event loop: about two milliseconds. */
const COMPARISONS_PER_TURN = 5_000;

interface Wording {
  readonly text: string;
  readonly count: number;
  readonly lastAskedAtMs: number;
  readonly vector?: Float32Array | undefined;
}

/** Groups questions that differ in case and punctuation at most, the last asked first. The newest wording is kept. */
export function groupByWording(questions: readonly Asked[]): QuestionGroup[] {
  return wordingsOf(questions).map((wording) => new MeaningGroup(wording).summary());
}

/**
 * Groups questions by meaning, the largest group first. The wording nearest to the centre of a group stands for it.
 * Each question joins the nearest group, the commonest first, or begins one. It takes about half a second for 1,500
 * wordings, and lets other work run meanwhile. Of more than 2,000 wordings the rarest and oldest are left out.
 *
 * @param options.sameMeaning the average cosine with a group from which on a question belongs to it.
 */
export async function groupByMeaning(
  questions: readonly Asked[],
  { sameMeaning = SAME_MEANING, signal }: { sameMeaning?: number; signal?: AbortSignal | undefined } = {},
): Promise<QuestionGroup[]> {
  const wordings = wordingsOf(questions)
    .sort((a, b) => b.count - a.count)
    .slice(0, MAX_WORDINGS);
  const groups: MeaningGroup[] = [];
  let comparisons = 0;
  for (const wording of wordings) {
    comparisons += groups.length;
    if (comparisons > COMPARISONS_PER_TURN) {
      comparisons = 0;
      await turn();
      signal?.throwIfAborted();
    }
    const nearest = nearestOf(groups, wording, sameMeaning);
    if (nearest) nearest.add(wording);
    else groups.push(new MeaningGroup(wording));
  }
  return groups.map((group) => group.summary()).sort(bySize);
}

/** Questions with the sum of their vectors, each as often as it was asked. */
class MeaningGroup {
  private readonly wordings: Wording[] = [];
  private readonly sum: Float32Array;
  private size = 0;
  private lastAskedAtMs = 0;

  constructor(first: Wording) {
    this.sum = new Float32Array(first.vector?.length ?? 0);
    this.add(first);
  }

  add(wording: Wording): void {
    this.wordings.push(wording);
    this.size += wording.count;
    this.lastAskedAtMs = Math.max(this.lastAskedAtMs, wording.lastAskedAtMs);
    wording.vector?.forEach((value, n) => (this.sum[n]! += value * wording.count));
  }

  /** The average cosine of a question with those of the group; 0 if they cannot be compared. */
  similarity({ vector }: Wording): number {
    if (vector?.length !== this.sum.length) return 0;
    let product = 0;
    for (let n = 0; n < vector.length; n++) product += vector[n]! * this.sum[n]!;
    return product / this.size;
  }

  summary(): QuestionGroup {
    const central = this.wordings.reduce((best, each) => (this.similarity(each) > this.similarity(best) ? each : best));
    return {
      question: central.text,
      count: this.size,
      lastAskedAtMs: this.lastAskedAtMs,
      wordings: this.wordings.map(({ text }) => text),
    };
  }
}

function nearestOf(groups: readonly MeaningGroup[], wording: Wording, sameMeaning: number): MeaningGroup | undefined {
  let best: MeaningGroup | undefined;
  let similarity = sameMeaning;
  for (const group of groups) {
    const own = group.similarity(wording);
    if (own >= similarity) [best, similarity] = [group, own];
  }
  return best;
}

function bySize(one: QuestionGroup, other: QuestionGroup): number {
  return other.count - one.count || other.lastAskedAtMs - one.lastAskedAtMs;
}

function wordingsOf(questions: readonly Asked[]): Wording[] {
  const wordings = new Map<string, Wording>();
  for (const { text, atMs, vector } of [...questions].sort((a, b) => b.atMs - a.atMs)) {
    const plain =
      text
        .toLowerCase()
        .match(/[\p{L}\p{N}]+/gu)
        ?.join(' ') ?? text;
    const known = wordings.get(plain);
    wordings.set(plain, {
      text: known?.text ?? text,
      count: (known?.count ?? 0) + 1,
      lastAskedAtMs: known?.lastAskedAtMs ?? atMs,
      vector: known?.vector ?? vector,
    });
  }
  return [...wordings.values()];
}
