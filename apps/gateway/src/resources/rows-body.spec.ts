import { PassThrough } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { readRows } from './rows-body.js';

const request = (body: unknown, contentType = 'application/json') =>
  ({ body, headers: { 'content-type': contentType }, isMultipart: () => false }) as unknown as FastifyRequest;

/** A form, with its parts as the parser of forms gives them. */
const form = (fields: Readonly<Record<string, (Buffer & { filename?: string }) | string>>) =>
  ({
    headers: {},
    routeOptions: {},
    raw: Object.assign(new PassThrough(), { unpipe: () => new PassThrough() }),
    isMultipart: () => true,
    parts: async function* () {
      for (const [fieldname, value] of Object.entries(fields)) {
        if (typeof value === 'string') yield { type: 'field', fieldname, value };
        else yield { type: 'file', fieldname, filename: value.filename, file: [value] };
        await Promise.resolve();
      }
    },
  }) as unknown as FastifyRequest;

describe('readRows', () => {
  const row = { user: 'u', item: 'i' };

  it.each([
    ['one row', row, { rows: [row], single: true }],
    ['a list', [row, row], { rows: [row, row], single: false }],
    ['a named list', { interactions: [row] }, { rows: [row], single: false }],
  ])('reads %s', async (_, body, rows) => {
    expect(await readRows(request(body), 'interactions')).toEqual(rows);
  });

  it.each([
    ['text/csv', 'csv'],
    ['text/csv; charset=utf-8', 'csv'],
    ['text/tab-separated-values', 'csv'],
    ['application/csv', 'csv'],
    ['application/ndjson', 'jsonl'],
    ['application/x-ndjson', 'jsonl'],
    ['Application/JSONL', 'jsonl'],
  ])('reads a file of the type %s', async (contentType, format) => {
    const file = Buffer.from('user,item\n');
    expect(await readRows(request(file, contentType), 'interactions')).toEqual({ file, format });
  });

  it.each([
    ['text/csv; charset=iso-8859-1', Buffer.from('user,item\nMüller,i\n', 'latin1')],
    ['text/csv', Buffer.from('\ufeffuser,item\nMüller,i\n', 'utf16le')],
    ['text/csv', Buffer.from('\ufeffuser,item\nMüller,i\n', 'utf16le').swap16()],
  ])('reads a file of %s in another charset', async (contentType, file) => {
    const rows = { file: Buffer.from('user,item\nMüller,i\n'), format: 'csv' };
    expect(await readRows(request(file, contentType), 'interactions')).toEqual(rows);
  });

  it('refuses a file that is not in its charset', async () => {
    const body = request(Buffer.from([0x80, 0xff]), 'text/csv; charset=shift_jis');
    await expect(readRows(body, 'interactions')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', field: 'file' });
  });

  it.each([['a text'], [null], [7]])('refuses %j', async (body) => {
    await expect(readRows(request(body), 'interactions')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('refuses a named list that is not a list', async () => {
    await expect(readRows(request({ interactions: 'all' }), 'interactions')).rejects.toMatchObject({
      field: 'interactions',
    });
  });

  it.each([
    ['rows.CSV', undefined, 'csv'],
    ['rows.ndjson', undefined, 'jsonl'],
    ['rows.txt', 'csv', 'csv'],
    ['rows.txt', 'CSV', 'csv'],
    ['rows.txt', 'tsv', 'csv'],
    ['rows.txt', 'ndjson', 'jsonl'],
    ['rows.csv', 'jsonl', 'jsonl'],
  ])('knows the format of the file %s in a form that says %s', async (filename, format, expected) => {
    const file = Object.assign(Buffer.from('user,item\n'), { filename });
    const fields = { file, ...(format ? { format } : {}) };
    expect(await readRows(form(fields), 'interactions')).toMatchObject({ format: expected });
  });

  it('asks for the format of a file whose name does not tell it', async () => {
    const file = Object.assign(Buffer.from('user,item\n'), { filename: 'rows' });
    await expect(readRows(form({ file }), 'interactions')).rejects.toMatchObject({ field: 'format' });
  });
});
