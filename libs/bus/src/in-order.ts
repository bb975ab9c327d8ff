/** Runs the work of each key in order: at once, unless earlier work of the key is still in progress. */
export class InOrder {
  private readonly last = new Map<string, Promise<void>>();

  constructor(private readonly onError: (error: unknown) => void) {}

  do(key: string, work: () => void | Promise<void>): void {
    const before = this.last.get(key);
    const done = before ? before.then(work) : work();
    if (!done) return;
    const settled = done.catch(this.onError).then(() => {
      if (this.last.get(key) === settled) this.last.delete(key);
    });
    this.last.set(key, settled);
  }

  /** Resolves when the work of the key is done; undefined if there is none. */
  settled(key: string): Promise<void> | undefined {
    return this.last.get(key);
  }
}
