import { writeFile } from 'node:fs/promises';
import { cutPassages, embeddingText } from '#src/passages.js';
import { wordSpans } from '#src/relevance/token-head.js';
import { readCompanies, readPublicData, type Company } from './corpora.ts';

/**
 * Writes what `train_search_encoder.py` trains on, as the service reads it: a line with the strangers' questions, then
 * one for each company. Each text has the places of the words whose tokens are compared.
 */
export async function exportExamples(path: string): Promise<void> {
  const { bank, strangers } = await readPublicData();
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
    messages: questions.map((question) => ({
      ...asked(question.text),
      answers: question.articles.flatMap((id) => places.get(id) ?? []),
    })),
  };
}

function asked(text: string) {
  return { text, words: wordSpans(text, 'query').map(({ start, end }) => [start, end]) };
}
