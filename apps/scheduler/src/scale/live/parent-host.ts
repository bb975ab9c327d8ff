import { z } from 'zod';
import type { Counts, ReplicaHost } from './replica-host.port.js';

const ANSWER_MS = 5_000;
/** A backup is read from the broker and restored for a trial. */
const BACKUP_MS = 1_800_000;

const answerSchema = z.object({
  id: z.number(),
  counts: z.record(z.string(), z.number()).default({}),
  error: z.string().optional(),
});

/** The part of `process` that a child process needs to talk to the supervisor that started it. */
export interface ParentChannel {
  send?(message: unknown): unknown;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  off(event: 'message', listener: (message: unknown) => void): unknown;
}

/** The supervisor of this machine, over the channel to the process that it started. Nothing else can reach that channel. */
export class ParentHost implements ReplicaHost {
  private nextId = 1;

  constructor(private readonly channel: ParentChannel) {}

  /** Undefined if no supervisor has started this process, as on Kubernetes. */
  static find(channel: ParentChannel = process): ParentHost | undefined {
    return channel.send ? new ParentHost(channel) : undefined;
  }

  scale(counts: Counts): Promise<Counts> {
    return this.ask({ type: 'scale', counts }, ANSWER_MS);
  }

  async backUp(): Promise<void> {
    await this.ask({ type: 'backup' }, BACKUP_MS);
  }

  private async ask(question: object, withinMs: number): Promise<Counts> {
    const id = this.nextId++;
    const { promise, resolve, reject } = Promise.withResolvers<Counts>();
    const hear = (message: unknown) => {
      const { data } = answerSchema.safeParse(message);
      if (data?.id !== id) return;
      if (data.error === undefined) resolve(data.counts);
      else reject(new Error(data.error));
    };
    const timer = setTimeout(
      () => reject(new Error(`the supervisor has not answered for ${withinMs / 1_000} s`)),
      withinMs,
    );
    this.channel.on('message', hear);
    try {
      this.channel.send?.({ ...question, id });
      return await promise;
    } finally {
      clearTimeout(timer);
      this.channel.off('message', hear);
    }
  }
}
