import { train } from '@llmos/contracts/capabilities/recommender';
import { NO_MODELS, rolledBack, withVersion, type KeptVersion, type ModelRecord } from './model-record.js';

function kept(version: string, replaced = true): KeptVersion {
  const report = train.output.parse({ ...train.example.output, version, replaced });
  const file = { object: version, sha256: 'x', sizeBytes: 1 };
  const { algorithm, users, items, interactions } = report;
  return {
    version,
    algorithm,
    users,
    items,
    interactions,
    createdAt: '2024-01-01T00:00:00Z',
    ndcg10: 0.1,
    ...file,
    report,
  };
}
const names = ({ versions }: ModelRecord) => versions.map(({ version }) => version);
const trained = (...versions: KeptVersion[]) => versions.reduce(withVersion, NO_MODELS);

describe('the record of trained models', () => {
  it('keeps the newest five, and the serving one however old it is', () => {
    const record = trained(kept('v1'), ...['v2', 'v3', 'v4', 'v5', 'v6', 'v7'].map((name) => kept(name, false)));
    expect(record.serving).toBe('v1');
    expect(names(record)).toEqual(['v7', 'v6', 'v5', 'v4', 'v1']);
  });

  it('goes back step by step, passing over those that never served', () => {
    const record = trained(kept('v1'), kept('v2'), kept('v3', false), kept('v4'));
    const once = rolledBack(record, 'r1');
    expect(once.serving).toBe('v2');
    expect(rolledBack(once, 'r2').serving).toBe('v1');
    expect(() => rolledBack(rolledBack(once, 'r2'), 'r3')).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
    expect(rolledBack(rolledBack(record, 'r1', 'v3'), 'r2').serving).toBe('v4');
  });

  it('goes back to nothing that is not kept', () => {
    expect(() => rolledBack(NO_MODELS, 'r')).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
    expect(() => rolledBack(trained(kept('v1')), 'r', 'v9')).toThrow(expect.objectContaining({ field: 'version' }));
  });
});
