import { BUCKETS, newRunId } from '@llmos/contracts';
import { Bus } from '@llmos/mesh';
import { AtRest, TenantKeys } from '@llmos/vault';
import { newMasterKeyPem, RsaKeyService } from '@llmos/privacy';
import { filesHolding, startNatsServer, waitFor, type TestNatsServer } from '@llmos/testing';
import { KvNoteStore } from '../src/adapters/kv-note.store.adapter.js';
import type { Note } from '../src/ports/note-store.port.js';

const note: Note = {
  questions: ['CANARY gold?'],
  unanswered: [{ text: 'CANARY gold?', vector: Float32Array.of(0.6, -0.8) }],
  model: 'words',
  answer: 'It is not there.',
  documents: [],
  passages: [],
};

describe('Kept questions', () => {
  let nats: TestNatsServer;
  let bus: Bus;
  let keys: TenantKeys;
  const faults: string[] = [];
  const open = (maxNotes = 100, encrypts = true) =>
    KvNoteStore.open(bus, { maxNotes, atRest: new AtRest(keys, encrypts), onError: (key) => faults.push(key) });
  const noted = async (store: KvNoteStore, tenant: string, count: number, user?: string): Promise<string[]> => {
    const runs = Array.from({ length: count }, () => newRunId()).sort();
    for (const run of runs) await store.add({ tenant, run }, { ...note, ...(user ? { user } : {}) });
    return runs;
  };

  beforeAll(async () => {
    nats = await startNatsServer();
    bus = await Bus.connect({ url: nats.url, service: 'retrieval-test' });
    const master = RsaKeyService.fromPem(await newMasterKeyPem());
    keys = await TenantKeys.open(bus, { openMaster: () => Promise.resolve(master) });
  }, 120_000);
  afterAll(async () => {
    await bus.close();
    await nats.stop();
  });

  it('are sealed on the disk of the broker, and read by every replica, newest first', async () => {
    const runs = await noted(await open(), 'acme', 3);
    const read = await (await open()).read('acme');
    expect(read.map(({ run }) => run)).toEqual(runs.reverse());
    expect(read[0]).toMatchObject({ questions: ['CANARY gold?'], model: 'words', documents: [] });
    const [x, y] = read[0]!.unanswered[0]!.vector!;
    expect([x, y]).toEqual([expect.closeTo(0.6, 2), expect.closeTo(-0.8, 2)]);
    expect(await (await open()).read('other')).toEqual([]);
    expect(await filesHolding(nats.pid, 'CANARY')).toEqual([]);
  });

  it('are stored once for a run', async () => {
    const store = await open();
    const [run] = await noted(store, 'once', 1);
    expect(await store.add({ tenant: 'once', run: run! }, { ...note, answer: 'another' })).toBe(false);
    expect(await store.read('once')).toMatchObject([{ answer: note.answer }]);
  });

  it('keep the feedback of their answer, and a replaced one is on the disk no longer', async () => {
    const store = await open(100, false);
    const [run] = await noted(store, 'rated', 1);
    const ref = { tenant: 'rated', run: run! };
    await store.setFeedback(ref, { helpful: false, correction: 'PARROT', atMs: 1 });
    expect(await filesHolding(nats.pid, 'PARROT')).not.toEqual([]);
    await store.setFeedback(ref, { helpful: true, atMs: 2 });
    expect(await store.get(ref)).toMatchObject({ answer: note.answer, feedback: { helpful: true, atMs: 2 } });
    expect(await store.read('rated')).toHaveLength(1);
    expect(await filesHolding(nats.pid, 'PARROT')).toEqual([]);
    expect(await store.forget('rated', 'nobody')).toBe(0);
    const unknown = { tenant: 'rated', run: newRunId() };
    await store.setFeedback(unknown, { helpful: true, atMs: 2 });
    expect(await store.get(unknown)).toBeUndefined();
    await keys.shred('rated');
  });

  it('are at most so many for each tenant: the oldest are dropped', async () => {
    const store = await open(40);
    await noted(store, 'busy', 39);
    const [other] = await noted(store, 'quiet', 1);
    const last = await noted(store, 'busy', 20);
    await waitFor('the oldest to be dropped', async () => (await store.read('busy')).length <= 42);
    const read = await store.read('busy');
    expect(read.length).toBeGreaterThanOrEqual(40);
    expect(read.slice(0, 20).map(({ run }) => run)).toEqual(last.reverse());
    expect(await store.read('quiet')).toMatchObject([{ run: other }]);
  });

  it('of a user are removed, those of others stay', async () => {
    const store = await open();
    await noted(store, 'people', 2, 'ann');
    await noted(store, 'people', 1, 'bob');
    expect(await store.forget('people', 'ann')).toBe(2);
    expect(await store.read('people')).toMatchObject([{ user: 'bob' }]);
    expect(await store.forget('people', 'ann')).toBe(0);
  });

  it('of a shredded tenant are gone, also those in plain text, from the disk too', async () => {
    const store = await open(100, false);
    await noted(store, 'leaver', 2);
    expect(await filesHolding(nats.pid, 'CANARY')).not.toEqual([]);
    await keys.shred('leaver');
    await waitFor('the files to be overwritten', async () => (await filesHolding(nats.pid, 'CANARY')).length === 0);
    expect(await store.read('leaver')).toEqual([]);
    await noted(await open(), 'leaver', 1);
    expect(await store.read('leaver')).toHaveLength(1);
  });

  it('that are damaged are named and left out', async () => {
    const store = await open();
    const [run] = await noted(store, 'damaged', 1);
    const bucket = await bus.kv(BUCKETS.questions, { erasable: true });
    await bucket.put('damaged.x', Buffer.from('no note'));
    expect(await store.read('damaged')).toMatchObject([{ run }]);
    // The count after the first note reads all of them, too.
    expect([...new Set(faults)]).toEqual(['damaged.x']);
  });
});
