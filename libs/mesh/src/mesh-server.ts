import { taskConsumer, type Bus, type Delivery, type PullLoop } from '@llmos/bus';
import { LANES } from '@llmos/contracts';
import type { CapabilityState } from './health-server.js';
import { onBehalfOf } from '@llmos/resilience';
import type { Logger } from '@llmos/telemetry';
import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { lastValueFrom, throwError, type Observable } from 'rxjs';
import { Catch, type RpcExceptionFilter } from '@nestjs/common';
import type { Cancellations } from './cancellations.js';
import { taskMetrics } from './metrics.js';
import type { Forwarder } from './forward.js';
import type { Pace } from './pace.js';
import type { Readiness } from './readiness.js';
import type { OwnReplica } from './routing/own-replica.js';
import type { OwnReplicas } from './routing/own-replicas.js';
import type { RunRecords } from './run-records.js';
import { STEP, type StepDefinition } from './step.decorator.js';
import type { Handler } from './task/invoke.js';
import { taskChain } from './task/task-chain.js';

export interface MeshServerOptions {
  readonly bus: Bus;
  readonly forwarder: Forwarder;
  readonly cancellations: Cancellations;
  readonly records: RunRecords;
  readonly readiness: Readiness;
  readonly log: Logger;
  readonly pace: Pace;
  readonly concurrency: number;
  readonly ownReplicas: OwnReplicas;
}

/** The check of the pull loops. A capability waits only for its own loops, which begin when all else is ready. */
export const CONSUMERS = 'consumers';

/** Nest's transport for the mesh: pulls the tasks of each @Step of this process, in both lanes, once it is ready. */
export class MeshServer extends Server implements CustomTransportStrategy {
  /** The pull loops of each capability, one for each lane. */
  private readonly loops = new Map<string, PullLoop[]>();

  constructor(private readonly options: MeshServerOptions) {
    super();
  }

  /** The capabilities of this process and the checks that each still waits for. */
  get capabilities(): CapabilityState[] {
    return this.steps.map(({ capability: { name }, doesNotNeed }) => {
      const pulling = this.loops.get(name)?.filter((loop) => loop.isPulling) ?? [];
      const isPulled = pulling.length === LANES.length;
      return { name, waitsFor: [...this.missingFor(doesNotNeed), ...(isPulled ? [] : [CONSUMERS])] };
    });
  }

  /** Nest has bound the handlers; work is pulled from {@link startPulling} on. */
  listen(callback: (error?: unknown) => void): void {
    callback();
  }

  /** Pulls the tasks of each capability as soon as the checks that it needs are ready. */
  startPulling(): void {
    this.options.readiness.onChange(() => this.pullReady());
    this.pullReady();
  }

  close(): void {
    this.options.cancellations.stop();
  }

  on(): never {
    throw new Error('the mesh transport has no events to listen to');
  }

  unwrap<T>(): T {
    return this.options.bus as T;
  }

  private get steps(): (StepDefinition & { readonly handler: MessageHandler })[] {
    return [...this.messageHandlers].map(([name, handler]) => {
      const definition = handler.extras?.[STEP as unknown as string] as StepDefinition | undefined;
      if (!definition) throw new Error(`${name} is handled by a method without @Step`);
      return { ...definition, handler };
    });
  }

  /** The checks that a capability waits for before its loops begin. */
  private missingFor(doesNotNeed: readonly string[]): string[] {
    return this.options.readiness.waitsFor([...doesNotNeed, CONSUMERS]);
  }

  private pullReady(): void {
    const { bus, concurrency } = this.options;
    for (const { capability, doesNotNeed, handler } of this.steps) {
      const { name } = capability;
      if (this.loops.has(name) || this.missingFor(doesNotNeed).length > 0) continue;
      const loops: PullLoop[] = [];
      this.loops.set(name, loops);
      const call: Handler = (input, context) =>
        onBehalfOf(context, async () =>
          lastValueFrom(this.transformToObservable(await handler(input, context)) as Observable<unknown>),
        );
      const process = taskChain(
        capability,
        measured(call, () => own),
        this.options,
      );
      const inWork = taskMetrics.inWork.labels(name);
      inWork.set(0);
      let count = 0;
      const work = async (delivery: Delivery) => {
        inWork.set(++count);
        await process(delivery).finally(() => inWork.set(--count));
      };
      const own = this.options.ownReplicas.add(capability, work, () => count);
      for (const lane of LANES) loops.push(bus.consume(taskConsumer(lane, name), concurrency, work));
      own?.join();
    }
  }
}

/** Counts the live tasks of a replica that tells its load, and measures when their answers begin. */
function measured(call: Handler, own: () => OwnReplica | undefined): Handler {
  return async (input, context) => {
    const begun = context.lane === 'live' ? own()?.begin(context.tenant, input) : undefined;
    if (!begun) return call(input, context);
    let isDone = false;
    const emit = (delta: unknown) => {
      begun.first();
      context.emit(delta);
    };
    try {
      const output = await call(input, { ...context, emit });
      isDone = true;
      return output;
    } finally {
      begun.end(isDone);
    }
  };
}

/** Lets a handler's error through as it is: the chain is the trust boundary, not Nest's default filter. */
@Catch()
export class PassErrorsFilter implements RpcExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}
