import fc from 'fast-check';
import { describeVectorIndex, matchesIn } from '../../test/fixtures/vector-index.contract.js';
import { ExactVectorIndex } from './exact-vector.index.adapter.js';

const refOf = (id: string, tenant = 'acme') => ({ tenant, id });
const vectorOf = (dimensions: number) =>
  fc
    .float32Array({ minLength: dimensions, maxLength: dimensions, noNaN: true, min: -1, max: 1 })
    .map((values) => values.map((value) => value / (Math.hypot(...values) || 1)));

describe('ExactVectorIndex', () => {
  it('computes the dot product of the question with every vector, whatever their length and number', async () => {
    const documents = fc
      .integer({ min: 1, max: 37 })
      .chain((dimensions) =>
        fc.tuple(
          vectorOf(dimensions),
          fc.array(fc.array(vectorOf(dimensions), { minLength: 1, maxLength: 9 }), { maxLength: 8 }),
        ),
      );
    await fc.assert(
      fc.asyncProperty(documents, async ([question, all]) => {
        const index = new ExactVectorIndex();
        for (const [n, vectors] of all.entries()) await index.set(refOf(String(n)), vectors);
        const matches = matchesIn(await index.compare(question, 'acme'));
        expect(matches.map(({ ref }) => ref.id)).toEqual(all.map((_, n) => String(n)));
        for (const [n, { similarities }] of matches.entries())
          all[n]!.forEach((vector, row) =>
            expect(similarities[row]).toBeCloseTo(
              vector.reduce((sum, value, i) => sum + value * question[i]!, 0),
              2,
            ),
          );
      }),
      { numRuns: 50 },
    );
  });

  it('keeps right while documents are replaced and deleted and its memory grows', async () => {
    const index = new ExactVectorIndex();
    const vector = (value: number) => new Float32Array(384).fill(value);
    for (let n = 0; n < 500; n++) await index.set(refOf(`d${n % 200}`), [vector(n), vector(-n)]);
    for (let n = 0; n < 100; n++) await index.delete(refOf(`d${n}`));
    for (let n = 0; n < 50; n++)
      await index.set(
        refOf(`new${n}`),
        Array.from({ length: 1 + (n % 3) }, () => vector(1_000 + n)),
      );
    const first = new Map(
      matchesIn(await index.compare(vector(1 / 384), 'acme')).map(({ ref, similarities }) => [
        ref.id,
        similarities[0]!,
      ]),
    );
    expect(first.size).toBe(150);
    for (let n = 100; n < 200; n++) expect(first.get(`d${n}`)).toBeCloseTo(n < 100 ? 400 + n : 200 + n, 1);
    for (let n = 0; n < 50; n++) expect(first.get(`new${n}`)).toBeCloseTo(1_000 + n, 1);
  });
});

describeVectorIndex('ExactVectorIndex', () => Promise.resolve(new ExactVectorIndex()));
