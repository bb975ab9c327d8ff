import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { TextVerdict } from './verdict.js';

/** The verdicts on passages, because retrieval returns the same passages again and again; the least recently used goes first. */
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

  clear(): void {
    this.verdicts.clear();
  }
}

function keyOf(text: string): string {
  return hash('sha256', text, 'base64');
}
