import { isDocumentName } from '@llmos/contracts';
import { readFileSync, readdirSync, statSync, type Stats } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import { CliError } from '../cli-error.js';

/** A file to import. */
export interface DocumentFile {
  readonly path: string;
  /** How the import names it: its path in the folder that was given, with slashes. */
  readonly name: string;
  readonly sizeBytes: number;
}

/** What is wrong with a file before it is sent. */
export interface FileProblem {
  readonly source: string;
  readonly reason: string;
}

export interface FoundFiles {
  readonly files: readonly DocumentFile[];
  readonly problems: readonly FileProblem[];
  /** The names of files of kinds that are no documents, such as pictures. */
  readonly skipped: readonly string[];
}

/** In base64 it fits into the body of a request. */
const MAX_FILE_BYTES = 28_000_000;
const MAX_BATCH_BYTES = 16_000_000;
const MAX_BATCH_FILES = 200;
const MAX_FILES = 50_000;
const MAX_NAMED = 10;

/**
 * The documents at a path: the file, or those of the folder and its folders, in order. Hidden files are left out.
 *
 * @throws CliError if there is no such path, or too many files
 */
export function findFiles(path: string): FoundFiles {
  const found = { files: [] as DocumentFile[], problems: [] as FileProblem[], skipped: [] as string[] };
  const stats = statOf(path);
  if (stats.isFile()) add(found, path, basename(path), stats.size);
  else if (stats.isDirectory()) addFolder(found, path);
  else throw new CliError(`${path} is neither a file nor a folder`);
  return found;
}

/** Says which files are left out: an author would miss an old Word file, and no picture. */
export function skippedText(names: readonly string[]): string {
  const what = names.length === 1 ? '1 file of another kind is' : `${names.length} files of other kinds are`;
  const more = names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} more` : '';
  return `${what} left out: ${names.slice(0, MAX_NAMED).join(', ')}${more}`;
}

/** Files in groups that fit into one request each. */
export function* batchesOf(files: readonly DocumentFile[]): Generator<readonly DocumentFile[]> {
  let batch: DocumentFile[] = [];
  let bytes = 0;
  for (const file of files) {
    if (batch.length >= MAX_BATCH_FILES || (batch.length > 0 && bytes + file.sizeBytes > MAX_BATCH_BYTES)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(file);
    bytes += file.sizeBytes;
  }
  if (batch.length > 0) yield batch;
}

/** A file as the import takes it; a problem if it cannot be read. */
export function readDocument({ path, name }: DocumentFile): { name: string; base64: string } | FileProblem {
  try {
    return { name, base64: readFileSync(path).toString('base64') };
  } catch (error) {
    return { source: name, reason: `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})` };
  }
}

function statOf(path: string): Stats {
  try {
    return statSync(path);
  } catch (cause) {
    throw new CliError(`${path} cannot be read`, 'give the path of a file or a folder, or an address', { cause });
  }
}

interface Collected {
  readonly files: DocumentFile[];
  readonly problems: FileProblem[];
  readonly skipped: string[];
}

/** Links are not followed: they may lead in circles. */
function addFolder(found: Collected, folder: string): void {
  for (const path of filesIn(folder)) {
    const name = relative(folder, path).split(sep).join('/');
    if (isDocumentName(name)) add(found, path, name, statOf(path).size);
    else found.skipped.push(name);
  }
  if (found.files.length > MAX_FILES)
    throw new CliError(
      `${folder} has ${found.files.length} documents; the limit is ${MAX_FILES}`,
      'import its folders one by one',
    );
}

function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).filter(({ name }) => !name.startsWith('.'));
  return entries
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return filesIn(path);
      return entry.isFile() ? [path] : [];
    });
}

function add({ files, problems }: Collected, path: string, name: string, sizeBytes: number): void {
  if (sizeBytes <= MAX_FILE_BYTES) files.push({ path, name, sizeBytes });
  else problems.push({ source: name, reason: `has ${sizeBytes} bytes; the limit is ${MAX_FILE_BYTES}` });
}
