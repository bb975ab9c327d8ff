import type { FastifyRequest } from 'fastify';
import { EventEmitter } from 'node:events';
import { readDocuments } from './documents-body.js';

const read = (body: unknown, contentType = 'application/json') =>
  readDocuments({ body, headers: { 'content-type': contentType }, isMultipart: () => false } as FastifyRequest);

describe('readDocuments', () => {
  const document = { id: 'a', title: 'A', text: 'It is free.' };

  it('takes one object for one document', async () => {
    expect(await read(document)).toEqual({ document });
  });

  it('takes a list, and an object with documents, files, pages or the files to keep, for an import', async () => {
    expect(await read([document])).toEqual({ input: { documents: [document] } });
    for (const body of [
      { documents: [document] },
      { urls: ['https://example.org'], collection: 'site' },
      { files: [{ name: 'a.md', base64: 'QQ==' }] },
      { collection: 'help', keep: [] },
    ])
      expect(await read(body)).toEqual({ input: body });
  });

  it('takes CSV and JSON Lines for a file of rows', async () => {
    const file = Buffer.from('question,answer\n');
    expect(await read(file, 'text/csv; charset=utf-8')).toEqual({ input: { file, filename: 'documents.csv' } });
    expect(await read(file, 'application/x-ndjson')).toEqual({ input: { file, filename: 'documents.jsonl' } });
  });

  it.each([
    ['an empty list', [], 'documents'],
    ['no documents', { documents: [] }, 'documents'],
    ['no files', { files: [], collection: 'help' }, 'files'],
    ['no pages', { urls: [] }, 'urls'],
    ['files that are not base64', { files: [{ name: 'a.md', base64: 'not base64!' }] }, 'files.0.base64'],
    ['a file without a name', { files: [{ base64: 'QQ==' }] }, 'files.0.name'],
    ['a page that is a number', { urls: [5] }, 'urls.0'],
    ['files to keep of no collection', { keep: ['a.md'] }, 'collection'],
    ['a collection that is a number', { keep: ['a.md'], collection: 5 }, 'collection'],
  ])('refuses %s, and names the field', async (_, body, field) => {
    await expect(read(body)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', field });
  });

  it('refuses a file that is empty or of no known kind', async () => {
    await expect(read(Buffer.from(''), 'text/csv')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', field: 'body' });
    const form = async (content: string, filename: string) =>
      readDocuments({
        headers: {},
        isMultipart: () => true,
        routeOptions: {},
        raw: new EventEmitter(),
        parts: () => [
          {
            type: 'file',
            fieldname: 'file',
            filename,
            file: (async function* () {
              yield await Promise.resolve(Buffer.from(content));
            })(),
          },
        ],
      } as unknown as FastifyRequest);
    await expect(form('', 'a.md')).rejects.toMatchObject({ field: 'file', message: expect.stringMatching(/empty/) });
    await expect(form('MZ', 'a.exe')).rejects.toMatchObject({
      field: 'file',
      message: "'a.exe' is of no known kind; Markdown, text, HTML, PDF, DOCX, CSV, JSON and ZIP are read.",
    });
    expect(await form('# A', 'a.md')).toMatchObject({ input: { filename: 'a.md' } });
  });

  it('refuses anything else', async () => {
    await expect(read('text')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(read({ urls: 'https://example.org' })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      field: 'urls',
    });
  });
});
