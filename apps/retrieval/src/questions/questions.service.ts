import { runBeganAtMs, type InputOf, type OutputOf } from '@llmos/contracts';
import type { forgetAsker, note, questions } from '@llmos/contracts/capabilities/questions';
import { carriedVector, type Embedder } from '@llmos/models';
import type { NoteStore, StoredNote, UnansweredQuestion } from '../ports/note-store.port.js';
import { groupByMeaning, groupByWording, type Asked, type QuestionGroup } from './groups.js';

/** Of a question and of an answer, so much is kept. */
const MAX_QUESTION = 500;
const MAX_ANSWER = 4_000;

/** "???" and "👍" ask nothing that an author can answer. */
const HAS_WORDS = /[\p{L}\p{N}]/u;

export interface RunRequest {
  readonly tenant: string;
  readonly run: string;
  readonly signal?: AbortSignal;
}

/** What was asked, and which documents answered: for the authors of the documents. */
export class QuestionsService {
  constructor(
    private readonly store: NoteStore,
    private readonly embeddings: Pick<Embedder, 'model' | 'embed'>,
  ) {}

  /** A redelivered task changes nothing: a run has one note. */
  async note(input: InputOf<typeof note>, { tenant, run, signal }: RunRequest): Promise<OutputOf<typeof note>> {
    const { citations, user } = input;
    const noted = await this.store.add(
      { tenant, run },
      {
        questions: input.questions.map((text) => text.slice(0, MAX_QUESTION)),
        unanswered: await this.withVectors(input, signal),
        model: this.embeddings.model,
        answer: input.answer.slice(0, MAX_ANSWER),
        documents: [...new Set(citations.map(({ document }) => document))],
        passages: [...new Set(citations.map(({ passage }) => passage))],
        ...(user === undefined ? {} : { user }),
      },
    );
    return { noted };
  }

  /** Of the tenant alone, as it is stored: there is no order with notes that are being written. */
  async questions(
    { unanswered, document, limit }: InputOf<typeof questions>,
    { tenant, signal }: Pick<RunRequest, 'tenant' | 'signal'>,
  ): Promise<OutputOf<typeof questions>> {
    const notes = await this.store.read(tenant);
    const wanted = notes.filter((each) =>
      unanswered ? each.unanswered.length > 0 : document === undefined || each.documents.includes(document),
    );
    const asked = wanted
      .flatMap((each) => (unanswered ? this.unansweredOf(each) : askedOf(each)))
      .filter(({ text }) => HAS_WORDS.test(text));
    const groups = unanswered ? await groupByMeaning(asked, { signal }) : groupByWording(asked);
    return { questions: groups.slice(0, limit).map(shown), total: asked.length, ...opinionsOf(wanted) };
  }

  async forget({ user }: InputOf<typeof forgetAsker>, tenant: string): Promise<OutputOf<typeof forgetAsker>> {
    return { questions: await this.store.forget(tenant, user) };
  }

  /** The vector of the search is used again if it is that of the question, and else computed. */
  private async withVectors(
    { unanswered, embedding }: InputOf<typeof note>,
    signal: AbortSignal | undefined,
  ): Promise<UnansweredQuestion[]> {
    const { model } = this.embeddings;
    const carried = unanswered.map((text) => carriedVector(embedding, model, text));
    const missing = unanswered.filter((_, n) => !carried[n]);
    const computed = missing.length === 0 ? [] : await this.embeddings.embed(missing, signal);
    let next = 0;
    return unanswered.map((text, n) => ({ text: text.slice(0, MAX_QUESTION), vector: carried[n] ?? computed[next++] }));
  }

  /** Vectors of another model cannot be compared: such questions are grouped by their words. */
  private unansweredOf({ run, unanswered, model }: StoredNote): Asked[] {
    const isKnown = model === this.embeddings.model;
    return unanswered.map(({ text, vector }) => ({
      text,
      atMs: runBeganAtMs(run),
      vector: isKnown ? vector : undefined,
    }));
  }
}

/** The questions of a note that were answered, or asked back. */
function askedOf({ run, questions, unanswered }: StoredNote): Asked[] {
  const without = new Set(unanswered.map(({ text }) => text));
  return questions.filter((text) => !without.has(text)).map((text) => ({ text, atMs: runBeganAtMs(run) }));
}

/** How many found the answers helpful, and how many did not. */
function opinionsOf(notes: readonly StoredNote[]): { helpful: number; notHelpful: number } {
  const given = notes.flatMap(({ feedback }) => feedback ?? []);
  const helpful = given.filter((each) => each.helpful).length;
  return { helpful, notHelpful: given.length - helpful };
}

function shown({ question, count, lastAskedAtMs }: QuestionGroup): OutputOf<typeof questions>['questions'][number] {
  return { question, count, lastAskedAt: new Date(lastAskedAtMs).toISOString() };
}
