/** The raw bytes of one stored tensor: a view into the model's bytes, so that writing to it changes the model. */
export type TensorBytes = Uint8Array;

/**
 * Protobuf field numbers in ONNX: ModelProto.graph, GraphProto.node and .initializer, TensorProto.name and .raw_data.
 */
const GRAPH = 7;
const NODE = 1;
const NODE_INPUT = 1;
const INITIALIZER = 5;
const NAME = 8;
const RAW_DATA = 9;

interface Field {
  readonly number: number;
  /** Empty for a field that is not length-delimited. */
  readonly content: Uint8Array;
}

/**
 * The stored tensors of an ONNX file by name, as views into it, without those that have no raw data.
 *
 * @throws RangeError if the bytes are not a protobuf message.
 */
export function initializers(model: Uint8Array): Map<string, TensorBytes> {
  const found = new Map<string, TensorBytes>();
  for (const tensor of fieldsWithin(model, GRAPH, INITIALIZER)) {
    const data = fieldsOf(tensor, RAW_DATA)[0];
    if (data) found.set(nameOf(tensor), data);
  }
  return found;
}

/**
 * A graph that was stored without weights, filled with the tensors of a model that its nodes name. Fields appended to
 * a protobuf message are merged into it, so the graph's own bytes stay unchanged.
 *
 * @throws RangeError if the bytes of either are not a protobuf message.
 */
export function filledGraph(graph: Uint8Array, model: Uint8Array): Uint8Array {
  const wanted = new Set(
    fieldsWithin(graph, GRAPH, NODE, NODE_INPUT).map((name) => Buffer.from(name).toString('utf8')),
  );
  const tensors = fieldsWithin(model, GRAPH, INITIALIZER).filter((tensor) => wanted.has(nameOf(tensor)));
  const fields = tensors.flatMap((tensor) => [headOf(INITIALIZER, tensor.length), tensor]);
  const sizeBytes = fields.reduce((sum, { length }) => sum + length, 0);
  return Buffer.concat([graph, headOf(GRAPH, sizeBytes), ...fields]);
}

function nameOf(tensor: Uint8Array): string {
  return Buffer.from(fieldsOf(tensor, NAME)[0] ?? []).toString('utf8');
}

/** The start of a length-delimited field: its number and the length of its content. */
function headOf(number: number, sizeBytes: number): Uint8Array {
  const bytes = [number * 8 + 2];
  let rest = sizeBytes;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) + 0x80);
  return Uint8Array.from([...bytes, rest]);
}

/** The fields at the end of a path of field numbers. */
function fieldsWithin(message: Uint8Array, ...path: readonly number[]): Uint8Array[] {
  return path.reduce((messages, number) => messages.flatMap((each) => fieldsOf(each, number)), [message]);
}

function fieldsOf(message: Uint8Array, number: number): Uint8Array[] {
  const contents: Uint8Array[] = [];
  let at = 0;
  while (at < message.length) {
    const { field, next } = readField(message, at);
    if (field.number === number) contents.push(field.content);
    at = next;
  }
  return contents;
}

/** Wire types: 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes. */
function readField(message: Uint8Array, from: number): { field: Field; next: number } {
  const tag = readVarint(message, from);
  const number = Math.floor(tag.value / 8);
  const none = new Uint8Array();
  const wire = tag.value % 8;
  if (wire === 0) return { field: { number, content: none }, next: readVarint(message, tag.next).next };
  if (wire === 1) return { field: { number, content: none }, next: tag.next + 8 };
  if (wire === 5) return { field: { number, content: none }, next: tag.next + 4 };
  if (wire !== 2) throw new RangeError(`Not an ONNX file: wire type ${wire} at byte ${from}.`);
  const length = readVarint(message, tag.next);
  const next = length.next + length.value;
  if (next > message.length) throw new RangeError(`The ONNX file is cut: a field at byte ${from} ends after it.`);
  return { field: { number, content: message.subarray(length.next, next) }, next };
}

function readVarint(message: Uint8Array, from: number): { value: number; next: number } {
  let value = 0;
  for (let at = from, factor = 1; at < Math.min(from + 10, message.length); at++, factor *= 128) {
    const byte = message[at] ?? 0;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return { value, next: at + 1 };
  }
  throw new RangeError(`Not an ONNX file: a number at byte ${from} does not end.`);
}
