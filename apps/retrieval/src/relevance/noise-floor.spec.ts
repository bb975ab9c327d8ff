import { NoiseFloor } from './noise-floor.js';

/** A document's one vector is its evidence for each of twenty strangers' questions. */
const floor = () => new NoiseFloor(([evidences]) => evidences!);
const evidences = (value: number) => [new Float32Array(20).fill(value)];

describe('NoiseFloor', () => {
  it('is the evidence that few strangers find in a document of the tenants, and 0 without documents', () => {
    const noise = floor();
    expect(noise.of(['a'])).toBe(0);
    noise.set({ tenant: 'a', id: '1' }, [Float32Array.from({ length: 20 }, (_, n) => n / 20)]);
    expect(noise.of(['a'])).toBeCloseTo(0.95);
    noise.set({ tenant: 'b', id: '1' }, evidences(0.97));
    expect(noise.of(['a', 'b', 'a'])).toBeCloseTo(0.97);
    expect(noise.of(['a'])).toBeCloseTo(0.95);
  });

  it('forgets a document that is deleted or replaced', () => {
    const noise = floor();
    noise.set({ tenant: 'a', id: '1' }, evidences(0.2));
    noise.set({ tenant: 'a', id: '2' }, evidences(0.6));
    expect(noise.of(['a'])).toBeCloseTo(0.6);
    noise.set({ tenant: 'a', id: '2' }, evidences(0.1));
    expect(noise.of(['a'])).toBeCloseTo(0.2);
    noise.delete({ tenant: 'a', id: '1' });
    expect(noise.of(['a'])).toBeCloseTo(0.1);
    noise.delete({ tenant: 'a', id: '2' });
    expect(noise.of(['a'])).toBe(0);
  });
});
