import { isSealed } from '@llmos/privacy';

const LENGTH_BYTES = 4;
/** Enough bytes to distinguish a sealed stream from one that was stored in the clear. */
const HEAD_BYTES = LENGTH_BYTES + 4;

/**
 * Seals a stream chunk by chunk: u32 (big endian) length, then the sealed chunk.
 *
 * @param seal is given the position of each chunk, to bind the chunk to it.
 */
export async function* sealChunks(
  chunks: AsyncIterable<Uint8Array>,
  seal: (position: number, chunk: Uint8Array) => Promise<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let position = 0;
  for await (const chunk of chunks) {
    const sealed = await seal(position++, chunk);
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeUInt32BE(sealed.length);
    yield Buffer.concat([length, sealed]);
  }
}

/**
 * Opens the output of {@link sealChunks}. A stream that is not sealed is passed on unchanged. A missing end is not
 * detected: compare the hash of the result.
 */
export async function* openChunks(
  stream: AsyncIterable<Uint8Array>,
  open: (position: number, sealed: Uint8Array) => Promise<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let held = Buffer.alloc(0);
  let sealed: boolean | undefined;
  let position = 0;
  for await (const bytes of stream) {
    held = Buffer.concat([held, bytes]);
    if (held.length < HEAD_BYTES) continue;
    sealed ??= isSealed(held.subarray(LENGTH_BYTES));
    if (!sealed) {
      yield held;
      held = Buffer.alloc(0);
      continue;
    }
    while (held.length >= LENGTH_BYTES && held.length >= LENGTH_BYTES + held.readUInt32BE()) {
      const end = LENGTH_BYTES + held.readUInt32BE();
      yield await open(position++, held.subarray(LENGTH_BYTES, end));
      held = held.subarray(end);
    }
  }
  if (held.length > 0) yield held;
}
