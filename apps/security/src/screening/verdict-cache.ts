import { createHash } from 'node:crypto';
import type { TextVerdict } from './text-screen.js';

/** Verdicts on passages, the same few of which are retrieved again and again; the least lately asked for goes first. */
export class VerdictCache {
  private readonly verdicts = new Map<string, TextVerdict>();

  constructor(private readonly maxVerdicts = 10_000) {}

  /** The verdict on this very text, made by `judge` the first time. A judgement that failed, or lacked a stage, is not kept. */
  async of(text: string, judge: () => Promise<TextVerdict>): Promise<TextVerdict> {
    const key = createHash('sha256').update(text).digest('base64');
    const known = this.verdicts.get(key);
    const verdict = known ?? (await judge());
    if (verdict.isDegraded) return verdict;
    this.verdicts.delete(key);
    this.verdicts.set(key, verdict);
    if (this.verdicts.size > this.maxVerdicts) this.verdicts.delete(this.verdicts.keys().next().value!);
    return verdict;
  }
}
