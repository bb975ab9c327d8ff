/** One call on its way through a pool: settles once, and removes its abort listener then. */
export class PendingCall {
  readonly outcome: Promise<unknown>;
  private resolveOutcome!: (output: unknown) => void;
  private rejectOutcome!: (error: unknown) => void;
  private readonly onAbort: () => void;
  private settled = false;

  constructor(
    readonly method: string,
    readonly input: unknown,
    readonly transfer: readonly ArrayBuffer[],
    private readonly signal: AbortSignal | undefined,
    aborted: (call: PendingCall) => void,
  ) {
    this.outcome = new Promise((resolve, reject) => {
      this.resolveOutcome = resolve;
      this.rejectOutcome = reject;
    });
    this.onAbort = () => {
      this.reject(signal?.reason);
      aborted(this);
    };
    signal?.addEventListener('abort', this.onAbort, { once: true });
  }

  /** Does nothing after an abort. */
  resolve(output: unknown): void {
    if (this.settle()) this.resolveOutcome(output);
  }

  reject(error: unknown): void {
    if (this.settle()) this.rejectOutcome(error);
  }

  private settle(): boolean {
    if (this.settled) return false;
    this.settled = true;
    this.signal?.removeEventListener('abort', this.onAbort);
    return true;
  }
}
