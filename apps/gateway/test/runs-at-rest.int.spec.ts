import { newRunId, type RunRecord } from '@llmos/contracts';
import { Bus, RunRecords } from '@llmos/mesh';
import { AtRest, openMasterKey, TenantKeys } from '@llmos/vault';
import { startNatsServer, waitFor, type TestNatsServer } from '@llmos/testing';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

describe('a gateway process with sealed run records', () => {
  let nats: TestNatsServer;
  let gateway: ChildProcess;
  let bus: Bus;
  let folder: string;
  let keys: TenantKeys;
  let url: string;
  const show = async (run: string) => {
    const response = await fetch(`${url}/v1/runs/${run}`, { headers: { authorization: 'Bearer k1' } });
    return { status: response.status, body: await response.text() };
  };

  beforeAll(async () => {
    nats = await startNatsServer();
    folder = await mkdtemp(join(tmpdir(), 'llmos-at-rest-'));
    const masterKeyFile = join(folder, 'master.pem');
    gateway = spawn(process.execPath, ['apps/gateway/dist/main.js'], {
      env: {
        ...process.env,
        LLMOS_NATS_URL: nats.url,
        LLMOS_PORT: '0',
        LLMOS_LOG_LEVEL: 'error',
        LLMOS_API_KEYS: 'k1:acme',
        LLMOS_MASTER_KEY_FILE: masterKeyFile,
        LLMOS_EXIT_WITH_PARENT: '1',
      },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    gateway.on('message', (message: { type?: string; url?: string }) => {
      if (message.type === 'listening') url = message.url!;
    });
    await waitFor('the gateway to listen', () => url !== undefined);
    bus = await Bus.connect({ url: nats.url, service: 'test' });
    keys = await TenantKeys.open(bus, { openMaster: (mayCreate) => openMasterKey(masterKeyFile, mayCreate) });
  }, 120_000);

  afterAll(async () => {
    await bus?.close(200);
    gateway.kill('SIGTERM');
    if (gateway.exitCode === null) await once(gateway, 'exit');
    await nats.stop();
    await rm(folder, { recursive: true, force: true });
  }, 120_000);

  it('shows a record to its caller, and after its key was destroyed only the reason', async () => {
    const records = await RunRecords.open(bus, new AtRest(keys, true));
    const record: RunRecord = {
      run: newRunId(),
      tenant: 'acme',
      pipeline: 'assistant',
      lane: 'durable',
      status: 'completed',
      steps: [],
      result: 'Your card is blocked.',
      details: {},
      degraded: [],
      createdAt: new Date().toISOString(),
    };
    await records.end(record);
    expect(await show(record.run)).toMatchObject({
      status: 200,
      body: expect.stringContaining('Your card is blocked.'),
    });
    await keys.shred('acme');
    const lost = await waitFor('the gateway to learn that the key is gone', async () => {
      const shown = await show(record.run);
      return shown.status === 200 ? undefined : shown;
    });
    expect(lost.status).toBe(404);
    expect(lost.body).toContain('has been destroyed: the data that it sealed can never be read again');
    expect(lost.body).not.toContain('blocked');
  }, 120_000);
});
