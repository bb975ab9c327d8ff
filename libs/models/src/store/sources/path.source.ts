import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { writeHashed, type FileDigest } from '../hashed-file.js';
import type { FetchRequest, Source } from './source.port.js';

/** A file on this machine: part of the repository, or placed by hand on a machine without a network. */
export class PathSource implements Source {
  readonly label: string;

  constructor(private readonly path: string) {
    this.label = `path ${path}`;
  }

  async fetch({ partialPath, maxBytes, signal, onBytes }: FetchRequest): Promise<FileDigest> {
    const found = await stat(this.path).catch(() => undefined);
    if (!found?.isFile()) throw new Error('no such file');
    const report = onBytes && ((received: number): void => onBytes(received, found.size));
    return writeHashed(partialPath, createReadStream(this.path), { maxBytes, signal, onBytes: report });
  }
}
