import { LlmosError } from '@llmos/contracts';
import { retry } from '@llmos/resilience';
import { jetstreamManager, StorageType, type JetStreamManager } from '@nats-io/jetstream';
import { connect, createInbox, type NatsConnection, type Subscription } from '@nats-io/transport-node';
import { createHash } from 'node:crypto';

export interface SnapshotsOptions {
  readonly url: string;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
}

/** A stream on the broker's disk. Buckets and object stores are streams too. */
export interface StoredStream {
  readonly name: string;
  readonly messages: number;
  /** The number of the newest message that was ever stored. */
  readonly lastSequence: number;
  readonly sizeBytes: number;
}

/** The broker's description of an archived stream. The restore needs it. */
export interface StreamHead {
  readonly config: {
    readonly name: string;
    readonly max_age?: number | undefined;
    readonly allow_msg_ttl?: boolean | undefined;
    readonly allow_msg_schedules?: boolean | undefined;
  };
  readonly state: { readonly messages: number; readonly last_seq: number };
}

/** What identifies a stored message, without its content. */
export interface StoredMessage {
  readonly sequence: number;
  readonly subject: string;
  /** When the broker stored it, in milliseconds since 1970. */
  readonly storedAtMs: number;
  /** The hash of its subject, headers and body, in hex. */
  readonly digest: string;
  /** Whether it has a time to live of its own. */
  readonly expires: boolean;
}

export interface StreamSnapshot {
  readonly head: StreamHead;
  /** The archive as a stream. The broker waits for a slow reader, and gives up after a few seconds. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

const CONNECT_TIMEOUT_MS = 10_000;
/** The broker reads the whole stream before it answers a snapshot, and writes it whole at the end of a restore. */
const WHOLE_STREAM_TIMEOUT_MS = 600_000;
const CHUNK_TIMEOUT_MS = 30_000;
const MESSAGE_TIMEOUT_MS = 30_000;
const NOT_FOUND = 404;
const TTL_HEADER = 'Nats-TTL:';
const NOTHING = new Uint8Array();
const CLUSTER_COPIES = 3;
/** A cluster that has just started elects its leader first. */
const ELECTION_MS = 30_000;
const ELECTION_RETRY = { baseMs: 100, capMs: 1_000 };

/**
 * Archives and restores whole streams, with their sequences and consumers, by the snapshots of the broker
 * (`$JS.API.STREAM.SNAPSHOT`, `$JS.API.STREAM.RESTORE`). Streams in memory cannot be archived. Unlike a `Bus` it
 * creates no streams and does not reconnect: operations fail if the connection is lost.
 */
export class Snapshots {
  private constructor(
    private readonly nc: NatsConnection,
    private readonly jsm: JetStreamManager,
  ) {}

  /** @throws LlmosError UNAVAILABLE if the broker cannot be reached or denies access. */
  static async connect({ url, user, password }: SnapshotsOptions): Promise<Snapshots> {
    return viaBroker(`The broker at ${url} cannot be reached or denies access.`, async () => {
      const nc = await connect({
        servers: url.split(','),
        name: 'snapshots',
        ...(user ? { user, pass: password ?? '' } : {}),
        reconnect: false,
        timeout: CONNECT_TIMEOUT_MS,
      });
      return new Snapshots(nc, await managerOf(nc));
    });
  }

  get serverVersion(): string {
    return this.nc.info?.version ?? 'unknown';
  }

  /** Every stream that is not in memory, by name. */
  async list(): Promise<StoredStream[]> {
    return viaBroker('The broker did not list its streams.', async () => {
      const stored: StoredStream[] = [];
      for await (const { config, state } of this.jsm.streams.list())
        if (config.storage === StorageType.File)
          stored.push({
            name: config.name,
            messages: state.messages,
            lastSequence: state.last_seq,
            sizeBytes: state.bytes,
          });
      return stored.sort((a, b) => (a.name < b.name ? -1 : 1));
    });
  }

  /** Archives the stream as it is now, without later messages. Fails if a stored message is damaged. */
  async take(stream: string): Promise<StreamSnapshot> {
    const inbox = createInbox();
    const subscription = this.nc.subscribe(inbox);
    try {
      const request = JSON.stringify({ deliver_subject: inbox, jsck: true });
      const head = await this.ask(stream, `$JS.API.STREAM.SNAPSHOT.${stream}`, request, WHOLE_STREAM_TIMEOUT_MS);
      return { head: head as StreamHead, chunks: chunksOf(stream, subscription) };
    } catch (error) {
      subscription.unsubscribe();
      throw error;
    }
  }

