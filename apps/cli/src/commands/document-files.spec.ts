import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { batchesOf, findFiles, readDocument, skippedText } from './document-files.js';

describe('findFiles', () => {
  const folder = mkdtempSync(join(tmpdir(), 'llmos-documents-'));
  beforeAll(() => {
    mkdirSync(join(folder, 'guides/cards'), { recursive: true });
    mkdirSync(join(folder, '.git'));
    for (const name of ['b.md', 'guides/cards/a.PDF', 'photo.jpg', '.hidden.md', '.git/x.md'])
      writeFileSync(join(folder, name), 'text');
    symlinkSync(folder, join(folder, 'circle'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('finds the documents of a folder and its folders, by their paths in it', () => {
    const { files, skipped, problems } = findFiles(folder);
    expect(files.map(({ name }) => name)).toEqual(['b.md', 'guides/cards/a.PDF']);
    expect({ skipped, problems }).toEqual({ skipped: ['photo.jpg'], problems: [] });
    expect(findFiles(join(folder, 'photo.jpg')).files.map(({ name }) => name)).toEqual(['photo.jpg']);
  });

  it('names the files that are left out, a few of many', () => {
    expect(skippedText(['old.doc'])).toBe('1 file of another kind is left out: old.doc');
    expect(skippedText(['a.doc', 'b.rtf'])).toBe('2 files of other kinds are left out: a.doc, b.rtf');
    const many = Array.from({ length: 30 }, (_, n) => `${n}.jpg`);
    expect(skippedText(many)).toMatch(/^30 files .*: 0\.jpg, .*9\.jpg and 20 more$/);
  });

  it('names a file that has gone, and refuses a path that is none', () => {
    const gone = { path: join(folder, 'gone.md'), name: 'gone.md', sizeBytes: 1 };
    expect(readDocument(gone)).toEqual({ source: 'gone.md', reason: 'cannot be read (ENOENT)' });
    expect(() => findFiles(join(folder, 'none'))).toThrow(/cannot be read/);
  });
});

describe('batchesOf', () => {
  const file = (sizeBytes: number, n = 0) => ({ path: '', name: `${n}.md`, sizeBytes });

  it('fills requests up to their size, and sends a larger file alone', () => {
    const sizes = [9_000_000, 8_000_000, 1, 20_000_000, 1].map((size) => file(size));
    expect([...batchesOf(sizes)].map((batch) => batch.map(({ sizeBytes }) => sizeBytes))).toEqual([
      [9_000_000],
      [8_000_000, 1],
      [20_000_000],
      [1],
    ]);
    expect([...batchesOf(Array.from({ length: 450 }, (_, n) => file(1, n)))].map(({ length }) => length)).toEqual([
      200, 200, 50,
    ]);
  });
});
