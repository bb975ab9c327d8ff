import type { Embedder, LoadProgress } from '@llmos/models';
import { withEmojiInWords } from './emoji-words.js';
import { inPlainWords } from './plain-words.js';
import type { SentimentHead, SentimentVerdict } from './sentiment-head.js';

/** The part of the sentiment head that the analyzer uses. */
export type SentimentScorer = Pick<SentimentHead, 'version' | 'judge' | 'judgeAll'>;

/**
 * Classifies texts as positive, negative or neutral. It has an encoder of its own: the shared one with a small update
 * that was trained for sentiment. A text whose sentiment is requested therefore costs a second forward pass.
 */
export class SentimentAnalyzer {
  private head?: SentimentScorer;

  constructor(
    private readonly encoder: Pick<Embedder, 'start' | 'embed' | 'close'>,
    private readonly loadHead: () => Promise<SentimentScorer>,
  ) {}

  async start(report: (progress: LoadProgress) => void, signal?: AbortSignal): Promise<void> {
    this.head = await this.loadHead();
    await this.encoder.start(report, signal);
  }

  /** The head with its version, such as `sentiment@b7fb48d87948`. */
  get model(): string {
    return `sentiment@${this.loaded().version.slice(0, 12)}`;
  }

  /** One verdict for a whole text that was cut into windows. */
  async ofText(windows: readonly { readonly text: string }[], signal?: AbortSignal): Promise<SentimentVerdict> {
    const texts = windows.map(({ text }) => text);
    const vectors = await this.embed(texts, signal);
    return this.loaded().judgeAll(texts.map((text, at) => ({ text, vector: vectors[at]! })));
  }

  /** One verdict per clause. */
  async ofEach(clauses: readonly string[], signal?: AbortSignal): Promise<SentimentVerdict[]> {
    const head = this.loaded();
    return (await this.embed(clauses, signal)).map((vector) => head.judge(vector));
  }

  close(): Promise<void> {
    return this.encoder.close();
  }

  private embed(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[]> {
    const plain = texts.map((text) => inPlainWords(withEmojiInWords(text)));
    return this.encoder.embed(plain, signal);
  }

  private loaded(): SentimentScorer {
    if (!this.head) throw new Error('The sentiment analyzer was used before it was loaded.');
    return this.head;
  }
}
