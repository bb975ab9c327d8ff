import { InMemoryClassifierStore } from '../../test/fixtures/in-memory-classifier.store.js';
import { ClassifierShelf, MAX_PER_TENANT } from './classifier-shelf.js';

const ref = (name: string, tenant = 'acme') => ({ tenant, name });

describe('the shelf of classifiers', () => {
  it('knows what another replica stored and deleted', async () => {
    const store = new InMemoryClassifierStore();
    const shelf = new ClassifierShelf(store);
    await shelf.start();
    await store.put(ref('tickets'), Uint8Array.of(1));
    expect(await shelf.delete(ref('tickets', 'other'))).toBe(false);
    expect(await shelf.delete(ref('tickets'))).toBe(true);
    expect(await shelf.delete(ref('tickets'))).toBe(false);
  });

  it('names a classifier that is not there, and refuses a name that is a key of somebody else', () => {
    const shelf = new ClassifierShelf(new InMemoryClassifierStore());
    expect(() => shelf.get(ref('none'))).toThrow(expect.objectContaining({ code: 'NOT_FOUND', field: 'classifier' }));
    expect(() => shelf.get(ref('a.b'))).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
    expect(() => shelf.get(ref('a', 'x.y'))).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });

  it('takes so many of one tenant, and still replaces them', async () => {
    const store = new InMemoryClassifierStore();
    const shelf = new ClassifierShelf(store);
    await shelf.start();
    for (let at = 0; at < MAX_PER_TENANT; at++) await store.put(ref(`c${at}`), Uint8Array.of(1));
    expect(() => shelf.admit(ref('one-more'))).toThrow(expect.objectContaining({ code: 'CONFLICT' }));
    expect(() => shelf.admit(ref('c0'))).not.toThrow();
    expect(() => shelf.admit(ref('one-more', 'other'))).not.toThrow();
  });
});
