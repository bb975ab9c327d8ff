import { taskConsumer, type Bus } from '@llmos/bus';
import { LANES, type Capability } from '@llmos/contracts';
import { inLane } from '@llmos/resilience';
import type { Logger } from '@llmos/telemetry';
import { Server, type CustomTransportStrategy } from '@nestjs/microservices';
import { lastValueFrom, throwError, type Observable } from 'rxjs';
import { Catch, type RpcExceptionFilter } from '@nestjs/common';
import type { Cancellations } from './cancellations.js';
import type { Forwarder } from './forward.js';
import type { Readiness } from './readiness.js';
import type { RunRecords } from './run-records.js';
import { STEP_CAPABILITY } from './step.decorator.js';
import { TaskChain, type Handler } from './task-chain.js';

export interface MeshServerOptions {
  readonly bus: Bus;
  readonly forwarder: Forwarder;
  readonly cancellations: Cancellations;
  readonly records: RunRecords;
  readonly readiness: Readiness;
  readonly log: Logger;
  readonly concurrency: number;
}

/** Nest's transport for the mesh: pulls the tasks of every @Step of this process, in both lanes, once it is ready. */
export class MeshServer extends Server implements CustomTransportStrategy {
  private consuming = false;

  constructor(private readonly options: MeshServerOptions) {
    super();
  }

  /** The capabilities of this process, by name. */
  get capabilities(): string[] {
    return [...this.messageHandlers.keys()];
  }

  listen(callback: (error?: unknown) => void): void {
    const startWhenReady = () => {
      if (this.consuming || !this.options.readiness.ready) return;
      this.consuming = true;
      this.consume();
    };
    this.options.readiness.onChange(startWhenReady);
    startWhenReady();
    callback();
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

  private consume(): void {
    const { bus, concurrency } = this.options;
    for (const [name, handler] of this.messageHandlers) {
      const capability = handler.extras?.[STEP_CAPABILITY as unknown as string] as Capability | undefined;
      if (!capability) throw new Error(`${name} is handled by a method without @Step`);
      const call: Handler = (input, context) =>
        inLane(context.lane, async () =>
          lastValueFrom(this.transformToObservable(await handler(input, context)) as Observable<unknown>),
        );
      const chain = new TaskChain(capability, call, this.options);
      for (const lane of LANES)
        bus.consume(taskConsumer(lane, name), concurrency, (delivery) => chain.process(delivery));
    }
  }
}

/** Lets a handler's error through as it is: the chain is the trust boundary, not Nest's default filter. */
@Catch()
export class PassErrorsFilter implements RpcExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}
