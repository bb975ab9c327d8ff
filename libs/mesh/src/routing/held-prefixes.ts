import type { Prefix } from './prefix.js';

/** The beginnings that a replica has read lately and is expected to hold: as many as its engine keeps. */
export class HeldPrefixes {
  /** The one that was read last is at the end. */
  private readonly chains: (readonly string[])[] = [];
  /** In how many of them each key is. */
  private readonly counts = new Map<string, number>();

  constructor(private most: number) {}

  /** @param most how many different beginnings the engine keeps. */
  keep(most: number): void {
    this.most = most;
    while (this.chains.length > most) this.remove(0);
  }

  /** The replica reads this. What it continues is held as a part of it. */
  note(prefix: Prefix): void {
    const keys = new Set(prefix.map(({ key }) => key));
    if (keys.size === 0) return;
    const continued = this.chains.findIndex((chain) => keys.has(chain.at(-1)!));
    if (continued >= 0) this.remove(continued);
    this.chains.push([...keys]);
    for (const key of keys) this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
    if (this.chains.length > this.most) this.remove(0);
  }

  has(key: string): boolean {
    return this.counts.has(key);
  }

  get keys(): string[] {
    return [...this.counts.keys()];
  }

  private remove(at: number): void {
    for (const key of this.chains.splice(at, 1)[0] ?? []) {
      const others = this.counts.get(key)! - 1;
      if (others > 0) this.counts.set(key, others);
      else this.counts.delete(key);
    }
  }
}
