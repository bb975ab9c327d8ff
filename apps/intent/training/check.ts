import type { EmbeddingCache } from '@llmos/models';
import { decodeHead, type HeadFiles } from '#src/head/head-file.js';
import { selectRows, type Questions } from './dataset.ts';
import { asStored, scoreHeldOut } from './evaluation.ts';
import { fitLexical, SETTINGS } from './trainer.ts';
import { referenceRows, trainReferenceHead, type ReferenceFigures } from './reference-head.ts';

/** Relative. Processors differ a little in int8 arithmetic; changed code or data cause far larger differences. */
const TOLERANCE = 0.03;
const KNOWN_ACCURACY = 0.95;

/**
 * Lists the differences between a stored head and what this code makes of this data; empty if there are none.
 * Fits the n-gram half in full and compares every number; trains a reference head and compares its figures with those
 * recorded; and scores the head itself on questions it was trained on. Takes well under a minute on a free core.
 */
export async function findDifferences(
  files: HeadFiles,
  questions: Questions & { readonly sha256: string },
  embedder: Pick<EmbeddingCache, 'embed'>,
): Promise<string[]> {
  const { settings, data, reference } = files.description.provenance;
  const head = decodeHead(files);
  const { training, heldOut } = referenceRows(questions);
  const rows = [...training, ...heldOut];
  const embedded = await embedder.embed(rows.map((row) => questions.texts[row]!));
  const vectors: Float32Array[] = questions.texts.map(() => new Float32Array(0));
  rows.forEach((row, at) => (vectors[row] = embedded[at]!));
  const partly = { ...questions, vectors };
  const known = scoreHeldOut(
    asStored(head),
    selectRows(partly, (row) => training.has(row)),
  );
  return [
    ...(JSON.stringify(settings) === JSON.stringify(SETTINGS) ? [] : ['it was trained with other settings']),
    ...((data as { sha256: string }).sha256 === questions.sha256 ? [] : ['it was trained on other data']),
    ...(known.accuracy > KNOWN_ACCURACY ? [] : [`it gets ${known.accuracy} of its own training questions right`]),
    ...lexicalDifferences(head.lexical, fitLexical(questions)),
    ...figureDifferences(reference as ReferenceFigures, trainReferenceHead(partly)),
  ];
}

type Lexical = ReturnType<typeof fitLexical>;

function lexicalDifferences(stored: Lexical, fresh: Lexical): string[] {
  if (stored.vocabulary.join() !== fresh.vocabulary.join()) return ['its n-grams are others'];
  let [largest, worst] = [0, 0];
  fresh.weights.forEach((value, at) => {
    largest = Math.max(largest, Math.abs(value));
    worst = Math.max(worst, Math.abs(value - stored.weights[at]!));
  });
  return worst < largest / 127 ? [] : [`an n-gram weight is off by ${worst}`];
}

function figureDifferences(recorded: ReferenceFigures, fresh: ReferenceFigures): string[] {
  return Object.entries(fresh)
    .filter(([figure, value]) => !(Math.abs(value / recorded[figure as keyof ReferenceFigures] - 1) <= TOLERANCE))
    .map(
      ([figure, value]) =>
        `its reference head had ${figure} ${recorded[figure as keyof ReferenceFigures]}, now ${value}`,
    );
}
