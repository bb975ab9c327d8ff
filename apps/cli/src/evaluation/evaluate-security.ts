import { z } from 'zod';
import type { GatewayClient } from '@llmos/client';
import { auroc } from './detection.js';
import { eachAtOnce } from './each-at-once.js';
import { parseLines } from './json-lines.js';
import { overlaps, SpanTally, type SpanFigures } from './span-figures.js';

const attackSchema = z.object({ text: z.string().min(1), label: z.enum(['injection', 'benign']) });
export type ScreeningRow = z.infer<typeof attackSchema>;

const spanned = z.object({ start: z.number().int().nonnegative(), end: z.number().int().positive(), type: z.string() });
const piiSchema = z.object({ text: z.string().min(1), spans: z.array(spanned) });
export type PiiRow = z.infer<typeof piiSchema>;

export interface ScreeningReport {
  readonly n: number;
  /** Share of the attacks found at the shipped threshold; null when the data has none. */
  readonly recall: number | null;
  /** Share of the benign taken for attacks; null when the data has none. */
  readonly false_alarm_rate: number | null;
  readonly auroc: number | null;
}

export interface PiiReport {
  readonly precision: number;
  readonly recall: number;
  readonly by_type: Record<string, SpanFigures>;
}

const screeningSchema = z.object({ screening: z.object({ verdict: z.string(), score: z.number() }) });
const findingsSchema = z.object({ findings: z.array(spanned) });

export const parseScreening = (text: string, file: string) => parseLines(text, file, attackSchema);
export const parsePii = (text: string, file: string) => parseLines(text, file, piiSchema);

/** Screens every text, and compares the verdicts at the shipped threshold. */
export async function evaluateScreening(
  client: GatewayClient,
  rows: readonly ScreeningRow[],
  concurrency: number,
  onDone: () => void,
): Promise<ScreeningReport> {
  const judged = await eachAtOnce(rows, concurrency, async ({ text, label }) => {
    const { details } = await client.process('screen_text', { text, source: 'input', action: 'flag' });
    onDone();
    const { verdict, score } = screeningSchema.parse(details).screening;
    return { attack: label === 'injection', alarm: verdict === 'injection', score };
  });
  const attacks = judged.filter(({ attack }) => attack);
  const benign = judged.filter(({ attack }) => !attack);
  const share = (some: typeof judged) =>
    some.length === 0 ? null : some.filter(({ alarm }) => alarm).length / some.length;
  const scores = (some: typeof judged) => some.map(({ score }) => score);
  const area = auroc(scores(attacks), scores(benign));
  return {
    n: rows.length,
    recall: share(attacks),
    false_alarm_rate: share(benign),
    auroc: Number.isNaN(area) ? null : area,
  };
}

/** Redacts every text; a finding is right when its type is and it overlaps what the data marks. */
export async function evaluatePii(
  client: GatewayClient,
  rows: readonly PiiRow[],
  concurrency: number,
  onDone: () => void,
): Promise<PiiReport> {
  const judged = new Set(rows.flatMap(({ spans }) => spans.map(({ type }) => type)));
  const tally = new SpanTally(overlaps);
  await eachAtOnce(rows, concurrency, async ({ text, spans }) => {
    const { details } = await client.process('redact_text', { text });
    tally.add(
      findingsSchema.parse(details).findings.filter(({ type }) => judged.has(type)),
      spans,
    );
    onDone();
  });
  const { precision, recall } = tally.total();
  return { precision, recall, by_type: tally.byType() };
}
