import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { TextVerdict } from './verdict.js';

/** Keeps the verdicts on passages, because retrieval returns the same passages often; bounded (LRU). */
export class VerdictCache {
  private readonly verdicts: LRUCache<string, TextVerdict>;

  constructor(maxVerdicts = 10_000) {
    this.verdicts = new LRUCache({ max: maxVerdicts });
  }

  /** The verdict on exactly this text. */
  get(text: string): TextVerdict | undefined {
    return this.verdicts.get(keyOf(text));
  }

  set(text: string, verdict: TextVerdict): void {
    this.verdicts.set(keyOf(text), verdict);
  }
}

function keyOf(text: string): string {
  return hash('sha256', text, 'base64');
}
