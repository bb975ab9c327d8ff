import { isLlmosError, type Check } from '@llmos/contracts';
import { retry } from '@llmos/resilience';
import type { Logger } from '@llmos/telemetry';
import type { Readiness } from './readiness.js';

/** One thing that a process needs: the broker, the keys of the tenants, its consumers. */
export interface ProcessPart<T> {
  /** Also the name of its check. */
  readonly name: string;
  /** Opens the part. Repeated with back-off until it succeeds. */
  open(): Promise<T> | T;
  /** What the check says while `open` fails for an unknown reason. */
  readonly hint?: string;
  /** What is wrong with the opened part; undefined if it works. Read at each {@link ProcessParts.recheck}. */
  check?(opened: T): Omit<Check, 'name'> | undefined;
  /** A failure is logged; the parts before it are closed all the same. Work in progress may take `graceMs`. */
  close?(opened: T, graceMs: number): unknown;
}

const BACKOFF = { baseMs: 100, capMs: 2_000 };
/** How long work in progress may take when the parts are closed, if nothing else is said. */
const CLOSE_GRACE_MS = 2_500;
/** Of the attempts to open a part that fail, one in so many is logged. */
const LOG_EVERY = 10;

/**
 * The parts of a process: opened one after another, each until it succeeds, and closed in the reverse order. `/readyz`
 * shows the check of each part from the first attempt on.
 */
export class ProcessParts {
  private readonly opened: { readonly name: string; recheck(): void; close(graceMs: number): unknown }[] = [];
  private readonly stopping = new AbortController();
  private leave: ((reason: string) => void) | undefined;

  constructor(
    private readonly readiness: Readiness,
    private readonly log: Pick<Logger, 'warn'>,
  ) {}

  async open<T>(part: ProcessPart<T>): Promise<T> {
    const { name, hint = 'The part cannot be opened yet. The log has the reason.' } = part;
    this.readiness.set({ name, state: 'loading' });
    const onFailure = (error: unknown, attempt: number) => {
      if (attempt % LOG_EVERY === 1) this.log.warn({ err: error, part: name, attempt }, 'a part cannot be opened yet');
      this.readiness.set({ name, state: 'failed', message: isLlmosError(error) ? error.message : hint });
    };
    const opened = await retry(() => part.open(), { ...BACKOFF, signal: this.signal, onFailure }).catch(
      // The process stops: what comes after this part must not begin.
      () => new Promise<never>(() => undefined),
    );
    const recheck = () => this.readiness.set({ name, state: 'ready', ...part.check?.(opened) });
    this.opened.push({ name, recheck, close: (graceMs) => part.close?.(opened, graceMs) });
    recheck();
    return opened;
  }

  /** Adds what is open already and has no check. */
  add(name: string, close: (graceMs: number) => unknown): void {
    this.opened.push({ name, recheck: () => undefined, close });
  }

  /** Registers what ends the process when somebody asks for it. */
  onAskedToLeave(leave: (reason: string) => void): void {
    this.leave = leave;
  }

  /** Has the process finish its work and end, if it is one that can. */
  askToLeave(reason: string): void {
    this.leave?.(reason);
  }

  /** Aborts when the process stops. */
  get signal(): AbortSignal {
    return this.stopping.signal;
  }

  /** Reads the checks again. Call it after a change that they depend on. */
  recheck(): void {
    if (!this.signal.aborted) for (const part of this.opened) part.recheck();
  }

  /** @param graceMs how long the work in progress may take. */
  async close(graceMs = CLOSE_GRACE_MS): Promise<void> {
    this.stopping.abort();
    this.readiness.stop();
    for (const { name, close } of this.opened.splice(0).reverse()) {
      try {
        await close(graceMs);
      } catch (error) {
        this.log.warn({ err: error, part: name }, 'a part did not stop cleanly');
      }
    }
  }
}
