import {
  announce,
  endAbandoned,
  Forwarder,
  onShutdown,
  openProcess,
  readConfig,
  Readiness,
  startHealthServer,
  tellParent,
} from '@llmos/mesh';
import { LlmosError } from '@llmos/contracts';
import 'reflect-metadata';
import { errorReply } from './http/errors.js';
import { gatewayConfig } from './gateway.config.js';
import { createGateway, freePort } from './http-server.js';
import { IntakeService } from './intake.service.js';

const GRACE_MS = 2_500;
const BUS_GRACE_MS = 500;
const LOOPBACK = /^(localhost|127\.|::1$)/;

const config = readConfig('gateway', gatewayConfig);
const readiness = new Readiness();
const port = await freePort(config.host, config.port);
// Until the broker is there, whoever asks is told so; then the doors open at the same address.
const waiting = await startHealthServer({
  service: config.service,
  host: config.host,
  port,
  health: () => ({ ready: false, checks: readiness.all }),
  elsewhere: errorReply(new LlmosError('UNAVAILABLE', 'The message broker cannot be reached yet. Try again shortly.')),
});
const context = await openProcess(config, readiness);
const { log, bus } = context;
const app = await createGateway({ ...context, config });
if (port !== config.port && config.port !== 0)
  log.warn({ wanted: config.port, port }, 'the wanted port is taken; using the next free one');
if (config.apiKeys.size === 0 && !LOOPBACK.test(config.host)) {
  log.warn(
    { host: config.host },
    'whoever reaches this address is an operator of the tenant `default`: set LLMOS_API_KEYS',
  );
}
waiting.server.close();
waiting.server.closeAllConnections();
await app.listen(port === 0 ? Number(new URL(waiting.url).port) : port, config.host);
const url = (await app.getUrl()).replace('[::1]', '127.0.0.1');
app.get(IntakeService).start();
// The gateway alone does this: no service may read the messages of others (libs/bus/src/permissions.ts).
bus.buryAbandoned(endAbandoned(bus, new Forwarder(bus, context.records)));
const leave = announce(context, () => [], url);
tellParent(url);
log.info({ url, nats: bus.serverVersion }, 'started');
onShutdown(log, config.exitWithParent, [
  () => readiness.stop(),
  leave,
  // Callers who wait get their answers, over the bus, before it closes.
  () => Promise.race([app.close(), new Promise((resolve) => setTimeout(resolve, GRACE_MS))]),
  () => bus.close(BUS_GRACE_MS),
  () => context.stopTracing(),
]);
