import { LlmosError } from '@llmos/contracts';
import { connect, createInbox, type NatsConnection } from '@nats-io/transport-node';
import { setTimeout as delay } from 'node:timers/promises';
import { viaBroker } from './broker-errors.js';
import { Outbox } from './outbox.js';
import { inboxPrefixOf } from './streams.js';

export interface ConnectionOptions {
  readonly url: string;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** The name of the connection, for operators. */
  readonly service: string;
  /** How long the first connection may take, in milliseconds. */
  readonly connectTimeoutMs?: number;
}

/** How long a call waits for a broker that is away: as long as the client waits for a reply. */
const RETURN_WAIT_MS = 5_000;
/**
 * A broker that is frozen, or behind a cut network, breaks no connection. It is taken as away when two pings in a row are
 * not answered: after 1.4 to 2.1 s. It answers pings while it waits for its disk.
 */
const PING_EVERY_MS = 700;
/** How long closing waits for watches to end. They may not end while the broker is away. */
const WATCHES_END_MS = 500;
/** How long closing waits for the broker to have taken what was published. */
const DRAIN_MS = 2_000;

/** The connection to the broker. Once made, it is renewed for as long as the process lives. */
export class Connection {
  readonly outbox: Outbox;
  private connected = true;
  private answeredAtMs = performance.now();
  private silentFromMs: number | undefined;
  private lostAtMs = 0;
  private readonly calls = new Set<() => void>();
  private readonly returns = new Set<(isBack: boolean) => void>();
  private readonly changeListeners = new Set<() => void>();
  private readonly errorListeners = new Set<(error: Error) => void>();
  private readonly reconnectListeners = new Set<() => void>();
  private readonly closeListeners = new Set<() => Promise<void>>();
  /** Called when the connection is back; runs the listeners of {@link onReconnect} when it has done its work. */
  restore: () => Promise<void> = () => Promise.resolve();

  private constructor(
    readonly nc: NatsConnection,
    private readonly inboxPrefix: string | undefined,
  ) {
    this.outbox = new Outbox(nc);
    void this.follow();
  }

  static async open(options: ConnectionOptions): Promise<Connection> {
    const inboxPrefix = options.user ? inboxPrefixOf(options.user) : undefined;
    const nc = await connect({
      servers: options.url.split(','),
      name: options.service,
      ...(options.user ? { user: options.user, pass: options.password ?? '', inboxPrefix } : {}),
      maxReconnectAttempts: -1,
      reconnectTimeWait: 250,
      reconnectJitter: 100,
      timeout: options.connectTimeoutMs ?? 10_000,
      // While credentials change, the server refuses them for a moment.
      ignoreAuthErrorAbort: true,
      waitOnFirstConnect: false,
      pingInterval: PING_EVERY_MS,
      maxPingOut: 2,
    });
    return new Connection(nc, inboxPrefix);
  }

  /** Creates an inbox that the user of the connection may subscribe to. */
  newInbox(): string {
    return createInbox(this.inboxPrefix);
  }

  /** False while the broker is away. */
  get usable(): boolean {
    return this.connected && !this.nc.isClosed() && !this.nc.isDraining();
  }

  /** For how long the broker has been away, from its last sign on, in milliseconds: 0 while it is there. */
  get awayMs(): number {
    return this.usable ? 0 : performance.now() - this.lostAtMs;
  }

  /**
   * Runs calls of the NATS client.
   *
   * @throws LlmosError of `brokerError`, or an LlmosError of `work` itself.
   */
  call<T>(work: () => Promise<T>): Promise<T> {
    return viaBroker(() => this.whileConnected(work));
  }

  /**
   * Runs `work` on a connection. While the broker is away, it waits some seconds for its return: the client drops
   * messages sent meanwhile. It rejects as soon as the connection is lost: replies can no longer arrive, and the client
   * would wait for them until its own timeout.
   *
   * @throws LlmosError UNAVAILABLE if there is no connection, or it is lost.
   */
  async whileConnected<T>(work: () => Promise<T>): Promise<T> {
    if (!this.usable) await this.returned();
    return new Promise((resolve, reject) => {
      const onLost = () => reject(away());
      this.calls.add(onLost);
      work()
        .then(resolve, reject)
        .finally(() => this.calls.delete(onLost));
    });
  }

  /** Registers a listener for each loss and return of the connection, and each {@link changed}. */
  onChange(listener: () => void): void {
    this.changeListeners.add(listener);
  }

  changed(): void {
    for (const listener of this.changeListeners) listener();
  }

  /** Registers a listener that is called when the connection is back and {@link restore} is done. */
  onReconnect(listener: () => void): void {
    this.reconnectListeners.add(listener);
  }

  /** Registers a listener for errors that the server reports about earlier messages, such as a missing permission. */
  onError(listener: (error: Error) => void): void {
    this.errorListeners.add(listener);
  }

  /** Registers a listener that is called before the connection closes; closing waits for it. */
  onClose(listener: () => Promise<void>): void {
    this.closeListeners.add(listener);
  }

  async close(): Promise<void> {
    for (const settle of this.returns) settle(false);
    const watchesEnd = Promise.all([...this.closeListeners].map((end) => end()));
    await within(WATCHES_END_MS, watchesEnd);
    // A broker that does not answer must not keep the process.
    await within(DRAIN_MS, this.nc.isClosed() ? undefined : this.nc.drain());
    await within(DRAIN_MS, this.nc.isClosed() ? undefined : this.nc.close());
  }

  private returned(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => settle(false), RETURN_WAIT_MS);
      const settle = (isBack: boolean) => {
        clearTimeout(timer);
        this.returns.delete(settle);
        if (isBack) resolve();
        else reject(away());
      };
      this.returns.add(settle);
      if (this.nc.isClosed()) settle(false);
    });
  }

  private async follow(): Promise<void> {
    for await (const status of this.nc.status()) {
      // The first of a row of pings: the one before was answered.
      if (status.type === 'ping' && status.pendingPings === 1) this.answeredAtMs = performance.now();
      if (status.type === 'staleConnection') this.silentFromMs = this.answeredAtMs;
      if (status.type === 'disconnect') this.lose();
      if (status.type === 'reconnect') void this.resume();
      if (status.type === 'error') for (const listener of this.errorListeners) listener(status.error);
    }
  }

  private lose(): void {
    if (this.connected) this.lostAtMs = this.silentFromMs ?? performance.now();
    this.silentFromMs = undefined;
    this.connected = false;
    for (const fail of this.calls) fail();
    this.calls.clear();
    this.changed();
  }

  private async resume(): Promise<void> {
    this.connected = true;
    for (const settle of this.returns) settle(true);
    this.changed();
    await this.restore();
    if (this.usable) for (const listener of this.reconnectListeners) listener();
  }
}

/** Waits for the end of some work, whatever it is, for a limited time. */
async function within(limitMs: number, work: Promise<unknown> | undefined): Promise<void> {
  const ended = work?.catch(() => undefined);
  await Promise.race([ended, delay(limitMs, undefined, { ref: false })]);
}

function away(): LlmosError {
  return new LlmosError('UNAVAILABLE', 'There is no connection to the message broker. Try again.');
}
