import { readFileSync } from 'node:fs';
import { sniffFormat, sniffFrames } from './audio-format.js';

const sample = (name: string) => new Uint8Array(readFileSync(new URL(`../../test/samples/${name}`, import.meta.url)));
const bytes = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

describe('sniffFormat', () => {
  it.each([
    ['question.flac', 'flac'],
    ['question-vorbis.ogg', 'ogg'],
    ['question.webm', 'matroska'],
    ['question.m4a', 'mov'],
    ['question.caf', 'caf'],
    ['question.amr', 'amr'],
    ['question-gsm.wav', 'wav'],
  ])('detects %s by its first bytes', (name, demuxer) => {
    expect(sniffFormat(sample(name))?.demuxer).toBe(demuxer);
  });

  it.each([
    ['nothing', ''],
    ['text', 'hello, this is text'],
    ['a picture', '\x89PNG\r\n\x1a\n'],
    ['AVI, which is RIFF too', 'RIFF\x24\0\0\0AVI LIST'],
    ['half a RIFF header', 'RIFF'],
  ])('does not detect a format in %s', (_, text) => {
    expect(sniffFormat(bytes(text))).toBeUndefined();
    expect(sniffFrames(bytes(text))).toBeUndefined();
  });
});

describe('sniffFrames', () => {
  it.each([
    ['an MP3 without a tag', '\xff\xfb\x90\x00', 'mp3'],
    ['an MP3 after a tag', 'ID3\x04\0\0\0\0\0\x02\0\0\xff\xfb\x90\x00', 'mp3'],
    ['a tag alone', 'ID3\x04\0\0\0\0\0\x02\0\0', 'mp3'],
    ['AAC', '\xff\xf1\x50\x80', 'aac'],
    ['AAC after a tag', 'ID3\x04\0\0\0\0\0\x02\0\0\xff\xf1\x50\x80', 'aac'],
  ])('detects %s', (_, text, demuxer) => {
    expect(sniffFrames(bytes(text))?.demuxer).toBe(demuxer);
  });

  it('does not take the silence of µ-law for frames', () => {
    expect(sniffFrames(new Uint8Array(64).fill(0xff))).toBeUndefined();
  });
});
