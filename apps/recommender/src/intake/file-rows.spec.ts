import fc from 'fast-check';
import { readRows, type FileFormat, type FileRow } from './file-rows.js';

async function rowsOf(text: string | Uint8Array, format: FileFormat): Promise<FileRow[]> {
  const rows: FileRow[] = [];
  for await (const row of readRows(Buffer.from(text as string), format)) rows.push(row);
  return rows;
}
const values = (rows: FileRow[]) => rows.flatMap(({ value }) => (value ? [value] : []));

describe('readRows', () => {
  it('reads CSV with quoted fields, line breaks in them, other delimiters and a byte order mark', async () => {
    expect(values(await rowsOf('\uFEFFuser,item\r\na,"x, ""y""\nz"\r\n\r\nb,c', 'csv'))).toEqual([
      { user: 'a', item: 'x, "y"\nz' },
      { user: 'b', item: 'c' },
    ]);
    expect(values(await rowsOf('user\titem\n1\t2\n', 'csv'))).toEqual([{ user: '1', item: '2' }]);
    expect(values(await rowsOf('user;item\n1;2\n', 'csv'))).toEqual([{ user: '1', item: '2' }]);
  });

  it('reads the rows after an unclosed quotation mark', async () => {
    const rest = Array.from({ length: 60 }, (_, n) => `u${n},i${n}`);
    const rows = await rowsOf(['user,item', 'a,"b', ...rest, 'x,"y'].join('\n'), 'csv');
    expect(rows.filter(({ fault }) => fault !== undefined).map(({ line }) => line)).toEqual([2, 63]);
    expect(values(rows)).toHaveLength(60);
  });

  it('reads every valid row between arbitrary bytes, in both formats', async () => {
    // Without quotation marks: two in neighbouring lines form a valid field with a line break.
    const garbage = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes.filter((byte) => byte !== 34)));
    await fc.assert(
      fc.asyncProperty(
        fc.array(garbage, { maxLength: 12 }),
        fc.constantFrom<FileFormat>('csv', 'jsonl'),
        async (lines, format) => {
          const good = (n: number): string => (format === 'csv' ? `good,${n}` : `{"user":"good","item":"${n}"}`);
          const parts = lines.flatMap((line, n) => [line, Buffer.from(`\n${good(n)}\n`)]);
          const file = Buffer.concat([Buffer.from(format === 'csv' ? 'user,item\n' : ''), ...parts]);
          const found = values(await rowsOf(file, format)).filter(({ user }) => user === 'good');
          expect(found).toHaveLength(lines.length);
        },
      ),
    );
  });

  it('never throws for lines of quotation marks', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: fc.constantFrom('"', ',', '\n', 'a'), maxLength: 200 }), async (lines) => {
        await expect(rowsOf(`user,item\n${lines}`, 'csv')).resolves.toBeDefined();
      }),
    );
  });

  it('rejects a CSV file without a header, and stops when the signal aborts', async () => {
    await expect(rowsOf('1,2\n3,4\n', 'csv')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', field: 'file' });
    const gone = readRows(Buffer.from('{}\n'), 'jsonl', { signal: AbortSignal.abort(new Error('gone')) });
    await expect(gone.next()).rejects.toThrow('gone');
  });

  it('rejects an over-long line without parsing it', async () => {
    const rows = await rowsOf(`{"user":"${'x'.repeat(100_000)}"}\n{"user":"a"}\n`, 'jsonl');
    expect(rows).toEqual([
      { line: 1, fault: expect.stringContaining('bytes') },
      { line: 2, value: { user: 'a' } },
    ]);
  });
});
