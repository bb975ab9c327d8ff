import { Instance } from '@llmos/supervisor';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const METRICS = `llmos_tasks_in_work{capability="intent.detect",service="intent"} 3
llmos_breaker_state{breaker="intent.detect",service="intent"} 2
llmos_breaker_state{breaker="minilm",service="intent"} 0
`;

describe('llmos status', () => {
  let home: string;
  let replica: Server;
  let supervisor: ChildProcess;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'llmos-status-'));
    replica = createServer(({ url }, response) =>
      response.end(url === '/metrics' ? METRICS : JSON.stringify({ ready: true, checks: [] })),
    ).listen(0, '127.0.0.1');
    await once(replica, 'listening');
    // Only the command line of a supervisor counts.
    supervisor = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)', 'main.js', 'up']);
    const url = `http://127.0.0.1:${(replica.address() as AddressInfo).port}`;
    const instance = new Instance(home, process.cwd());
    await mkdir(instance.folder, { recursive: true });
    const died = { at: new Date().toISOString(), reason: 'it was ended by SIGKILL' };
    instance.state.write({
      pid: supervisor.pid!,
      startedAt: new Date().toISOString(),
      brokers: [],
      services: [
        { name: 'intent', service: 'intent', pid: process.pid, url, restarts: 0, cpus: [0] },
        { name: 'intent-2', service: 'intent', pid: process.pid, url, restarts: 2, lastDeath: died },
      ],
    });
  });
  afterAll(async () => {
    supervisor.kill();
    replica.close();
    await rm(home, { recursive: true });
  });

  const status = (...args: string[]) =>
    new Promise<string>((resolve, reject) => {
      const env = { ...process.env, LLMOS_HOME: home };
      execFile(process.execPath, ['apps/cli/dist/main.js', 'status', ...args], { env }, (error, output) =>
        error ? reject(error) : resolve(output),
      );
    });

  it('shows of each replica its work, its restarts with the last reason, its processors and the open breakers', async () => {
    const lines = (await status()).split('\n');
    expect(lines[0]).toMatch(/process +state +pid +memory +in work +waiting +restarts +breakers/);
    const lineOf = (name: string) => lines.find((line) => line.startsWith(`${name} `));
    expect(lineOf('intent')).toMatch(/ ready .* 3 +0 +intent\.detect open +http.*on processor 0/);
    expect(lineOf('intent-2')).toMatch(/ ready .* 3 +2 +intent\.detect open .*stopped at .*it was ended by SIGKILL/);
  });

  it('tells the same as JSON', async () => {
    const { services } = JSON.parse(await status('--json')) as { services: object[] };
    const breakers = { 'intent.detect': 'open', minilm: 'closed' };
    expect(services).toMatchObject([
      { name: 'intent', working: 3, restarts: 0, breakers },
      { name: 'intent-2', working: 3, restarts: 2, breakers },
      { name: 'supervisor' },
    ]);
  });
});
