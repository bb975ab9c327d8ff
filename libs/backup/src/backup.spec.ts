import type { HintedError } from '@llmos/contracts';
import { newMasterKeyPem, RsaKeyService, type KeyService } from '@llmos/privacy';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readBackup, type Backup, type BackupVisitor } from './backup-reader.js';
import { BackupWriter } from './backup-writer.js';
import { backupName } from './stores/backup-store.port.js';
import { FolderStore } from './stores/folder-store.js';

const STREAMS = [
  { name: 'INTAKE', pieces: [] },
  { name: 'KV_documents', pieces: [Buffer.from('the first piece'), Buffer.from('the second')] },
  { name: 'RESULTS', pieces: [Buffer.alloc(300, 'r')] },
];
const ABOUT = { createdAt: '2026-01-02T03:04:05.000Z', broker: '2.15.1' };

/** Quick, where a test reads a file thousands of times. */
const master: KeyService = {
  id: 'no-master',
  wrap: (key) => Promise.resolve(Uint8Array.from(key)),
  unwrap: (wrapped) => Promise.resolve(Uint8Array.from(wrapped)),
};

async function* each(pieces: readonly Buffer[]) {
  yield* pieces;
}

describe('a backup file', () => {
  let folder: string;
  let path: string;
  let good: Buffer;

  async function write(to: string, key = master): Promise<number> {
    const writer = await BackupWriter.create(to, key, ABOUT);
    try {
      for (const { name, pieces } of STREAMS)
        await writer.add(
          { config: { name }, state: { messages: pieces.length, last_seq: pieces.length } },
          each(pieces),
          () => undefined,
        );
      return await writer.finish();
    } finally {
      await writer.end();
    }
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'llmos-backup-'));
    path = join(folder, 'good.bak');
    await write(path);
    good = readFileSync(path);
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  async function read(bytes: Uint8Array, key = master): Promise<{ backup: Backup; read: Record<string, string> }> {
    const file = join(folder, 'read.bak');
    writeFileSync(file, bytes);
    const seen: Record<string, string> = {};
    const visitor: BackupVisitor = {
      stream: async ({ config }, pieces) => {
        seen[config.name] = '';
        for await (const piece of pieces) seen[config.name] += Buffer.from(piece).toString();
      },
    };
    return { backup: await readBackup(file, key, visitor), read: seen };
  }
  const refusal = (bytes: Uint8Array, key = master) =>
    read(bytes, key).then(
      () => 'none',
      (error: HintedError) => `${error.message} → ${error.hint}`,
    );

  it('returns the streams as they were written, with their names, counts and sizes', async () => {
    const { backup, read: streams } = await read(good);
    expect(streams).toEqual(Object.fromEntries(STREAMS.map(({ name, pieces }) => [name, pieces.join('')])));
    expect(backup.header).toMatchObject({ ...ABOUT, master: master.id });
    expect(backup.streams.map(({ name, messages, sizeBytes }) => [name, messages, sizeBytes])).toEqual([
      ['INTAKE', 0, 0],
      ['KV_documents', 2, 25],
      ['RESULTS', 1, 300],
    ]);
    expect(backup.sizeBytes).toBe(good.length);
  });

  it('reveals nothing of its streams, is readable by its owner alone, and leaves no draft', () => {
    expect(good.includes('piece')).toBe(false);
    expect(good.includes('KV_documents')).toBe(false);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('never has the same bytes twice', async () => {
    const again = join(folder, 'again.bak');
    await write(again);
    expect(readFileSync(again).subarray(-200).equals(good.subarray(-200))).toBe(false);
  });

  it('is refused when any single byte is changed', async () => {
    const counts = new Map<string, number>();
    for (let at = 0; at < good.length; at++) {
      const changed = Buffer.from(good);
      changed[at]! ^= 1 << (at % 8);
      const message = await refusal(changed);
      const kind = ['is damaged at byte', 'is no backup', 'is incomplete'].find((words) => message.includes(words));
      counts.set(kind ?? message, (counts.get(kind ?? message) ?? 0) + 1);
    }
    // The magic numbers at the start and at the end have messages of their own.
    expect(Object.fromEntries(counts)).toEqual({
      'is no backup': 8,
      'is incomplete': 16,
      'is damaged at byte': good.length - 24,
    });
  }, 120_000);

  it('is refused when it is cut anywhere, or has bytes after its end', async () => {
    for (let length = 8; length < good.length; length += 7)
      expect(await refusal(good.subarray(0, length))).toContain('is incomplete');
    expect(await refusal(Buffer.concat([good, Buffer.from('x')]))).toContain('is incomplete');
  }, 120_000);

  it('is refused when a record is left out, repeated, or from another backup', async () => {
    const headerBytes = 8 + 4 + good.readUInt32BE(8) + 32;
    const first = headerBytes + 5 + good.readUInt32BE(headerBytes);
    const record = good.subarray(headerBytes, first);
    const other = join(folder, 'other.bak');
    await write(other);
    const otherRecord = readFileSync(other).subarray(headerBytes, first);
    const sized = (...parts: Uint8Array[]) => {
      const bytes = Buffer.concat([good.subarray(0, headerBytes), ...parts]);
      bytes.writeBigUInt64BE(BigInt(bytes.length), bytes.length - 16);
      return bytes;
    };
    expect(await refusal(sized(good.subarray(headerBytes)))).toBe('none');
    expect(await refusal(sized(good.subarray(first)))).toContain('is damaged');
    expect(await refusal(sized(record, record, good.subarray(first)))).toContain('is damaged');
    expect(await refusal(sized(otherRecord, good.subarray(first)))).toContain('is damaged');
    expect(await refusal(sized(record, good.subarray(-16)))).toContain('is damaged');
  });

  it('opens with its master key only; the error names both keys', async () => {
    const [mine, other] = (await Promise.all([newMasterKeyPem(), newMasterKeyPem()])).map((pem) =>
      RsaKeyService.fromPem(pem),
    ) as [RsaKeyService, RsaKeyService];
    const sealed = join(folder, 'sealed.bak');
    await write(sealed, mine);
    const bytes = readFileSync(sealed);
    expect(await refusal(bytes, mine)).toBe('none');
    const message = await refusal(bytes, other);
    for (const part of [mine.id, other.id, 'LLMOS_MASTER_KEY_FILE']) expect(message).toContain(part);
  }, 120_000);

  it('is refused when it is another file or has another format', async () => {
    for (const bytes of [Buffer.alloc(0), Buffer.from('PK'), Buffer.from('a text that is no backup at all')])
      expect(await refusal(bytes)).toContain('is no backup');
    const header = Buffer.from('{"format":2}');
    const newer = Buffer.concat([
      good.subarray(0, 8),
      Buffer.from([0, 0, 0, header.length]),
      header,
      createHash('sha256').update(header).digest(),
      good.subarray(-16),
    ]);
    newer.writeBigUInt64BE(BigInt(newer.length), newer.length - 16);
    expect(await refusal(newer)).toContain('has the format 2, and this version reads 1');
  });

  it('does not overwrite a file', async () => {
    await expect(write(path)).rejects.toThrow('exists already');
    expect(readFileSync(path).equals(good)).toBe(true);
  });

  it('leaves no file when the writing fails', async () => {
    const writer = await BackupWriter.create(join(folder, 'half.bak'), master, ABOUT);
    async function* failing() {
      yield Buffer.from('some');
      throw new Error('the broker went away');
    }
    const head = { config: { name: 'X' }, state: { messages: 1, last_seq: 1 } };
    await expect(writer.add(head, failing(), () => undefined)).rejects.toThrow('went away');
    await writer.end();
    expect(readdirSync(folder).filter((name) => name.startsWith('half'))).toEqual([]);
  });
});

it('names backups of one second apart, and lists those of an older version before them', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'llmos-kept-'));
  const older = join(folder, 'llmos-2026-01-02T03-04-04Z.bak');
  const files = [older, ...[5, 6].map((ms) => join(folder, backupName(new Date(`2026-01-02T03:04:05.00${ms}Z`))))];
  for (const file of [...files].reverse()) writeFileSync(file, '');
  expect(await new FolderStore(folder).list()).toEqual(files);
  rmSync(folder, { recursive: true });
});
