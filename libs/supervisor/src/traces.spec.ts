import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Instance } from './instance/instance.js';
import { LogFile } from './instance/log-file.js';
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

describe('startTraces', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'llmos-traces-'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  async function start(ports: { otlp: number; query: number }): Promise<{ traces?: Traces; reports: string }> {
    const reports: string[] = [];
    const log = new LogFile(join(home, 'log.jsonl'));
    const traces = await startTraces({
      instance: new Instance(home, process.cwd()),
      log,
      searchPath: '',
      ports,
      report: (line) => void reports.push(line),
      signal: new AbortController().signal,
    });
    log.close();
    return { traces, reports: reports.join('\n') };
  }

  it('reports how to get Jaeger when there is no collector', async () => {
    const { traces, reports } = await start({ otlp: await freePort(), query: await freePort() });
    expect(traces).toBeUndefined();
    expect(reports).toContain('no traces: put a `jaeger` 2 program in the PATH');
  });

  it('returns an address to view traces only when something listens there', async () => {
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
