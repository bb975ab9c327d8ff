import fc from 'fast-check';
import { LlmosError } from '@llmos/contracts';
import { InMemoryEntryStore } from '../../test/fixtures/in-memory-entry.store.js';
import { DataFeed } from '../data/data-feed.js';
import type { EntryRef } from '../data/entry-ref.js';
import type { StoredInteraction } from '../data/history.js';
import { InteractionsService } from './interactions.service.js';

const RUN = '019a0000-0000-7000-8000-000000000001';
const task = { tenant: 'acme', run: RUN, signal: new AbortController().signal };
const rows = (values: readonly unknown[]) => values.map((value, row) => ({ row, value }));

async function start(store = new InMemoryEntryStore<readonly StoredInteraction[]>()) {
  const feed = new DataFeed(store, new InMemoryEntryStore());
  await feed.start();
  const limits = { maxUsers: 100, maxItems: 100, maxHistory: 50 };
  return { service: new InteractionsService(store, feed, limits), data: () => feed.tenant('acme'), store };
}

describe('InteractionsService', () => {
  it('reports the outcome of every row, valid or not, and stores none twice', async () => {
    const id = fc.oneof(
      fc.constantFrom('a', '__proto__', 'constructor', '>', ' '),
      fc.string({ maxLength: 5 }),
      fc.integer(),
    );
    const good = fc.record({ user: id, item: id, at: fc.constantFrom(undefined, '2024-01-01T00:00:00Z', 'x') });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(good, fc.anything()), { maxLength: 20 }), async (values) => {
        const { service, data } = await start();
        const first = await service.record(rows(values), task);
        expect(first.accepted + first.duplicates + first.rejected).toBe(values.length);
        expect(data().interactions).toBe(first.accepted);
        const again = await service.record(rows(values), task);
        expect(again).toMatchObject({ accepted: 0, duplicates: first.accepted + first.duplicates });
      }),
      { numRuns: 60 },
    );
  });

  it('uses the start of the run for a row without a time, and rejects a time in the future', async () => {
    const { service } = await start();
    const tomorrow = new Date(Date.now() + 3 * 86_400_000).toISOString();
    const report = await service.record(
      rows([
        { user: 'a', item: 'x' },
        { user: 'a', item: 'y', at: tomorrow },
      ]),
      task,
    );
    expect(report).toMatchObject({ accepted: 1, rejections: [{ row: 1, reason: expect.stringContaining('at:') }] });
    const [interaction] = await service.exportUser('a', task);
    expect(interaction).toEqual({ user: 'a', item: 'x', event: 'view', value: 1, at: '2025-10-20T05:03:11.360Z' });
  });

  it('does not include values of a row in the reason of its rejection', async () => {
    const { service } = await start();
    const { rejections } = await service.record(rows([{ user: 'SECRET\u0000', item: 'x' }, { user: 5 }]), task);
    expect(JSON.stringify(rejections)).not.toContain('SECRET');
  });

  it('merges with a concurrent write, and rejects with UNAVAILABLE while the store is away', async () => {
    class Contested extends InMemoryEntryStore<readonly StoredInteraction[]> {
      failures = 3;
      override async put(ref: EntryRef, value: readonly StoredInteraction[], expected: number): Promise<number> {
        if (this.failures-- > 0) throw new LlmosError('CONFLICT', 'changed');
        return super.put(ref, value, expected);
      }
    }
    const { service } = await start(new Contested());
    expect(await service.record(rows([{ user: 'a', item: 'x' }]), task)).toMatchObject({ accepted: 1 });
    class Away extends InMemoryEntryStore<readonly StoredInteraction[]> {
      override get(): Promise<never> {
        return Promise.reject(new LlmosError('UNAVAILABLE', 'away'));
      }
    }
    const away = (await start(new Away())).service.record(rows([{ user: 'a', item: 'x' }]), task);
    await expect(away).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('erases a user at once, and no other user', async () => {
    const { service, data } = await start();
    await service.record(
      rows([
        { user: 'a', item: 'x' },
        { user: 'b', item: 'x' },
      ]),
      task,
    );
    expect(await service.eraseUser('a', task)).toBe(1);
    expect(data().users).toBe(1);
    expect(data().historyOf('a')).toEqual([]);
    expect(await service.eraseUser('a', task)).toBe(0);
  });
});
