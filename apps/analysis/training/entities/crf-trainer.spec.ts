import { decodeEntityHead, encodeEntityHead } from '#src/entities/entity-head-file.js';
import { wordFeatures } from '#src/entities/word-features.js';
import { CrfTrainer } from './crf-trainer.ts';
import { evaluateHead } from './evaluation.ts';

const sentence = (text: string, tags: number[]) => {
  const words = text.split(' ');
  return { features: wordFeatures(words), states: new Float32Array(words.length * 2), tags: Uint8Array.from(tags) };
};
const sentences = [
  sentence('Ada Lovelace lives in London', [1, 2, 0, 0, 5]),
  sentence('the dog lives in a house', [0, 0, 0, 0, 0, 0]),
];
const settings = { epochs: 20, denseRate: 0.1, lexicalRate: 0.1, dropout: 0.1, decay: 0, seed: 3 };

describe('CrfTrainer', () => {
  it('learns its examples, gives the same head each time, and the head survives its files', () => {
    const fit = () => new CrfTrainer(2, settings).fit(sentences, () => undefined);
    const weights = fit();
    expect(fit().lexical).toEqual(weights.lexical);
    const files = encodeEntityHead(weights, { model: 'm', file: 'x.safetensors', provenance: {} });
    expect(evaluateHead(sentences, decodeEntityHead(files))).toMatchObject({ precision: 1, recall: 1, f1: 1 });
  });
});
