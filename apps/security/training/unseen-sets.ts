import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { OverlapIndex } from './overlap.ts';
import { missingIsEmpty, type ReportText } from './report-sets.ts';

const UNSEEN = 'unseen:';

/**
 * Sets that were not looked at while the heads were made. Training does not exclude texts that are similar to theirs,
 * so their texts that are similar to a training text are excluded here.
 */
export async function readUnseenSets(folder: string, trainedOn: readonly string[]): Promise<ReportText[]> {
  const sets = await Promise.all([mixed, mosscap, agentDojo].map((read) => read(folder).catch(missingIsEmpty)));
  const index = new OverlapIndex(trainedOn);
  return sets.flat().filter(({ text }) => !index.has(text));
}

/** A small mix of attacks and requests; its authors' test set. */
async function mixed(folder: string): Promise<ReportText[]> {
  const path = 'HackaT104+prompt-injection-detector/datasets/test/Prompt_INJECTION_And_Benign_DATASET.jsonl';
  const row = z.object({ prompt: z.string(), label: z.enum(['malicious', 'benign']) });
  const lines = (await readFile(join(folder, path), 'utf8')).split('\n').filter((line) => line.trim() !== '');
  return lines
    .map((line) => row.parse(JSON.parse(line)))
    .map(({ prompt, label }) => ({
      text: prompt,
      label: label === 'malicious' ? 'injection' : 'benign',
      set: `${UNSEEN}mixed`,
      source: 'input',
    }));
}

/** Attacks of players on a guarded secret; Gandalf, a similar game, is a training source. */
async function mosscap(folder: string): Promise<ReportText[]> {
  const rows = z.array(z.object({ content: z.coerce.string() }));
  const content = await readFile(
    join(folder, 'Parapet-Tech+parapet/schema/eval/opensource_mosscap_attacks.yaml'),
    'utf8',
  );
  return rows
    .parse(parseYaml(content))
    .map(({ content: text }) => ({ text, label: 'injection', set: `${UNSEEN}mosscap`, source: 'input' }));
}

const SUITES = ['banking', 'slack', 'travel', 'workspace'];
const ENVIRONMENTS = ['banking/environment', 'slack/environment', 'travel/environment'].concat(
  ['inbox', 'calendar', 'cloud_drive'].map((name) => `workspace/include/${name}`),
);
/** Shorter strings are names and addresses, not documents. */
const MIN_DOCUMENT_CHARS = 60;

/** AgentDojo's mails, files, pages and reviews, unchanged, and with an attacker's goal in plain words at the end. */
async function agentDojo(folder: string): Promise<ReportText[]> {
  const base = join(folder, 'sequrity-ai+agentdojo/src/agentdojo');
  const environments = await Promise.all(
    ENVIRONMENTS.map((name) => readFile(`${base}/data/suites/${name}.yaml`, 'utf8')),
  );
  const documents = [...new Set(environments.flatMap((content) => stringsOf(parseYaml(content))))]
    .map((text) => text.replace(/\{[\w.]+\}/g, '').trim())
    .filter((text) => text.length >= MIN_DOCUMENT_CHARS);
  const tasks = await Promise.all(
    SUITES.map((suite) => readFile(`${base}/default_suites/v1/${suite}/injection_tasks.py`, 'utf8')),
  );
  const attacked = tasks.flatMap(goalsOf).map((goal, at) => `${documents[(at * 7) % documents.length] ?? ''}\n${goal}`);
  const row = (text: string, label: ReportText['label']): ReportText => ({
    text,
    label,
    set: `${UNSEEN}agentdojo`,
    source: 'passage',
  });
  return [...documents.map((text) => row(text, 'benign')), ...attacked.map((text) => row(text, 'injection'))];
}

function stringsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsOf) : [];
}

/** The string literals after each `GOAL =`; interpolated values become a number. */
function goalsOf(python: string): string[] {
  const assignments = python.matchAll(/\bGOAL = \(?((?:\s*f?"(?:[^"\\\n]|\\.)*")+)/g);
  return [...assignments].map(([, literals = '']) =>
    [...literals.matchAll(/"((?:[^"\\\n]|\\.)*)"/g)]
      .map(([, text = '']) => text.replace(/\{[^}]+\}/g, '4711').replace(/\\(.)/g, '$1'))
      .join(''),
  );
}
