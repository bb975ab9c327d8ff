import { SortedWindow } from '../detectors/sorted-window.js';

const EVERY_SECONDS = 10;
/** Two hours. */
const REMEMBERED = 720;
/** Ten minutes: before, nobody knows what is usual. */
const LEAST = 60;
/** Figures beyond that are not learned: memory stays bounded, at about 12 KB a figure. */
const MOST_FIGURES = 500;

/** What figures usually are: the median of two hours, of values from quiet times only. */
export class Usual {
  private readonly windows = new Map<string, { readonly values: SortedWindow; lastSeconds: number }>();

  /** @returns undefined while too little is known. */
  of(key: string): number | undefined {
    const values = this.windows.get(key)?.values;
    return values && values.size >= LEAST ? values.quantile(0.5) : undefined;
  }

  learn(key: string, value: number, seconds: number): void {
    let window = this.windows.get(key);
    if (!window) {
      if (this.windows.size >= MOST_FIGURES) this.windows.delete(this.windows.keys().next().value!);
      window = { values: new SortedWindow(REMEMBERED), lastSeconds: -Infinity };
      this.windows.set(key, window);
    }
    if (seconds - window.lastSeconds < EVERY_SECONDS) return;
    window.lastSeconds = seconds;
    window.values.push(value);
  }
}
