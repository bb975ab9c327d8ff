import { waitFor } from '@llmos/testing';
import { LlmosError } from '@llmos/contracts';
import { InMemoryEntryStore } from '../../test/fixtures/in-memory-entry.store.js';
import { LetterEmbeddings } from '../../test/fixtures/letter-embeddings.js';
import { DataFeed } from '../data/data-feed.js';
import type { StoredItem } from '../ports/item-store.port.js';
import { ItemVectors } from './item-vectors.js';
import { ItemsService } from './items.service.js';

const signal = new AbortController().signal;
const pot = { id: 'pot', title: 'Pot', text: 'A round pot.', inStock: true };

async function start(embeddings = new LetterEmbeddings()) {
  const store = new InMemoryEntryStore<StoredItem>();
  const feed = new DataFeed(new InMemoryEntryStore(), store);
  const errors: unknown[] = [];
  const vectors = new ItemVectors({ feed, store, embeddings, onError: (error) => errors.push(error) });
  vectors.start();
  await feed.start();
  const items = new ItemsService(store, feed, 100);
  return { items, vectors, feed, errors, item: (id: string) => feed.tenant('acme').item(id) };
}

describe('ItemVectors', () => {
  it('embeds written items, and embeds them again only if their text changes', async () => {
    const embeddings = new LetterEmbeddings();
    const { items, item, vectors } = await start(embeddings);
    await items.upsert([pot], { tenant: 'acme', signal });
    expect(item('pot')).toMatchObject(pot);
    await waitFor('the vector', () => item('pot')?.vector !== undefined);
    await items.upsert([{ ...pot, inStock: false }], { tenant: 'acme', signal });
    expect(item('pot')).toMatchObject({ inStock: false, vector: expect.any(Float32Array) });
    expect(embeddings.texts).toBe(1);
    await items.upsert([{ ...pot, text: 'A square pot.' }], { tenant: 'acme', signal });
    await waitFor('the new vector', () => embeddings.texts === 2 && vectors.pending === 0);
    vectors.stop();
  });

  it('does not affect the items themselves when the model fails', async () => {
    const failing = { model: 'none', texts: 0, embed: () => Promise.reject(new LlmosError('UNAVAILABLE', 'broken')) };
    const { items, item, errors, vectors } = await start(failing);
    await items.upsert([pot], { tenant: 'acme', signal });
    expect(item('pot')).toMatchObject(pot);
    await waitFor('the failure to be told', () => errors.length > 0);
    expect(vectors.pending).toBe(1);
    vectors.stop();
  });

  it('calls a failing model once per pause, not once per written item', async () => {
    const failing = { model: 'none', texts: 0, embed: () => Promise.reject(new LlmosError('UNAVAILABLE', 'broken')) };
    const { items, errors, vectors } = await start(failing);
    for (let n = 0; n < 50; n++) await items.upsert([{ ...pot, id: `pot-${n}` }], { tenant: 'acme', signal });
    await waitFor('all items to be pending', () => vectors.pending === 50);
    expect(errors).toHaveLength(1);
    vectors.stop();
  });
});
