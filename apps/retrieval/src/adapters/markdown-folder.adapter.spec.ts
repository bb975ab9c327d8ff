import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MarkdownFolder } from './markdown-folder.adapter.js';

describe('MarkdownFolder', () => {
  let path: string;
  beforeEach(async () => (path = await mkdtemp(join(tmpdir(), 'folder-'))));
  afterEach(() => rm(path, { recursive: true }));

  it('reads Markdown as people have it, and says which files it does not read', async () => {
    await writeFile(join(path, 'fees.md'), '---\nid: fees\ntitle: All fees\n---\nA card costs £5.\n');
    await writeFile(join(path, 'Opening hours.md'), '# When we are open\n\nFrom 9 to 5.\n');
    await writeFile(join(path, 'parking.md'), 'Park in the yard.\n');
    await writeFile(join(path, 'README.md'), '# How to write these\n\nShort, please.\n');
    await writeFile(join(path, 'empty.md'), '\n');
    await writeFile(join(path, 'faq.csv'), 'question,answer\n');
    await writeFile(join(path, '.DS_Store'), '');
    await mkdir(join(path, 'more'));
    const { articles, faults, ignored } = await new MarkdownFolder(path).read();
    expect(articles.map(({ id, title }) => [id, title])).toEqual([
      ['opening-hours', 'When we are open'],
      ['fees', 'All fees'],
      ['parking', 'Parking'],
    ]);
    expect(articles.at(-1)).toMatchObject({ text: 'Park in the yard.', intents: [] });
    expect(faults).toEqual([{ file: 'empty.md', reason: 'has no text' }]);
    expect(ignored?.map(({ file }) => file).sort()).toEqual(['faq.csv', 'more']);
    expect(ignored?.[0]?.reason).toContain('llmos documents add');
  });
});
