import fc from 'fast-check';
import { openChunks, sealChunks } from './sealed-chunks.js';

/** The first bytes of the real sealed form. The position and the changed bytes follow. */
const HEAD = [0xff, 0x4c, 0x53, 0x01];
const seal = (position: number, chunk: Uint8Array) =>
  Promise.resolve(Uint8Array.from([...HEAD, position, ...chunk.map((byte) => byte ^ 1)]));
const open = (position: number, sealed: Uint8Array) => {
  if (sealed[HEAD.length] !== position) return Promise.reject(new Error(`chunk ${position} has a different position`));
  return Promise.resolve(sealed.subarray(HEAD.length + 1).map((byte) => byte ^ 1));
};

async function* stream(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

function* cut(bytes: Uint8Array, lengths: readonly number[]): Generator<Uint8Array> {
  let from = 0;
  for (const length of lengths) yield bytes.subarray(from, (from += length));
  yield bytes.subarray(from);
}

const bytes = fc.uint8Array({ maxLength: 300 });
const lengths = fc.array(fc.nat(40), { maxLength: 20 });

describe('sealChunks and openChunks', () => {
  it('return the original bytes wherever the sealed stream was cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(bytes, { minLength: 1, maxLength: 5 }), lengths, async (chunks, cuts) => {
        const sealed = await collect(sealChunks(stream(chunks), seal));
        const opened = await collect(openChunks(stream([...cut(sealed, cuts)]), open));
        expect(opened.equals(Buffer.concat(chunks))).toBe(true);
      }),
    );
  });

  it('pass a stream that was stored in the clear through unchanged', async () => {
    await fc.assert(
      fc.asyncProperty(bytes, lengths, async (plain, cuts) => {
        const file = Buffer.concat([Buffer.from('LLMOSREC'), plain]);
        expect((await collect(openChunks(stream([...cut(file, cuts)]), open))).equals(file)).toBe(true);
      }),
    );
  });

  it('reject chunks that were reordered', async () => {
    const one = await collect(sealChunks(stream([Buffer.from('one')]), seal));
    await expect(collect(openChunks(stream([one, one]), open))).rejects.toThrow('different position');
  });
});