  /**
   * Restores an archived stream; no stream of this name may exist. Chunks can have any size. The broker gives up if a
   * chunk takes it over 5 s: with `sync_interval: always`, thousands of small messages take longer. A broker that is
   * alone keeps one copy of a stream, and a cluster three, however many the archived one had.
   */
  async restore(head: StreamHead, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const stream = head.config.name;
    const config = { ...head.config, num_replicas: this.nc.info?.cluster ? CLUSTER_COPIES : 1 };
    const opened = await this.ask(
      stream,
      `$JS.API.STREAM.RESTORE.${stream}`,
      JSON.stringify({ config, state: head.state }),
      CHUNK_TIMEOUT_MS,
    );
    const { deliver_subject: target } = opened as { deliver_subject: string };
    for await (const chunk of chunks) if (chunk.length > 0) await this.ask(stream, target, chunk, CHUNK_TIMEOUT_MS);
    await this.ask(stream, target, NOTHING, WHOLE_STREAM_TIMEOUT_MS);
  }

  /**
   * The messages of a stream, oldest first. Each is one request; nothing is acknowledged, and the stream stays as it is,
   * also one that is a work queue.
   */
  async *messages(stream: string): AsyncGenerator<StoredMessage> {
    const subject = `$JS.API.STREAM.MSG.GET.${stream}`;
    for (let sequence = 1; ; sequence++) {
      const wanted = JSON.stringify({ seq: sequence, next_by_subj: '>' });
      const reply = await viaBroker(`The broker went away while the stream ${stream} was read.`, () =>
        this.nc.request(subject, wanted, { timeout: MESSAGE_TIMEOUT_MS }),
      );
      const { message, error } = reply.json<{ message?: RawMessage; error?: { code: number; description?: string } }>();
      if (error?.code === NOT_FOUND) return;
      if (!message) throw refused(stream, error?.description);
      sequence = message.seq;
      yield storedMessage(message);
    }
  }

  /** Removes the messages of a stream and keeps the stream. */
  async purge(stream: string): Promise<void> {
    await viaBroker(`The stream ${stream} cannot be emptied.`, () => this.jsm.streams.purge(stream));
  }

  /** Deletes a stream with all its messages. */
  async delete(stream: string): Promise<void> {
    await viaBroker(`The stream ${stream} cannot be deleted.`, () => this.jsm.streams.delete(stream));
  }

  /** Closes the connection; operations in progress fail. */
  async close(): Promise<void> {
    await this.nc.close();
  }

  private async ask(stream: string, subject: string, data: Uint8Array | string, timeoutMs: number): Promise<unknown> {
    const send = () => this.nc.request(subject, data, { timeout: timeoutMs });
    const reply = await viaBroker(`The broker went away while it worked on the stream ${stream}.`, send);
    if (reply.data.length === 0) return undefined;
    const answer = reply.json<{ error?: { description?: string } }>();
    if (answer.error) throw refused(stream, answer.error.description);
    return answer;
  }
}

/** As the broker sends it: headers and body in base64. */
interface RawMessage {
  readonly seq: number;
  readonly subject: string;
  readonly time: string;
  readonly hdrs?: string;
  readonly data?: string;
}

function storedMessage({ seq, subject, time, hdrs = '', data = '' }: RawMessage): StoredMessage {
  const digest = createHash('sha256')
    .update(JSON.stringify([subject, hdrs, data]))
    .digest('hex');
  const expires = Buffer.from(hdrs, 'base64').includes(TTL_HEADER);
  return { sequence: seq, subject, storedAtMs: Date.parse(time), digest, expires };
}

function managerOf(nc: NatsConnection): Promise<JetStreamManager> {
  if (!nc.info?.cluster) return jetstreamManager(nc);
  return retry(() => jetstreamManager(nc), { ...ELECTION_RETRY, signal: AbortSignal.timeout(ELECTION_MS) });
}

async function* chunksOf(stream: string, subscription: Subscription): AsyncGenerator<Uint8Array> {
  try {
    for await (const message of subscription) {
      if (message.data.length === 0) {
        const { code = 0, description } = message.headers ?? {};
        if (code >= 400) throw refused(stream, description);
        return;
      }
      yield message.data;
      message.respond();
    }
  } finally {
    subscription.unsubscribe();
  }
  throw new LlmosError('UNAVAILABLE', `The broker went away while it worked on the stream ${stream}.`);
}

function refused(stream: string, reason = 'it gave no reason'): LlmosError {
  return new LlmosError('UNAVAILABLE', `The broker rejected the stream ${stream}: ${reason}.`);
}

async function viaBroker<T>(failure: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof LlmosError) throw cause;
    const reason = cause instanceof Error ? ` (${cause.message})` : '';
    throw new LlmosError('UNAVAILABLE', failure + reason, { cause });
  }
}
