import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Instance } from '../instance/instance.js';
import { LogFile } from '../instance/log-file.js';
import { startTraces, type Traces } from './traces.js';

async function listener(): Promise<{ server: Server; port: number }> {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as AddressInfo).port };
}

/** A port on which nothing listens. */
async function freePort(): Promise<number> {
  const { server, port } = await listener();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('traces', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'llmos-traces-'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  async function start(ports: { otlp: number; query: number }): Promise<{ traces?: Traces; said: string }> {
    const said: string[] = [];
    const log = new LogFile(join(home, 'log.jsonl'));
    const traces = await startTraces({
      instance: new Instance(home, process.cwd()),
      log,
      searchPath: '',
      ports,
      say: (line) => void said.push(line),
      signal: new AbortController().signal,
    });
    log.close();
    return { traces, said: said.join('\n') };
  }

  it('says how to get Jaeger when there is none, and goes on without', async () => {
    const { traces, said } = await start({ otlp: await freePort(), query: await freePort() });
    expect(traces).toBeUndefined();
    expect(said).toContain('put a `jaeger` 2 program in the PATH');
    expect(said).toContain('going on without');
  });

  it('names a place to look at traces only where something answers', async () => {
    const otlp = await listener();
    const query = await listener();
    try {
      const both = await start({ otlp: otlp.port, query: query.port });
      expect(both.traces).toMatchObject({ viewUrl: `http://127.0.0.1:${query.port}` });
      const collectorOnly = await start({ otlp: otlp.port, query: await freePort() });
      expect(collectorOnly.traces?.otlpUrl).toBe(`http://127.0.0.1:${otlp.port}`);
      expect(collectorOnly.traces?.viewUrl).toBeUndefined();
    } finally {
      otlp.server.close();
      query.server.close();
    }
  });
});
