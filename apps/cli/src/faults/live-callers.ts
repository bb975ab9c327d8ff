import type { Question } from './fault.js';
import { now, type Ledger, type Outcome } from './ledger.js';

/** A caller who has waited this long is counted as never answered. */
const GIVES_UP_MS = 20_000;
const MAX_IN_FLIGHT = 48;

interface Reply {
  readonly error?: { readonly code?: string };
  readonly details?: { readonly degraded?: readonly string[] };
}

/** Callers who arrive at a steady rate, however long the others wait. */
export class LiveCallers {
  private timer?: NodeJS.Timeout;
  private readonly inFlight = new Set<Promise<unknown>>();

  constructor(
    private readonly url: () => string,
    private readonly ledger: Ledger,
    private question: Question,
  ) {}

  start(everyMs: number): void {
    this.timer = setInterval(() => {
      if (this.inFlight.size >= MAX_IN_FLIGHT) return;
      const call = this.ask().finally(() => this.inFlight.delete(call));
      this.inFlight.add(call);
    }, everyMs);
  }

  /** What those who come from now on ask. */
  askFor(question: Question): void {
    this.question = question;
  }

  /** Resolves when those who wait now have their answers, or have given up. */
  async answered(): Promise<void> {
    await Promise.all(this.inFlight);
  }

  /** No more callers; resolves as {@link answered}. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.answered();
  }

  private async ask(): Promise<void> {
    const sentAtMs = now();
    const seen = await reply(this.url(), this.question);
    this.ledger.calls.push({ sentAtMs, waitedMs: now() - sentAtMs, ...seen });
  }
}

async function reply(url: string, question: Question): Promise<{ outcome: Outcome; detail: string }> {
  const body = question.body();
  try {
    const response = await fetch(`${url}/serving/process`, {
      method: 'POST',
      headers: typeof body === 'string' ? { 'content-type': 'application/json' } : {},
      body,
      signal: AbortSignal.timeout(GIVES_UP_MS),
    });
    return outcomeOf(response, (await response.json()) as Reply);
  } catch (error) {
    if ((error as Error).name === 'TimeoutError')
      return { outcome: 'silent', detail: `no answer in ${GIVES_UP_MS / 1_000} s` };
    const { code } = ((error as Error).cause ?? {}) as { code?: string };
    return { outcome: 'unreachable', detail: `no connection (${code ?? (error as Error).message})` };
  }
}

function outcomeOf({ status, headers }: Response, { error, details }: Reply): { outcome: Outcome; detail: string } {
  const missing = details?.degraded ?? [];
  if (status === 200 && missing.length === 0) return { outcome: 'whole', detail: '200' };
  if (status === 200) return { outcome: 'degraded', detail: `200 without ${missing.join(', ')}` };
  const detail = `${status} ${error?.code ?? ''}`.trim();
  const hasTime = Number(headers.get('retry-after')) > 0;
  if (status !== 429 && status !== 503) return { outcome: 'failed', detail };
  return hasTime ? { outcome: 'refused', detail } : { outcome: 'failed', detail: `${detail} without Retry-After` };
}
