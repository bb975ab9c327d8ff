/** Zero crossings of the sinc on each side: with this window about 80 dB of stop band. */
const ZERO_CROSSINGS = 12;
const KAISER_BETA = 8;
/** Where the pass band ends, as a share of the lower Nyquist frequency: leaves room for the filter to fall. */
const ROLL_OFF = 0.92;

/**
 * Converts a recording from one sample rate to another without aliasing, chunk by chunk. Merely dropping samples would
 * fold high frequencies into the speech.
 *
 * Polyphase windowed sinc (Kaiser), after J. O. Smith, Digital Audio Resampling. No delay: output sample n is the
 * input at time n / toRate. Silence is assumed before the start and after the end.
 */
export class Resampler {
  private readonly up: number;
  private readonly down: number;
  private readonly halfTaps: number;
  private readonly cutoff: number;
  /** One filter for each position of an output sample between two input samples, designed on first use. */
  private readonly phases: Float32Array[] = [];
  /** The input from `pendingStart` on; earlier input is no longer needed. */
  private pending: Float32Array;
  private pendingStart: number;
  private received = 0;
  private produced = 0;

  constructor(fromRate: number, toRate: number) {
    const divisor = gcd(fromRate, toRate);
    this.up = toRate / divisor;
    this.down = fromRate / divisor;
    this.cutoff = Math.min(1, toRate / fromRate) * ROLL_OFF;
    this.halfTaps = Math.ceil(ZERO_CROSSINGS / this.cutoff);
    this.pending = new Float32Array(this.halfTaps);
    this.pendingStart = -this.halfTaps;
  }

  /** Takes the next input and returns the output that it completes (a copy, or the input itself). */
  push(chunk: Float32Array): Float32Array {
    if (this.up === this.down) return chunk;
    this.append(chunk);
    this.received += chunk.length;
    return this.produceUpTo(this.received - this.halfTaps);
  }

  /** The rest of the output, with silence after the end. */
  finish(): Float32Array {
    if (this.up === this.down) return new Float32Array();
    this.append(new Float32Array(this.halfTaps));
    return this.produceUpTo(this.received);
  }

  /** Computes every output sample whose time lies before the input sample `end`. */
  private produceUpTo(end: number): Float32Array {
    const until = Math.max(this.produced, Math.ceil((end * this.up) / this.down));
    const output = new Float32Array(until - this.produced);
    for (let i = 0; i < output.length; i += 1) output[i] = this.sampleAt(this.produced + i);
    this.produced = until;
    this.discardBefore(Math.floor((until * this.down) / this.up) - this.halfTaps + 1);
    return output;
  }

  private sampleAt(n: number): number {
    const position = n * this.down;
    const phase = position % this.up;
    const coefficients = (this.phases[phase] ??= designFilter(phase / this.up, this.halfTaps, this.cutoff));
    const first = Math.floor(position / this.up) - this.halfTaps + 1 - this.pendingStart;
    const input = this.pending;
    let even = 0;
    let odd = 0;
    // Two independent sums (the number of taps is even) let the processor overlap the additions.
    for (let k = 0; k < coefficients.length; k += 2) {
      even += (input[first + k] as number) * (coefficients[k] as number);
      odd += (input[first + k + 1] as number) * (coefficients[k + 1] as number);
    }
    return even + odd;
  }

  private append(chunk: Float32Array): void {
    const joined = new Float32Array(this.pending.length + chunk.length);
    joined.set(this.pending);
    joined.set(chunk, this.pending.length);
    this.pending = joined;
  }

  private discardBefore(index: number): void {
    const drop = Math.min(Math.max(0, index - this.pendingStart), this.pending.length);
    this.pending = this.pending.slice(drop);
    this.pendingStart += drop;
  }
}

/** Taps for an output sample `offset` (0 to 1) behind an input sample; they sum to 1. */
function designFilter(offset: number, halfTaps: number, cutoff: number): Float32Array {
  const taps = new Float32Array(2 * halfTaps);
  let sum = 0;
  for (let k = 0; k < taps.length; k += 1) {
    const distance = k - halfTaps + 1 - offset;
    const tap = sinc(cutoff * distance) * kaiser(distance / halfTaps);
    taps[k] = tap;
    sum += tap;
  }
  return taps.map((tap) => tap / sum);
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

function kaiser(x: number): number {
  return Math.abs(x) >= 1 ? 0 : besselI0(KAISER_BETA * Math.sqrt(1 - x * x));
}

/** Modified Bessel function of order zero, by its power series. */
function besselI0(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > sum * 1e-12; k += 1) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
