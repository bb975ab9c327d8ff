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
  const plain = text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().trim();
  if ((plain.match(/[\p{L}\p{N}'’-]*[\p{L}\p{N}]/gu) ?? []).length > MAX_WORDS) return undefined;
  return LANGUAGES.find((language) => OPENINGS[language]?.test(plain));
}
