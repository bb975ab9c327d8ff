import { Bus, Nodes } from '@llmos/mesh';
import { freeze, startNatsServer, startStopwatch, waitFor, type TestNatsServer } from '@llmos/testing';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

const ENVIRONMENT = { LLMOS_LOG_LEVEL: 'silent', LLMOS_NATS_DURABILITY: 'relaxed' };
/** What a busy machine may take longer. */
const BUSY_MS = 2_000;

describe('a gateway process without a broker', () => {
  let nats: TestNatsServer;
  let gateway: ChildProcess;
  let url: string;
  let occupant: Server;

  const get = async (path: string) => {
    const response = await fetch(url + path);
    return { status: response.status, text: await response.text() };
  };
  const ask = (text: string, path = '/serving/process') =>
    fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'detect_intent', text }),
    });

  beforeAll(async () => {
    nats = await startNatsServer();
    await nats.kill();
    occupant = createServer().listen(0, '127.0.0.1');
    await once(occupant, 'listening');
    const { port } = occupant.address() as { port: number };
    gateway = spawn(process.execPath, ['apps/gateway/dist/main.js'], {
      env: { ...process.env, ...ENVIRONMENT, LLMOS_NATS_URL: nats.url, LLMOS_PORT: String(port) },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    // The wanted port is in use: the gateway listens on one of the next.
    url = await waitFor('the gateway to listen', async () => {
      for (let next = port + 1; next < port + 10; next++) {
        const answer = await fetch(`http://127.0.0.1:${next}/healthz`).then(
          (response) => response.text(),
          () => '',
        );
        if (answer.includes('gateway')) return `http://127.0.0.1:${next}`;
      }
      return undefined;
    });
  }, 120_000);
  afterAll(async () => {
    gateway.kill('SIGTERM');
    if (gateway.exitCode === null) await once(gateway, 'exit');
    occupant.close();
    await nats.stop();
  });

  it('is alive and reports the missing broker', async () => {
    expect((await get('/healthz')).status).toBe(200);
    const ready = await get('/readyz');
    expect(ready.status).toBe(503);
    expect(ready.text).toMatch(/"broker","state":"(loading|failed)"/);
    const refused = await ask('Where is my card?');
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({ status: 'error', error: { code: 'UNAVAILABLE', retryable: true } });
  });

  it('serves at the same address once the broker is there, and reports capabilities without a service', async () => {
    await nats.restart();
    // A missing service must not make the gateway unready for pipelines that do not need it.
    const open = async () => {
      const reply = await get('/readyz').catch(() => undefined);
      return reply?.status === 200 ? reply : undefined;
    };
    const ready = await waitFor('the gateway to be ready', open);
    expect(ready.text).toContain("No service that does 'intent.detect' is running.");
    expect((await get('/metrics')).text).toContain('process_cpu');
  }, 120_000);

  it('refuses a run whose model is loading with 503, its state, its progress and the time to wait', async () => {
    const bus = await Bus.connect({ url: nats.url, service: 'test' });
    const nodes = await Nodes.open(bus);
    const check = {
      name: 'model minilm',
      state: 'loading' as const,
      progress: 0.4,
      etaSeconds: 12,
      message: 'fetching model.onnx',
    };
    const capabilities = ['intent.detect'];
    const refused = await waitFor('the state to arrive', async () => {
      // What a process says of itself is valid for some seconds.
      await nodes.announce({
        node: 'intent-1',
        service: 'intent',
        capabilities,
        ready: false,
        checks: [check],
        pid: 1,
      });
      const response = await ask('Where is my card?');
      const body = (await response.json()) as { error: { code: string } };
      return body.error.code === 'MODEL_LOADING'
        ? { status: response.status, retryAfter: response.headers.get('retry-after'), body }
        : undefined;
    });
    expect(refused).toMatchObject({
      status: 503,
      retryAfter: '12',
      body: {
        error: {
          code: 'MODEL_LOADING',
          retryable: true,
          loading: { state: 'fetching model.onnx', progress: 0.4, eta_seconds: 12 },
        },
      },
    });
    await bus.close();
  });

  it('refuses a run that a broker which stands still cannot keep, within 2 s and with the time to wait', async () => {
    try {
      await freeze(nats.pid);
      const elapsed = startStopwatch();
      const refused = await ask('Where is my card?', '/v1/runs');
      expect(elapsed()).toBeLessThan(2_000 + BUSY_MS);
      expect(refused.status).toBe(503);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(await refused.json()).toMatchObject({ error: { code: 'UNAVAILABLE', retryable: true } });
    } finally {
      process.kill(nats.pid, 'SIGCONT');
    }
    const isTaken = async () => (await ask('Where is my card?', '/v1/runs')).status === 202;
    await waitFor('the next run to be accepted', isTaken);
  }, 120_000);

  it('reports the broker again when it is gone', async () => {
    await nats.kill();
    await waitFor('readyz to say so', async () => (await get('/readyz')).text.includes('"broker","state":"failed"'));
    expect((await get('/healthz')).status).toBe(200);
  });
});
