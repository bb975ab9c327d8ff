import { decodeHead, type HeadFiles } from '../head/head-file.js';
import { selectRows, type Questions } from './dataset.js';
import { embedTexts, type TextEmbedder } from './embedding-cache.js';
import { asStored, scoreHeldOut } from './evaluation.js';
import { fitLexical, SETTINGS } from './trainer.js';
import { trainWitness, witnessRows, type Witness } from './witness.js';

/** Processors differ a little in int8 arithmetic; code or data that differ show far above this. */
const TOLERANCE = 0.03;
const KNOWN_ACCURACY = 0.95;

/**
 * Says in what a stored head is not what this code makes of this data; an empty list when it is.
 * Fits the n-gram half in full and compares every number; trains a small head and compares its figures with those
 * recorded; and tries the head itself on questions it was trained on. Takes well under a minute on a free core.
 */
export async function findDifferences(
  files: HeadFiles,
  questions: Questions & { readonly sha256: string },
  embedder: TextEmbedder,
): Promise<string[]> {
  const { settings, data, witness } = files.description.provenance;
  const head = decodeHead(files);
  const { training, probes } = witnessRows(questions);
  const rows = [...training, ...probes];
  const embedded = await embedTexts(
    rows.map((row) => questions.texts[row]!),
    embedder,
  );
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
    ...witnessDifferences(witness as Witness, trainWitness(partly)),
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

function witnessDifferences(recorded: Witness, fresh: Witness): string[] {
  return Object.entries(fresh)
    .filter(([figure, value]) => !(Math.abs(value / recorded[figure as keyof Witness] - 1) <= TOLERANCE))
    .map(([figure, value]) => `its small head had ${figure} ${recorded[figure as keyof Witness]}, now ${value}`);
}
