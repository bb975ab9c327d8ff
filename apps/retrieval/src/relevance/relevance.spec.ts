import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adapt, identityAdapter } from './question-adapter.js';
import { decodeRelevance, encodeRelevance, loadRelevance, writeRelevance } from './relevance-file.js';
import { evidenceOf, logOddsOf, probabilityOf, type LateModel, type RelevanceModel } from './relevance.js';

const model: RelevanceModel & { readonly late: LateModel } = {
  adapter: { dimensions: 2, rank: 1, down: Float32Array.of(1, 0), up: Float32Array.of(0, 1) },
  weights: { title: 0.5, passage: 0.25, words: 0.125 },
  threshold: 0.5,
  scale: 4,
  late: {
    projection: { dimensions: 2, size: 1, rows: Float32Array.of(0, 1) },
    weights: { evidence: 0.5, document: 0.25, passage: 0.25 },
    sharpness: 20,
    length: 0.05,
    strangers: ['How tall is a giraffe?'],
    threshold: 0.4,
    scale: 8,
  },
};

describe('adapt', () => {
  it('adds the low-rank update and keeps the length of one', () => {
    const { vector, hidden, length } = adapt(model.adapter, Float32Array.of(1, 0));
    expect([...hidden]).toEqual([1]);
    expect(length).toBeCloseTo(Math.SQRT2);
    expect(vector[0]).toBeCloseTo(Math.SQRT1_2);
    expect(vector[1]).toBeCloseTo(Math.SQRT1_2);
  });

  it('changes nothing without a trained adapter', () => {
    expect([...adapt(identityAdapter(2), Float32Array.of(0.6, 0.8)).vector]).toEqual([
      expect.closeTo(0.6) as number,
      expect.closeTo(0.8) as number,
    ]);
  });
});

const relevanceOf = (evidence: number, calibration: RelevanceModel) => probabilityOf(logOddsOf(evidence, calibration));

describe('probabilityOf', () => {
  it('is a half at the threshold and grows with the evidence', () => {
    const evidence = evidenceOf({ title: 0.8, passage: 0.3, words: 0.2 }, model);
    expect(evidence).toBeCloseTo(0.5);
    expect(relevanceOf(evidence, model)).toBeCloseTo(0.5);
    expect(relevanceOf(evidence + 1, model)).toBeGreaterThan(0.9);
    expect(relevanceOf(evidence - 1, model)).toBeLessThan(0.1);
  });
});

describe('the files of a relevance model', () => {
  const about = { embeddingModel: 'minilm', provenance: {}, file: 'relevance.safetensors' };

  it('give back what was encoded', () => {
    expect(decodeRelevance(encodeRelevance(model, about))).toEqual(model);
  });

  it('are refused if the weights are not those described', () => {
    const files = encodeRelevance(model, about);
    const other = Buffer.from(files.bin);
    other[other.length - 1]! ^= 1;
    expect(() => decodeRelevance({ ...files, bin: other })).toThrow(/sha256/);
    expect(() => decodeRelevance({ ...files, description: { ...files.description, rank: 2 } })).toThrow(/not 2 x 2/);
  });

  it('leave questions of another embedding model as they are', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'llmos-relevance-'));
    try {
      const path = join(folder, 'relevance.json');
      await writeRelevance(path, encodeRelevance(model, about));
      expect(await loadRelevance(path, 'minilm')).toEqual({ model, isCalibrated: true });
      const other = await loadRelevance(path, 'e5');
      expect(other).toMatchObject({ isCalibrated: false, model: { weights: model.weights, adapter: { rank: 0 } } });
      await writeFile(path, '{}');
      await expect(loadRelevance(path, 'minilm')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
