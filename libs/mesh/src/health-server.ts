import type { Check } from '@llmos/contracts';
import { registry } from '@llmos/telemetry';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Health {
  readonly ready: boolean;
  readonly checks: readonly Check[];
}

/** What `/readyz` says: 503 with each check that is not ready, or 200. */
export function readyzBody(service: string, health: Health): { status: number; body: object } {
  return { status: health.ready ? 200 : 503, body: { service, ready: health.ready, checks: health.checks } };
}

/** `/healthz` (the process is alive), `/readyz` (it can work), `/metrics` (Prometheus), each on its own small server. */
export async function startHealthServer(options: {
  service: string;
  host: string;
  port: number;
  health: () => Health;
}): Promise<{ url: string; server: Server }> {
  const server = createServer((request, response) => {
    const send = (status: number, type: string, body: string) =>
      response.writeHead(status, { 'content-type': type }).end(body);
    if (request.method !== 'GET') return void send(405, 'text/plain', 'GET only\n');
    const path = (request.url ?? '').split('?')[0];
    if (path === '/healthz')
      return void send(200, 'application/json', JSON.stringify({ service: options.service, alive: true }));
    if (path === '/readyz') {
      const { status, body } = readyzBody(options.service, options.health());
      return void send(status, 'application/json', JSON.stringify(body));
    }
    if (path === '/metrics')
      return void registry.metrics().then(
        (text) => send(200, registry.contentType, text),
        () => send(500, 'text/plain', 'metrics failed\n'),
      );
    return void send(404, 'text/plain', '/healthz, /readyz or /metrics\n');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://${options.host}:${port}`, server };
}
