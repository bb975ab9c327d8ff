import { closeSync, openSync, readSync } from 'node:fs';

/** Reads rows of a matrix of 16-bit codes. The result is valid until the next call. */
export interface RowReader {
  readonly columns: number;
  read(row: number, count?: number): Int16Array;
  close(): void;
}

/** Rows of a model in memory. */
export class MemoryRows implements RowReader {
  constructor(
    private readonly codes: Int16Array,
    readonly columns: number,
  ) {}

  read(row: number, count = 1): Int16Array {
    return this.codes.subarray(row * this.columns, (row + count) * this.columns);
  }

  close(): void {
    // There is nothing to close.
  }
}

/**
 * Rows of a file, by positional reads into one buffer. The file is in the system's page cache, which all replicas of a
 * machine share; no replica copies it into its own memory.
 */
export class FileRows implements RowReader {
  private codes = new Int16Array(0);
  private descriptor?: number;

  constructor(
    path: string,
    private readonly offset: number,
    readonly columns: number,
  ) {
    this.descriptor = openSync(path, 'r');
  }

  read(row: number, count = 1): Int16Array {
    if (this.descriptor === undefined) throw new Error('The model is closed.');
    const wanted = this.columns * count;
    if (this.codes.length < wanted) this.codes = new Int16Array(wanted);
    const codes = this.codes.subarray(0, wanted);
    const position = this.offset + row * this.columns * codes.BYTES_PER_ELEMENT;
    const got = readSync(this.descriptor, codes, 0, codes.byteLength, position);
    if (got !== codes.byteLength) throw new Error(`Row ${row} of the model file is missing; download the model again.`);
    return codes;
  }

  close(): void {
    if (this.descriptor !== undefined) closeSync(this.descriptor);
    this.descriptor = undefined;
  }
}
