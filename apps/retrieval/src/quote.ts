import type { InputOf, OutputOf } from '@llmos/contracts';
import type { Passage, PassageUnit, quote } from '@llmos/contracts/capabilities/retrieval';
import { contentOf, normalizeTerm } from './terms.js';

/** A passage that is less relevant is not quoted. Nobody has judged a passage without a relevance: the caller vouches. */
const MIN_RELEVANCE = 0.5;

/** Answers each question with the part of its best document that is nearest to it, whole and word for word. */
export function quoteAnswer({ questions, passages, otherwise, notice }: InputOf<typeof quote>): OutputOf<typeof quote> {
  const answers = questions.map((question, index) => {
    const own = passages.filter((passage) => (passage.question ?? 0) === index);
    const best = own.find(isRelevant);
    const units = own
      .filter(({ document }) => document === best?.document)
      .sort(inOrder)
      .flatMap(unitsOf);
    return { question, best, text: bestUnit(units, question) };
  });
  const found = answers.flatMap(({ best, text }) => (best && text ? [{ best, text }] : []));
  const said = answers.length > 0 ? answers.map(({ text }) => text ?? otherwise) : [otherwise];
  const spoken = [...new Set(said), ...(notice ? [notice] : [])];
  return {
    text: spoken.join(' '),
    citations: found.map(({ best }) => ({
      document: best.document,
      title: best.title,
      passage: best.id,
      score: best.similarity,
    })),
    unanswered: answers.filter(({ text }) => !text).map(({ question }) => question),
    grounding: found.length > 0 ? 'extracted' : 'none',
  };
}

function isRelevant({ relevance = 1, text }: Passage): boolean {
  return relevance >= MIN_RELEVANCE && text.trim() !== '';
}

/** Passages of one document. */
function inOrder(a: Passage, b: Passage): number {
  return placeOf(a) - placeOf(b);
}

function placeOf({ id }: Passage): number {
  return Number(id.slice(id.lastIndexOf('#') + 1));
}

function unitsOf({ text, title, units }: Passage): PassageUnit[] {
  const all = units ?? [{ kind: 'text' as const, text, headings: [title] }];
  return all.filter((unit) => unit.kind !== 'part' && unit.text.trim() !== '');
}

/** The first of those with the sentence nearest to the question; where none was compared, that share most words with it. */
function bestUnit(units: readonly PassageUnit[], question: string): string | undefined {
  const asked = new Set(stems(question));
  const shared = ({ headings, text }: PassageUnit): number =>
    new Set(stems(`${headings.join(' ')} ${text}`).filter((stem) => asked.has(stem))).size;
  const nearest = ({ sentences = [] }: PassageUnit): number =>
    Math.max(-1, ...sentences.map(({ similarity }) => similarity));
  const fit = units.some(({ sentences = [] }) => sentences.length > 0) ? nearest : shared;
  let [best, most] = [units[0], -Infinity];
  for (const unit of units) if (fit(unit) > most) [best, most] = [unit, fit(unit)];
  return best?.text;
}

function stems(text: string): string[] {
  return contentOf(text).map((term) => normalizeTerm(term)!);
}
