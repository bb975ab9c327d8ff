import { longestHold } from '@llmos/testing';
import { InMemoryEntryStore } from '../../test/fixtures/in-memory-entry.store.js';
import { DataFeed } from '../data/data-feed.js';
import type { StoredInteraction } from '../data/history.js';
import type { StoredItem } from '../ports/item-store.port.js';
import { ImportService, type ImportRequest } from './import.service.js';
import { InteractionsService } from './interactions.service.js';
import { ItemsService } from './items.service.js';

const FILE_BYTES = 8 * 1024 * 1024;
const MAX_HOLD_MS = 200;
const task = {
  tenant: 'acme',
  run: '019a0000-0000-7000-8000-000000000001',
  signal: new AbortController().signal,
  emit: () => undefined,
};

async function open(): Promise<ImportService> {
  const stores = [
    new InMemoryEntryStore<readonly StoredInteraction[]>(),
    new InMemoryEntryStore<StoredItem>(),
  ] as const;
  const feed = new DataFeed(...stores);
  await feed.start();
  const interactions = new InteractionsService(stores[0], feed, { maxUsers: 100, maxItems: 100, maxHistory: 50 });
  return new ImportService(interactions, new ItemsService(stores[1], feed, 100));
}

/** Imports a file; returns the outcome and the longest time for which the event loop was blocked. */
async function imported(text: string, format: ImportRequest['format'], kind: ImportRequest['kind'] = 'interactions') {
  const service = await open();
  const file = Buffer.from(text);
  let outcome: unknown;
  const work = async (): Promise<void> => {
    outcome = await service.import({ file, format, kind }, task).catch((error: unknown) => error);
  };
  const holdMs = await longestHold(work, MAX_HOLD_MS);
  return { outcome, holdMs };
}

/** A header and lines of commas that fill the file. */
function commas(header: string, columns: number): string {
  const line = `\n${','.repeat(columns - 1)}`;
  const names = Array.from({ length: columns - header.split(',').length }, (_, n) => `,${n.toString(36)}`).join('');
  return header + names + line.repeat(Math.floor(FILE_BYTES / line.length));
}

describe('the import of a malicious file', () => {
  it('rejects a header of thousands of columns at once', async () => {
    const { outcome, holdMs } = await imported(commas('user,item', 16_331), 'csv');
    expect(outcome).toMatchObject({ code: 'INVALID_ARGUMENT', field: 'file', message: expect.stringMatching(/256/) });
    expect(holdMs).toBeLessThan(MAX_HOLD_MS);
    const longer = await imported(`user,${'x'.repeat(70_000)}\na,b\n`, 'csv');
    expect(longer.outcome).toMatchObject({ field: 'file', message: expect.stringMatching(/over 65536 bytes/) });
  }, 120_000);

  it.each([
    ['the maximum number of columns', 'csv', () => commas('user,item', 256)],
    ['lines far longer than the header', 'csv', () => `user,item${`\n${','.repeat(65_000)}`.repeat(130)}`],
    ['quotation marks that are never closed', 'csv', () => `user,item${`\n"${'a,b\n'.repeat(2_000)}`.repeat(60)}`],
    ['nothing but line breaks', 'jsonl', () => '\n'.repeat(FILE_BYTES / 4)],
    ['thousands of names in a row', 'jsonl', () => `{${'"User Id ":1,'.repeat(4_900)}"a":1}\n`.repeat(120)],
    ['deep values', 'jsonl', () => `{"user":${'['.repeat(30_000)}${']'.repeat(30_000)},"item":"a"}\n`.repeat(120)],
    ['invalid interactions', 'jsonl', () => '{"user":[],"item":1}\n'.repeat(80_000)],
  ] as const)(
    'does not block the event loop for a file with %s',
    async (_, format, text) => {
      const { outcome, holdMs } = await imported(text(), format);
      expect(holdMs).toBeLessThan(MAX_HOLD_MS);
      const { rows, rejections } = outcome as { rows: number; rejections: unknown[] };
      expect(rows).toBeGreaterThanOrEqual(0);
      expect(rejections.length).toBeLessThanOrEqual(1_000);
    },
    60_000,
  );
});

describe('a row of an imported file', () => {
  it('is rejected without being parsed when it is too long, as one line or as several', async () => {
    const long = 'x'.repeat(70_000);
    const text = `{"user":"a","item":"b","note":{"text":"${long}"}}\n{"user":"a","item":"b"}\n`;
    const jsonl = await imported(text, 'jsonl');
    expect(jsonl.outcome).toMatchObject({ accepted: 1, rejected: 1, rejections: [{ row: 1 }] });
    const part = 'x'.repeat(40_000);
    const csv = await imported(`user,item,note\na,b,"${part}\n${part}"\na,b,c\n`, 'csv');
    expect(csv.outcome).toMatchObject({ accepted: 1, rejections: [{ row: 2 }, { row: 3 }] });
  });

  it('is read by the columns of the header, with any common names and in any order', async () => {
    const { outcome } = await imported('Note,User ID,user_id,Product-Id,Rating\nx,,ann,7,4\n', 'csv');
    expect(outcome).toMatchObject({ rows: 1, accepted: 1, rejected: 0 });
  });
});
