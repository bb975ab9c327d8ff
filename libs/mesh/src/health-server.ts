import type { Check } from '@llmos/contracts';
import { registry } from '@llmos/telemetry';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A capability of this process; it is ready if it waits for no check. */
export interface CapabilityState {
  readonly name: string;
  readonly waitsFor: readonly string[];
}

export interface Health {
  readonly ready: boolean;
  readonly checks: readonly Check[];
  readonly capabilities?: readonly CapabilityState[];
}

/** The reply of `/readyz`: 200 if the process is ready, else 503; with every check and the state of each capability. */
export function readyzBody(service: string, health: Health): { status: number; body: object } {
  return { status: health.ready ? 200 : 503, body: { service, ...health } };
}

interface Elsewhere {
  readonly status: number;
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface HealthServerOptions {
  readonly service: string;
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly health: () => Health;
  /** What every other request is answered; by default that there is nothing else here. */
  readonly elsewhere?: Elsewhere;
}

const NOTHING_ELSE: Elsewhere = {
  status: 404,
  body: { message: 'There is /healthz, /readyz and /metrics here, to GET.' },
};

/** `/healthz` (the process is alive), `/readyz` (it can work), `/metrics` (Prometheus), on a server of its own. */
export async function startHealthServer(options: HealthServerOptions): Promise<{ url: string; server: Server }> {
  const server = createServer((request, response) => {
    const send = (status: number, type: string, body: string, headers: Elsewhere['headers'] = {}) =>
      response.writeHead(status, { ...headers, 'content-type': type }).end(body);
    const sendJson = ({ status, body, headers }: Elsewhere) =>
      send(status, 'application/json', JSON.stringify(body), headers);
    const path = request.method === 'GET' ? (request.url ?? '').split('?')[0] : undefined;
    if (path === '/healthz') sendJson({ status: 200, body: { service: options.service, alive: true } });
    else if (path === '/readyz') sendJson(readyzBody(options.service, options.health()));
    else if (path === '/metrics')
      registry.metrics().then(
        (text) => send(200, registry.contentType, text),
        () => send(500, 'text/plain', 'metrics failed\n'),
      );
    else sendJson(options.elsewhere ?? NOTHING_ELSE);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://${options.host}:${port}`, server };
}
