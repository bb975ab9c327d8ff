import { buffer } from 'node:stream/consumers';
import { fromBufferPromise, type Entry, type ZipFile } from 'yauzl';
import { FileFault } from './source-file.js';

const MAX_ENTRIES = 20_000;
const MAX_ENTRY_BYTES = 40_000_000;
const MAX_TOTAL_BYTES = 500_000_000;
/** Text is packed to a tenth; what is packed far better is made to fill memories. */
const MAX_RATIO = 200;
const RATIO_FROM_BYTES = 1_000_000;

/** A file of an archive; `read` unpacks it. */
export interface Member {
  readonly name: string;
  /** @throws FileFault if it is damaged or too large. */
  read(): Promise<Uint8Array>;
}

/**
 * The files of a ZIP archive, in order, without folders, hidden files and those that macOS adds. No name becomes a path.
 *
 * @throws FileFault if the archive is damaged or exceeds a limit
 */
export async function membersOf(bytes: Uint8Array): Promise<Member[]> {
  const { archive, entries } = await open(bytes);
  return entries
    .map((entry) => ({ name: nameOf(entry), read: () => readEntry(archive, entry) }))
    .filter(({ name }) => !/\/$|(?:^|\/)(?:__MACOSX\/|\.(?!\.\/))/u.test(name));
}

/** In UTF-8, as nearly every program writes it, else in the characters of old archives as far as they are known. */
function nameOf({ fileName }: Entry): string {
  const bytes = fileName as unknown as Buffer;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replaceAll('\\', '/');
  } catch {
    return bytes.toString('latin1').replaceAll('\\', '/');
  }
}

/**
 * Checks an archive for a library that unpacks it without limits. Each file is unpacked here once, because an archive
 * may state smaller sizes than it has.
 *
 * @throws FileFault if what the archive holds exceeds a limit
 */
export async function checkArchive(bytes: Uint8Array): Promise<void> {
  const { archive, entries } = await open(bytes);
  for (const entry of entries) checkEntry(entry);
  for (const entry of entries) await readEntry(archive, entry);
}

async function open(bytes: Uint8Array): Promise<{ archive: ZipFile; entries: Entry[] }> {
  try {
    const archive = await fromBufferPromise(Buffer.from(bytes), {
      lazyEntries: true,
      autoClose: false,
      // Names are only shown: one that leads out of a folder must not stop the others from being read.
      decodeStrings: false,
    });
    const entries: Entry[] = [];
    let total = 0;
    if (archive.entryCount > MAX_ENTRIES)
      throw new FileFault(`has ${archive.entryCount} files; the limit is ${MAX_ENTRIES}: split it`);
    for await (const entry of archive.eachEntry()) {
      entries.push(entry);
      total += entry.uncompressedSize;
      if (total > MAX_TOTAL_BYTES) throw new FileFault(`unpacks to more than ${MAX_TOTAL_BYTES} bytes: split it`);
    }
    return { archive, entries };
  } catch (error) {
    if (error instanceof FileFault) throw error;
    throw new FileFault(`is no archive, or is damaged (${error instanceof Error ? error.message : 'unreadable'})`);
  }
}

function checkEntry({ uncompressedSize, compressedSize }: Entry): void {
  if (uncompressedSize > MAX_ENTRY_BYTES)
    throw new FileFault(`has ${uncompressedSize} bytes unpacked; the limit is ${MAX_ENTRY_BYTES}`);
  if (uncompressedSize > RATIO_FROM_BYTES && uncompressedSize > MAX_RATIO * compressedSize)
    throw new FileFault(
      `is packed more than ${MAX_RATIO} times smaller than it is, as archives are that fill memories`,
    );
}

/** The library stops as soon as an entry is larger than it states. */
async function readEntry(archive: ZipFile, entry: Entry): Promise<Uint8Array> {
  checkEntry(entry);
  if (entry.isEncrypted()) throw new FileFault('is encrypted: pack it without a password');
  try {
    return await buffer(await archive.openReadStreamPromise(entry));
  } catch (error) {
    throw new FileFault(`is damaged in the archive (${error instanceof Error ? error.message : 'unreadable'})`);
  }
}
