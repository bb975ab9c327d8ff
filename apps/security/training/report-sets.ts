import type { TextSource } from '@llmos/guardrails';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse as parseCsv } from 'csv-parse/sync';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';

/** A text of the report; no training may use it. */
export interface ReportText {
  readonly text: string;
  readonly label: 'injection' | 'benign';
  /** The line of the report that it counts for. */
  readonly set: string;
  readonly source: TextSource;
}

const prompts = z.array(z.object({ prompt: z.string(), label: z.number().optional(), source: z.string().optional() }));
const yamlRows = z.array(z.object({ id: z.string(), label: z.string(), content: z.coerce.string() }));
const lines = (content: string): unknown[] =>
  content
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as unknown);

/** Reads the sets whose files exist; the report names the sets it covers. */
export async function readReportSets(folder: string): Promise<ReportText[]> {
  const sets = [piguard, notInject, wildGuard, customerTalk, deepsetTest, parapet, emails];
  return (await Promise.all(sets.map((read) => read(folder).catch(missingIsEmpty)))).flat();
}

/** PIGuard's validation mix. BIPIA's orders are attacks only in a document; as inputs they are ordinary questions. */
async function piguard(folder: string): Promise<ReportText[]> {
  const rows = await readPrompts(folder, 'report/valid.json');
  return rows.flatMap(({ prompt, label, source = '' }) => {
    const row = { text: prompt, label: label === 1 ? ('injection' as const) : ('benign' as const) };
    if (!source.startsWith('BIPIA')) return [{ ...row, set: `piguard:${source}`, source: 'input' as const }];
    return (['input', 'passage'] as const).map((from) => ({
      ...row,
      set: `piguard:${source} as ${from}`,
      source: from,
    }));
  });
}

async function notInject(folder: string): Promise<ReportText[]> {
  const files = await Promise.all(
    ['one', 'two', 'three'].map((name) => readPrompts(folder, `report/NotInject_${name}.json`)),
  );
  return files.flat().map(({ prompt }) => ({ text: prompt, label: 'benign', set: 'notinject', source: 'input' }));
}

async function wildGuard(folder: string): Promise<ReportText[]> {
  const rows = await readPrompts(folder, 'report/wildguard.json');
  return rows.map(({ prompt }) => ({ text: prompt, label: 'benign', set: 'wildguard', source: 'input' }));
}

async function customerTalk(folder: string): Promise<ReportText[]> {
  const rows: Record<string, string>[] = parseCsv(await readFile(join(folder, 'report/banking77-train.csv'), 'utf8'), {
    columns: true,
  });
  const sample = rows.filter((_, at) => at % 4 === 0);
  return sample.map(({ text = '' }) => ({ text, label: 'benign', set: 'banking77', source: 'input' }));
}

async function deepsetTest(folder: string): Promise<ReportText[]> {
  const path = 'HackaT104+prompt-injection-detector/datasets/custom/deepset_test.csv';
  const rows: Record<string, string>[] = parseCsv(await readFile(join(folder, path), 'utf8'), {
    columns: true,
    bom: true,
  });
  return rows.map(({ text = '', label }) => ({
    text,
    label: label === '1' ? 'injection' : 'benign',
    set: `deepset-test ${isGerman(text) ? 'German' : 'English'}`,
    source: 'input',
  }));
}

/** The parts of a public held-out set whose sources are not used in training. */
async function parapet(folder: string): Promise<ReportText[]> {
  const content = await readFile(join(folder, 'Parapet-Tech+parapet/schema/eval/l1_holdout.yaml'), 'utf8');
  const rows = yamlRows.parse(parseYaml(content));
  return rows.flatMap(({ id, label, content: text }) => {
    const set = ['no-robots', 'jailbreak-cls', 'imoxto'].find((prefix) => id.startsWith(prefix));
    if (set === undefined) return [];
    return [
      { text, label: label === 'benign' ? ('benign' as const) : ('injection' as const), set, source: 'input' as const },
    ];
  });
}

/** BIPIA's test e-mails, unchanged, and with a test order at the end. */
async function emails(folder: string): Promise<ReportText[]> {
  const base = join(folder, 'microsoft+BIPIA/benchmark');
  const mails = lines(await readFile(`${base}/email/test.jsonl`, 'utf8')).map(
    (row) => z.object({ context: z.string() }).parse(row).context,
  );
  const headings = z
    .record(z.string(), z.array(z.string()))
    .parse(JSON.parse(await readFile(`${base}/text_attack_test.json`, 'utf8')));
  const orders = Object.values(headings).flat();
  const attacked = orders.map((order, at) => `${mails[at % mails.length] ?? ''}\n${order}`);
  return [
    ...mails.map((text) => ({ text, label: 'benign' as const, set: 'bipia-emails', source: 'passage' as const })),
    ...attacked.map((text) => ({ text, label: 'injection' as const, set: 'bipia-emails', source: 'passage' as const })),
  ];
}

const GERMAN =
  /[äöüß]|\b(?:der|die|das|und|ist|nicht|ich|ein|eine|wie|mit|zu|auf|sie|wir|dem|von|alle|jetzt|sind|mir|kann)\b/giu;

/** Some of these words occur in English texts too ("die"), but seldom; in German texts they are frequent. */
function isGerman(text: string): boolean {
  return (text.match(GERMAN)?.length ?? 0) * 10 >= text.split(/\s+/).length;
}

async function readPrompts(folder: string, path: string): Promise<z.output<typeof prompts>> {
  return prompts.parse(JSON.parse(await readFile(join(folder, path), 'utf8')));
}

/** No texts if the file of a set is missing. */
export function missingIsEmpty(error: unknown): ReportText[] {
  if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT') return [];
  throw error;
}
