import { sentenceEnd } from '@llmos/grounding';

/**
 * Streams a model's own text in sentences without changing a character: it cuts only where a single space follows a
 * sentence, so the pieces joined by spaces are the text.
 */
export class FreeComposer {
  private pending = '';
  private readonly released: string[] = [];

  constructor(private readonly release: (sentence: string) => void) {}

  write(piece: string): void {
    this.pending += piece;
    if (this.released.length === 0) this.pending = this.pending.trimStart();
    for (let cut = this.nextCut(); cut !== undefined; cut = this.nextCut()) {
      this.releaseSentence(this.pending.slice(0, cut));
      this.pending = this.pending.slice(cut + 1);
    }
  }

  /** Releases the rest and returns the whole text. */
  end(): string {
    const rest = this.pending.trimEnd();
    this.pending = '';
    if (rest !== '') this.releaseSentence(rest);
    return this.released.join(' ');
  }

  private nextCut(): number | undefined {
    let from = 0;
    for (;;) {
      const end = sentenceEnd(this.pending.slice(from));
      if (end === undefined) return undefined;
      from += end;
      if (this.pending[from] === ' ' && /\S/u.test(this.pending[from + 1] ?? '')) return from;
    }
  }

  private releaseSentence(sentence: string): void {
    this.released.push(sentence);
    this.release(sentence);
  }
}
