import { LlmosError, loadCapabilities, parseInputSubject } from '@llmos/contracts';
import {
  Cancellations,
  endAbandoned,
  Forwarder,
  GoneReplicas,
  joinMesh,
  onProcessEnded,
  openProcess,
  StandIn,
  startHealthServer,
  type NewProcess,
} from '@llmos/mesh';
import 'reflect-metadata';
import { setTimeout as pause } from 'node:timers/promises';
import { durabilityCheck } from './durability.js';
import type { GatewayConfig } from './gateway.config.js';
import { createGateway, freePort } from './http-server.js';
import { Callers } from './http/callers.js';
import { errorReply } from './http/errors.js';
import { RunsService } from './runs/runs.service.js';
import { IntakeService } from './events/intake.service.js';

/** How long callers with a request in progress may still receive their answers when the process stops. */
const CALLERS_GRACE_MS = 2_500;
const INTAKE_GRACE_MS = 500;
const HOUR_MS = 3_600_000;
/** Where a gateway listens whose callers are passed on by the supervisor. */
const OWN_ADDRESS = { host: '127.0.0.1', port: 0 };
const LOOPBACK = /^(localhost|127\.|::1$)/;

/** Opens the parts of the process in their order, and serves HTTP and events until they are closed. */
export async function startGateway(own: NewProcess<GatewayConfig>): Promise<void> {
  const { config, log, readiness, parts } = own;
  const { host, port: wanted } = config.connectionsPassed ? OWN_ADDRESS : config;
  const port = await freePort(host, wanted);
  // Until the parts of the process are open, every request is answered with 503 at the address of the gateway.
  const waiting = await startHealthServer({
    service: config.service,
    host,
    port,
    health: () => ({ ready: false, checks: readiness.all }),
    elsewhere: errorReply(
      new LlmosError('UNAVAILABLE', 'The message broker cannot be reached yet. Try again shortly.'),
    ),
  });
  const context = await openProcess(own);
  const { bus, nodes } = context;
  readiness.set(durabilityCheck(config.durability, bus.copies));
  const retention = { endedMs: config.runsKeptHours * HOUR_MS, longestMs: config.durableDeadlineMs };
  await parts.open({ name: 'retention', open: () => bus.keepRuns(retention) });
  await parts.open({ name: 'services', open: () => nodes.watch(), close: () => nodes.stop() });
  const stopHearing = onProcessEnded((node) => {
    log.info({ node }, 'the supervisor has seen a process end');
    nodes.noteEnded(node);
  });
  parts.add('ended processes', stopHearing);
  const app = await createGateway(context);
  if (port !== wanted && wanted !== 0) log.warn({ wanted, port }, 'the wanted port is taken; using the next free one');
  if (config.apiKeys.size === 0 && !LOOPBACK.test(config.host)) {
    log.warn(
      { host: config.host },
      'LLMOS_API_KEYS is not set: every caller that reaches this address is an operator of the tenant `default`',
    );
  }
  waiting.server.close();
  waiting.server.closeAllConnections();
  await app.listen(port === 0 ? Number(new URL(waiting.url).port) : port, host);
  // The bus is still open: callers with a live run in progress receive its answer.
  parts.add('modules', () => Promise.race([app.close(), pause(CALLERS_GRACE_MS, undefined, { ref: false })]));
  const forwarder = new Forwarder(bus, context.records, context.breakers, context.replicas);
  const goneReplicas = new GoneReplicas(bus, context.replicas);
  parts.add('gone replicas', () => goneReplicas.stop());
  const standIn = new StandIn([...(await loadCapabilities()).values()], {
    ...context,
    forwarder,
    cancellations: new Cancellations(bus),
  });
  parts.add('stand-in', () => Promise.resolve(standIn.stop()));
  const callers = new Callers(app.getHttpServer());
  if (config.connectionsPassed) callers.receive(process);
  await joinMesh(context, {
    url: (await app.getUrl()).replace('[::1]', '127.0.0.1'),
    capabilities: () => [],
    tenants: () => app.get(RunsService).tenants(),
    startPulling: () => {
      const intake = app.get(IntakeService);
      intake.start();
      const endRun = endAbandoned(bus, forwarder);
      // The gateway alone does this: no service may read the messages of others (libs/bus/src/permissions.ts).
      bus.deadLetterAbandoned((message, error) => {
        log.warn({ subject: message.subject, message: message.id, code: error.code }, error.message);
        return parseInputSubject(message.subject) ? intake.refuseAbandoned(message, error) : endRun(message, error);
      });
    },
    stopPulling: (graceMs) => bus.stopPulling(Math.min(graceMs, INTAKE_GRACE_MS)),
  });
  // The last part, so that it is closed first: callers are answered while everything still works.
  parts.add('callers', (graceMs) => callers.leave(graceMs));
}
