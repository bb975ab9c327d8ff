import { codesBetween } from './code-ranges.js';
import { normalizeTerm, tokenize } from './terms.js';

/** A name that more documents have does not tell them apart. */
const MAX_SHARE = 0.01;
const MAX_DOCUMENTS = 2;
const WORD = /[\p{L}\p{N}\p{M}]+/gu;

/** How one tenant's documents write a term. */
interface Spelling {
  /** Documents that write it in upper case where no sentence begins. */
  named: number;
  /** Documents that write it in lower case. */
  plain: number;
}

/** The terms of a document by their spelling. */
export interface SpelledTerms {
  readonly named: ReadonlySet<string>;
  readonly plain: ReadonlySet<string>;
}

/**
 * Knows the names that few documents have: products, places, codes. A name is a term that the documents write in upper
 * case only, also where no sentence begins, so that a question may write it in lower case, as a transcript does.
 */
export class NameIndex {
  private readonly tenants = new Map<string, { documents: number; spellings: Map<string, Spelling> }>();

  add(tenant: string, terms: SpelledTerms): void {
    this.count(tenant, terms, 1);
  }

  remove(tenant: string, terms: SpelledTerms): void {
    this.count(tenant, terms, -1);
  }

  /** The terms of a question that are names of few of these tenants' documents. */
  namesIn(question: string, tenants: readonly string[]): string[] {
    const visible = tenants.flatMap((tenant) => this.tenants.get(tenant) ?? []);
    const documents = visible.reduce((sum, tenant) => sum + tenant.documents, 0);
    const most = Math.max(MAX_DOCUMENTS, documents * MAX_SHARE);
    const count = (term: string, spelling: keyof Spelling): number =>
      visible.reduce((sum, { spellings }) => sum + (spellings.get(term)?.[spelling] ?? 0), 0);
    const names = tokenize(question).filter((term) => {
      const named = count(nameOf(term), 'named');
      return named > 0 && named <= most && count(nameOf(term), 'plain') + count(stemOf(term), 'plain') === 0;
    });
    return [...new Set(names.map(nameOf))];
  }

  private count(tenant: string, { named, plain }: SpelledTerms, by: 1 | -1): void {
    const known = this.tenants.get(tenant) ?? { documents: 0, spellings: new Map<string, Spelling>() };
    known.documents += by;
    this.tenants.set(tenant, known);
    for (const term of new Set([...named, ...plain])) {
      const spelling = known.spellings.get(term) ?? { named: 0, plain: 0 };
      if (named.has(term)) spelling.named += by;
      if (plain.has(term)) spelling.plain += by;
      if (spelling.named + spelling.plain > 0) known.spellings.set(term, spelling);
      else known.spellings.delete(term);
    }
    if (known.documents === 0) this.tenants.delete(tenant);
  }
}

/**
 * The terms of a document by their spelling, and those of its title that may be names. A capital letter at the beginning
 * of a sentence tells nothing, but the first word of a title may be a name.
 */
export function spelledTerms(title: string, text: string): { terms: SpelledTerms; titleTerms: ReadonlySet<string> } {
  const titleTerms = termsBySpelling(`– ${title}`).named;
  const { named, plain } = termsBySpelling(`${text} ${codesBetween(text).join(' ')}`);
  return {
    terms: { named: new Set([...named, ...titleTerms]), plain: new Set([...plain, ...termsBySpelling(title).plain]) },
    titleTerms,
  };
}

function termsBySpelling(text: string): SpelledTerms {
  const [named, plain] = [new Set<string>(), new Set<string>()];
  let end = 0;
  for (const { 0: word, index } of text.matchAll(WORD)) {
    const begins = index === 0 || /[.!?\n]/u.test(text.slice(end, index));
    end = index + word.length;
    const isName = isNamed(word);
    for (const term of tokenize(word)) {
      if (!isName) plain.add(nameOf(term)).add(stemOf(term));
      else if (!begins) named.add(nameOf(term));
    }
  }
  return { named, plain };
}

/** `Gold` and `E14`, not `gold` and `14`. */
function isNamed(word: string): boolean {
  return /^\p{Lu}/u.test(word) || (/\p{L}/u.test(word) && /\p{N}/u.test(word));
}

/** Without the s of a plural. A stem would make one name of `States` and `status`. */
function nameOf(term: string): string {
  return /[^su]s$/u.test(term) ? term.slice(0, -1) : term;
}

/** `link` in lower case tells that `Linking` is no name. */
function stemOf(term: string): string {
  return normalizeTerm(term) ?? term;
}
