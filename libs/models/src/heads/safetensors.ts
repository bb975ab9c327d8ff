/** What a tensor's numbers are read as; float16 becomes float32. */
export type TensorData = Float32Array | Int32Array | Int16Array | Int8Array | Uint8Array;

export interface NamedTensor<Data extends TensorData = TensorData> {
  readonly shape: readonly number[];
  readonly data: Data;
}

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/** The formats of numbers, by the name the file gives them. */
const FORMATS: Readonly<Record<string, { readonly bytes: number; readonly read: (bytes: ArrayBuffer) => TensorData }>> =
  {
    F32: { bytes: 4, read: (bytes) => new Float32Array(bytes) },
    F16: { bytes: 2, read: halves },
    I32: { bytes: 4, read: (bytes) => new Int32Array(bytes) },
    I16: { bytes: 2, read: (bytes) => new Int16Array(bytes) },
    I8: { bytes: 1, read: (bytes) => new Int8Array(bytes) },
    U8: { bytes: 1, read: (bytes) => new Uint8Array(bytes) },
  };
const FORMAT_OF = { Float32Array: 'F32', Int32Array: 'I32', Int16Array: 'I16', Int8Array: 'I8', Uint8Array: 'U8' };
const LENGTH_BYTES = 8;
const METADATA = '__metadata__';

/**
 * Writes weights in the safetensors format: a u64 length, a JSON header with type, shape and place of each tensor,
 * then the numbers, all little-endian.
 *
 * @see https://huggingface.co/docs/safetensors
 */
export function encodeSafetensors(
  tensors: Readonly<Record<string, NamedTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Buffer {
  const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { [METADATA]: metadata } : {};
  const parts: Buffer[] = [];
  let at = 0;
  // Wide numbers first, so that each tensor starts at a multiple of its own width.
  const bySize = Object.entries(tensors).sort(([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT);
  for (const [name, { shape, data }] of bySize) {
    header[name] = {
      dtype: FORMAT_OF[data[Symbol.toStringTag]],
      shape,
      data_offsets: [at, at + data.byteLength],
    } satisfies Entry;
    parts.push(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
    at += data.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  const padded = Buffer.alloc(Math.ceil(json.length / LENGTH_BYTES) * LENGTH_BYTES, ' ');
  json.copy(padded);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([length, padded, ...parts]);
}

/** The tensors of a safetensors file. */
export class Safetensors {
  /** @throws Error if the bytes are not a complete safetensors file. */
  static decode(bytes: Uint8Array): Safetensors {
    const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const start = file.length < LENGTH_BYTES ? Infinity : LENGTH_BYTES + Number(file.readBigUInt64LE());
    if (start > file.length) throw new Error('it is shorter than its header');
    const { [METADATA]: metadata = {}, ...entries } = JSON.parse(file.toString('utf8', LENGTH_BYTES, start)) as Record<
      string,
      Record<string, string>
    >;
    const tensors = new Map<string, NamedTensor>();
    for (const [name, entry] of Object.entries(entries as unknown as Record<string, Entry>))
      tensors.set(name, { shape: entry.shape, data: read(file.subarray(start), name, entry) });
    return new Safetensors(tensors, metadata);
  }

  private constructor(
    readonly tensors: ReadonlyMap<string, NamedTensor>,
    readonly metadata: Readonly<Record<string, string>>,
  ) {}

  /** The numbers of one tensor. @throws Error if there is none of this name, or it holds another type. */
  get<Data extends TensorData>(name: string, type: new (length: number) => Data): Data {
    const data = this.tensors.get(name)?.data;
    if (data?.[Symbol.toStringTag] !== type.name) throw new Error(`it has no tensor '${name}' of type ${type.name}`);
    return data as Data;
  }
}

function read(numbers: Buffer, name: string, { dtype, shape, data_offsets: [from, to] }: Entry): TensorData {
  const format = FORMATS[dtype];
  if (!format) throw new Error(`the tensor '${name}' has the type ${dtype}, which is not supported`);
  // A copy starts at a multiple of every width, wherever the tensor lies in the file.
  const { buffer } = new Uint8Array(numbers.subarray(from, to));
  const sizeBytes = shape.reduce((product, size) => product * size, format.bytes);
  if (buffer.byteLength !== sizeBytes || to - from !== sizeBytes) throw new Error(`the tensor '${name}' is cut`);
  return format.read(buffer);
}

/** IEEE 754 half-precision numbers. */
function halves(bytes: ArrayBuffer): Float32Array {
  const view = new DataView(bytes);
  return Float32Array.from({ length: bytes.byteLength / 2 }, (_, at) => half(view.getUint16(2 * at, true)));
}

function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = (bits & 0x3ff) / 1024;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -14 : (1 + fraction) * 2 ** (exponent - 15));
}
