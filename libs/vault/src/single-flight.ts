/** Lets the same work run once at a time: whoever asks meanwhile gets what the first gets. */
export class SingleFlight {
  private readonly running = new Map<string, Promise<unknown>>();

  once<T>(name: string, work: () => Promise<T>): Promise<T> {
    const running = this.running.get(name) as Promise<T> | undefined;
    if (running) return running;
    const started = work().finally(() => this.running.delete(name));
    this.running.set(name, started);
    return started;
  }
}
