import type { ConfigDefinition } from '@llmos/config';
import { LlmosError } from '@llmos/contracts';
import type { DynamicModule, Type } from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import 'reflect-metadata';
import { Callers } from './callers.js';
import { Cancellations } from './cancellations.js';
import { Forwarder } from './forward.js';
import { startHealthServer, type CapabilityState } from './health-server.js';
import { MeshModule } from './mesh.module.js';
import { MeshServer, PassErrorsFilter } from './mesh-server.js';
import { nestLogger } from './nest-logger.js';
import { Pace } from './pace.js';
import { joinMesh, newProcess, openProcess, readConfig, type NewProcess, type ProcessContext } from './process.js';
import { onShutdown } from './shutdown.js';

/** What is still in progress is aborted this long before the end of the time for it, so that others can do it. */
const ABORT_AHEAD_MS = 1_250;

/** Runs a service as a process of its own: reads its settings, starts it, and closes it at the signals to stop. */
export async function bootstrapService(service: string, module: Type, definition: ConfigDefinition): Promise<void> {
  const own = newProcess(readConfig(service, definition));
  onShutdown(own);
  await startService(own, module);
}

/**
 * Answers /healthz, /readyz and /metrics, opens the parts of the process in their order, creates the module, and works
 * through the tasks of its @Step methods until the parts are closed.
 */
export async function startService(own: NewProcess, module: Type): Promise<void> {
  const { config, readiness, parts } = own;
  let capabilities = (): CapabilityState[] => [];
  const health = await startHealthServer({
    service: config.service,
    host: config.healthHost,
    port: config.healthPort,
    health: () => ({ ready: readiness.ready, checks: readiness.all, capabilities: capabilities() }),
  });
  parts.add('health server', () => health.server.close());
  const context = await openProcess(own);
  const { bus } = context;
  const forwarder = new Forwarder(bus, context.records, context.breakers, context.replicas);
  const cancellations = new Cancellations(bus);
  const callers = new Callers(bus.signs);
  const pace = new Pace(callers, config.durableShare);
  const server = await createModules(context, module, { forwarder, cancellations, pace });
  capabilities = () => server.capabilities;
  await joinMesh(context, {
    url: health.url,
    capabilities,
    startPulling: () => server.startPulling(),
    stopPulling: (graceMs) => {
      context.ownReplicas.leave();
      callers.stop();
      pace.stop();
      const reason = new LlmosError('UNAVAILABLE', 'The service is shutting down.');
      const abortAfterMs = Math.max(graceMs - ABORT_AHEAD_MS, graceMs / 2);
      setTimeout(() => cancellations.abortAll(reason), abortAfterMs).unref();
      return bus.stopPulling(graceMs);
    },
  });
}

async function createModules(
  context: ProcessContext,
  module: Type,
  steps: { readonly forwarder: Forwarder; readonly cancellations: Cancellations; readonly pace: Pace },
): Promise<MeshServer> {
  const { log, config, parts } = context;
  const strategy = new MeshServer({ ...context, ...steps, concurrency: config.concurrency });
  const root: DynamicModule = {
    module: class ServiceRoot {},
    imports: [MeshModule.register(context), module],
    providers: [{ provide: APP_FILTER, useClass: PassErrorsFilter }],
  };
  const options = { strategy, logger: nestLogger(log), abortOnError: false };
  const app = await NestFactory.createMicroservice(root, options);
  await app.listen();
  parts.add('modules', () => app.close());
  return strategy;
}
