import { detectLanguage, isMostlyLatin, UNDETERMINED } from '@llmos/language';

/** The languages that have replies of their own. */
export const LANGUAGES = ['en', 'de', 'fr', 'es', 'it', 'pt', 'nl', 'zh'] as const;
export type Language = (typeof LANGUAGES)[number];

const MAX_CHARACTERS = 2_000;
/** In longer messages, their letter groups tell the language. */
const MAX_WORDS = 5;
/**
 * How questions of a few words begin in other languages: words that no English message begins with, in lower case and
 * without accents. "Sind Hunde erlaubt?" is too short for letter groups.
 */
const OPENINGS: Readonly<Partial<Record<Language, RegExp>>> = {
  de: /^(?:sind|ist (?:das|der|die|es|eine?|hier|mein|meine|noch)|kann|kannst|konnen|konnte|habt|haben|gibt|wo (?:ist|sind|kann|finde|gibt)|wann|wie|warum|wieso|welche[rs]?|darf|durfen|muss|mussen|brauche|wieviel|was kostet|was kosten)\s/u,
  fr: /^(?:comment [a-z]+(?:er|ir|re) (?:mon|ma|mes|une?|les?|la|du|des)|est-ce|est ce|puis-je|puis je|peut-on|peut on|avez|acceptez|combien|pourquoi|quels?|quelles?|y a-t-il|faut-il|ou est|ou sont|ou puis)(?:\s|-)/u,
  es: /^(?:¿|(?:hay|puedo|pueden|tienen|aceptan|admiten|cuanto cuestan?|cuantos|cuantas|donde|cuando|cuesta|como puedo)(?:\s|[?.!]|$))/u,
  it: /^(?:quanto cost(?:a|ano)|posso [a-z]+are\b|avete|accettate|dove|c'e|ci sono|si puo|potete|sono ammess[iea]|i cani sono|i bambini)(?:\s|[?.!]|$)/u,
  pt: /^(?:quanto custam?|onde|aceitam|tem [a-z]+\?|ha [a-z]+\?|como posso|podem|voces|posso [a-z]+ar\b)(?:\s|[?.!]|$)/u,
  nl: /^(?:zijn|kan ik|mag|mogen|hoeveel|waar|wanneer|hoe laat|heeft|hebben|accepteren)\s/u,
};

/** Longer messages ask something else too. */
const MAX_ASKED_CHARACTERS = 50;
const NAMES: Readonly<Record<string, Language>> = {
  ...{
    german: 'de',
    french: 'fr',
    spanish: 'es',
    italian: 'it',
    portuguese: 'pt',
    dutch: 'nl',
    chinese: 'zh',
    mandarin: 'zh',
  },
};
const NAMED = new RegExp(
  String.raw`\b(?:do|can|could) you (?:please )?(?:speak|talk|write|understand|know|(?:answer|reply|chat)(?: to me)?)(?: (?:in|any|some|a little))* (${Object.keys(NAMES).join('|')})\b`,
  'u',
);
/** "Do you speak …?" in the language itself, without accents. */
const IN_ITSELF: Readonly<Partial<Record<Language, RegExp>>> = {
  de: /\b(?:sprechen sie|sprichst du|sprecht ihr|konnen sie|kannst du)(?: auch)? deutsch\b/u,
  fr: /\b(?:parlez[ -]vous|vous parlez|tu parles|parles[ -]tu) (?:le )?francais\b/u,
  es: /\b(?:hablas?|hablan|hablais)(?: usted(?:es)?)? (?:el )?(?:espanol|castellano)\b/u,
  it: /\b(?:parla|parli|parlate) (?:l')?italiano\b/u,
  pt: /\b(?:falas?|falam) portugues\b/u,
  nl: /\b(?:spreekt u|spreek je|praat je|spreken jullie) nederlands\b/u,
  zh: /[说講讲用][^，。]{0,3}(?:中文|汉语|普通话)/u,
};

/** The language that a message asks to be spoken and asks nothing else, if it has replies of its own. */
export function languageAskedIn(text: string): Language | undefined {
  if (text.length > MAX_ASKED_CHARACTERS) return undefined;
  const plain = plainOf(text);
  const name = NAMED.exec(plain)?.[1];
  return name === undefined ? LANGUAGES.find((language) => IN_ITSELF[language]?.test(plain)) : NAMES[name];
}

/**
 * The language of a conversation. English unless another language is clearly likelier; `und` for a language without
 * replies, if its letters are not Latin.
 *
 * @param texts what the customer wrote, newest last: a longer text is surer.
 */
export async function languageOf(texts: readonly string[]): Promise<Language | 'und'> {
  const text = texts.join('\n').slice(-MAX_CHARACTERS);
  const { code, language } = await detectLanguage(text);
  if (code === UNDETERMINED && language === 'en') return openingOf(text) ?? 'en';
  return LANGUAGES.find((known) => known === language) ?? (isMostlyLatin(text) ? 'en' : 'und');
}

function openingOf(text: string): Language | undefined {
  const plain = plainOf(text);
  if ((plain.match(/[\p{L}\p{N}'’-]*[\p{L}\p{N}]/gu) ?? []).length > MAX_WORDS) return undefined;
  return LANGUAGES.find((language) => OPENINGS[language]?.test(plain));
}

function plainOf(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().trim();
}
