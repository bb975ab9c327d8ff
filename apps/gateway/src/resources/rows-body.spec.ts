import type { FastifyRequest } from 'fastify';
import { readRows } from './rows-body.js';

const request = (body: unknown, contentType = 'application/json') =>
  ({ body, headers: { 'content-type': contentType }, isMultipart: () => false }) as unknown as FastifyRequest;

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
    ['application/x-ndjson', 'jsonl'],
    ['Application/JSONL', 'jsonl'],
  ])('reads a file of the type %s', async (contentType, format) => {
    const file = Buffer.from('user,item\n');
    expect(await readRows(request(file, contentType), 'interactions')).toEqual({ file, format });
  });

  it.each([['a text'], [null], [7]])('refuses %j', async (body) => {
    await expect(readRows(request(body), 'interactions')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('refuses a named list that is not a list', async () => {
    await expect(readRows(request({ interactions: 'all' }), 'interactions')).rejects.toMatchObject({
      field: 'interactions',
    });
  });
});
