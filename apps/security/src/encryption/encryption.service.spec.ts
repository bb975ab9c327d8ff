import { LlmosError } from '@llmos/contracts';
import { decrypt, encrypt } from '@llmos/contracts/capabilities/security';
import { cannotOpen, DataKey, type Sealed } from '@llmos/privacy';
import fc from 'fast-check';
import { EncryptionService } from './encryption.service.js';
import type { TenantKeyring } from './ports/tenant-keyring.port.js';
import { TenantSealer } from './tenant-sealer.js';

/** Keys in memory. */
class MemoryKeyring implements TenantKeyring {
  private readonly keys = new Map<string, DataKey[]>();
  private readonly destroyed = new Map<string, number>();

  seal(tenant: string, what: { purpose: string; aad?: string }, plain: Uint8Array): Promise<Sealed> {
    return Promise.resolve(this.of(tenant).at(-1)!.seal(what, plain));
  }
  async open(tenant: string, what: { purpose: string; aad?: string }, sealed: Sealed): Promise<Uint8Array> {
    if (sealed.keyVersion <= (this.destroyed.get(tenant) ?? 0)) throw new LlmosError('NOT_FOUND', 'destroyed');
    const key = this.of(tenant).find(({ version }) => version === sealed.keyVersion);
    if (!key) throw cannotOpen();
    return Promise.resolve(key.open(what, sealed));
  }
  rotate(tenant: string): Promise<number> {
    const keys = this.of(tenant);
    const key = new DataKey(tenant, keys.length + 1, DataKey.newBytes());
    key.allowMessages(1e6);
    return Promise.resolve(keys.push(key));
  }
  shred(tenant: string): Promise<number> {
    const count = this.of(tenant).length;
    this.destroyed.set(tenant, count);
    return Promise.resolve(count);
  }
  private of(tenant: string): DataKey[] {
    if (!this.keys.has(tenant)) {
      this.keys.set(tenant, []);
      void this.rotate(tenant);
    }
    return this.keys.get(tenant)!;
  }
}

describe('EncryptionService', () => {
  const deletedTenants: string[] = [];
  const messages = { forgetTenant: (tenant: string) => Promise.resolve(deletedTenants.push(tenant)) };
  const service = new EncryptionService(new MemoryKeyring(), messages);

  it('opens every text that it has sealed, within its contract', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'grapheme' }),
        fc.stringMatching(/^[a-z][a-z0-9_.-]{0,20}$/),
        async (text, purpose) => {
          const sealed = encrypt.output.parse(await service.encrypt('acme', { text, purpose }));
          const opened = decrypt.output.parse(await service.decrypt('acme', { sealed: sealed.sealed, purpose }));
          expect(opened.text).toBe(text);
        },
      ),
    );
  });

  it('rejects another tenant, another purpose and any other value with the same error', async () => {
    const { sealed } = await service.encrypt('acme', { text: 'secret', purpose: 'note' });
    const refused = { code: 'INVALID_ARGUMENT', message: 'The sealed value cannot be opened here.' };
    for (const [tenant, purpose, value] of [
      ['other', 'note', sealed],
      ['acme', 'letter', sealed],
      ['acme', 'note', `${sealed.slice(0, -3)}AAA`],
      ['acme', 'note', 'v1.AAAA'],
      ['acme', 'note', ''],
    ] as const)
      await expect(service.decrypt(tenant, { sealed: value, purpose })).rejects.toMatchObject(refused);
  });

  it('rejects texts that it could not open again: too long when sealed, or not valid Unicode', async () => {
    await expect(service.encrypt('acme', { text: '漢'.repeat(600_000), purpose: 'note' })).rejects.toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
      field: 'text',
    });
    await expect(service.encrypt('acme', { text: 'half \ud83d', purpose: 'note' })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      field: 'text',
    });
  });

  it('does not open what LLM OS itself has sealed, for any purpose', async () => {
    const keyring = new MemoryKeyring();
    const sealer = new TenantSealer(keyring);
    const sealed = await sealer.seal('acme', 'note', '', Buffer.from('internal'));
    await expect(
      new EncryptionService(keyring, messages).decrypt('acme', { sealed, purpose: 'note' }),
    ).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });

  it('opens what a step has sealed only in the same run', async () => {
    const sealer = new TenantSealer(new MemoryKeyring());
    const sealed = await sealer.seal('acme', 'redaction', 'run-1', Buffer.from('ada@example.org'));
    expect(Buffer.from(await sealer.open('acme', 'redaction', 'run-1', sealed)).toString()).toBe('ada@example.org');
    await expect(sealer.open('acme', 'redaction', 'run-2', sealed)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('rotates keys, and destroys them only if the request repeats the name of the tenant', async () => {
    const own = new EncryptionService(new MemoryKeyring(), messages);
    const { sealed, keyVersion } = await own.encrypt('acme', { text: 'secret', purpose: 'note' });
    expect(keyVersion).toBe(1);
    expect(await own.rotateKey('acme')).toEqual({ keyVersion: 2 });
    expect((await own.encrypt('acme', { text: 'x', purpose: 'note' })).keyVersion).toBe(2);
    await expect(own.shred('acme', { confirm: 'Acme' })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      field: 'confirm',
    });
    expect(await own.decrypt('acme', { sealed, purpose: 'note' })).toEqual({ text: 'secret' });
    expect(deletedTenants).toEqual([]);
    expect(await own.shred('acme', { confirm: 'acme' })).toEqual({ tenant: 'acme', keys: 2 });
    expect(deletedTenants).toEqual(['acme']);
    await expect(own.decrypt('acme', { sealed, purpose: 'note' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
