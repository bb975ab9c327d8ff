import { secondsOf, wavOf } from './wav.js';

it('wavOf writes a header that states rate, size and format, then the samples in order', () => {
  const file = Buffer.from(wavOf([Int16Array.of(1, -2), Int16Array.of(32_767)], 22_050));
  expect(file.toString('latin1', 0, 4) + file.toString('latin1', 8, 16)).toBe('RIFFWAVEfmt ');
  expect([file.readUInt32LE(4), file.readUInt32LE(24), file.readUInt32LE(28), file.readUInt32LE(40)]).toEqual([
    42, 22_050, 44_100, 6,
  ]);
  expect([file.readInt16LE(44), file.readInt16LE(46), file.readInt16LE(48), file.length]).toEqual([1, -2, 32_767, 50]);
});

it('secondsOf counts the samples of all parts', () => {
  expect(secondsOf([new Int16Array(22_050), new Int16Array(11_025)], 22_050)).toBe(1.5);
});
