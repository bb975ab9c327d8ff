import { decrypt, encrypt, rotateKey, shred } from '@llmos/contracts/capabilities/security';
import { Bus } from '@llmos/mesh';
import { TenantKeys } from '@llmos/vault';
import { newMasterKeyPem, RsaKeyService } from '@llmos/privacy';
import { startNatsServer, waitFor, type TestNatsServer } from '@llmos/testing';
import { EncryptionService } from '../src/encryption/encryption.service.js';
import { TenantSealer } from '../src/encryption/tenant-sealer.js';

describe('EncryptionService with the keys of tenants, in two processes', () => {
  let nats: TestNatsServer;
  let master: RsaKeyService;
  const buses: Bus[] = [];
  async function startKeys(): Promise<TenantKeys> {
    const bus = await Bus.connect({ url: nats.url, service: 'security' });
    buses.push(bus);
    return TenantKeys.open(bus, { openMaster: () => Promise.resolve(master) });
  }
  async function startService(): Promise<EncryptionService> {
    const keys = await startKeys();
    return new EncryptionService(keys, buses.at(-1)!);
  }
  beforeAll(async () => {
    nats = await startNatsServer();
    master = RsaKeyService.fromPem(await newMasterKeyPem());
  }, 120_000);
  afterAll(async () => {
    await Promise.all(buses.map((bus) => bus.close(200)));
    await nats.stop();
  });

  it('seals in one process, opens in the other, rotates, and destroys the keys in both', async () => {
    const [mine, theirs] = [await startService(), await startService()];
    const note = { text: 'Grüße aus Lissabon', purpose: 'note' };
    const first = encrypt.output.parse(await mine.encrypt('acme', note));
    expect(first).toEqual({ sealed: expect.stringMatching(/^v1\.1\.[A-Za-z0-9_-]+$/), keyVersion: 1 });
    expect(rotateKey.output.parse(await theirs.rotateKey('acme'))).toEqual({ keyVersion: 2 });
    const second = await waitFor('the new key', async () => {
      const sealed = await mine.encrypt('acme', note);
      return sealed.keyVersion === 2 ? sealed : undefined;
    });
    for (const { sealed } of [first, second]) {
      const opened = await theirs.decrypt('acme', { sealed, purpose: 'note' });
      expect(decrypt.output.parse(opened)).toEqual({ text: note.text });
    }
    expect(shred.output.parse(await mine.shred('acme', { confirm: 'acme' }))).toEqual({ tenant: 'acme', keys: 2 });
    await waitFor('the other process to see it', () =>
      theirs.decrypt('acme', { sealed: first.sealed, purpose: 'note' }).then(
        () => false,
        (error: unknown) => (error as { code: string }).code === 'NOT_FOUND',
      ),
    );
  });

  it('opens what another replica has sealed for the run', async () => {
    const [mine, theirs] = [new TenantSealer(await startKeys()), new TenantSealer(await startKeys())];
    const sealed = await mine.seal('acme', 'redaction', 'run-1', Buffer.from('ada@example.org'));
    expect(Buffer.from(await theirs.open('acme', 'redaction', 'run-1', sealed)).toString()).toBe('ada@example.org');
    await expect(theirs.open('acme', 'redaction', 'run-2', sealed)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});
