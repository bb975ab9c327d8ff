import { setTimeout as pause } from 'node:timers/promises';
import { EventSenders } from './event-senders.js';
import type { Fault } from './fault.js';
import { Ledger, now, type LiveCall } from './ledger.js';
import { LiveCallers } from './live-callers.js';
import type { PrivateSystem } from './private-system.js';
import { BANK_QUESTION } from './questions.js';

const CALL_EVERY_MS = 250;
const EVENT_EVERY_MS = 100;
/** A system that is not whole by then is given up, and replaced by a new one. */
const GIVE_UP_MS = 120_000;
const SETTLE_MS = 120_000;
const POLL_MS = 100;
/** Calls in flight when it breaks, and a view of the time before. */
const CALM_MS = 750;

/** A private system under load, and what its callers and senders saw. */
export class Session {
  readonly ledger = new Ledger();
  private readonly callers: LiveCallers;
  private readonly senders: EventSenders;

  constructor(
    readonly system: PrivateSystem,
    name: string,
    private readonly signal: AbortSignal,
  ) {
    const url = () => system.url;
    this.callers = new LiveCallers(url, this.ledger, BANK_QUESTION);
    this.senders = new EventSenders(url, system.bus, this.ledger, name);
  }

  /** Starts the load, and waits until an answer lacks nothing. */
  async start(): Promise<void> {
    this.callers.start(CALL_EVERY_MS);
    this.senders.start(EVENT_EVERY_MS);
    await this.wholeAgain(now());
  }

  /** Tries a fault once. @returns whether the system became whole again. */
  async strike(fault: Fault): Promise<boolean> {
    const { question = BANK_QUESTION, holdMs = 0 } = fault;
    this.callers.askFor(question);
    await pause(CALM_MS, undefined, { signal: this.signal });
    const brokenAtMs = now();
    const { mendedAtMs, complaint } = await this.breakAndMend(fault, holdMs);
    const wholeAtMs = await this.wholeAgain(mendedAtMs);
    // The next fault must not be blamed for what these callers wait for.
    await this.callers.answered();
    const found = complaint ?? (wholeAtMs === Infinity ? await this.unready() : await fault.check?.(this.system));
    this.ledger.strikes.push({
      ...{ fault: fault.name, brokenAtMs, mendedAtMs, wholeAtMs },
      ...(found === undefined ? {} : { complaint: found }),
    });
    this.callers.askFor(BANK_QUESTION);
    return wholeAtMs !== Infinity;
  }

  /** Ends the load, waits for the results of what was accepted, and counts effects. */
  async settle(): Promise<void> {
    await this.callers.stop();
    await this.senders.stop();
    for (const end = now() + SETTLE_MS; this.ledger.open > 0 && now() < end;) await pause(POLL_MS);
    await this.senders.countEffects().catch((error: Error) => {
      const last = this.ledger.strikes.at(-1);
      if (last) last.complaint ??= `what the system has stored cannot be read: ${error.message}`;
    });
  }

  private async breakAndMend(fault: Fault, holdMs: number): Promise<{ mendedAtMs: number; complaint?: string }> {
    let failure: Error | undefined;
    try {
      await fault.break(this.system);
      if (fault.mend) await pause(holdMs, undefined, { signal: this.signal });
    } catch (error) {
      failure = error as Error;
    }
    await fault.mend?.(this.system);
    this.signal.throwIfAborted();
    return {
      mendedAtMs: now(),
      ...(failure ? { complaint: `it could not be tried: ${failure.message}` } : {}),
    };
  }

  private async unready(): Promise<string> {
    return `not whole after ${GIVE_UP_MS / 1_000} s: ${(await this.system.unready()) || 'answers lack something'}`;
  }

  /** When every process was ready and a call that began after `fromMs` was answered in full; Infinity if never. */
  private async wholeAgain(fromMs: number): Promise<number> {
    const isWhole = ({ outcome, sentAtMs }: LiveCall) => outcome === 'whole' && sentAtMs >= fromMs;
    let answeredAtMs: number | undefined;
    for (const end = now() + GIVE_UP_MS; now() < end; await pause(POLL_MS, undefined, { signal: this.signal })) {
      const call = this.ledger.calls.findLast(isWhole);
      answeredAtMs ??= call && call.sentAtMs + call.waitedMs;
      if (answeredAtMs !== undefined && (await this.system.isReady())) return Math.max(answeredAtMs, now() - POLL_MS);
    }
    return Infinity;
  }
}
