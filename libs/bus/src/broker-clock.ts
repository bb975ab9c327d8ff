import { LlmosError } from '@llmos/contracts';
import { steadyNow } from '@llmos/resilience';
import type { JetStreamManager } from '@nats-io/jetstream';
import type { Connection } from './connection.js';
import { STREAMS } from './streams.js';

/** How far the clock of the broker is ahead of the one of this process, and how wrong that can be. */
interface Offset {
  readonly ms: number;
  readonly errorMs: number;
}

/** How often the clocks are compared. */
const EVERY_MS = 2_000;

/**
 * The clock that all processes share is the broker's: times in messages are of this clock. Inside a process they are of
 * its own steady clock, and are converted where messages are read and written, so that deadlines hold although the clocks
 * of machines differ, or are set.
 *
 * The clocks are compared by asking the broker for its time; the answer is taken for the middle of the time that it took
 * (F. Cristian, "Probabilistic clock synchronization", 1989).
 */
export class BrokerClock {
  private offset: Offset | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly ask: () => Promise<number>,
    private readonly now: () => number = steadyNow,
  ) {}

  /** A clock that is compared with the broker's now, and again and again until {@link stop}. */
  static async open(connection: Connection, jsm: JetStreamManager): Promise<BrokerClock> {
    const clock = new BrokerClock(async () => {
      if (!connection.usable) throw new LlmosError('UNAVAILABLE', 'There is no connection to the message broker.');
      return brokerTimeMs(jsm);
    });
    await clock.compare();
    clock.timer = setInterval(() => void clock.compare().catch(() => undefined), EVERY_MS).unref();
    return clock;
  }

  /** Compares the clocks. @throws what asking throws. */
  async compare(): Promise<void> {
    const from = this.now();
    const brokerMs = await this.ask();
    const errorMs = (this.now() - from) / 2;
    const ms = brokerMs - from - errorMs;
    const { offset } = this;
    // What agrees with a better comparison says nothing new.
    if (offset && errorMs >= offset.errorMs && Math.abs(ms - offset.ms) <= errorMs + offset.errorMs) return;
    this.offset = { ms, errorMs };
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** @param ms of the steady clock of this process, in Unix milliseconds. */
  toBroker(ms: number): number {
    return Math.round(ms + (this.offset?.ms ?? 0));
  }

  /** @param ms of the broker's clock, in Unix milliseconds. */
  fromBroker(ms: number): number {
    return Math.round(ms - (this.offset?.ms ?? 0));
  }
}

async function brokerTimeMs(jsm: JetStreamManager): Promise<number> {
  const { ts } = await jsm.streams.info(STREAMS.tasksLive);
  if (ts === undefined) throw new Error('the server does not tell its time; is it nats-server 2.12.6 or later?');
  return Date.parse(ts);
}
