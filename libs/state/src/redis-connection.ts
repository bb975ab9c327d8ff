import { setTimeout as pause } from 'node:timers/promises';
import { LlmosError } from '@llmos/contracts';
import { backoffMs } from '@llmos/resilience';
import { Redis, ReplyError } from 'ioredis';
import { stateMetrics } from './state.metrics.js';
import { parseRedisUrl } from './redis-address.js';

export interface RedisConnectionOptions {
  /** See {@link parseRedisUrl}. */
  readonly url: string;
  /** Used instead of those in the address. */
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** How long a command may take, in milliseconds. */
  readonly commandTimeoutMs: number;
  /** Called when Redis becomes usable, and when it no longer is, with the reason for the log. */
  readonly onStateChange?: ((usable: boolean, reason?: string) => void) | undefined;
}

/** What a service does with Redis. */
export type Command = 'append' | 'read' | 'delete' | 'delete_user';

const RECONNECT = { baseMs: 50, capMs: 1_000 };
const CONNECT_TIMEOUT_MS = 2_000;
/** How long a socket may take to close before it is destroyed: a frozen server never closes it. */
const CLOSE_TIMEOUT_MS = 50;

/**
 * A connection to Redis that never makes a caller wait for a Redis that does not answer. The first command that gets
 * no answer in time drops the connection; until Redis answers again, commands fail at once. Nothing is queued and
 * nothing is sent twice: a command that failed may or may not have been executed.
 */
export class RedisConnection {
  private readonly redis: Redis;
  private usable = false;
  private reported?: boolean;
  private closing = false;
  private reason = 'it has not answered yet';

  constructor(private readonly options: RedisConnectionOptions) {
    const { tls, username, password, ...address } = parseRedisUrl(options.url);
    this.redis = new Redis({
      ...address,
      ...(tls ? { tls: {} } : {}),
      username: options.username ?? username,
      password: options.password ?? password,
      commandTimeout: options.commandTimeoutMs,
      connectTimeout: CONNECT_TIMEOUT_MS,
      disconnectTimeout: CLOSE_TIMEOUT_MS,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      // A closed connection rejects its open commands at once.
      maxRetriesPerRequest: 0,
      retryStrategy: (attempt) => backoffMs(attempt, RECONNECT),
      disableClientInfo: true,
    });
    stateMetrics.up.set(0);
    this.redis.on('ready', () => this.become(true));
    this.redis.on('error', (error: Error) => (this.reason = error.message));
    this.redis.on('close', () => this.become(false));
  }

  /** Resolves when Redis is usable, or after the time: a process starts without it too. */
  async settled(withinMs: number): Promise<void> {
    if (this.usable) return;
    const given = new AbortController();
    const ready = new Promise<void>((resolve) => this.redis.once('ready', resolve));
    await Promise.race([ready, pause(withinMs, undefined, { signal: given.signal })]);
    given.abort();
  }

  /**
   * @param command its name in the metrics.
   * @throws LlmosError UNAVAILABLE, for every failure of Redis, within the time limit of a command.
   */
  async call<T>(command: Command, work: (redis: Redis) => Promise<T>): Promise<T> {
    if (!this.usable) {
      stateMetrics.failures.inc({ command });
      throw this.unavailable();
    }
    try {
      const stop = stateMetrics.commands.startTimer({ command });
      const answer = await work(this.redis);
      stop();
      return answer;
    } catch (error) {
      stateMetrics.failures.inc({ command });
      if (!(error instanceof ReplyError)) this.drop(error as Error);
      throw this.unavailable(error);
    }
  }

  async close(): Promise<void> {
    this.closing = true;
    // Ends after the commands in progress; fails if Redis does not answer.
    await this.redis.quit().catch(() => this.redis.disconnect());
  }

  /** Ends a connection on which an answer is missing. Later answers would not be awaited by anyone. */
  private drop(error: Error): void {
    if (!this.usable) return;
    this.reason = error.message;
    this.become(false);
    this.redis.disconnect(true);
  }

  private become(usable: boolean): void {
    this.usable = usable;
    stateMetrics.up.set(usable ? 1 : 0);
    if (this.reported === usable || this.closing) return;
    this.reported = usable;
    this.options.onStateChange?.(usable, usable ? undefined : this.reason);
  }

  private unavailable(cause?: unknown): LlmosError {
    const detail = cause ?? new Error(this.reason);
    return new LlmosError('UNAVAILABLE', 'Redis is not available. Nothing was read; a change may be lost.', {
      cause: detail,
    });
  }
}
