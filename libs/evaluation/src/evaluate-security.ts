import type { GatewayClient } from '@llmos/client';
import { spanSchema } from '@llmos/contracts';
import { redact, screen } from '@llmos/contracts/capabilities/security';
import { areaUnderRoc } from '@llmos/learning';
import { z } from 'zod';
import { mapConcurrently, type EvaluationOptions } from './concurrency.js';
import { parseLines } from './json-lines.js';
import { overlaps, SpanTally, type SpanFigures } from './span-figures.js';

const screeningRowSchema = z.object({ text: z.string().min(1), label: z.enum(['injection', 'benign']) });
export type ScreeningRow = z.infer<typeof screeningRowSchema>;

const piiRowSchema = z.object({ text: z.string().min(1), spans: z.array(spanSchema.extend({ type: z.string() })) });
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
}

export interface PiiReport {
  readonly precision: number;
  readonly recall: number;
  readonly by_type: Record<string, SpanFigures>;
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
  const judged = await mapConcurrently(rows, concurrency, async ({ text, label }) => {
    const { details } = await client.process('screen_text', { text, source: 'input', action: 'flag' });
    onDone?.();
    const { verdict, score } = screeningSchema.parse(details).screening;
    const [isDetected, isNoticed] = [verdict === 'injection', verdict !== 'benign'];
    return { isAttack: label === 'injection', isDetected, isNoticed, score };
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
  };
}

/** Redacts every text. A finding is right when it has the type of a marked span and overlaps it. */
export async function evaluatePii(
  client: GatewayClient,
  rows: readonly PiiRow[],
  { concurrency, onDone }: EvaluationOptions,
): Promise<PiiReport> {
  const judged = new Set(rows.flatMap(({ spans }) => spans.map(({ type }) => type)));
  const tally = new SpanTally(overlaps);
  await mapConcurrently(rows, concurrency, async ({ text, spans }) => {
    const { details } = await client.process('redact_text', { text });
    tally.add(
      redactionSchema.parse(details).findings.filter(({ type }) => judged.has(type)),
      spans,
    );
    onDone?.();
  });
  const { precision, recall } = tally.total();
  return { precision, recall, by_type: tally.byType() };
}
