import { toyHead } from '../../test/toy-head.js';
import { decodeHead, encodeHead, readHead } from './head-file.js';

describe('Head files', () => {
  const about = { model: 'toy', provenance: {}, file: 'toy.safetensors' };

  it('decode to the weights that were encoded, within quantisation', () => {
    const weights = toyHead();
    const back = decodeHead(encodeHead(weights, about));
    expect(back.labels).toEqual(weights.labels);
    expect(back.lexical.vocabulary).toEqual(weights.lexical.vocabulary);
    weights.lexical.weights.forEach((value, at) => expect(back.lexical.weights[at]).toBeCloseTo(value, 4));
    weights.radial.weights.forEach((value, at) => expect(back.radial.weights[at]).toBeCloseTo(value, 4));
    weights.radial.centroids.forEach((value, at) => expect(back.radial.centroids[at]).toBeCloseTo(value, 4));
    expect({ mix: back.mix, temperature: back.temperature, scope: back.scope }).toEqual({
      mix: 0.5,
      temperature: 1,
      scope: weights.scope,
    });
  });

  it('are refused when a bit of the weights has changed; the error names both hashes', () => {
    const files = encodeHead(toyHead(), about);
    const bin = Buffer.from(files.bin);
    bin[3]! ^= 1;
    expect(() => decodeHead({ ...files, bin })).toThrow(
      new RegExp(`sha256 [0-9a-f]{64}, expected ${files.description.bin.sha256}`),
    );
  });

  it('are refused when they are missing; the error says what to do', async () => {
    await expect(readHead('/nonexistent/head.json')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('train again') as string,
    });
  });
});
