/** Runs work of one name once at a time. Concurrent callers share the result of the first. */
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
