import { isLlmosError, LlmosError, parseScheduleSubject, subjects } from '@llmos/contracts';
import { JetStreamApiError, type JetStreamClient, type JetStreamManager } from '@nats-io/jetstream';
import { headers } from '@nats-io/transport-node';
import { JSON_TYPE } from './frame.js';
import type { Sealer } from './sealer.js';
import { STREAMS } from './topology.js';
import { isNotFound, viaBroker } from './broker-errors.js';

/** A pipeline that the broker starts repeatedly. */
export interface RecurringRun {
  readonly name: string;
  readonly pipeline: string;
  /** In the syntax of the broker: `@every 24h`, `@daily`, or six cron fields, seconds first. */
  readonly when: string;
  readonly input: Record<string, unknown>;
}

const SCHEDULE = 'Nats-Schedule';
const TARGET = 'Nats-Schedule-Target';
const MAX_SCHEDULES = 1_000;

/** Recurring runs. The broker stores and triggers them (message scheduling, ADR-51): they outlive all processes. */
export class RecurringRuns {
  constructor(
    private readonly js: JetStreamClient,
    private readonly jsm: JetStreamManager,
    private readonly sealer: Sealer | undefined,
  ) {}

  /**
   * Adds a recurring run, or replaces the one with the same name.
   *
   * @throws LlmosError INVALID_ARGUMENT for a malformed `when`
   */
  async put(tenant: string, { name, pipeline, when, input }: RecurringRun): Promise<void> {
    const head = headers();
    head.set(SCHEDULE, when);
    head.set(TARGET, subjects.due(tenant, pipeline));
    head.set('Nats-Rollup', 'sub');
    head.set('content-type', JSON_TYPE);
    const plain = new TextEncoder().encode(JSON.stringify(input));
    const body = this.sealer ? await this.sealer.seal(tenant, pipeline, plain) : plain;
    await viaBroker(async () => {
      try {
        await this.js.publish(subjects.schedule(tenant, name), body, { headers: head });
      } catch (error) {
        if (error instanceof JetStreamApiError && /schedule/i.test(error.message))
          throw new LlmosError(
            'INVALID_ARGUMENT',
            `'${when.slice(0, 64)}' is not a schedule that the broker can read.`,
            {
              field: 'when',
              cause: error,
            },
          );
        throw error;
      }
    });
  }

  /** @returns false if there was none. */
  async delete(tenant: string, name: string): Promise<boolean> {
    const { purged } = await viaBroker(() =>
      this.jsm.streams.purge(STREAMS.schedules, { filter: subjects.schedule(tenant, name) }),
    );
    return purged > 0;
  }

  /**
   * Opens the input of a due run, as JSON.
   *
   * @throws LlmosError NOT_FOUND if the key of the tenant was destroyed since the input was stored.
   */
  async open(tenant: string, pipeline: string, data: Uint8Array): Promise<Uint8Array> {
    return this.sealer ? this.sealer.open(tenant, pipeline, data) : data;
  }

  /** The recurring runs whose input can be read. One whose key was destroyed is about to be deleted. */
  async list(tenant: string): Promise<RecurringRun[]> {
    return viaBroker(async () => {
      const { state } = await this.jsm.streams.info(STREAMS.schedules, { subjects_filter: subjects.schedules(tenant) });
      const names = Object.keys(state.subjects ?? {})
        .sort()
        .slice(0, MAX_SCHEDULES);
      const found = await Promise.all(names.map((subject) => this.read(tenant, subject)));
      return found.filter((run) => run !== undefined);
    });
  }

  private async read(tenant: string, subject: string): Promise<RecurringRun | undefined> {
    const message = await this.jsm.streams
      .getMessage(STREAMS.schedules, { last_by_subj: subject })
      .catch((error: unknown) => {
        if (isNotFound(error)) return undefined;
        throw error;
      });
    const name = parseScheduleSubject(subject)?.name;
    if (!message || !name) return undefined;
    const pipeline = message.header.get(TARGET).split('.').at(-1) ?? '';
    try {
      const input = JSON.parse(
        new TextDecoder().decode(await this.open(tenant, pipeline, message.data)),
      ) as RecurringRun['input'];
      return { name, pipeline, when: message.header.get(SCHEDULE), input };
    } catch (error) {
      if (isLlmosError(error) && error.code === 'NOT_FOUND') return undefined;
      throw error;
    }
  }
}
