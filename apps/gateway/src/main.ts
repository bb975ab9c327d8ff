import {
  announce,
  MeshModule,
  nestLogger,
  onShutdown,
  openProcess,
  readConfig,
  Readiness,
  tellParent,
} from '@llmos/mesh';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import 'reflect-metadata';
import { gatewayConfig } from './gateway.config.js';
import { GatewayModule } from './gateway.module.js';
import { createAdapter, freePort, setBodyParsers } from './http-server.js';
import { IntakeService } from './intake.service.js';

const GRACE_MS = 2_500;
const LOOPBACK = /^(localhost|127\.|::1$)/;

const config = readConfig('gateway', gatewayConfig);
const readiness = new Readiness();
const house = await openProcess(config, readiness);
const { log, bus } = house;
const root = { module: class GatewayRoot {}, imports: [MeshModule.register(house), GatewayModule] };
const app = await NestFactory.create<NestFastifyApplication>(root, createAdapter(config), {
  logger: nestLogger(log),
  abortOnError: false,
  bodyParser: false,
});
await setBodyParsers(app, config);
const port = await freePort(config.host, config.port);
if (port !== config.port && config.port !== 0)
  log.warn({ wanted: config.port, port }, 'the wanted port is taken; using the next free one');
if (config.apiKeys.size === 0 && !LOOPBACK.test(config.host)) {
  log.warn({ host: config.host }, 'whoever reaches this address is the tenant `default`: set LLMOS_API_KEYS');
}
await app.listen(port, config.host);
const url = (await app.getUrl()).replace('[::1]', '127.0.0.1');
await app.get(IntakeService).start();
const leave = announce(house, () => [], url);
tellParent(url);
log.info({ url, nats: bus.serverVersion }, 'started');
onShutdown(log, config.exitWithParent, [
  () => readiness.stop(),
  leave,
  () => bus.close(GRACE_MS),
  () => app.close(),
  () => house.stopTracing(),
]);
