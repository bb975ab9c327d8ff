/*
 * Dot products with the vector instructions of the processor (WebAssembly SIMD), which JavaScript cannot use. The module
 * has one function; it is written here as its bytes, because it needs no other.
 */
const [BLOCK, LOOP, END, BR, BR_IF, GET, SET, TEE] = [0x02, 0x03, 0x0b, 0x0c, 0x0d, 0x20, 0x21, 0x22];
const [CONST, EQZ, LESS, ADD, SUB, STORE] = [0x41, 0x45, 0x49, 0x6a, 0x6b, 0x36];
const [EMPTY, I32, V128] = [0x40, 0x7f, 0x7b];
const ZERO = [0xfd, 0x0c, ...Array<number>(16).fill(0)];
const LOAD_8_OF_16_BITS = [0xfd, 0x00, 0x04, 0x00];
const LOAD_8_OF_8_BITS = [0xfd, 0x01, 0x03, 0x00];
const MULTIPLY_AND_ADD_PAIRS = [0xfd, 0xba, 0x01];
const ADD4 = [0xfd, 0xae, 0x01];
const lane = (n: number): number[] => [0xfd, 0x1b, n];

/** Parameters and locals. */
const [ROW, COUNT, BYTES, QUESTION, OUT, ROW_END, AT, SUM] = [0, 1, 2, 3, 4, 5, 6, 7];

const next = (local: number, bytes: number): number[] => [GET, local, CONST, bytes, ADD, SET, local];

const CODE = [
  ...[BLOCK, EMPTY, LOOP, EMPTY],
  ...[GET, COUNT, EQZ, BR_IF, 1],
  ...[GET, ROW, GET, BYTES, ADD, SET, ROW_END],
  ...[GET, QUESTION, SET, AT],
  ...[...ZERO, SET, SUM],
  // Eight numbers of the row at a time.
  ...[LOOP, EMPTY],
  ...[GET, SUM, GET, ROW, ...LOAD_8_OF_8_BITS, GET, AT, ...LOAD_8_OF_16_BITS, ...MULTIPLY_AND_ADD_PAIRS],
  ...[...ADD4, SET, SUM],
  ...next(AT, 16),
  ...[GET, ROW, CONST, 8, ADD, TEE, ROW, GET, ROW_END, LESS, BR_IF, 0, END],
  // The four sums are added.
  ...[GET, OUT, GET, SUM, ...lane(0), GET, SUM, ...lane(1), ADD],
  ...[GET, SUM, ...lane(2), ADD, GET, SUM, ...lane(3), ADD, STORE, 2, 0],
  ...next(OUT, 4),
  ...[GET, COUNT, CONST, 1, SUB, SET, COUNT],
  ...[BR, 0, END, END, END],
];

const MAX_PAGES = 65_536;
const PAGE_BYTES = 65_536;
const section = (id: number, content: readonly number[]): number[] => [id, ...size(content.length), ...content];
const size = (value: number): number[] => (value < 128 ? [value] : [(value % 128) + 128, ...size(value >> 7)]);
const text = (word: string): number[] => [word.length, ...Buffer.from(word)];

const LOCALS = [2, 2, I32, 1, V128];
const MODULE = new WebAssembly.Module(
  Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 5, I32, I32, I32, I32, I32, 0]),
    ...section(2, [1, ...text('js'), ...text('memory'), 2, 1, 1, ...size(MAX_PAGES)]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...text('multiply'), 0, 0]),
    ...section(10, [1, ...size(LOCALS.length + CODE.length), ...LOCALS, ...CODE]),
  ]),
);

/** A row is a multiple of so many numbers long. */
export const LANES = 8;

/**
 * Writes the dot product of each of `count` rows with the question to `out`. Addresses and lengths in bytes: the numbers
 * of rows have 8 bits, those of the question 16, and the products 32, which none may exceed.
 */
export type Multiply = (rows: number, count: number, rowBytes: number, question: number, out: number) => void;

/** {@link Multiply} in this memory. */
export function multiplyIn(memory: WebAssembly.Memory): Multiply {
  return new WebAssembly.Instance(MODULE, { js: { memory } }).exports['multiply'] as Multiply;
}

/** A memory that grows up to the 4 GiB that addresses reach. */
export function growingMemory(): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: 1, maximum: MAX_PAGES });
}

/**
 * Makes a memory at least so many bytes long, in larger steps than needed: growing may copy it.
 *
 * @throws RangeError if that is more than 4 GiB.
 */
export function growTo(memory: WebAssembly.Memory, bytes: number): void {
  const { byteLength } = memory.buffer;
  const missing = bytes - byteLength;
  if (missing > 0) memory.grow(Math.max(Math.ceil(missing / PAGE_BYTES), Math.floor(byteLength / PAGE_BYTES / 8)));
}

/** The largest of some numbers, without their sign. */
export function largestOf(values: Float32Array): number {
  let largest = 0;
  for (const value of values) if (Math.abs(value) > largest) largest = Math.abs(value);
  return largest;
}
