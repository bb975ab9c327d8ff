import { durabilityCheck } from './durability.js';

describe('durabilityCheck', () => {
  it.each([
    ['one copy', undefined, 1, 'failed'],
    ['two copies', undefined, 2, 'failed'],
    ['three copies', undefined, 3, 'ready'],
    ['a broker that syncs', 'synced', 1, 'ready'],
    ['accepted losses', 'relaxed', 1, 'ready'],
  ] as const)('with %s', (_, durability, copies, state) => {
    expect(durabilityCheck(durability, copies).state).toBe(state);
  });

  it('names three ways out, and keeps saying that losses are accepted', () => {
    expect(durabilityCheck(undefined, 1).message).toMatch(/sync_interval: always.*LLMOS_NATS_REPLICAS=3.*relaxed/);
    expect(durabilityCheck('relaxed', 1).message).toMatch(/can lose accepted work/);
    expect(durabilityCheck('relaxed', 3).message).toBeUndefined();
  });
});
