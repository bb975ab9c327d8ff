import { shuffled } from '@llmos/learning';
import type { EmbeddingCache } from '@llmos/models';
import { corpusOf, type Corpus, type CorpusDocument, type Question, type TrainingData } from './corpora.ts';
import { dot, type Example } from './trainer.ts';

/** Questions of BANKING77 in each epoch: it has eight times as many as the other set. */
const BANKING77 = 4_000;
/** Examples of made-up companies in each epoch. */
const INVENTED = 3_000;
/** Share of these whose question no document answers. */
const UNANSWERED = 0.3;
/** Share of the subjects that such a company has articles on. */
const SUBJECTS = 0.5;

interface Subject {
  readonly intent: string;
  readonly texts: readonly string[];
  readonly vectors: readonly Float32Array[];
}

/**
 * The examples of each epoch: the bank's questions and strangers' questions with the bank's articles, and other
 * questions with the articles of made-up companies, so that the model learns more than one company's articles. A
 * made-up company has one document on each of half the subjects that the strangers ask about: one question as the
 * title, another as the text.
 */
export async function exampleSource(
  bank: Corpus,
  { clinc, banking77, strangers }: TrainingData,
  cache: EmbeddingCache,
): Promise<(random: () => number) => Example[]> {
  const examplesOf = async (questions: readonly Question[]): Promise<Example[]> => {
    const vectors = await cache.embed(questions.map(({ text }) => text));
    return questions.map((question, at) => exampleOf(bank, question, vectors[at]!));
  };
  const rare = await examplesOf([...clinc, ...strangers]);
  const frequent = await examplesOf(banking77);
  const subjects: Subject[] = [];
  for (const [intent, questions] of Map.groupBy(strangers, (question) => question.intent)) {
    const texts = questions.map(({ text }) => text);
    if (intent !== 'oos' && texts.length > 2) subjects.push({ intent, texts, vectors: await cache.embed(texts) });
  }
  return (random) => [
    ...rare,
    ...rare,
    ...shuffled(frequent, random).slice(0, BANKING77),
    ...Array.from({ length: INVENTED }, () => inventedExample(subjects, random)),
  ];
}

export function exampleOf(
  corpus: Corpus,
  { text, articles }: Pick<Question, 'text' | 'articles'>,
  question: Float32Array,
): Example {
  const { documents, words } = corpus;
  const { coverage } = words.compare(text, () => true, documents.length);
  return {
    question,
    candidates: documents.map((document) => ({
      title: document.title,
      passage: nearest(document.passages, question),
      words: coverage.get(document) ?? 0,
    })),
    answers: new Set(
      articles.map((id) => documents.findIndex((document) => document.id === id)).filter((at) => at >= 0),
    ),
  };
}

function inventedExample(subjects: readonly Subject[], random: () => number): Example {
  const upTo = (count: number): number => Math.floor(random() * count);
  const asked = subjects[upTo(subjects.length)]!;
  const at = upTo(asked.texts.length);
  const isAnswered = random() >= UNANSWERED;
  const known = subjects.filter((subject) => (subject === asked ? isAnswered : random() < SUBJECTS));
  const documents = known.map((subject): CorpusDocument => {
    const others = [...subject.texts.keys()].filter((row) => subject !== asked || row !== at);
    const [title, text] = [others[upTo(others.length)]!, others[upTo(others.length)]!];
    return {
      id: subject.intent,
      text: `${subject.texts[title]!}\n${subject.texts[text]!}`,
      title: subject.vectors[title]!,
      passages: [subject.vectors[text]!],
    };
  });
  const question = { text: asked.texts[at]!, articles: [asked.intent] };
  return exampleOf(corpusOf(documents), question, asked.vectors[at]!);
}

function nearest(vectors: readonly Float32Array[], to: Float32Array): Float32Array {
  return vectors.reduce((best, vector) => (dot(vector, to) > dot(best, to) ? vector : best));
}
