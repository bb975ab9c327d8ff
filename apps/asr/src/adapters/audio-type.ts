/** The formats of recordings, named as in the decoding library (`oga` is Ogg Vorbis). */
export type AudioType = 'wav' | 'flac' | 'mp3' | 'oga' | 'opus' | 'webm';

const OGG_PAGE_HEADER_BYTES = 27;

/**
 * Detects the format by magic bytes, because file names and content types are unreliable.
 * Returns undefined for every other format, such as AAC, text or a picture.
 */
export function sniffAudioType(bytes: Uint8Array): AudioType | undefined {
  if (hasText(bytes, 0, 'RIFF') && hasText(bytes, 8, 'WAVE')) return 'wav';
  if (hasText(bytes, 0, 'fLaC')) return 'flac';
  if (hasText(bytes, 0, 'OggS')) return sniffOgg(bytes);
  if (hasText(bytes, 0, '\x1aE\xdf\xa3')) return 'webm';
  if (hasText(bytes, 0, 'ID3') || isMpegFrame(bytes)) return 'mp3';
  return undefined;
}

/** The channels that an Ogg stream declares: a decoder allocates memory by this number before it reads a sample. */
export function oggChannels(bytes: Uint8Array, type: AudioType): number | undefined {
  const packet = firstOggPacket(bytes);
  if (type === 'opus') return bytes[packet + 9];
  if (type === 'oga') return bytes[packet + 11];
  return undefined;
}

function sniffOgg(bytes: Uint8Array): AudioType | undefined {
  const packet = firstOggPacket(bytes);
  if (hasText(bytes, packet, 'OpusHead')) return 'opus';
  if (hasText(bytes, packet, '\x01vorbis')) return 'oga';
  if (hasText(bytes, packet, '\x7fFLAC')) return 'flac';
  return undefined;
}

function firstOggPacket(bytes: Uint8Array): number {
  return OGG_PAGE_HEADER_BYTES + (bytes[OGG_PAGE_HEADER_BYTES - 1] ?? 0);
}

/**
 * An MPEG audio frame header, layer III: sync, known version, a real bit rate and sample rate (ISO 11172-3, 2.4.1.3).
 */
function isMpegFrame(bytes: Uint8Array): boolean {
  const [first = 0, second = 0, third = 0] = bytes;
  const isSync = first === 0xff && (second & 0xe0) === 0xe0;
  const isVersion = (second & 0x18) !== 0x08;
  const isLayer3 = (second & 0x06) === 0x02;
  return isSync && isVersion && isLayer3 && third >> 4 !== 15 && (third & 0x0c) !== 0x0c;
}

function hasText(bytes: Uint8Array, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i += 1) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}
