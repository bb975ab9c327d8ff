import type { Embedder, LoadProgress } from '@llmos/models';
import type { SentimentHead, SentimentVerdict } from './sentiment/sentiment-head.js';

/** What the sentiment head does for the service. */
export type FeelingHead = Pick<SentimentHead, 'version' | 'judge' | 'judgeAll'>;

/**
 * How a text feels. Feelings have a body of their own, a small update of the shared one trained for them, so a text
 * whose sentiment is asked for goes once through this body too.
 */
export class Feelings {
  private head?: FeelingHead;

  constructor(
    private readonly body: Pick<Embedder, 'start' | 'embed' | 'close'>,
    private readonly loadHead: () => Promise<FeelingHead>,
  ) {}

  async start(report: (progress: LoadProgress) => void, signal?: AbortSignal): Promise<void> {
    this.head = await this.loadHead();
    await this.body.start(report, signal);
  }

  /** Names the head and its version. */
  get model(): string {
    return `sentiment@${this.loaded().version.slice(0, 12)}`;
  }

  /** The feeling of a whole text, whatever windows it was cut into. */
  async ofText(windows: readonly { readonly text: string }[], signal?: AbortSignal): Promise<SentimentVerdict> {
    const texts = windows.map(({ text }) => text);
    const vectors = await this.body.embed(texts, signal);
    return this.loaded().judgeAll(texts.map((text, at) => ({ text, vector: vectors[at]! })));
  }

  /** The feeling of each of several clauses, each taken by itself. */
  async ofEach(clauses: readonly string[], signal?: AbortSignal): Promise<SentimentVerdict[]> {
    const head = this.loaded();
    return (await this.body.embed(clauses, signal)).map((vector) => head.judge(vector));
  }

  close(): Promise<void> {
    return this.body.close();
  }

  private loaded(): FeelingHead {
    if (!this.head) throw new Error('Feelings were asked for before they were loaded.');
    return this.head;
  }
}
