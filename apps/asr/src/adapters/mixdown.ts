/** A change of the phase is faded over this many samples. */
const FADE = 160;
/** Below minus this correlation a channel counts as the inverse of another; above it, as the same. */
const CORRELATED = 0.5;

/**
 * Mixes channels to one, block by block: their mean. A channel that is the inverse of the loudest one is turned over
 * first, because the mean would be silence: some headsets and cables record speech so.
 */
export class Mixdown {
  private signs: number[] = [];

  /** @param channels one block of each channel: long enough to compare them, short enough to follow a change. */
  mix(channels: readonly Float32Array[]): Float32Array {
    const before = this.signs.length === channels.length ? this.signs : channels.map(() => 1);
    const isFirst = this.signs.length !== channels.length;
    const signs = channels.length === 1 ? [1] : signsOf(channels, before);
    const mono = new Float32Array(channels[0]?.length ?? 0);
    channels.forEach((channel, index) => {
      const to = (signs[index] as number) / channels.length;
      const from = isFirst ? to : (before[index] as number) / channels.length;
      for (let i = 0; i < mono.length; i += 1) {
        const gain = i < FADE ? from + ((to - from) * i) / FADE : to;
        mono[i] = (mono[i] as number) + gain * (channel[i] as number);
      }
    });
    this.signs = signs;
    return mono;
  }
}

/** 1 or -1 for each channel, by its correlation with the loudest; the first channel is never turned over. */
function signsOf(channels: readonly Float32Array[], before: readonly number[]): number[] {
  const energies = channels.map((channel) => dot(channel, channel));
  const loudest = energies.indexOf(Math.max(...energies));
  const reference = channels[loudest];
  if (!reference) return [...before];
  const sameSign = (index: number) => before[index] === before[loudest];
  const relative = channels.map((channel, index) => {
    const norm = Math.sqrt((energies[index] as number) * (energies[loudest] as number));
    const correlation = norm > 0 ? dot(channel, reference) / norm : 0;
    if (Math.abs(correlation) < CORRELATED) return sameSign(index) ? 1 : -1;
    return Math.sign(correlation);
  });
  return relative.map((sign) => sign * (relative[0] as number));
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
