import fc from 'fast-check';
import { decodeCheckpoint, encodeCheckpoint, fingerprintOf } from './ials-checkpoint.js';
import { resolveSettings } from './settings.js';
import { prepareRows } from './training-set.js';

const rows = [
  { user: 'ann', item: 'tea' },
  { user: 'ann', item: 'cup' },
];
const set = prepareRows(rows);
const settings = resolveSettings({ algorithm: 'ials', factors: 2 }, set);
const fingerprint = fingerprintOf(set, settings);
const state = { sweep: 3, itemFactors: Float32Array.of(1, 2, 3, 4) };

describe('a checkpoint', () => {
  it('is decoded to the state of the training', () => {
    expect(decodeCheckpoint(encodeCheckpoint(fingerprint, state), fingerprint, 4)).toEqual(state);
  });

  it('is not used for other interactions or other settings', () => {
    const bytes = encodeCheckpoint(fingerprint, state);
    const more = fingerprintOf(prepareRows([...rows, { user: 'bob', item: 'tea' }]), settings);
    const other = fingerprintOf(set, { ...settings, regularisation: 1 });
    expect(decodeCheckpoint(bytes, more, 4)).toBeUndefined();
    expect(decodeCheckpoint(bytes, other, 4)).toBeUndefined();
  });

  it('is not used if it is truncated, corrupt, or not a checkpoint', () => {
    const bytes = encodeCheckpoint(fingerprint, { ...state, itemFactors: Float32Array.of(1, NaN, 3, 4) });
    expect(decodeCheckpoint(bytes, fingerprint, 4)).toBeUndefined();
    expect(decodeCheckpoint(undefined, fingerprint, 4)).toBeUndefined();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (any) => decodeCheckpoint(any, fingerprint, 4) === undefined),
    );
  });
});
