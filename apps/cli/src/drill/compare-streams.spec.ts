import type { StoredMessage } from '@llmos/bus';
import { compareStream } from './compare-streams.js';

const NOW = 1_000_000_000;
const DAY_NANOS = 86_400_000_000_000;

/** `3b` → message 3 with the content b. */
const message = (text: string, age = 0): StoredMessage => ({
  sequence: Number.parseInt(text, 10),
  subject: 'llmos.out.acme.x',
  storedAtMs: NOW - age,
  digest: text.replace(/^\d+/u, ''),
  expires: text.endsWith('ttl'),
});
async function* each(texts: readonly string[], age = 0) {
  for (const text of texts) yield await Promise.resolve(message(text, age));
}
const compare = (copy: readonly string[], running: readonly string[], config = {}, age = 0) =>
  compareStream(
    {
      head: { config: { name: 'S', ...config }, state: { messages: 3, last_seq: 3 } },
      copy: each(copy, age),
      running: each(running, age),
    },
    NOW,
  );

describe('A stream of a copy', () => {
  it('agrees with the running one as far as the backup goes', async () => {
    const found = await compare(['1a', '2b', '3c'], ['1a', '2b', '3c', '4d', '6e']);
    expect(found).toEqual({ name: 'S', same: 3, newer: 2, newerSinceMs: NOW, gone: 0, faults: [] });
  });

  it('may have what the running one has processed or replaced since', async () => {
    expect(await compare(['1a', '2b', '3c'], ['2b', '5a'])).toMatchObject({ same: 1, newer: 1, gone: 2, faults: [] });
    expect(await compare(['1a', '2b', '3c'], [])).toMatchObject({ same: 0, newer: 0, gone: 3, faults: [] });
  });

  it('may have messages of its own after the backup', async () => {
    expect(await compare(['3c', '4x'], ['3c', '4y'])).toMatchObject({ same: 1, newer: 1, gone: 0, faults: [] });
  });

  it('differs when a message is missing or has another content', async () => {
    const { faults } = await compare(['1a', '3x'], ['1a', '2b', '3c']);
    expect(faults).toEqual([
      'message 2 (llmos.out.acme.x) is not in the copy',
      'message 3 (llmos.out.acme.x) has another content in the copy',
    ]);
  });

  it('names no more than five differences', async () => {
    const many = await compareStream({
      head: { config: { name: 'S' }, state: { messages: 9, last_seq: 9 } },
      copy: each([]),
      running: each(['1a', '2a', '3a', '4a', '5a', '6a', '7a']),
    });
    expect(many.faults).toHaveLength(5);
  });

  it('may lack what has just expired, or has become due', async () => {
    expect((await compare(['1a'], ['1a', '2ttl'])).faults).toEqual([]);
    expect((await compare([], ['2b'], { allow_msg_schedules: true })).faults).toEqual([]);
    expect((await compare([], ['2b'], { max_age: DAY_NANOS }, 86_400_000)).faults).toEqual([]);
    expect((await compare([], ['2b'], { max_age: DAY_NANOS }, 60_000)).faults).toHaveLength(1);
  });
});
