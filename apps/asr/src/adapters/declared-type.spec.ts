import { tone } from '../../test/wav-builder.js';
import { declaredFormat } from './declared-type.js';

const NONE: Uint8Array = new Uint8Array();
const formatOf = (type: string, bytes = NONE) => {
  const { demuxer, options } = declaredFormat(type, bytes) ?? {};
  return [demuxer, options];
};

/** A second of a tone as 16-bit samples. */
function samples(littleEndian: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(32_000));
  tone(1).forEach((value, i) => view.setInt16(2 * i, value * 32_767, littleEndian));
  return new Uint8Array(view.buffer);
}

describe('declaredFormat', () => {
  it.each([
    ['audio/basic', 'mulaw', 'sample_rate=8000:ch_layout=1C'],
    ['audio/x-mulaw;rate=16000', 'mulaw', 'sample_rate=16000:ch_layout=1C'],
    ['Audio/PCMU', 'mulaw', 'sample_rate=8000:ch_layout=1C'],
    ['audio/PCMA; rate=8000; channels=2', 'alaw', 'sample_rate=8000:ch_layout=2C'],
    ['audio/L16;rate="44100";endianness=big-endian', 's16be', 'sample_rate=44100:ch_layout=1C'],
    ['audio/G722;rate=8000', 'g722', ''],
    ['"audio/L16;rate=8000;endianness=little-endian"', 's16le', 'sample_rate=8000:ch_layout=1C'],
    ['audio/GSM', 'gsm', ''],
    ['audio/G726-32', 'g726le', 'code_size=4:sample_rate=8000'],
  ])('reads %s', (type, demuxer, options) => {
    expect(formatOf(type)).toEqual([demuxer, options]);
  });

  it('reads the byte order of 16-bit samples from the samples', () => {
    expect(formatOf('audio/L16;rate=16000', samples(true))[0]).toBe('s16le');
    expect(formatOf('audio/L16;rate=16000', samples(false))[0]).toBe('s16be');
  });

  it.each([undefined, '', 'audio/wav', 'audio/mpeg', 'application/octet-stream', 'audio/', 'L16;rate=1', 'audio/🎵'])(
    'leaves %s to the header of the file',
    (type) => expect(declaredFormat(type, NONE)).toBeUndefined(),
  );

  it.each([
    ['audio/L16', /must declare its sample rate, such as audio\/l16;rate=16000/],
    ['audio/L16;rate=fast', /declares fast samples per second/],
    ['audio/x-mulaw;rate=1', /declares 1 samples per second/],
    ['audio/PCMU;channels=9', /declares 9 channels/],
  ])('refuses %s with the reason', (type, message) => {
    const declare = () => declaredFormat(type, NONE);
    expect(declare).toThrow(message);
    expect(declare).toThrow(expect.objectContaining({ code: 'INVALID_AUDIO', field: 'audio' }));
  });
});
