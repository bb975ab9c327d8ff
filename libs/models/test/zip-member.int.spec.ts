import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readZipMember } from '../src/store/zip-member.js';
import { zipOf } from './zip.fixture.js';

const content = Buffer.from('some text '.repeat(50_000));
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'llmos-zip-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(archive: Buffer, member: string): Promise<Buffer> {
  const path = join(folder, 'a.zip');
  await writeFile(path, archive);
  const chunks: Buffer[] = [];
  for await (const chunk of readZipMember(path, member)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('readZipMember', () => {
  it('reads compressed, stored and empty members', async () => {
    const archive = zipOf([
      { name: 'a', content: Buffer.from('other') },
      { name: 'packed', content },
      { name: 'stored', content, stored: true },
      { name: 'empty', content: Buffer.alloc(0), stored: true },
    ]);
    await expect(read(archive, 'packed')).resolves.toEqual(content);
    await expect(read(archive, 'stored')).resolves.toEqual(content);
    await expect(read(archive, 'empty')).resolves.toHaveLength(0);
    await expect(read(archive, 'pack')).rejects.toThrow('no member pack');
  });

  it('refuses an archive that is cut, damaged or states wrong sizes', async () => {
    const archive = zipOf([{ name: 'a', content, stored: true }]);
    await expect(read(archive.subarray(0, 1_000), 'a')).rejects.toThrow('not a zip archive, or cut short');
    await expect(read(Buffer.alloc(0), 'a')).rejects.toThrow('not a zip archive');
    const damaged = Buffer.from(archive);
    damaged[500] = 1;
    await expect(read(damaged, 'a')).rejects.toThrow('a is damaged in the archive');
    await expect(read(zipOf([{ name: 'a', content, claimedBytes: 10 }]), 'a')).rejects.toThrow(
      'larger than the 10 bytes',
    );
    await expect(read(zipOf([{ name: 'a', content, claimedBytes: content.length + 1 }]), 'a')).rejects.toThrow(
      'damaged',
    );
  });
});
