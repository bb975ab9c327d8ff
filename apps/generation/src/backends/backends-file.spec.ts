import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readBackendsFile } from './backends-file.js';

describe('The file of language models', () => {
  let folder: string;
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'llmos-backends-'))));
  afterAll(() => rmSync(folder, { recursive: true }));
  const read = (text: string) => {
    const path = join(folder, 'backends.yaml');
    writeFileSync(path, text);
    return readBackendsFile(path);
  };

  it('names models here and on servers', () => {
    const server = '{ model: big, url: "http://vllm:8000", quality: 3 }';
    expect(read(`backends:\n  - { model: smollm2-135m }\n  - ${server}`)).toEqual([
      { model: 'smollm2-135m', quality: 1, price: { input: 0, output: 0 } },
      expect.objectContaining({ model: 'big', url: 'http://vllm:8000', quality: 3 }),
    ]);
  });

  it.each([
    ['backends: []', 'backends'],
    ['backends:\n  - { model: a }\n  - { model: a }', 'backends: two have the same model'],
    ['backends:\n  - { model: a, url: "ftp://x" }', 'backends.0.url'],
    ['backends:\n  - { model: a, apiKey: secret }', "backends.yaml:2: 'backends.0.apiKey'"],
    ['backends:\n  - { model: a, price: { input: -1, output: 0 } }', 'backends.0.price.input'],
    ['backends: [', 'backends.yaml:1: Flow sequence'],
  ])('is refused with the field that is wrong: %j', (text, fault) => {
    expect(() => read(text)).toThrow(fault);
  });

  it('is missed by its path', () => {
    expect(() => readBackendsFile(join(folder, 'none.yaml'))).toThrow('none.yaml cannot be read');
  });
});
