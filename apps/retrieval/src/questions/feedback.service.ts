import { LlmosError, type InputOf, type OutputOf, type RunContext } from '@llmos/contracts';
import type { listFeedback, rate } from '@llmos/contracts/capabilities/questions';
import type { FeedbackChannel, GivenFeedback } from '../ports/feedback-channel.port.js';
import type { Feedback, Note, NoteStore } from '../ports/note-store.port.js';

/** What customers think of answers. It is kept with the question and the answer, and is an event for other systems. */
export class FeedbackService {
  constructor(
    private readonly store: NoteStore,
    private readonly channel: FeedbackChannel,
  ) {}

  /**
   * The last opinion on a run counts. It is published before it is kept: a failure in between publishes it twice rather
   * than never.
   *
   * @throws LlmosError NOT_FOUND if the tenant has no such answer.
   */
  async rate(input: InputOf<typeof rate>, context: RunContext): Promise<OutputOf<typeof rate>> {
    const { run, helpful } = input;
    const ref = { tenant: context.tenant, run };
    const note = await this.store.get(ref);
    if (!note) throw notFound();
    const feedback: Feedback = { helpful, ...textsOf(input), atMs: Date.now() };
    const changed = !note.feedback || !isSame(note.feedback, feedback);
    if (changed) {
      await this.channel.publish(context, given(run, note, feedback));
      await this.store.setFeedback(ref, feedback);
    }
    return { run, helpful, changed };
  }

  /** By run, the oldest first. */
  async list(
    { limit, after = '' }: InputOf<typeof listFeedback>,
    tenant: string,
  ): Promise<OutputOf<typeof listFeedback>> {
    const rated = (await this.store.read(tenant))
      .flatMap((note) => (note.feedback && note.run > after ? given(note.run, note, note.feedback) : []))
      .reverse();
    const page = rated.slice(0, limit);
    const next = rated.length > page.length ? page.at(-1)?.run : undefined;
    return { feedback: page, ...(next === undefined ? {} : { next }) };
  }
}

function given(run: string, { questions, answer, documents, passages }: Note, feedback: Feedback): GivenFeedback {
  const { helpful, correction, comment, atMs } = feedback;
  return {
    run,
    at: new Date(atMs).toISOString(),
    helpful,
    ...textsOf({ correction, comment }),
    questions: [...questions],
    answer,
    documents: [...documents],
    passages: [...passages],
  };
}

function textsOf({ correction, comment }: Partial<Feedback>): Pick<Feedback, 'correction' | 'comment'> {
  return { ...(correction ? { correction } : {}), ...(comment ? { comment } : {}) };
}

function isSame(one: Feedback, other: Feedback): boolean {
  return one.helpful === other.helpful && one.correction === other.correction && one.comment === other.comment;
}

function notFound(): LlmosError {
  return new LlmosError(
    'NOT_FOUND',
    'No answer of this run is kept: it answered no question from documents, has not ended, or is too old.',
    { field: 'id' },
  );
}
