import { writeFile } from 'node:fs/promises';
import { cutPassages, embeddingText } from '#src/passages.js';
import { wordSpans } from '#src/relevance/token-head.js';
import { readCompanies, readPublicData, readStrangers, type Company, type Question } from './corpora.ts';

/** A dialogue is shown so many times in an epoch: one in twenty messages is one. */
const SHOWN_DIALOGUES = 3;

/**
 * Writes what `train_search_encoder.py` trains on, as the service reads it: a line with the strangers' questions, then
 * one for each company. Each text has the places of the words whose tokens are compared.
 *
 * @param clincPath `data/data_full.json` of CLINC150 (clinc/oos-eval), for all of its strangers' questions.
 */
export async function exportExamples(path: string, clincPath: string): Promise<void> {
  const { bank } = await readPublicData();
  const strangers = await readStrangers(clincPath);
  const companies = [...(await readCompanies('training')), ...bank];
  const lines = [{ strangers: strangers.map(asked) }, ...companies.map(exampleOf)];
  await writeFile(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}

function exampleOf({ name, articles, questions }: Company) {
  const places = new Map(articles.map(({ id }, place) => [id, place]));
  return {
    name,
    articles: articles.map(({ title, text }) =>
      [title, ...cutPassages(title, text).map((passage) => embeddingText(title, passage))].map((each) => ({
        text: each,
        words: wordSpans(each, 'passage').map(({ start, end }) => [start, end]),
      })),
    ),
    messages: questions.flatMap((question) => {
      const answers = question.articles.flatMap((id) => places.get(id) ?? []);
      const shown = Array<Question>(question.isDialogue ? SHOWN_DIALOGUES : 1).fill(question);
      return shown.map(({ text }) => ({ ...asked(text), answers }));
    }),
  };
}

function asked(text: string) {
  return { text, words: wordSpans(text, 'query').map(({ start, end }) => [start, end]) };
}
