import { areaUnderRoc } from '@llmos/learning';
import type { ScreeningService } from '#src/screening/screening.service.js';
import { THRESHOLD } from '#src/screening/verdict.js';
import type { ReportText } from './report-sets.ts';

export interface SetFigures {
  readonly attacks: number;
  readonly benign: number;
  readonly recall?: number;
  readonly falseAlarmRate?: number;
  readonly auroc?: number;
}

export interface JudgedText extends ReportText {
  readonly score: number;
}

/** Screens every text with the committed threshold, as a pipeline does. */
export async function judgeAll(service: ScreeningService, texts: readonly ReportText[]): Promise<JudgedText[]> {
  const judged: JudgedText[] = [];
  for (const row of texts) judged.push({ ...row, score: await scoreOf(service, row) });
  return judged;
}

/** The figures of each set. */
export function figuresOf(judged: readonly JudgedText[]): Record<string, SetFigures> {
  const sets = [...new Set(judged.map(({ set }) => set))];
  return Object.fromEntries(sets.map((set) => [set, figures(judged.filter((row) => row.set === set))]));
}

export function figures(judged: readonly JudgedText[]): SetFigures {
  const scores = (label: JudgedText['label']) => judged.filter((row) => row.label === label).map(({ score }) => score);
  const [attacks, benign] = [scores('injection'), scores('benign')];
  const share = (values: readonly number[]) =>
    round(values.filter((score) => score >= THRESHOLD).length / values.length);
  return {
    attacks: attacks.length,
    benign: benign.length,
    ...(attacks.length > 0 ? { recall: share(attacks) } : {}),
    ...(benign.length > 0 ? { falseAlarmRate: share(benign) } : {}),
    ...(attacks.length > 0 && benign.length > 0 ? { auroc: round(areaUnderRoc(attacks, benign)) } : {}),
  };
}

async function scoreOf(service: ScreeningService, { text, source }: ReportText): Promise<number> {
  const passage = { id: '1', document: '1', title: '', text, score: 1, similarity: 0 };
  const passages = source === 'passage' ? [passage] : [];
  const reply = await service.screen({
    text: source === 'passage' ? '' : text,
    passages,
    source: 'input',
    action: 'allow',
  });
  return reply.score;
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
