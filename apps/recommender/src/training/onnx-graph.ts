/** The dimensions of a matrix, as names: they are known only at run time. */
type Shape = readonly string[];
export interface MatrixProduct {
  readonly inputs: Readonly<Record<string, Shape>>;
  readonly output: Shape;
  readonly operator: string;
  /** Float attributes, and integer attributes. */
  readonly floats?: Readonly<Record<string, number>>;
  readonly integers?: Readonly<Record<string, number>>;
}

const FLOAT_TENSOR = 1;
const FLOAT_ATTRIBUTE = 1;
const INTEGER_ATTRIBUTE = 2;
const IR_VERSION = 8;
const OPSET = 17;

/**
 * One operator as an ONNX model. A training needs only two of them, so the few fields of `onnx.proto` are encoded here
 * instead of shipping model files. The output is `y`.
 */
export function onnxModel({ inputs, output, operator, floats = {}, integers = {} }: MatrixProduct): Uint8Array {
  const attributes = [
    ...Object.entries(floats).map(([name, value]) => [text(1, name), float(2, value), integer(20, FLOAT_ATTRIBUTE)]),
    ...Object.entries(integers).map(([name, value]) => [
      text(1, name),
      integer(3, value),
      integer(20, INTEGER_ATTRIBUTE),
    ]),
  ];
  const node = [
    ...Object.keys(inputs).map((name) => text(1, name)),
    text(2, 'y'),
    text(4, operator),
    ...attributes.map((parts) => message(5, parts)),
  ];
  const graph = [
    message(1, node),
    text(2, operator),
    ...Object.entries(inputs).map(([name, shape]) => message(11, valueInfo(name, shape))),
    message(12, valueInfo('y', output)),
  ];
  const opset = [text(1, ''), integer(2, OPSET)];
  return Buffer.concat([integer(1, IR_VERSION), message(7, graph), message(8, opset)]);
}

function valueInfo(name: string, shape: Shape): Buffer[] {
  const dimensions = shape.map((dimension) => message(1, [text(2, dimension)]));
  const tensor = message(1, [integer(1, FLOAT_TENSOR), message(2, dimensions)]);
  return [text(1, name), message(2, [tensor])];
}

function message(field: number, parts: readonly Buffer[]): Buffer {
  return bytes(field, Buffer.concat(parts));
}

function text(field: number, value: string): Buffer {
  return bytes(field, Buffer.from(value));
}

function bytes(field: number, value: Buffer): Buffer {
  return Buffer.concat([varint(field * 8 + 2), varint(value.length), value]);
}

function integer(field: number, value: number): Buffer {
  return Buffer.concat([varint(field * 8), varint(value)]);
}

function float(field: number, value: number): Buffer {
  const encoded = Buffer.alloc(4);
  encoded.writeFloatLE(value);
  return Buffer.concat([varint(field * 8 + 5), encoded]);
}

function varint(value: number): Buffer {
  const encoded: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) encoded.push((value % 128) + 128);
  return Buffer.from([...encoded, value]);
}
