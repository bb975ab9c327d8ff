const WORD = /\p{L}+/gu;
/** Shorter words have too many neighbours. */
const MIN_LENGTH = 4;
/** A word that fewer documents have is no good guess. */
const MIN_DOCUMENTS = 2;

/** The words of the documents, to correct typing errors of questions before they are embedded. */
export class Vocabulary {
  /** By tenant: how many documents have a word. */
  private readonly tenants = new Map<string, Map<string, number>>();
  private common: ReadonlySet<string> = new Set();

  /** Common words, which are no typing errors, whether or not a document has them: "three" is not "there". */
  learnCommon(words: ReadonlySet<string>): void {
    this.common = words;
  }

  add(tenant: string, text: string): void {
    this.count(tenant, text, 1);
  }

  delete(tenant: string, text: string): void {
    this.count(tenant, text, -1);
  }

  /**
   * The text with each word that no document has, and that is not common, replaced by the most frequent word of the
   * documents that differs by two letters that change places or by a doubled letter. Other errors are not told from other
   * words.
   *
   * @param tenants whose documents count.
   */
  correct(text: string, tenants: readonly string[]): string {
    const visible = tenants.flatMap((tenant) => this.tenants.get(tenant) ?? []);
    const documentsWith = (word: string): number => visible.reduce((sum, words) => sum + (words.get(word) ?? 0), 0);
    return text.replace(WORD, (word) => {
      const known = word.toLowerCase();
      if (known.length < MIN_LENGTH || !/^[a-z]+$/u.test(known) || this.common.has(known)) return word;
      if (documentsWith(known) > 0) return word;
      let [best, most] = [word, MIN_DOCUMENTS - 1];
      for (const candidate of neighbours(known)) {
        const documents = documentsWith(candidate);
        if (documents > most) [best, most] = [candidate, documents];
      }
      return best;
    });
  }

  private count(tenant: string, text: string, by: 1 | -1): void {
    const words = this.tenants.get(tenant) ?? new Map<string, number>();
    for (const word of new Set(text.toLowerCase().match(WORD))) {
      const documents = (words.get(word) ?? 0) + by;
      if (documents > 0) words.set(word, documents);
      else words.delete(word);
    }
    if (words.size > 0) this.tenants.set(tenant, words);
    else this.tenants.delete(tenant);
  }
}

/** Two letters that change places, a letter that is doubled, and one of two equal letters that is left out. */
function* neighbours(word: string): Generator<string> {
  for (let at = 1; at < word.length; at++) {
    const [before, letter, after] = [word.slice(0, at), word[at]!, word.slice(at + 1)];
    yield before + letter + letter + after;
    if (letter === word[at - 1]) yield before + after;
    if (after !== '') yield before + after[0]! + letter + after.slice(1);
  }
}
