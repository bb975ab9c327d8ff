import { isSealed } from '@llmos/privacy';

const LENGTH_BYTES = 4;
/** What it takes to tell a sealed chunk from the beginning of a file that was stored as it is. */
const HEAD_BYTES = LENGTH_BYTES + 4;

/** Seals a stream chunk by chunk: u32 (big endian) length, then the sealed chunk. Each knows its place among them. */
export async function* sealChunks(
  chunks: AsyncIterable<Uint8Array>,
  seal: (place: number, chunk: Uint8Array) => Promise<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let place = 0;
  for await (const chunk of chunks) {
    const sealed = await seal(place++, chunk);
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeUInt32BE(sealed.length);
    yield Buffer.concat([length, sealed]);
  }
}

/** What {@link sealChunks} made, opened again; a stream that is not sealed comes as it is. A lost end goes unnoticed. */
export async function* openChunks(
  stream: AsyncIterable<Uint8Array>,
  open: (place: number, sealed: Uint8Array) => Promise<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let held = Buffer.alloc(0);
  let sealed: boolean | undefined;
  let place = 0;
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
      yield await open(place++, held.subarray(LENGTH_BYTES, end));
      held = held.subarray(end);
    }
  }
  if (held.length > 0) yield held;
}
