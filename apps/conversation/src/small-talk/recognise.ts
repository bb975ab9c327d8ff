import { LANGUAGES, type Language } from '../language.js';
import { FOREIGN_PATTERNS } from './foreign-patterns.js';
import { PATTERNS, PERSON, PERSON_ASKED, PHRASES, TOPICS, type Topic } from './lexicon.js';

/** Longer messages say more than small talk. */
const MAX_WORDS = 16;
/** A request for a person may come with a reason, which is then for the person. */
const MAX_PERSON_WORDS = 25;

/** A message that asks for a person and something else is answered on the other thing. */
const ASKS = /\b(?:how|what|when|where|why|which)\b/u;
const GREETING = /^(?:(?:hi|hello|hey|ok|okay|hm|hmm|well|lol) )+/u;

export interface SmallTalk {
  readonly topic: Topic | 'person';
  readonly language: Language;
}

interface Phrase {
  readonly words: readonly string[];
  readonly topic: Topic | undefined;
}

const DICTIONARIES = new Map(LANGUAGES.map((language) => [language, dictionaryOf(language)]));

/**
 * What a message is about if it asks nothing: every word belongs to a phrase of small talk of one language. Undefined
 * for a question, also for one that begins with a greeting.
 *
 * @param expected the language of the conversation: of a word that several languages have.
 */
export function recogniseSmallTalk(text: string, expected: Language = 'en'): SmallTalk | undefined {
  const languages = [expected, ...LANGUAGES.filter((language) => language !== expected)];
  const words = wordsOf(text);
  const plain = words.join(' ');
  if (words.length === 0) return undefined;
  const foreign = foreignIn(words, languages);
  if (foreign?.topic === 'robot') return foreign;
  if (PERSON_ASKED.test(plain)) return { topic: 'person', language: 'en' };
  for (const language of languages) {
    const isShort = words.length <= MAX_PERSON_WORDS || language === 'zh';
    if (isShort && !ASKS.test(plain) && PERSON[language].test(words.join(language === 'zh' ? '' : ' ')))
      return { topic: 'person', language };
  }
  if (words.length > MAX_WORDS) return undefined;
  for (const language of languages) {
    const topics = topicsOf(words, language);
    const topic = TOPICS.find((each) => topics.has(each));
    if (topic) return { topic, language };
  }
  const pattern = PATTERNS.find((each) => each.pattern.test(plain.replace(GREETING, '')));
  return pattern ? { topic: pattern.topic, language: 'en' } : foreign;
}

/** The first pattern of another language than English that a short message is; those of the first language count most. */
function foreignIn(words: readonly string[], languages: readonly Language[]): SmallTalk | undefined {
  if (words.length > MAX_WORDS) return undefined;
  const plain = words.join(' ').normalize('NFD').replace(/\p{M}/gu, '');
  const found = FOREIGN_PATTERNS.filter(({ language, pattern }) =>
    pattern.test(language === 'zh' ? plain.replaceAll(' ', '') : plain),
  ).sort((a, b) => languages.indexOf(a.language) - languages.indexOf(b.language))[0];
  return found && { topic: found.topic, language: found.language };
}

/** Words in lower case without punctuation and apostrophes; a Chinese character is a word. */
export function wordsOf(text: string): string[] {
  const plain = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/['’`´-]/gu, (mark) => (mark === '-' ? ' ' : "'"));
  return plain.match(/\p{Script=Han}|[\p{L}\p{N}\p{M}]+(?:'[\p{L}\p{N}]+)*/gu) ?? [];
}

/** The topics of a message that consists of phrases and fillers alone; else none. */
function topicsOf(words: readonly string[], language: Language): Set<Topic> {
  const phrases = DICTIONARIES.get(language)!;
  /** Topics on the way to each position; undefined where no phrase ends. The way with most topics is kept. */
  const reached: (Set<Topic> | undefined)[] = [new Set()];
  for (let at = 0; at < words.length; at++) {
    const before = reached[at];
    if (!before) continue;
    for (const { words: phrase, topic } of phrases.get(normalise(words[at]!)) ?? []) {
      if (!phrase.every((word, n) => word === normalise(words[at + n] ?? ''))) continue;
      const topics = topic ? new Set([...before, topic]) : before;
      const end = at + phrase.length;
      if ((reached[end]?.size ?? -1) < topics.size) reached[end] = topics;
    }
  }
  return reached[words.length] ?? new Set();
}

/** Phrases by their first word. */
function dictionaryOf(language: Language): ReadonlyMap<string, readonly Phrase[]> {
  const phrases = Object.entries(PHRASES[language]).flatMap(([topic, list]) =>
    list.split('|').map((phrase): Phrase => ({
      words: wordsOf(phrase).map(normalise),
      topic: TOPICS.find((known) => known === topic),
    })),
  );
  return Map.groupBy(phrases, ({ words }) => words[0] ?? '');
}

/** `what's` and `whats`, `helloooo` and `hello`, `über` and `uber` are written alike. */
function normalise(word: string): string {
  return word
    .normalize('NFD')
    .replace(/[\p{M}']/gu, '')
    .replace(/(.)\1{2,}/gu, '$1')
    .replace(/^(h(?:i|ey|ello|allo|ola))\1*$/u, '$1');
}
