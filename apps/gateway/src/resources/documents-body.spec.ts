import type { FastifyRequest } from 'fastify';
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
      { files: [{ name: 'a.md', base64: '' }] },
      { collection: 'help', keep: [] },
    ])
      expect(await read(body)).toEqual({ input: body });
  });

  it('takes CSV and JSON Lines for a file of rows', async () => {
    const file = Buffer.from('question,answer\n');
    expect(await read(file, 'text/csv; charset=utf-8')).toEqual({ input: { file, filename: 'documents.csv' } });
    expect(await read(file, 'application/x-ndjson')).toEqual({ input: { file, filename: 'documents.jsonl' } });
  });

  it('refuses anything else', async () => {
    await expect(read('text')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(read({ urls: 'https://example.org' })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      field: 'urls',
    });
  });
});
