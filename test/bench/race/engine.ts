/**
 * An engine of the race: a task goes through step A in one process and step B in another, and its text comes back to the
 * process that sent it. Each hand-off is stored before the step before it is acknowledged.
 */
export interface Engine {
  /** Opens the sender, and what the steps need. Called before {@link work}. */
  open(url: string): Promise<Call>;
  /** Begins to do a step, in a process of its own. */
  work(url: string, step: Step): Promise<void>;
}

export type Step = 'a' | 'b';

/** Sends a text through both steps and returns what comes back. */
export type Call = (text: string) => Promise<string>;

export interface Entry {
  readonly label: string;
  /** The file in `engines/`. */
  readonly file: string;
  readonly server: 'nats' | 'redis';
  /** When the server has a write on its disk: before it confirms it, or some time later. */
  readonly sync: 'always' | 'later';
}

export const ENTRIES = {
  chain: { label: 'bare JetStream chain', file: 'chain.ts', server: 'nats', sync: 'always' },
  durable: { label: 'LLM OS, durable lane', file: 'durable.ts', server: 'nats', sync: 'always' },
  bullmq: { label: 'BullMQ on Redis, always', file: 'bullmq.mjs', server: 'redis', sync: 'always' },
  chainLater: { label: 'bare JetStream chain', file: 'chain.ts', server: 'nats', sync: 'later' },
  channelsLater: { label: 'Moleculer Channels', file: 'channels.mjs', server: 'nats', sync: 'later' },
  durableLater: { label: 'LLM OS, durable lane', file: 'durable.ts', server: 'nats', sync: 'later' },
  bullmqLater: { label: 'BullMQ on Redis, everysec', file: 'bullmq.mjs', server: 'redis', sync: 'later' },
  live: { label: 'LLM OS, live lane (tasks in memory)', file: 'live.ts', server: 'nats', sync: 'later' },
} as const satisfies Record<string, Entry>;
export type Name = keyof typeof ENTRIES;

export async function engineOf(name: Name): Promise<Engine> {
  return (await import(new URL(`./engines/${ENTRIES[name].file}`, import.meta.url).href)) as Engine;
}

/** Answers that sent tasks wait for. */
export class Waiting {
  private readonly resolvers = new Map<string, (text: string) => void>();

  for(id: string): Promise<string> {
    return new Promise((resolve) => this.resolvers.set(id, resolve));
  }

  settle(id: string, text: string): void {
    this.resolvers.get(id)?.(text);
    this.resolvers.delete(id);
  }
}
