import { WatchedBucket, type KvBucket } from '@llmos/bus';
import { LlmosError, newRunId } from '@llmos/contracts';
import { silenceSchema, type Silence } from '@llmos/contracts/capabilities/scheduler-alerts';

const MOST_SILENCES = 200;

export type NewSilence = Pick<Silence, 'alert' | 'of' | 'reason'>;

/** The silences, in a bucket that all replicas of the scheduler watch. They survive restarts. */
export class Silences {
  private constructor(
    private readonly bucket: KvBucket,
    private readonly watched: WatchedBucket<Silence>,
  ) {}

  static async open(bucket: KvBucket): Promise<Silences> {
    const decode = (value: Uint8Array) => silenceSchema.parse(JSON.parse(new TextDecoder().decode(value)));
    return new Silences(bucket, await WatchedBucket.open(bucket, { decode }));
  }

  /** Those in force, the newest first. */
  list(nowMs: number): Silence[] {
    return [...this.watched.values()]
      .filter(({ until }) => Date.parse(until) > nowMs)
      .sort((a, b) => b.since.localeCompare(a.since));
  }

  /** @throws LlmosError RATE_LIMITED if there are too many. */
  async add(silence: NewSilence, forSeconds: number, nowMs: number): Promise<Silence> {
    if (this.list(nowMs).length >= MOST_SILENCES)
      throw new LlmosError('RATE_LIMITED', `There are ${MOST_SILENCES} silences already: lift one first.`);
    await this.removeEnded(nowMs);
    const times = { since: new Date(nowMs).toISOString(), until: new Date(nowMs + forSeconds * 1_000).toISOString() };
    const added: Silence = { ...silence, ...times, id: `s-${newRunId()}` };
    await this.bucket.put(added.id, new TextEncoder().encode(JSON.stringify(added)));
    this.watched.set(added.id, added);
    return added;
  }

  /** @throws LlmosError NOT_FOUND if there is none with this id. */
  async lift(id: string, nowMs: number): Promise<void> {
    if (!this.list(nowMs).some((silence) => silence.id === id))
      throw new LlmosError('NOT_FOUND', `There is no silence '${id}': see \`llmos ops alerts\`.`);
    await this.bucket.delete(id);
    this.watched.set(id, undefined);
  }

  stop(): void {
    this.watched.stop();
  }

  private async removeEnded(nowMs: number): Promise<void> {
    const ended = [...this.watched.values()].filter(({ until }) => Date.parse(until) <= nowMs);
    for (const { id } of ended) {
      await this.bucket.delete(id);
      this.watched.set(id, undefined);
    }
  }
}
