import { randomFillSync } from 'node:crypto';

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const pool = new Uint8Array(4096);
let used = pool.length;

/**
 * UUIDv7 (RFC 9562): 48 bits of Unix milliseconds, then 74 random bits. Sorts by time.
 *
 * @param tag four hex digits for the last 16 bits, the same for all runs of a listener (see {@link tagOf}).
 */
export function newRunId(tag?: string): string {
  const id = randomV7(Date.now());
  return tag === undefined ? id : id.slice(0, -4) + tag;
}

/** When a run began, in Unix milliseconds: the first 48 bits of its id. `isRunId` must hold. */
export function runBeganAtMs(run: string): number {
  return Number.parseInt(run.slice(0, 8) + run.slice(9, 13), 16);
}

/** The last four hex digits. They are in the subjects of answers: one subscription receives all runs of a listener. */
export function tagOf(run: string): string {
  return run.slice(-4);
}

function randomV7(nowMs: number): string {
  if (used + 10 > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const random = pool.subarray(used, used + 10);
  used += 10;
  return formatV7(nowMs, random);
}

function formatV7(timeMs: number, random: Uint8Array): string {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, Math.floor(timeMs / 2 ** 32));
  view.setUint32(2, timeMs >>> 0);
  bytes.set(random, 6);
  bytes[6] = (bytes[6]! & 0x0f) | 0x70;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  let text = '';
  for (let i = 0; i < 16; i++) text += (i === 4 || i === 6 || i === 8 || i === 10 ? '-' : '') + HEX[bytes[i]!];
  return text;
}

const RUN_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

export function isRunId(text: string): boolean {
  return RUN_ID.test(text);
}
