import { createReadStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { crc32, createInflateRaw } from 'node:zlib';

/*
 * The part of the zip format that wheels use (PKWARE APPNOTE 6.3.10: sections 4.3.7 local header, 4.3.12 central
 * directory, 4.3.16 end record). Only the member with the requested name is read; no name in the archive becomes a
 * path.
 */
const END_RECORD = { signature: 0x06054b50, bytes: 22, maxCommentBytes: 0xffff };
const ENTRY = { signature: 0x02014b50, bytes: 46 };
const LOCAL_HEADER = { signature: 0x04034b50, bytes: 30 };
const ZIP64_MARK = 0xffffffff;
const STORED = 0;
const DEFLATED = 8;

interface ZipEntry {
  readonly method: number;
  readonly crc: number;
  readonly packedBytes: number;
  readonly sizeBytes: number;
  readonly headerAt: number;
}

/**
 * Streams one member of a zip file, so that a model of 100 MB is never in memory as a whole.
 *
 * @throws Error if the archive is damaged, has no such member, or the content differs from the size and checksum that
 * the
 *   archive states.
 */
export async function* readZipMember(zipPath: string, member: string): AsyncGenerator<Buffer> {
  const file = await open(zipPath, 'r');
  try {
    const entry = await findEntry(file, member);
    let sizeBytes = 0;
    let checksum = 0;
    for await (const chunk of contentOf(zipPath, file, entry)) {
      sizeBytes += chunk.length;
      if (sizeBytes > entry.sizeBytes)
        throw new Error(`${member} is larger than the ${entry.sizeBytes} bytes the archive states`);
      checksum = crc32(chunk, checksum);
      yield chunk;
    }
    if (sizeBytes !== entry.sizeBytes || checksum !== entry.crc) throw new Error(`${member} is damaged in the archive`);
  } finally {
    await file.close();
  }
}

async function findEntry(file: FileHandle, member: string): Promise<ZipEntry> {
  const directory = await readDirectory(file);
  const wanted = Buffer.from(member);
  for (let at = 0; at + ENTRY.bytes <= directory.length;) {
    if (directory.readUInt32LE(at) !== ENTRY.signature) throw new Error('the archive directory is damaged');
    const nameBytes = directory.readUInt16LE(at + 28);
    const nameAt = at + ENTRY.bytes;
    if (directory.subarray(nameAt, nameAt + nameBytes).equals(wanted))
      return parseEntry(directory.subarray(at), member);
    at = nameAt + nameBytes + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  throw new Error(`the archive has no member ${member}`);
}

function parseEntry(bytes: Buffer, member: string): ZipEntry {
  const entry: ZipEntry = {
    method: bytes.readUInt16LE(10),
    crc: bytes.readUInt32LE(16),
    packedBytes: bytes.readUInt32LE(20),
    sizeBytes: bytes.readUInt32LE(24),
    headerAt: bytes.readUInt32LE(42),
  };
  const encrypted = (bytes.readUInt16LE(8) & 1) === 1;
  if (encrypted || (entry.method !== STORED && entry.method !== DEFLATED))
    throw new Error(`${member} is packed in a way that is not supported`);
  if ([entry.packedBytes, entry.sizeBytes, entry.headerAt].includes(ZIP64_MARK))
    throw new Error(`${member} is over 4 GiB, which is not supported`);
  return entry;
}

async function readDirectory(file: FileHandle): Promise<Buffer> {
  const { size } = await file.stat();
  const tailBytes = Math.min(size, END_RECORD.bytes + END_RECORD.maxCommentBytes);
  const tail = await readExactly(file, size - tailBytes, tailBytes);
  for (let at = tail.length - END_RECORD.bytes; at >= 0; at--) {
    if (tail.readUInt32LE(at) !== END_RECORD.signature) continue;
    return readExactly(file, tail.readUInt32LE(at + 16), tail.readUInt32LE(at + 12));
  }
  throw new Error('not a zip archive, or cut short');
}

async function* contentOf(zipPath: string, file: FileHandle, entry: ZipEntry): AsyncGenerator<Buffer> {
  const header = await readExactly(file, entry.headerAt, LOCAL_HEADER.bytes);
  if (header.readUInt32LE(0) !== LOCAL_HEADER.signature) throw new Error('the archive is damaged');
  const start = entry.headerAt + LOCAL_HEADER.bytes + header.readUInt16LE(26) + header.readUInt16LE(28);
  if (entry.packedBytes === 0) return;
  const packed = createReadStream(zipPath, { start, end: start + entry.packedBytes - 1 });
  try {
    if (entry.method === STORED) return yield* packed as AsyncIterable<Buffer>;
    const inflated = createInflateRaw();
    packed.once('error', (error) => inflated.destroy(error));
    yield* packed.pipe(inflated) as AsyncIterable<Buffer>;
  } finally {
    packed.destroy();
  }
}

async function readExactly(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { size } = await file.stat();
  if (position < 0 || position + length > size) throw new Error('the archive is cut short');
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await file.read(bytes, 0, length, position);
  if (bytesRead !== length) throw new Error('the archive is cut short');
  return bytes;
}
