import { InMemoryClassifierStore } from '../../test/fixtures/in-memory-classifier.store.js';
import { ClassifierRegistry, MAX_PER_TENANT } from './classifier-registry.js';

const ref = (name: string, tenant = 'acme') => ({ tenant, name });

describe('the classifiers of classifiers', () => {
  it('knows what another replica stored and deleted', async () => {
    const store = new InMemoryClassifierStore();
    const classifiers = new ClassifierRegistry(store);
    await classifiers.start();
    await store.put(ref('tickets'), Uint8Array.of(1));
    expect(await classifiers.delete(ref('tickets', 'other'))).toBe(false);
    expect(await classifiers.delete(ref('tickets'))).toBe(true);
    expect(await classifiers.delete(ref('tickets'))).toBe(false);
  });

  it('names a classifier that is not there, and refuses a name that is a key of somebody else', () => {
    const classifiers = new ClassifierRegistry(new InMemoryClassifierStore());
    expect(() => classifiers.get(ref('none'))).toThrow(
      expect.objectContaining({ code: 'NOT_FOUND', field: 'classifier' }),
    );
    expect(() => classifiers.get(ref('a.b'))).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
    expect(() => classifiers.get(ref('a', 'x.y'))).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });

  it('takes so many of one tenant, and still replaces them', async () => {
    const store = new InMemoryClassifierStore();
    const classifiers = new ClassifierRegistry(store);
    await classifiers.start();
    for (let at = 0; at < MAX_PER_TENANT; at++) await store.put(ref(`c${at}`), Uint8Array.of(1));
    expect(() => classifiers.admit(ref('one-more'))).toThrow(expect.objectContaining({ code: 'CONFLICT' }));
    expect(() => classifiers.admit(ref('c0'))).not.toThrow();
    expect(() => classifiers.admit(ref('one-more', 'other'))).not.toThrow();
  });
});
