import type { ConfigDefinition } from '@llmos/config';
import { LlmosError } from '@llmos/contracts';
import type { DynamicModule, INestMicroservice, Type } from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import 'reflect-metadata';
import { Cancellations } from './cancellations.js';
import { Forwarder } from './forward.js';
import { startHealthServer } from './health-server.js';
import { MeshModule } from './mesh.module.js';
import { MeshServer, PassErrorsFilter } from './mesh-server.js';
import { nestLogger } from './nest-logger.js';
import { announce, openProcess, readConfig, tellParent } from './process.js';
import { Readiness } from './readiness.js';
import { onShutdown } from './shutdown.js';

const GRACE_MS = 2_500;

/**
 * Runs a service: reads its settings, connects, makes its module, answers /healthz, /readyz and /metrics, and works
 * through the tasks of its @Step methods until it is told to stop.
 */
export async function bootstrapService(service: string, module: Type, definition: ConfigDefinition): Promise<void> {
  const config = readConfig(service, definition);
  const readiness = new Readiness();
  const health = await startHealthServer({
    service,
    host: config.healthHost,
    port: config.healthPort,
    health: () => ({ ready: readiness.ready, checks: readiness.all }),
  });
  const context = await openProcess(config, readiness);
  const { bus, records, log } = context;
  const cancellations = new Cancellations(bus);
  const forwarder = new Forwarder(bus, records);
  const strategy = new MeshServer({
    bus,
    records,
    readiness,
    log,
    cancellations,
    forwarder,
    concurrency: config.concurrency,
  });
  const root: DynamicModule = {
    module: class ServiceRoot {},
    imports: [MeshModule.register(context), module],
    providers: [{ provide: APP_FILTER, useClass: PassErrorsFilter }],
  };
  const app: INestMicroservice = await NestFactory.createMicroservice(root, {
    strategy,
    logger: nestLogger(log),
    abortOnError: false,
  });
  await app.listen();
  const leave = announce(context, () => strategy.capabilities, health.url);
  tellParent(health.url);
  log.info({ health: health.url, nats: bus.serverVersion }, 'started');
  onShutdown(log, config.exitWithParent, [
    () => readiness.stop(),
    leave,
    () =>
      setTimeout(
        () => cancellations.abortAll(new LlmosError('UNAVAILABLE', 'The service is shutting down.')),
        GRACE_MS / 2,
      ).unref(),
    () => bus.close(GRACE_MS),
    () => app.close(),
    () => context.stopTracing(),
    () => health.server.close(),
  ]);
}
