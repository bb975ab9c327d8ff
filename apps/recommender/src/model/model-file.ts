import { open, type FileHandle } from 'node:fs/promises';
import { LlmosError } from '@llmos/contracts';
import { z } from 'zod';
import type { TrainedModel } from '../training/trained-model.js';
import { EaseModel, type ModelParts } from './ease.model.js';
import { IalsModel } from './ials.model.js';
import type { ItemModel, ModelInfo } from './item-model.js';
import { FileRows, MemoryRows } from './row-reader.js';

export interface ModelName {
  readonly version: string;
  readonly createdAt: string;
}

const MAGIC = 'LLMOSREC';
/** The magic and the length of the header. */
const PREAMBLE_BYTES = 12;
const ALIGNMENT = 8;
const MAX_HEADER_BYTES = 512 * 1024 * 1024;
const size = z.number().int().nonnegative();

/**
 * The file: preamble, this header as JSON, then counts (uint32), scales (float32), gram (float32), rows (int16). All
 * little-endian, aligned to 8 bytes.
 */
const headerSchema = z.object({
  format: z.literal(1),
  info: z.object({
    version: z.string(),
    createdAt: z.string(),
    algorithm: z.enum(['ease', 'ials']),
    regularisation: z.number(),
    users: size,
    items: size,
    interactions: size,
  }),
  unobservedWeight: z.number(),
  columns: z.number().int().positive(),
  items: z.array(z.string()),
});
type Header = z.infer<typeof headerSchema>;

/** Encodes a model as the bytes of a file; `openModel` reads it. */
export function encodeModel(model: TrainedModel, name: ModelName): Uint8Array {
  const { unobservedWeight } = model.settings;
  const header: Header = {
    format: 1,
    info: infoOf(model, name),
    unobservedWeight,
    columns: model.rows.columns,
    items: [...model.items],
  };
  const json = Buffer.from(JSON.stringify(header));
  const start = sectionsStart(json.length);
  const sections = [model.counts, model.rows.scales, model.gram, model.rows.codes];
  const bytes = new Uint8Array(start + sections.reduce((sum, section) => sum + section.byteLength, 0));
  bytes.set(Buffer.from(MAGIC));
  new DataView(bytes.buffer).setUint32(MAGIC.length, json.length, true);
  bytes.set(json, PREAMBLE_BYTES);
  let at = start;
  for (const section of sections) {
    bytes.set(new Uint8Array(section.buffer, section.byteOffset, section.byteLength), at);
    at += section.byteLength;
  }
  return bytes;
}

/**
 * Opens a model file. Names, counts and scales are read into memory; the matrix stays in the file, whose pages all
 * processes of a machine share.
 *
 * @throws LlmosError `UNAVAILABLE` if the file is absent, not a model, or truncated.
 */
export async function openModel(path: string): Promise<ItemModel> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    const header = await readHeader(file);
    const { items, columns } = header;
    const start = sectionsStart(header.jsonBytes);
    const gramLength = header.info.algorithm === 'ials' ? columns * columns : 0;
    const numbers = await readBytes(file, start, (items.length * 2 + gramLength) * 4);
    const matrixStart = start + numbers.byteLength;
    const { size: fileSize } = await file.stat();
    if (fileSize !== matrixStart + items.length * columns * 2) throw new Error('Its length does not match its header.');
    return assemble(header, {
      counts: new Uint32Array(numbers.buffer, 0, items.length),
      scales: new Float32Array(numbers.buffer, items.length * 4, items.length),
      gram: new Float32Array(numbers.buffer, items.length * 8, gramLength),
      rows: new FileRows(path, matrixStart, columns),
    });
  } catch (cause) {
    throw new LlmosError('UNAVAILABLE', `The recommendation model could not be opened from ${path}.`, { cause });
  } finally {
    await file?.close();
  }
}

/** Opens a model that is in memory. */
export function viewModel(model: TrainedModel, name: ModelName = { version: '', createdAt: '' }): ItemModel {
  const { rows, counts, gram, items } = model;
  const { unobservedWeight } = model.settings;
  return assemble(
    { info: infoOf(model, name), items: [...items], unobservedWeight },
    { counts, gram, scales: rows.scales, rows: new MemoryRows(rows.codes, rows.columns) },
  );
}

function assemble(
  { info, items, unobservedWeight }: Pick<Header, 'info' | 'items' | 'unobservedWeight'>,
  parts: Pick<ModelParts, 'counts' | 'scales' | 'rows'> & { gram: Float32Array },
): ItemModel {
  return info.algorithm === 'ease'
    ? new EaseModel({ info, items, ...parts })
    : new IalsModel({ info, items, unobservedWeight, ...parts });
}

function infoOf(model: TrainedModel, name: ModelName): ModelInfo {
  const { algorithm, regularisation } = model.settings;
  const { users, interactions } = model;
  return { ...name, algorithm, regularisation, users, items: model.items.length, interactions };
}

function sectionsStart(jsonBytes: number): number {
  return Math.ceil((PREAMBLE_BYTES + jsonBytes) / ALIGNMENT) * ALIGNMENT;
}

async function readHeader(file: FileHandle): Promise<Header & { jsonBytes: number }> {
  const preamble = Buffer.from(await readBytes(file, 0, PREAMBLE_BYTES));
  if (preamble.toString('latin1', 0, MAGIC.length) !== MAGIC) throw new Error('It is not a model file.');
  const jsonBytes = preamble.readUInt32LE(MAGIC.length);
  if (jsonBytes > MAX_HEADER_BYTES) throw new Error('Its header is too long.');
  const json = Buffer.from(await readBytes(file, PREAMBLE_BYTES, jsonBytes)).toString();
  return { ...headerSchema.parse(JSON.parse(json)), jsonBytes };
}

/** Reads into a new buffer, so that typed arrays can be views of it. */
async function readBytes(file: FileHandle, position: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  let got = 0;
  while (got < length) {
    const { bytesRead } = await file.read(bytes, got, length - got, position + got);
    if (bytesRead === 0) throw new Error(`It ends after ${position + got} bytes.`);
    got += bytesRead;
  }
  return bytes;
}
