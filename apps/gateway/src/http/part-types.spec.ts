import fc from 'fast-check';
import { PartTypes } from './part-types.js';

const FORM = [
  '--b-1',
  'Content-Disposition: form-data; name="name"',
  '',
  'transcribe',
  '--b-1',
  'content-disposition: form-data; name="audio"; filename="a.raw"',
  'Content-Type: audio/L16;rate=16000; channels=1 ',
  '',
  '\x00\x01 content-type: text/html\r\n--b-2 and more',
  '--b-1',
  'Content-Disposition: form-data; name="other"; filename="b"',
  'Content-Type: audio/PCMU',
  '',
  '',
  '--b-1--',
].join('\r\n');

function typesOf(chunks: readonly Buffer[], contentType = 'multipart/form-data; boundary=b-1'): PartTypes {
  const types = new PartTypes(contentType);
  for (const chunk of chunks) types.push(chunk);
  return types;
}

describe('PartTypes', () => {
  it('reads the type of each part with its parameters, however the form arrives in pieces', () => {
    const form = Buffer.from(FORM, 'latin1');
    fc.assert(
      fc.property(fc.array(fc.nat({ max: form.length })), (cuts) => {
        const edges = [0, ...cuts.sort((a, b) => a - b), form.length];
        const types = typesOf(edges.slice(1).map((edge, i) => form.subarray(edges[i], edge)));
        expect(types.of('audio')).toBe('audio/L16;rate=16000; channels=1');
        expect(types.of('other')).toBe('audio/PCMU');
        expect(types.of('name')).toBeUndefined();
      }),
    );
  });

  it('reads a boundary in quotation marks', () => {
    const types = typesOf([Buffer.from(FORM, 'latin1')], 'multipart/form-data; boundary="b-1"; charset=utf-8');
    expect(types.of('other')).toBe('audio/PCMU');
  });

  it('keeps no more than the headers of a part', () => {
    const types = typesOf([Buffer.from('--b-1\r\n'), ...Array<Buffer>(64).fill(Buffer.alloc(65_536, 'a'))]);
    expect((types as unknown as { pending: Buffer }).pending.length).toBeLessThan(32_768);
  });
});
