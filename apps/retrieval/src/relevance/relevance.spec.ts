import { hash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  decodeRelevance,
  encodeRelevance,
  loadRelevance,
  writeRelevance,
  type TrainedRelevance,
} from './relevance-file.js';
import { evidenceOf, relevancesOf, tokenEvidenceOf, withoutTokens, type RelevanceModel } from './relevance.js';

const model: TrainedRelevance = {
  weights: { title: 0.25, passage: 0.125, words: 0.125, tokens: { document: 0.25, passage: 0.25 } },
  threshold: 0.5,
  scale: 4,
  head: {
    dimensions: 2,
    size: 1,
    projection: Float32Array.of(0, 1),
    importance: Float32Array.of(1, 0),
    bias: 0.5,
  },
};

const relevanceOf = (evidence: number, calibration: RelevanceModel) => relevancesOf([evidence], calibration)[0]!;

describe('relevancesOf', () => {
  it('is a half at the threshold and grows with the evidence', () => {
    const first = evidenceOf({ title: 0.8, passage: 0.3, words: 0.5 }, model);
    const evidence = first + tokenEvidenceOf({ document: 0.5, passage: 0.3 }, model);
    expect(evidence).toBeCloseTo(0.5);
    expect(relevanceOf(evidence, model)).toBeCloseTo(0.5);
    expect(relevanceOf(evidence + 1, model)).toBeGreaterThan(0.9);
    expect(relevanceOf(evidence - 1, model)).toBeLessThan(0.1);
  });

  it('is less for a document among many that fit as well, and the same beside one or two', () => {
    const [alone] = relevancesOf([1], model);
    expect(relevancesOf([1, 0.2], model)[0]).toBeCloseTo(alone!);
    const [first, second] = relevancesOf([1, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9], model);
    expect(first).toBeLessThan(0.5);
    expect(second).toBeLessThan(first!);
    expect(relevancesOf([50, 50], model)).toEqual([expect.closeTo(0.79), expect.closeTo(0.79)]);
    expect(relevancesOf([], model)).toEqual([]);
  });
});

describe('withoutTokens', () => {
  it('keeps the evidence of a document whose signs are all alike', () => {
    const signs = { title: 0.6, passage: 0.6, words: 0.6 };
    const plain = withoutTokens(model);
    expect(evidenceOf(signs, plain)).toBeCloseTo(0.6);
    expect(tokenEvidenceOf({ document: 1, passage: 1 }, plain)).toBe(0);
  });
});

describe('the files of a relevance model', () => {
  const update = { file: 'update.safetensors', sha256: hash('sha256', 'update') };
  const about = { embeddingModel: 'minilm', update, provenance: {}, file: 'relevance.safetensors' };

  it('give back what was encoded', () => {
    expect(decodeRelevance(encodeRelevance(model, about))).toEqual(model);
  });

  it('are refused if the weights are not those described', () => {
    const files = encodeRelevance(model, about);
    const other = Buffer.from(files.bin);
    other[other.length - 1]! ^= 1;
    expect(() => decodeRelevance({ ...files, bin: other })).toThrow(/sha256/);
    expect(() => decodeRelevance({ ...files, description: { ...files.description, size: 2 } })).toThrow(/not of 2 x 2/);
  });

  it('are used with the update of the encoder, and without tokens for another embedding model', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'llmos-relevance-'));
    try {
      const path = join(folder, 'relevance.json');
      await writeRelevance(path, encodeRelevance(model, about));
      expect(await loadRelevance(path, 'e5')).toEqual({ model: withoutTokens(model) });
      await expect(loadRelevance(path, 'minilm')).rejects.toThrow(/update.safetensors is missing/);
      await writeFile(join(folder, update.file), 'another');
      await expect(loadRelevance(path, 'minilm')).rejects.toThrow(/is not the update/);
      await writeFile(join(folder, update.file), 'update');
      const { model: loaded, update: found } = await loadRelevance(path, 'minilm');
      expect(loaded).toEqual(model);
      expect(found).toEqual({ path: join(folder, update.file), variant: update.sha256.slice(0, 8) });
      await writeFile(path, '{}');
      await expect(loadRelevance(path, 'minilm')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
