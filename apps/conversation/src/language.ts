import { detectLanguage, isMostlyLatin } from '@llmos/language';

/** The languages that have replies of their own. */
export const LANGUAGES = ['en', 'de', 'fr', 'es', 'it', 'pt', 'nl', 'zh'] as const;
export type Language = (typeof LANGUAGES)[number];

const MAX_CHARACTERS = 2_000;

/**
 * The language of a conversation. English unless another language is clearly likelier; `und` for a language without
 * replies, if its letters are not Latin.
 *
 * @param texts what the customer wrote, newest last: a longer text is surer.
 */
export async function languageOf(texts: readonly string[]): Promise<Language | 'und'> {
  const text = texts.join('\n').slice(-MAX_CHARACTERS);
  const { language } = await detectLanguage(text);
  return LANGUAGES.find((known) => known === language) ?? (isMostlyLatin(text) ? 'en' : 'und');
}
