import type { Passage } from '@llmos/contracts/capabilities/retrieval';
import type { IndexedDocument } from './indexed-document.js';
import type { TokenMatch } from './relevance/late-interaction.js';
import type { Signs } from './relevance/relevance.js';

/** A document that may answer, and what speaks for it. */
export interface Candidate {
  readonly document: IndexedDocument;
  /** Cosine similarity of the title, then of each passage. */
  readonly similarities: Float32Array;
  readonly signs: Signs;
  readonly evidence: number;
}

export interface ComparedCandidate extends Candidate {
  readonly tokens: TokenMatch;
}

export interface JudgedCandidate extends Candidate {
  /** The probability that it answers. */
  readonly relevance: number;
}

/** The candidates of two readings with the evidence of both. A document that one of them did not find is its weakest. */
export function blend(one: readonly Candidate[], other: readonly Candidate[], share: number): Candidate[] {
  const mean = (a: number, b: number): number => (1 - share) * a + share * b;
  const others = new Map(other.map((candidate) => [candidate.document, candidate]));
  const [weakest, weakestOther] = [one, other].map((list) => Math.min(...list.map(({ evidence }) => evidence)));
  const both = one.map((candidate) => {
    const { evidence = weakestOther!, similarities = candidate.similarities } = others.get(candidate.document) ?? {};
    others.delete(candidate.document);
    return {
      ...candidate,
      similarities: candidate.similarities.map((value, n) => mean(value, similarities[n]!)),
      evidence: mean(candidate.evidence, evidence),
    };
  });
  const rest = [...others.values()].map((each) => ({ ...each, evidence: mean(weakest!, each.evidence) }));
  return [...both, ...rest];
}

/** One document may be stored twice, as a page at two addresses. */
export function withoutCopies(ordered: readonly Candidate[]): Candidate[] {
  const hashes = new Set<string>();
  return ordered.filter(({ document: { hash } }) => !hashes.has(hash) && hashes.add(hash));
}

/** Nearest first. `score` and `relevance` are those of the document; `similarity` orders its passages. */
export function bestPassages({ document, similarities, evidence, relevance }: JudgedCandidate): Passage[] {
  return document.passages
    .map(({ text, units }, n) => ({
      id: `${document.id}#${n}`,
      document: document.id,
      title: document.title,
      text,
      units: units.map((unit) => ({ ...unit, headings: [...unit.headings] })),
      score: evidence,
      similarity: Math.max(-1, Math.min(1, similarities[n + 1] ?? 0)),
      relevance,
    }))
    .sort((a, b) => b.similarity - a.similarity);
}
