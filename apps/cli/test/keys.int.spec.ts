import { Bus } from '@llmos/bus';
import { openMasterKey, TenantKeys } from '@llmos/vault';
import { startNatsServer, waitFor, type TestNatsServer } from '@llmos/testing';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const NOTE = { tenant: 'acme', purpose: 'note', aad: '' };

describe('llmos keys rewrap', () => {
  let nats: TestNatsServer;
  let home: string;
  const buses: Bus[] = [];

  /** The keys as a process opens them with the master key in this file. */
  const processWith = async (file: string) => {
    const bus = await Bus.connect({ url: nats.url, service: 'test' });
    buses.push(bus);
    return TenantKeys.open(bus, { openMaster: () => openMasterKey(file, true) });
  };
  const rewrap = (...args: string[]) => {
    const env = { ...process.env, LLMOS_NATS_URL: nats.url, LLMOS_HOME: home };
    return run(process.execPath, ['apps/cli/dist/main.js', 'keys', 'rewrap', ...args], { env });
  };

  beforeAll(async () => {
    [nats, home] = await Promise.all([startNatsServer(), mkdtemp(join(tmpdir(), 'llmos-keys-'))]);
  }, 120_000);
  afterAll(async () => {
    await Promise.all(buses.map((bus) => bus.close(200)));
    await nats.stop();
    await rm(home, { recursive: true });
  });

  it('wraps every data key with a new master key; sealed data then opens with that key only', async () => {
    const before = await processWith(join(home, 'keys', 'master.pem'));
    const { tenant, ...what } = NOTE;
    const sealed = await before.seal(tenant, what, Buffer.from('for later'));
    const next = join(home, 'next.pem');
    const { stdout } = await rewrap('--to', next, '--json');
    expect(JSON.parse(stdout)).toMatchObject({ rewrapped: 1, file: next });
    // A running process has the data key in memory and uses it until it restarts.
    const hasSeen = () =>
      before.verify().then(
        () => false,
        () => true,
      );
    await waitFor('the process to see the change', hasSeen);
    expect((await before.seal(tenant, what, Buffer.from('more'))).keyVersion).toBe(1);
    expect(Buffer.from(await before.open(tenant, what, sealed)).toString()).toBe('for later');
    const after = await processWith(next);
    expect(Buffer.from(await after.open(tenant, what, sealed)).toString()).toBe('for later');
    const old = await processWith(join(home, 'keys', 'master.pem'));
    await expect(old.open(tenant, what, sealed)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  }, 120_000);

  it('refuses a file that holds no key', async () => {
    const file = join(home, 'no.pem');
    await writeFile(file, 'not a key', { mode: 0o600 });
    await expect(rewrap('--to', file)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('The new master key cannot be used') as string,
    });
  }, 120_000);
});
