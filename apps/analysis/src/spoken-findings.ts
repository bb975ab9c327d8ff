import type { TextAnalysis } from '@llmos/contracts/capabilities/analysis';

/** More than this many names would not be listened to. */
const NAMED = 5;
const LANGUAGES = new Intl.DisplayNames(['en'], { type: 'language' });

/** What was found, in a sentence or two to say: of one text what it says, of several how many are how. */
export function sayFindings(analyses: readonly TextAnalysis[]): string {
  return analyses.length === 1 ? sayOne(analyses[0]!) : sayMany(analyses);
}

function sayOne(analysis: TextAnalysis): string {
  const { language, error, sentiment, topics, entities, relations, keyPhrases, summary } = analysis;
  if (error)
    return language.code === 'und'
      ? 'The language of the text could not be told, so nothing else is said of it.'
      : `The text is in ${nameOf(language.code)}, which is not supported yet; nothing else is said of it.`;
  const parts = [`The text is ${[nameOf(language.code), sentiment?.label].filter(Boolean).join(' and ')}.`];
  if (topics?.[0]) parts.push(`It is about ${topics[0].label}.`);
  if (entities?.length) parts.push(`It names ${listed(unique(entities.map(({ text }) => text)))}.`);
  for (const { subject, type, object } of relations?.slice(0, NAMED) ?? [])
    parts.push(`${subject.text} ${type.replaceAll('_', ' ')} ${object.text}.`);
  if (keyPhrases?.length)
    parts.push(
      `Key phrases: ${unique(keyPhrases.map(({ text }) => text))
        .slice(0, NAMED)
        .join(', ')}.`,
    );
  if (summary?.length) parts.push(`In short: ${summary.map(({ text }) => text).join(' ')}`);
  return parts.join(' ').replace(/\s+/g, ' ');
}

function sayMany(analyses: readonly TextAnalysis[]): string {
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

function listed(names: readonly string[]): string {
  const said = names.slice(0, NAMED);
  if (names.length > NAMED) said.push(`${names.length - NAMED} more`);
  return said.length === 1 ? said[0]! : `${said.slice(0, -1).join(', ')} and ${said.at(-1)!}`;
}
