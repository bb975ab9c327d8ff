import fc from 'fast-check';
import { readRows, type FileFormat, type FileRow } from './file-rows.js';

async function rowsOf(text: string | Uint8Array, format: FileFormat): Promise<FileRow[]> {
  const rows: FileRow[] = [];
  for await (const row of readRows(Buffer.from(text as string), format, { kind: 'interactions' })) rows.push(row);
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
    expect(values(await rowsOf('"user", "item"\n"1", "2"\n', 'csv'))).toEqual([{ user: '1', item: '2' }]);
    expect(values(await rowsOf('sep=|\n"user"|"item"\n1|"2|3"\n', 'csv'))).toEqual([{ user: '1', item: '2|3' }]);
  });

  it('takes a header that comes again for no row', async () => {
    expect(values(await rowsOf('user,item\na,x\nuser,item\n"user", item\nb,y\nuser,z\n', 'csv'))).toEqual([
      { user: 'a', item: 'x' },
      { user: 'b', item: 'y' },
      { user: 'user', item: 'z' },
    ]);
  });

  it.each([
    ['user,item\ra,x\rb,"y\rz"\r', 'csv'],
    ['user,item\ra,x\rb,"y\rz"\r\n', 'csv'],
    ['{"user":"a","item":"x"}\r{"user":"b","item":"y\\nz"}', 'jsonl'],
  ] as const)('reads lines that end with a carriage return alone: %j', async (text, format) => {
    expect(values(await rowsOf(text, format))).toEqual([
      { user: 'a', item: 'x' },
      { user: 'b', item: 'y\nz' },
    ]);
  });

  it.each([
    ['names without a header', 'u1,j1,buy\nu2,j2,buy\n'],
    ['numbers without a header', '196\t242\t3\t881250949\n'],
    ['lines that end with a carriage return alone, without a header', 'u1,j1\ru2,j2\r'],
    ['a header without the items', 'user_id,when\n1,2\n'],
    ['a text', 'hello\n'],
    ['an unclosed quotation mark', 'user,"item\na,b\n'],
    ['another encoding', Buffer.from('user,item\na,b\n', 'utf16le')],
  ])('refuses as a whole, with an example, a CSV file of %s', async (_, text) => {
    await expect(rowsOf(text, 'csv')).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      field: 'file',
      message: expect.stringMatching(/^Line 1 is not a header.*such as user,item,event,value,at\./) as string,
    });
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

  it('stops when the signal aborts', async () => {
    const gone = readRows(Buffer.from('{}\n'), 'jsonl', {
      kind: 'interactions',
      signal: AbortSignal.abort(new Error('gone')),
    });
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
