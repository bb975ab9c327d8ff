import { readFileSync } from 'node:fs';
import { endsTooEarly } from './cut-off.js';

const sample = (name: string) => new Uint8Array(readFileSync(new URL(`../../test/samples/${name}`, import.meta.url)));
const CONTAINERS = [
  ['question-opus.ogg', 'ogg'],
  ['question-vorbis.ogg', 'ogg'],
  ['question.webm', 'matroska,webm'],
  ['question.m4a', 'mov,mp4,m4a,3gp,3g2,mj2'],
  ['question-fragmented.mp4', 'mov,mp4,m4a,3gp,3g2,mj2'],
  ['question.caf', 'caf'],
  ['question-g722.wav', 'wav'],
] as const;

describe('endsTooEarly', () => {
  it.each(CONTAINERS)('is false for %s as a whole', (name, container) => {
    expect(endsTooEarly(sample(name), container)).toBe(false);
  });

  it.each(CONTAINERS)('is true for %s without its last byte, and with half of its bytes', (name, container) => {
    const whole = sample(name);
    expect(endsTooEarly(whole.slice(0, -1), container)).toBe(true);
    expect(endsTooEarly(whole.slice(0, whole.length >> 1), container)).toBe(true);
  });

  it('follows the clusters of a live recorder, whose sizes are open', () => {
    const header = [0x1a, 0x45, 0xdf, 0xa3, 0x80];
    const open = [0x18, 0x53, 0x80, 0x67, 0x01, 255, 255, 255, 255, 255, 255, 255, 0x1f, 0x43, 0xb6, 0x75, 0xff];
    const block = [0xa3, 0x83, 1, 2, 3];
    const live = Uint8Array.from([...header, ...open, ...block, ...open.slice(12), ...block]);
    expect(endsTooEarly(live, 'matroska,webm')).toBe(false);
    expect(endsTooEarly(live.slice(0, -1), 'matroska,webm')).toBe(true);
  });

  it('ends for any bytes', () => {
    const zeros = new Uint8Array(1_000);
    const ones = new Uint8Array(1_000).fill(255);
    for (const container of ['ogg', 'matroska', 'mov', 'caf', 'asf', 'mpegts', 'gsm', 'wav', ''])
      for (const bytes of [new Uint8Array(), zeros, ones])
        expect(typeof endsTooEarly(bytes, container)).toBe('boolean');
  });
});
