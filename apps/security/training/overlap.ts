import { foldText } from '@llmos/guardrails';

const SHINGLE = 5;
/** Texts that share at least this part of their word runs count as the same. */
const SAME = 0.5;

/** Finds texts of one set that equal a text of another, or share half of its runs of five words. */
export class OverlapIndex {
  private readonly owners = new Map<string, number[]>();
  private readonly sizes: number[] = [];
  private readonly exact = new Set<string>();

  constructor(texts: readonly string[]) {
    texts.forEach((text, owner) => {
      const runs = runsOf(text);
      this.sizes.push(runs.size);
      this.exact.add(plain(text));
      for (const run of runs) this.owners.set(run, [...(this.owners.get(run) ?? []), owner]);
    });
  }

  /** Whether `text` equals or nearly equals a text of the index. */
  has(text: string): boolean {
    if (this.exact.has(plain(text))) return true;
    const runs = runsOf(text);
    const shared = new Map<number, number>();
    for (const run of runs)
      for (const owner of this.owners.get(run) ?? []) shared.set(owner, (shared.get(owner) ?? 0) + 1);
    return [...shared].some(([owner, count]) => count >= SAME * Math.min(runs.size, this.sizes[owner] ?? Infinity));
  }
}

function plain(text: string): string {
  return (foldText(text).text.match(/[\p{L}\p{N}]+/gu) ?? []).join(' ');
}

/** A text with fewer words than a run is one run. */
function runsOf(text: string): Set<string> {
  const words = plain(text).split(' ');
  const runs = new Set<string>();
  for (let at = 0; at + SHINGLE <= words.length; at++) runs.add(words.slice(at, at + SHINGLE).join(' '));
  return runs.size === 0 ? new Set([words.join(' ')]) : runs;
}
