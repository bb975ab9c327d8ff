import { filledGraph, initializers } from './onnx-initializers.js';

const field = (number: number, content: Uint8Array): Buffer => {
  const [low, high] = [content.length % 128, Math.floor(content.length / 128)];
  return Buffer.concat([Uint8Array.of(number * 8 + 2, ...(high > 0 ? [low + 128, high] : [low])), content]);
};
const tensor = (name: string, data: Uint8Array) =>
  field(5, Buffer.concat([field(8, Buffer.from(name)), field(9, data)]));
const node = (...inputs: string[]) => field(1, Buffer.concat(inputs.map((name) => field(1, Buffer.from(name)))));

const model = field(
  7,
  Buffer.concat([tensor('asked', new Uint8Array(300).fill(7)), tensor('other', Uint8Array.of(1))]),
);

describe('A graph stored without weights', () => {
  it('is filled with the tensors that its nodes name, and keeps its own', () => {
    const graph = field(7, Buffer.concat([node('x', 'asked'), tensor('own', Uint8Array.of(2))]));
    const filled = initializers(filledGraph(graph, model));
    expect([...filled.keys()].sort()).toEqual(['asked', 'own']);
    expect(filled.get('asked')).toEqual(new Uint8Array(300).fill(7));
  });

  it('is refused when it is cut', () => {
    const graph = field(7, node('x', 'asked'));
    expect(() => filledGraph(graph.subarray(0, -1), model)).toThrow(RangeError);
  });
});
