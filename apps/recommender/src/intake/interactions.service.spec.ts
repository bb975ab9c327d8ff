import fc from 'fast-check';
import { LlmosError } from '@llmos/contracts';
import { InMemoryEntryStore } from '../../test/fixtures/in-memory-entry.store.js';
import { DataFeed } from '../data/data-feed.js';
import type { EntryRef } from '../data/entry-ref.js';
import type { Deed } from '../data/history.js';
import { InteractionsService } from './interactions.service.js';

const RUN = '019a0000-0000-7000-8000-000000000001';
const caller = { tenant: 'acme', run: RUN, signal: new AbortController().signal };
const rows = (values: readonly unknown[]) => values.map((value, row) => ({ row, value }));

async function start(store = new InMemoryEntryStore<readonly Deed[]>()) {
  const feed = new DataFeed(store, new InMemoryEntryStore());
  await feed.start();
  const limits = { maxUsers: 100, maxItems: 100, maxHistory: 50 };
  return { service: new InteractionsService(store, feed, limits), data: () => feed.tenant('acme'), store };
}

describe('InteractionsService', () => {
  it('tells what became of every row, whatever it is, and takes none twice', async () => {
    const id = fc.oneof(
      fc.constantFrom('a', '__proto__', 'constructor', '>', ' '),
      fc.string({ maxLength: 5 }),
      fc.integer(),
    );
    const good = fc.record({ user: id, item: id, at: fc.constantFrom(undefined, '2024-01-01T00:00:00Z', 'x') });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(good, fc.anything()), { maxLength: 20 }), async (values) => {
        const { service, data } = await start();
        const first = await service.record(rows(values), caller);
        expect(first.accepted + first.duplicates + first.rejected).toBe(values.length);
        expect(data().interactions).toBe(first.accepted);
        const again = await service.record(rows(values), caller);
        expect(again).toMatchObject({ accepted: 0, duplicates: first.accepted + first.duplicates });
      }),
      { numRuns: 60 },
    );
  });

  it("gives a row without a time its run's, and refuses the day after tomorrow", async () => {
    const { service } = await start();
    const tomorrow = new Date(Date.now() + 3 * 86_400_000).toISOString();
    const report = await service.record(
      rows([
        { user: 'a', item: 'x' },
        { user: 'a', item: 'y', at: tomorrow },
      ]),
      caller,
    );
    expect(report).toMatchObject({ accepted: 1, rejections: [{ row: 1, reason: expect.stringContaining('at:') }] });
    const [deed] = await service.exportUser('a', caller);
    expect(deed).toEqual({ user: 'a', item: 'x', event: 'view', value: 1, at: '2025-10-20T05:03:11.360Z' });
  });

  it('names no value of a row in a reason', async () => {
    const { service } = await start();
    const { rejections } = await service.record(rows([{ user: 'SECRET\u0000', item: 'x' }, { user: 5 }]), caller);
    expect(JSON.stringify(rejections)).not.toContain('SECRET');
  });

  it('merges with what somebody else wrote in between, and passes on that the store is away', async () => {
    class Contested extends InMemoryEntryStore<readonly Deed[]> {
      failures = 3;
      override async put(ref: EntryRef, value: readonly Deed[], expected: number): Promise<number> {
        if (this.failures-- > 0) throw new LlmosError('CONFLICT', 'somebody was first');
        return super.put(ref, value, expected);
      }
    }
    const { service } = await start(new Contested());
    expect(await service.record(rows([{ user: 'a', item: 'x' }]), caller)).toMatchObject({ accepted: 1 });
    class Away extends InMemoryEntryStore<readonly Deed[]> {
      override get(): Promise<never> {
        return Promise.reject(new LlmosError('UNAVAILABLE', 'away'));
      }
    }
    const away = (await start(new Away())).service.record(rows([{ user: 'a', item: 'x' }]), caller);
    await expect(away).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('forgets a user at once, and only that one', async () => {
    const { service, data } = await start();
    await service.record(
      rows([
        { user: 'a', item: 'x' },
        { user: 'b', item: 'x' },
      ]),
      caller,
    );
    expect(await service.eraseUser('a', caller)).toBe(1);
    expect(data().users).toBe(1);
    expect(data().historyOf('a')).toEqual([]);
    expect(await service.eraseUser('a', caller)).toBe(0);
  });
});
