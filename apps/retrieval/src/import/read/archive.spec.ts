import { deflateRawSync } from 'node:zlib';
import { zipOf } from '../../../test/fixtures/made-files.js';
import { checkArchive, membersOf } from './archive.js';
import { docxDocument } from './docx.js';

/** An archive with one packed file of 40 bytes, of which the directory states this size. */
function lying(size: number): Buffer {
  const archive = zipOf({ 'a.md': deflateRawSync('text'.repeat(10)) });
  const entry = archive.indexOf('PK\u0001\u0002', 0, 'latin1');
  archive.writeUInt16LE(8, entry + 10);
  archive.writeUInt32LE(size, entry + 24);
  return archive;
}

describe('An archive that fills memories', () => {
  it('is refused for what it states', async () => {
    await expect(checkArchive(lying(41_000_000))).rejects.toThrow(/the limit is 40000000/);
    await expect(checkArchive(lying(2_000_000))).rejects.toThrow(/packed more than 200 times/);
    await expect(membersOf(lying(600_000_000))).rejects.toThrow(/unpacks to more than 500000000 bytes/);
  });

  it('is refused when it states less than it has', async () => {
    const [whole] = await membersOf(lying(40));
    expect(Buffer.from((await whole?.read()) ?? []).toString()).toBe('text'.repeat(10));
    const [member] = await membersOf(lying(3));
    await expect(member?.read()).rejects.toThrow(/damaged/);
  });

  it('is refused as a Word document before it is unpacked', async () => {
    const body = deflateRawSync(Buffer.alloc(300_000_000, ' '));
    const bytes = zipOf({ 'word/document.xml': body });
    const entry = bytes.indexOf('PK\u0001\u0002', 0, 'latin1');
    bytes.writeUInt16LE(8, entry + 10);
    bytes.writeUInt32LE(100_000, entry + 24);
    const before = process.memoryUsage().arrayBuffers;
    await expect(docxDocument({ name: 'a.docx', bytes })).rejects.toThrow(/is damaged in the archive/);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50_000_000);
  });
});
