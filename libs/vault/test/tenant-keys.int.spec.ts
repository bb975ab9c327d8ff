import { Bus } from '@llmos/bus';
import { BUCKETS } from '@llmos/contracts';
import { decodeSealed, encodeSealed, newMasterKeyPem, RsaKeyService, type KeyService } from '@llmos/privacy';
import {
  filesHolding,
  natsServerPath,
  startNatsServer,
  startStopwatch,
  waitFor,
  type TestNatsServer,
} from '@llmos/testing';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AtRest } from '../src/at-rest.js';
import { openMasterKey } from '../src/master-key.js';
import { TenantKeys } from '../src/tenant-keys.js';

const note = { purpose: 'note' };
const secret = Buffer.from('the plan for tomorrow');
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

describe('TenantKeys', () => {
  let nats: TestNatsServer;
  let master: RsaKeyService;
  let other: RsaKeyService;
  const buses: Bus[] = [];

  /** The keys of one process, with its own connection and memory. */
  async function startProcess(keyService: KeyService = master, checkMs?: number): Promise<TenantKeys> {
    const bus = await Bus.connect({ url: nats.url, service: 'keys' });
    buses.push(bus);
    return TenantKeys.open(bus, {
      openMaster: () => Promise.resolve(keyService),
      ...(checkMs === undefined ? {} : { checkMs }),
    });
  }
  const bucket = () => buses[0]!.kv(BUCKETS.tenantKeys, { storage: 'file', erasable: true });

  beforeAll(async () => {
    expect(natsServerPath()).toBeTruthy();
    nats = await startNatsServer();
    [master, other] = (await Promise.all([newMasterKeyPem(), newMasterKeyPem()])).map((pem) =>
      RsaKeyService.fromPem(pem),
    ) as [RsaKeyService, RsaKeyService];
  }, 120_000);
  afterAll(async () => {
    await Promise.all(buses.map((bus) => bus.close(200)));
    await nats.stop();
  });

  it('agree on one first key of a tenant when processes race for it', async () => {
    const processes = await Promise.all([startProcess(), startProcess(), startProcess()]);
    for (let n = 0; n < 10; n++) {
      const tenant = `race${n}`;
      const sealed = await Promise.all(processes.map((keys) => keys.seal(tenant, note, secret)));
      expect(sealed.map(({ keyVersion }) => keyVersion)).toEqual([1, 1, 1]);
      for (const each of sealed)
        for (const keys of processes) expect(text(await keys.open(tenant, note, each))).toBe(secret.toString());
    }
  }, 120_000);

  it('rotate a key in every process: older data opens, new data uses the new version', async () => {
    const [mine, theirs] = [await startProcess(), await startProcess()];
    const before = await mine.seal('rotating', note, secret);
    expect(await theirs.rotate('rotating')).toBe(2);
    const after = await waitFor('the new version', async () => {
      const sealed = await mine.seal('rotating', note, secret);
      return sealed.keyVersion === 2 ? sealed : undefined;
    });
    for (const keys of [mine, theirs, await startProcess()])
      for (const sealed of [before, after])
        expect(text(await keys.open('rotating', note, sealed))).toBe(secret.toString());
  });

  it('open the data of one tenant for no other tenant and no other purpose', async () => {
    const keys = await startProcess();
    const sealed = await keys.seal('mine', note, secret);
    await keys.seal('yours', note, secret);
    const refused = { code: 'INVALID_ARGUMENT', message: 'The sealed value cannot be opened here.' };
    await expect(keys.open('yours', note, sealed)).rejects.toMatchObject(refused);
    await expect(keys.open('unknown', note, sealed)).rejects.toMatchObject(refused);
    await expect(keys.open('mine', { purpose: 'other' }, sealed)).rejects.toMatchObject(refused);
    await expect(keys.open('mine', note, { ...sealed, keyVersion: 7 })).rejects.toMatchObject(refused);
  });

  it('shred a tenant within a second in every process, and in one that starts later', async () => {
    const [mine, theirs] = [await startProcess(), await startProcess()];
    const shredded: string[] = [];
    theirs.onShred((tenant) => shredded.push(tenant));
    const sealed = [await mine.seal('gone', note, secret)];
    await mine.rotate('gone');
    sealed.push(await mine.seal('gone', note, secret));
    const spared = await mine.seal('spared', note, secret);
    for (const each of sealed) await theirs.open('gone', note, each);
    const wrapped = JSON.parse(text((await (await bucket()).get('gone.1'))!.value)) as { wrapped: string };
    expect(await filesHolding(nats.pid, wrapped.wrapped)).not.toEqual([]);
    expect(await mine.shred('gone')).toBe(2);
    expect(await filesHolding(nats.pid, wrapped.wrapped)).toEqual([]);
    const elapsed = startStopwatch();
    await waitFor('the other process to see the shredding', () => shredded.length > 0);
    expect(elapsed()).toBeLessThan(1_000);
    expect(shredded).toEqual(['gone']);
    const lost = { code: 'NOT_FOUND', message: expect.stringContaining('can never be read again') };
    for (const keys of [mine, theirs, await startProcess()]) {
      for (const each of sealed) await expect(keys.open('gone', note, each)).rejects.toMatchObject(lost);
      expect(text(await keys.open('spared', note, spared))).toBe(secret.toString());
    }
    expect(await (await bucket()).get('gone.1')).toBeUndefined();
    expect(await theirs.shred('gone')).toBe(0);
    // The tenant can continue with a new version.
    const fresh = await theirs.seal('gone', note, secret);
    expect(fresh.keyVersion).toBe(3);
    expect(text(await mine.open('gone', note, fresh))).toBe(secret.toString());
  });

  it('seal no value with a key that is being destroyed', async () => {
    const [mine, theirs] = [await startProcess(), await startProcess()];
    await mine.seal('busy', note, secret);
    const sealing = Promise.all(Array.from({ length: 200 }, () => mine.seal('busy', note, secret)));
    await theirs.shred('busy');
    const versions = (await sealing).map(({ keyVersion }) => keyVersion);
    const opened = await Promise.allSettled((await sealing).map((each) => mine.open('busy', note, each)));
    for (const [n, { status }] of opened.entries())
      expect([versions[n], status]).toEqual([versions[n], versions[n] === 1 ? 'rejected' : 'fulfilled']);
  });

  it('rewrap every key with another master key without changing sealed data', async () => {
    const keys = await startProcess();
    const sealed = await keys.seal('moving', note, secret);
    expect(await keys.rewrap(other)).toBeGreaterThan(0);
    expect(await keys.rewrap(other)).toBe(0);
    expect(text(await (await startProcess(other)).open('moving', note, sealed))).toBe(secret.toString());
    await expect((await startProcess(master)).open('moving', note, sealed)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      cause: { message: expect.stringContaining('LLMOS_MASTER_KEY_FILE') },
    });
    await expect((await startProcess(master)).verify()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await (await startProcess(other)).rewrap(master);
    await (await startProcess(master)).verify();
  });

  it('count the sealed values of a key in the bucket, over all processes and restarts', async () => {
    for (let start = 1; start <= 2; start++) {
      await (await startProcess()).seal('counted', note, secret);
      const entry = await (await bucket()).get('counted.1.messages');
      expect(JSON.parse(text(entry!.value))).toEqual({ allowed: start * 65_536 });
    }
  });

  it('rotate a key that has sealed half of its limit', async () => {
    const keys = await startProcess();
    await keys.seal('prolific', note, secret);
    await (await bucket()).put('prolific.1.messages', Buffer.from(JSON.stringify({ allowed: 2 ** 31 })));
    const later = await startProcess();
    await later.seal('prolific', note, secret);
    expect((await later.seal('prolific', note, secret)).keyVersion).toBe(2);
  });

  it('create a new key after the bucket was lost', async () => {
    const keys = await startProcess(master, 0);
    const before = await keys.seal('lost', note, secret);
    await buses[0]!.nc.request(`$JS.API.STREAM.PURGE.KV_${BUCKETS.tenantKeys}`, '');
    const after = await keys.seal('lost', note, secret);
    const later = await startProcess();
    expect(text(await later.open('lost', note, after))).toBe(secret.toString());
    await expect(later.open('lost', note, before)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('drop an unwrapped key whose entry was deleted', async () => {
    const keys = await startProcess();
    const sealed = await keys.seal('deleted', note, secret);
    await (await bucket()).delete('deleted.1');
    await waitFor('the key to be dropped', () =>
      keys.open('deleted', note, sealed).then(
        () => false,
        (error: unknown) => (error as { code: string }).code === 'INVALID_ARGUMENT',
      ),
    );
  });

  it('seal data at rest, and read data that was stored in the clear', async () => {
    const keys = await startProcess();
    const [on, off] = [new AtRest(keys, true), new AtRest(keys, false)];
    const sealed = await on.seal('acme', 'document', 'doc-1', secret);
    expect(text(sealed)).not.toContain('plan');
    expect(encodeSealed(decodeSealed(sealed))).toEqual(Buffer.from(sealed));
    for (const reader of [on, off]) {
      expect(text(await reader.open('acme', 'document', 'doc-1', sealed))).toBe(secret.toString());
      expect(text(await reader.open('acme', 'document', 'doc-1', secret))).toBe(secret.toString());
      await expect(reader.open('acme', 'document', 'doc-2', sealed)).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
      });
    }
    expect(await off.seal('acme', 'document', 'doc-1', secret)).toBe(secret);
  });
});

describe('the master key in a file', () => {
  let folder: string;
  beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'llmos-keys-'))));
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is created once by racing processes, and only its owner can read it', async () => {
    const path = join(folder, 'deeper', 'master.pem');
    const opened = await Promise.all(Array.from({ length: 20 }, () => openMasterKey(path, true)));
    expect(new Set(opened.map(({ id }) => id)).size).toBe(1);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(folder, 'deeper'))).toEqual(['master.pem']);
    expect((await openMasterKey(path, false)).id).toBe(opened[0]!.id);
  }, 120_000);

  it('is rejected if other users can read it, and not replaced if it is lost', async () => {
    const path = join(folder, 'open.pem');
    await writeFile(path, await readFile(join(folder, 'deeper', 'master.pem')));
    await chmod(path, 0o640);
    await expect(openMasterKey(path, true)).rejects.toThrow('other users can read the master key');
    await expect(openMasterKey(join(folder, 'lost.pem'), false)).rejects.toThrow('restore it from its backup');
  });
});
