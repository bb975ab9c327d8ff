import { MemoryRecords } from '@llmos/registry';
import { memoryClassifiers } from '../../test/fixtures/memory-classifiers.js';
import { MAX_PER_TENANT, type ClassifierRegistry } from './classifier-registry.js';
import { trainFewShot, type FewShotClassifier } from './few-shot-classifier.js';

const ref = (name: string, tenant = 'acme') => ({ tenant, name });

const examples = Array.from({ length: 16 }, (_, at) => ({
  label: at % 2 ? 'yes' : 'no',
  vector: Float32Array.of(at % 2 ? 1 : -1, Math.sin(at)),
}));
const trained = trainFewShot(examples).classifier;

function add(classifiers: ClassifierRegistry, name: string, classifier: FewShotClassifier = trained): Promise<void> {
  const report = { name, version: `run-${name}`, labels: ['no', 'yes'], examples: 16, accuracy: 1, seconds: 0 };
  return classifiers.add('acme', classifier, report);
}

describe('ClassifierRegistry', () => {
  it('serves and deletes what another replica stored', async () => {
    const records = new MemoryRecords();
    const [one, other] = [await memoryClassifiers({ records }), await memoryClassifiers({ records })];
    await add(one, 'tickets');
    expect(other.get(ref('tickets')).classify(Float32Array.of(1, 0)).label).toBe('yes');
    expect(await other.delete(ref('tickets', 'other'))).toBe(false);
    expect(await other.delete(ref('tickets'))).toBe(true);
    expect(await other.delete(ref('tickets'))).toBe(false);
    expect(() => one.get(ref('tickets'))).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });

  it('reads classifiers that were stored before there were version records, and replaces them', async () => {
    const records = new MemoryRecords();
    await records.update('acme.old', Buffer.from(trained.serialise()), 0);
    const classifiers = await memoryClassifiers({ records });
    expect(classifiers.get(ref('old')).classify(Float32Array.of(-1, 0)).label).toBe('no');
    await add(classifiers, 'old');
    expect(classifiers.reportOf(ref('old'), 'run-old')?.name).toBe('old');
  });

  it('rejects a classifier that is too large to be stored', async () => {
    const classifiers = await memoryClassifiers({ maxBytes: 100 });
    await expect(add(classifiers, 'large')).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE', field: 'examples' });
    expect(() => classifiers.get(ref('large'))).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });

  it('names an unknown classifier, and rejects a name that is the key of another tenant', async () => {
    const classifiers = await memoryClassifiers();
    expect(() => classifiers.get(ref('none'))).toThrow(
      expect.objectContaining({ code: 'NOT_FOUND', field: 'classifier' }),
    );
    expect(() => classifiers.get(ref('a.b'))).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
    expect(() => classifiers.get(ref('a', 'x.y'))).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });

  it('limits the classifiers of a tenant, and still replaces them', async () => {
    const classifiers = await memoryClassifiers();
    for (let at = 0; at < MAX_PER_TENANT; at++) await add(classifiers, `c${at}`);
    expect(() => classifiers.admit(ref('one-more'))).toThrow(expect.objectContaining({ code: 'CONFLICT' }));
    expect(() => classifiers.admit(ref('c0'))).not.toThrow();
    expect(() => classifiers.admit(ref('one-more', 'other'))).not.toThrow();
  });
});
