import { createHash } from 'node:crypto';
import type { ResolvedSettings } from './settings.js';
import type { TrainingSet } from './training-set.js';

/** The state of iALS between two sweeps. The item factors are sufficient, because a sweep starts with the users. */
export interface IalsState {
  readonly sweep: number;
  readonly itemFactors: Float32Array;
}

const FINGERPRINT_BYTES = 32;
const HEADER_BYTES = FINGERPRINT_BYTES + 4;

/** Identifies the interactions and settings that a checkpoint belongs to. */
export function fingerprintOf(set: TrainingSet, settings: ResolvedSettings): Buffer {
  const { factors, regularisation, unobservedWeight, seed } = settings;
  const hash = createHash('sha256').update(JSON.stringify([factors, regularisation, unobservedWeight, seed]));
  for (const item of set.items) hash.update(`${item}\n`);
  return hash.update(bytesOf(set.offsets)).update(bytesOf(set.itemsOf)).digest();
}

export function encodeCheckpoint(fingerprint: Buffer, { sweep, itemFactors }: IalsState): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + itemFactors.byteLength);
  bytes.set(fingerprint);
  new DataView(bytes.buffer).setUint32(FINGERPRINT_BYTES, sweep, true);
  bytes.set(bytesOf(itemFactors), HEADER_BYTES);
  return bytes;
}

/** Undefined for other interactions or settings, or if the bytes are not a checkpoint: the training starts over. */
export function decodeCheckpoint(
  bytes: Uint8Array | undefined,
  fingerprint: Buffer,
  factors: number,
): IalsState | undefined {
  if (bytes?.byteLength !== HEADER_BYTES + factors * 4) return undefined;
  if (!fingerprint.equals(bytes.subarray(0, FINGERPRINT_BYTES))) return undefined;
  const itemFactors = new Float32Array(factors);
  bytesOf(itemFactors).set(bytes.subarray(HEADER_BYTES));
  if (!itemFactors.every(Number.isFinite)) return undefined;
  return {
    sweep: new DataView(bytes.buffer, bytes.byteOffset).getUint32(FINGERPRINT_BYTES, true),
    itemFactors,
  };
}

function bytesOf(array: Uint32Array | Float32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
