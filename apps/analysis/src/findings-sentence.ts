import type { TextAnalysis } from '@llmos/contracts/capabilities/analysis';
import { UNDETERMINED } from '@llmos/language';

/** A longer list of names is hard to listen to. */
const MAX_NAMES = 5;
const LANGUAGES = new Intl.DisplayNames(['en'], { type: 'language' });

/** A spoken summary of the findings: of one text its findings, of several texts counts by sentiment. */
export function describeFindings(analyses: readonly TextAnalysis[]): string {
  return analyses.length === 1 ? describeOne(analyses[0]!) : describeMany(analyses);
}

function describeOne(analysis: TextAnalysis): string {
  const { language, error, sentiment, topics, entities, relations, keyPhrases, summary } = analysis;
  if (error)
    return language.code === UNDETERMINED
      ? 'The language of the text could not be detected, so it was not analysed.'
      : `The text is in ${nameOf(language.code)}, which is not supported yet, so it was not analysed.`;
  const kinds = [language.code === UNDETERMINED ? undefined : nameOf(language.code), sentiment?.label].filter(Boolean);
  const parts = [kinds.length > 0 ? `The text is ${kinds.join(' and ')}.` : 'The text is read as English.'];
  if (topics?.[0]) parts.push(`It is about ${topics[0].label}.`);
  if (entities?.length) parts.push(`It names ${enumerate(unique(entities.map(({ text }) => text)))}.`);
  for (const { subject, type, object } of relations?.slice(0, MAX_NAMES) ?? [])
    parts.push(`${subject.text} ${type.replaceAll('_', ' ')} ${object.text}.`);
  const phrases = unique(keyPhrases?.map(({ text }) => text) ?? []).slice(0, MAX_NAMES);
  if (phrases.length > 0) parts.push(`Key phrases: ${phrases.join(', ')}.`);
  if (summary?.length) parts.push(`In short: ${summary.map(({ text }) => text).join(' ')}`);
  return parts.join(' ').replace(/\s+/g, ' ');
}

function describeMany(analyses: readonly TextAnalysis[]): string {
  const counts = new Map<string, number>();
  for (const { error, sentiment } of analyses) {
    const kind = error ? 'in a language that is not supported' : sentiment?.label;
    if (kind) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const found = [...counts].map(([kind, count]) => `${count} ${count === 1 ? 'is' : 'are'} ${kind}`);
  return found.length === 0
    ? `${analyses.length} texts were read.`
    : `Of ${analyses.length} texts ${found.join(', ')}.`;
}

function nameOf(code: string): string {
  return LANGUAGES.of(code) ?? code;
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}

function enumerate(names: readonly string[]): string {
  const listed = names.slice(0, MAX_NAMES);
  if (names.length > MAX_NAMES) listed.push(`${names.length - MAX_NAMES} more`);
  return listed.length === 1 ? listed[0]! : `${listed.slice(0, -1).join(', ')} and ${listed.at(-1)!}`;
}
