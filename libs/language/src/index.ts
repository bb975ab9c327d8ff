export { detectLanguage, UNDETERMINED, type LanguageVerdict } from './detect-language.js';
export { isMostlyLatin } from './scripts.js';
