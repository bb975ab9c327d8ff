import { readFileSync } from 'node:fs';
import { sniffAudioType } from './audio-type.js';

const sample = (name: string) => new Uint8Array(readFileSync(new URL(`../../test/samples/${name}`, import.meta.url)));
const bytes = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

describe('sniffAudioType', () => {
  it.each([
    ['question.flac', 'flac'],
    ['question.mp3', 'mp3'],
    ['question-vorbis.ogg', 'oga'],
    ['question-opus.ogg', 'opus'],
    ['question.webm', 'webm'],
  ])('detects %s by its first bytes', (name, type) => {
    expect(sniffAudioType(sample(name))).toBe(type);
  });

  it('detects an MP3 without a tag', () => {
    expect(sniffAudioType(Uint8Array.of(0xff, 0xfb, 0x90, 0x00))).toBe('mp3');
  });

  it.each([
    ['nothing', ''],
    ['text', 'hello, this is text'],
    ['a picture', '\x89PNG\r\n\x1a\n'],
    ['AAC', '\xff\xf1\x50\x80'],
    ['MP4', '\0\0\0\x20ftypM4A '],
    ['AVI, which is RIFF too', 'RIFF\x24\0\0\0AVI LIST'],
    ['Ogg Speex', `OggS${'\0'.repeat(22)}\x01\x50Speex   `],
    ['half a RIFF header', 'RIFF'],
  ])('does not accept %s as a supported format', (_, text) => {
    expect(sniffAudioType(bytes(text))).toBeUndefined();
  });
});
