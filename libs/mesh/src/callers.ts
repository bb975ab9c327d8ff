import type { Signs } from '@llmos/bus';
import { steadyNow } from '@llmos/resilience';

/** How often a gateway repeats that callers wait. */
const REPEAT_MS = 200;
/** A gateway that has said nothing for this long is gone, and so are its callers. */
const SILENT_MS = 700;
/** Who was answered often asks again at once. */
const LINGER_MS = 200;

/** Whether callers wait for live runs anywhere: durable work gives way to them. */
export class Callers {
  private readonly untilMs = new Map<string, number>();
  private readonly subscription: { stop(): void };
  private readonly listeners = new Set<() => void>();
  private timer: NodeJS.Timeout | undefined;

  constructor(signs: Pick<Signs, 'onCallers'>) {
    this.subscription = signs.onCallers((gateway, count) => {
      const before = this.areWaiting;
      this.untilMs.set(gateway, steadyNow() + (count > 0 ? SILENT_MS : LINGER_MS));
      if (!before) this.tell();
      this.timer ??= setInterval(() => this.sweep(), LINGER_MS / 2).unref();
    });
  }

  get areWaiting(): boolean {
    const nowMs = steadyNow();
    return [...this.untilMs.values()].some((untilMs) => untilMs > nowMs);
  }

  /** Registers a listener for changes of {@link areWaiting}. */
  onChange(listener: () => void): void {
    this.listeners.add(listener);
  }

  stop(): void {
    this.subscription.stop();
    clearInterval(this.timer);
  }

  private sweep(): void {
    const nowMs = steadyNow();
    for (const [gateway, untilMs] of this.untilMs) if (untilMs <= nowMs) this.untilMs.delete(gateway);
    if (this.untilMs.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
    this.tell();
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}

/** Tells every process while callers wait at this gateway. */
export class CallersSign {
  private count = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly signs: Pick<Signs, 'tellCallers'>,
    private readonly gateway: string,
  ) {}

  /** @param count how many wait now. */
  set(count: number): void {
    const changes = count > 0 !== this.count > 0;
    this.count = count;
    if (!changes) return;
    this.signs.tellCallers(this.gateway, count);
    clearInterval(this.timer);
    if (count > 0) this.timer = setInterval(() => this.signs.tellCallers(this.gateway, this.count), REPEAT_MS).unref();
  }
}
