import { setTimeout as pause } from 'node:timers/promises';
import { taskConsumer, type Bus, type Delivery } from '@llmos/bus';
import { LlmosError, type Capability, type Step } from '@llmos/contracts';
import type { Cancellations } from './cancellations.js';
import type { Forwarder } from './forward.js';
import type { Nodes } from './nodes.js';
import type { RunRecords } from './run-records.js';
import type { Logger } from '@llmos/telemetry';
import { steadyNow } from '@llmos/resilience';
import { skipCancelled } from './task/cancel.js';
import { skipExpired } from './task/deadline.js';
import { decode } from './task/decode.js';
import { canPassOver, passOver } from './task/pass-over.js';
import { settle } from './task/settle.js';
import { span } from './task/span.js';
import { ACK, type ChainTools, type Settlement, type TaskCall, type TaskHandler } from './task/task-call.js';
import { wrap } from './task/task-chain.js';

export interface StandInOptions {
  readonly bus: Bus;
  readonly nodes: Nodes;
  readonly forwarder: Forwarder;
  readonly cancellations: Cancellations;
  readonly records: RunRecords;
  readonly log: Logger;
}

const LOOK_EVERY_MS = 200;
/** How long a live task waits for its service to come back before its caller is told, in milliseconds. */
export const RETURN_PATIENCE_MS = 2_500;
/** A task is given back this late: other gateways, which would take it again, know by then that the service is back. */
const GIVE_BACK_MS = 50;
/** Tasks of one capability that wait here at once, with their payloads. The others wait in the stream. */
const CAPACITY = 32;

/**
 * Takes the live tasks of capabilities whose process is gone, so that nobody waits for the dead. A step that its
 * pipeline can do without is passed over at once. Any other task waits a little for its service, which then receives it
 * again, or ends its run with UNAVAILABLE. A service that is back pulls its tasks itself.
 */
export class StandIn {
  private readonly standing = new Map<string, () => void>();
  private stopped = false;

  constructor(
    private readonly capabilities: readonly Capability[],
    private readonly options: StandInOptions,
  ) {
    options.nodes.onChange(() => this.look());
  }

  stop(): void {
    this.stopped = true;
    for (const end of this.standing.values()) end();
    this.standing.clear();
  }

  private look(): void {
    if (this.stopped) return;
    for (const capability of this.capabilities) {
      const end = this.standing.get(capability.name);
      const isMissed = this.options.nodes.isMissed(capability.name);
      if (isMissed && !end) this.begin(capability);
      else if (!isMissed && end) {
        this.standing.delete(capability.name);
        end();
      }
    }
  }

  private begin(capability: Capability): void {
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const consumer = taskConsumer('live', capability.name);
    const end = this.options.bus.consumeInstead(consumer, CAPACITY, this.chain(capability, ended));
    this.standing.set(capability.name, () => resolve(end()));
  }

  private chain(capability: Capability, ended: Promise<void>): (delivery: Delivery) => Promise<void> {
    const tools: ChainTools = { ...this.options, capability };
    const handle: TaskHandler = (call) => this.handle(call, tools, ended);
    return settle(decode(wrap([skipCancelled, skipExpired, span], handle, tools), tools), tools);
  }

  /** @param ended resolves when this process receives no more tasks of the capability. */
  private async handle(call: TaskCall, tools: ChainTools, ended: Promise<void>): Promise<Settlement> {
    const { envelope, task, step } = call;
    if (canPassOver(step)) {
      await passOver(call, tools, 'away');
      return ACK;
    }
    if (await this.isBack(step, call.sentAtMs + RETURN_PATIENCE_MS)) {
      // Sooner, it would come back here, again and again until its deliveries are used up.
      await ended;
      return { type: 'retry', afterMs: GIVE_BACK_MS };
    }
    const error = new LlmosError('UNAVAILABLE', `The service that does '${step.uses}' is away. Try again in a moment.`);
    await tools.forwarder.endRun(
      envelope,
      task,
      { type: 'failed', error: error.toBody(), step: step.id },
      envelope.traceparent,
    );
    return ACK;
  }

  private async isBack({ uses }: Step, untilMs: number): Promise<boolean> {
    const { nodes } = this.options;
    while (!nodes.hasReady(uses) && steadyNow() < untilMs) await pause(LOOK_EVERY_MS);
    return nodes.hasReady(uses);
  }
}
