import type { GatewayClient } from '@llmos/client';
import { spanSchema, type Span } from '@llmos/contracts';
import { redact, screen } from '@llmos/contracts/capabilities/security';
import { areaUnderRoc } from '@llmos/learning';
import { z } from 'zod';
import { mapConcurrently, type EvaluationOptions } from './concurrency.js';
import { parseLines } from './json-lines.js';
import { overlaps, SpanTally, type SpanFigures } from './span-figures.js';

/** Rows may name their kind: the report then has figures for each. */
const kind = z.string().optional();

const screeningRowSchema = z.object({ text: z.string().min(1), label: z.enum(['injection', 'benign']), kind });
export type ScreeningRow = z.infer<typeof screeningRowSchema>;

const piiRowSchema = z.object({
  text: z.string().min(1),
  spans: z.array(spanSchema.extend({ type: z.string() })),
  kind,
});
export type PiiRow = z.infer<typeof piiRowSchema>;

export interface ScreeningReport {
  readonly n: number;
  /** Share of the attacks detected at the shipped threshold; null when the data has none. */
  readonly recall: number | null;
  /** Share of the attacks that are at least suspicious, so that no language model reads them. */
  readonly noticed: number | null;
  /** Share of the benign texts reported as attacks; null when the data has none. */
  readonly false_alarm_rate: number | null;
  /** Share of the benign texts that are at least suspicious. */
  readonly doubt_rate: number | null;
  readonly auroc: number | null;
  /** Of each kind of row: the share that is reported as an attack, and that is at least suspicious. */
  readonly by_kind?: Record<string, { readonly n: number; readonly refused: number; readonly noticed: number }>;
}

export interface PiiKindFigures {
  readonly texts: number;
  /** Marked spans. */
  readonly n: number;
  /** Share of the marked spans that a finding of any type overlaps, and whose both ends a finding has. */
  readonly found: number | null;
  readonly exact: number | null;
  /** Texts with a finding, of any type, that overlaps no marked span. */
  readonly false_marks: number;
}

export interface PiiReport {
  readonly precision: number;
  readonly recall: number;
  readonly by_type: Record<string, SpanFigures>;
  readonly by_kind?: Record<string, PiiKindFigures>;
}

const screeningSchema = z.object({ screening: screen.output.pick({ verdict: true, score: true }) });
const redactionSchema = z.object({ findings: redact.output.shape.findings.element });

export const parseScreening = (text: string, file: string): ScreeningRow[] =>
  parseLines(text, file, screeningRowSchema);
export const parsePii = (text: string, file: string): PiiRow[] => parseLines(text, file, piiRowSchema);

/** Screens every text and compares the verdicts, which use the shipped threshold, with the labels. */
export async function evaluateScreening(
  client: GatewayClient,
  rows: readonly ScreeningRow[],
  { concurrency, onDone }: EvaluationOptions,
): Promise<ScreeningReport> {
  const judged = await mapConcurrently(rows, concurrency, async ({ text, label, kind }) => {
    const { details } = await client.process('screen_text', { text, source: 'input', action: 'flag' });
    onDone?.();
    const { verdict, score } = screeningSchema.parse(details).screening;
    const [isDetected, isNoticed] = [verdict === 'injection', verdict !== 'benign'];
    return { isAttack: label === 'injection', isDetected, isNoticed, score, kind };
  });
  const attacks = judged.filter(({ isAttack }) => isAttack);
  const benign = judged.filter(({ isAttack }) => !isAttack);
  const share = (some: typeof judged, key: 'isDetected' | 'isNoticed') =>
    some.length === 0 ? null : some.filter((each) => each[key]).length / some.length;
  const scores = (some: typeof judged) => some.map(({ score }) => score);
  const auroc = areaUnderRoc(scores(attacks), scores(benign));
  return {
    n: rows.length,
    recall: share(attacks, 'isDetected'),
    noticed: share(attacks, 'isNoticed'),
    false_alarm_rate: share(benign, 'isDetected'),
    doubt_rate: share(benign, 'isNoticed'),
    auroc: Number.isNaN(auroc) ? null : auroc,
    ...byKind(judged, (some) => ({
      n: some.length,
      refused: share(some, 'isDetected') ?? 0,
      noticed: share(some, 'isNoticed') ?? 0,
    })),
  };
}

/** No figures by kind when no row names its kind. */
function byKind<Row extends { readonly kind?: string | undefined }, Figures>(
  rows: readonly Row[],
  figuresOf: (rows: Row[]) => Figures,
): { by_kind?: Record<string, Figures> } {
  const kinds = [...Map.groupBy(rows, (row) => row.kind)].flatMap(([name, some]) =>
    name === undefined ? [] : [[name, figuresOf(some)] as const],
  );
  return kinds.length === 0 ? {} : { by_kind: Object.fromEntries(kinds) };
}

/** Redacts every text. A finding is right when it has the type of a marked span and overlaps it. */
export async function evaluatePii(
  client: GatewayClient,
  rows: readonly PiiRow[],
  { concurrency, onDone }: EvaluationOptions,
): Promise<PiiReport> {
  const judged = new Set(rows.flatMap(({ spans }) => spans.map(({ type }) => type)));
  const tally = new SpanTally(overlaps);
  const found = await mapConcurrently(rows, concurrency, async ({ text, spans, kind }) => {
    const { details } = await client.process('redact_text', { text });
    const { findings } = redactionSchema.parse(details);
    tally.add(
      findings.filter(({ type }) => judged.has(type)),
      spans,
    );
    onDone?.();
    return { findings, spans, kind };
  });
  const { precision, recall } = tally.total();
  return { precision, recall, by_type: tally.byType(), ...byKind(found, piiKindFigures) };
}

function piiKindFigures(
  rows: readonly { readonly findings: readonly Span[]; readonly spans: readonly Span[] }[],
): PiiKindFigures {
  const n = rows.reduce((sum, { spans }) => sum + spans.length, 0);
  const share = (matches: (found: Span, marked: Span) => boolean): number | null => {
    const hits = rows.flatMap(({ findings, spans }) =>
      spans.filter((span) => findings.some((each) => matches(each, span))),
    );
    return n === 0 ? null : hits.length / n;
  };
  const isFalse = (finding: Span, spans: readonly Span[]): boolean => !spans.some((span) => overlaps(finding, span));
  return {
    texts: rows.length,
    n,
    found: share(overlaps),
    exact: share((one, other) => one.start === other.start && one.end === other.end),
    false_marks: rows.filter(({ findings, spans }) => findings.some((each) => isFalse(each, spans))).length,
  };
}
