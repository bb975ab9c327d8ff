import { generateKeyPairSync } from 'node:crypto';
import { DataKey } from './data-key.js';
import { rewrap } from './key-service.port.js';
import { newMasterKeyPem, RsaKeyService } from './rsa-key-service.js';

const label = { tenant: 'acme', version: 1 };

describe('RsaKeyService', () => {
  let first: RsaKeyService;
  let second: RsaKeyService;
  beforeAll(async () => {
    [first, second] = (await Promise.all([newMasterKeyPem(), newMasterKeyPem()])).map((pem) =>
      RsaKeyService.fromPem(pem),
    ) as [RsaKeyService, RsaKeyService];
  }, 120_000);

  it('unwraps a key that it wrapped, only for the same tenant and version', async () => {
    const key = DataKey.newBytes();
    const wrapped = await first.wrap(key, label);
    expect(Buffer.from(await first.unwrap(wrapped, label))).toEqual(key);
    const refused = expect.objectContaining({ code: 'UNAVAILABLE' });
    await expect(first.unwrap(wrapped, { ...label, tenant: 'other' })).rejects.toEqual(refused);
    await expect(first.unwrap(wrapped, { ...label, version: 2 })).rejects.toEqual(refused);
    await expect(second.unwrap(wrapped, label)).rejects.toEqual(refused);
    await expect(first.unwrap(Buffer.alloc(384), label)).rejects.toEqual(refused);
  });

  it('moves a data key to another master key', async () => {
    const key = DataKey.newBytes();
    const moved = await rewrap(await first.wrap(key, label), label, first, second);
    expect(Buffer.from(await second.unwrap(moved, label))).toEqual(key);
    await expect(first.unwrap(moved, label)).rejects.toThrow();
    expect(first.id).not.toBe(second.id);
  });

  it('refuses a key that is not RSA or has fewer than 3072 bits', () => {
    const short = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const curve = generateKeyPairSync('ed25519').privateKey;
    for (const key of [short, curve])
      expect(() => RsaKeyService.fromPem(key.export({ type: 'pkcs8', format: 'pem' }) as string)).toThrow('3072');
  });
});
